"""Claim files, answers of partners, remittances and what of them is not matched, as rows of cells."""

from typing import Any

from django.db.models import QuerySet

from billing.lists.cells import STRETCH, Rows, joined, stretches
from billing.models import ClaimFile, Receipt, Remittance, RemittanceClaim
from billing.receipts import listing


def file_rows(files: QuerySet[ClaimFile]) -> Rows:
    """Yield sealed claim files. Select the partner."""
    yield (
        "file", "name", "partner", "kind", "control number", "claims", "lines", "amount", "sealed at", "delivered at",
        "acknowledged at", "refused at", "bytes", "SHA-256", "delivery error",
    )  # fmt: skip
    for one in files.iterator(chunk_size=STRETCH):
        yield (
            one.pk, one.name, one.partner.name, one.claim_kind, one.control_number, one.claim_count, one.line_count,
            one.total_amount, one.sealed_at, one.delivered_at, one.acknowledged_at, one.refused_at, one.byte_count,
            one.sha256, one.delivery_error,
        )  # fmt: skip


def receipt_rows(receipts: QuerySet[Receipt]) -> Rows:
    """Yield answers of partners with what each said, in few words. Select the partner."""
    yield "receipt", "partner", "received at", "kinds", "read at", "said", "open warnings", "bytes", "SHA-256", "error"
    for stretch in stretches(receipts.iterator(chunk_size=STRETCH)):
        ids = [one.pk for one in stretch]
        said, warnings = listing.said_by(receipt_ids=ids), listing.open_warnings(receipt_ids=ids)
        for one in stretch:
            yield (
                one.pk, one.partner.name, one.received_at, " ".join(one.kinds), one.read_at,
                joined(said.get(one.pk, [])), warnings.get(one.pk, 0), one.byte_count, one.sha256, one.error,
            )  # fmt: skip


def remittance_rows(remittances: "QuerySet[Any, Any]") -> Rows:
    """Yield remittances, annotated with how many of their claims are not matched."""
    yield (
        "remittance", "state", "payer", "trace", "method", "paid on", "amount", "claims paid", "adjusted outside",
        "claims", "not matched", "why held", "released by", "at",
    )  # fmt: skip
    for one in remittances.select_related("released_by").iterator(chunk_size=STRETCH):
        yield _remittance(one, one.unmatched)


def _remittance(one: Remittance, unmatched: int) -> tuple[Any, ...]:
    return (
        one.pk, one.state, one.payer_name, one.trace_number, one.method, one.paid_on, one.amount, one.claims_paid,
        one.adjusted_outside, one.claim_count, unmatched, joined(one.why_held),
        one.released_by.username if one.released_by else "", one.at,
    )  # fmt: skip


def unmatched_rows(paid: QuerySet[RemittanceClaim]) -> Rows:
    """Yield paid claims of which none of ours was found. Select the remittance."""
    yield (
        "paid claim", "remittance", "trace", "payer", "paid on", "number as given", "payer's number", "last name",
        "first name", "member id", "charged", "paid", "patient's part", "served from", "served to",
    )  # fmt: skip
    for one in paid.iterator(chunk_size=STRETCH):
        remittance = one.remittance
        yield (
            one.pk, remittance.pk, remittance.trace_number, remittance.payer_name, remittance.paid_on,
            one.control_number, one.payer_claim_number, one.patient_last_name, one.patient_first_name,
            one.patient_identifier, one.charge, one.paid, one.patient_amount, one.served_from, one.served_to,
        )  # fmt: skip
