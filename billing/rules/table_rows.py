"""Reading the rows of one table: typed cells, periods, sources; every fault gathered, none fatal by itself.

It knows how a table is written, not what any table means; that is codebook.py.
"""

import csv
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

OPEN = date.max
"""The end of a row that is still in force."""

Word = TypeVar("Word", bound=StrEnum)


class TableError(Exception):
    """Our own tables are wrong: nothing may start until they are mended. ``faults`` holds every one."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class DatedRow:
    """The head that every row has: where it stands, when it holds (both days inclusive), who says so."""

    table: str
    row: int
    effective_from: date
    effective_to: date
    source: str

    def covers(self, day: date) -> bool:
        """Return whether the row holds on ``day``."""
        return self.effective_from <= day <= self.effective_to

    @property
    def place(self) -> str:
        """Table and row, as faults name them."""
        return f"{self.table} row {self.row}"


class RowReader:
    """Hands out the cells of one row by name and type, and notes what is wrong with them."""

    def __init__(
        self, table: str, row: int, cells: Mapping[str, object], sources: Mapping[str, str], faults: list[str]
    ) -> None:
        self._place = f"{table} row {row}"
        self._cells = dict(cells)
        self._sources = sources
        self._faults = faults
        self.table = table
        self.row = row

    def fault(self, message: str) -> None:
        """Note what is wrong with this row and what to do."""
        self._faults.append(f"{self._place}: {message}")

    def names(self, name: str) -> bool:
        """Return whether the row names the cell, be it empty."""
        return name in self._cells

    def text(self, name: str, *, optional: bool = False) -> str:
        """Return a cell of text; empty where it is optional and absent."""
        cell = self._cells.pop(name, None)
        if isinstance(cell, str) and (cell or optional):
            return cell
        if cell is not None or not optional:
            self.fault(f"{name} is {cell!r}. Write text.")
        return ""

    def whole(self, name: str, *, optional: bool = False) -> int:
        """Return a cell that is a whole number, from TOML or as digits from a CSV; 0 where optional and absent."""
        cell = self._cells.pop(name, None)
        if type(cell) is int:
            return cell
        if isinstance(cell, str) and cell.isdecimal():
            return int(cell)
        if cell not in (None, "") or not optional:
            self.fault(f"{name} is {cell!r}. Write a whole number.")
        return 0

    def flag(self, name: str) -> bool:
        """Return a cell that is true or false; false where it is absent."""
        cell = self._cells.pop(name, False)
        if not isinstance(cell, bool):
            self.fault(f"{name} is {cell!r}. Write true or false.")
            return False
        return cell

    def words(self, name: str) -> tuple[str, ...]:
        """Return a cell that is a list of texts; empty where it is absent. One text alone is a list of one."""
        cell = self._cells.pop(name, [])
        if isinstance(cell, str):
            return (cell,)
        if not isinstance(cell, list) or not all(isinstance(word, str) for word in cell):
            self.fault(f"{name} is {cell!r}. Write a list of texts.")
            return ()
        return tuple(cell)

    def word(self, name: str, vocabulary: type[Word]) -> Word | None:
        """Return a cell as a word of ``vocabulary``."""
        return self._known(name, self.text(name), vocabulary)

    def words_of(self, name: str, vocabulary: type[Word]) -> tuple[Word, ...]:
        """Return a cell as a list of words of ``vocabulary``."""
        known = (self._known(name, word, vocabulary) for word in self.words(name))
        return tuple(word for word in known if word is not None)

    def _known(self, name: str, word: str, vocabulary: type[Word]) -> Word | None:
        try:
            return vocabulary(word)
        except ValueError:
            self.fault(f"{name} is {word!r}. Choose one of: {', '.join(vocabulary)}.")
            return None

    def day(self, name: str, *, absent: date | None = None) -> date:
        """Return a cell that is a day; ``absent`` where there is none."""
        cell = self._cells.pop(name, None)
        if isinstance(cell, str) and cell:
            try:
                return date.fromisoformat(cell)
            except ValueError:
                pass
        if isinstance(cell, date) and not isinstance(cell, datetime):
            return cell
        if cell in (None, "") and absent is not None:
            return absent
        self.fault(f"{name} is {cell!r}. Write a day as 2026-01-01.")
        return absent or date.min

    def source(self) -> str:
        """Return the titles of the publications that the row cites; what is recalled is said to be."""
        keys, recalled = self.words("source"), self.text("recalled", optional=True)
        unknown = [key for key in keys if key not in self._sources]
        if unknown:
            self.fault(f"source names {', '.join(unknown)}, which sources.toml does not have. Add it there.")
        if not keys:
            self.fault("has no source. Name the publication it was read in, or 'recalled'.")
        titles = [self._sources[key] for key in keys if key in self._sources]
        return "; ".join(titles) + (f" (recalled, not read there: {recalled})" if recalled else "")

    def period(self) -> tuple[date, date]:
        """Return the first and the last day of the row; ``OPEN`` while it is in force."""
        first, last = self.day("effective_from"), self.day("effective_to", absent=OPEN)
        if last < first:
            self.fault(f"ends on {last} before it begins on {first}. Mend the dates.")
        return first, last

    def head(self) -> tuple[str, int, date, date, str]:
        """Return what every row begins with: table, row, first and last day, source."""
        first, last = self.period()
        return self.table, self.row, first, last, self.source()

    def finish(self) -> None:
        """Note every cell that nobody asked for: a misspelt name must not pass unseen."""
        for name in self._cells:
            self.fault(f"has an unknown cell {name}. Take it out or mend its name.")


class TableFile:
    """One table of the folder: yields a reader for each row and gathers the faults of all of them."""

    def __init__(self, folder: Path, faults: list[str]) -> None:
        self._folder = folder
        self._faults = faults
        self.sources = self._titles()

    def _toml(self, name: str) -> dict[str, object]:
        try:
            return tomllib.loads((self._folder / name).read_text(encoding="utf-8"))
        except RecursionError:
            self._faults.append(f"{name}: is nested too deep. Mend the file.")
            return {}
        except (OSError, ValueError) as error:
            self._faults.append(f"{name}: {error}. Mend the file.")
            return {}

    def _titles(self) -> dict[str, str]:
        titles: dict[str, str] = {}
        for key, publication in self._toml("sources.toml").items():
            title = publication.get("title") if isinstance(publication, dict) else None
            if isinstance(title, str) and title:
                titles[key] = title
            else:
                self._faults.append(f"sources.toml [{key}] has no title. Name the publication.")
        return titles

    def rows(self, name: str, kind: str = "row") -> Iterator[RowReader]:
        """Yield the rows of one TOML table in order; ``kind`` is the name of its array of tables."""
        found = self._toml(name).get(kind, [])
        if not isinstance(found, list) or not all(isinstance(cells, dict) for cells in found):
            self._faults.append(f"{name}: [[{kind}]] is not a list of tables. Begin each row with [[{kind}]].")
            return
        table = name if kind == "row" else f"{name} [[{kind}]]"
        for number, cells in enumerate(found, start=1):
            reader = RowReader(table, number, cells, self.sources, self._faults)
            yield reader
            reader.finish()

    def csv_rows(self, name: str) -> Iterator[RowReader]:
        """Yield the rows of one CSV table; lines that begin with # are its provenance head."""
        try:
            lines = (self._folder / name).read_text(encoding="utf-8").splitlines()
        except (OSError, ValueError) as error:
            self._faults.append(f"{name}: {error}. Mend the file.")
            return
        if not lines or not lines[0].startswith("#"):
            self._faults.append(
                f"{name}: has no head. Say in lines beginning with # where it is from and of what date."
            )
        content = (line for line in lines if line and not line.startswith("#"))
        for number, cells in enumerate(csv.DictReader(content), start=1):
            named = {key: cell for key, cell in cells.items() if key is not None}
            reader = RowReader(name, number, named, self.sources, self._faults)
            if len(named) != len(cells) or None in named.values():
                reader.fault("does not have one cell for each column. Mend its commas.")
            yield reader
            reader.finish()
