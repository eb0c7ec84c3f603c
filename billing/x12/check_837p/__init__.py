"""What makes a professional claim wrong before it is written: our own checks of one claim value.

Faults are values, all of them at once. Verdicts on what repeats (providers, payers, codes, dates) are remembered.
Not here: charge rules, medical necessity, the code lists of payers.
"""

from billing.x12.check_837p.claim import check_claim
from billing.x12.checking.claims import UNLISTED_CODES
from billing.x12.checking.faults import ClaimFault

__all__ = ["UNLISTED_CODES", "ClaimFault", "check_claim"]
