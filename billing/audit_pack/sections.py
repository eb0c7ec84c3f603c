"""What a pack is made of: sections with columns and rows of plain cells. Pure; it knows neither PDF nor CSV."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import TypeAlias
from zoneinfo import ZoneInfo

Cell: TypeAlias = str | int | Decimal | date | datetime | None
Row: TypeAlias = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its head, and how wide it is beside the others. ``is_number``: figures, set to the right."""

    head: str
    width: float = 1.0
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the pack. ``key`` names it in the CSV, ``about`` says in a sentence what stands here."""

    key: str
    title: str
    about: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """What stands on the first page."""

    practice: str
    address: str
    course_id: int
    course_title: str
    patient: str
    mrn: str
    first_on: date | None
    last_on: date | None
    made_by: str
    made_at: datetime
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Pack:
    """The whole pack, in the order in which it is read."""

    cover: Cover
    sections: tuple[Section, ...] = field(default=())


def columns(*heads: str | tuple[str, float] | tuple[str, float, bool]) -> tuple[Column, ...]:
    """Return columns from their heads, with widths where they differ.

    >>> columns("Day", ("Amount", 0.8, True))[1].is_number
    True
    """
    return tuple(Column(one) if isinstance(one, str) else Column(*one) for one in heads)


def joined(parts: Sequence[str], between: str = "; ") -> str:
    """Return what is said of one thing, in one cell; empty parts are left out."""
    return between.join(part for part in parts if part)


def yes(is_so: bool | None) -> str:
    """Say yes or no; not known is empty."""
    return "" if is_so is None else "yes" if is_so else "no"
