"""The dashboard: numbers of a period and of today, and the rows behind each. Reads only, stores nothing.

What it shows of authorizations, missing answers and the nightly proof is counted by their own rooms.
"""

from billing.dashboard.asked import MOST_DAYS, NONE, Asked, By, Grain
from billing.dashboard.figures import Denied, Figures, Group, Held, Lag, Tally, figures
from billing.dashboard.relations import LAG_ENDS
from billing.dashboard.rows import SERIES, Figure, Narrowed, denials_of, lines_of

__all__ = [
    "LAG_ENDS",
    "MOST_DAYS",
    "NONE",
    "SERIES",
    "Asked",
    "By",
    "Denied",
    "Figure",
    "Figures",
    "Grain",
    "Group",
    "Held",
    "Lag",
    "Narrowed",
    "Tally",
    "denials_of",
    "figures",
    "lines_of",
]
