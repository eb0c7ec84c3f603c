"""What makes a professional claim wrong before it is written: our own checks of one claim value.

Faults are values, all of them at once. Verdicts on what repeats (providers, payers, codes, dates) are remembered.
Not here: charge rules, medical necessity, code lists that a payer keeps.
"""

from datetime import date
from typing import NamedTuple

from billing.x12.claim_837p.values import Claim837P


class ClaimFault(NamedTuple):
    """One thing wrong with a claim. ``found`` may be a patient's: show it on the claim, never log it."""

    loop: str
    """2010AA, 2300, 2400/3 (line 3) ..."""
    segment: str
    """CLM, NM1*85, REF*6R ..."""
    element: int
    field: str
    """The name of the value's field, e.g. subscriber.member_id."""
    found: str
    remedy: str
    """What is wrong and what to do, in the biller's words."""


def check_claim(claim: Claim837P, *, today: date) -> list[ClaimFault]:
    """Return everything wrong with a claim, in the order of the guide; empty if it may be written.

    Args:
        claim: as it will be given to the writer.
        today: the clinic's local day; later dates of service are faults.
    """
    raise NotImplementedError
