"""The list that a biller works through: order, filters, totals, and how many queries it costs."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from billing import worklist
from billing.capture import sweep
from billing.models import LedgerEntry
from billing.worklist import EVERYTHING, TO_REVIEW, Filters, LineState
from courses.models import Plan
from patients.roles import Role
from tests import cast
from tests.captures import WITH_A_PLAN, deliver, deliver_days, practice_fees, put_on_claim, standing
from tests.cast import Treated, local, user

pytestmark = pytest.mark.django_db

NOW = local("2026-03-01 12:00")


@pytest.fixture
def department() -> tuple[Treated, Treated]:
    """Ada with two clean deliveries and a partial one; Clara, whose second technique no rule knows."""
    practice_fees()
    ada, clara = cast.ada(), cast.clara()
    deliver_days(ada, date(2025, 3, 4), 2)
    deliver(ada, "2025-03-06 09:00", number=3, status="partial", status_reason="Machine fault")
    deliver(clara, "2026-02-03 09:00", number=1)
    sweep()
    return ada, clara


def shown(filters: Filters = worklist.Filters(), order: str = "findings") -> list[str]:  # noqa: B008
    return [
        f"{line.course.patient.last_name} {line.code} {line.service_on:%m-%d}"
        for line in worklist.lines(filters, order)
    ]


def test_lines_with_findings_come_first_then_by_day(department: tuple[Treated, Treated]) -> None:
    assert shown() == [
        "Abbott 77385 03-06",
        "Abbott 77338 03-03",
        "Abbott 77300 03-03",
        "Abbott 77301 03-03",
        "Abbott 77385 03-04",
        "Abbott 77385 03-05",
        "Castro 77338 02-02",
        "Castro 77300 02-02",
        "Castro 77301 02-02",
        "Castro 77407 02-03",
    ]
    assert shown(order="-day")[0] == "Castro 77407 02-03"
    assert shown(order="nonsense") == shown()


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        (Filters(search="abb"), 6),
        (Filters(search="A-10"), 6),
        (Filters(search="Castro, Cl"), 4),
        (Filters(search="Castro, Bo"), 0),
        (Filters(code="77385"), 3),
        (Filters(family="plan"), 2),
        (Filters(family="device"), 2),
        (Filters(claim_kind="institutional"), 0),
        (Filters(finding="partial-fraction"), 1),
        (Filters(severity="hold"), 1),
        (Filters(severity="warning", finding="partial-fraction"), 0),
        (Filters(first_day=date(2025, 3, 5), last_day=date(2025, 3, 6)), 2),
        (Filters(states=(LineState.RELEASED,)), 0),
    ],
    ids=str,
)
def test_each_filter_narrows_the_list(filters: Filters, count: int, department: tuple[Treated, Treated]) -> None:
    assert len(worklist.lines(filters)) == count


def test_filters_of_course_facility_and_payer_name_the_rows(department: tuple[Treated, Treated]) -> None:
    ada, clara = department
    boris = cast.boris()
    deliver(boris, "2025-05-06 09:00", number=1)
    sweep()
    assert len(worklist.lines(Filters(course_id=clara.course.pk))) == 4
    assert len(worklist.lines(Filters(facility_id=boris.course.facility_id))) == len(
        standing(boris, with_the_plan=True)
    )
    medicare_lines = worklist.lines(Filters(payer_id=boris.coverage.payer_id))
    assert {line.payer_name for line in medicare_lines} == {"Medicare Part B"}
    assert {line.course_id for line in medicare_lines} == {boris.course.pk}
    assert ada.course.pk not in {line.course_id for line in medicare_lines}


def test_the_state_of_a_line_follows_the_decisions_and_the_claim(department: tuple[Treated, Treated]) -> None:
    ada, _clara = department
    with_the_plan = [line.pk for line in standing(ada, with_the_plan=True) if line.family in WITH_A_PLAN]
    plan, first, second, partial = standing(ada)
    biller = user(Role.BILLER)
    at = local("2025-03-20 12:00")
    worklist.release(entry_ids=[*with_the_plan, plan.pk, first.pk], by=biller, at=at)
    worklist.hold(entry_ids=[second.pk], reason="Ask", by=biller, at=at)
    put_on_claim([plan])
    every = {line.pk: line.state for line in worklist.lines(Filters(states=(), course_id=ada.course.pk))}
    assert [every.pop(pk) for pk in with_the_plan] == ["released", "released"]
    assert every == {plan.pk: "claimed", first.pk: "released", second.pk: "held", partial.pk: "open"}
    assert {line.pk for line in worklist.lines(Filters(course_id=ada.course.pk))} == {second.pk, partial.pk}
    assert TO_REVIEW == (LineState.OPEN, LineState.HELD)


def test_totals_count_lines_and_dollars_by_state_and_what_a_hold_blocks(department: tuple[Treated, Treated]) -> None:
    ada, _clara = department
    plan = standing(ada)[0]
    worklist.release(entry_ids=[plan.pk], by=user(Role.BILLER), at=local("2025-03-20 12:00"))
    totals = worklist.totals(replace(EVERYTHING, course_id=ada.course.pk))
    assert (totals[LineState.RELEASED].lines, totals[LineState.RELEASED].amount) == (1, Decimal("3050.00"))
    open_lines = totals[LineState.OPEN]
    assert (open_lines.lines, open_lines.blocked, open_lines.amount) == (5, 1, Decimal("3402.50"))
    assert totals[LineState.CLAIMED] == worklist.StateTotal()


def test_a_finding_without_a_line_is_listed_by_itself(department: tuple[Treated, Treated]) -> None:
    _ada, clara = department
    Plan.objects.filter(pk=clara.plan.pk).update(technique="unknown")
    sweep()
    loose = list(worklist.loose_findings(Filters(severity="hold")))
    assert {(finding.course_id, finding.code) for finding in loose} == {(clara.course.pk, "no-rule-for-technique")}
    assert not worklist.loose_findings(Filters(search="Abbott"))


def test_each_line_brings_its_open_findings_and_its_why(department: tuple[Treated, Treated]) -> None:
    (line,) = worklist.lines(Filters(finding="partial-fraction"))
    assert [finding.code for finding in line.open_findings] == ["partial-fraction"]
    assert line.is_blocked and line.payer_name == "Acme Health"
    assert line.because["rule"] and line.because["source"] and line.because["facts"]


def test_a_page_costs_the_same_queries_whatever_is_on_it(department: tuple[Treated, Treated]) -> None:
    def read(count: int) -> int:
        with CaptureQueriesContext(connection) as queries:
            for line in worklist.lines()[:count]:
                assert line.course.patient.full_name and line.course.facility.name
                assert all(finding.message for finding in line.open_findings)
                assert getattr(line, "review", None) is None
        return len(queries)

    assert read(1) == read(6) == 2


def test_the_words_of_what_a_session_earned_name_services_and_holds_but_no_price(
    department: tuple[Treated, Treated],
) -> None:
    ada, _clara = department
    first, _second, partial = ada.course.sessions.order_by("starts_at")
    assert str(worklist.earned_by(session_id=first.pk)) == "Charged: IMRT delivery, simple."
    assert str(worklist.earned_by(session_id=partial.pk)).endswith("Needs review: partial fraction.")
    assert str(worklist.earned_by(plan_id=ada.plan.pk)).startswith("Charged: IMRT plan")
    guided = deliver(ada, "2025-03-10 09:00", number=4, guidance="cbct")
    sweep()
    assert str(worklist.earned_by(session_id=guided.pk)) == (
        "Charged: IMRT delivery, simple. Awaits the physician's review of the images, before the next fraction."
    )
    late = deliver(ada, "2025-03-11 09:00", number=5, status="aborted", status_reason="Patient unwell")
    assert str(worklist.earned_by(session_id=late.pk)) == "The charge is being worked out."
    sweep()
    assert str(worklist.earned_by(session_id=late.pk)) == "No charge."
    assert LedgerEntry.objects.filter(session=late).count() == 0
