"""What the tests of capture, ledger and worklist share: delivered sessions, prices, and what stands in the ledger."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal

from django.contrib.auth.models import User

from billing.capture import capture_course
from billing.models import (
    Claim,
    ClaimFile,
    ClaimLine,
    FeeLine,
    FeeSchedule,
    LedgerEntry,
    StandingFinding,
    TradingPartner,
)
from courses.models import ClinicalEvent, Fraction, Session
from patients.roles import Role
from tests.cast import Treated, ada, local, user

PRICES = {
    "77301": "3050.00", "77385": "845.00", "77386": "910.00", "77387": "60.00", "77014": "310.00", "G6015": "800.00",
    "G6002": "120.00", "77402": "330.00", "77407": "560.00", "77412": "730.00", "77427": "480.00", "77336": "165.00",
    "77338": "980.00", "77300": "155.00", "77373": "2900.00", "77293": "700.00", "77263": "420.00",
}  # fmt: skip


def practice_fees(prices: dict[str, str] | None = None) -> FeeSchedule:
    """The practice's own price list, from 2010 on; 26 costs a third, TC two thirds, 52 half of the bare code."""
    schedule = FeeSchedule.objects.create(name="Practice")
    for code, price in (PRICES if prices is None else prices).items():
        set_fee(schedule, code, price)
        for modifier, share in (("26", 3), ("TC", 2), ("52", 2)):
            set_fee(schedule, code, str(round(Decimal(price) / share, 2)), modifier)
    return schedule


def set_fee(
    schedule: FeeSchedule, code: str, price: str, modifier: str = "", since: date = date(2010, 1, 1)
) -> FeeLine:
    """One row of a price list."""
    return FeeLine.objects.create(
        schedule=schedule, code=code, modifier=modifier, amount=Decimal(price), effective_from=since
    )


def therapist() -> User:
    """Who signs sessions."""
    return user(Role.THERAPIST)


def deliver(patient: Treated, at: str, *, number: int | None = None, **values: object) -> Session:
    """A signed session of the patient's plan at a clinic-local moment such as '2025-03-03 09:00'."""
    moment = local(at)
    signer = therapist()
    session = Session.objects.create(
        **{
            "course": patient.course, "machine": patient.machine, "starts_at": moment, "treated_on": moment.date(),
            "signed_at": moment, "signed_by": signer, "logged_by": signer, **values,
        }
    )  # fmt: skip
    Fraction.objects.create(course=patient.course, session=session, plan=patient.plan, number=number)
    return session


def deliver_days(patient: Treated, first: date, count: int, **values: object) -> list[Session]:
    """``count`` signed sessions at nine o'clock on weekdays from ``first`` on, numbered from 1."""
    days = (first + timedelta(days=n) for n in range(count * 2 + 7))
    weekdays = [day for day in days if day.isoweekday() <= 5][:count]
    return [deliver(patient, f"{day} 09:00", number=n, **values) for n, day in enumerate(weekdays, 1)]


def ada_with_a_partial() -> Treated:
    """Return Ada after three clean sessions and one that was stopped part way: seven lines, one held by a finding."""
    practice_fees()
    patient = ada()
    deliver_days(patient, date(2025, 3, 4), 3)
    deliver(patient, "2025-03-07 09:00", number=4, status="partial", status_reason="Machine fault")
    capture_course(course_id=patient.course.pk)
    return patient


def clean(patient: Treated) -> list[LedgerEntry]:
    """Return the lines of ``ada_with_a_partial`` that no finding holds."""
    return [line for line in standing(patient, with_the_plan=True) if "52" not in line.modifiers]


def see_weekly(patient: Treated) -> None:
    """The physician's visit and the physics check of each five fractions, so that nothing of the weeks is missing."""
    days = patient.course.sessions.order_by("starts_at").values_list("treated_on", flat=True)
    for day in days[4::5]:
        for family, performer in (("visit", "physician"), ("physics_check", "physicist")):
            ClinicalEvent.objects.create(course=patient.course, family=family, happened_on=day, performer=performer)


def cancel(session: Session, reason: str = "Wrong patient selected") -> None:
    """Cancel a session as a correction would."""
    session.fractions.update(is_standing=False)
    Session.objects.filter(pk=session.pk).update(
        cancelled_at=session.starts_at, cancelled_by=therapist(), amendment_reason=reason
    )


WITH_A_PLAN = ("device", "dosimetry")
"""What a plan earns beside its own line; the tests that are about it ask for it."""


def standing(patient: Treated, *, with_the_plan: bool = False) -> list[LedgerEntry]:
    """The charges of the course that are not reversed, by day; without device and calculations of its plans."""
    entries = LedgerEntry.objects.filter(course=patient.course, kind="charge", reversal=None)
    entries = entries if with_the_plan else entries.exclude(family__in=WITH_A_PLAN)
    return list(entries.order_by("service_on", "family", "id"))


def codes(entries: Iterable[LedgerEntry]) -> list[str]:
    """Code and modifiers of entries."""
    return ["-".join((entry.code, *entry.modifiers)) for entry in entries]


def open_codes(patient: Treated) -> set[str]:
    """The codes of the findings that stand for the course."""
    return set(StandingFinding.objects.filter(course=patient.course, resolved_at=None).values_list("code", flat=True))


def put_on_claim(entries: Iterable[LedgerEntry]) -> Claim:
    """Put entries of one course on a claim of a sealed file, as an export would."""
    lines = list(entries)
    course = lines[0].course
    coverage = course.patient.coverages.get(rank="primary")
    total = sum((entry.amount or Decimal(0) for entry in lines), Decimal(0))
    number = ClaimFile.objects.count() + 1
    sealed = ClaimFile.objects.create(
        partner=_partner(), usage="T", control_number=number, batch_id=f"B{number}", name=f"{number}.837",
        sealed_at=local("2025-06-01 02:00"), byte_count=1, sha256="0" * 64, claim_count=1, line_count=len(lines),
        total_amount=total,
    )  # fmt: skip
    claim = Claim.objects.create(
        file=sealed, control_number=f"OC{number}", course=course, patient=course.patient, payer=coverage.payer,
        coverage=coverage, facility=course.facility, rendering_provider=course.physician, place_of_service="11",
        diagnoses=["C61"], total_amount=total,
    )  # fmt: skip
    for place, entry in enumerate(lines, 1):
        ClaimLine.objects.create(claim=claim, entry=entry, number=place, amount=entry.amount or Decimal(0))
    return claim


def _partner() -> TradingPartner:
    values = {
        "sender_id": "LAKESIDE", "receiver_id": "CLEARING", "application_sender": "LAKESIDE",
        "application_receiver": "CLEARING", "submitter_name": "Lakeside", "submitter_id": "L1",
        "contact_name": "Billing", "contact_phone": "6175550100", "receiver_name": "Clearing", "receiver_code": "C1",
        "folder": "clearing",
    }  # fmt: skip
    return TradingPartner.objects.get_or_create(name="Clearing", defaults=values)[0]
