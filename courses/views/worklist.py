"""The worklist of physicists and physicians: what waits for them, one action each, in place."""

from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlencode

from django.contrib import messages
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from courses import planning
from courses.oversight import Due, DueKind, Worklist, state_of_worklists, worklist_of
from courses.oversight.lists import FOR_PHYSICIAN, FOR_PHYSICIST, OF_FIVES
from courses.planning import kind_of
from courses.views.answers import FROM_WORKLIST, done
from courses.views.entries import course_or_404, user_of
from patients.models import Provider
from patients.numbers import id_or_none
from patients.roles import Role, allow, roles_of

SEES = frozenset({Role.PHYSICIST, Role.PHYSICIAN, Role.ADMINISTRATOR})
TAPS = frozenset({Role.PHYSICIST, Role.PHYSICIAN})
COUNT_KEPT_S = 600
SHOWN = 50
"""So many of a list are shown at once; the rest behind one link."""
ALL = "all"


class Words(NamedTuple):
    """How a list is called, and what it says when nothing waits."""

    title: str
    nothing: str
    unlocks: str
    """The word by which billing says what the deed lets be charged."""


WORDS = {
    DueKind.APPROVE: Words("Plans to approve", "No plan waits for a signature.", "plan"),
    DueKind.CONFIRM: Words("Plans to confirm", "Every plan that came from a file is confirmed.", "plan-confirmed"),
    DueKind.IMAGES: Words("Images to review before the next fraction", "No images wait for review.", "images"),
    DueKind.VISIT: Words("Visits due in these five fractions", "Everybody under treatment was seen.", "visit"),
    DueKind.PHYSICS: Words("Physics checks due in these five fractions", "Every course is checked.", "physics"),
}


@dataclass(frozen=True, slots=True)
class Section:
    """One list of the page. ``left_off`` are those that are not shown yet; ``action`` what its button asks."""

    kind: DueKind
    words: Words
    shown: list[Due]
    left_off: int
    count: int
    family: str
    tap: str


@allow(read=SEES)
@require_safe
def worklist(request: HttpRequest) -> HttpResponse:
    """Show what waits, by kind, what is due first on top (a fixed number of queries)."""
    chosen, physician = _physician(request)
    context = {
        "page_title": "Worklist",
        "sections": _sections(request, _list_of(request, physician)),
        "physicians": Provider.objects.filter(is_physician=True, is_active=True),
        "chosen": chosen,
        "asks_physician": bool({Role.PHYSICIAN, Role.ADMINISTRATOR} & roles_of(request.user)),
        "query": urlencode({"physician": chosen}),
        "now": timezone.now(),
    }
    return render(request, "courses/worklist.html", context)


@allow(read=SEES)
@require_safe
def lists(request: HttpRequest) -> HttpResponse:
    """Answer the lists alone, after something was done."""
    chosen, physician = _physician(request)
    context = {
        "sections": _sections(request, _list_of(request, physician)),
        "query": urlencode({"physician": chosen}),
        "now": timezone.now(),
    }
    return render(request, "courses/worklist_lists.html", context)


@allow(read=SEES)
@require_safe
def count(request: HttpRequest) -> HttpResponse:
    """Answer how many things wait for the user, for the bar: on every page, so counted anew only after a change."""
    chosen, physician = _physician(request)
    hour = f"{timezone.now():%Y%m%d%H}"  # what is due turns with the day of the clinic, whatever its zone
    key = f"worklist-count:{chosen}:{','.join(_kinds(request))}:{hour}:{state_of_worklists()}"
    found = cache.get_or_set(key, lambda: _list_of(request, physician).count, timeout=COUNT_KEPT_S)
    return render(request, "courses/worklist_count.html", {"count": found})


@allow(write=TAPS)
@require_POST
def record(request: HttpRequest, course_id: int) -> HttpResponse:
    """Record with one tap that the user saw the patient or checked the course today; it can be undone at once."""
    course, family = course_or_404(course_id), request.POST.get("family", "")
    try:
        event, is_new = planning.record_today(course=course, family=family, by=user_of(request))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        kind = kind_of(event.family)
        said = f"{kind.name if kind else event.family} of today, {course.patient.full_name}"
        if is_new:
            undo = f"{reverse('courses:event-undo', args=[event.pk])}?{urlencode({'from': FROM_WORKLIST})}"
            messages.success(request, f"{said}: recorded.", extra_tags=f"undo:{undo}")
        else:
            messages.warning(request, f"{said}: it stands already.")
    return done(request, "")


def _physician(request: HttpRequest) -> tuple[str, Provider | None]:
    """Return whose courses are shown: as chosen, else the user's own where the user is a physician of the practice."""
    asked = request.GET.get("physician", "")
    number = id_or_none(asked)
    if number is not None:
        found = Provider.objects.filter(pk=number).first()
    else:
        found = None if asked == ALL else Provider.objects.filter(user=user_of(request), is_physician=True).first()
    return (str(found.pk) if found else ALL), found


def _list_of(request: HttpRequest, physician: Provider | None) -> Worklist:
    return worklist_of(kinds=_kinds(request), now=timezone.now(), physician=physician)


def _kinds(request: HttpRequest) -> list[DueKind]:
    roles = roles_of(request.user)
    return [
        *(FOR_PHYSICIAN if roles & {Role.PHYSICIAN, Role.ADMINISTRATOR} else ()),
        *(FOR_PHYSICIST if roles & {Role.PHYSICIST, Role.ADMINISTRATOR} else ()),
    ]


def _sections(request: HttpRequest, found: Worklist) -> list[Section]:
    is_whole = request.GET.get("show") == ALL
    sections = []
    for kind, dues in found.lists.items():
        shown = list(dues if is_whole else dues[:SHOWN])
        sections.append(
            Section(
                kind, WORDS[kind], shown, len(dues) - len(shown), sum(not due.is_over for due in dues),
                OF_FIVES[kind].value if kind in OF_FIVES else "", _tap_of(request, kind),
            )
        )  # fmt: skip
    return sections


def _tap_of(request: HttpRequest, kind: DueKind) -> str:
    """Return the words of the button that does it at once; empty where the user's role does not do it."""
    roles = roles_of(request.user)
    event = kind_of(OF_FIVES[kind]) if kind in OF_FIVES else None
    if event is not None:
        return event.at_once if event.taps & roles else ""
    if kind in (DueKind.IMAGES, DueKind.APPROVE):
        return {DueKind.IMAGES: "Reviewed", DueKind.APPROVE: "Sign…"}[kind] if Role.PHYSICIAN in roles else ""
    return "Confirm…"
