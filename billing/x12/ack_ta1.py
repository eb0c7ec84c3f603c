"""Reads the TA1: whether the partner could take an interchange of ours at all. Knows no group and no claim."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from billing.x12.codes import note_meaning
from billing.x12.outcomes import Outcome, outcome_of
from billing.x12.reading.cells import short_day_of
from billing.x12.reading.interchanges import Transaction

_ELEMENTS = 5


class InterchangeAcknowledged(NamedTuple):
    """A TA1."""

    position: int
    """Segment of the file."""
    control_number: str
    """TA101: ISA13 of the interchange it answers."""
    written_on: date | None
    """TA102: ISA09 of that interchange."""
    written_time: str
    """TA103: its ISA10."""
    outcome: Outcome
    note_code: str
    """TA105; 000 where nothing is wrong."""

    @property
    def note(self) -> str:
        """The note code in words; empty for an unknown one."""
        return note_meaning(self.note_code)


class InterchangeAcknowledgmentReader:
    """Gives the one TA1 of a transaction; iterate once."""

    def __init__(self, transaction: Transaction) -> None:
        self.transaction = transaction

    def __iter__(self) -> Iterator[InterchangeAcknowledged]:
        for elements in self.transaction:
            yield _acknowledged(self.transaction, elements)


def read_ta1(transaction: Transaction) -> InterchangeAcknowledged:
    """Return the TA1 of a transaction."""
    return next(iter(InterchangeAcknowledgmentReader(transaction)))


def _acknowledged(transaction: Transaction, ta1: list[str]) -> InterchangeAcknowledged:
    cells = ta1 + [""] * _ELEMENTS
    written_on, outcome = short_day_of(cells[2]), outcome_of(cells[4])
    if written_on is None:
        transaction.note("not-a-date", cells, 2, expected="YYMMDD")
    if outcome is Outcome.UNKNOWN or outcome is Outcome.PARTLY_ACCEPTED:
        outcome = Outcome.UNKNOWN
        transaction.note("unknown-code", cells, 4, expected="A, E or R")
    if not cells[1]:
        transaction.note("missing-element", cells, 1)
    return InterchangeAcknowledged(transaction.place, cells[1], written_on, cells[3], outcome, cells[5])
