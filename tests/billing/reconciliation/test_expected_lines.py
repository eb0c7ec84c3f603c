"""What a course should have, counted by hand; and that the rules and the hand agree wherever nothing says otherwise."""

from collections import Counter
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given

from billing.reconciliation.compare import Books, Comparison, Kind, Reversal, Said, StandingLine, compare
from billing.reconciliation.expected import Due, Service, due_lines
from billing.rules import charge_lines, load_codebook
from billing.rules.facts import (
    CourseFacts,
    PayerFacts,
    PlanFacts,
    PolicyFacts,
    PolicyPeriod,
    PracticeFacts,
    SessionFacts,
    StayFacts,
)
from billing.rules.lines import Outcome
from courses.terms import Guidance, PlanKind, SessionStatus, Site, Technique
from patients.terms import Bills, PayerKind, PhysicsTail, Setting
from tests.any_course import any_course

PLAN = PlanFacts(
    "1", Site.LUNG, Technique.VMAT, imrt_planned=True, new_planning_ct=True, approved_on=date(2026, 2, 20),
    isocenters=1, arcs=2,
)  # fmt: skip
CENTER = PracticeFacts(Setting.FREESTANDING, Bills.GLOBAL)
HOSPITAL = PracticeFacts(Setting.HOSPITAL, Bills.BOTH)
COMMERCIAL = PayerFacts(PayerKind.COMMERCIAL)


def sessions(count: int, **values: object) -> tuple[SessionFacts, ...]:
    """So many sessions, one a day from 2 March 2026 on."""
    first = datetime.combine(date(2026, 3, 2), time(9))
    made = [SessionFacts(str(n), first + timedelta(days=n), ("1",), ordinal=n) for n in range(count)]
    return tuple(replace(one, **values) for one in made)  # type: ignore[arg-type]


def course(count: int, *, is_closed: bool = True, practice: PracticeFacts = CENTER, **values: object) -> CourseFacts:
    """A course of so many sessions."""
    delivered = sessions(count)
    facts = CourseFacts(
        "c", practice, COMMERCIAL, ("C34.11",), date(2026, 2, 20), date(2026, 6, 1) if is_closed else None, (PLAN,),
        delivered,
    )  # fmt: skip
    return replace(facts, **values)  # type: ignore[arg-type]


def counts(facts: CourseFacts) -> dict[str, int]:
    """How many lines of each service are due."""
    return dict(Counter(one.service.value for one in due_lines(facts)))


# --- the count ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fractions", "management", "physics"),
    [
        (1, 1, 1), (2, 1, 1), (3, 1, 1), (4, 1, 1), (5, 1, 1), (6, 1, 1), (7, 1, 1), (8, 2, 1), (9, 2, 1), (28, 6, 5),
        (30, 6, 6),
    ],
)  # fmt: skip
def test_closed_course_has_its_fives_and_their_remainders(fractions: int, management: int, physics: int) -> None:
    found = counts(course(fractions))
    assert (found["delivery"], found["management"], found["physics"]) == (fractions, management, physics)


def test_open_course_has_full_fives_alone() -> None:
    found = counts(course(9, is_closed=False))
    assert (found["delivery"], found["management"], found["physics"]) == (9, 1, 1)


def test_course_of_two_has_the_line_of_a_short_course() -> None:
    assert Due(Service.MANAGEMENT, "course:course", "professional") in due_lines(course(2))


@pytest.mark.parametrize(
    ("tail", "physics"), [(PhysicsTail.NONE, 1), (PhysicsTail.THREE_OR_MORE, 2), (PhysicsTail.ANY, 2)]
)
def test_remainder_of_three_earns_a_physics_check_where_the_payer_says_so(tail: PhysicsTail, physics: int) -> None:
    payer = PayerFacts(PayerKind.COMMERCIAL, (PolicyPeriod(PolicyFacts(physics_tail=tail)),))
    assert counts(course(8, payer=payer))["physics"] == physics


def test_aborted_session_counts_nowhere_and_a_partial_one_counts() -> None:
    first, second, *rest = sessions(6)
    mixed = (replace(first, status=SessionStatus.ABORTED), replace(second, status=SessionStatus.PARTIAL), *rest)
    found = counts(course(0, sessions=mixed))
    assert (found["delivery"], found["management"]) == (5, 1)


@pytest.mark.parametrize("later", [timedelta(hours=1), timedelta(days=1)], ids=["same day", "another day"])
def test_session_that_completes_another_is_none_of_its_own(later: timedelta) -> None:
    first = replace(sessions(1)[0], status=SessionStatus.PARTIAL)
    second = SessionFacts("again", first.at + later, ("1",), resumes=first.key, ordinal=9)
    assert counts(course(0, sessions=(first, second)))["delivery"] == 1


def test_session_too_soon_after_another_is_delivered_but_no_fraction_of_a_five() -> None:
    (first,) = sessions(1)
    soon = SessionFacts("soon", first.at + timedelta(hours=5), ("1",), ordinal=9)
    later = [replace(one, key=f"later {one.key}", at=one.at + timedelta(days=1)) for one in sessions(3)]
    facts = course(0, sessions=(first, soon, *later), closed_on=None)
    found = compared(facts)
    assert [(one.kind, one.code) for one in found.differences if one.subject == "session:soon"] == [
        (Kind.WITHHELD, "sessions-too-close")
    ]
    assert {tally.service: tally.expected for tally in found.tallies}.get(Service.MANAGEMENT, 0) == 0
    assert counts(facts)["management"] == 1


def test_first_plan_of_each_site_and_each_new_planning_ct_has_its_line() -> None:
    plans = (
        PLAN,
        replace(PLAN, key="2", ordinal=2),
        replace(PLAN, key="3", ordinal=3, site=Site.BONE),
        replace(PLAN, key="4", ordinal=4, kind=PlanKind.REPLAN),
        replace(PLAN, key="5", ordinal=5, kind=PlanKind.REVISION, new_planning_ct=False),
        replace(PLAN, key="6", ordinal=6, kind=PlanKind.BOOST, new_planning_ct=False),
        replace(PLAN, key="7", ordinal=7, approved_on=None),
    )
    due = due_lines(course(0, plans=plans))
    assert [one.subject for one in due if one.service is Service.PLAN] == ["plan:1", "plan:3", "plan:4"]
    assert [one.subject for one in due if one.service is Service.DEVICE] == ["plan:1", "plan:3", "plan:4", "plan:6"]


def test_hospital_that_bills_both_has_a_plan_on_both_claims_and_delivery_on_one() -> None:
    due = due_lines(course(1, practice=HOSPITAL))
    assert [one.claim for one in due if one.service is Service.PLAN] == ["institutional", "professional"]
    assert [one.claim for one in due if one.service is Service.DELIVERY] == ["institutional"]
    assert [one.claim for one in due if one.service is Service.MANAGEMENT] == ["professional"]


def test_practice_of_physicians_alone_has_no_delivery() -> None:
    found = counts(course(5, practice=PracticeFacts(Setting.HOSPITAL, Bills.PROFESSIONAL)))
    assert "delivery" not in found
    assert found["management"] == 1


def test_of_two_sessions_of_an_inpatient_within_minutes_physicians_alone_count_one() -> None:
    first, *rest = (replace(one, inpatient=True) for one in sessions(4))
    soon = replace(first, key="soon", at=first.at + timedelta(minutes=20))
    facts = course(
        0,
        practice=PracticeFacts(Setting.HOSPITAL, Bills.PROFESSIONAL),
        sessions=(first, soon, *rest),
        closed_on=None,
    )
    assert "management" not in counts(facts)
    assert compared(facts).unexplained == []


def test_reviewed_images_of_a_session_count_and_surface_guidance_does_not() -> None:
    one, two, three = sessions(3)
    seen = replace(one, guidance=Guidance.CBCT, guidance_reviewed=True)
    unseen = replace(two, guidance=Guidance.CBCT)
    surface = replace(three, guidance=Guidance.SURFACE, guidance_reviewed=True)
    due = due_lines(course(0, sessions=(seen, unseen, surface)))
    assert [line.subject for line in due if line.service is Service.GUIDANCE] == [f"session:{one.key}"]


def test_images_of_whatever_completes_a_session_on_its_day_are_the_sessions_own() -> None:
    (first,) = sessions(1)
    first = replace(first, status=SessionStatus.PARTIAL)
    hour = timedelta(hours=1)
    second = SessionFacts("2nd", first.at + hour, ("1",), status=SessionStatus.PARTIAL, resumes=first.key, ordinal=8)
    third = SessionFacts("3rd", second.at + hour, ("1",), resumes="2nd", ordinal=9)
    seen = replace(third, guidance=Guidance.CBCT, guidance_reviewed=True)
    facts = course(0, sessions=(first, second, seen))
    assert [line.subject for line in due_lines(facts) if line.service is Service.GUIDANCE] == [f"session:{first.key}"]
    assert compared(facts).unexplained == []


def test_a_session_that_claims_to_complete_a_whole_one_is_its_own_with_its_images() -> None:
    (first,) = sessions(1)
    other = SessionFacts("other", first.at + timedelta(hours=1), ("1",), resumes=first.key, ordinal=9)
    other = replace(other, guidance=Guidance.CBCT, guidance_reviewed=True)
    facts = course(0, sessions=(first, other))
    due = due_lines(facts, too_close=("other",))
    assert not [line for line in due if line.service is Service.GUIDANCE]
    assert compared(facts).unexplained == []


def test_only_the_first_arrival_of_a_session_says_which_images_were_seen() -> None:
    (first,) = sessions(1)
    again = replace(first, guidance=Guidance.CBCT, guidance_reviewed=True, ordinal=9)
    facts = course(0, sessions=(first, again))
    assert not [line for line in due_lines(facts) if line.service is Service.GUIDANCE]
    assert compared(facts).unexplained == []


# --- the rules and the hand ---------------------------------------------------------------------------------------


def books_of(outcome: Outcome) -> Books:
    """What the ledger would say of a course as the rules derive it."""
    return Books(
        standing=[StandingLine(n, line.key, line.code, line.on, line.units) for n, line in enumerate(outcome.lines)],
        said=[
            Said(f"{one.about}:{one.subject}", one.code, one.message, one.on)
            for one in outcome.findings
            if not one.lines
        ],
    )


def compared(facts: CourseFacts) -> Comparison:
    books = books_of(charge_lines(facts, load_codebook()))
    return compare(due_lines(facts, books.too_close), books)


def is_told_whole(facts: CourseFacts) -> bool:
    """Whether findings tell of every session that counts nowhere: of physicians alone nobody is told of a short gap."""
    days = [session.on for session in facts.sessions]
    return facts.practice.bills is not Bills.PROFESSIONAL or len(days) == len(set(days))


@given(any_course().filter(is_told_whole))
def test_rules_and_hand_agree_on_every_course_or_a_finding_says_why_not(facts: CourseFacts) -> None:
    assert compared(facts).unexplained == []


@pytest.mark.parametrize("practice", [CENTER, HOSPITAL], ids=["centre", "hospital"])
@pytest.mark.parametrize("count", [1, 4, 5, 28, 33])
def test_rules_and_hand_agree_on_a_plain_course(practice: PracticeFacts, count: int) -> None:
    facts = course(count, practice=practice)
    found = compared(facts)
    assert found.differences == ()
    assert {tally.service: (tally.expected, tally.actual) for tally in found.tallies}[Service.DELIVERY] == (
        count,
        count,
    )


# --- differences --------------------------------------------------------------------------------------------------


def test_line_that_is_gone_without_a_reason_is_missing() -> None:
    facts = course(5)
    books = books_of(charge_lines(facts, load_codebook()))
    books.standing = [line for line in books.standing if line.key != "delivery/session:2/professional"]
    (difference,) = compare(due_lines(facts), books).differences
    assert (difference.kind, difference.subject, difference.kind.is_explained) == (Kind.MISSING, "session:2", False)
    assert difference.on == date(2026, 3, 4)


def test_reversed_line_with_nothing_in_its_place_says_why() -> None:
    facts = course(5)
    books = books_of(charge_lines(facts, load_codebook()))
    gone = next(line for line in books.standing if line.key == "delivery/session:2/professional")
    books.standing.remove(gone)
    books.reversals.append(Reversal(7, gone.key, gone.written, gone.on, "Keyed by hand instead."))
    (difference,) = compare(due_lines(facts), books).differences
    assert (difference.kind, difference.entry_id, difference.message) == (Kind.REVERSED, 7, "Keyed by hand instead.")


def test_second_line_of_a_plan_is_extra() -> None:
    facts = course(5)
    books = books_of(charge_lines(facts, load_codebook()))
    books.standing.append(StandingLine(99, "plan/plan:2/professional", "77301", date(2026, 2, 20), 1))
    found = compare(due_lines(facts), books)
    (difference,) = found.differences
    assert (difference.kind, difference.entry_id) == (Kind.EXTRA, 99)
    (tally,) = [tally for tally in found.tallies if tally.service is Service.PLAN]
    assert (tally.expected, tally.actual, tally.has_unexplained) == (1, 2, True)


def test_held_line_is_a_difference_that_is_explained() -> None:
    facts = course(5)
    books = books_of(charge_lines(facts, load_codebook()))
    place = next(n for n, line in enumerate(books.standing) if line.key.startswith("management/"))
    books.standing[place] = replace(books.standing[place], held=(("visit-missing", "No visit."),))
    (difference,) = compare(due_lines(facts), books).differences
    assert (difference.kind, difference.code) == (Kind.HELD, "visit-missing")
    assert difference.kind.is_explained


def test_session_of_an_inpatient_is_withheld_by_its_finding() -> None:
    first, *rest = sessions(5)
    found = compared(course(0, sessions=(replace(first, inpatient=True), *rest)))
    withheld = [one for one in found.differences if one.service is Service.DELIVERY]
    assert [(one.kind, one.code, one.subject) for one in withheld] == [
        (Kind.WITHHELD, "inpatient-technical", f"session:{first.key}")
    ]


def test_plan_physics_check_and_device_in_a_stay_are_withheld_by_their_findings() -> None:
    facts = course(5, practice=HOSPITAL, stays=(StayFacts(date(2001, 1, 1)),))
    facts = replace(facts, sessions=tuple(replace(session, inpatient=True) for session in facts.sessions))
    found = compared(facts)
    assert found.unexplained == []
    withheld = Counter(one.service for one in found.differences if one.kind is Kind.WITHHELD)
    assert withheld == {Service.PLAN: 1, Service.DEVICE: 1, Service.DELIVERY: 5, Service.PHYSICS: 1}
    assert {one.claim for one in found.differences if one.kind is Kind.WITHHELD} == {"institutional"}


def test_lines_of_events_and_keyed_lines_are_not_counted() -> None:
    books = Books(
        standing=[
            StandingLine(1, "management/event:4/professional", "77470", date(2026, 3, 2), 1),
            StandingLine(2, "manual/manual_line:9/professional", "77412", date(2026, 3, 2), 1),
        ]
    )
    found = compare((), books)
    assert (found.differences, found.by_hand) == ((), 1)
