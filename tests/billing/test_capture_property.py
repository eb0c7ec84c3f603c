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
from courses.models import Session
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
        for entry in standing(patient)
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
        assert charges - reversals == len(standing(bit_by_bit))
        transaction.set_rollback(True)


def twin() -> Treated:
    """Another patient just like Ada."""
    return cast.treated(
        mrn="A-1002", last_name="Abbott", first_name="Ida", facility=cast.center(), payer=cast.commercial(),
        opened_on=date(2025, 3, 3), diagnosis="C61",
    )  # fmt: skip
