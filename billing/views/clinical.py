"""Money's words in the pictures and lists of the clinical pages: codes and sentences, never an amount."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from billing import worklist
from billing.templatetags.charges import name_of_code
from billing.views.answers import is_fragment
from billing.worklist import Filters
from billing.worklist.unlocks import unlocks as unlocked_by
from courses.models import Course
from courses.oversight import pictured
from courses.picture import picture_of
from courses.picture.drawing import COLUMN, Band
from patients.audit import note_access
from patients.roles import READS_COURSES, allow

ACROSS = 2
"""Codes beside each other in one column."""
MOST_CODES = 6
CODE_HEIGHT = 46


@dataclass(frozen=True, slots=True)
class Earned:
    """One code of one day: how often, and whether it is held."""

    code: str
    times: int
    is_held: bool

    @property
    def shown(self) -> str:
        """What the picture says."""
        return f"{self.code}\N{MULTIPLICATION SIGN}{self.times}" if self.times > 1 else self.code


@dataclass(frozen=True, slots=True)
class Placed:
    """A code in its place; the text is turned upwards around this point."""

    x: int
    y: int
    earned: Earned


@dataclass(frozen=True, slots=True)
class Strip:
    """What lies under one band of the course's picture."""

    number: int
    width: int
    height: int
    placed: tuple[Placed, ...]


@allow(read=READS_COURSES)
@require_safe
def course_picture(request: HttpRequest, course_id: int) -> HttpResponse:
    """Answer the layer of the course's picture that says which codes each day earned (a fixed number of queries)."""
    course = get_object_or_404(Course.objects.select_related("facility"), pk=course_id)
    if not is_fragment(request):  # the page around it has noted it
        note_access(user=request.user, patient=course.patient_id, what="billing:course-picture")
    days = {day: list(found) for day, found in _earned_by_day(course)}
    picture = picture_of(pictured(course, now=timezone.now()))
    names = Counter(one.code for found in days.values() for one in found for _ in range(one.times))
    last = {one.code: day for day, found in sorted(days.items()) for one in found}
    context = {
        "course": course,
        "strips": [_strip(band, days) for band in picture.bands],
        "legend": [(code, name_of_code(code, last[code]).partition(";")[0], names[code]) for code in sorted(names)],
        "has_held": any(one.is_held for found in days.values() for one in found),
        "layout": "billing/fragment.html" if is_fragment(request) else "base.html",
        "is_fragment": is_fragment(request),
    }
    return render(request, "billing/course_picture.html", context)


@allow(read=READS_COURSES)
@require_safe
def unlocks(request: HttpRequest, deed: str) -> HttpResponse:
    """Say in words what a clinical deed lets be charged."""
    found = unlocked_by(deed)
    if found is None:
        raise Http404
    layout = "billing/fragment.html" if is_fragment(request) else "base.html"
    return render(request, "billing/unlocks.html", {"unlocks": found, "layout": layout})


def _earned_by_day(course: Course) -> Iterator[tuple[date, Iterable[Earned]]]:
    """Yield the codes of each day that has some, in the order of their lines.

    What a hospital bills in two parts, the physician's and its own, is one service done once.
    """
    lines = worklist.lines(Filters(states=(), course_id=course.pk), order="day")
    for day, found in groupby(lines, key=lambda line: line.service_on):
        times: dict[str, Counter[str]] = {}
        held: set[str] = set()
        for line in found:
            times.setdefault(line.code, Counter())[line.claim_kind] += line.units
            held |= {line.code} if line.is_blocked else set()
        yield day, [Earned(code, max(by_kind.values()), code in held) for code, by_kind in times.items()]


def _strip(band: Band, days: Mapping[date, Sequence[Earned]]) -> Strip:
    placed = [
        Placed(day.x + (place % ACROSS + 1) * COLUMN // ACROSS - 2, CODE_HEIGHT * (place // ACROSS + 1) - 2, earned)
        for day in band.days
        for place, earned in enumerate(days.get(day.column.day, ())[:MOST_CODES])
    ]
    return Strip(band.number, band.width, max((one.y for one in placed), default=0) + 4, tuple(placed))
