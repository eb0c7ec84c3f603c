"""What the pages of a plan show of it: its facts in words, what goes with it, its signatures."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from courses.forms import PlanForm, ReasonForm
from courses.forms.plan import FOLLOWS, WEEKDAYS
from courses.forms.words import GUIDANCE, MOTION, TECHNIQUES
from courses.models import ClinicalEvent, Plan
from courses.planning import kind_of, signatures_of
from courses.terms import EventFamily, PlanKind
from courses.views.answers import UNPROCESSABLE, form_answer

SAID = {"technique": TECHNIQUES, "default_guidance": GUIDANCE, "active_motion_management": MOTION}
GOES_WITH = (
    ("Planning note", (EventFamily.PLANNING_NOTE,)),
    (
        "Simulation",
        (
            EventFamily.SIMULATION_SIMPLE, EventFamily.SIMULATION_INTERMEDIATE, EventFamily.SIMULATION_COMPLEX,
            EventFamily.RESPIRATORY_SIMULATION,
        ),
    ),
    ("Calculations", (EventFamily.BASIC_DOSIMETRY, EventFamily.ISODOSE)),
    ("Devices", (EventFamily.DEVICE_SIMPLE, EventFamily.DEVICE_INTERMEDIATE, EventFamily.DEVICE_COMPLEX)),
    ("Special physics consult", (EventFamily.SPECIAL_PHYSICS_CONSULT,)),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class GoesWith:
    """Work that goes with a plan: its name, what is recorded of it, and where it is recorded."""

    name: str
    events: list[ClinicalEvent]
    family: str
    """The family that its form opens with; empty where a kind is chosen first."""


@dataclass(frozen=True, slots=True)
class ShownSignature:
    """A signature as the page says it."""

    who: str
    at: datetime
    digest: str
    state: str
    note: str


def plan_or_404(plan_id: int) -> Plan:
    """Return a plan with all that its pages show."""
    rows = Plan.objects.select_related(
        "course__patient",
        "course__facility",
        "course__physician",
        "machine",
        "approved_by",
        "confirmed_by",
        "follows",
    )
    return get_object_or_404(rows, pk=plan_id)


def goes_with(plan: Plan) -> list[GoesWith]:
    """Return the planning work of the course that stands, in groups; an empty group is worth a look (one query)."""
    events = list(plan.course.events.filter(cancelled_at=None).order_by("happened_on", "pk"))
    return [GoesWith(name, _of(events, families), _opens_with(families)) for name, families in GOES_WITH]


def _of(events: Iterable[ClinicalEvent], families: tuple[EventFamily, ...]) -> list[ClinicalEvent]:
    return [event for event in events if event.family in families]


def _opens_with(families: tuple[EventFamily, ...]) -> str:
    return families[0].value if len(families) == 1 and kind_of(families[0]) else ""


def shown_signatures(plan: Plan) -> list[ShownSignature]:
    """Return the signatures of a plan, newest first, each with what became of it (one query)."""
    zone = plan.course.facility.zone
    labels = {name: label for _, fields in _labels(plan) for name, label in fields}
    shown = []
    for state in signatures_of(plan):
        signature = state.signature
        if state.stands:
            word, note = "signed", "It stands."
        elif not state.is_whole:
            word, note = (
                "refused",
                "Void: what is stored as signed is no longer what was signed. Tell your administrator.",
            )
        elif state.changed:
            names = ", ".join(labels.get(name.removesuffix("_id"), name.replace("_", " ")) for name in state.changed)
            word, note = "refused", f"Void: changed since: {names}. The plan needs a new signature."
        else:
            word, note = "replaced", "Withdrawn."
        who = signature.signed_by.get_full_name() or signature.signed_by.username
        # Without its zone: the template would turn it to the zone of the settings.
        at = signature.signed_at.astimezone(zone).replace(tzinfo=None)
        shown.append(ShownSignature(who, at, signature.digest, word, note))
    return shown


def _labels(plan: Plan) -> list[tuple[str, list[tuple[str, str]]]]:
    groups = PlanForm(instance=plan, course=plan.course).grouped()
    return [(title, [(field.name, str(field.label)) for field in fields]) for title, fields in groups]


def facts_of(plan: Plan) -> list[tuple[str, list[tuple[str, Any]]]]:
    """Return what the plan says in the groups of its form, in words."""
    return [
        (title, [(label, _shown(plan, name)) for name, label in fields])
        for title, fields in _labels(plan)
        if title != FOLLOWS or plan.kind != PlanKind.INITIAL
    ]


def _shown(plan: Plan, name: str) -> Any:
    value = getattr(plan, name)
    if isinstance(value, Plan):
        return value.key
    if name == "weekdays":
        return ", ".join(day for digit, day in WEEKDAYS if digit in plan.weekdays)
    if value is None or value == "":
        return None
    if name in SAID:
        return SAID[name].get(value, value)
    display = getattr(plan, f"get_{name}_display", None)
    return display() if display else _plain(value)


def _plain(value: Any) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return f"{value.day} {value:%b %Y}" if isinstance(value, date) else value


def reason_answer(
    request: HttpRequest, plan: Plan, form: ReasonForm, *, title: str, button: str, lead: str
) -> HttpResponse:
    """Ask why something about a plan is taken back."""
    context = {
        "form": form, "title": title, "button": button, "lead": lead, "is_danger": True,
        "action": request.get_full_path(), "back": reverse("courses:plan", args=[plan.pk]), "course": plan.course,
    }  # fmt: skip
    return form_answer(request, "courses/reason_form.html", context, status=UNPROCESSABLE if form.is_bound else 200)
