"""What a biller may decide about lines, and what is refused with which words."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from billing import worklist
from billing.capture import capture_course
from billing.models import FeeLine, Review, StandingFinding
from billing.worklist import Filters
from courses.models import Course
from patients.models import Coverage, Facility, PayerPolicy
from patients.roles import Role
from tests import cast
from tests.captures import deliver, deliver_days, practice_fees, standing
from tests.cast import Treated, local, user

pytestmark = pytest.mark.django_db

NOW = local("2025-03-20 12:00")


def captured(patient: Treated) -> list[int]:
    """Capture and return the ids of the standing charges."""
    capture_course(course_id=patient.course.pk)
    return [entry.pk for entry in standing(patient)]


def ada_with_sessions(count: int = 2) -> Treated:
    practice_fees()
    ada = cast.ada()
    deliver_days(ada, date(2025, 3, 4), count)
    return ada


def states(patient: Treated) -> list[str]:
    return [line.state for line in worklist.lines(worklist.EVERYTHING, "day").filter(course=patient.course)]


def test_bulk_release_takes_the_clean_lines_and_says_why_not_of_the_others() -> None:
    ada = ada_with_sessions()
    deliver(ada, "2025-03-06 09:00", number=3, status="partial", status_reason="Machine fault")
    ids = captured(ada)
    decided = worklist.release(entry_ids=[*ids, 999_999], by=user(Role.BILLER), at=NOW)
    assert decided.done == tuple(ids[:3])
    assert {refusal.entry_id for refusal in decided.refused} == {ids[3], 999_999}
    (partial,) = [refusal for refusal in decided.refused if refusal.entry_id == ids[3]]
    assert partial.findings == ("partial-fraction",)
    assert states(ada) == ["open", "open", "released", "released", "released", "open"]


def test_release_hold_and_undo_are_each_in_the_history_with_their_user() -> None:
    ada = ada_with_sessions(1)
    ids = captured(ada)
    biller, manager = user(Role.BILLER), user(Role.BILLING_MANAGER)
    worklist.release(entry_ids=ids, by=biller, at=NOW)
    worklist.undo(entry_ids=ids, by=manager, at=NOW)
    worklist.hold(entry_ids=ids, reason="Waits for the operative note", by=biller, at=NOW)
    review = Review.objects.get(entry_id=ids[0])
    history = review.history.order_by("pgh_id")  # type: ignore[attr-defined]  # made by pghistory
    told = list(history.values_list("state", "by_id", "reason"))
    assert told == [
        ("released", biller.pk, ""),
        ("open", manager.pk, ""),
        ("held", biller.pk, "Waits for the operative note"),
    ]


def test_a_line_that_a_person_holds_is_released_only_after_the_hold_is_taken_back() -> None:
    ada = ada_with_sessions(1)
    ids = captured(ada)
    biller = user(Role.BILLER)
    worklist.hold(entry_ids=ids[:1], reason="Ask the physician", by=biller, at=NOW)
    decided = worklist.release(entry_ids=ids, by=biller, at=NOW)
    assert decided.done == (ids[1],)
    assert "Ask the physician" in decided.refused[0].reason
    worklist.undo(entry_ids=ids[:1], by=biller, at=NOW)
    capture_course(course_id=ada.course.pk)
    assert worklist.release(entry_ids=ids[:1], by=biller, at=NOW).done == (ids[0],)


@pytest.mark.parametrize("reason", ["", "   ", "x" * 201])
def test_a_hold_needs_a_reason_of_sensible_length(reason: str) -> None:
    ada = ada_with_sessions(1)
    with pytest.raises(ValidationError):
        worklist.hold(entry_ids=captured(ada), reason=reason, by=user(Role.BILLER), at=NOW)
    assert not Review.objects.exists()


def the_hold(patient: Treated, code: str, **of_line: int) -> StandingFinding:
    return StandingFinding.objects.get(course=patient.course, code=code, resolved_at=None, **of_line)


def test_a_held_line_passes_once_a_manager_overrides_the_finding_with_a_reason() -> None:
    practice_fees()
    ada = cast.ada()
    deliver(ada, "2025-03-04 09:00", number=1, status="partial", status_reason="Machine fault")
    partial = captured(ada)[1]
    finding = the_hold(ada, "partial-fraction")
    biller, manager = user(Role.BILLER), user(Role.BILLING_MANAGER)
    with pytest.raises(PermissionDenied):
        worklist.override_finding(finding_id=finding.pk, reason="Payer agreed", by=biller, at=NOW)
    with pytest.raises(ValidationError):
        worklist.override_finding(finding_id=finding.pk, reason=" ", by=manager, at=NOW)
    assert worklist.release(entry_ids=[partial], by=manager, at=NOW).done == ()
    worklist.override_finding(finding_id=finding.pk, reason="Payer agreed", by=manager, at=NOW)
    assert worklist.release(entry_ids=[partial], by=biller, at=NOW).done == (partial,)


def test_a_missing_fee_cannot_be_overridden_by_anyone() -> None:
    ada = cast.ada()
    (plan_line,) = captured(ada)
    finding = the_hold(ada, "missing-fee", entry_id=plan_line)
    administrator = user(Role.ADMINISTRATOR)
    with pytest.raises(ValidationError, match="cannot be overridden"):
        worklist.override_finding(finding_id=finding.pk, reason="Free of charge", by=administrator, at=NOW)
    assert worklist.release(entry_ids=[plan_line], by=administrator, at=NOW).refused[0].findings == ("missing-fee",)


def test_a_line_is_not_released_while_its_course_has_changed_since_the_capture() -> None:
    ada = ada_with_sessions(1)
    ids = captured(ada)
    deliver(ada, "2025-03-05 09:00", number=2)
    decided = worklist.release(entry_ids=ids, by=user(Role.BILLER), at=NOW)
    assert decided.done == () and "being derived again" in decided.refused[0].reason


def test_a_line_is_not_released_at_the_price_of_before_once_its_fee_has_changed() -> None:
    ada = ada_with_sessions(1)
    captured(ada)
    line = next(entry for entry in standing(ada) if entry.family == "delivery")
    biller = user(Role.BILLER)
    worklist.release(entry_ids=[line.pk], by=biller, at=NOW)
    FeeLine.objects.filter(code=line.code, modifier="").update(amount="999.00")
    worklist.undo(entry_ids=[line.pk], by=biller, at=NOW)
    at_once = worklist.release(entry_ids=[line.pk], by=biller, at=NOW)
    assert (at_once.done, at_once.refused[0].reason[:20]) == ((), "Its fee has changed,")
    capture_course(course_id=ada.course.pk)
    anew = next(entry for entry in standing(ada) if entry.family == "delivery")
    assert (anew.pk != line.pk, str(anew.amount)) == (True, "999.00")
    assert worklist.release(entry_ids=[anew.pk], by=biller, at=NOW).done == (anew.pk,)


@pytest.mark.parametrize(
    ("payer", "at", "code", "is_released"),
    [
        ("medicare", "2026-03-03 12:00", None, True),
        ("medicare", "2026-02-02 12:00", "filing-limit-near", True),
        ("medicare", "2026-03-04 12:00", "filing-limit-near", True),
        ("medicare", "2026-03-05 00:30", "filing-limit-passed", False),
        ("commercial", "2027-03-05 00:30", None, True),
    ],
)
def test_the_filing_limit_is_counted_from_the_day_of_service(
    payer: str, at: str, code: str | None, is_released: bool
) -> None:
    practice_fees()
    ada = cast.ada(payer=cast.medicare() if payer == "medicare" else cast.commercial())
    deliver(ada, "2025-03-04 09:00", number=1)
    delivery = captured(ada)[1]
    if code is None and payer == "medicare":
        at = "2026-01-15 12:00"
    decided = worklist.release(entry_ids=[delivery], by=user(Role.BILLER), at=local(at))
    assert (decided.done == (delivery,)) is is_released
    found = set(StandingFinding.objects.filter(entry_id=delivery).values_list("code", flat=True))
    assert found == ({code} if code else set())


@pytest.mark.parametrize(
    ("at", "left"),
    [("2025-05-03 12:00", None), ("2025-05-04 12:00", 30), ("2025-06-03 23:59", 0), ("2025-06-04 00:01", -1)],
)
def test_the_days_that_are_left_are_told_from_thirty_days_before_the_limit_on(at: str, left: int | None) -> None:
    ada = ada_with_sessions(1)
    PayerPolicy.objects.create(
        payer=ada.coverage.payer, effective_from=date(2025, 3, 4), effective_to=date(2025, 3, 4), filing_limit_days=91
    )
    plan_line, delivery = captured(ada)[0], captured(ada)[-1]
    due = worklist.pressing(entry_ids=[plan_line, delivery], at=local(at))
    assert {entry: one.days_left for entry, one in due.items()} == ({} if left is None else {delivery: left})


def test_an_institutional_line_counts_from_the_last_day_of_its_claim_and_a_professional_one_from_its_own() -> None:
    practice_fees()
    boris = cast.boris()
    deliver(boris, "2025-05-06 09:00", number=1, guidance="cbct", guidance_reviewed=True)
    deliver(boris, "2025-05-29 09:00", number=2)
    capture_course(course_id=boris.course.pk)
    lines = {(entry.claim_kind, entry.service_on): entry.pk for entry in standing(boris)}
    early = {kind: lines[kind, date(2025, 5, 6)] for kind in ("institutional", "professional")}
    due = worklist.pressing(entry_ids=early.values(), at=local("2026-05-20 12:00"))
    assert due[early["institutional"]].last_day == date(2026, 5, 29) and due[early["institutional"]].is_near
    assert due[early["professional"]].last_day == date(2026, 5, 6) and due[early["professional"]].has_passed


def test_a_change_of_coverage_ends_the_month_of_an_institutional_claim() -> None:
    practice_fees()
    boris = cast.boris()
    deliver(boris, "2025-05-06 09:00", number=1)
    deliver(boris, "2025-05-29 09:00", number=2)
    Coverage.objects.filter(patient=boris.patient).update(effective_to=date(2025, 5, 20))
    Coverage.objects.create(
        patient=boris.patient, payer=cast.commercial(), member_id="C1", effective_from=date(2025, 5, 21)
    )
    capture_course(course_id=boris.course.pk)
    early = [entry.pk for entry in standing(boris) if entry.service_on == date(2025, 5, 6)]
    due = worklist.pressing(entry_ids=early, at=local("2026-05-05 12:00"))
    assert {one.last_day for one in due.values()} == {date(2026, 5, 6)}


def test_a_line_without_a_diagnosis_is_not_released() -> None:
    ada = ada_with_sessions(1)
    ada.course.diagnoses.all().delete()
    ids = captured(ada)
    decided = worklist.release(entry_ids=ids, by=user(Role.BILLER), at=NOW)
    assert decided.done == ()
    assert {refusal.findings for refusal in decided.refused} == {("missing-diagnosis",)}


def test_a_line_without_the_npi_of_its_facility_is_not_released() -> None:
    ada = ada_with_sessions(1)
    Facility.objects.filter(pk=ada.course.facility_id).update(npi="")
    ids = captured(ada)
    decided = worklist.release(entry_ids=ids, by=user(Role.BILLER), at=NOW)
    assert decided.done == ()
    assert {refusal.findings for refusal in decided.refused} == {("missing-npi",)}
    assert StandingFinding.objects.get(code="missing-npi", entry=ids[0]).message == "The facility has no NPI. Enter it."


def test_a_line_without_coverage_physician_or_npi_is_not_released_and_says_so() -> None:
    ada = ada_with_sessions(1)
    Coverage.objects.filter(patient=ada.patient).update(effective_from=date(2025, 3, 4))
    Course.objects.filter(pk=ada.course.pk).update(physician=None)
    ids = captured(ada)
    decided = worklist.release(entry_ids=ids, by=user(Role.BILLER), at=NOW)
    assert decided.done == ()
    assert decided.refused[0].findings == ("missing-coverage", "missing-physician")
    assert decided.refused[1].findings == ("missing-physician",)
    Course.objects.filter(pk=ada.course.pk).update(physician=cast.physician())
    capture_course(course_id=ada.course.pk)
    again = worklist.release(entry_ids=ids, by=user(Role.BILLER), at=NOW)
    assert again.done == (ids[1],)
    assert not StandingFinding.objects.filter(entry_id=ids[1], resolved_at=None).exists()


def second_course_of(patient: Treated) -> Treated:
    """Another course of the same patient, with the same plan, on the same days."""
    course = Course.objects.create(
        patient=patient.patient, facility=patient.course.facility, physician=patient.course.physician,
        title="Course 2", opened_on=patient.course.opened_on,
    )  # fmt: skip
    course.diagnoses.create(position=1, code="C61")
    plan = course.plans.create(
        key="P1", site="prostate", technique="vmat", arcs=2, fractions=28, approved_on=patient.plan.approved_on
    )
    return Treated(patient.patient, patient.coverage, course, plan, patient.machine)


def test_the_same_line_of_another_course_is_held_once_the_first_is_released() -> None:
    ada = ada_with_sessions(1)
    twin = second_course_of(ada)
    deliver_days(twin, date(2025, 3, 4), 1)
    first, second = captured(ada), captured(twin)
    biller = user(Role.BILLER)
    assert worklist.release(entry_ids=first, by=biller, at=NOW).done == tuple(first)
    decided = worklist.release(entry_ids=second, by=biller, at=NOW)
    assert [refusal.findings for refusal in decided.refused] == [("duplicate-line",), ("duplicate-line",)]
    worklist.undo(entry_ids=first, by=biller, at=NOW)
    assert worklist.release(entry_ids=second, by=biller, at=NOW).done == tuple(second)


def test_of_two_equal_lines_released_in_one_go_only_the_first_passes() -> None:
    ada = ada_with_sessions(1)
    twin = second_course_of(ada)
    deliver_days(twin, date(2025, 3, 4), 1)
    first, second = captured(ada), captured(twin)
    decided = worklist.release(entry_ids=[*second, *first], by=user(Role.BILLER), at=NOW)
    assert decided.done == tuple(first)


def test_a_reversed_line_drops_out_of_the_worklist_and_takes_no_decision() -> None:
    ada = ada_with_sessions(1)
    ids = captured(ada)
    ada.course.sessions.update(cancelled_at=NOW, cancelled_by=user(Role.THERAPIST), amendment_reason="Wrong patient")
    capture_course(course_id=ada.course.pk)
    assert [line.pk for line in worklist.lines(Filters(family="plan")).filter(course=ada.course)] == [ids[0]]
    assert not worklist.lines(Filters(family="delivery")).filter(course=ada.course)
    for decide in (worklist.release, worklist.undo):
        assert "reversed" in decide(entry_ids=[ids[1]], by=user(Role.BILLER), at=NOW).refused[0].reason


def test_the_number_of_statements_of_a_release_does_not_grow_with_the_lines() -> None:
    ada = ada_with_sessions(20)
    ids = captured(ada)
    biller = user(Role.BILLER)
    with CaptureQueriesContext(connection) as one:
        worklist.release(entry_ids=ids[:1], by=biller, at=NOW)
    with CaptureQueriesContext(connection) as twenty:
        assert len(worklist.release(entry_ids=ids[1:], by=biller, at=NOW).done) == 20
    assert len(twenty) == len(one)
