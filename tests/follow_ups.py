"""What the tests of corrections and next payers share: a sent claim, lines that changed since, a decision about it."""

from typing import Any

from django.db.models import Max

from billing.models import Claim, ClaimLine, FollowUp, LedgerEntry, WaitingLine
from patients.roles import Role
from tests.cast import user
from tests.exports import NIGHT, captured, export, release


def sent(*entries: LedgerEntry, **values: Any) -> Claim:
    """Release lines, export them, and return the one claim on which they went out."""
    release(*entries)
    exported = export(**values)
    assert exported.errors == []
    (claim,) = Claim.objects.filter(lines__entry__in=entries).distinct()
    return claim


def reverse(entry: LedgerEntry) -> LedgerEntry:
    """Reverse a charge, as a capture does."""
    same = ("course_id", "line_key", "generation", "family", "code", "modifiers", "service_on", "units", "claim_kind",
            "place_of_service", "rule")  # fmt: skip
    assert entry.unit_amount is not None and entry.amount is not None
    reversal = LedgerEntry.objects.create(
        kind="reversal", reverses=entry, unit_amount=-entry.unit_amount, amount=-entry.amount,
        because={"reason": "The session was amended."}, **{name: getattr(entry, name) for name in same},
    )  # fmt: skip
    captured()
    return reversal


def instead(entry: LedgerEntry, **values: Any) -> LedgerEntry:
    """Reverse a charge and post what takes its place, as a capture does."""
    reverse(entry)
    same = ("course_id", "line_key", "family", "code", "modifiers", "service_on", "units", "claim_kind",
            "place_of_service", "unit_amount", "amount", "rule")  # fmt: skip
    latest = LedgerEntry.objects.filter(course=entry.course_id, line_key=entry.line_key).aggregate(Max("generation"))
    made = LedgerEntry.objects.create(
        kind="charge", replaces=entry, generation=latest["generation__max"] + 1,
        **{**{name: getattr(entry, name) for name in same}, **values},
    )  # fmt: skip
    captured()
    return made


def decided(claim: Claim, kind: str, **values: Any) -> FollowUp:
    """Decide what is to be done about a claim."""
    if kind != FollowUp.Kind.NEXT_PAYER:
        values = {"payer_claim_number": "PAYER-77", **values}
        if claim.claim_kind == "institutional":
            values = {"reason_code": "D1" if kind == FollowUp.Kind.REPLACEMENT else "D6", **values}
    return FollowUp.objects.create(claim=claim, kind=kind, decided_by=user(Role.BILLER), decided_at=NIGHT, **values)


def error_of(follow_up: FollowUp) -> str:
    """Why the last export left it; it must not have been sent."""
    follow_up.refresh_from_db()
    assert follow_up.sent_as_id is None
    return follow_up.error


def sent_as(follow_up: FollowUp) -> Claim:
    """The claim as which it went out."""
    follow_up.refresh_from_db()
    assert follow_up.sent_as is not None, follow_up.error
    return follow_up.sent_as


def sent_as_after(follow_up: FollowUp) -> Claim:
    """Export without an error; return the claim as which it went out."""
    assert export().errors == []
    return sent_as(follow_up)


def on(claim: Claim) -> list[int]:
    """The entries that stand on a claim."""
    return list(claim.lines.filter(ended_at=None).order_by("entry").values_list("entry_id", flat=True))


def every_line_stands_once() -> None:
    """No line stands with two payers that are asked first, nor waits while it stands."""
    live = list(ClaimLine.objects.filter(ended_at=None, sequence="P").values_list("entry_id", flat=True))
    waiting = set(WaitingLine.objects.values_list("entry_id", flat=True))
    assert len(live) == len(set(live)) and not waiting & set(live)
