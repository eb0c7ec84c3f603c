"""What a biller must look at, and what a biller decides: release, hold, take back, override.

Reads are query sets in a fixed number of queries; decisions are steps, each in one transaction that
locks the money of the courses first. What should be charged is the rules' business, not this room's.
"""

from billing.worklist.decisions import Decided, Refusal, release, undo
from billing.worklist.earned import Earned, earned_by
from billing.worklist.filing import Due, pressing
from billing.worklist.filters import EVERYTHING, ON_NO_CLAIM, TO_REVIEW, WAITING, Filters, LineState
from billing.worklist.holds import hold
from billing.worklist.lines import ORDERS, ReviewLine, StateTotal, lines, loose_findings, totals
from billing.worklist.overrides import (
    MAY_OVERRIDE,
    NEVER_OVERRIDDEN,
    may_override,
    override_finding,
)

__all__ = [
    "EVERYTHING",
    "MAY_OVERRIDE",
    "NEVER_OVERRIDDEN",
    "ON_NO_CLAIM",
    "ORDERS",
    "TO_REVIEW",
    "WAITING",
    "Decided",
    "Due",
    "Earned",
    "Filters",
    "LineState",
    "Refusal",
    "ReviewLine",
    "StateTotal",
    "earned_by",
    "hold",
    "lines",
    "loose_findings",
    "may_override",
    "override_finding",
    "pressing",
    "release",
    "totals",
    "undo",
]
