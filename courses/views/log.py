"""Log a session: everything proposed, two clicks for a normal fraction, warned before it is saved."""

from datetime import date, datetime, time

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from courses.delivery import (
    EntryConflict,
    Logged,
    Proposal,
    course_with_plans,
    log_session,
    motion_of_last,
    propose_session,
    row_of_course,
)
from courses.forms import AmendForm, LogForm, take_faults
from courses.forms.entries import proposed_values
from courses.forms.session import FIELD_OF, SessionForm
from courses.models import Course, Machine, Plan, Session
from courses.views import kept
from courses.views.answers import UNPROCESSABLE, go_to, is_ahead, is_fragment
from courses.views.day import MACHINE_COOKIE, chosen_day, shown_row
from courses.views.entries import cautions_of, conflict_answer, course_or_404, entry_answer, user_of, way_back
from patients.audit import note_access
from patients.numbers import id_or_none
from patients.roles import LOGS, allow

DAY_CHANGED = "day-changed"
"""The event that makes the page ask for the day's figures again."""


@allow(read=LOGS, write=LOGS)
@require_http_methods(["GET", "POST"])
def log(request: HttpRequest, course_id: int) -> HttpResponse:
    """Show the entry with everything proposed, and save it: two clicks for a normal fraction."""
    if request.method == "POST":
        return _save(request, course_with_plans(course_id) or course_or_404(course_id))
    return _open(request, course_or_404(course_id))


def _open(request: HttpRequest, course: Course) -> HttpResponse:
    if not is_ahead(request):
        note_access(user=request.user, patient=course.patient_id, what="courses:session-log")
    day = _day(request, course)
    proposal = propose_session(course=course, day=day)
    initial = proposed_values(proposal, at=_proposed_moment(course, day), machine=_machine(request, course))
    initial |= motion_of_last(list(proposal.numbers))
    form = LogForm(initial=initial, course=course, plans=_plans(course, day, proposal))
    form.proposal = proposal
    return entry_answer(request, form)


def _save(request: HttpRequest, course: Course) -> HttpResponse:
    plans = list(course.plans.all())
    form = LogForm(request.POST, course=course, plans=plans, machines=[plan.machine for plan in plans if plan.machine])
    if form.is_valid():
        try:
            logged = log_session(course=course, by=user_of(request), **form.entry())
        except ValidationError as error:
            take_faults(form, error, FIELD_OF)
        except EntryConflict as conflict:
            if kept.is_kept(request):
                return kept.contradicted(conflict.message)
            return conflict_answer(request, course, conflict)
        else:
            if kept.is_kept(request):
                # It may have been begun without the server, from a form that was fetched ahead.
                note_access(user=request.user, patient=course.patient_id, what="courses:session-log")
                return kept.sent(form, logged)
            return _saved(request, course, logged, form.cleaned_data["machine"])
    if kept.is_kept(request):
        return kept.refused(form)
    day = _day(request, course)
    form.proposal = propose_session(course=course, day=day)
    form.plans = _plans(course, day, form.proposal)
    return entry_answer(request, form, status=UNPROCESSABLE)


@allow(read=LOGS, write=LOGS)
@require_safe
def check(request: HttpRequest, course_id: int) -> HttpResponse:
    """Answer what speaks against the entry as it is filled in; asked whenever a value is changed.

    ``of`` names the session that is corrected: what it said before does not speak against it.
    """
    course, of = course_or_404(course_id), id_or_none(request.GET.get("of"))
    plans = list(course.plans.all())
    form: SessionForm
    if of is not None:
        form = AmendForm(
            request.GET, course=course, plans=plans, session=get_object_or_404(Session, pk=of, course=course)
        )
    else:
        form = LogForm(request.GET, course=course, plans=plans)
    form.is_valid()
    return render(request, "courses/cautions.html", {"cautions": cautions_of(form)})


def _saved(request: HttpRequest, course: Course, logged: Logged, used: Machine | None) -> HttpResponse:
    """Answer with the row as it now stands, or lead back to the list. The day's figures are asked for by the row."""
    messages.add_message(request, messages.SUCCESS if logged.is_new else messages.WARNING, logged.message)
    machine = _machine(request, course, known=used)
    if not is_fragment(request) or machine is None or "day" not in request.GET:
        return go_to(request, way_back(request, course))
    day = _day(request, course)
    row = row_of_course(course=course, machine=machine, day=day)
    if not row.sessions:
        return go_to(request, way_back(request, course))
    now = timezone.now().astimezone(course.facility.zone)
    context = {
        "one": shown_row(row, machine, day, now), "machine": machine, "day": day, "facility": course.facility,
        "may_log": True, "fresh": logged.session,
    }  # fmt: skip
    response = render(request, "courses/row_saved.html", context)
    response["HX-Trigger"] = DAY_CHANGED
    response["HX-Retarget"], response["HX-Reswap"] = f"#course-{course.pk}", "outerHTML"
    return response


def _plans(course: Course, day: date, proposal: Proposal) -> list[Plan]:
    """Return the plans to choose from: those proposed first, then the others that are not at rest."""
    rest = course.plans.exclude(retired_on__lt=day).exclude(pk__in=[plan.pk for plan in proposal.numbers])
    return [*proposal.numbers, *rest]


def _machine(request: HttpRequest, course: Course, known: Machine | None = None) -> Machine | None:
    """Return the machine at which this browser works, if it stands where the course is.

    Args:
        known: a machine of the course's facility that was read already; most likely it is the one.
    """
    wanted = request.GET.get("machine") or request.COOKIES.get(MACHINE_COOKIE, "")
    if known is not None and wanted == str(known.pk):
        return known
    machines = Machine.objects.filter(facility=course.facility).select_related("facility")
    number = id_or_none(wanted)
    return None if number is None else machines.filter(pk=number).first()


def _day(request: HttpRequest, course: Course) -> date:
    machine = Machine(facility=course.facility)
    return chosen_day(request, machine)


def _proposed_moment(course: Course, day: date) -> datetime:
    """Return now for the present day; for another day the time at which the patient usually comes."""
    now = timezone.now().astimezone(course.facility.zone)
    if day == now.date():
        return now
    usual = course.plans.exclude(usual_time=None).values_list("usual_time", flat=True).first()
    last = course.sessions.filter(cancelled_at__isnull=True).order_by("-starts_at").first()
    fallback = last.starts_at.astimezone(course.facility.zone).time() if last else time(12, 0)
    return datetime.combine(day, usual or fallback, tzinfo=course.facility.zone)
