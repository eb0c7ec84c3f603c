"""What would differ: today's rules, changed tables or a payer's changed settings on past days; nothing is stored.

Each answer looks at a bounded number of courses and carries how far it has come, sealed, to the next request.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from billing.forms.time_machine import TimeMachineForm, TrialPolicyForm, edited_initial, initial_settings
from billing.hindsight.comparing import CourseDifference, Differing, Side
from billing.hindsight.looking import Look, Question, begun, go_on, opened, planned_settings
from billing.hindsight.tables import differences, table_names, table_text
from billing.lists import Cell, Rows
from billing.money import print_dollars
from billing.policies.words import changed_settings, span_words
from billing.rules.table_rows import TableError
from billing.views.answers import UNPROCESSABLE, is_fragment
from billing.views.csv_answer import csv_answer
from billing.views.policy_rows import MOST_LISTED, TURNS, signed, without_fee
from courses.models import Course
from patients.models import Payer
from patients.numbers import id_or_none
from patients.roles import READS_MONEY, allow

COLUMNS = (
    "course", "line", "turn", "on", "code", "modifiers", "units", "amount", "would_be_on", "would_be_code",
    "would_be_modifiers", "would_be_units", "would_be_amount", "difference", "on_a_claim", "rule", "what",
)  # fmt: skip
EXPIRED = "The look was too old to go on. Ask again."


class ShownLine(NamedTuple):
    """A line as the page lists it."""

    line: Differing
    state: str
    word: str
    amount: str


class ShownCourse(NamedTuple):
    """A course with all that would differ in it; findings by code, with how many appear and vanish."""

    course: Course
    lines: list[ShownLine]
    findings: list[tuple[str, int, int]]
    error: str


@allow(read=READS_MONEY, write=READS_MONEY)
@require_http_methods(["GET", "POST"])
def time_machine(request: HttpRequest) -> HttpResponseBase:
    """Ask, look on, or hand the whole answer out as a file."""
    step = request.POST.get("step", "")
    if step in ("more", "csv"):
        look = opened(request.POST.get("look", ""))
        if look is None:
            messages.warning(request, EXPIRED)
            return redirect("billing:time-machine")
        if step == "csv":
            return _csv(look.question)
        try:
            return _looked(request, look, is_next=True)
        except TableError:  # the program's own tables are others since the look began
            messages.warning(request, EXPIRED)
            return redirect("billing:time-machine")
    return _asked(request)


@allow(read=READS_MONEY)
@require_safe
def table(request: HttpRequest, name: str) -> HttpResponse:
    """Hand out a table as it is in force, to be changed and tried."""
    if name not in table_names():
        raise Http404("No table has this name.")
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(table_text(name), content_type="text/plain; charset=utf-8", headers=headers)


# --- asking -----------------------------------------------------------------------------------------------------------


def _asked(request: HttpRequest) -> HttpResponse:
    """Show the form; look once it is sound."""
    today, is_sent = timezone.localdate(), request.method == "POST"
    said = request.POST if is_sent else request.GET
    payer = _payer(said.get("payer", ""))
    name = said.get("edited_name") or said.get("table") or ""
    month = _month(said.get("month", ""), today)
    initial = {"month": f"{month:%Y-%m}", **edited_initial(name)}
    form = TimeMachineForm(request.POST if is_sent else None, request.FILES or None, today=today, initial=initial)
    policy = None
    if payer is not None:
        values = request.POST if is_sent and "policy" in request.POST else None
        policy = TrialPolicyForm(values, payer=payer, initial=initial_settings(payer, month))
    is_policy_sound = policy is None or not policy.is_bound or policy.is_valid()
    if is_sent and form.is_valid() and is_policy_sound:
        return _looked(request, begun(_question(form, policy)), is_next=False)
    context = {
        "page_title": "What would differ",
        "form": form,
        "policy": policy,
        "payers": Payer.objects.filter(is_active=True).order_by("name"),
        "payer": payer,
        "month": f"{month:%Y-%m}",
        "tables": table_names(),
        "edited": name if edited_initial(name) else "",
    }
    return render(request, "billing/time_machine.html", context, status=UNPROCESSABLE if is_sent else 200)


def _question(form: TimeMachineForm, policy: TrialPolicyForm | None) -> Question:
    days = form.days()
    settings = policy.changes(days) if policy is not None and policy.is_bound else {}
    return Question(days, dict(form.changes), policy.payer.pk if policy and settings else None, settings)


def _payer(said: str) -> Payer | None:
    asked = id_or_none(said)
    return None if asked is None else get_object_or_404(Payer, pk=asked)


def _month(said: str, today: date) -> date:
    """Return the first day of a month as the browser writes it; of last month where it is none."""
    try:
        return date.fromisoformat(f"{said}-01")
    except ValueError:
        months = today.year * 12 + today.month - 2
        return date(months // 12, months % 12 + 1, 1)


# --- looking ----------------------------------------------------------------------------------------------------------


def _looked(request: HttpRequest, look: Look, *, is_next: bool) -> HttpResponse:
    """Look at the next courses, and show what was found so far."""
    found = [] if look.is_done else go_on(look)
    context = {**_found(look), "courses": list(_listed(_shown(found), look))}
    context["look"], context["sealed"] = look, look.sealed()
    context["most_listed"] = MOST_LISTED if look.listed >= MOST_LISTED else 0
    if is_next and is_fragment(request):
        return render(request, "billing/time_machine_more.html", context)
    question = look.question
    words = span_words(question.days.first, question.days.last)
    context |= {"page_title": f"What would differ, services {words}", "tables": differences(question.tables)}
    if question.payer_id is not None:
        plan = planned_settings(question)
        context["payer"] = Payer.objects.get(pk=question.payer_id)
        context["stretches"] = [
            (span_words(one.first, one.last), changed_settings(one.before, one.after)) for one in plan.stretches
        ]
    return render(request, "billing/time_machine_look.html", context)


def _found(look: Look) -> dict[str, object]:
    figures = look.figures
    turns = figures.turns
    by_turn = f"{turns['added']:,} new, {turns['removed']:,} gone, {turns['changed']:,} changed"
    return {
        "days": look.question.days,
        "tiles": [
            {"label": "Lines that differ", "value": f"{figures.lines:,}", "note": by_turn},
            {"label": "Difference", "value": signed(figures.difference), "note": without_fee(figures.unpriced)},
            {"label": "Courses", "value": f"{figures.touched:,}", "note": f"of {figures.courses:,} looked at"},
            {"label": "On a claim", "value": f"{figures.claimed:,}", "note": "they would ask for a correction"},
        ],
        "codes": [
            (code, one.lines, print_dollars(one.before), print_dollars(one.after), signed(one.after - one.before))
            for code, one in sorted(figures.codes.items())
        ],
        "findings": [
            (code, figures.appearing[code], figures.vanishing[code])
            for code in sorted({*figures.appearing, *figures.vanishing})
        ],
    }


def _shown(found: Iterable[CourseDifference]) -> list[ShownCourse]:
    """Return the courses in which anything would differ: one query for their patients."""
    loud = [one for one in found if not one.is_quiet]
    courses = Course.objects.select_related("patient").in_bulk([one.course_id for one in loud])
    return [
        ShownCourse(courses[one.course_id], [_line(line) for line in one.lines], _findings(one), one.error)
        for one in loud
        if one.course_id in courses
    ]


def _line(line: Differing) -> ShownLine:
    state, word = TURNS[line.turn.value]
    return ShownLine(line, state, word, "no fee" if line.is_unpriced else signed(line.difference))


def _findings(one: CourseDifference) -> list[tuple[str, int, int]]:
    appear, vanish = [finding.code for finding in one.appearing], [finding.code for finding in one.vanishing]
    return [(code, appear.count(code), vanish.count(code)) for code in sorted({*appear, *vanish})]


def _listed(courses: Sequence[ShownCourse], look: Look) -> Iterator[ShownCourse]:
    """Yield courses, each whole, until enough is listed; the others are only counted."""
    for one in courses:
        if look.listed >= MOST_LISTED:
            return
        look.listed += len(one.lines) + len(one.findings)
        yield one


# --- as a file --------------------------------------------------------------------------------------------------------


def _csv(question: Question) -> HttpResponseBase:
    """Hand out every line that would differ, a batch at a time; courses and lines by number, no patient's name."""
    return csv_answer(f"what-would-differ-{question.days.first}-{question.days.last}", _rows(question))


def _rows(question: Question) -> Rows:
    yield COLUMNS
    look = begun(question)
    while not look.is_done:
        for course in go_on(look):
            if course.error:
                yield (course.course_id, "", "not derived", *[""] * 13, course.error)
            for line in course.lines:
                yield cells_of(course.course_id, line)


def cells_of(course_id: int, line: Differing) -> Sequence[Cell]:
    """Return a line as a row of the file."""
    claimed = "yes" if line.is_claimed else "no"
    return (
        course_id, line.entry_id, line.turn.value, *_side(line.before), *_side(line.after), line.difference,
        claimed, line.rule, line.what,
    )  # fmt: skip


def _side(side: Side | None) -> Sequence[Cell]:
    if side is None:
        return [None] * 5
    return (side.on, side.code, " ".join(side.modifiers), side.units, side.amount)
