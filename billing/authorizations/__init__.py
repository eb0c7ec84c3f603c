"""Prior authorizations: entered, corrected and ended; and how far their units reach in each course.

Steps and answers for the pages and the API. What an authorization holds is R1's (billing/rules); this room never
counts a unit itself.
"""

from billing.authorizations.attention import Attention, courses_needing_attention
from billing.authorizations.entering import (
    Particulars,
    change_authorization,
    end_authorization,
    enter_authorization,
    faults_of,
    void_authorization,
)
from billing.authorizations.history import Change, history_of
from billing.authorizations.reach import CourseReach, courses_asking, reach_of, reach_of_many
from billing.authorizations.words import Sentence, sentence_of

__all__ = [
    "Attention",
    "Change",
    "CourseReach",
    "Particulars",
    "Sentence",
    "change_authorization",
    "courses_asking",
    "courses_needing_attention",
    "end_authorization",
    "enter_authorization",
    "faults_of",
    "history_of",
    "reach_of",
    "reach_of_many",
    "sentence_of",
    "void_authorization",
]
