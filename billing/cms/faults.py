"""What is wrong with a file: the line, what was found there, what to do. All of it, up to a bound.

A file that is wrong from top to bottom has half a million faults; the first ones are kept and the rest counted.
"""

from collections.abc import Sequence

MOST_SHOWN = 20


class CodeFileRefused(Exception):
    """The file cannot be loaded, and nothing of it was. ``faults`` are the first ones, ready to be read."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


class Faults:
    """The faults of one file, in the order in which they were found."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._shown: list[str] = []
        self.count = 0

    def add(self, line: int, message: str) -> None:
        """Note what is wrong on a line, counted from 1, and what to do."""
        self._note(f"{self._name} line {line}: {message}")

    def add_whole(self, message: str) -> None:
        """Note what is wrong with the file as a whole."""
        self._note(f"{self._name}: {message}")

    def _note(self, fault: str) -> None:
        self.count += 1
        if len(self._shown) < MOST_SHOWN:
            self._shown.append(fault)

    def refuse_if_any(self) -> None:
        """Raise what was noted.

        Raises:
            CodeFileRefused: there is any fault; the last line counts those that are not shown.
        """
        if not self.count:
            return
        more = self.count - len(self._shown)
        raise CodeFileRefused([*self._shown, *([f"{self._name}: and {more:,} more faults."] if more else [])])
