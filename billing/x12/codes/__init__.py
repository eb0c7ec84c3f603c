"""What the codes of acknowledgments and remittances mean, in words of this product.

The published lists are long, change three times a year and are loaded elsewhere; here stand those that decide what
becomes of a claim, and those that a radiation-oncology biller meets. An unknown code is never a fault.
"""

from billing.x12.codes.tables import (
    Category,
    ClaimOutcome,
    category,
    claim_status_meaning,
    contract_reasons,
    element_error,
    forwarding_remarks,
    group_error,
    group_meaning,
    known_reasons,
    known_remarks,
    note_meaning,
    patient_share_reasons,
    provider_reason_meaning,
    reason_meaning,
    remark_meaning,
    segment_error,
    set_error,
    status_meaning,
)

__all__ = [
    "Category",
    "ClaimOutcome",
    "category",
    "claim_status_meaning",
    "contract_reasons",
    "element_error",
    "forwarding_remarks",
    "group_error",
    "group_meaning",
    "known_reasons",
    "known_remarks",
    "note_meaning",
    "patient_share_reasons",
    "provider_reason_meaning",
    "reason_meaning",
    "remark_meaning",
    "segment_error",
    "set_error",
    "status_meaning",
]
