"""Where a charge line and a claim stand, from open to paid: the one place that derives it.

Two spellings of one table (docs/claims.md): as expressions of SQL for lists, filters and counts, and as a pure fold for
what is at hand already. Nothing is stored here: review, claim line, file and the answers of partners say it all.
"""

from billing.standing.claims import claims_noted, claims_that_stand
from billing.standing.counts import StandingCount, standing_counts
from billing.standing.lines import noted, of_standing
from billing.standing.words import ANSWERED, IN_HAND, SENT, ClaimFacts, LineFacts, Standing, standing_of, stands_as

__all__ = [
    "ANSWERED",
    "IN_HAND",
    "SENT",
    "ClaimFacts",
    "LineFacts",
    "Standing",
    "StandingCount",
    "claims_noted",
    "claims_that_stand",
    "noted",
    "of_standing",
    "standing_counts",
    "standing_of",
    "stands_as",
]
