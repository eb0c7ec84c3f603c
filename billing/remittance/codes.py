"""What the codes of remittances mean: the practice's loaded lists first, then this product's own words."""

from billing.remittance.spooling import KnownCodes
from billing.x12 import codes


def known_codes() -> KnownCodes:
    """Return the codes for which there are words."""
    return KnownCodes(codes.known_reasons(), codes.known_remarks())
