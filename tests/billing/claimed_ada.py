"""Ada, whose plan and sessions went out on a claim, and what a biller does about it."""

from datetime import date

from django.contrib.auth.models import User

from billing import follow_ups, worklist
from billing.capture import capture_course
from billing.models import Claim, ClaimEvent, ClaimStanding, FollowUp
from courses.models import Session
from patients.roles import Role
from tests import cast
from tests.captures import deliver_days, practice_fees, standing
from tests.cast import Treated, local, user
from tests.exports import export, partner

NOW = local("2025-03-20 12:00")
NIGHT = local("2025-03-21 01:00")
LATER = local("2026-04-21 01:00")
"""After the remittance of 9 April 2026."""


def ada_on_a_claim() -> Treated:
    """Ada, whose plan and three sessions went out on one claim."""
    practice_fees()
    partner()
    patient = cast.ada()
    deliver_days(patient, date(2025, 3, 4), 3)
    capture(patient)
    lines = standing(patient, with_the_plan=True)
    assert worklist.release(entry_ids=[line.pk for line in lines], by=biller(), at=NOW).refused == ()
    assert export(at=NIGHT).errors == []
    return patient


def biller() -> User:
    return user(Role.BILLER)


def capture(patient: Treated) -> None:
    capture_course(course_id=patient.course.pk)


def claim_of(patient: Treated) -> Claim:
    return Claim.objects.get(course=patient.course, frequency="1", sequence="P")


def sessions(patient: Treated) -> list[Session]:
    return list(patient.course.sessions.order_by("starts_at"))


def shorten(patient: Treated, session: Session) -> None:
    """Find out after the claim that the session was stopped part way: half the price."""
    Session.objects.filter(pk=session.pk).update(status="partial", status_reason="Machine fault")
    capture(patient)
    held = worklist.lines().filter(course=patient.course)
    for line in held:
        for finding in line.open_findings:
            if finding.severity == "hold":
                manager = user(Role.BILLING_MANAGER)
                worklist.override_finding(finding_id=finding.pk, reason="Seen the record", by=manager, at=NOW)


def decide(claim: Claim, kind: str = "7", number: str = "PAYER-77", reason: str = "") -> FollowUp:
    return follow_ups.decide_correction(
        claim_id=claim.pk, kind=kind, payer_claim_number=number, reason_code=reason, by=biller(), at=NOW
    )


def correction_of(patient: Treated) -> follow_ups.Correction:
    found = follow_ups.correction_of(claim_of(patient).pk)
    assert found is not None
    return found


def answered(claim: Claim, outcome: str, *codes: str, number: str = "") -> None:
    """Note what a remittance said of the claim, and where the claim stands since."""
    ClaimEvent.objects.create(
        claim=claim, level="remittance", outcome=outcome, codes=list(codes), payer_claim_number=number, by=biller()
    )
    ClaimStanding.objects.update_or_create(
        claim=claim,
        defaults={
            "state": outcome, "level": "remittance", "payer_claim_number": number,
            "is_forwarded": bool({"19", "20", "21"} & set(codes)),
        },
    )  # fmt: skip
