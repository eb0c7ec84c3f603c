"""Reading the keys of a course file: each by name and type, every fault gathered with its path, value and remedy.

It knows how a value is written, in TOML or as JSON, not what any key means; that is course_file.py. A value that
cannot be read leaves a fault behind and the file is refused whole, so what stands in its place is never seen.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from enum import StrEnum
from typing import TypeVar

FIRST_DAY = date(1992, 1, 1)
LAST_DAY = date(2099, 12, 31)
LONGEST_TEXT = 1000
LONGEST_SHOWN = 60

Word = TypeVar("Word", bound=StrEnum)
Parsed = TypeVar("Parsed")


class CourseFileError(Exception):
    """A course file that cannot be taken. ``faults`` holds every fault: file, key path, value, what to do."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


class Faults:
    """The faults of one file, in the order of its keys."""

    def __init__(self, name: str) -> None:
        self._name = name
        self.found: list[str] = []

    def add(self, path: str, message: str) -> None:
        """Note a fault at a key path; the message says what was found and what to do."""
        where = f"{self._name}: {path}" if path else self._name
        self.found.append(f"{where}: {message}")

    def refuse_if_any(self) -> None:
        """Raise all faults together.

        Raises:
            CourseFileError: there are any.
        """
        if self.found:
            raise CourseFileError(self.found)


def shown(value: object) -> str:
    """Return a value as its writer would know it again, cut where it is long.

    >>> shown("vmatt"), shown(date(2026, 1, 5)), shown(True)
    ('"vmatt"', '2026-01-05', 'true')
    """
    if isinstance(value, date | datetime | time):
        text = value.isoformat()
    else:
        try:
            text = json.dumps(value, default=str)
        except (ValueError, RecursionError):
            text = f"a {type(value).__name__}"
    return text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 3] + "..."


def listed(names: Sequence[str]) -> str:
    """Return names as a fault lists them: as many as a person reads.

    >>> listed(["P1", "P2"]), listed([])
    ('P1, P2', 'none')
    """
    text = ", ".join(names[:LONGEST_SHOWN]) or "none"
    return text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 3] + "..."


class Section:
    """One table of a course file. Each key is asked for once; ``finish`` notes the keys that nobody asked for.

    ``written_as_text`` is true for JSON, where days and moments are text. A secret section shows no values.
    """

    def __init__(
        self, cells: object, path: str, faults: Faults, *, written_as_text: bool, is_secret: bool = False
    ) -> None:
        self._path = path
        self._faults = faults
        self._written_as_text = written_as_text
        self._is_secret = is_secret
        self._known: list[str] = []
        self._cells: dict[str, object] = {}
        if isinstance(cells, Mapping):
            self._cells = {str(name): cell for name, cell in cells.items()}
        else:
            faults.add(path, f"found {self._shown(cells)}. Write a table of keys.")

    def path(self, name: str) -> str:
        """Return the key path of a key of this section."""
        return f"{self._path}.{name}" if self._path else name

    def fault(self, name: str, message: str) -> None:
        """Note a fault of a key."""
        self._faults.add(self.path(name), message)

    def found(self, name: str, value: object, remedy: str) -> None:
        """Note a value that cannot be taken, and what to write instead."""
        self.fault(name, f"found {self._shown(value)}. {remedy}")

    def has(self, name: str) -> bool:
        """Return whether the file names the key."""
        return name in self._cells

    def finish(self) -> None:
        """Note every key that this format does not have."""
        for name in self._cells:
            if name not in self._known:
                self.fault(shown(name)[1:-1], f"unknown key. This section has: {', '.join(self._known)}.")

    def _shown(self, value: object) -> str:
        return "a value that is not shown" if self._is_secret else shown(value)

    def _take(self, name: str, *, required: bool) -> object:
        self._known.append(name)
        value = self._cells.get(name)
        if required and value is None:
            self.fault(name, "missing. Add it.")
        return value

    # --- the types of values ----------------------------------------------------------------------------------

    def text(
        self,
        name: str,
        *,
        required: bool = False,
        pattern: str = "",
        remedy: str = "",
        longest: int = LONGEST_TEXT,
    ) -> str | None:
        """Return a text; where a pattern is given the whole text has it."""
        value = self._take(name, required=required)
        if value is None:
            return None
        if not isinstance(value, str):
            self.found(name, value, remedy or "Write a text in quotes.")
        elif len(value) > longest or not _is_printable(value):
            self.found(name, value, f"Write at most {longest} characters, none of them a control character.")
        elif pattern and not re.fullmatch(pattern, value, re.ASCII):
            self.found(name, value, remedy)
        else:
            return value
        return None

    def word(self, name: str, vocabulary: type[Word], *, required: bool = False) -> Word | None:
        """Return a word of a vocabulary."""
        value = self._take(name, required=required)
        if value is None:
            return None
        if isinstance(value, str) and value in tuple(vocabulary):
            return vocabulary(value)
        self.found(name, value, f"Choose one of: {', '.join(vocabulary)}.")
        return None

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Return true or false."""
        value = self._take(name, required=False)
        if value is None:
            return default
        if not isinstance(value, bool):
            self.found(name, value, "Write true or false.")
            return default
        return value

    def whole(self, name: str, *, least: int, most: int, required: bool = False) -> int | None:
        """Return a whole number between two bounds, both inclusive."""
        value = self._take(name, required=required)
        if value is None:
            return None
        if type(value) is not int or not least <= value <= most:
            bounds = f"a whole number from {least} to {most}" if least < most else str(least)
            self.found(name, value, f"Write {bounds}.")
            return None
        return value

    def number(self, name: str, *, least: float, most: float) -> float | None:
        """Return a number, whole or not, between two bounds, both inclusive; NaN lies between none."""
        value = self._take(name, required=False)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
            self.found(name, value, f"Write a number from {least:g} to {most:g}.")
            return None
        return value

    def day(self, name: str, *, required: bool = False, first: date = FIRST_DAY) -> date | None:
        """Return a day; in JSON it is written as text."""
        value = self._take(name, required=required)
        return None if value is None else self._day(name, value, first)

    def days(self, name: str, *, most: int) -> tuple[date, ...]:
        """Return a list of days."""
        read = [self._day(f"{name}[{n}]", value, FIRST_DAY) for n, value in self._list(name, most=most)]
        return tuple(day for day in read if day is not None)

    def _day(self, name: str, value: object, first: date) -> date | None:
        day = _parsed(date.fromisoformat, value, r"\d{4}-\d\d-\d\d") if self._written_as_text else value
        if not isinstance(day, date) or isinstance(day, datetime):
            self.found(name, value, "Write a day as 2026-01-31" + (", in quotes." if self._written_as_text else "."))
            return None
        if not first <= day <= LAST_DAY:
            self.found(name, value, f"Write a day from {first} to {LAST_DAY}.")
            return None
        return day

    def moment(self, name: str, *, required: bool = False) -> datetime | None:
        """Return a moment by the clinic's clock; one with an offset from UTC is refused."""
        value = self._take(name, required=required)
        if value is None:
            return None
        pattern = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?"
        moment = _parsed(datetime.fromisoformat, value, pattern) if self._written_as_text else value
        if not isinstance(moment, datetime) or moment.tzinfo is not None:
            self.found(name, value, "Write the clinic's local time without an offset, as 2026-01-31T09:00:00.")
            return None
        if not FIRST_DAY <= moment.date() <= LAST_DAY:
            self.found(name, value, f"Write a moment from {FIRST_DAY} to {LAST_DAY}.")
            return None
        return moment

    def times(self, name: str, *, most: int) -> tuple[time, ...]:
        """Return a list of clock times, at least one, none twice."""
        times: list[time] = []
        for number, value in self._list(name, most=most, required=True, least=1):
            read = (
                _parsed(time.fromisoformat, value, r"\d\d:\d\d(:\d\d(\.\d{1,6})?)?") if self._written_as_text else value
            )
            if not isinstance(read, time) or read.tzinfo is not None:
                self.found(f"{name}[{number}]", value, "Write a time as 09:00:00.")
            elif read in times:
                self.found(f"{name}[{number}]", read, "It stands twice in the list. Take one out.")
            else:
                times.append(read)
        return tuple(times)

    def texts(
        self, name: str, *, pattern: str, remedy: str, most: int, least: int = 0, required: bool = False
    ) -> tuple[str, ...]:
        """Return a list of texts, each of a pattern, none twice."""
        texts: list[str] = []
        for number, value in self._list(name, most=most, required=required, least=least):
            if not isinstance(value, str) or not re.fullmatch(pattern, value, re.ASCII):
                self.found(f"{name}[{number}]", value, remedy)
            elif value in texts:
                self.found(f"{name}[{number}]", value, "It stands twice in the list. Take one out.")
            else:
                texts.append(value)
        return tuple(texts)

    def _list(self, name: str, *, most: int, required: bool = False, least: int = 0) -> Iterator[tuple[int, object]]:
        value = self._take(name, required=required)
        if value is None:
            return
        if not isinstance(value, list) or not least <= len(value) <= most:
            self.found(name, value, f"Write a list of {least} to {most} values.")
            return
        yield from enumerate(value, start=1)

    def section(self, name: str, *, required: bool = False, is_secret: bool = False) -> "Section":
        """Return the section under a key; an empty one where it is absent."""
        value = self._take(name, required=False)
        cells = {} if value is None else value
        if value is None and required:
            self._faults.add(self.path(name), "missing. Add the section.")
        return Section(cells, self.path(name), self._faults, written_as_text=self._written_as_text, is_secret=is_secret)

    def sections(self, name: str, *, most: int) -> Iterator["Section"]:
        """Yield the sections of a list, each with its number, from 1, in its path."""
        for number, cells in self._list(name, most=most):
            path = f"{self.path(name)}[{number}]"
            yield Section(cells, path, self._faults, written_as_text=self._written_as_text)

    def ignored(self, name: str) -> Mapping[str, object]:
        """Return what stands under a key without looking at it; nothing where it is no table."""
        value = self._take(name, required=False)
        return value if isinstance(value, Mapping) else {}


def _parsed(parse: Callable[[str], Parsed], value: object, pattern: str) -> Parsed | None:
    if not isinstance(value, str) or not re.fullmatch(pattern, value, re.ASCII):
        return None
    try:
        return parse(value)
    except ValueError:
        return None


def _is_printable(text: str) -> bool:
    return all(character.isprintable() or character == "\n" for character in text)
