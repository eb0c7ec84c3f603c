"""Reads claim files of our own back into the values they were written from: the writers' mirror.

For paper of a claim that was sealed, and for round trips. It trusts its input, as only our own files are read; what
others send is read by billing/x12/reading, which trusts nothing.
"""

from billing.x12.claim_837i import Claim837I
from billing.x12.claim_837p import Claim837P
from billing.x12.read_back.bills import read_bills
from billing.x12.read_back.claims import read_claims

__all__ = ["read_bills", "read_claim", "read_claims"]


def read_claim(text: str) -> Claim837P | Claim837I:
    """Return the one claim of a text that holds one with all that stands above it.

    Raises:
        ValueError: there is none, or several.
    """
    found: list[Claim837P] | list[Claim837I] = read_bills(text) if "005010X223A2" in text else read_claims(text)
    (claim,) = found
    return claim
