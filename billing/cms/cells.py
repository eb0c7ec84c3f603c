"""The cells of one row: read by position and type; what cannot be read is noted with its line and name.

A reader asks for all cells of a row, then looks whether the row ``is_sound``; what stands in for a faulty cell is
never kept.
"""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from billing.cms.faults import Faults

CODE = re.compile(r"[0-9A-Z]{5}")
LONGEST_TEXT = 150
_NOTHING = frozenset({"", "*", "."})
_LARGEST_UNITS = 1_000_000
_JULIAN_DIGITS = 7
_PIVOT = 60


@lru_cache(maxsize=8192)
def day_of(text: str) -> date | None:
    """Return the day of YYYYMMDD, or none if it is no day."""
    if len(text) == 8 and text.isascii() and text.isdigit():  # noqa: PLR2004  # YYYYMMDD
        try:
            return date(int(text[:4]), int(text[4:6]), int(text[6:]))
        except ValueError:
            return None
    return None


@lru_cache(maxsize=8192)
def julian_day_of(text: str) -> date | None:
    """Return the day of YYYYDDD or YYDDD, a year and its day from 001 on, or none if it is no day."""
    if not (text.isascii() and text.isdigit()) or len(text) not in (5, _JULIAN_DIGITS):
        return None
    year, number = int(text[:-3]), int(text[-3:])
    if len(text) != _JULIAN_DIGITS:
        year += 1900 if year >= _PIVOT else 2000
    if not 1900 <= year <= 2999 or not 1 <= number <= 366:  # noqa: PLR2004  # years and days that can be
        return None
    day = date(year, 1, 1) + timedelta(days=number - 1)
    return day if day.year == year else None


class Cells:
    """One row, its cells without blanks around them."""

    def __init__(self, line: int, cells: Sequence[str], faults: Faults) -> None:
        self.line = line
        self._cells = cells
        self._faults = faults
        self.is_sound = True

    def fault(self, message: str) -> None:
        """Note a fault of this row."""
        self.is_sound = False
        self._faults.add(self.line, message)

    def text(self, place: int, name: str = "", longest: int = LONGEST_TEXT) -> str:
        """Return a cell as it is, runs of blanks and line breaks as one blank. No cell is an empty one."""
        cell = " ".join(self._cells[place].split()) if 0 <= place < len(self._cells) else ""
        if len(cell) > longest:
            self.fault(f"{name} has {len(cell)} characters, at most {longest} fit. Download the file again.")
            return ""
        return cell

    def code(self, place: int, name: str) -> str:
        """Return a procedure code."""
        cell = self.text(place, name)
        if not CODE.fullmatch(cell):
            self.fault(f"{name} is '{cell}'. A code has five digits or capital letters.")
        return cell

    def word(self, place: int, name: str, allowed: Sequence[str]) -> str:
        """Return a cell that holds one of a few words."""
        cell = self.text(place, name)
        if cell not in allowed:
            self.fault(f"{name} is '{cell}'. It is one of: {', '.join(word or 'nothing' for word in allowed)}.")
            return allowed[0]
        return cell

    def units(self, place: int, name: str) -> int:
        """Return a whole number, with or without thousands separators."""
        cell = self.text(place, name).replace(",", "")
        if not (cell.isascii() and cell.isdigit()) or int(cell) > _LARGEST_UNITS:
            self.fault(f"{name} is '{self.text(place)}'. It is a whole number.")
            return 0
        return int(cell)

    def number(self, place: int, name: str, *, digits: int, places: int) -> Decimal | None:
        """Return a decimal number that fits; none for an empty cell, a lone dot or an asterisk.

        Args:
            digits: how many it may have before the point.
            places: how many after it.
        """
        cell = self.text(place, name)
        bare = cell.replace("$", "").replace(",", "").replace(" ", "")
        if bare in _NOTHING:
            return None
        try:
            value = Decimal(bare)
        except InvalidOperation:
            value = Decimal("NaN")
        if not value.is_finite() or value < 0 or value >= 10**digits or round(value, places) != value:
            self.fault(f"{name} is '{cell}'. It is a number of at most {places} decimals, not below zero.")
            return None
        return value

    def day(self, place: int, name: str) -> date | None:
        """Return a day of YYYYMMDD; none for an empty cell or an asterisk."""
        cell = self.text(place, name)
        if cell in _NOTHING:
            return None
        found = day_of(cell)
        if found is None:
            self.fault(f"{name} is '{cell}'. A date has the form 20260701, none is * or empty.")
        return found

    def julian_day(self, place: int, name: str) -> date | None:
        """Return a day of YYYYDDD or of YYYYMMDD; none for an empty cell, an asterisk or zeros."""
        cell = self.text(place, name)
        if cell in _NOTHING or not cell.strip("0"):
            return None
        found = julian_day_of(cell) or day_of(cell)
        if found is None:
            self.fault(f"{name} is '{cell}'. A date has the form 2026182, year and day of the year.")
        return found
