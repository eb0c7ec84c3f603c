"""Released lines and decided follow-ups -> claims: what goes, how it groups, what keeps it back, what says it went.

Works on one batch of one partner's share, inside the transaction of billing/submission that seals the file. Not here:
the file, its control numbers, its delivery; who decides about follow-ups, and what partners answer.
"""

from billing.claims.batch import BATCHES, FIRST, Batch
from billing.claims.checking import Checker, KeptBack, Reason
from billing.claims.earlier import EarlierDecision, EarlierPayer, LineDecision, earlier_payers
from billing.claims.gathering import gather
from billing.claims.posting import Totals, hold_back, post_claims, posting_statements, totals
from billing.claims.reading import Row, read_parties, spooled_rows
from billing.claims.routing import Held, hold_unroutable, payers_of
from billing.claims.selection import Gathered
from billing.claims.voids import claims_told_of, end_taken_voids, let_ask_anew

__all__ = [
    "BATCHES",
    "FIRST",
    "Batch",
    "Checker",
    "EarlierDecision",
    "EarlierPayer",
    "Gathered",
    "Held",
    "KeptBack",
    "LineDecision",
    "Reason",
    "Row",
    "Totals",
    "claims_told_of",
    "earlier_payers",
    "end_taken_voids",
    "gather",
    "hold_back",
    "hold_unroutable",
    "let_ask_anew",
    "payers_of",
    "post_claims",
    "posting_statements",
    "read_parties",
    "spooled_rows",
    "totals",
]
