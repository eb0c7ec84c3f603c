"""Used, reserved and left: what a page says of units and what the rules hold come of one count, in every course."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.rules import charge_lines, load_codebook
from billing.rules.facts import (
    AuthorizationFacts,
    CourseFacts,
    PayerFacts,
    PlanFacts,
    PolicyFacts,
    PolicyPeriod,
    PracticeFacts,
    SessionFacts,
)
from billing.rules.lines import Family
from billing.rules.outlook import Outlook, course_outlook
from courses.terms import Site, Technique
from patients.terms import Bills, PayerKind, Setting
from tests.any_course import any_course

CODEBOOK = load_codebook()
for_any_course = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
MONDAY = date(2026, 3, 2)
LACKS = {"authorization-exceeded", "authorization-expired", "authorization-missing"}


def course(*authorizations: AuthorizationFacts, sessions: int = 0, requires: bool = False) -> CourseFacts:
    """A lung course of 2026 with one session a day from Monday on."""
    policy = PolicyPeriod(PolicyFacts(requires_authorization=requires))
    plan = PlanFacts(
        "P", Site.LUNG, Technique.VMAT, imrt_planned=True, new_planning_ct=True, approved_on=MONDAY, isocenters=1,
        arcs=2, fractions=10,
    )  # fmt: skip
    return CourseFacts(
        id="c", practice=PracticeFacts(Setting.FREESTANDING, Bills.GLOBAL),
        payer=PayerFacts(PayerKind.COMMERCIAL, (policy,)), diagnoses=("C34.11",), opened_on=MONDAY, plans=(plan,),
        sessions=tuple(session(day) for day in range(sessions)), authorizations=authorizations,
    )  # fmt: skip


def session(day: int) -> SessionFacts:
    at = datetime.combine(MONDAY + timedelta(days=day), datetime.min.time()) + timedelta(hours=9)
    return SessionFacts(f"s{day}", at, ("P",), ordinal=day)


def approval(key: str = "A", units: int = 5, days: int = 60, *codes: str, **changed: object) -> AuthorizationFacts:
    made = AuthorizationFacts(key, codes or ("77407",), units, MONDAY, MONDAY + timedelta(days=days))
    return replace(made, **changed)  # type: ignore[arg-type]


def outlook(facts: CourseFacts, *, prescribed: int = 10) -> Outlook:
    ahead = tuple(session(day) for day in range(len(facts.sessions), prescribed))
    return course_outlook(facts, ahead, CODEBOOK, MONDAY + timedelta(days=len(facts.sessions)))


def test_what_is_left_is_what_neither_a_session_took_nor_one_to_come_will_take() -> None:
    found = outlook(course(approval(units=12), sessions=4))
    (use,) = found.uses
    assert (use.used, use.reserved, use.left) == (4, 6, 2)
    assert (found.uncovered, found.prescribed) == (None, 10)


@pytest.mark.parametrize(("units", "day"), [(4, 4), (5, 5), (9, 9)])
def test_the_first_session_beyond_the_units_is_named_with_its_day(units: int, day: int) -> None:
    found = outlook(course(approval(units=units), sessions=4))
    assert found.uncovered is not None
    assert (found.uncovered.on, found.uncovered.code) == (MONDAY + timedelta(days=day), "authorization-exceeded")


def test_two_approvals_are_used_in_the_order_in_which_they_end() -> None:
    found = outlook(course(approval("late", 5, 60), approval("soon", 5, 30), sessions=6))
    assert {use.key: (use.used, use.reserved) for use in found.uses} == {"soon": (5, 0), "late": (1, 4)}


def test_an_approval_of_another_payer_is_neither_used_nor_missed() -> None:
    over = approval(payer_to=MONDAY + timedelta(days=1))
    found = outlook(course(over, sessions=4))
    assert [(use.used, use.reserved) for use in found.uses] == [(2, 0)]
    assert (found.held, found.uncovered) == (0, None)
    asked = outlook(course(over, sessions=4, requires=True))
    assert (asked.held, asked.uncovered and asked.uncovered.code) == (2, "authorization-missing")


def test_an_approval_of_other_codes_says_nothing_of_delivery() -> None:
    found = outlook(course(approval("A", 1, 60, "77338"), sessions=2))
    assert not found.has_something_to_say
    assert [(use.used, use.left) for use in found.uses] == [(1, 0)]


@for_any_course
@given(any_course(), st.integers(0, 6))
def test_units_add_up_and_the_holds_are_those_of_the_rules(facts: CourseFacts, to_come: int) -> None:
    last = max((one.on for one in facts.sessions), default=facts.opened_on)
    plans = tuple(plan.key for plan in facts.plans[:1])
    ahead = tuple(
        SessionFacts(f"ahead-{n}", datetime.combine(last + timedelta(days=n + 1), datetime.min.time()), plans)
        for n in range(to_come if plans else 0)
    )
    found = course_outlook(facts, ahead, CODEBOOK, last)
    for use in found.uses:
        assert use.used + use.reserved + use.left == use.units
        assert min(use.used, use.reserved) >= 0
    lines = charge_lines(facts, CODEBOOK).lines
    assert found.held == sum(line.family is Family.DELIVERY and bool(LACKS & set(line.findings)) for line in lines)


@for_any_course
@given(any_course(), st.integers(1, 6))
def test_the_session_that_is_said_to_be_uncovered_is_held_once_it_is_delivered(
    facts: CourseFacts, to_come: int
) -> None:
    last = max((one.on for one in facts.sessions), default=facts.opened_on)
    plans = tuple(plan.key for plan in facts.plans[:1])
    ahead = tuple(
        SessionFacts(f"ahead-{n}", datetime.combine(last + timedelta(days=n + 1), datetime.min.time()), plans)
        for n in range(to_come if plans else 0)
    )
    said = course_outlook(facts, ahead, CODEBOOK, last).uncovered
    then = charge_lines(replace(facts, sessions=facts.sessions + ahead), CODEBOOK)
    known = {line.key for line in charge_lines(facts, CODEBOOK).lines}
    held = [
        line.on
        for line in then.lines
        if line.family is Family.DELIVERY and line.key not in known and LACKS & set(line.findings)
    ]
    assert (said.on if said else None) == min(held, default=None)
