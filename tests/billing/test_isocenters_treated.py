"""How many isocenters were treated decides the level from 2026: as the session says, else as its plans do."""

import pytest

from billing.capture import capture_course
from billing.models import LedgerEntry
from billing.rules.facts import PlanFacts
from billing.rules.levels import treated_isocenters
from courses.delivery import amend_session
from courses.models import Plan
from courses.terms import SessionStatus, Site, Technique
from patients.roles import Role
from tests import cast
from tests.courses.logbook import log


def plan(isocenters: int | None, technique: Technique = Technique.VMAT) -> PlanFacts:
    return PlanFacts("P", Site.LUNG, technique, imrt_planned=True, new_planning_ct=True, isocenters=isocenters)


@pytest.mark.parametrize(
    ("stated", "planned", "found"),
    [
        ([None], 2, (2, True)),
        ([None], None, (1, False)),
        ([1], 2, (1, True)),
        ([2], 1, (2, True)),
        ([3], None, (3, True)),
        # A resumed pair: the same isocenter twice, each its own, one part that leaves it to the plan.
        ([1, 1], 1, (1, True)),
        ([1, 1], 2, (2, True)),
        ([None, 1], 2, (2, True)),
        ([None, 1], None, (1, False)),
    ],
)
def test_the_session_says_how_many_else_its_plans(
    stated: list[int | None], planned: int | None, found: tuple[int, bool]
) -> None:
    assert treated_isocenters(stated, [plan(planned)]) == found


def test_electrons_alone_have_no_isocenter_whatever_the_entry_says() -> None:
    assert treated_isocenters([2], []) == (0, True)


@pytest.mark.django_db
def test_a_session_that_treated_another_number_than_planned_is_charged_by_what_it_treated() -> None:
    clara = cast.clara()
    by_plan = log(clara, "2026-03-04 09:00").session
    stated = log(clara, "2026-03-05 09:00", isocenters=2).session
    capture_course(course_id=clara.course.pk)
    assert dict(_delivered(clara)) == {4: "77407", 5: "77412"}
    # The plan is corrected: who said it at the console is not overruled, who left it to the plan follows.
    Plan.objects.update(isocenters=2)
    amend_session(session=stated, by=cast.user(Role.THERAPIST), reason="one was skipped", isocenters=1)
    capture_course(course_id=clara.course.pk)
    assert dict(_delivered(clara)) == {4: "77412", 5: "77407"}
    assert by_plan.isocenters is None


@pytest.mark.django_db
def test_what_the_therapist_counted_settles_a_level_that_the_plan_leaves_open() -> None:
    clara = cast.clara()
    Plan.objects.update(isocenters=None)
    log(clara, "2026-03-04 09:00")
    log(clara, "2026-03-05 09:00", isocenters=1, status=SessionStatus.TREATED)
    capture_course(course_id=clara.course.pk)
    assert list(_delivered(clara)) == [(5, "77407")]


def _delivered(treated: cast.Treated) -> list[tuple[int, str]]:
    standing = LedgerEntry.objects.filter(course=treated.course, kind="charge", reversal=None, family="delivery")
    return [(on.day, code) for on, code in standing.order_by("service_on").values_list("service_on", "code")]
