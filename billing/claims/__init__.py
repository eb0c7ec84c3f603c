"""Released lines -> claims: which lines go, how they group, what keeps a claim back, the rows that say it went.

Works on one partner's share, inside the transaction of billing/submission that seals the file. Not here:
the file, its control numbers, its delivery.
"""

from billing.claims.checking import Checker, KeptBack, Reason
from billing.claims.posting import Totals, hold_back, post_claims, posting_statements, totals
from billing.claims.reading import read_parties, spooled_rows
from billing.claims.routing import Held, hold_unroutable, payers_of
from billing.claims.selection import Gathered, gather

__all__ = [
    "Checker",
    "Gathered",
    "Held",
    "KeptBack",
    "Reason",
    "Totals",
    "gather",
    "hold_back",
    "hold_unroutable",
    "payers_of",
    "post_claims",
    "posting_statements",
    "read_parties",
    "spooled_rows",
    "totals",
]
