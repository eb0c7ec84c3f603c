"""How the prescription burns down, phase by phase."""

from datetime import date

from courses.picture import picture_of
from courses.picture.phases import phases_of
from courses.terms import PlanKind
from tests.courses.picture.drawn import FIRST, a_course, a_plan, days_of, treated


def test_each_fraction_takes_one_off_what_is_left() -> None:
    (burn,) = picture_of(a_course(a_plan(fractions=5), sessions=list(treated(days_of(3))))).burns
    assert (burn.prescribed, burn.done, burn.still_left) == (5, 3, 2)
    assert burn.left == (5, 4, 3, 2)
    assert burn.planned == (5, 4, 3, 2, 1, 0)


def test_a_missed_day_leaves_the_course_behind_its_plan() -> None:
    days = days_of(4, leaving_out=[date(2025, 3, 4)])
    picture = picture_of(a_course(a_plan(fractions=10), sessions=list(treated(days))))
    (burn,) = picture.burns
    assert (burn.left[-1], burn.planned[len(burn.left) - 1]) == (6, 5)
    assert picture.days_missed == 1


def test_a_replan_continues_its_phase_with_what_was_given_before() -> None:
    days = days_of(20)
    replan = a_plan(2, fractions=20, kind=PlanKind.REPLAN, follows=1, approved_on=days[15])
    sessions = [*treated(days[:15]), *treated(days[15:], plan=2, begin=16)]
    (burn,) = picture_of(a_course(a_plan(1, fractions=35), replan, sessions=sessions)).burns
    assert (burn.name, burn.prescribed, burn.done, burn.still_left) == ("P1 \N{RIGHTWARDS ARROW} P2", 35, 20, 15)


def test_a_boost_is_a_phase_of_its_own() -> None:
    plans = (a_plan(1, fractions=25), a_plan(2, fractions=8, kind=PlanKind.BOOST, follows=1))
    first, boost = picture_of(a_course(*plans, sessions=list(treated(days_of(10))))).burns
    assert (first.still_left, boost.still_left) == (15, 8)
    assert boost.planned[25] == 8
    assert boost.planned[-1] == 0


def test_two_sites_burn_down_side_by_side() -> None:
    plans = (a_plan(1, fractions=5, line="lung"), a_plan(2, fractions=5, line="bone"))
    assert [burn.planned[1] for burn in picture_of(a_course(*plans, today=FIRST)).burns] == [4, 4]


def test_a_plan_without_a_count_has_no_curve() -> None:
    picture = picture_of(a_course(a_plan(fractions=None), sessions=list(treated(days_of(2)))))
    assert (picture.burns, picture.burn_down) == ((), None)


def test_a_revision_that_names_no_plan_joins_the_last_phase_of_its_site() -> None:
    plans = (a_plan(1), a_plan(2, line="bone"), a_plan(3, kind=PlanKind.REVISION, line="lung"))
    assert [phase.name for phase in phases_of(plans)] == ["P1 \N{RIGHTWARDS ARROW} P3", "P2"]
