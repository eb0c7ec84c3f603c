"""Publications of pairs over one another, and what becomes of lines, holds and second events beside a pair."""

from dataclasses import replace
from datetime import date

import pytest

from billing.rules import charge_lines, load_codebook
from billing.rules.codebook import Codebook
from billing.rules.course_file import read_course
from billing.rules.facts import CourseFacts
from billing.rules.lines import ChargeLine, ClaimKind, Finding, Outcome, Severity
from billing.rules.pair_rows import NEVER, WITH_MODIFIER, Pair, PairFile
from billing.rules.rows import Limit
from billing.rules.table_rows import OPEN

QUARTER = date(2026, 7, 1)
Keys = dict[str, object]


def pair(column1: str, column2: str, indicator: int = NEVER, **more: object) -> Pair:
    """Return a pair as a later file has it."""
    first = date(2026, 1, 1)
    made = Pair(
        "loaded", 7, first, OPEN, "a later file", ClaimKind.PROFESSIONAL, QUARTER, column1, column2, indicator, "", OPEN
    )
    return replace(made, **more)  # type: ignore[arg-type]


def found(codebook: Codebook, column1: str, column2: str, day: date) -> str | None:
    row = codebook.pair(ClaimKind.PROFESSIONAL, column1, column2, day)
    return row.table if row is not None else None


def course(*events: Keys, practice: Keys | None = None, plans: list[Keys] | None = None, **more: object) -> CourseFacts:
    """Return a lung course planned by VMAT on 2023-05-08 in a freestanding centre."""
    plan: Keys = {"key": "P", "site": "lung", "technique": "vmat", "arcs": 2, "approved_on": "2023-05-08"}
    source: Keys = {
        "format": 1,
        "id": "lung",
        "practice": practice or {"setting": "freestanding", "bills": "global"},
        "payer": {"kind": "medicare"},
        "course": {"diagnoses": ["C34.11"], "opened_on": "2023-04-03"},
        "plan": [plan] if plans is None else plans,
        "event": list(events),
    }
    return read_course(source | more, "lung.json").facts


def event(family: str, on: str, **more: object) -> Keys:
    return {"code_family": family, "on": on, **more}


def outcome(facts: CourseFacts, codebook: Codebook | None = None) -> Outcome:
    return charge_lines(facts, codebook or load_codebook())


def findings(said: Outcome, code: str) -> list[Finding]:
    return [finding for finding in said.findings if finding.code == code]


def lines(said: Outcome, code: str) -> list[ChargeLine]:
    return [line for line in said.lines if line.code == code]


# --- publications -------------------------------------------------------------------------------------------------


def test_a_later_publication_stands_from_its_day_and_the_tables_own_before_it() -> None:
    codebook = load_codebook().with_loaded(pairs=[pair("77301", "77290")])
    assert found(codebook, "77301", "77290", date(2026, 6, 30)) == "pairs.csv"
    assert found(codebook, "77301", "77290", QUARTER) == "loaded"


def test_the_first_publication_stands_for_the_days_before_it() -> None:
    assert found(load_codebook(), "77301", "77290", date(2010, 3, 1)) == "pairs.csv"


def test_a_pair_that_a_later_publication_no_longer_has_is_none_from_then_on() -> None:
    codebook = load_codebook().with_loaded(pairs=[pair("77301", "77290")])
    assert found(codebook, "77301", "77285", date(2026, 6, 30)) == "pairs.csv"
    assert found(codebook, "77301", "77285", QUARTER) is None


def test_a_part_of_a_publication_says_nothing_of_codes_outside_it() -> None:
    part = PairFile(ClaimKind.PROFESSIONAL, QUARTER, first_code="77000", last_code="77310")
    codebook = load_codebook().with_loaded(pairs=[pair("77301", "77290")], pair_files=[part])
    assert found(codebook, "77301", "77285", QUARTER) is None
    assert found(codebook, "77338", "77334", QUARTER) == "pairs.csv"


def test_a_publication_of_the_same_day_takes_the_place_of_the_tables_own() -> None:
    again = pair("77301", "77290", published=date(2024, 7, 1))
    codebook = load_codebook().with_loaded(pairs=[again])
    assert found(codebook, "77301", "77290", date(2026, 3, 2)) == "loaded"
    assert found(codebook, "77301", "77285", date(2026, 3, 2)) is None


def test_a_pair_that_was_deleted_holds_through_its_last_day() -> None:
    codebook = load_codebook().with_loaded(pairs=[pair("77301", "77290", effective_to=date(2026, 8, 31))])
    assert found(codebook, "77301", "77290", date(2026, 8, 31)) == "loaded"
    assert found(codebook, "77301", "77290", date(2026, 9, 1)) is None


def test_the_other_claim_keeps_its_own_publication() -> None:
    codebook = load_codebook().with_loaded(pairs=[pair("77301", "77290")])
    assert codebook.pair(ClaimKind.INSTITUTIONAL, "77301", "77285", QUARTER) is not None


def test_a_loaded_limit_stands_over_the_tables_own_and_leaves_the_codebook_as_it_was() -> None:
    limit = Limit("loaded", 1, QUARTER, OPEN, "a later file", ClaimKind.INSTITUTIONAL, "77407", 1, OPEN)
    codebook = load_codebook().with_loaded(limits=[limit], relative_values_from=date(2026, 1, 1))
    units = [codebook.limit(ClaimKind.INSTITUTIONAL, "77407", day) for day in (date(2026, 6, 30), QUARTER)]
    assert [found.units for found in units if found] == [2, 1]
    assert codebook.relative_values_from == date(2026, 1, 1)
    assert load_codebook().limit(ClaimKind.INSTITUTIONAL, "77407", QUARTER) != limit
    assert load_codebook().relative_values_from is None


@pytest.mark.parametrize(("loaded", "severity"), [(False, Severity.WARNING), (True, Severity.HOLD)])
def test_a_code_that_changed_its_meaning_is_held_again_once_its_new_pairs_are_loaded(
    loaded: bool, severity: Severity
) -> None:
    plan: Keys = {"key": "P", "site": "lung", "technique": "vmat", "isocenters": 1, "arcs": 2}
    facts = course(
        plans=[plan | {"approved_on": "2026-07-06"}], session=[{"at": "2026-07-06T09:00:00", "plans": ["P"]}]
    )
    codebook = load_codebook()
    if loaded:
        codebook = codebook.with_loaded(pairs=[pair("77301", "77407", WITH_MODIFIER)])
    said = outcome(facts, codebook)
    [finding] = findings(said, "pair-needs-modifier")
    [delivery] = lines(said, "77407")
    assert finding.severity is severity
    assert delivery.held is loaded


# --- what becomes of lines ----------------------------------------------------------------------------------------


def test_a_line_that_gives_way_on_both_claims_is_told_once() -> None:
    both: Keys = {"setting": "hospital", "bills": "both"}
    said = outcome(course(event("simulation_complex", "2023-05-08", site="bone"), practice=both))
    [hold] = findings(said, "pair-never-together")
    assert lines(said, "77290") == []
    assert (hold.severity, hold.lines) == (Severity.HOLD, ())
    assert "77290 never stands beside 77301 on one day (CPT Manual or CMS manual coding instruction)" in hold.message


def test_what_was_said_of_a_line_that_gives_way_falls_with_it() -> None:
    conformal: Keys = {"key": "Q", "site": "bone", "technique": "conformal_3d", "static_fields": 2}
    imrt: Keys = {"key": "P", "site": "lung", "technique": "vmat", "arcs": 2, "approved_on": "2023-05-08"}
    replan = conformal | {"kind": "replan", "new_planning_ct": True, "approved_on": "2023-05-08"}
    said = outcome(course(plans=[imrt, replan]))
    assert lines(said, "77295") == []
    assert findings(said, "necessity-missing") == []
    alone = outcome(course(plans=[imrt, replan | {"approved_on": "2023-05-09"}]))
    assert [finding.subject for finding in findings(alone, "necessity-missing")] == ["Q"]


def test_pairs_that_go_in_a_circle_leave_the_earliest_line() -> None:
    circle = [("77332", "77333"), ("77333", "77334"), ("77334", "77332")]
    early = [pair(*codes, published=date(2023, 1, 1), effective_from=date(1992, 1, 1)) for codes in circle]
    codebook = load_codebook().with_loaded(pairs=early)
    families = ("device_simple", "device_intermediate", "device_complex")
    said = outcome(course(*(event(family, "2023-04-10") for family in families)), codebook)
    assert [line.code for line in said.lines if line.on == date(2023, 4, 10)] == ["77332", "77334"]


def test_a_day_that_a_feed_filled_with_one_event_again_and_again_is_decided_like_any_other() -> None:
    many = 1000
    families = ("device_simple", "device_intermediate")
    said = outcome(course(*(event(family, "2023-04-10") for family in families for _ in range(many))))
    assert len(lines(said, "77333")) == many
    assert lines(said, "77332") == []
    assert len(findings(said, "pair-never-together")) == many


def test_a_distinct_event_that_carries_59_already_carries_it_once() -> None:
    said = outcome(
        course(
            event("simulation_complex", "2023-05-02", site="bone"),
            event("simulation_simple", "2023-05-02", site="bone", distinct_service=True),
        )
    )
    assert [line.modifiers for line in lines(said, "77280")] == [("59",)]
    assert findings(said, "pair-needs-modifier") == []


def test_the_59_of_another_site_does_not_make_a_simulation_distinct_from_one_of_its_day() -> None:
    said = outcome(
        course(
            event("simulation_complex", "2023-05-02", site="bone"),
            event("simulation_simple", "2023-05-02", site="bone"),
        )
    )
    [hold] = findings(said, "pair-needs-modifier")
    [simple] = lines(said, "77280")
    assert hold.lines == (simple.key,)
    assert "Mark the event as a service of its own" in hold.message


def test_a_note_that_falls_to_another_line_of_its_day_is_not_the_first_of_its_course() -> None:
    said = outcome(
        course(
            event("special_treatment", "2023-05-12"),
            event("special_treatment", "2023-05-15"),
            manual_line=[{"code": "77435", "on": "2023-05-12"}],
        )
    )
    assert [line.on.day for line in lines(said, "77470")] == [15]
    assert [finding.on for finding in findings(said, "pair-never-together")] == [date(2023, 5, 12)]
    assert findings(said, "once-per-course") == []


def test_a_second_note_takes_nothing_from_the_lines_of_its_day() -> None:
    said = outcome(
        course(
            event("planning_note", "2023-05-02"),
            event("planning_note", "2023-05-03"),
            manual_line=[{"code": "77261", "on": "2023-05-03"}],
        )
    )
    assert [line.held for line in lines(said, "77261")] == [False]
    [info] = findings(said, "once-per-course")
    assert (info.severity, info.on) == (Severity.INFO, date(2023, 5, 3))


# --- what stands in place of a line -------------------------------------------------------------------------------


def test_a_bundled_event_is_told_with_its_site_and_the_plan_that_it_is_part_of() -> None:
    [info] = findings(outcome(course(event("simulation_complex", "2023-05-02", site="lung"))), "bundled-into-plan")
    assert info.severity is Severity.INFO
    assert info.message == (
        "Simulation complex (77290) of 2023-05-02, the site lung, is part of the plan of 2023-05-08 (77301): "
        "no line of its own."
    )


def test_a_plan_without_fields_is_warned_of_once_for_each_line_that_is_missing() -> None:
    compensated: Keys = {"key": "P", "site": "lung", "technique": "imrt", "compensator": True}
    said = outcome(course(plans=[compensated | {"approved_on": "2023-05-08"}]))
    assert [(f.severity, f.subject) for f in findings(said, "fields-not-counted")] == [(Severity.WARNING, "P")] * 2


def test_respiratory_simulation_belongs_to_the_plan_that_it_is_added_to_and_names_who_recorded_it() -> None:
    said = outcome(course(event("respiratory_simulation", "2023-05-02", site="lung")))
    [line] = lines(said, "77293")
    assert line.key == "simulation/plan:P/professional"
    assert dict(line.because.facts)["recorded by"].startswith("event ")  # type: ignore[union-attr]


def test_each_companion_of_a_plan_has_a_key_of_its_own_on_each_claim() -> None:
    plan: Keys = {"key": "P", "site": "lung", "technique": "vmat", "arcs": 2, "approved_on": "2023-05-08"}
    facts = course(
        plans=[plan | {"respiratory_motion_simulation": True}], practice={"setting": "hospital", "bills": "both"}
    )
    keys = [line.key for line in outcome(facts).lines]
    assert sorted(keys) == sorted(
        f"{family}/plan:P/{claim}"
        for family in ("plan", "device", "dosimetry", "simulation")
        for claim in ("professional", "institutional")
    )
