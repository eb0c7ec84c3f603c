"""Where the signs stand: one column a day, bands that fit a page, brackets where five fractions lack something."""

from datetime import date, timedelta

import pytest

from courses.picture import picture_of
from courses.picture.drawing import COLUMN, LABELS, MOST_COLUMNS
from courses.picture.facts import ImagesMark, Row, SessionMark
from tests.courses.picture.drawn import FIRST, a_course, a_plan, a_session, an_event, days_of, treated


@pytest.mark.parametrize(("fractions", "bands"), [(1, 1), (35, 1), (45, 1), (60, 2)])
def test_forty_five_fractions_fit_one_page_and_more_go_on_below(fractions: int, bands: int) -> None:
    picture = picture_of(a_course(a_plan(fractions=fractions), sessions=list(treated(days_of(fractions)))))
    assert len(picture.bands) == bands
    assert sum(len(band.days) for band in picture.bands) == fractions
    assert all(len(band.days) <= MOST_COLUMNS for band in picture.bands)


def test_a_second_band_begins_with_a_week() -> None:
    picture = picture_of(a_course(a_plan(fractions=60), sessions=list(treated(days_of(60)))))
    assert [band.days[0].column.day.isoweekday() for band in picture.bands] == [1, 1]


def test_every_sign_stands_inside_its_band() -> None:
    days = days_of(12, leaving_out=[date(2025, 3, 6)])
    sessions = [a_session(key, day, images=ImagesMark.MISSED) for key, day in enumerate(days, 1)]
    (band,) = picture_of(a_course(sessions=sessions, events=[an_event(days[1], Row.VISIT)])).bands
    assert all(LABELS <= square.x <= band.width - COLUMN for square in band.squares)
    assert all(0 < mark.y < band.height for mark in band.marks)
    assert all(gap.x + gap.width <= band.width for gap in band.missing)


def test_name_of_a_last_week_of_one_day_stands_inside_its_band() -> None:
    days = days_of(11, first=date(2025, 3, 3))  # of the third week its Monday alone
    (band,) = picture_of(a_course(a_plan(fractions=11, approved_on=days[0]), sessions=list(treated(days)))).bands
    last = band.days[-1]
    assert last.week and last.x + 6 * len(last.week) <= band.width


def test_weeks_are_marked_and_a_new_year_is_said() -> None:
    days = days_of(15, first=date(2025, 12, 15))
    course = a_course(a_plan(fractions=15, approved_on=days[0]), sessions=list(treated(days)))
    weeks = [day.week for day in picture_of(course).bands[0].days if day.week]
    assert weeks == ["15 Dec 2025", "22 Dec", "29 Dec", "5 Jan 2026"]


def test_five_fractions_without_a_visit_or_a_check_are_bracketed() -> None:
    days = days_of(12)
    events = [an_event(days[3], Row.VISIT), an_event(days[7], Row.PHYSICS)]
    picture = picture_of(a_course(sessions=list(treated(days)), events=events))
    assert [gap.words for gap in picture.bands[0].missing] == [
        "No visit in fractions 6\N{EN DASH}10", "No physics check in fractions 1\N{EN DASH}5",
    ]  # fmt: skip
    assert picture.bands[0].missing[0].width == 5 * COLUMN


def test_another_persons_visit_leaves_the_bracket() -> None:
    days = days_of(5)
    picture = picture_of(a_course(sessions=list(treated(days)), events=[an_event(days[1], Row.VISIT, stands=False)]))
    assert "No visit in fractions 1\N{EN DASH}5 (3 Mar to 7 Mar)" in picture.gaps
    assert "visit-by-others" in {mark.kind for mark in picture.bands[0].marks}


def test_stereotactic_fractions_ask_for_no_visit_of_a_five() -> None:
    sessions = [a_session(key, day, is_stereotactic=True) for key, day in enumerate(days_of(5), 1)]
    picture = picture_of(a_course(a_plan(fractions=5), sessions=sessions))
    assert [gap.partition(" in ")[0] for gap in picture.gaps] == ["No physics check"]


def test_the_worst_review_of_a_day_is_the_one_that_shows() -> None:
    sessions = [
        a_session(1, FIRST, images=ImagesMark.REVIEWED), a_session(2, FIRST, images=ImagesMark.MISSED),
    ]  # fmt: skip
    (band,) = picture_of(a_course(a_plan(fractions=2, per_day=2), sessions=sessions)).bands
    assert [mark.kind for mark in band.marks] == ["images-missed"]


def test_two_sessions_of_a_day_stand_below_each_other() -> None:
    sessions = [a_session(1, FIRST), a_session(2, FIRST, mark=SessionMark.PARTIAL)]
    (band,) = picture_of(a_course(a_plan(fractions=2, per_day=2), sessions=sessions)).bands
    first, second = (square for square in band.squares if square.session)
    assert (first.x, second.y - first.y) == (second.x, COLUMN)


def test_a_missing_session_has_its_square() -> None:
    days = days_of(3, leaving_out=[FIRST + timedelta(days=1)])
    (band,) = picture_of(a_course(a_plan(fractions=3), sessions=list(treated(days)))).bands
    (gap,) = [square for square in band.squares if square.session is None and not square.is_ahead]
    assert gap.x == LABELS + COLUMN


def test_a_course_without_a_day_has_no_band() -> None:
    picture = picture_of(a_course(a_plan(approved_on=None), today=FIRST))
    assert (picture.bands, picture.burn_down) == ((), None)
