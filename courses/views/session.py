"""A session's own page with its history; correct it, take it back, review its images, sign it."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courses.delivery import (
    EntryConflict,
    Reviewed,
    amend_session,
    cancel_session,
    digest_of_session,
    review_guidance,
    sign_session,
    withdraw_review,
)
from courses.forms import AmendForm, CancelForm, take_faults
from courses.forms.entries import values_of
from courses.forms.session import FIELD_OF
from courses.models import Session
from courses.terms import Guidance, SessionStatus
from courses.views.answers import FROM_WORKLIST, UNPROCESSABLE, came_from_worklist, done, form_answer, go_to
from courses.views.entries import conflict_answer, crumbs_of, entry_answer, session_or_404, user_of, way_back
from courses.views.history import history_of
from patients.audit import note_access
from patients.roles import EVERYONE, LOGS, Role, allow, has_role

PHYSICIANS = frozenset({Role.PHYSICIAN})


@allow(read=EVERYONE)
@require_safe
def session(request: HttpRequest, session_id: int) -> HttpResponse:
    """Show one session: what was delivered, what was said about it since."""
    found = session_or_404(session_id)
    note_access(user=request.user, patient=found.course.patient_id, what="courses:session")
    context = {
        "page_title": f"Session of {found.treated_on.day} {found.treated_on:%b %Y}",
        "session": found,
        "course": found.course,
        "facility": found.course.facility,
        "history": history_of(found),
        "may_log": has_role(request.user, *LOGS),
        "may_take_review_back": found.guidance_reviewed_by_id == user_of(request).pk and not found.cancelled_at,
        "may_review": has_role(request.user, Role.PHYSICIAN) and _waits_for_review(found),
        "crumbs": [*crumbs_of(found.course), ("Session", "")],
    }
    return render(request, "courses/session.html", context)


@allow(read=LOGS, write=LOGS)
@require_http_methods(["GET", "POST"])
def amend(request: HttpRequest, session_id: int) -> HttpResponse:
    """Correct an entry, with a reason."""
    found = session_or_404(session_id)
    plans = list(found.course.plans.all())
    if request.method != "POST":
        note_access(user=request.user, patient=found.course.patient_id, what="courses:session-amend")
        return entry_answer(
            request, AmendForm(initial=values_of(found), course=found.course, plans=plans, session=found)
        )
    form = AmendForm(request.POST, course=found.course, plans=plans, session=found)
    if form.is_valid():
        said = form.cleaned_data
        try:
            amend_session(
                session=found, by=user_of(request), reason=said["amendment_reason"], seen=said["seen"] or None,
                **form.entry(),
            )  # fmt: skip
        except ValidationError as error:
            take_faults(form, error, FIELD_OF)
        except EntryConflict as conflict:
            return conflict_answer(request, found.course, conflict)
        else:
            messages.success(request, "Corrected. The entry keeps what it said before.")
            return go_to(request, way_back(request, found.course))
    return entry_answer(request, form, status=UNPROCESSABLE)


@allow(read=LOGS, write=LOGS)
@require_http_methods(["GET", "POST"])
def cancel(request: HttpRequest, session_id: int) -> HttpResponse:
    """Take back an entry of a session that did not happen, with a reason."""
    found = session_or_404(session_id)
    note_access(user=request.user, patient=found.course.patient_id, what="courses:session-cancel")
    form = CancelForm(request.POST or None, initial={"seen": digest_of_session(found)})
    if form.is_valid():
        said = form.cleaned_data
        try:
            cancel_session(
                session=found, by=user_of(request), reason=said["amendment_reason"], seen=said["seen"] or None
            )
        except ValidationError as error:
            take_faults(form, error)
        except EntryConflict as conflict:
            return conflict_answer(request, found.course, conflict)
        else:
            messages.success(request, "Cancelled. The entry stays in the history, its fraction is to be delivered.")
            return go_to(request, way_back(request, found.course))
    context = {
        "form": form,
        "title": "Cancel this session",
        "lead": "Only for a session that did not happen. The entry stays in the history and its charges are reversed.",
        "action": request.get_full_path(),
        "button": "Cancel the session",
        "is_danger": True,
        "back": way_back(request, found.course),
        "course": found.course,
    }
    return form_answer(request, "courses/reason_form.html", context, status=UNPROCESSABLE if form.is_bound else 200)


@allow(write=PHYSICIANS)
@require_POST
def review(request: HttpRequest, session_id: int) -> HttpResponse:
    """Sign that the physician looked at the session's images."""
    found = session_or_404(session_id)
    try:
        reviewed = review_guidance(session=found, by=user_of(request))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        level = messages.SUCCESS if reviewed.is_in_time else messages.WARNING
        whose = f"{found.course.patient.full_name}, {found.treated_on:%-d %b}"
        messages.add_message(
            request, level, f"{whose}: {reviewed.message}", extra_tags=_undo_of_review(request, reviewed)
        )
    return done(request, way_back(request, found.course))


def _undo_of_review(request: HttpRequest, reviewed: Reviewed) -> str:
    if not reviewed.is_new:
        return ""
    undo = reverse("courses:session-review-undo", args=[reviewed.session.pk])
    return f"undo:{undo}?{urlencode({'from': FROM_WORKLIST})}" if came_from_worklist(request) else f"undo:{undo}"


@allow(write=PHYSICIANS)
@require_POST
def undo_review(request: HttpRequest, session_id: int) -> HttpResponse:
    """Take back the review that the same physician gave by mistake."""
    found = session_or_404(session_id)
    withdraw_review(session=found, by=user_of(request))
    messages.success(request, f"{found.course.patient.full_name}, {found.treated_on:%-d %b}: not reviewed any more.")
    return done(request, way_back(request, found.course))


@allow(write=LOGS)
@require_POST
def sign(request: HttpRequest, session_id: int) -> HttpResponse:
    """Vouch for a session that an imported file left unsigned."""
    found = session_or_404(session_id)
    try:
        sign_session(session=found, by=user_of(request))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, "Signed. The session counts now.")
    return go_to(request, way_back(request, found.course))


def _waits_for_review(found: Session) -> bool:
    has_images = found.guidance != Guidance.NONE and found.status != SessionStatus.ABORTED
    return has_images and found.cancelled_at is None and not (found.guidance_reviewed or found.guidance_reviewed_at)
