"""Questions about lines: a biller asks from the line, a clinical user answers where the day's work is.

No page of this room shows an amount: therapists, physicists and physicians read here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from billing.forms import take_faults
from billing.forms.question import AnswerForm, AskForm
from billing.models import Question
from billing.templatetags.charges import person
from billing.views.answers import (
    CONFLICT,
    UNPROCESSABLE,
    back,
    form_answer,
    is_fragment,
    user_of,
)
from billing.views.decisions import answer_decision, line_or_404, seen_of
from billing.views.rows import fresh_row
from billing.worklist import questions
from billing.worklist.held import matter_of
from billing.worklist.seen import OVERTAKEN, decide_as_seen
from courses.models import Course, Session
from patients.audit import note_access
from patients.roles import BILLING, CLINICAL, READS_COURSES, READS_MONEY, allow, has_role, roles_of

CHANGED = "worklist-changed"
"""What the page is told when a question was answered: lists and counts are read again."""
SHOWN_IN_SLOT = 10
THREAD = ("asked_by", "asked_of", "answered_by", "closed_by")


@allow(read=BILLING, write=BILLING)
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest, entry_id: int) -> HttpResponse:
    """Ask whom to ask, and what; hold the line until the answer is here."""
    line = line_or_404(entry_id)
    note_access(user=request.user, patient=line.course.patient_id, what="billing:return")
    form = AskForm(request.POST or None, line=line)
    by, at = user_of(request), timezone.now()
    context = {
        "form": form,
        "line": line,
        "action": request.path,
        "thread": _thread_of_line(entry_id),
    }
    if not form.is_valid():
        return form_answer(
            request,
            "billing/ask.html",
            context,
            status=UNPROCESSABLE if form.is_bound else 200,
        )
    try:
        decided = decide_as_seen(
            seen=seen_of(request, entry_id),
            step=lambda ids: questions.ask(
                entry_ids=ids,
                asked=form.put_to,
                text=form.cleaned_data["text"],
                by=by,
                at=at,
            ),
        )
    except ValidationError as error:
        take_faults(form, error)
        return form_answer(request, "billing/ask.html", context, status=UNPROCESSABLE)
    if any(OVERTAKEN in refusal.findings for refusal in decided.refused):
        form.add_error(None, decided.refused[0].reason)
        return form_answer(
            request,
            "billing/ask.html",
            {**context, "line": line_or_404(entry_id)},
            status=CONFLICT,
        )
    return answer_decision(request, entry_id, decided, f"{form.put_to} is asked", at)


def _thread_of_line(entry_id: int) -> list[Question]:
    return list(Question.objects.filter(entry=entry_id).select_related(*THREAD).order_by("id"))


@dataclass(frozen=True, slots=True)
class ShownQuestion:
    """A question as lists show it, and what the reader may do about it."""

    question: Question
    may_answer: bool = False
    may_withdraw: bool = False
    is_yours: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """One list of the page of questions; ``note`` says what an empty one means."""

    key: str
    title: str
    rows: list[ShownQuestion]
    note: str
    names_asked: bool = False


@allow(read=CLINICAL | READS_MONEY)
@require_safe
def question_list(request: HttpRequest) -> HttpResponse:
    """Show what waits for the reader: questions to answer, and to billers the answers; in short inside other pages."""
    user = user_of(request)
    if is_fragment(request):
        return _slot(request, user)
    context = {
        "page_title": "Questions",
        "parts": list(_parts(user)),
        "may_ask": has_role(user, *BILLING),
        "matters": list(matter_of(user)),
    }
    return render(request, "billing/questions.html", context)


def _slot(request: HttpRequest, user: User) -> HttpResponse:
    """Answer what stands on other pages: the questions put to a clinical user, the answers for a biller who asked."""
    if roles_of(user) & CLINICAL:
        found = list(questions.open_questions().filter(questions.put_to(user)).distinct())
        template = "billing/questions_slot.html"
    else:
        found = list(questions.unread_answers().filter(asked_by=user)) if has_role(user, *BILLING) else []
        template = "billing/answers_slot.html"
    context = {
        "rows": found[:SHOWN_IN_SLOT],
        "count": len(found),
        "left_off": max(len(found) - SHOWN_IN_SLOT, 0),
    }
    return render(request, template, context)


def _parts(user: User) -> Iterable[Part]:
    if roles_of(user) & CLINICAL:
        yours = questions.open_questions().filter(questions.put_to(user)).distinct()
        yield Part("yours", "For you", _shown(yours, user), "Nobody asks you anything.")
        theirs = questions.open_questions().filter(questions.put_to_colleagues(user)).distinct()
        nothing = "No colleague of yours is asked. Where one is away, you may answer instead."
        yield Part(
            "colleagues",
            "For colleagues",
            _shown(theirs, user),
            nothing,
            names_asked=True,
        )
    if roles_of(user) & READS_MONEY:
        answers = sorted(questions.unread_answers(), key=lambda one: one.asked_by_id != user.pk)
        yield Part("answers", "Answers to read", _shown(answers, user), "Every answer is read.")
        waiting = _shown(questions.open_questions(), user)
        yield Part("waiting", "Waiting for an answer", waiting, "Nothing is asked. A line asks with its Return button.",
                   names_asked=True)  # fmt: skip


def _shown(found: Iterable[Question], user: User) -> list[ShownQuestion]:
    clinical, bills = bool(roles_of(user) & CLINICAL), has_role(user, *BILLING)
    return [ShownQuestion(one, clinical, bills, one.asked_by_id == user.pk) for one in found]


@allow(read=READS_COURSES)
@require_safe
def of_session(request: HttpRequest, session_id: int) -> HttpResponse:
    """Show what was asked about what a session earned; nothing where nobody asked. A slot of its page."""
    session = get_object_or_404(Session.objects.select_related("course").only("course__patient_id"), pk=session_id)
    if not is_fragment(request):  # the page around it has noted it
        note_access(user=request.user, patient=session.course.patient_id, what="billing:session-questions")
    return _asked_about(request, Q(entry__session=session_id))


@allow(read=READS_COURSES)
@require_safe
def of_course(request: HttpRequest, course_id: int) -> HttpResponse:
    """Show what was asked about the lines of a course; nothing where nobody asked. A slot of its page."""
    course = get_object_or_404(Course.objects.only("patient_id"), pk=course_id)
    if not is_fragment(request):  # the page around it has noted it
        note_access(user=request.user, patient=course.patient_id, what="billing:course-questions")
    return _asked_about(request, Q(entry__course=course_id))


def _asked_about(request: HttpRequest, about: Q) -> HttpResponse:
    user = user_of(request)
    found = questions.with_line().filter(about).order_by("-asked_at", "-pk")
    is_clinical = bool(roles_of(user) & CLINICAL)
    rows = [
        ShownQuestion(one, one.is_open and is_clinical and questions.may_answer(user, one))
        for one in found[:SHOWN_IN_SLOT]
    ]
    layout = "billing/fragment.html" if is_fragment(request) else "base.html"
    context = {"page_title": "Questions from billing", "rows": rows, "layout": layout}
    return render(request, "billing/asked_before.html", context)


@allow(read=CLINICAL | BILLING)
@require_safe
def count(request: HttpRequest) -> HttpResponse:
    """Answer how many questions wait for a clinical user, or answers for a biller who asked: for the bar."""
    user = user_of(request)
    if roles_of(user) & CLINICAL:
        waiting = Question.objects.filter(questions.put_to(user), answered_at=None, closed_at=None).distinct()
    else:
        waiting = Question.objects.filter(asked_by=user, answered_at__isnull=False, seen_at=None)
    return render(request, "billing/questions_count.html", {"count": waiting.count()})


@allow(write=CLINICAL)
@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest, question_id: int) -> HttpResponse:
    """Show what is asked, and what was said before; take the answer."""
    found = questions.with_line().filter(pk=question_id)
    question = get_object_or_404(found)
    user = user_of(request)
    if not questions.may_answer(user, question):
        raise PermissionDenied("This question is put to somebody else.")
    form = AnswerForm(request.POST or None)
    if form.is_valid():
        try:
            questions.answer(
                question_id=question_id,
                text=form.cleaned_data["answer"],
                by=user,
                at=timezone.now(),
            )
        except ValidationError as error:
            form.add_error(None, error)
            return _ask_answer(request, found.get(), form, status=CONFLICT)
        messages.success(request, f"{person(question.asked_by)} sees your answer on the line.")
        return _done(request)
    return _ask_answer(request, question, form, status=UNPROCESSABLE if form.is_bound else 200)


def _ask_answer(request: HttpRequest, question: Question, form: AnswerForm, *, status: int) -> HttpResponse:
    note_access(
        user=request.user,
        patient=question.entry.course.patient_id,
        what="billing:answer",
    )
    context = {
        "form": form, "question": question, "line": question.entry, "action": request.path,
        "before": list(_before(question)), "back": _page_behind(request),
    }  # fmt: skip
    return form_answer(request, "billing/answer.html", context, status=status)


def _before(question: Question) -> list[Question]:
    """Return what was asked and answered before it, the oldest first."""
    thread: list[Question] = []
    number = question.follows_id
    while number is not None:
        one = Question.objects.select_related(*THREAD).get(pk=number)
        thread.insert(0, one)
        number = one.follows_id
    return thread


@allow(write=BILLING)
@require_POST
def withdraw(request: HttpRequest, question_id: int) -> HttpResponse:
    """Take a question back; its line is open again."""
    get_object_or_404(Question, pk=question_id)
    try:
        questions.withdraw(question_id=question_id, by=user_of(request), at=timezone.now())
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))
    else:
        messages.success(request, "The question is taken back; its line is open again.")
    return back(request)


@allow(write=BILLING)
@require_POST
def read(request: HttpRequest, question_id: int) -> HttpResponse:
    """Note that the answer was read: the line stands among the others again."""
    get_object_or_404(Question, pk=question_id)
    question = questions.read_answer(question_id=question_id, by=user_of(request), at=timezone.now())
    if is_fragment(request):
        return fresh_row(request, question.entry_id)
    messages.success(request, "Noted as read.")
    return back(request)


def _done(request: HttpRequest) -> HttpResponse:
    if is_fragment(request):
        return HttpResponse("", headers={"HX-Trigger": CHANGED})
    return redirect(_page_behind(request))


def _page_behind(request: HttpRequest) -> str:
    """Return the page from which a clinical user came: any of this site."""
    given = request.POST.get("back") or request.headers.get("HX-Current-URL") or request.headers.get("Referer") or ""
    parts = urlsplit(given)
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    is_ours = not parts.netloc or parts.netloc == request.get_host()
    if is_ours and path.startswith("/") and url_has_allowed_host_and_scheme(path, allowed_hosts=None):
        return path if path != request.path else reverse("billing:questions")
    return reverse("billing:questions")
