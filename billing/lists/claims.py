"""Claims, their corrections, claims for the next payer, and denials, as rows of cells."""

from datetime import date
from typing import Any

from django.db.models import QuerySet

from billing import follow_ups
from billing.lists.cells import STRETCH, Rows, joined, stretches
from billing.models import Claim, Denial, LedgerEntry
from billing.remittance.codes import words_on
from billing.remittance.denials import PAYMENT_TAKEN_BACK, days_left

_FEW = 200
"""How many claims are looked into at once where each needs its lines."""


def claim_rows(claims: "QuerySet[Any, Any]") -> Rows:
    """Yield claims, noted with where each stands. Select patient, payer, course and file."""
    yield (
        "claim", "number", "stands", "kind", "frequency", "payer's turn", "patient", "MRN", "course", "payer", "amount",
        "file", "sealed at", "delivered at",
    )  # fmt: skip
    for one in claims.iterator(chunk_size=STRETCH):
        yield (
            one.pk, one.control_number, "over" if one.is_over else one.stands, one.claim_kind, one.frequency,
            one.sequence, one.patient.full_name, one.patient.mrn, one.course.title, one.payer.name, one.total_amount,
            one.file.name, one.file.sealed_at, one.file.delivered_at,
        )  # fmt: skip


def correction_rows(claims: QuerySet[Claim]) -> Rows:
    """Yield the changed lines of claims that ask for a correction."""
    yield (
        "claim", "number", "patient", "MRN", "payer", "line", "was", "day", "amount", "why", "instead", "new amount",
        "waits for", "decided",
    )  # fmt: skip
    for ids in stretches(claims.values_list("pk", flat=True).iterator(), _FEW):
        for correction in follow_ups.corrections_of(ids):
            yield from _changed(correction)


def _changed(correction: follow_ups.Correction) -> Rows:
    claim, decided = correction.claim, correction.follow_up
    head = (claim.pk, claim.control_number, claim.patient.full_name, claim.patient.mrn, claim.payer.name)
    for one in correction.changed:
        after = one.after
        yield (
            *head, one.before.pk, _code(one.before), one.before.service_on, one.before.amount, one.reason,
            _code(after) if after else "", after.amount if after else None, joined(correction.waits_for),
            decided.get_kind_display() if decided else "",
        )  # fmt: skip
    for moved in correction.moved:
        entry = moved.line.entry
        yield (
            *head, entry.pk, _code(entry), entry.service_on, moved.line.amount,
            f"Another payer is the first on its day now: {moved.payer.name}, {moved.words}.",
            "", None, joined(correction.waits_for),
            decided.get_kind_display() if decided else "",
        )  # fmt: skip


def next_payer_rows(claims: QuerySet[Claim]) -> Rows:
    """Yield the claims that their payer decided and whose patients have another one."""
    yield (
        "claim", "number", "patient", "MRN", "first day", "paid by", "next payer", "left", "sent on by the payer",
        "changed since", "decided",
    )  # fmt: skip
    for ids in stretches(claims.values_list("pk", flat=True).iterator(), _FEW):
        for one in follow_ups.next_payers_of(ids):
            claim = one.claim
            yield (
                claim.pk, claim.control_number, claim.patient.full_name, claim.patient.mrn, one.first_day,
                claim.payer.name, one.coverage.payer.name, one.left, "yes" if one.is_forwarded else "no",
                "yes" if one.is_changed else "no", one.follow_up.get_kind_display() if one.follow_up else "",
            )  # fmt: skip


def denial_rows(denials: QuerySet[Denial], today: date) -> Rows:
    """Yield denials with their reason in words. Select claim, patient, payer, entry, worker and remittance."""
    yield (
        "denial", "state", "reason", "says", "patient", "MRN", "claim", "payer", "line", "code", "day", "amount",
        "denied on", "appeal until", "days left", "worked by", "note", "payment",
    )  # fmt: skip
    words = words_on(today)
    for one in denials.iterator(chunk_size=STRETCH):
        entry, claim = one.entry, one.claim
        yield (
            one.pk, one.state, f"{one.group}-{one.reason}".strip("-"),
            PAYMENT_TAKEN_BACK if one.is_taken_back else words.reason(one.reason),
            claim.patient.full_name, claim.patient.mrn, claim.control_number, claim.payer.name,
            entry.pk if entry else None, _code(entry) if entry else "whole claim", entry.service_on if entry else None,
            one.amount, one.denied_on, one.appeal_until, days_left(one, today),
            one.worked_by.username if one.worked_by else "", one.note, one.remittance_claim.remittance.trace_number,
        )  # fmt: skip


def _code(entry: LedgerEntry) -> str:
    return "-".join((entry.code, *entry.modifiers))
