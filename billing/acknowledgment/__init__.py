"""What TA1, 999 and 277CA do to our files and claims: replies, events, refused claims whose lines are open again.

Not here: fetching and storing what a partner sends (billing/receipts), payments (billing/remittance), the grammar of
the answers (billing/x12). ``Answers`` gathers while a receipt is read; ``post_answers`` posts at its end.
"""

from billing.acknowledgment.answers import Answers
from billing.acknowledgment.counting import Tally, all_claims, claims_by_file
from billing.acknowledgment.interchanges import take_ta1
from billing.acknowledgment.missing import Missing, missing_answers
from billing.acknowledgment.posting import Posted, post_answers
from billing.acknowledgment.sets import take_999
from billing.acknowledgment.statuses import take_277ca
from billing.acknowledgment.words import MEANINGS

__all__ = [
    "MEANINGS",
    "Answers",
    "Missing",
    "Posted",
    "Tally",
    "all_claims",
    "claims_by_file",
    "missing_answers",
    "post_answers",
    "take_277ca",
    "take_999",
    "take_ta1",
]
