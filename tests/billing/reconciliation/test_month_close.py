"""Months: what one comes to, sign-off by name, and lines that come after it, which need a second person."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pghistory
import pgtrigger
import pytest
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models.functions import Now
from django.db.utils import ProgrammingError

from billing import worklist
from billing.capture import capture_course, stale_courses
from billing.capture.keying import amend_line, key_line, state_of
from billing.fees.prices import WantedPrice
from billing.fees.saving import save_prices
from billing.models import (
    AFTER_CLOSE,
    FeeSchedule,
    LateLine,
    LedgerEntry,
    ManualLine,
    MonthClose,
    Review,
    StandingFinding,
)
from billing.reconciliation import closing
from billing.reconciliation.months import report_of
from billing.reconciliation.open_rows import Item, Month, rows_after
from courses.models import ClinicalEvent, Plan
from patients.roles import Role
from tests import cast
from tests.captures import cancel, deliver, deliver_days, open_codes, practice_fees, see_weekly, set_fee, standing
from tests.cast import Treated, local, user

pytestmark = pytest.mark.django_db

TODAY = date(2025, 4, 10)
NOW = local("2025-04-10 12:00")
MARCH = date(2025, 3, 1)


def treated(fractions: int = 5) -> Treated:
    """Ada with so many fractions in March 2025, captured."""
    practice_fees()
    ada = cast.ada()
    deliver_days(ada, date(2025, 3, 4), fractions)
    see_weekly(ada)
    capture_course(course_id=ada.course.pk)
    return ada


def march(patient: Treated) -> Month:
    return Month(patient.course.facility_id, MARCH)


def manager(name: str = "mona") -> User:
    return user(Role.BILLING_MANAGER, name)


def sign(patient: Treated, *, by: User | None = None, note: str = "Looked through.", digest: str = "") -> MonthClose:
    month = march(patient)
    digest = digest or closing.seen(month).digest
    return closing.sign_off(month=month, by=by or manager(), note=note, digest=digest, today=TODAY)


def late_of(patient: Treated) -> list[LedgerEntry]:
    return list(
        LedgerEntry.objects.filter(course=patient.course, kind="charge", late__isnull=False, reversal=None).order_by(
            "pk"
        )
    )


def override(entry: LedgerEntry, by: User) -> StandingFinding:
    finding = StandingFinding.objects.get(entry=entry, code=AFTER_CLOSE, resolved_at=None)
    return worklist.override_finding(finding_id=finding.pk, reason="Seen in the chart.", by=by, at=NOW)


def release(entry: LedgerEntry) -> worklist.Decided:
    return worklist.release(entry_ids=[entry.pk], by=user(Role.BILLER), at=NOW)


# --- what a month comes to ----------------------------------------------------------------------------------------


def test_month_counts_what_was_expected_and_what_is_charged_by_service_and_code() -> None:
    ada = treated()
    report = report_of(march(ada))
    services = {row.service.value: (row.expected, row.actual, row.unexplained) for row in report.services}
    assert services["delivery"] == (5, 5, 0)
    assert services["management"] == services["physics"] == (1, 1, 0)
    lines = standing(ada, with_the_plan=True)
    assert (report.lines, report.amount) == (len(lines), sum(line.amount or 0 for line in lines))
    assert {row.code: row.lines for row in report.codes} == {
        code: sum(line.code == code for line in lines) for code in {line.code for line in lines}
    }


def test_month_names_what_is_open_with_its_rows() -> None:
    ada = treated()
    unsigned = deliver(ada, "2025-03-20 09:00", signed_at=None, signed_by=None)
    held = standing(ada)[1]
    worklist.hold(entry_ids=[held.pk], by=user(Role.BILLER), at=NOW, reason="Waiting for the note.")
    report = report_of(march(ada))
    assert [row.session_id for row in report.open[Item.UNSIGNED]] == [unsigned.pk]
    assert held.pk in [row.entry_id for row in report.open[Item.HOLDS]]
    assert {row.entry_id for row in report.open[Item.NOT_REVIEWED]} | {
        row.entry_id for row in report.open[Item.HOLDS]
    } == {line.pk for line in standing(ada, with_the_plan=True)}
    assert report_of(Month(cast.hospital().pk, MARCH)).open_count == 0
    assert report_of(Month(ada.course.facility_id, date(2025, 4, 1))).open_count == 0


def test_month_names_the_courses_whose_charges_the_next_sweep_will_change() -> None:
    ada = treated()
    planned = cast.clara()
    capture_course(course_id=planned.course.pk)
    assert report_of(march(ada)).open[Item.NOT_DERIVED] == []
    set_fee(the_schedule(), "77470", "90.00")
    Plan.objects.filter(course=planned.course).update(approved_on=date(2025, 3, 7))
    rows = report_of(march(ada)).open[Item.NOT_DERIVED]
    assert [row.course_id for row in rows] == [ada.course.pk, planned.course.pk]


def test_code_with_many_more_lines_than_before_is_an_outlier_and_comes_first() -> None:
    practice_fees()
    before = cast.treated(
        mrn="R-9", last_name="Before", facility=cast.center(), payer=cast.commercial(), opened_on=date(2025, 2, 3),
        diagnosis="C61",
    )  # fmt: skip
    deliver_days(before, date(2025, 2, 4), 8)
    ada = cast.ada(payer=cast.medicare())
    deliver_days(ada, date(2025, 3, 4), 8, guidance="cbct", guidance_reviewed=True)
    for patient in (before, ada):
        capture_course(course_id=patient.course.pk)
    codes = {row.code: row for row in report_of(march(ada)).codes}
    guidance = next(line for line in standing(ada) if line.family == "guidance")
    assert (codes[guidance.code].lines, codes[guidance.code].usual, codes[guidance.code].is_outlier) == (8, 0, True)
    assert (codes["77301"].lines, codes["77301"].usual, codes["77301"].is_outlier) == (1, 1, False)
    outliers = [row.is_outlier for row in codes.values()]
    assert outliers == sorted(outliers, reverse=True)


# --- signing off --------------------------------------------------------------------------------------------------


def test_sign_off_keeps_what_was_open_as_it_was() -> None:
    ada = treated()
    report = report_of(march(ada))
    close = sign(ada)
    assert close.content == report.content()
    assert len(close.content["open"][Item.NOT_REVIEWED.value]) == len(report.open[Item.NOT_REVIEWED]) > 0
    cancel(ada.course.sessions.first())  # type: ignore[arg-type]
    capture_course(course_id=ada.course.pk)
    close.refresh_from_db()
    assert close.content == report.content()


@pytest.mark.parametrize("role", [Role.BILLER, Role.ADMINISTRATOR, Role.AUDITOR])
def test_nobody_but_a_billing_manager_signs_or_reopens(role: Role) -> None:
    ada = treated(1)
    with pytest.raises(PermissionDenied):
        sign(ada, by=user(role))
    close = sign(ada)
    with pytest.raises(PermissionDenied):
        closing.reopen(close_id=close.pk, by=user(role), reason="Why not", at=NOW)


def test_month_that_is_not_over_changed_since_it_was_read_or_is_signed_is_not_signed() -> None:
    ada = treated(2)
    seen = closing.seen(march(ada)).digest
    with pytest.raises(ValidationError, match="is not over"):
        closing.sign_off(month=march(ada), by=manager(), note="x", digest=seen, today=date(2025, 3, 31))
    with pytest.raises(ValidationError, match="Something is open"):
        sign(ada, note=" ")
    deliver(ada, "2025-03-20 09:00", number=3)
    capture_course(course_id=ada.course.pk)
    with pytest.raises(ValidationError, match="has changed since you read it"):
        sign(ada, digest=seen)
    sign(ada)
    with pytest.raises(ValidationError, match="has signed it off already"):
        sign(ada, by=manager("max"))
    assert MonthClose.objects.count() == 1


def test_signed_month_changes_only_by_being_opened_again_with_a_reason() -> None:
    close = sign(treated(1))
    for statement in ("UPDATE {} SET note = 'other'", "UPDATE {} SET content = '{{}}'", "DELETE FROM {}"):
        with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement.format("oncocharge_billing_monthclose"))
    with pytest.raises(ValidationError, match="Say why"):
        closing.reopen(close_id=close.pk, by=manager(), reason=" ", at=NOW)
    again = closing.reopen(close_id=close.pk, by=manager("max"), reason="A session was missing.", at=NOW)
    assert (again.reopened_by, again.note) == (manager("max"), "Looked through.")
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE oncocharge_billing_monthclose SET reopened_at = NULL, reopened_by_id = NULL")


# --- what comes after ---------------------------------------------------------------------------------------------


def _late_session(ada: Treated) -> None:
    deliver(ada, "2025-03-25 09:00", number=6, logged_by=manager(), signed_by=manager())


def _late_event(ada: Treated) -> None:
    ClinicalEvent.objects.create(
        course=ada.course, family="device_complex", happened_on=date(2025, 3, 20), entered_by=manager(),
    )  # fmt: skip


def _late_keyed_line(ada: Treated) -> None:
    key_line(line=ManualLine(course=ada.course, code="77470", service_on=date(2025, 3, 20)), by=manager())


def _amended_by_the_manager(ada: Treated) -> None:
    line = key_line(
        line=ManualLine(course=ada.course, code="77470", service_on=date(2025, 3, 20)), by=user(Role.BILLER)
    )
    line.units = 2
    with pghistory.context(user=manager().pk):
        amend_line(line=line, seen=state_of(line), reason="Two of them.")


def _another_price(ada: Treated) -> None:
    code = standing(ada)[0].code
    wanted = WantedPrice(code, "", Decimal("987.00"), date(2025, 3, 1))
    with pghistory.context(user=manager().pk):
        save_prices(the_schedule(), [wanted], at=NOW)


def _another_payer(ada: Treated) -> None:
    with pghistory.context(user=manager().pk):
        ada.patient.coverages.update(
            payer=cast.medicare() if ada.coverage.payer == cast.commercial() else cast.commercial()
        )


@pytest.mark.parametrize(
    "enter",
    [_late_session, _late_event, _late_keyed_line, _amended_by_the_manager, _another_price, _another_payer],
)
def test_late_entry_is_held_and_passes_by_a_second_person_alone(enter: Callable[[Treated], None]) -> None:
    ada = treated()
    before = {line.pk for line in standing(ada, with_the_plan=True)}
    sign(ada)
    with pgtrigger.ignore("oncocharge_billing.MonthClose:only_its_reopening_changes"):
        # The history dates what follows by the beginning of the test's one transaction.
        MonthClose.objects.update(signed_at=Now() - timedelta(minutes=5))
    set_fee(the_schedule(), "77334", "200.00")
    set_fee(the_schedule(), "77470", "300.00")
    enter(ada)
    capture_course(course_id=ada.course.pk)
    late = late_of(ada)
    assert late
    assert not {line.pk for line in late} & before
    for line in late:
        (refusal,) = release(line).refused
        assert AFTER_CLOSE in refusal.findings
        with pytest.raises(ValidationError, match="You entered something"):
            override(line, manager())
        override(line, manager("max"))
    rest = [line for line in late if not _other_holds(line)]
    assert [release(line).done for line in rest] == [(line.pk,) for line in rest]


def _other_holds(line: LedgerEntry) -> bool:
    return StandingFinding.objects.filter(entry=line, severity="hold", resolved_at=None, overridden_at=None).exists()


def the_schedule() -> FeeSchedule:
    return FeeSchedule.objects.get()


def test_lines_that_stood_at_the_sign_off_and_other_months_are_free() -> None:
    ada = treated()
    sign(ada)
    deliver(ada, "2025-04-02 09:00", number=6)
    capture_course(course_id=ada.course.pk)
    assert late_of(ada) == []
    assert AFTER_CLOSE not in open_codes(ada)
    line = next(line for line in standing(ada) if line.family == "delivery")
    assert release(line).done == (line.pk,)


def test_line_that_changes_after_the_sign_off_is_late_and_its_reversal_is_told() -> None:
    ada = treated()
    sign(ada)
    session = ada.course.sessions.order_by("starts_at")[0]
    ada.course.sessions.filter(pk=session.pk).update(status="partial", status_reason="Machine down")
    capture_course(course_id=ada.course.pk)
    (late,) = late_of(ada)
    assert (late.session_id, late.modifiers) == (session.pk, ["52"])
    kinds = [row.why.split()[0] for row in rows_after(march(ada))]
    assert sorted(kinds) == ["charge", "reversal"]


def test_reopened_month_frees_its_late_lines_and_a_new_sign_off_leaves_them_free() -> None:
    ada = treated()
    close = sign(ada)
    assert stale_courses(limit=10) == [], "a sign-off changes no charge"
    _late_session(ada)
    capture_course(course_id=ada.course.pk)
    assert AFTER_CLOSE in open_codes(ada)
    assert ada.course.pk not in stale_courses(limit=10)
    closing.reopen(close_id=close.pk, by=manager(), reason="A session was missing.", at=NOW)
    assert ada.course.pk in stale_courses(limit=10)
    capture_course(course_id=ada.course.pk)
    assert AFTER_CLOSE not in open_codes(ada)
    sign(ada)
    assert ada.course.pk not in stale_courses(limit=10)
    capture_course(course_id=ada.course.pk)
    assert AFTER_CLOSE not in open_codes(ada)


def test_override_keeps_through_captures_and_repricing_asks_again() -> None:
    ada = treated()
    sign(ada)
    _late_session(ada)
    capture_course(course_id=ada.course.pk)
    (late,) = [line for line in late_of(ada) if line.family == "delivery"]
    override(late, manager("max"))
    deliver(ada, "2025-04-02 09:00", number=7, logged_by=manager("max"), signed_by=manager("max"))
    capture_course(course_id=ada.course.pk)
    found = StandingFinding.objects.get(entry=late, code=AFTER_CLOSE)
    assert (found.overridden_by, found.resolved_at) == (manager("max"), None)
    connection.cursor().execute("UPDATE oncocharge_billing_feeline SET amount = amount + 1")
    capture_course(course_id=ada.course.pk)
    (again,) = [line for line in late_of(ada) if line.session_id == late.session_id and line.family == "delivery"]
    assert again.pk != late.pk
    assert release(again).refused[0].findings == (AFTER_CLOSE,)


# --- the database keeps it, whoever writes ------------------------------------------------------------------------


def test_database_refuses_the_override_of_who_entered_it_and_the_release_without_one() -> None:
    ada = treated()
    sign(ada)
    _late_session(ada)
    capture_course(course_id=ada.course.pk)
    (late,) = [line for line in late_of(ada) if line.family == "delivery"]
    finding = StandingFinding.objects.get(entry=late, code=AFTER_CLOSE)
    passed = {"overridden_at": NOW, "override_reason": "Mine"}
    with pytest.raises(IntegrityError, match="entered what late ledger entry"), transaction.atomic():
        StandingFinding.objects.filter(pk=finding.pk).update(overridden_by=manager(), **passed)
    StandingFinding.objects.filter(pk=finding.pk).update(resolved_at=NOW)
    with pytest.raises(IntegrityError, match="nobody let it pass"), transaction.atomic():
        Review.objects.create(entry=late, state="released", by=user(Role.BILLER), at=NOW)
    with pytest.raises(ProgrammingError), transaction.atomic():
        LateLine.objects.filter(entry=late).delete()
