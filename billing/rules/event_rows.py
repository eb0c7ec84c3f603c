"""The rows of what goes with a plan and of what an event earns, and how each is read (P3-P6, M7, M8).

As in rows.py: a cell that cannot be read leaves a fault behind, and the codebook is refused whole.
"""

from dataclasses import dataclass
from enum import StrEnum

from billing.rules.table_rows import DatedRow, RowReader
from courses.terms import EventFamily


class Companion(StrEnum):
    """What an approved plan may earn beside its plan line."""

    DEVICE = "device"
    CALCULATION = "calculation"
    RESPIRATORY_SIMULATION = "respiratory_simulation"


class CountedBy(StrEnum):
    """What one unit of a companion stands for."""

    PLAN = "plan"
    STATIC_FIELD = "static_field"
    FIELD_OR_ARC = "field_or_arc"
    COURSE = "course"


@dataclass(frozen=True, slots=True)
class CompanionRow(DatedRow):
    """The code of a companion of the plans that earn one of ``plan_codes``, with or without a compensator."""

    rule: str
    companion: Companion
    plan_codes: tuple[str, ...]
    compensator: tuple[bool, ...]
    code: str
    counted_by: CountedBy


@dataclass(frozen=True, slots=True)
class EventRow(DatedRow):
    """What an event earns.

    ``needs_record``: without documentation there is no line. ``never_beside``: a plan of this code on the same day
    leaves no line either.
    """

    rule: str
    event: EventFamily
    code: str
    once_per_course: bool
    needs_record: bool
    never_beside: str


@dataclass(frozen=True, slots=True)
class BundleRow(DatedRow):
    """Codes that are part of a plan: an event that would earn one has no line where its site has such a plan."""

    rule: str
    plan_code: str
    codes: tuple[str, ...]


# --- cells -> row ----------------------------------------------------------------------------------------------

_COMPENSATOR = {"yes": (True,), "no": (False,), "any": (True, False)}


def read_companion(row: RowReader) -> CompanionRow:
    """Read a row of companions.toml."""
    head, compensator = row.head(), row.text("compensator")
    if compensator not in _COMPENSATOR:
        row.fault(f"compensator is {compensator!r}. Write yes, no or any.")
    return CompanionRow(
        *head,
        rule=row.text("rule"),
        companion=row.word("companion", Companion) or Companion.DEVICE,
        plan_codes=row.words("plan_codes"),
        compensator=_COMPENSATOR.get(compensator, ()),
        code=row.text("code"),
        counted_by=row.word("counted_by", CountedBy) or CountedBy.PLAN,
    )


def read_event(row: RowReader) -> EventRow:
    """Read a row of events.toml."""
    return EventRow(
        *row.head(),
        rule=row.text("rule"),
        event=row.word("event", EventFamily) or EventFamily.VISIT,
        code=row.text("code"),
        once_per_course=row.flag("once_per_course"),
        needs_record=row.flag("needs_record"),
        never_beside=row.text("never_beside", optional=True),
    )


def read_bundle(row: RowReader) -> BundleRow:
    """Read a row of bundles.toml."""
    return BundleRow(*row.head(), rule=row.text("rule"), plan_code=row.text("plan_code"), codes=row.words("codes"))
