"""What the pages of remittances ask in their own words: codes, adjustments of a claim or line."""

from collections.abc import Iterator
from decimal import Decimal

from django import template

from billing.models import Denial, RemittanceClaim, RemittanceLine
from billing.remittance.codes import Words
from billing.remittance.denials import PAYMENT_TAKEN_BACK
from billing.x12 import codes

register = template.Library()


@register.filter
def adjustments(paid: RemittanceClaim | RemittanceLine, words: Words) -> Iterator[tuple[str, str, Decimal]]:
    """Yield code, words and amount of each adjustment."""
    for group, reason, amount in zip(paid.groups, paid.reasons, paid.adjusted, strict=True):
        yield f"{group}-{reason}", words.reason(reason), amount


@register.simple_tag
def why_refused(denial: Denial, words: Words) -> str:
    """Return a denial's reason in words. Select ``remittance_claim``."""
    if denial.is_taken_back:
        return PAYMENT_TAKEN_BACK
    if not denial.reason:
        return "Denied without a reason."
    return words.reason(denial.reason) or f"Reason {denial.group}-{denial.reason}, which no loaded list explains."


@register.filter
def remark_words(code: str, words: Words) -> str:
    """Return what a remark (RARC) means."""
    return words.remark(code)


@register.filter
def group_words(code: str) -> str:
    """Return what the group of an adjustment means."""
    return codes.group_meaning(code)


@register.filter
def status_words(code: str) -> str:
    """Return what CLP02 means."""
    return codes.claim_status_meaning(code) or f"Status {code}."


@register.filter
def outside_words(code: str) -> str:
    """Return what the reason of a provider-level adjustment means."""
    return codes.provider_reason_meaning(code) or f"Reason {code}."
