"""A planned course: what is wrong with it, its days, the facts it becomes, and what a person reads. No database."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.estimates.planned import PlannedCourse, faults_of, planned_of
from billing.estimates.prediction import Prediction, predict
from billing.estimates.summary import Cost, Stage, Summary, summarize
from billing.rules import charge_lines, load_codebook
from billing.rules.facts import PayerFacts, PolicyFacts, PolicyPeriod, PracticeFacts
from billing.rules.lines import ChargeLine, ClaimKind, Severity
from courses.calendar import holidays, treatment_days, workday_before
from courses.terms import EventFamily, Guidance, MotionManagement, Site, Technique
from patients.terms import Bills, PayerKind, Setting

HOSPITAL = PracticeFacts(Setting.HOSPITAL, Bills.BOTH)
CENTER = PracticeFacts(Setting.FREESTANDING, Bills.GLOBAL)
COMMERCIAL = PayerFacts(PayerKind.COMMERCIAL)
LUNG = PlannedCourse(
    technique=Technique.VMAT, site=Site.LUNG, fractions=30, starts_on=date(2026, 3, 2), arcs=2, guidance=Guidance.CBCT
)


def predicted(planned: PlannedCourse, practice: PracticeFacts = CENTER, payer: PayerFacts = COMMERCIAL) -> Prediction:
    return predict(planned, practice, payer)


def summary(planned: PlannedCourse, practice: PracticeFacts = CENTER, payer: PayerFacts = COMMERCIAL) -> Summary:
    codebook = load_codebook()
    return summarize(charge_lines(predicted(planned, practice, payer).facts, codebook), codebook, _hundred)


def _hundred(line: ChargeLine) -> Cost | None:
    """A price list of a hundred dollars a unit, which does not know the device."""
    return None if line.code == "77338" else Cost(Decimal(100), Decimal(100) * line.units)


def units(found: Summary) -> dict[str, int]:
    """Units by code as written, over all groups."""
    return {row.written: row.units for group in found.groups for row in group.rows}


# --- what is wrong ------------------------------------------------------------------------------------------------


def test_all_faults_are_told_at_once_each_at_its_field() -> None:
    planned = replace(
        LUNG, fractions=0, arcs=120, static_fields=9, devices=-1, approved_on=date(2026, 4, 1), weekdays=frozenset(),
        boost_new_ct=True,
    )  # fmt: skip
    assert set(faults_of(planned)) == {"fractions", "arcs", "devices", "approved_on", "weekdays", "boost_fractions"}


def test_a_plan_without_faults_has_none() -> None:
    assert faults_of(LUNG) == {}


@pytest.mark.parametrize("day", [date(2001, 12, 31), date(2100, 1, 1)])
def test_a_start_outside_the_tables_is_refused(day: date) -> None:
    assert list(faults_of(replace(LUNG, starts_on=day))) == ["starts_on"]


def test_a_simulation_comes_before_the_plan_that_stands_on_it() -> None:
    planned = replace(LUNG, approved_on=date(2026, 2, 20), simulated_on=date(2026, 2, 23))
    assert list(faults_of(planned)) == ["simulated_on"]


def test_approval_more_than_a_year_before_the_start_is_a_slip_of_the_hand() -> None:
    assert list(faults_of(replace(LUNG, approved_on=date(2025, 2, 28)))) == ["approved_on"]
    assert faults_of(replace(LUNG, approved_on=date(2025, 3, 1))) == {}


def test_faults_of_what_could_be_read_are_told_beside_what_could_not() -> None:
    planned = planned_of({"technique": "vmat", "devices": 99, "approved_on": date(2026, 2, 20)})
    assert list(faults_of(planned)) == ["devices"]


def test_nothing_said_of_isocenters_is_an_unknown_count_and_of_others_their_usual_value() -> None:
    said = planned_of({"isocenters": None, "boost_fractions": None, "laterality": ""})
    assert (said.isocenters, said.boost_fractions, said.laterality) == (None, 0, None)


# --- days ---------------------------------------------------------------------------------------------------------


def test_sessions_keep_to_weekdays_and_leave_out_holidays_and_named_days() -> None:
    planned = replace(LUNG, starts_on=date(2025, 11, 24), fractions=6, skipped=(date(2025, 11, 28),))
    days = [session.on for session in predicted(planned).facts.sessions]
    assert days == [
        date(2025, 11, 24),
        *(date(2025, 11, day) for day in (25, 26)),
        *(date(2025, 12, n) for n in (1, 2, 3)),
    ]


def test_a_department_that_treats_on_holidays_says_so() -> None:
    planned = replace(LUNG, starts_on=date(2025, 11, 27), fractions=1, keeps_holidays=False)
    assert predicted(planned).first_on == date(2025, 11, 27)


def test_new_years_day_on_a_saturday_is_kept_on_the_last_day_of_the_year() -> None:
    assert date(2021, 12, 31) in holidays(2022)
    assert list(islice(treatment_days(date(2021, 12, 31), {1, 2, 3, 4, 5}), 1)) == [date(2022, 1, 3)]
    assert workday_before(date(2022, 1, 3)) == date(2021, 12, 30)


def test_two_sessions_a_day_halve_the_days() -> None:
    planned = replace(LUNG, twice_daily=True)
    found = predicted(planned)
    assert len(found.facts.sessions) == 30
    assert len({session.on for session in found.facts.sessions}) == 15
    assert units(summary(planned))["77407"] == 15
    assert units(summary(planned))["77407-76"] == 15


@given(
    fractions=st.integers(1, 100), boost=st.integers(0, 50), twice=st.booleans(),
    start=st.dates(date(2002, 1, 1), date(2060, 1, 1)), weekdays=st.frozensets(st.integers(1, 7), min_size=1),
)  # fmt: skip
def test_every_planned_fraction_has_its_session(
    fractions: int, boost: int, twice: bool, start: date, weekdays: frozenset[int]
) -> None:
    planned = replace(
        LUNG, fractions=fractions, boost_fractions=boost, twice_daily=twice, starts_on=start, weekdays=weekdays
    )
    assert faults_of(planned) == {}
    sessions = predicted(planned).facts.sessions
    assert len(sessions) == fractions + boost
    assert sorted({session.at for session in sessions}) == [session.at for session in sessions]
    assert {session.on.isoweekday() for session in sessions} <= weekdays


# --- facts --------------------------------------------------------------------------------------------------------


def test_plan_is_approved_the_working_day_before_unless_somebody_says_when() -> None:
    assert predicted(LUNG).facts.plans[0].approved_on == date(2026, 2, 27)
    assert predicted(replace(LUNG, approved_on=date(2026, 2, 20))).facts.plans[0].approved_on == date(2026, 2, 20)


def test_usual_checks_come_once_in_each_five_and_in_the_remainder() -> None:
    events = predicted(replace(LUNG, fractions=23)).facts.events
    visits = [event for event in events if event.code_family is EventFamily.VISIT]
    checks = [event for event in events if event.code_family is EventFamily.PHYSICS_CHECK]
    assert (len(visits), len(checks)) == (5, 5)


def test_estimate_leaves_out_authorizations_which_it_is_made_to_ask_for() -> None:
    payer = PayerFacts(PayerKind.COMMERCIAL, (PolicyPeriod(PolicyFacts(requires_authorization=True)),))
    assert [told for told in summary(LUNG, payer=payer).told if told.code.startswith("authorization")] == []


# --- what a person reads ------------------------------------------------------------------------------------------


def test_course_of_thirty_has_thirty_delivery_lines_six_weeks_and_one_plan() -> None:
    found = units(summary(LUNG))
    assert (found["77407"], found["77427"], found["77336"], found["77301"]) == (30, 6, 6, 1)


def test_groups_come_in_the_order_of_the_course() -> None:
    stages = [group.stage for group in summary(replace(LUNG, devices=1)).groups]
    assert stages == [
        Stage.BEFORE, Stage.PLANNING, Stage.DELIVERY, Stage.GUIDANCE, Stage.MANAGEMENT, Stage.PHYSICS,
    ]  # fmt: skip


def test_charges_of_both_claims_of_a_hospital_stand_apart_and_add_up() -> None:
    found = summary(LUNG, HOSPITAL)
    totals = dict(found.by_claim)
    assert set(totals) == {ClaimKind.PROFESSIONAL, ClaimKind.INSTITUTIONAL}
    assert sum((total.amount for total in totals.values()), Decimal()) == found.total.amount
    assert sum(group.total.amount for group in found.groups) == found.total.amount
    assert found.total.amount > 0


def test_line_without_a_fee_is_counted_and_left_out_of_the_sum() -> None:
    found = summary(LUNG)
    assert found.total.unpriced == 1
    (row,) = [row for group in found.groups for row in group.rows if row.code == "77338"]
    assert (row.amount, row.unit_amount) == (None, None)


def test_course_over_new_year_says_which_code_ends_and_what_follows() -> None:
    planned = replace(LUNG, site=Site.PANCREAS, starts_on=date(2025, 12, 8))
    found = summary(planned, HOSPITAL)
    by_code = units(found)
    assert (by_code["77386"], by_code["77407"]) == (17, 13)
    (note,) = [told for told in found.told if told.code == "code-ends-during-course" and "77386" in told.message]
    assert "77407" in note.message
    assert note.first_on == date(2026, 1, 1)


def test_code_that_changes_its_meaning_within_a_course_has_a_row_for_each() -> None:
    found = summary(replace(LUNG, starts_on=date(2025, 12, 15)))
    rows = [row for group in found.groups for row in group.rows if row.code == "77387"]
    assert [(row.first_on.year, row.last_on.year) for row in rows] == [(2025, 2025), (2026, 2026)]
    assert "before 2026" in rows[0].name and "before 2026" not in rows[1].name
    (ask,) = [one for one in found.asks if one.code == "77387"]
    assert ask.units == 30 and rows[0].name in ask.name and rows[1].name in ask.name


def test_unsettled_nodes_are_told_once_for_all_days_and_hold_the_lines() -> None:
    planned = replace(LUNG, site=Site.PROSTATE, includes_nodes=True, starts_on=date(2025, 3, 3), guidance=Guidance.NONE)
    found = summary(planned)
    (told,) = [one for one in found.told if one.severity is Severity.HOLD]
    assert (told.code, told.count) == ("nodes-unsettled", 30)
    assert found.held == 30


def test_units_to_ask_for_are_those_of_one_claim_and_leave_out_management() -> None:
    asks = {ask.code: ask for ask in summary(replace(LUNG, boost_fractions=5), HOSPITAL).asks}
    assert asks["77407"].units == 35
    assert asks["77301"].units == 1
    assert "77427" not in asks
    assert asks["77407"].first_on == date(2026, 3, 2)


def test_motion_under_control_makes_level_three_without_a_finding() -> None:
    found = summary(replace(LUNG, motion=MotionManagement.GATING))
    assert units(found)["77412"] == 30
    assert found.held == 0


def test_stereotactic_course_has_its_own_management_and_no_guidance_line() -> None:
    found = units(summary(replace(LUNG, technique=Technique.SBRT, fractions=5)))
    assert (found["77373"], found["77435"]) == (5, 1)
    assert "77427" not in found
    assert not any(code.startswith("77387") for code in found)


def test_boost_on_its_own_ct_earns_its_own_plan_on_another_day() -> None:
    found = summary(replace(LUNG, boost_fractions=5, boost_new_ct=True))
    (row,) = [row for group in found.groups for row in group.rows if row.code == "77301"]
    assert (row.units, row.held) == (2, 0)
    assert row.last_on - row.first_on > timedelta(days=30)


def test_unknown_isocenters_from_2026_give_no_delivery_line_and_say_so() -> None:
    found = summary(replace(LUNG, isocenters=None))
    assert "77407" not in units(found)
    (told,) = [told for told in found.told if told.code == "level-unknown"]
    assert told.count == 30
