"""Template tags of the grid and of proofs: how a visit is shown, what a gap is called, what the last proof said."""

from datetime import timedelta
from typing import NamedTuple

from django import template
from django.utils import timezone

from billing.models import Proof
from billing.reconciliation.cells import ABORTED, CellState, Visit
from billing.reconciliation.gaps import GAP_MEANING, GAP_WORDS, REASON_WORDS, GapKind
from billing.reconciliation.open_rows import ITEM_WORDS, Item

register = template.Library()

STALE_AFTER = timedelta(hours=26)
"""A proof each night; two hours are for a night that was long."""


class Look(NamedTuple):
    """How a visit is shown: a sign of one letter, the words, tone and icon."""

    sign: str
    words: str
    tone: str
    icon: str


LOOKS = {
    CellState.NOT_CHARGED: Look("!", "Treated, not charged", "refused", "refused"),
    CellState.NOT_TREATED: Look("?", "Charged, not treated", "reversed", "question"),
    CellState.DOUBLE: Look("2", "Charged twice", "reversed", "warning"),
    CellState.UNSIGNED: Look("U", "Not signed yet", "warning", "edit"),
    CellState.EXPLAINED: Look("N", "No line, explained", "neutral", "info"),
    CellState.CHARGED: Look("C", "Charged, to review", "info", "draft"),
    CellState.HELD: Look("H", "Held", "held", "held"),
    CellState.RELEASED: Look("R", "Released", "good", "check"),
    CellState.EXPORTED: Look("E", "On a claim or sent", "sent", "sent"),
    CellState.ACKNOWLEDGED: Look("A", "Acknowledged or accepted", "sent", "check"),
    CellState.DENIED: Look("D", "Rejected or denied", "refused", "reversed"),
    CellState.PAID: Look("P", "Paid", "good", "check"),
}
REASONS = {**REASON_WORDS, ABORTED: "no beam"}


@register.simple_tag
def legend() -> list[tuple[CellState, Look]]:
    """Return every look, in the order of the way."""
    return list(LOOKS.items())


@register.filter
def look(visit: Visit) -> Look:
    """Return how a visit is shown."""
    return LOOKS[visit.state]


@register.filter
def visit_words(visit: Visit) -> str:
    """Say in words what the sign of a visit means, and why."""
    at = f"{visit.session.at:%H:%M} " if visit.session else ""
    reason = REASONS.get(visit.reason, visit.reason)
    return f"{at}{LOOKS[visit.state].words.lower()}{f': {reason}' if reason else ''}"


@register.filter
def gap_words(kind: str) -> str:
    """Name a gap."""
    return GAP_WORDS[GapKind(kind)]


@register.filter
def gap_meaning(kind: str) -> str:
    """Say what a gap of the kind means."""
    return GAP_MEANING[GapKind(kind)]


@register.filter
def item_words(item: str) -> str:
    """Say what a question of the checklist asks."""
    return ITEM_WORDS[Item(item)]


@register.filter
def reasons_of(explained: dict[str, int]) -> list[tuple[str, int]]:
    """Return why sessions have no line, in words, with how many."""
    return sorted((REASON_WORDS.get(reason, reason), count) for reason, count in explained.items())


@register.filter
def hours_ago(proof: Proof) -> int:
    """Return how many whole hours ago the proof ran."""
    return int((timezone.now() - proof.proved_at).total_seconds() // 3600)


@register.inclusion_tag("billing/last_proof.html")
def last_proof(only_stale: bool = False) -> dict[str, object]:
    """Show what the last proof said, or that it did not run; one query. ``only_stale``: nothing while it is fresh."""
    proof = Proof.objects.order_by("-proved_at", "-pk").first()
    is_stale = proof is not None and timezone.now() - proof.proved_at > STALE_AFTER
    return {"proof": proof, "is_stale": is_stale, "is_shown": is_stale or not only_stale}
