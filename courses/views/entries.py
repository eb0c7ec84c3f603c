"""What the pages of a session share: the entry form's answer, its warnings, and where the work goes on."""

from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from courses.delivery import Caution, EntryConflict, warnings
from courses.delivery.cautions import gap_in_words
from courses.forms import AmendForm, LogForm
from courses.forms.session import SessionForm
from courses.models import Course, Session
from courses.views.answers import CONFLICT, form_answer
from patients.numbers import id_or_none

OF_SESSION = (
    "course__patient", "course__facility", "machine", "resumes", "logged_by", "signed_by", "cancelled_by",
    "amended_by", "guidance_reviewed_by",
)  # fmt: skip


def entry_answer(request: HttpRequest, form: SessionForm, status: int = 200) -> HttpResponse:
    """Show the entry's form with its warnings."""
    form.offer_partials()
    course = form.course
    is_new = isinstance(form, LogForm)
    context = {
        "form": form,
        "course": course,
        "facility": course.facility,
        "cautions": cautions_of(form),
        "proposal": getattr(form, "proposal", None),
        "session": getattr(form, "session", None),
        "is_new": is_new,
        "action": request.get_full_path(),
        "check_url": _check_url(form),
        "gap": gap_of(form),
        "back": way_back(request, course),
    }
    return form_answer(request, "courses/entry_form.html", context, status=status)


def _check_url(form: SessionForm) -> str:
    url = reverse("courses:session-check", args=[form.course.pk])
    return f"{url}?{urlencode({'of': form.session.pk})}" if isinstance(form, AmendForm) else url


def conflict_answer(request: HttpRequest, course: Course, conflict: EntryConflict) -> HttpResponse:
    """Say which of two entries stands, and that nothing was changed."""
    context = {
        "conflict": conflict,
        "course": course,
        "title": "Nothing was changed",
        "back": way_back(request, course),
    }
    return form_answer(request, "courses/conflict.html", context, status=CONFLICT)


def cautions_of(form: SessionForm) -> list[Caution]:
    """Return what speaks against the entry as it is filled in."""
    numbers, at, status, resumes = form.as_seen()
    if at is None or not numbers:
        return []
    return warnings(
        course=form.course, numbers=numbers, at=at, status=status or "treated", resumes=resumes,
        isocenters=form.stated_isocenters, leaving_out=getattr(form, "session", None),
    )  # fmt: skip


def gap_of(form: SessionForm) -> str:
    """Return the time between the day's earlier session and this one, in words; empty if there is none."""
    previous = form.proposal.previous if isinstance(form, LogForm) and form.proposal else None
    _, at, _, resumes = form.as_seen()
    if previous is None or at is None or resumes is not None:
        return ""
    return gap_in_words(abs(at - previous.starts_at))


def course_or_404(course_id: int) -> Course:
    """Return a course with patient, facility and all providers that stand on its claims."""
    related = (
        "patient", "facility", "physician", "referring_provider", "supervising_provider", "ordering_provider",
    )  # fmt: skip
    return get_object_or_404(Course.objects.select_related(*related), pk=course_id)


def session_or_404(session_id: int) -> Session:
    """Return a session with all that its pages show."""
    rows = Session.objects.select_related(*OF_SESSION).prefetch_related("fractions__plan")
    return get_object_or_404(rows, pk=session_id)


def way_back(request: HttpRequest, course: Course) -> str:
    """Return where the work goes on: the machine's day it came from, else the course."""
    machine, day = request.GET.get("machine", ""), request.GET.get("day", "")
    if id_or_none(machine) is not None and day:
        return f"{reverse('courses:machine-day')}?{urlencode({'machine': machine, 'day': day})}"
    return reverse("courses:course", args=[course.pk])


def crumbs_of(course: Course) -> list[tuple[str, str]]:
    """Return the way to a course's page."""
    return [
        ("Patients", reverse("patients:list")),
        (course.patient.full_name, reverse("patients:patient", args=[course.patient_id])),
        (course.title, reverse("courses:course", args=[course.pk])),
    ]


def user_of(request: HttpRequest) -> User:
    """Return the signed-in user of a guarded view."""
    assert isinstance(request.user, User)  # every view here is guarded by a role
    return request.user
