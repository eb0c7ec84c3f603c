"""A course as it is planned before anybody was treated: what the front desk knows of it, and what is wrong with that.

A frozen value without a patient. Whether a course like this earns anything, and what, is for the rules; how it becomes
facts, for prediction.py. Pure: it reads no clock and no database.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from courses.terms import Guidance, Laterality, MotionManagement, Site, Technique

FIRST_DAY, LAST_DAY = date(2002, 1, 1), date(2099, 12, 31)
MOST_FRACTIONS = 100
MOST_BOOST = 50
MOST_FIELDS = 99
MOST_ISOCENTERS = 20
MOST_DEVICES = 20
MOST_SKIPPED = 60
LONGEST_WAIT = timedelta(days=366)
"""Between simulation or approval and the first session: further apart is a slip of the hand."""

Faults = dict[str, list[str]]
"""What is wrong, by the name of the field."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedCourse:
    """One planned course. ``fractions`` and ``boost_fractions`` are sessions, two of a day counted as two.

    ``weekdays`` are 1 for Monday to 7 for Sunday. Days that are ``None`` are assumed as usual (prediction.py).
    ``imrt_planned`` and ``boost_technique`` ``None``: as the technique says; the same one.
    """

    technique: Technique
    site: Site
    fractions: int
    starts_on: date
    laterality: Laterality | None = None
    includes_nodes: bool = False
    complex_delivery_documented: bool = False
    imrt_planned: bool | None = None
    compensator: bool = False
    isocenters: int | None = 1
    static_fields: int | None = None
    arcs: int | None = None
    motion: MotionManagement = MotionManagement.NONE
    respiratory_simulation: bool = False
    guidance: Guidance = Guidance.NONE
    twice_daily: bool = False
    weekdays: frozenset[int] = frozenset({1, 2, 3, 4, 5})
    keeps_holidays: bool = True
    skipped: tuple[date, ...] = ()
    approved_on: date | None = None
    simulated_on: date | None = None
    boost_fractions: int = 0
    boost_technique: Technique | None = None
    boost_new_ct: bool = False
    simulation: bool = True
    planning_note: bool = True
    special_treatment: bool = False
    special_physics: bool = False
    devices: int = 0


_NAMES = frozenset(field.name for field in fields(PlannedCourse))
_TERMS: Mapping[str, type[StrEnum]] = {
    "technique": Technique, "site": Site, "laterality": Laterality, "motion": MotionManagement, "guidance": Guidance,
    "boost_technique": Technique,
}  # fmt: skip


def faults_of(planned: PlannedCourse) -> Faults:
    """Return everything that keeps a planned course from being estimated, by field; nothing if it can be.

    >>> faults_of(PlannedCourse(technique=Technique.VMAT, site=Site.LUNG, fractions=0, starts_on=date(2026, 3, 2)))
    {'fractions': ['0 is no count of fractions. Write 1 to 100.']}
    """
    faults: defaultdict[str, list[str]] = defaultdict(list)
    for field, message in (*_of_counts(planned), *_of_days(planned), *_of_technique(planned)):
        faults[field].append(message)
    return dict(faults)


def _of_counts(planned: PlannedCourse) -> Iterator[tuple[str, str]]:
    for field, noun, least, most in (
        ("fractions", "fractions", 1, MOST_FRACTIONS),
        ("boost_fractions", "boost fractions", 0, MOST_BOOST),
        ("isocenters", "isocenters", 1, MOST_ISOCENTERS),
        ("static_fields", "static fields", 1, MOST_FIELDS),
        ("arcs", "arcs", 1, MOST_FIELDS),
        ("devices", "devices", 0, MOST_DEVICES),
    ):
        value = getattr(planned, field)
        if value is not None and not least <= value <= most:
            yield field, f"{value} is no count of {noun}. Write {least} to {most}."
    if planned.static_fields and planned.arcs:
        yield (
            "arcs",
            f"A plan has static fields or arcs; {planned.static_fields} fields are named too. Leave one empty.",
        )


def _of_days(planned: PlannedCourse) -> Iterator[tuple[str, str]]:
    start = planned.starts_on
    if not FIRST_DAY <= start <= LAST_DAY:
        yield "starts_on", f"{start} is outside the days that the code tables know. Write {FIRST_DAY} to {LAST_DAY}."
        return
    for field, words in (("approved_on", "plan approved"), ("simulated_on", "simulation")):
        day = getattr(planned, field)
        if day is not None and abs(start - day) > LONGEST_WAIT:
            yield field, f"{day} is more than a year from the first session on {start}. Mend one of the two."
        elif day is not None and day > start:
            yield (
                field,
                f"The {words} on {day} comes after the first session on {start}. Write that day or an earlier one.",
            )
    if planned.simulated_on and planned.approved_on and planned.simulated_on > planned.approved_on:
        yield (
            "simulated_on",
            f"A plan approved on {planned.approved_on} stands on an earlier simulation. Mend one of the two.",
        )
    if not planned.weekdays or not planned.weekdays <= frozenset(range(1, 8)):
        yield "weekdays", "No day of the week is chosen. Choose those on which the patient is treated."
    if len(planned.skipped) > MOST_SKIPPED:
        yield "skipped", f"{len(planned.skipped)} days are left out. Name {MOST_SKIPPED} at most."


def _of_technique(planned: PlannedCourse) -> Iterator[tuple[str, str]]:
    for field, technique in (("technique", planned.technique), ("boost_technique", planned.boost_technique)):
        if technique is Technique.UNKNOWN:
            yield field, "The technique is not known, and no rule can be asked. Choose one."
    if planned.boost_technique is not None and not planned.boost_fractions:
        yield "boost_fractions", "A technique of the boost is chosen, but no fractions. Write how many, or take it out."
    if planned.boost_new_ct and not planned.boost_fractions:
        yield (
            "boost_fractions",
            "The boost has a planning CT of its own, but no fractions. Write how many, or take it out.",
        )


def planned_of(said: Mapping[str, Any]) -> PlannedCourse:
    """Return the planned course that was said, with stand-ins for what could not be read.

    So the faults of the rest can be told together with those of the fields that were left out or could not be read;
    a course with a stand-in is refused for that field and never estimated. Words may be plain text.
    """
    given = {name: value for name, value in said.items() if name in _NAMES and _is_said(name, value)}
    for name, terms in _TERMS.items():
        if given.get(name):
            given[name] = terms(given[name])
    start = given.get("approved_on") or given.get("simulated_on") or FIRST_DAY
    stand_ins = {"technique": Technique.VMAT, "site": Site.OTHER, "fractions": 1, "starts_on": start}
    return PlannedCourse(**{**stand_ins, **given})


def _is_said(name: str, value: object) -> bool:
    """Whether a value says something: nothing at all stands for an unknown count of isocenters alone."""
    return name == "isocenters" if value is None else value != ""
