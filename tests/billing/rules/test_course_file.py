"""A course file is taken whole or refused whole, with every fault: file, key path, value, what to do."""

import json
import re
from collections.abc import Callable
from copy import deepcopy
from datetime import date, datetime, time
from pathlib import Path

import pytest

from billing.rules.course_fields import CourseFileError
from billing.rules.course_file import LARGEST_FILE, open_course_file, read_course
from courses.terms import MotionManagement, PlanKind, SessionStatus
from patients.terms import SecondSessionModifier
from tests.broken_course import COURSE, Course, a_session, faults, put, with_sessions
from tests.scenario_runner import SCENARIOS, raw

# --- what is taken ------------------------------------------------------------------------------------------------


def test_a_course_in_json_is_taken_with_its_patient_and_its_defaults() -> None:
    taken = read_course(COURSE, "pelvis.json")
    assert (taken.title, taken.mrn, taken.birth_date) == ("Pelvis", "A-17", date(1958, 4, 2))
    assert taken.facts.diagnoses == ("C53.9",)
    assert taken.facts.closed_on is None
    policy = taken.facts.payer.policy_on(date(2026, 2, 23))
    assert policy.second_session_modifier is SecondSessionModifier.SEPARATE_ENCOUNTER
    assert policy.minimum_hours_between_sessions == 6
    [plan] = taken.facts.plans
    assert (plan.kind, plan.imrt_planned, plan.new_planning_ct, plan.dvh_documented) == (
        PlanKind.INITIAL,
        True,
        True,
        True,
    )
    assert plan.active_motion_management is MotionManagement.NONE
    [session] = taken.facts.sessions
    assert (session.at, session.status) == (datetime(2026, 2, 23, 9), SessionStatus.PARTIAL)  # noqa: DTZ001


@pytest.mark.parametrize("path", sorted(SCENARIOS.glob("*.toml")), ids=lambda path: path.stem)
def test_the_same_keys_in_toml_and_in_json_are_the_same_facts(path: Path) -> None:
    as_json = json.dumps(raw(path), default=lambda value: value.isoformat())
    assert read_course(as_json, f"{path.stem}.json").facts == open_course_file(path).facts


def test_a_run_fills_weekdays_and_skips_days_without_treatment() -> None:
    run = {"plans": ["P"], "first": "2025-11-22", "count": 5, "times": ["15:00:00", "08:00"], "skip": ["2025-11-25"]}
    taken = read_course(COURSE | {"session": [], "session_run": [run]}, "pelvis.json")
    assert [session.at.isoformat(" ", "minutes") for session in taken.facts.sessions] == [
        "2025-11-24 08:00",
        "2025-11-24 15:00",
        "2025-11-26 08:00",
        "2025-11-26 15:00",
        "2025-11-27 08:00",
    ]


def test_sessions_without_a_key_are_known_by_their_time_and_never_share_one() -> None:
    at = "2026-02-24T09:00:00"
    taken = with_sessions(a_session(at), a_session(at), a_session("2026-02-25T09:00:00", key=at))
    assert [session.key for session in taken.facts.sessions] == [f"{at} (2)", f"{at} (3)", at]


def test_a_session_may_arrive_twice_with_one_key_and_time() -> None:
    taken = with_sessions(a_session("2026-02-24T09:00:00", key="x"), a_session("2026-02-24T09:00:00", key="x"))
    assert len(taken.facts.sessions) == 2


def test_an_electron_plan_may_say_that_it_has_no_isocenter() -> None:
    taken = read_course(
        COURSE | {"plan": [{"key": "P", "site": "skin", "technique": "electron", "isocenters": 0}]}, "pelvis.json"
    )
    assert taken.facts.plans[0].isocenters == 0


def test_an_empty_list_of_diagnoses_is_a_matter_of_the_rules() -> None:
    assert (
        read_course(COURSE | {"course": {"diagnoses": [], "opened_on": "2026-02-02"}}, "x.json").facts.diagnoses == ()
    )


def test_what_tests_expect_is_left_unread() -> None:
    assert read_course(COURSE | {"expect": {"lines": 7}}, "x.json").expect == {"lines": 7}


# --- what is refused ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "value", "fault"),
    [
        ("format", 2, "format: found 2. Write 1."),
        ("format", True, "format: found true. Write 1."),
        ("id", " x", 'id: found " x". Write 1 to 100 characters.'),
        ("tittle", "x", "tittle: unknown key. This section has: format, id, title,"),
        ("title", "a\x1bb", "title: found "),
        ("practice", 3, "practice: found 3. Write a table of keys."),
        ("practice.setting", "clinic", 'practice.setting: found "clinic". Choose one of: freestanding, hospital.'),
        ("practice.bills", "global", 'practice.bills: found "global". A hospital practice bills one of: technical,'),
        ("practice.place_of_service", "11", 'practice.place_of_service: found "11". A hospital practice has one of:'),
        ("practice.place_of_service", 22, "practice.place_of_service: found 22. Write 11, 19, 21, 22 or 24."),
        (
            "payer.policy.nodes_level",
            "unset",
            'payer.policy.nodes_level: found "unset". Choose one of: simple, complex.',
        ),
        ("payer.policy.minimum_hours_between_sessions", -1, "payer.policy.minimum_hours_between_sessions: found -1."),
        (
            "payer.policy.minimum_hours_between_sessions",
            float("nan"),
            "payer.policy.minimum_hours_between_sessions: found",
        ),
        (
            "payer.policy.second_session_modifier",
            76,
            "payer.policy.second_session_modifier: found 76. Choose one of: 76,",
        ),
        ("payer.policy.nodes", "simple", "payer.policy.nodes: unknown key. This section has:"),
        ("course.diagnoses", "C53.9", 'course.diagnoses: found "C53.9". Write a list of 0 to 24 values.'),
        ("course.diagnoses", ["banana"], 'course.diagnoses: found "banana". Write an ICD-10-CM code, as C50.911.'),
        ("course.diagnoses", ["C61", "C61"], 'course.diagnoses[2]: found "C61". It stands twice in the list.'),
        (
            "course.opened_on",
            "2026-02-30",
            'course.opened_on: found "2026-02-30". Write a day as 2026-01-31, in quotes.',
        ),
        ("course.opened_on", "9999-01-01", 'course.opened_on: found "9999-01-01". Write a day from 1992-01-01 to'),
        ("course.closed_on", "2026-02-01", "course.closed_on: found 2026-02-01. The course was opened on 2026-02-02:"),
        ("plan", {}, "plan: found {}. Write a list of 0 to 100 values."),
        ("plan.0", "P", 'plan[1]: found "P". Write a table of keys.'),
        ("plan.0.technique", "vmatt", 'plan[1].technique: found "vmatt". Choose one of: imrt, vmat, tomotherapy,'),
        ("plan.0.isocenters", 0, "plan[1].isocenters: found 0. Write a whole number from 1 to 20."),
        ("plan.0.isocenters", 1.0, "plan[1].isocenters: found 1.0. Write a whole number from 1 to 20."),
        ("plan.0.compensator", "no", 'plan[1].compensator: found "no". Write true or false.'),
        ("plan.0.fractions", 10**9, "plan[1].fractions: found 1000000000. Write a whole number from 1 to 200."),
        ("plan.0.approved_on", "2026-02-12T08:00:00", 'plan[1].approved_on: found "2026-02-12T08:00:00". Write a day'),
        ("session.0.at", "2026-02-23", 'session[1].at: found "2026-02-23". Write the clinic\'s local time'),
        (
            "session.0.at",
            "2026-02-23T09:00:00Z",
            'session[1].at: found "2026-02-23T09:00:00Z". Write the clinic\'s local',
        ),
        ("session.0.plans", [], "session[1].plans: found []. Write a list of 1 to 20 values."),
        ("session.0.plans", ["Q"], 'session[1].plans: found "Q". No plan has this key. The plans are: P.'),
        (
            "session.0.resumes",
            "s0",
            'session[1].resumes: found "s0". No session has this key. Name the partial session.',
        ),
        ("session.0.status", "done", 'session[1].status: found "done". Choose one of: treated, partial, aborted.'),
        ("event", [{"code_family": "visit", "on": "2026-02-24", "units": 0}], "event[1].units: found 0. Write a whole"),
        ("event", [{"on": "2026-02-24"}], "event[1].code_family: missing. Add it."),
        ("manual_line", [{"code": "7729", "on": "2026-02-24"}], 'manual_line[1].code: found "7729". Write a procedure'),
        (
            "manual_line",
            [{"code": "77299", "on": "2026-02-24", "modifiers": ["26", "TC", "59", "76", "XE"]}],
            "manual_line[1].modifiers: found ",
        ),
        (
            "authorization",
            [{"codes": ["77407"], "units": 0, "effective_from": "2026-02-01", "effective_to": "2026-03-01"}],
            "authorization[1].units: found 0. Write a whole number from 1 to 9999.",
        ),
        (
            "authorization",
            [{"codes": ["77407"], "units": 5, "effective_from": "2026-03-01", "effective_to": "2026-02-01"}],
            "authorization[1].effective_to: found 2026-02-01. It begins on 2026-03-01:",
        ),
    ],
)
def test_a_value_that_cannot_be_is_told_with_its_path_and_its_remedy(path: str, value: object, fault: str) -> None:
    found = faults(put(path, value))
    assert any(one.startswith(f"pelvis.json: {fault}") for one in found), found


@pytest.mark.parametrize("path", ["format", "id", "practice", "payer", "course"])
def test_what_is_required_is_told_when_it_is_missing(path: str) -> None:
    found = faults(lambda course: course.pop(path))
    assert any(one.startswith(f"pelvis.json: {path}: missing.") for one in found), found


def test_null_is_as_good_as_missing() -> None:
    assert faults(put("plan.0.site", None)) == ["pelvis.json: plan[1].site: missing. Add it."]
    course = deepcopy(COURSE)
    course["plan"][0]["isocenters"] = None
    assert read_course(course, "x.json").facts.plans[0].isocenters is None


def test_a_freestanding_centre_bills_no_both() -> None:
    found = faults(put("practice", {"setting": "freestanding", "bills": "both", "place_of_service": "22"}))
    assert [one.split(": ")[1] for one in found] == ["practice.bills", "practice.place_of_service"]


def test_two_plans_may_not_share_a_key() -> None:
    found = faults(lambda course: course["plan"].append(dict(course["plan"][0])))
    assert found == ['pelvis.json: plan[2].key: found "P". Another plan has this key. Give each plan its own.']


def test_one_key_at_two_times_is_refused() -> None:
    found = faults(lambda course: course["session"].append(a_session("2026-02-24T09:00:00", key="s1")))
    assert found == [
        'pelvis.json: session[2].key: found "s1". A session has one time, and this one is at 2026-02-23 09:00:00 and '
        "at 2026-02-24 09:00:00. Mend key or time."
    ]


@pytest.mark.parametrize(
    ("at", "resumed", "remedy"),
    [
        ("2026-02-23T08:00:00", "s1", "That session began at 2026-02-23 09:00:00: name an earlier one."),
        ("2026-02-23T11:00:00", "s2", "That session is treated. Name a partial one."),
    ],
)
def test_a_resumption_names_a_partial_session_before_it(at: str, resumed: str, remedy: str) -> None:
    def change(course: Course) -> None:
        course["session"] += [a_session("2026-02-23T10:00:00", key="s2"), a_session(at, key="s3", resumes=resumed)]

    assert faults(change) == [f'pelvis.json: session[3].resumes: found "{resumed}". {remedy}']


def twice_resumed(at: str = "2026-02-24T09:00:00", **first: object) -> Callable[[Course], None]:
    """A partial session that two others say they complete, the first of them at this time and with these facts."""

    def change(course: Course) -> None:
        course["session"] += [
            a_session("2026-02-24T08:00:00", key="a", status="partial"),
            a_session(at, resumes="a", **{"key": "b", **first}),
            a_session("2026-02-24T15:00:00", key="c", resumes="a"),
        ]

    return change


def test_a_partial_session_is_resumed_once() -> None:
    remedy = "resumes that session already. Name the session that this one goes on with, or leave resumes out."
    assert faults(twice_resumed()) == [f'pelvis.json: session[4].resumes: found "a". "b" {remedy}']
    unnamed = "The session of 2026-02-24 09:00:00"
    assert faults(twice_resumed(key=None)) == [f'pelvis.json: session[4].resumes: found "a". {unnamed} {remedy}']


def test_a_resumption_that_was_aborted_or_arrives_again_leaves_the_way_open() -> None:
    for change in (twice_resumed(status="aborted"), twice_resumed("2026-02-24T15:00:00", key="c")):
        course = deepcopy(COURSE)
        change(course)
        read = read_course(course, "pelvis.json")
        assert len(read.facts.sessions) == len(course["session"])


def test_every_fault_of_a_file_is_told_at_once_in_its_order() -> None:
    def change(course: Course) -> None:
        course["practice"]["bills"] = "nothing"
        course["plan"][0]["technique"] = "magic"
        course["session"].append(a_session("noon"))
        course["surprise"] = 1

    assert [one.split(": ")[1] for one in faults(change)] == [
        "practice.bills",
        "plan[1].technique",
        "session[2].at",
        "surprise",
    ]


def test_nothing_of_the_patient_is_shown_in_a_fault() -> None:
    found = faults(put("patient", {"mrn": "|4711|", "birth_date": "02.04.1958", "name": "Ada"}))
    assert len(found) == 3
    assert not any(secret in "".join(found) for secret in ("4711", "1958", "Ada"))


def test_a_patient_is_born_before_the_course() -> None:
    assert len(faults(put("patient.birth_date", "2026-02-03"))) == 1


@pytest.mark.parametrize(
    ("run", "fault"),
    [
        ({"count": 401}, "session_run[1].count: found 401. Write a whole number from 1 to 400."),
        ({"count": 10**30}, "session_run[1].count: found 1000000000000000000000000000000. Write"),
        ({"first": "2099-12-30", "count": 3}, "session_run[1].count: found 3. The run goes past 2099-12-31."),
        ({"times": []}, "session_run[1].times: found []. Write a list of 1 to 4 values."),
        ({"times": ["25:00"]}, 'session_run[1].times[1]: found "25:00". Write a time as 09:00:00.'),
        ({"skip": ["monday"]}, 'session_run[1].skip[1]: found "monday". Write a day as'),
        ({"inpatient": True}, "session_run[1].inpatient: unknown key. This section has: plans,"),
    ],
)
def test_a_run_that_cannot_be_is_refused(run: Course, fault: str) -> None:
    whole = {"plans": ["P"], "first": "2026-02-24", "count": 2, "times": ["09:00:00"]} | run
    found = faults(put("session_run", [whole]))
    assert any(one.startswith(f"pelvis.json: {fault}") for one in found), found


def test_more_sessions_than_a_course_can_have_are_refused() -> None:
    run = {"plans": ["P"], "first": "2026-02-24", "count": 400, "times": ["09:00:00"]}
    assert "pelvis.json: session_run: found 2401. A course has at most 2000 sessions." in faults(
        put("session_run", [run] * 6)
    )


@pytest.mark.parametrize(
    ("text", "name", "fault"),
    [
        ("format = ", "x.toml", "x.toml: is not TOML: Invalid value (at end of document). Mend it there."),
        ("{", "x.json", "x.json: is not JSON: "),
        (
            '{"id": 1, "id": 2}',
            "x.json",
            'x.json: is not JSON: the key "id" stands twice in one object. Mend it there.',
        ),
        ("[" * 100_000, "x.json", "x.json: is nested too deep."),
        ("[]", "x.json", "x.json: found []. Write a table of keys."),
        ("id = 'x'\nid = 'y'", "x.toml", "x.toml: is not TOML: Cannot overwrite a value"),
    ],
)
def test_text_that_is_no_course_file_is_refused(text: str, name: str, fault: str) -> None:
    with pytest.raises(CourseFileError) as error:
        read_course(text, name)
    assert error.value.faults[0].startswith(fault)


def test_in_toml_a_day_is_a_day_and_a_moment_has_no_offset() -> None:
    text = (SCENARIOS / "record-sent-again.toml").read_text(encoding="utf-8")
    text = text.replace("opened_on = 2023-01-09", 'opened_on = "2023-01-09"')
    text = text.replace("at = 2023-01-31T10:30:00", "at = 2023-01-31T10:30:00Z")
    text = text.replace("approved_on = 2023-01-19", "approved_on = 2023-01-19T08:00:00")
    with pytest.raises(CourseFileError) as error:
        read_course(text, "x.toml")
    assert [one.split(": ")[1] for one in error.value.faults] == [
        "course.opened_on",
        "plan[1].approved_on",
        "session[2].at",
    ]


def test_a_file_that_is_not_there_not_text_or_too_large_is_refused(tmp_path: Path) -> None:
    (tmp_path / "latin.toml").write_bytes("title = 'Größe'".encode("latin-1"))
    (tmp_path / "large.toml").write_text("# " + "x" * LARGEST_FILE, encoding="utf-8")
    for name, fault in (
        ("none.toml", "No such file or directory. Give a file that can be read."),
        ("latin.toml", "byte 11 is not UTF-8. Save the file as UTF-8."),
        ("large.toml", f"has {LARGEST_FILE + 2} bytes. A course file has at most {LARGEST_FILE}."),
        ("", "Is a directory. Give a file that can be read."),
    ):
        with pytest.raises(CourseFileError) as error:
            open_course_file(tmp_path / name)
        assert error.value.faults == (f"{tmp_path / name}: {fault}",)


def test_times_of_a_run_are_read_from_toml() -> None:
    text = (SCENARIOS / "record-sent-again.toml").read_text(encoding="utf-8")
    run = '\n[[session_run]]\nplans = ["P"]\nfirst = 2023-02-01\ncount = 1\ntimes = [07:45:00]\n'
    taken = read_course(text.replace("[expect]", f"{run}\n[expect]"), "x.toml")
    assert taken.facts.sessions[-1].at.time() == time(7, 45)


def test_the_page_of_the_course_file_names_every_key_of_every_section() -> None:
    page = (SCENARIOS.parent.parent / "docs" / "course-file.md").read_text(encoding="utf-8")
    on_page: dict[str, set[str]] = {}
    section = ""
    for named, keys in re.findall(
        r"^\| (`\[+[a-z_.]+\]+`|\(top\)|) ?\| ((?:`[a-z_]+`(?:, )?)+) \|", page, re.MULTILINE
    ):
        section = named.strip("`[]()") or section
        on_page.setdefault(section, set()).update(re.findall(r"[a-z_]+", keys))
    assert on_page.pop("expect") == {"families", "lines", "findings"}
    assert _known_keys("surprise") - {key.split(".")[0] for key in on_page} - {"expect", "top"} == on_page.pop("top")
    for section, keys in on_page.items():
        is_list = section not in ("practice", "payer", "payer.policy", "patient", "course")
        known = _known_keys(f"{section}.0.surprise" if is_list else f"{section}.surprise")
        assert known - ({"policy"} if section == "payer" else set()) == keys, section


def _known_keys(path: str) -> set[str]:
    """Return the keys that the refusal of an unknown key lists."""

    def change(course: Course) -> None:
        for name in ("session_run", "event", "authorization", "manual_line"):
            course[name] = [{}]
        put(path, 1)(course)

    [told] = [fault for fault in faults(change) if "surprise: unknown key" in fault]
    return set(told.partition("This section has: ")[2].rstrip(".").split(", "))
