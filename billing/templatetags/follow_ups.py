"""Template filters of claims that were sent: where one stands, why one is corrected."""

from django import template

from billing.follow_ups import reason_words as words_of_reason
from billing.models import Claim, ClaimStanding
from billing.standing import ClaimFacts, standing_of

register = template.Library()


@register.filter
def claim_stands(claim: Claim) -> str:
    """Return where a claim stands. Select ``file`` and ``standing``."""
    answered: ClaimStanding | None = getattr(claim, "standing", None)
    file = claim.file
    facts = ClaimFacts(
        answered.state if answered else "", file.delivered_at is not None, file.acknowledged_at is not None
    )
    return standing_of(facts).value


@register.filter
def reason_words(code: str) -> str:
    """Say why an institutional claim is corrected."""
    return words_of_reason(code)
