"""Professional claims (837P, 005010X222A1): values, the loops that write them, and the writer of whole interchanges.

Writes what it is given: whether a claim is right is asked of check_837p before, whether a file is right of inspect_837
after.
"""

from billing.x12.claim_837p.values import Claim837P, Line837P
from billing.x12.claim_837p.writer import write_interchange
from billing.x12.interchange import ClaimPlace, Replacement, TransactionSet, Written

__all__ = ["Claim837P", "ClaimPlace", "Line837P", "Replacement", "TransactionSet", "Written", "write_interchange"]
