"""What is counted over a course: keys that a late session leaves alone, reasons, files of relative values."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from billing.rules import charge_lines, load_codebook
from billing.rules.course_file import read_course
from billing.rules.facts import CourseFacts, SessionFacts
from billing.rules.fives import fives_around
from billing.rules.lines import ChargeLine, Family, Severity

Keys = dict[str, object]
FIRST = date(2022, 3, 7)


def course(count: int = 10, *, closed_on: str | None = None, events: list[Keys] | None = None) -> CourseFacts:
    """Return a lung course in a freestanding centre, once a weekday from a Monday on."""
    head: Keys = {"diagnoses": ["C34.11"], "opened_on": "2022-03-01"}
    source: Keys = {
        "format": 1,
        "id": "lung",
        "practice": {"setting": "freestanding", "bills": "global"},
        "payer": {"kind": "medicare"},
        "course": head | ({"closed_on": closed_on} if closed_on else {}),
        "plan": [{"key": "P", "site": "lung", "technique": "vmat", "isocenters": 1, "approved_on": "2022-03-02"}],
        "session_run": [{"plans": ["P"], "first": str(FIRST), "count": count, "times": ["09:00:00"]}],
        "event": events or [],
    }
    return read_course(source, "lung.json").facts


def lines(facts: CourseFacts, *families: Family) -> dict[str, ChargeLine]:
    made = charge_lines(facts, load_codebook()).lines
    return {line.key: line for line in made if line.family in families}


def weekly(facts: CourseFacts) -> dict[str, tuple[str, date]]:
    found = lines(facts, Family.MANAGEMENT, Family.PHYSICS)
    return {key: (line.code, line.on) for key, line in found.items()}


def late_session(day: date) -> SessionFacts:
    return SessionFacts("late", datetime.combine(day, time(9)), ("P",), ordinal=99)


# --- keys ---------------------------------------------------------------------------------------------------------


def test_a_line_of_a_five_is_named_by_its_number_and_not_by_its_sessions() -> None:
    assert list(weekly(course())) == [
        "management/course:five-1/professional",
        "physics/course:five-1/professional",
        "management/course:five-2/professional",
        "physics/course:five-2/professional",
    ]


def test_a_session_that_is_logged_late_moves_the_lines_and_keeps_their_keys() -> None:
    facts = course(11)
    gap = replace(facts, sessions=tuple(s for s in facts.sessions if s.on != date(2022, 3, 9)))
    late = replace(gap, sessions=(*gap.sessions, late_session(date(2022, 3, 9))))
    assert weekly(gap).keys() == weekly(late).keys()
    assert weekly(gap)["management/course:five-1/professional"] == ("77427", date(2022, 3, 14))
    assert weekly(late)["management/course:five-1/professional"] == ("77427", date(2022, 3, 11))


def test_a_remainder_that_becomes_a_full_five_is_the_same_line() -> None:
    closed, resumed = course(8, closed_on="2022-04-29"), course(10, closed_on="2022-04-29")
    key = "management/course:five-2/professional"
    assert weekly(closed)[key] == ("77427", date(2022, 3, 16))
    assert weekly(resumed)[key] == ("77427", date(2022, 3, 18))


def test_a_visit_that_is_entered_late_frees_the_line_and_changes_nothing_else_of_it() -> None:
    without, seen = course(5), course(5, events=[{"code_family": "visit", "on": "2022-03-09", "by": "physician"}])
    key = "management/course:five-1/professional"
    held, free = lines(without, Family.MANAGEMENT)[key], lines(seen, Family.MANAGEMENT)[key]
    assert (held.findings, free.findings) == (("visit-missing",), ())
    assert (held.code, held.on, held.units) == (free.code, free.on, free.units)


# --- reasons ------------------------------------------------------------------------------------------------------


def test_the_reason_of_a_five_tells_its_fractions_its_last_session_and_the_visit() -> None:
    facts = course(5, events=[{"code_family": "visit", "on": "2022-03-09", "by": "physician"}])
    because = lines(facts, Family.MANAGEMENT)["management/course:five-1/professional"].because
    assert (because.rule, because.table) == ("M1", "course_services.toml")
    assert dict(because.facts) == {
        "five": 1,
        "fractions": 5,
        "first fraction": "2022-03-07",
        "last fraction": "2022-03-11",
        "last session": facts.sessions[4].key,
        "visit": "2022-03-09",
        "course closed": False,
    }


def test_a_visit_by_somebody_else_is_named_as_no_substitute() -> None:
    facts = course(5, events=[{"code_family": "visit", "on": "2022-03-09", "by": "nurse_practitioner"}])
    [hold] = [f for f in charge_lines(facts, load_codebook()).findings if f.code == "visit-missing"]
    assert "Somebody else's visit does not stand for it" in hold.message
    assert (hold.severity, hold.subject, hold.on) == (Severity.HOLD, "five-1", date(2022, 3, 11))


def test_the_reason_of_guidance_tells_its_kind_and_what_the_payer_takes() -> None:
    facts = course(1)
    guided = replace(facts, sessions=tuple(replace(s, guidance=s.guidance.CBCT) for s in facts.sessions))
    [line] = lines(guided, Family.GUIDANCE).values()
    assert (line.because.rule, line.because.table) == ("G2", "guidance.toml")
    assert dict(line.because.facts) == {
        "guidance": "cbct",
        "reviewed": False,
        "payer": "medicare",
        "code set": "hcpcs_g",
    }


# --- relative value files -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("loaded", "held"),
    [(None, True), (date(2025, 10, 1), True), (date(2026, 1, 1), False), (date(2027, 1, 1), False)],
)
def test_port_images_of_2026_are_held_until_a_relative_value_file_of_2026_is_there(
    loaded: date | None, held: bool
) -> None:
    codebook = load_codebook().with_loaded(relative_values_from=loaded)
    facts = course(1, events=[{"code_family": "port_image", "on": "2026-01-01"}])
    [line] = [line for line in charge_lines(facts, codebook).lines if line.on == date(2026, 1, 1)]
    assert (line.code, line.held) == ("77417", held)
    assert line.findings == (("code-status-unconfirmed",) if held else ())


# --- fives --------------------------------------------------------------------------------------------------------


def test_a_day_belongs_to_the_five_of_its_fractions_or_of_the_one_before() -> None:
    once = [FIRST + timedelta(days=n) for n in (0, 1, 2, 3, 4, 7)]
    assert list(fives_around(FIRST - timedelta(days=30), once)) == [1]
    assert list(fives_around(FIRST, once)) == [1]
    assert list(fives_around(FIRST + timedelta(days=5), once)) == [1]
    assert list(fives_around(FIRST + timedelta(days=7), once)) == [2]
    assert list(fives_around(FIRST + timedelta(days=60), once)) == [2]
    assert list(fives_around(FIRST, [])) == [1]
    twice = [FIRST + timedelta(days=n // 2) for n in range(10)]
    assert list(fives_around(FIRST + timedelta(days=2), twice)) == [1, 2]
