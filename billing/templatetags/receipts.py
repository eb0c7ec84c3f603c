"""Template tags of what partners answered: alerts for the biller's first page, where the claims of files are."""

from collections.abc import Iterable, Mapping

from django import template

from billing.acknowledgment import Tally, all_claims, claims_by_file, missing_answers
from billing.models import ClaimFile
from billing.receipts import listing, meaning_of

register = template.Library()
NAMED = 3


@register.inclusion_tag("billing/answer_alerts.html")
def answer_alerts() -> dict[str, object]:
    """Tell which answers are missing, and which could not be read; nothing where nothing is. Two queries."""
    missing = missing_answers()
    failed = list(listing.failed()[: NAMED + 1])
    return {"missing": missing[:NAMED], "more": max(0, len(missing) - NAMED), "failed": failed[:NAMED]}


@register.simple_tag
def tallies_of(files: Iterable[ClaimFile]) -> dict[int, Tally]:
    """Return where the claims of each delivered file are: one query."""
    return claims_by_file(file_ids=[file.pk for file in files])


@register.simple_tag
def all_tallies() -> Tally:
    """Return where all claims of delivered files are: one query."""
    return all_claims()


@register.filter
def tally(tallies: Mapping[int, Tally], file_id: int) -> Tally | None:
    """Return the tally of a file; nothing for one that is not delivered."""
    return tallies.get(file_id)


@register.filter
def warning_meaning(code: str) -> str:
    """Say what a warning means."""
    return meaning_of(code)
