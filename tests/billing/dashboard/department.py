"""A small department for the tests of the dashboard: two sites, three machines, two payers, lines in every state."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import count

from billing.models import (
    Claim,
    ClaimFile,
    ClaimLine,
    Denial,
    HoldReason,
    LedgerEntry,
    Remittance,
    RemittanceClaim,
    Review,
    StandingFinding,
    TradingPartner,
)
from courses.models import Machine, Session
from patients.models import Facility, Payer
from patients.roles import Role
from tests import cast
from tests.cast import Treated, local
from tests.exports import partner

SINCE, UNTIL = date(2026, 3, 2), date(2026, 4, 10)
LAGS = (0.2, 1.5, 2.5, 4.0, 6.5, 10.0, 20.0, 45.0)
"""Days from session to release, one for each bar of the plot."""
_KINDS = (
    ("delivery", "77407", "720.00"), ("delivery", "77412", "910.50"), ("guidance", "77387", None),
    ("delivery", "G6015", "610.00"),
)  # fmt: skip


def department() -> None:
    """Make all of it."""
    numbers = count(1)
    second = Machine.objects.create(facility=cast.center(), name="Halcyon")
    patients = [
        _patient("R-1", cast.center(), cast.commercial()),
        _patient("R-2", cast.hospital(), cast.medicare()),
        _patient("R-3", cast.center(), cast.medicare()),
    ]
    machines = (patients[0].machine, patients[1].machine, second)
    partner()
    for place, (patient, machine) in enumerate(zip(patients, machines, strict=True)):
        entries = _lines(patient, machine, numbers, shift=place)
        _decide(entries, shift=place)
        _claims(patient, entries)
    # A coverage that ended: what comes after it has no payer.
    patients[2].coverage.effective_to = date(2026, 3, 20)
    patients[2].coverage.save()


def _patient(mrn: str, facility: Facility, payer: Payer) -> Treated:
    return cast.treated(
        mrn=mrn, last_name=f"Reed{mrn}", facility=facility, payer=payer, opened_on=date(2026, 2, 20), diagnosis="C61"
    )


def _lines(patient: Treated, machine: Machine, numbers: "count[int]", *, shift: int) -> list[LedgerEntry]:
    """Twenty-four sessions from before the period to after it, a line each; plan and management without a session."""
    days = [date(2026, 2, 26) + timedelta(days=2 * n + shift) for n in range(24)]
    moments = [local(f"{day} 09:{10 + shift}") for day in days]
    signer = cast.user(Role.THERAPIST)
    sessions = Session.objects.bulk_create(
        Session(
            course=patient.course, machine=machine, starts_at=at, treated_on=at.date(), signed_at=at, signed_by=signer
        )
        for at in moments
    )  # fmt: skip
    made = [
        _entry(patient, next(numbers), one.treated_on, _KINDS[n % len(_KINDS)], one) for n, one in enumerate(sessions)
    ]
    made += [_entry(patient, next(numbers), days[n], ("management", "77427", "410.25")) for n in (4, 9, 14)]
    made += [_entry(patient, next(numbers), days[3], ("plan", "77301", "2450.00"))]
    entries = LedgerEntry.objects.bulk_create(made)
    for entry in entries[6:8]:
        amount = None if entry.amount is None else -entry.amount
        same = {name: getattr(entry, name) for name in ("course", "line_key", "family", "code", "service_on", "units")}
        LedgerEntry.objects.create(
            kind="reversal", reverses=entry, claim_kind=entry.claim_kind, place_of_service="11", rule="S1",
            unit_amount=amount, amount=amount, session=entry.session, **same,
        )  # fmt: skip
    return [*entries[:6], *entries[8:]]


def _entry(
    patient: Treated, number: int, on: date, kind: tuple[str, str, str | None], session: Session | None = None
) -> LedgerEntry:
    family, code, amount = kind
    price = None if amount is None else Decimal(amount)
    return LedgerEntry(
        kind="charge", course=patient.course, session=session, line_key=f"{family}/{number}", family=family, code=code,
        service_on=on, units=1, claim_kind="professional", place_of_service="11", unit_amount=price, amount=price,
        rule="S1", because={"rule": "S1"},
    )  # fmt: skip


def _decide(entries: Sequence[LedgerEntry], *, shift: int) -> None:
    """Release every line but each fifth; of those hold one by the rules, one by a person, leave one open, in turn."""
    for number, entry in enumerate(entries):
        begin = entry.session.starts_at if entry.session else local(f"{entry.service_on} 12:00")
        at = begin + timedelta(days=LAGS[(number + shift) % len(LAGS)])
        if number % 5:
            Review.objects.create(entry=entry, state="released", at=at)
        elif number % 3 == 0:
            _find(entry, "missing-diagnosis", "hold")
            _find(entry, "partial-fraction", "hold")
        elif number % 3 == 1:
            reason = HoldReason.objects.get_or_create(
                code="coverage", defaults={"words": "Coverage to be verified", "days": 2}
            )[0]
            Review.objects.create(
                entry=entry, state="held", reason="Coverage", at=at, code=reason, owner=cast.user(Role.BILLER),
                due_on=date(2026, 5, 1), held_since=at,
            )  # fmt: skip
            _find(entry, "visit-missing", "warning")
    _find(entries[5], "dvh-missing", "hold", resolved_at=local("2026-04-01 08:00"))
    biller = cast.user(Role.BILLING_MANAGER)
    passed = {"overridden_at": local("2026-04-01 08:00"), "overridden_by": biller, "override_reason": "Seen"}
    _find(entries[10], "dvh-missing", "hold", **passed)


def _find(entry: LedgerEntry, code: str, severity: str, **values: object) -> None:
    StandingFinding.objects.create(
        course=entry.course, entry=entry, code=code, severity=severity, message=code, subject="s", **values
    )


def _claims(patient: Treated, entries: Iterable[LedgerEntry]) -> None:
    """Put half of the released, priced lines on claims; one of them was refused and went out again; two are denied."""
    ready = [one for one in entries if one.amount and Review.objects.filter(entry=one, state="released").exists()]
    for number, entry in enumerate(ready[::2]):
        review = Review.objects.get(entry=entry)
        claim = seal(patient, [entry], days_after=(0.3, 1.2, 3.5, 8.0)[number % 4], of=review)
        if number == 1:
            ClaimLine.objects.filter(claim=claim).update(ended_at=review.at + timedelta(days=9))
            review.at += timedelta(days=10)
            review.save()
            seal(patient, [entry], days_after=2.2, of=review)
        if number in (2, 3):
            _deny(claim, entry, "CO", "50" if number == 2 else "197", review.at.date() + timedelta(days=6))


def seal(patient: Treated, entries: Sequence[LedgerEntry], *, days_after: float, of: Review) -> Claim:
    """Put entries on a claim of a file of its own, so many days after a release."""
    total = sum((entry.amount or Decimal(0) for entry in entries), Decimal(0))
    number = ClaimFile.objects.count() + 1
    file = ClaimFile.objects.create(
        partner=TradingPartner.objects.earliest("pk"), usage="T", control_number=number, batch_id=f"B{number}",
        name=f"{number}.x12", sealed_at=of.at + timedelta(days=days_after), byte_count=1,
        sha256="0" * 64, claim_count=1, line_count=len(entries), total_amount=total,
    )  # fmt: skip
    claim = Claim.objects.create(
        file=file, control_number=f"C{number}", course=patient.course, patient=patient.patient,
        payer=patient.coverage.payer, coverage=patient.coverage, facility=patient.course.facility,
        place_of_service="11", diagnoses=["C61"], total_amount=total,
    )  # fmt: skip
    for place, entry in enumerate(entries, 1):
        ClaimLine.objects.create(claim=claim, entry=entry, number=place, amount=entry.amount or Decimal(0))
    return claim


def _deny(claim: Claim, entry: LedgerEntry, group: str, reason: str, on: date) -> None:
    remittance = Remittance.objects.create(
        payer_identifier="1", trace_number=f"T{claim.pk}", amount=Decimal(0), claims_paid=Decimal(0),
        adjusted_outside=Decimal(0), claim_count=1, line_count=0, fingerprint=f"f{claim.pk}", state="posted",
        keyed_by=cast.user(Role.BILLER),
    )  # fmt: skip
    paid = RemittanceClaim.objects.create(
        remittance=remittance, number=1, position=0, claim=claim, matched_by="control", charge=claim.total_amount,
        paid=Decimal(0), patient_amount=Decimal(0),
    )  # fmt: skip
    Denial.objects.create(
        remittance_claim=paid, claim=claim, entry=entry, amount=entry.amount or Decimal(0), group=group, reason=reason,
        denied_on=on, state="open" if reason == "50" else "corrected",
    )  # fmt: skip
