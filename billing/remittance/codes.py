"""What the codes of remittances mean: the practice's loaded lists first, then this product's own words."""

from billing.remittance.spooling import KnownCodes
from billing.x12 import codes


def known_codes() -> KnownCodes:
    """Return the codes for which there are words."""
    return KnownCodes(codes.known_reasons(), codes.known_remarks())


def reason_in_words(code: str) -> str:
    """Return what the reason of an adjustment (CARC) means; empty if nothing says so."""
    return codes.reason_meaning(code)


def remark_in_words(code: str) -> str:
    """Return what a remark (RARC) means; empty if nothing says so."""
    return codes.remark_meaning(code)
