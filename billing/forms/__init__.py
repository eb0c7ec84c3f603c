"""What is typed on the biller's pages: one file a subject. Forms check the shape; steps and rules say what may be."""

from billing.forms.authorization import AuthorizationForm, EndForm
from billing.forms.fee_computation import ComputeForm
from billing.forms.fees import EndPriceForm, LoadPricesForm, PriceForm, ScheduleForm
from billing.forms.fields import take_faults
from billing.forms.manual_line import ManualLineForm
from billing.forms.review import (
    MOST_IDS,
    USUAL_REASONS,
    LinesForm,
    ReasonForm,
)
from billing.forms.worklist import ORDERS, FilterForm, FindForm, ViewForm

__all__ = [
    "MOST_IDS",
    "ORDERS",
    "USUAL_REASONS",
    "AuthorizationForm",
    "ComputeForm",
    "EndForm",
    "EndPriceForm",
    "FilterForm",
    "FindForm",
    "LinesForm",
    "LoadPricesForm",
    "ManualLineForm",
    "PriceForm",
    "ReasonForm",
    "ScheduleForm",
    "ViewForm",
    "take_faults",
]
