"""What holds for every course, whatever its facts: found by trying many."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from random import Random
from typing import TypeVar

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.rules import charge_lines, load_codebook
from billing.rules.codebook import TABLES
from billing.rules.facts import CourseFacts, SessionFacts
from billing.rules.lines import ChargeLine, ClaimKind, Family, Origin, Outcome, Severity
from billing.rules.pair_rows import NEVER
from courses.terms import Guidance, SessionStatus
from patients.terms import Bills
from tests.any_course import any_course

T = TypeVar("T")

CODEBOOK = load_codebook()
# No deadline: a busy machine is no counterexample.
for_any_course = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
UNLISTED = {"77299", "77399", "77499"}


def outcome(facts: CourseFacts) -> Outcome:
    return charge_lines(facts, CODEBOOK)


@for_any_course
@given(any_course())
def test_no_line_carries_a_code_that_was_not_in_force_on_its_day(facts: CourseFacts) -> None:
    for line in outcome(facts).lines:
        assert CODEBOOK.procedure(line.code, line.on) is not None


@for_any_course
@given(any_course())
def test_no_rule_generates_an_unlisted_code(facts: CourseFacts) -> None:
    assert not {line.code for line in outcome(facts).lines if line.family is not Family.MANUAL} & UNLISTED


@for_any_course
@given(any_course())
def test_every_line_has_a_key_of_its_own(facts: CourseFacts) -> None:
    keys = [line.key for line in outcome(facts).lines]
    assert len(set(keys)) == len(keys)


@for_any_course
@given(any_course())
def test_a_line_is_held_exactly_when_a_hold_names_it(facts: CourseFacts) -> None:
    answer = outcome(facts)
    named = {key for finding in answer.findings if finding.severity is Severity.HOLD for key in finding.lines}
    assert {line.key for line in answer.lines if line.held} == named


@for_any_course
@given(any_course(), st.randoms(use_true_random=False))
def test_the_order_in_which_facts_arrive_changes_nothing(facts: CourseFacts, random: Random) -> None:
    shuffled = replace(
        facts,
        plans=_shuffled(facts.plans, random),
        sessions=_shuffled(facts.sessions, random),
        events=_shuffled(facts.events, random),
        authorizations=_shuffled(facts.authorizations, random),
        manual_lines=_shuffled(facts.manual_lines, random),
    )
    assert outcome(shuffled) == outcome(facts)


@for_any_course
@given(any_course(), st.data())
def test_an_aborted_session_changes_no_line(facts: CourseFacts, data: st.DataObject) -> None:
    other = data.draw(st.sampled_from(facts.sessions)) if facts.sessions else None
    at = other.at if other else data.draw(st.datetimes())
    aborted = SessionFacts("aborted", at + timedelta(minutes=30), (facts.plans[0].key,), SessionStatus.ABORTED)
    aborted = replace(aborted, resumes=other.key if other else None, ordinal=99)
    assert outcome(replace(facts, sessions=(*facts.sessions, aborted))) == outcome(facts)


@for_any_course
@given(any_course())
def test_sessions_that_arrive_again_are_the_same_sessions(facts: CourseFacts) -> None:
    again = tuple(replace(session, ordinal=session.ordinal + 50) for session in facts.sessions)
    assert outcome(replace(facts, sessions=(*facts.sessions, *again))) == outcome(facts)


@for_any_course
@given(any_course())
def test_a_session_earns_at_most_one_delivery_line(facts: CourseFacts) -> None:
    earned = [line.subject for line in outcome(facts).lines if line.family is Family.DELIVERY]
    assert len(set(earned)) == len(earned)


@for_any_course
@given(any_course())
def test_no_more_is_charged_than_was_delivered(facts: CourseFacts) -> None:
    with_beam = {session.key for session in facts.sessions if session.status is not SessionStatus.ABORTED}
    guided = {session.key for session in facts.sessions if session.guidance not in (Guidance.NONE, Guidance.SURFACE)}
    units: Counter[tuple[str, ClaimKind]] = Counter()
    for line in outcome(facts).lines:
        if line.family in (Family.DELIVERY, Family.GUIDANCE) and line.earned_by is Origin.SESSION:
            assert line.subject in with_beam
            units[line.family, line.claim] += line.units
        elif line.earned_by is Origin.COURSE:
            units[line.code, line.claim] += line.units
    for (what, _claim), count in units.items():
        assert count <= _most(what, len(with_beam), len(guided)), what


def _most(what: str, sessions: int, guided: int) -> int:
    """Return how much of a family or code so many sessions can earn on one claim."""
    if what in ("77427", "77336"):
        return (sessions + 4) // 5
    return {"delivery": sessions, "guidance": guided, "77293": 1}.get(what, 1)


@for_any_course
@given(any_course())
def test_no_event_earns_more_than_it_says(facts: CourseFacts) -> None:
    said = {event.key: event.units for event in facts.events}
    for line in outcome(facts).lines:
        if line.earned_by is Origin.EVENT:
            assert line.units <= said[line.subject]


@for_any_course
@given(any_course())
def test_a_practice_without_physicians_has_no_management_and_one_without_machine_no_physics(facts: CourseFacts) -> None:
    families = {line.family for line in outcome(facts).lines if line.earned_by is not Origin.MANUAL_LINE}
    if facts.practice.bills is Bills.TECHNICAL:
        assert not [
            line
            for line in outcome(facts).lines
            if line.code in ("77427", "77431", "77432", "77435") and line.earned_by is Origin.COURSE
        ]
    if facts.practice.bills is Bills.PROFESSIONAL:
        assert not families & {Family.DELIVERY, Family.PHYSICS}


@for_any_course
@given(any_course())
def test_every_line_says_which_row_of_which_table_it_stands_on(facts: CourseFacts) -> None:
    for line in outcome(facts).lines:
        assert line.because.rule and line.because.row > 0 and line.because.source
        assert (TABLES / line.because.table).is_file()


@for_any_course
@given(any_course())
def test_no_two_lines_stand_together_that_never_may(facts: CourseFacts) -> None:
    lines = outcome(facts).lines
    for first, second in permutations(lines, 2):
        if (first.on, first.claim) == (second.on, second.claim) and not _are_exempt(first, second):
            pair = CODEBOOK.pair(first.claim, first.code, second.code, first.on)
            assert pair is None or pair.indicator != NEVER or not pair.holds_on(first.on)


def _are_exempt(first: ChargeLine, second: ChargeLine) -> bool:
    """Lines of one plan approval, and the lines of one family that two sessions earn."""
    of_one_plan = first.earned_by is second.earned_by is Origin.PLAN and first.subject == second.subject
    of_sessions = first.earned_by is second.earned_by is Origin.SESSION and first.family is second.family
    return of_one_plan or of_sessions


@for_any_course
@given(any_course())
def test_no_finding_names_a_line_that_does_not_stand(facts: CourseFacts) -> None:
    answer = outcome(facts)
    keys = {line.key for line in answer.lines}
    assert {key for finding in answer.findings for key in finding.lines} <= keys


def _shuffled(facts: tuple[T, ...], random: Random) -> tuple[T, ...]:
    return tuple(random.sample(facts, len(facts)))
