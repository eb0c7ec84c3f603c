"""Course files that were once answered badly: with a traceback, in silence, or with a wall of text."""

from copy import deepcopy
from typing import Any

import pytest

from billing.rules.course_fields import CourseFileError
from billing.rules.course_file import read_course

# Any: a course as JSON gives it.
Course = dict[str, Any]

COURSE: Course = {
    "format": 1,
    "id": "chest-2026",
    "practice": {"setting": "freestanding", "bills": "global"},
    "payer": {"kind": "commercial"},
    "course": {"diagnoses": ["C34.11"], "opened_on": "2026-03-02"},
    "plan": [{"key": "P", "site": "lung", "technique": "vmat", "isocenters": 1, "approved_on": "2026-03-12"}],
}


def faults_with(**sections: object) -> list[str]:
    with pytest.raises(CourseFileError) as error:
        read_course(deepcopy(COURSE) | sections, "chest.json")
    return list(error.value.faults)


def test_hours_of_four_hundred_digits_are_refused_like_any_others() -> None:
    payer = {"kind": "commercial", "policy": {"minimum_hours_between_sessions": 10**400}}
    (fault,) = faults_with(payer=payer)
    assert fault.startswith("chest.json: payer.policy.minimum_hours_between_sessions: found 1000000")
    assert fault.endswith("Write a number from 0 to 24.")


def test_a_run_that_names_one_time_twice_is_refused_and_not_made_once_a_day() -> None:
    run = {"plans": ["P"], "first": "2026-03-23", "count": 4, "times": ["09:00:00", "09:00"]}
    assert faults_with(session_run=[run]) == [
        "chest.json: session_run[1].times[2]: found 09:00:00. It stands twice in the list. Take one out."
    ]


def test_a_fault_about_an_unknown_plan_names_no_more_plans_than_a_person_reads() -> None:
    plans = [COURSE["plan"][0] | {"key": f"plan number {n:02}", "kind": "boost"} for n in range(100)]
    (fault,) = faults_with(plan=plans, session=[{"at": "2026-03-23T09:00:00", "plans": ["plan number 1O"]}])
    assert fault.startswith(
        'chest.json: session[1].plans: found "plan number 1O". No plan has this key. The plans are: '
    )
    assert len(fault) < 200
