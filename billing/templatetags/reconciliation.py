"""Template tags of expected against actual: differences gathered by cause, in words."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django import template
from django.urls import reverse

from billing.reconciliation.compare import Comparison, Difference, Kind
from billing.reconciliation.expected import SERVICE_WORDS
from patients.numbers import id_or_none

register = template.Library()

MOST_LINES = 6
KIND_WORDS = {
    Kind.MISSING: "missing", Kind.EXTRA: "more than expected", Kind.WITHHELD: "without a line", Kind.HELD: "held",
    Kind.REVERSED: "reversed",
}  # fmt: skip
REMEDY = {
    Kind.MISSING: "Nothing says why. Look at the course, and tell the administrator if its records are right.",
    Kind.EXTRA: "Nothing was counted for it. Look at the line and at what it was earned by.",
}
LOOK = {
    Kind.MISSING: ("held", "held"), Kind.EXTRA: ("held", "warning"), Kind.WITHHELD: ("warning", "warning"),
    Kind.HELD: ("warning", "held"), Kind.REVERSED: ("reversed", "reversed"),
}  # fmt: skip
"""Tone and icon."""
PAGES = {"session": "courses:session", "plan": "courses:plan"}


@dataclass(frozen=True, slots=True)
class Cause:
    """Differences of one kind, service, claim and finding."""

    differences: list[Difference]

    @property
    def first(self) -> Difference:
        """One of them: in kind, service and finding they are alike."""
        return self.differences[0]

    @property
    def count(self) -> int:
        """How many."""
        return len(self.differences)

    @property
    def kind_words(self) -> str:
        """The kind, as a sentence says it."""
        return KIND_WORDS[self.first.kind]

    @property
    def service_words(self) -> str:
        """The service's name."""
        return SERVICE_WORDS[self.first.service].lower()

    @property
    def claim(self) -> str:
        """The kind of claim, where it is not told by a finding."""
        return "" if self.first.kind.is_explained else self.first.claim

    @property
    def message(self) -> str:
        """What explains them, in the words of the first."""
        return self.first.message

    @property
    def code(self) -> str:
        """The finding's code."""
        return self.first.code

    @property
    def remedy(self) -> str:
        """What to do where nothing explains them."""
        return REMEDY.get(self.first.kind, "")

    @property
    def tone(self) -> str:
        """The tone in which they are shown."""
        return LOOK[self.first.kind][0]

    @property
    def icon(self) -> str:
        """The shape in which they are shown."""
        return LOOK[self.first.kind][1]

    @property
    def lines(self) -> list[tuple[int, str]]:
        """The lines to look at, by number and words; the first few."""
        return [
            (one.entry_id, f"{one.written} of {_said(one.on)}")
            for one in self.differences[:MOST_LINES]
            if one.entry_id is not None
        ]

    @property
    def more(self) -> int:
        """How many lines are not named."""
        return max(self.count - MOST_LINES, 0)

    @property
    def subjects(self) -> list[tuple[str, str]]:
        """What should have earned them, where there is no line to look at: address and words of the first few."""
        return [_of_subject(one) for one in self.differences[:MOST_LINES] if one.entry_id is None]


@register.filter
def by_cause(comparison: Comparison) -> list[Cause]:
    """Gather the differences of a course by kind, service, claim and finding, those that nothing explains first."""
    return list(_causes(comparison.differences))


def _causes(differences: tuple[Difference, ...]) -> Iterator[Cause]:
    alike: dict[tuple[str, ...], list[Difference]] = {}
    for one in differences:
        alike.setdefault((one.kind, one.service, one.claim, one.code), []).append(one)
    for found in alike.values():
        yield Cause(found)


def _of_subject(one: Difference) -> tuple[str, str]:
    what, _colon, name = one.subject.partition(":")
    number = id_or_none(name)
    if what in PAGES and number is not None:
        return reverse(PAGES[what], args=[number]), f"{what} of {_said(one.on)}"
    return "", name.replace("-", " ")


def _said(day: date | None) -> str:
    return f"{day.day} {day:%b} {day.year}" if day else "an unknown day"
