"""What a session or a plan earned, in words for the person who logged it: names, no prices."""

from dataclasses import dataclass

from django.db.models import F, Q

from billing.models import LedgerEntry, StandingFinding
from billing.rules import load_codebook
from billing.rules.lines import Family, Severity
from courses.models import Course

_READ = ("id", "code", "service_on", "family")
_FAMILIES = tuple(family.value for family in Family)
"""The plan before its device and calculations."""
_AWAITED = {"guidance-not-reviewed": "the physician's review of the images, before the next fraction"}
"""Holds that are the usual state of a fresh session: somebody's next step, and no fault of the entry."""


@dataclass(frozen=True, slots=True)
class Earned:
    """``charged``: the services by name; ``needs_review``: what a biller will look at, as short words.

    ``awaits``: what somebody else does next, and what then is charged too.
    """

    charged: tuple[str, ...]
    needs_review: tuple[str, ...]
    is_captured: bool
    awaits: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Say it in a sentence or two."""
        if not self.is_captured:
            return "The charge is being worked out."
        said = f"Charged: {'; '.join(self.charged)}." if self.charged else "No charge."
        said += f" Awaits {', '.join(self.awaits)}." if self.awaits else ""
        return f"{said} Needs review: {', '.join(self.needs_review)}." if self.needs_review else said


def earned_by(*, session_id: int | None = None, plan_id: int | None = None, is_captured: bool = False) -> Earned:
    """Return what stands in the ledger for a session or a plan (give one of the two).

    Three narrow queries; only the first where the course is not captured yet.

    Args:
        is_captured: the course was captured a moment ago; then nobody asks again.
    """
    if not (is_captured or _is_captured(session_id, plan_id)):
        return Earned((), (), is_captured=False)
    subject = f"session:{session_id}" if session_id is not None else f"plan:{plan_id}"
    asked = Q(session_id=session_id) if session_id is not None else Q(plan_id=plan_id)
    entries = sorted(
        LedgerEntry.objects.filter(asked, kind="charge", reversal=None).order_by("id").only(*_READ),
        key=lambda entry: _FAMILIES.index(entry.family),
    )
    about = Q(entry__in=entries) | Q(entry=None, subject=subject)
    holds = StandingFinding.objects.filter(
        about, severity=Severity.HOLD.value, resolved_at=None, overridden_at=None
    ).order_by("id")
    codes = list(dict.fromkeys(holds.values_list("code", flat=True)))
    return Earned(
        charged=tuple(dict.fromkeys(_name(entry) for entry in entries)),
        needs_review=tuple(code.replace("-", " ") for code in codes if code not in _AWAITED),
        is_captured=True,
        awaits=tuple(_AWAITED[code] for code in codes if code in _AWAITED),
    )


def _name(entry: LedgerEntry) -> str:
    """Return the service in our own words, without what the table adds for billers behind a semicolon."""
    procedure = load_codebook().procedure(entry.code, entry.service_on)
    return procedure.name.partition(";")[0] if procedure is not None else entry.code


def _is_captured(session_id: int | None, plan_id: int | None) -> bool:
    """Whether the charges of the course rest on its newest facts."""
    owner = Q(sessions=session_id) if session_id is not None else Q(plans=plan_id)
    return Course.objects.filter(owner, capture_mark__course_revision=F("revision")).exists()
