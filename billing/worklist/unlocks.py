"""What a clinical deed lets be charged, in words for whoever does it: rules and counts, never a price."""

from dataclasses import dataclass

from django.db.models import F

from billing.models import StandingFinding
from billing.rules.lines import Severity


@dataclass(frozen=True, slots=True)
class Unlocks:
    """What a deed lets be charged. ``held``: how many lines wait for such a deed now."""

    words: str
    held: int

    def __str__(self) -> str:
        """Say it in one or two sentences."""
        if not self.held:
            return self.words
        waits = "One line is" if self.held == 1 else f"{self.held} lines are"
        return f"{self.words} {waits} held for want of it."


_DEEDS = {
    "plan": (
        "The approval earns the planning charge, and lets what the plan delivers be charged from its day on.",
        ("delivery-before-approval",),
    ),
    "plan-confirmed": (
        "A confirmed plan can be signed. Technique, fields or arcs, isocenters and motion management decide which "
        "delivery and planning charges it earns.",
        ("level-unknown", "no-rule-for-technique"),
    ),
    "images": (
        "The physician's part of the guidance is charged only where the images were reviewed before the next fraction.",
        ("guidance-not-reviewed",),
    ),
    "visit": (
        "One visit by the physician in each five fractions lets their management be charged. Another's visit does not "
        "stand for it.",
        ("visit-missing",),
    ),
    "physics": (
        "One check in each five fractions lets the continuing physics of these five be charged.",
        ("physics-check-missing",),
    ),
}


def unlocks(deed: str) -> Unlocks | None:
    """Return what a deed lets be charged (one query); None for a word that names none."""
    if deed not in _DEEDS:
        return None
    words, codes = _DEEDS[deed]
    findings = StandingFinding.objects.filter(
        code__in=codes, severity=Severity.HOLD.value, resolved_at=None, overridden_at=None, course__closed_on=None
    )
    return Unlocks(words, findings.values(place=F("course_id"), about=F("subject")).distinct().count())
