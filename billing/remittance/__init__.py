"""What payers paid: a remittance is stored as it was read, matched with our claims and lines, and posted or held.

The door for whoever reads receipts is ``post``: once for each 835 transaction, inside his transaction. How the file is
fetched, stored and read is billing/receipts and billing/x12; where a claim stands after it is billing/events.
"""

from billing.remittance.after_refusal import sent_twice_maybe
from billing.remittance.by_hand import Suggestion, match_by_hand, set_aside, suggestions, unmatched_claims
from billing.remittance.denials import days_left, decide, denials_to_work, in_full
from billing.remittance.posting import Posted, post
from billing.remittance.releasing import RemittanceError, counting_for_same_payment, release

__all__ = [
    "Posted",
    "RemittanceError",
    "Suggestion",
    "counting_for_same_payment",
    "days_left",
    "decide",
    "denials_to_work",
    "in_full",
    "match_by_hand",
    "post",
    "release",
    "sent_twice_maybe",
    "set_aside",
    "suggestions",
    "unmatched_claims",
]
