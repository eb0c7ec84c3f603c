"""The forms of the clinical pages: read what a person typed, say all that is wrong with it, nothing else.

Each form's ``entry()`` gives the keyword arguments of the step that it feeds; the steps hold the rules.
"""

from courses.forms.course import CloseForm, CourseForm, DiagnosesForm, NamesForm, ReasonForm
from courses.forms.entries import AmendForm, CancelForm, LogForm
from courses.forms.event import EventForm
from courses.forms.plan import PlanForm
from courses.forms.signing import SignForm
from courses.forms.steps import take_faults

__all__ = [
    "AmendForm",
    "CancelForm",
    "CloseForm",
    "CourseForm",
    "DiagnosesForm",
    "EventForm",
    "LogForm",
    "NamesForm",
    "PlanForm",
    "ReasonForm",
    "SignForm",
    "take_faults",
]
