"""A price list as a CSV file: reading one as spreadsheets leave it, and writing one. Pure.

The columns are code, modifier, amount, effective_from, effective_to. Everything that is wrong is said at once, by
row (as a spreadsheet counts them, the header included) and column. Which prices a schedule has is not asked here.
"""

import csv
import io
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TypeVar

from billing.fees.prices import PriceError, WantedPrice, read_amount, read_code, read_day, read_modifier
from billing.money import print_amount

COLUMNS = ("code", "modifier", "amount", "effective_from", "effective_to")
MOST_BYTES = 5_000_000
HEADER_WITHIN = 20
"""Rows among which the header must be found: spreadsheets put titles above it."""

_SPOKEN = {
    "code": {"code", "cpt", "hcpcs", "cpt/hcpcs", "hcpcs/cpt code", "hcpcs code", "cpt code", "procedure code"},
    "modifier": {"modifier", "mod"},
    "amount": {"amount", "fee", "price", "charge", "amount (usd)"},
    "effective_from": {"effective from", "from", "effective date", "start date", "begins"},
    "effective_to": {"effective to", "to", "end date", "ends"},
}

T = TypeVar("T")


class PriceFileError(Exception):
    """A file that is not taken; ``faults`` are all that is wrong with it."""

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = list(faults)
        super().__init__("\n".join(self.faults))


@dataclass(slots=True)
class PriceFile:
    """What a file says; ``notes`` are what should be looked at though it can be taken."""

    prices: list[WantedPrice] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read_price_file(content: bytes, *, effective_from: date | None, knows: Callable[[str, date], bool]) -> PriceFile:
    """Return the prices of a file.

    Args:
        effective_from: the first day of rows that name none.
        knows: whether a code is in force on a day; one that is not is noted, not refused.

    Raises:
        PriceFileError: with every fault of the file.
    """
    reading = _Reading(effective_from)
    header, rows = _table(content)
    for number, cells in rows:
        reading.take(number, cells, header)
    prices = reading.without_repeats()
    if not prices and not reading.faults:
        reading.faults.append("The file has a header and no price. Nothing would change.")
    if reading.faults:
        raise PriceFileError(reading.faults)
    return PriceFile(prices, [*reading.notes, *_unknown(prices, knows)])


def write_price_file(prices: Iterable[WantedPrice]) -> str:
    """Return the file of a price list; reading it again gives the same prices."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for price in prices:
        last = price.effective_to.isoformat() if price.effective_to else ""
        writer.writerow(
            (price.code, price.modifier, print_amount(price.amount), price.effective_from.isoformat(), last)
        )
    return out.getvalue()


# --- the table in the file -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Header:
    """Where each column stands, and how many cells the header row has."""

    places: dict[str, int]
    width: int

    def cell(self, cells: Sequence[str], column: str) -> str:
        """Return what a row says in a column; nothing where the row is shorter."""
        place = self.places.get(column, len(cells))
        return cells[place] if place < len(cells) else ""


def _table(content: bytes) -> tuple[_Header, list[tuple[int, list[str]]]]:
    """Return the header, and the rows below it with their numbers."""
    text = _text(content)
    for delimiter in ",;\t":
        records = _records(text, delimiter)
        for number, cells in enumerate(records[:HEADER_WITHIN], 1):
            header = _header(cells, number)
            if header:
                return header, list(enumerate(records, 1))[number:]
    raise PriceFileError(
        [
            f"No header in the first {HEADER_WITHIN} rows. It names the columns {', '.join(COLUMNS)}; "
            "code and amount must be there, the others may be left out."
        ]
    )


def _text(content: bytes) -> str:
    if len(content) > MOST_BYTES:
        raise PriceFileError([f"The file has {len(content):,} bytes; a price list has at most {MOST_BYTES:,}."])
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise PriceFileError(["This is a workbook. In the spreadsheet choose Save as, and there CSV."])
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _decoded(content, "utf-16")
    if b"\0" in content:
        raise PriceFileError(["This is no text file. Save the price list as CSV."])
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")  # what older spreadsheets write; no figure or letter of ours differs


def _decoded(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise PriceFileError([f"The file begins as {encoding} and breaks off at byte {error.start:,}."]) from error


def _records(text: str, delimiter: str) -> list[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    records: list[list[str]] = []
    try:
        for cells in reader:
            records.append(cells)
    except csv.Error as error:
        raise PriceFileError([f"row {len(records) + 1}: cannot be read: {error}. Look for a lone quote."]) from error
    return records


def _header(cells: Sequence[str], number: int) -> _Header | None:
    """Return the header if the cells are one."""
    places: dict[str, int] = {}
    twice: list[str] = []
    for place, cell in enumerate(cells):
        said = " ".join(cell.replace("_", " ").lower().split()).replace("/ ", "/").replace(" /", "/")
        for column, names in _SPOKEN.items():
            if said in names:
                twice += [column] if column in places else []
                places.setdefault(column, place)
    if not {"code", "amount"} <= places.keys():
        return None
    if twice:
        raise PriceFileError([f"row {number}: two columns are the {column}. Leave one." for column in twice])
    return _Header(places, len(cells))


# --- its rows --------------------------------------------------------------------------------------------------------


class _Reading:
    """The rows of one file as they are taken: prices, faults and notes."""

    def __init__(self, effective_from: date | None) -> None:
        self.effective_from = effective_from
        self.prices: list[WantedPrice] = []
        self.faults: list[str] = []
        self.notes: list[str] = []

    def take(self, number: int, cells: Sequence[str], header: "_Header") -> None:
        """Take one row; a blank one is passed over."""
        if not any(cell.strip() for cell in cells):
            return
        if any(cell.strip() for cell in cells[header.width :]):
            self.faults.append(
                f"row {number}: {len(cells)} cells, the header has {header.width}. "
                "An amount with a separator in it, such as 1,234.50, stands in quotes."
            )
            return
        before = len(self.faults)
        code = self._read(number, "code", read_code, header.cell(cells, "code"))
        modifier = self._read(number, "modifier", read_modifier, header.cell(cells, "modifier"))
        amount = self._read(number, "amount", read_amount, header.cell(cells, "amount"))
        first = self._read(number, "effective_from", self._first_day, header.cell(cells, "effective_from"))
        last = self._read(number, "effective_to", _day_or_none, header.cell(cells, "effective_to"))
        if first is not None and last is not None and last < first:
            self.faults.append(f"row {number}, effective_to: {last} is before the first day, {first}.")
        if len(self.faults) == before and code and amount and first:
            self.prices.append(WantedPrice(code, modifier or "", amount, first, last, row=number))

    def _read(self, number: int, column: str, read: Callable[[str], T], cell: str) -> T | None:
        try:
            return read(cell)
        except PriceError as error:
            self.faults.append(f"row {number}, {column}: {error}")
            return None

    def _first_day(self, cell: str) -> date:
        if cell.strip():
            return read_day(cell)
        if self.effective_from is None:
            raise PriceError("No first day. Write it as 2026-01-31, or say from when the whole file holds.")
        return self.effective_from

    def without_repeats(self) -> list[WantedPrice]:
        """Return the prices, each once; two that contradict each other are a fault."""
        kept: list[WantedPrice] = []
        by_key: defaultdict[tuple[str, str], list[WantedPrice]] = defaultdict(list)
        for price in self.prices:
            rivals = [other for other in by_key[price.key] if other.overlaps(price)]
            same = [other for other in rivals if replace(other, row=price.row) == price]
            if same:
                self.notes.append(f"row {price.row}: says the same as row {same[0].row}; taken once.")
                continue
            self.faults += [_contradiction(other, price) for other in rivals]
            by_key[price.key].append(price)
            kept.append(price)
        return kept


def _day_or_none(cell: str) -> date | None:
    return read_day(cell) if cell.strip() else None


def _contradiction(one: WantedPrice, other: WantedPrice) -> str:
    earlier, later = sorted((one, other), key=lambda price: price.effective_from)
    day = later.effective_from
    fault = f"rows {one.row} and {other.row} both price {one.written} on {day}."
    if earlier.effective_from < day:
        return f"{fault} End row {earlier.row} on {day - timedelta(days=1)} or before."
    return f"{fault} Leave one of them."


def _unknown(prices: Iterable[WantedPrice], knows: Callable[[str, date], bool]) -> list[str]:
    return [
        f"row {price.row}, code: {price.code} is not among the codes in force on {price.effective_from}. "
        "Its price is taken; no line of the rules will ask for it."
        for price in prices
        if not knows(price.code, price.effective_from)
    ]
