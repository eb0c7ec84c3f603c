"""Edits of generated lines: they hold for the line that was edited, and say so when it is another one."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from billing.rules import charge_lines, load_codebook
from billing.rules.case import Case
from billing.rules.coding import Coding, LineEditFacts, Renderer, coding_differences
from billing.rules.course_file import read_course
from billing.rules.facts import CourseFacts
from billing.rules.line_edits import generated_coding
from billing.rules.lines import ChargeLine, ClaimKind, Finding, Origin, Outcome, Severity
from billing.rules.pair_rows import WITH_MODIFIER, Pair
from billing.rules.rows import Limit
from billing.rules.table_rows import OPEN
from tests.any_course import any_course

CODEBOOK = load_codebook()
QUARTER = date(2025, 4, 1)
ADAMS, BAKER = Renderer("1", "Adams, Ann"), Renderer("2", "Baker, Bo")
OTHERWISE: tuple[dict[str, Any], ...] = ({"units": 98}, {"modifiers": ("ZZ",)}, {"provider": BAKER})
for_any_course = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])


def course(**more: object) -> CourseFacts:
    """Two complex devices and a simulation of a prostate course in a freestanding centre, of 5 May 2025."""
    source: dict[str, object] = {
        "format": 1,
        "id": "edited",
        "practice": {"setting": "freestanding", "bills": "global"},
        "payer": {"kind": "commercial"},
        "course": {"diagnoses": ["C61", "C79.51"], "opened_on": "2025-05-01"},
        "event": [
            {"code_family": "device_complex", "on": "2025-05-05", "units": 2},
            {"code_family": "simulation_complex", "on": "2025-05-05"},
        ],
    }
    return replace(read_course(source | more, "edited.json").facts, physician=ADAMS)


def outcome(facts: CourseFacts) -> Outcome:
    return charge_lines(facts, CODEBOOK)


def line_of(said: Outcome, code: str) -> ChargeLine:
    (line,) = [line for line in said.lines if line.code == code]
    return line


def edit_of(facts: CourseFacts, line: ChargeLine, **wanted: object) -> LineEditFacts:
    """What a biller would have stored who saw the line as the rules made it."""
    was = generated_coding(line, Case(facts, CODEBOOK))
    return LineEditFacts("7", line.key, was, replace(was, **wanted), "Only one was made", "Bea")  # type: ignore[arg-type]


def edited(facts: CourseFacts, code: str = "77334", **wanted: object) -> CourseFacts:
    """The course with an edit of its line of this code."""
    return replace(facts, line_edits=(edit_of(facts, line_of(outcome(facts), code), **wanted),))


def lapses(said: Outcome) -> list[Finding]:
    return [finding for finding in said.findings if finding.code == "edit-lapsed"]


def test_an_edit_takes_the_place_of_the_line_and_keeps_the_original_beside_it() -> None:
    line = line_of(outcome(edited(course(), units=1, modifiers=("LT",))), "77334")

    assert (line.units, line.modifiers) == (1, ("LT",))
    assert line.edit is not None
    assert (line.edit.was.units, line.edit.was.modifiers) == (2, ())
    assert coding_differences(line.edit.was, line.edit.wanted) == ("units 2 -> 1", "modifiers none -> LT")


def test_a_line_says_only_what_is_not_as_on_its_claim() -> None:
    usual = line_of(outcome(edited(course(), units=1)), "77334")
    own = line_of(outcome(edited(course(), diagnoses=("C79.51", "C61"), provider=BAKER)), "77334")

    assert (usual.diagnoses, usual.provider) == ((), "")
    assert (own.diagnoses, own.provider) == (("C79.51", "C61"), "2")


@pytest.mark.parametrize(
    ("since", "told"),
    [
        ({"event": [{"code_family": "device_complex", "on": "2025-05-05", "units": 3}]}, "units 2 -> 3"),
        ({"course": {"diagnoses": ["C61"], "opened_on": "2025-05-01"}}, "diagnoses C61+C79.51 -> C61"),
    ],
)
def test_an_edit_lapses_when_the_facts_of_the_line_change_and_says_what_was_edited_and_what_changed(
    since: dict[str, object], told: str
) -> None:
    (edit,) = edited(course(), units=1).line_edits
    said = outcome(replace(course(**since), line_edits=(edit,)))

    line = line_of(said, "77334")
    (finding,) = lapses(said)
    assert line.edit is None
    assert line.units != 1
    assert line.held
    assert finding.severity is Severity.HOLD
    assert (finding.about, finding.subject, finding.lines) == (Origin.LINE_EDIT, "7", (line.key,))
    assert "Bea edited this line (units 2 -> 1)" in finding.message
    assert told in finding.message


def test_another_physician_of_the_course_lapses_an_edit_and_the_first_one_again_brings_it_back() -> None:
    before = edited(course(), units=1)
    said = outcome(replace(before, physician=BAKER))

    assert "provider Adams, Ann -> Baker, Bo" in lapses(said)[0].message
    assert line_of(said, "77334").units == 2
    assert line_of(outcome(replace(before, physician=ADAMS)), "77334").units == 1


def test_a_diagnosis_beyond_the_first_four_lapses_the_edit_that_points_to_it() -> None:
    many = ["C61", "C79.51", "Z51.0", "R97.20", "Z80.42"]
    facts = course(course={"diagnoses": many, "opened_on": "2025-05-01"})
    (edit,) = edited(facts, diagnoses=("Z80.42",)).line_edits
    fewer = course(course={"diagnoses": many[:4], "opened_on": "2025-05-01"})

    (finding,) = lapses(outcome(replace(fewer, line_edits=(edit,))))

    assert "no diagnosis Z80.42 any more" in finding.message


def test_a_line_that_became_what_was_wanted_is_noted_and_not_held() -> None:
    (edit,) = edited(course(), units=1).line_edits
    one = course(event=[{"code_family": "device_complex", "on": "2025-05-05", "units": 1}])
    said = outcome(replace(one, line_edits=(edit,)))

    assert [finding.severity for finding in lapses(said)] == [Severity.INFO]
    assert not line_of(said, "77334").held


def test_an_edit_of_a_line_that_is_no_longer_earned_does_nothing_and_stands_for_the_day_it_is_again() -> None:
    before = edited(course(), units=1)

    said = outcome(replace(before, events=()))
    again = outcome(before)

    assert said.lines == ()
    assert lapses(said) == []
    assert line_of(again, "77334").units == 1


def test_limits_count_the_edited_units() -> None:
    limit = Limit("limits", 1, QUARTER, OPEN, "a file", ClaimKind.PROFESSIONAL, "77334", 2, OPEN)
    tables = CODEBOOK.with_loaded(limits=(limit,))

    def over(facts: CourseFacts) -> list[str]:
        return [one.message for one in charge_lines(facts, tables).findings if one.code == "over-daily-limit"]

    assert over(course()) == []
    (message,) = over(edited(course(), units=3))
    assert message.startswith("3 units of 77334 on 2025-05-05")


def test_a_distinct_modifier_that_was_edited_settles_a_pair_and_one_that_was_taken_off_does_not() -> None:
    row = Pair(
        "pairs", 1, QUARTER, OPEN, "a file", ClaimKind.PROFESSIONAL, QUARTER, "77290", "77334", WITH_MODIFIER, "", OPEN
    )
    tables = CODEBOOK.with_loaded(pairs=(row,))

    def asked(facts: CourseFacts) -> list[str]:
        return [one.message for one in charge_lines(facts, tables).findings if one.code == "pair-needs-modifier"]

    distinct = course(
        event=[
            {"code_family": "device_complex", "on": "2025-05-05", "distinct_service": True},
            {"code_family": "simulation_complex", "on": "2025-05-05"},
        ]
    )
    written = line_of(charge_lines(distinct, tables), "77334")
    bare = replace(distinct, line_edits=(edit_of(distinct, written, modifiers=()),))

    assert len(asked(course())) == 1
    assert asked(edited(course(), modifiers=("XS",))) == []
    assert written.modifiers == ("59",)
    assert line_of(charge_lines(bare, tables), "77334").modifiers == ()
    assert "Edit it to carry 59" in asked(bare)[0]


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ({"modifiers": ("50",)}, "modifier-not-applicable"),
        ({"modifiers": ("LT", "LT")}, "modifier-not-applicable"),
        ({"modifiers": ("26", "TC")}, "component-modifier-invalid"),
    ],
)
def test_what_the_rules_refuse_of_a_keyed_line_they_refuse_of_an_edit(wanted: dict[str, Any], code: str) -> None:
    said = outcome(edited(course(), **wanted))

    line = line_of(said, "77334")
    assert line.modifiers == ()
    assert line.held
    assert code in line.findings


def test_an_institutional_line_has_neither_pointers_nor_a_provider_of_its_own() -> None:
    facts = course(practice={"setting": "hospital", "bills": "technical"})
    line = line_of(outcome(facts), "77334")

    assert generated_coding(line, Case(facts, CODEBOOK)) == Coding("77334", line.on, 2, line.modifiers)
    said = outcome(edited(facts, diagnoses=("C61",)))
    assert "pointer-not-valid" in line_of(said, "77334").findings


# --- any course -----------------------------------------------------------------------------------------------------


@for_any_course
@given(any_course(), st.data())
def test_an_edit_changes_its_line_and_no_other_and_asked_twice_is_the_same(
    facts: CourseFacts, data: st.DataObject
) -> None:
    before = outcome(facts)
    assume(before.lines)
    line = data.draw(st.sampled_from(before.lines))
    facts = replace(facts, line_edits=(edit_of(facts, line, units=line.units + 1),))

    after = outcome(facts)

    def content(said: Outcome) -> dict[str, tuple[object, ...]]:
        return {one.key: (one.code, one.on, one.units, one.modifiers, one.place_of_service) for one in said.lines}

    expected = content(before)
    expected[line.key] = (line.code, line.on, line.units + 1, line.modifiers, line.place_of_service)
    assert content(after) == expected
    assert outcome(facts) == after
    assert lapses(after) == []


@for_any_course
@given(any_course(), st.data())
def test_an_edit_of_a_line_that_read_otherwise_never_holds(facts: CourseFacts, data: st.DataObject) -> None:
    before = outcome(facts)
    assume(before.lines)
    line = data.draw(st.sampled_from(before.lines))
    edit = edit_of(facts, line, units=line.units + 1)
    other = replace(edit.was, **data.draw(st.sampled_from(OTHERWISE)))

    after = outcome(replace(facts, line_edits=(replace(edit, was=other),)))

    standing = next(one for one in after.lines if one.key == line.key)
    assert (standing.units, standing.modifiers, standing.edit) == (line.units, line.modifiers, None)
    assert [finding.lines for finding in lapses(after)] == [(line.key,)]
