"""The segments of a claim in their order, each with its loop, the section of the page it belongs to, and its words."""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from billing.x12.explain.cutting import ClaimText
from billing.x12.explain.loops import Loops
from billing.x12.explain.sentences import Reader


class Section(StrEnum):
    """The parts of a claim as a biller sees them, in the order of the file."""

    SENDER = "Who sends and who receives"
    BILLING = "Billing provider"
    SUBSCRIBER = "Subscriber"
    PAYER = "Payer"
    PATIENT = "Patient"
    CLAIM = "Claim"
    PROVIDERS = "Providers of the claim"
    OTHER_PAYERS = "Other payers"
    LINES = "Lines"


class Row(NamedTuple):
    """One segment beside its words."""

    section: Section
    loop: str
    """2010AA, 2300 ...; empty in the envelope."""
    number: int
    """Which line (2400) or other payer (2320) it belongs to, from 1; 0 for what is neither."""
    segment: str
    """As it stands in the file, with the file's delimiters, without its terminator."""
    words: str


def explain(claim: ClaimText) -> tuple[Row, ...]:
    """Return a row for each segment of a claim, in the order of the file.

    Every segment that our writers make has words; one of somebody else's file that they never make is called so.
    """
    loops = Loops()
    split = [segment.split(claim.separators.element) for segment in claim.segments]
    places = [loops.step(elements) for elements in split]
    days = {
        number: elements[3] for elements, (_, number) in zip(split, places, strict=True) if _is_service_day(elements)
    }
    reader = Reader(claim.separators, days)
    return tuple(
        Row(section_of(loop), loop, number, segment, reader.words(elements, loop, number))
        for segment, elements, (loop, number) in zip(claim.segments, split, places, strict=True)
    )


def _is_service_day(elements: Sequence[str]) -> bool:
    return elements[:2] == ["DTP", "472"] and len(elements) > 3  # noqa: PLR2004 (DTP03, the day)


_SECTIONS = (
    ("2000A", Section.BILLING),
    ("2010A", Section.BILLING),
    ("2010BB", Section.PAYER),
    ("2000B", Section.SUBSCRIBER),
    ("2010B", Section.SUBSCRIBER),
    ("2000C", Section.PATIENT),
    ("2010C", Section.PATIENT),
    ("2300", Section.CLAIM),
    ("231", Section.PROVIDERS),
    ("232", Section.OTHER_PAYERS),
    ("233", Section.OTHER_PAYERS),
    ("24", Section.LINES),
)


def section_of(loop: str) -> Section:
    """Return the section that a loop belongs to."""
    return next((section for start, section in _SECTIONS if loop.startswith(start)), Section.SENDER)
