"""A course as JSON gives it, to be broken key by key: what the tests of the course file share."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from billing.rules.course_fields import CourseFileError
from billing.rules.course_file import CourseFile, read_course

# Any: a course as JSON gives it, to be broken key by key.
Course = dict[str, Any]

COURSE: Course = {
    "format": 1,
    "id": "pelvis-2026",
    "title": "Pelvis",
    "practice": {"setting": "hospital", "bills": "technical"},
    "payer": {"kind": "medicare", "policy": {"second_session_modifier": "XE"}},
    "patient": {"mrn": "a-17", "birth_date": "1958-04-02"},
    "course": {"diagnoses": ["c53.9"], "opened_on": "2026-02-02"},
    "plan": [{"key": "P", "site": "cervix", "technique": "vmat", "isocenters": 1, "approved_on": "2026-02-12"}],
    "session": [{"key": "s1", "at": "2026-02-23T09:00:00", "plans": ["P"], "status": "partial"}],
}


def faults(change: Callable[[Course], object]) -> list[str]:
    course = deepcopy(COURSE)
    change(course)
    with pytest.raises(CourseFileError) as error:
        read_course(course, "pelvis.json")
    return list(error.value.faults)


def put(path: str, value: object) -> Callable[[Course], object]:
    """Return the change that puts a value at a key path such as ``plan.0.site``."""

    def change(course: Course) -> None:
        *way, last = [int(step) if step.isdecimal() else step for step in path.split(".")]
        place: Any = course
        for step in way:
            place = place[step]
        place[last] = value

    return change


def with_sessions(*sessions: Course) -> CourseFile:
    return read_course(COURSE | {"session": list(sessions)}, "pelvis.json")


def a_session(at: str, **more: object) -> Course:
    return {"at": at, "plans": ["P"], **more}
