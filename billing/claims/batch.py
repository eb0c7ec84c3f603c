"""What goes into one file together: one kind of claims, and either first claims or follow-ups of sent ones.

Follow-ups have files of their own: one that the partner refuses keeps nothing but corrections, and a night of first
claims asks nothing about them.
"""

from typing import NamedTuple

from billing.rules.lines import ClaimKind

_LINES_PER_CLAIM = {ClaimKind.PROFESSIONAL: 50, ClaimKind.INSTITUTIONAL: 999}


class Batch(NamedTuple):
    """A kind of claims, first or following up."""

    claim_kind: ClaimKind
    is_follow_up: bool = False

    @property
    def lines_per_claim(self) -> int:
        """How many lines a claim of this kind takes (2400 LX)."""
        return _LINES_PER_CLAIM[self.claim_kind]

    @property
    def is_institutional(self) -> bool:
        """Whether its claims are 837I."""
        return self.claim_kind is ClaimKind.INSTITUTIONAL


BATCHES = tuple(Batch(kind, is_follow_up) for is_follow_up in (False, True) for kind in ClaimKind)
"""In the order in which a partner's are sealed. The first is always asked for; it says which of the others wait."""
FIRST = BATCHES[0]
