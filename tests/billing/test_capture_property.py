"""However the facts arrive, in one go or bit by bit, with detours: the ledger ends up saying the same."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.capture import capture_course
from billing.ledger import balance
from billing.models import LedgerEntry, StandingFinding
from courses.models import ClinicalEvent, Course, Session
from tests import cast
from tests.captures import cancel, deliver, practice_fees, standing
from tests.cast import Treated

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Visit:
    """A session to log; ``is_regretted``: it is cancelled at the very end."""

    day: int
    hour: int
    status: str
    guidance: str
    is_regretted: bool


VISITS = st.lists(
    st.builds(
        Visit,
        day=st.integers(0, 9),
        hour=st.sampled_from([8, 10, 15]),
        status=st.sampled_from(["treated", "treated", "treated", "partial", "aborted"]),
        guidance=st.sampled_from(["none", "cbct"]),
        is_regretted=st.booleans(),
    ),
    min_size=1,
    max_size=12,
    unique_by=lambda visit: (visit.day, visit.hour),
)


def log(patient: Treated, visit: Visit) -> Session:
    reason = "" if visit.status == "treated" else "Machine fault"
    at = f"{date(2025, 3, 4) + timedelta(days=visit.day)} {visit.hour:02d}:00"
    return deliver(patient, at, status=visit.status, status_reason=reason, guidance=visit.guidance)


def log_and_regret(patient: Treated, visits: Sequence[Visit], capture_after: set[int]) -> None:
    """Log all visits, then cancel the regretted ones; capture after the steps of these numbers, and at the end."""
    logged = []
    for step, visit in enumerate(visits):
        logged.append((visit, log(patient, visit)))
        if step in capture_after:
            capture_course(course_id=patient.course.pk)
    for step, (visit, session) in enumerate(logged, len(visits)):
        if visit.is_regretted:
            cancel(session)
        if step in capture_after:
            capture_course(course_id=patient.course.pk)
    capture_course(course_id=patient.course.pk)


def told(patient: Treated) -> tuple[Counter[str], Counter[str]]:
    """What the ledger and the worklist say, without ids."""
    lines = Counter(
        f"{entry.service_on} {entry.code} {entry.modifiers} {entry.units} {entry.amount} {entry.place_of_service}"
        for entry in standing(patient, with_the_plan=True)
    )
    findings = StandingFinding.objects.filter(course=patient.course, resolved_at=None)
    return lines, Counter(
        f"{finding.severity} {finding.code} {finding.service_on} {finding.entry is None}" for finding in findings
    )


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(visits=VISITS, data=st.data())
def test_captures_in_between_do_not_change_what_the_ledger_says_in_the_end(
    visits: list[Visit], data: st.DataObject
) -> None:
    arrival = data.draw(st.permutations(visits))
    capture_after = data.draw(st.sets(st.integers(0, 2 * len(visits))))
    with transaction.atomic():
        practice_fees()
        at_once, bit_by_bit = cast.ada(), twin()
        log_and_regret(at_once, visits, set())
        log_and_regret(bit_by_bit, arrival, capture_after)
        assert told(bit_by_bit) == told(at_once)
        assert balance(course_id=bit_by_bit.course.pk) == balance(course_id=at_once.course.pk)
        reversals = LedgerEntry.objects.filter(course=bit_by_bit.course, kind="reversal").count()
        charges = LedgerEntry.objects.filter(course=bit_by_bit.course, kind="charge").count()
        assert charges - reversals == len(standing(bit_by_bit, with_the_plan=True))
        transaction.set_rollback(True)


@dataclass(frozen=True)
class Done:
    """Something beside sessions: an event of a family, a day after the first, who did it."""

    day: int
    family: str
    performer: str


DONE = st.lists(
    st.builds(
        Done,
        day=st.integers(0, 13),
        family=st.sampled_from(["visit", "visit", "physics_check", "physics_check", "port_image", "planning_note"]),
        performer=st.sampled_from(["physician", "nurse_practitioner", "physicist"]),
    ),
    max_size=6,
)


def record(patient: Treated, fact: Visit | Done) -> None:
    """Log a session or enter an event."""
    if isinstance(fact, Visit):
        log(patient, fact)
        return
    on = date(2025, 3, 4) + timedelta(days=fact.day)
    ClinicalEvent.objects.create(course=patient.course, family=fact.family, happened_on=on, performer=fact.performer)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(visits=VISITS, done=DONE, closes=st.booleans(), data=st.data())
def test_facts_split_into_two_captures_give_the_same_balance_as_in_one(
    visits: list[Visit], done: list[Done], closes: bool, data: st.DataObject
) -> None:
    facts: list[Visit | Done] = [*visits, *done]
    first = data.draw(st.sets(st.integers(0, len(facts) - 1)))
    with transaction.atomic():
        practice_fees()
        in_one, in_two = cast.ada(), twin()
        for fact in facts:
            record(in_one, fact)
        for place in sorted(first):
            record(in_two, facts[place])
        capture_course(course_id=in_two.course.pk)
        for place in sorted(set(range(len(facts))) - first):
            record(in_two, facts[place])
        if closes:
            Course.objects.filter(pk__in=[in_one.course.pk, in_two.course.pk]).update(closed_on=date(2025, 4, 30))
        capture_course(course_id=in_one.course.pk)
        capture_course(course_id=in_two.course.pk)
        assert told(in_two) == told(in_one)
        assert balance(course_id=in_two.course.pk) == balance(course_id=in_one.course.pk)
        transaction.set_rollback(True)


def twin() -> Treated:
    """Another patient just like Ada."""
    return cast.treated(
        mrn="A-1002", last_name="Abbott", first_name="Ida", facility=cast.center(), payer=cast.commercial(),
        opened_on=date(2025, 3, 3), diagnosis="C61",
    )  # fmt: skip
