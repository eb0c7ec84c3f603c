"""The biller's list: open courses whose authorization runs out, ran out or is missing, the most urgent first."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from billing.authorizations.reach import CourseReach, courses_asking, reach_of_many
from billing.authorizations.words import Sentence, sentence_of
from billing.models import Authorization, AuthorizationStatus
from courses.models import Course


@dataclass(frozen=True, slots=True)
class Attention:
    """A course, the day from which a session is not covered, what is to be said, and what was asked or approved."""

    course: Course
    on: date
    sentence: Sentence
    authorizations: list[Authorization]


def courses_needing_attention(*, at: datetime | None = None) -> list[Attention]:
    """Return the open courses that lack units for a session, done or to come, by that session's day.

    A course whose sessions are held already stands at its present day.
    """
    open_ids = Course.objects.filter(closed_on=None).values_list("pk", flat=True)
    reaches = reach_of_many(courses_asking(open_ids), at=at)
    lacking = {pk: one for pk, one in reaches.items() if one.outlook.uncovered or one.outlook.held}
    courses = Course.objects.filter(pk__in=lacking).select_related("patient", "facility")
    entered = Authorization.objects.filter(course_id__in=lacking).exclude(status=AuthorizationStatus.VOIDED)
    by_course: dict[int, list[Authorization]] = {}
    for one in entered.select_related("coverage__payer"):
        by_course.setdefault(one.course_id, []).append(one)
    found = [Attention(*row, by_course.get(row[0].pk, [])) for row in _rows(courses, lacking)]
    return sorted(found, key=lambda one: (one.on, one.course.pk))


def _rows(courses: Iterable[Course], lacking: dict[int, CourseReach]) -> Iterator[tuple[Course, date, Sentence]]:
    for course in courses:
        reach = lacking[course.pk]
        sentence = sentence_of(reach)
        if sentence is None:
            continue
        uncovered = reach.outlook.uncovered
        yield course, reach.today if reach.outlook.held or uncovered is None else uncovered.on, sentence
