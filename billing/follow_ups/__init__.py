"""What is to be done about claims that were sent: correct them, or ask the patient's next payer.

Reads what changed since a claim went out, and takes a biller's decision about it; the next export sends what was
decided (billing/submission). Which lines were reversed is capture's finding; what payers answered stands with the
claim.
"""

from billing.follow_ups.claim_numbers import payer_claim_numbers
from billing.follow_ups.corrections import (
    ChangedLine,
    Correction,
    MovedLine,
    claims_to_correct,
    correction_of,
    corrections_of,
    corrections_to_send,
)
from billing.follow_ups.deciding import (
    MAY_DECIDE,
    cancel,
    decide_correction,
    leave_as_it_stands,
    note_told_by_hand,
)
from billing.follow_ups.forwarding import Sending, not_sent, send_to_next_payer
from billing.follow_ups.next_payers import NextPayer, claims_for_next_payer, forwarded_claims, next_payers_of
from billing.follow_ups.reasons import reason_words, reasons_for, reasons_for_medicare

__all__ = [
    "MAY_DECIDE",
    "ChangedLine",
    "Correction",
    "MovedLine",
    "NextPayer",
    "Sending",
    "cancel",
    "claims_for_next_payer",
    "claims_to_correct",
    "correction_of",
    "corrections_of",
    "corrections_to_send",
    "decide_correction",
    "forwarded_claims",
    "leave_as_it_stands",
    "next_payers_of",
    "not_sent",
    "note_told_by_hand",
    "payer_claim_numbers",
    "reason_words",
    "reasons_for",
    "reasons_for_medicare",
    "send_to_next_payer",
]
