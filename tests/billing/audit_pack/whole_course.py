"""A course with something of everything, made by the real steps where they are cheap."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pghistory
import pytest

from billing.capture import capture_course
from billing.models import (
    Authorization,
    Claim,
    Denial,
    FollowUp,
    HoldReason,
    LedgerEntry,
    LineEdit,
    ManualLine,
    Question,
    Review,
    StandingFinding,
)
from courses.models import Absence, ClinicalEvent, Session
from courses.planning.signature import write_signature
from patients.roles import Role
from tests import cast
from tests.captures import cancel, deliver_days, practice_fees, see_weekly
from tests.cast import Treated, local
from tests.exports import captured, export, partner
from tests.remittances import Pays, answered, edi, post_file

LONG = "The port film of the second field was repeated after the couch was shifted. " * 2


@dataclass(frozen=True)
class Whole:
    """The course and its claim."""

    patient: Treated
    claim: Claim


@pytest.fixture
def whole() -> Whole:
    """A signed plan, seven sessions of which one is cancelled later, charges, a claim that is denied, and words."""
    practice_fees()
    partner()
    patient = cast.ada()
    _sign(patient)
    sessions = deliver_days(patient, date(2025, 3, 4), 7)
    see_weekly(patient)
    capture_course(course_id=patient.course.pk)
    _decide(patient)
    export(at=local("2025-03-20 01:00"))
    claim = Claim.objects.earliest("pk")
    refused = answered(claim, refused="197", payer_number="ICN-77")
    post_file(edi(Pays([refused], on=date(2025, 4, 9))))
    cancel(sessions[-1], reason="Logged for the wrong patient")
    capture_course(course_id=patient.course.pk)
    _besides(patient, claim, sessions[0])
    return Whole(patient, claim)


def _sign(patient: Treated) -> None:
    plan = patient.plan
    plan.approved_by = cast.user(Role.PHYSICIAN)
    plan.approved_at = local("2025-03-03 12:00")
    plan.save()
    write_signature(plan)


def _decide(patient: Treated) -> None:
    """Release what nothing holds; of the rest one line is held by a person, and one finding is let pass."""
    lines = list(LedgerEntry.objects.filter(course=patient.course, kind="charge", reversal=None).order_by("id"))
    StandingFinding.objects.create(
        course=patient.course, entry=lines[0], source="claim", severity="hold", code="report-missing",
        message="No report is on file.", overridden_at=local("2025-03-18 10:00"),
        overridden_by=cast.user(Role.BILLING_MANAGER), override_reason="Report is in the chart",
    )  # fmt: skip
    captured()
    with pghistory.context(user=cast.user(Role.BILLER).pk):
        for entry in lines[:-1]:
            holds = StandingFinding.objects.filter(entry=entry, severity="hold", resolved_at=None, overridden_at=None)
            if not holds.exists():
                at = local("2025-03-18 11:00")
                Review.objects.create(entry=entry, state="released", by=cast.user(Role.BILLER), at=at)
        reason = HoldReason.objects.get_or_create(
            code="coverage", defaults={"words": "Coverage to be verified", "days": 2}
        )[0]
        Review.objects.create(
            entry=lines[-1], state="held", reason="Member id differs", at=local("2025-03-18 12:00"), code=reason,
            by=cast.user(Role.BILLER), owner=cast.user(Role.BILLER), due_on=date(2025, 5, 1),
            held_since=local("2025-03-18 12:00"),
        )  # fmt: skip


def _besides(patient: Treated, claim: Claim, session: Session) -> None:
    """What no step above made: an authorization, a day missed, an edit, a keyed line, a question, a decision."""
    course, biller = patient.course, cast.user(Role.BILLER)
    entry = LedgerEntry.objects.filter(course=course, kind="charge", reversal=None).latest("id")
    Authorization.objects.create(
        course=course, number="AUTH-9", codes=["77386"], units=28, effective_from=date(2025, 3, 1),
        effective_to=date(2025, 6, 1), entered_by=biller,
    )  # fmt: skip
    Absence.objects.create(
        course=course, missed_on=date(2025, 3, 14), reason="Snow", noted_by=cast.user(Role.THERAPIST)
    )
    LineEdit.objects.create(
        course=course, line_key=entry.line_key, code=entry.code, service_on=entry.service_on, was_units=1, units=2,
        reason="Two of them", edited_by=biller, edited_at=local("2025-03-21 09:00"),
    )  # fmt: skip
    ManualLine.objects.create(
        course=course, code="77399", service_on=date(2025, 3, 5), narrative=LONG, entered_by=biller
    )
    Question.objects.create(
        entry=entry, text="Was the second field treated?", asked_by=biller, asked_at=local("2025-03-22 09:00"),
        asked_role=Role.THERAPIST.value, answer="Yes, after a pause.", answered_by=cast.user(Role.THERAPIST),
        answered_at=local("2025-03-22 10:00"),
    )  # fmt: skip
    FollowUp.objects.create(claim=claim, kind="8", payer_claim_number="ICN-77", decided_by=biller)
    with pghistory.context(user=biller.pk):
        Denial.objects.filter(claim=claim).update(note="Letter is on its way")
        event = ClinicalEvent.objects.filter(course=course).earliest("id")
        event.reason, event.amendment_reason = "Corrected day", "Read from the chart"
        event.amended_at, event.amended_by = local("2025-03-23 09:00"), biller
        event.save()
    Session.objects.filter(pk=session.pk).update(motion_threshold="5 mm", active_motion_management="gating")
    assert Decimal(0) < claim.total_amount
