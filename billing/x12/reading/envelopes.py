"""What stands around the transactions of a file that came in: interchange and group, as values."""

from datetime import date
from typing import NamedTuple

from billing.x12.reading.cells import day_of, short_day_of
from billing.x12.syntax import Separators


class Interchange(NamedTuple):
    """ISA. Identifiers are without their padding; the control number as written, with its zeros."""

    sender_qualifier: str
    sender_id: str
    receiver_qualifier: str
    receiver_id: str
    written_on: date | None
    written_time: str
    """HHMM, the sender's local time."""
    version: str
    control_number: str
    usage: str
    """T test, P production."""
    separators: Separators
    position: int
    offset: int


class Group(NamedTuple):
    """GS. ``functional_id`` is FA for a 999, HN for a 277CA, HP for an 835."""

    functional_id: str
    sender: str
    receiver: str
    written_on: date | None
    control_number: str
    version: str
    position: int
    offset: int


class Expected(NamedTuple):
    """Who should have sent the file, and to whom; an empty id is not asked after."""

    sender_id: str = ""
    receiver_id: str = ""


NO_INTERCHANGE = Interchange("", "", "", "", None, "", "", "", "", Separators(), 0, 0)
"""Stands for the ISA of a file that lacks it."""

_PAD = [""] * 17


def interchange_of(isa: list[str], separators: Separators, position: int, offset: int) -> Interchange:
    """Return an ISA as a value."""
    cells = [cell.strip() for cell in isa + _PAD]
    return Interchange(
        cells[5], cells[6], cells[7], cells[8], short_day_of(cells[9]), cells[10], cells[12], cells[13], cells[15],
        separators, position, offset,
    )  # fmt: skip


def group_of(gs: list[str], position: int, offset: int) -> Group:
    """Return a GS as a value."""
    cells = gs + _PAD
    return Group(cells[1].upper(), cells[2], cells[3], day_of(cells[4]), cells[6], cells[8], position, offset)


def same_number(one: str, other: str) -> bool:
    """Return whether two control numbers are the same, zeros before them aside.

    >>> same_number("000000017", "17"), same_number("A1", "A2")
    (True, False)
    """
    return one == other or one.lstrip("0") == other.lstrip("0")
