"""The sweep finds every change that no doorbell announced, and nothing else."""

import hashlib
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

import billing.rules
from billing.capture import basis, capture_course, stale_courses, sweep
from billing.models import Authorization, CaptureMark, FeeSchedule, ManualLine
from courses.models import ClinicalEvent, Course, Plan
from patients.models import Coverage, Encounter, Facility, Payer, PayerPolicy
from tests import cast
from tests.captures import codes, deliver, deliver_days, practice_fees, set_fee, standing
from tests.cast import Treated

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> Treated:
    """Ada, captured and up to date."""
    practice_fees()
    patient = cast.ada()
    deliver_days(patient, date(2025, 3, 4), 2)
    sweep()
    return patient


def execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


CHANGES: dict[str, Callable[[Treated], object]] = {
    "a session": lambda ada: deliver(ada, "2025-03-10 09:00", number=9),
    "a session, by SQL": lambda ada: execute("UPDATE oncocharge_courses_session SET guidance = 'cbct'"),
    "a fraction, by SQL": lambda ada: execute("UPDATE oncocharge_courses_fraction SET number = number + 10"),
    "a plan": lambda ada: Plan.objects.update(dvh_documented=False),
    "the course": lambda ada: Course.objects.update(closed_on=date(2025, 5, 1)),
    "a diagnosis": lambda ada: ada.course.diagnoses.all().delete(),
    "an event": lambda ada: ClinicalEvent.objects.create(
        course=ada.course, family="planning_note", happened_on=date(2025, 3, 1), performer="physician"
    ),
    "a keyed line": lambda ada: ManualLine.objects.create(course=ada.course, code="77470", service_on=date(2025, 3, 5)),
    "an authorization": lambda ada: Authorization.objects.create(
        course=ada.course, codes=["77385"], units=1, effective_from=date(2025, 1, 1), effective_to=date(2025, 12, 31)
    ),
    "a coverage": lambda ada: Coverage.objects.update(payer=cast.medicare()),
    "an inpatient stay": lambda ada: Encounter.objects.create(
        patient=ada.patient, facility=ada.course.facility, visit_number="V1", is_inpatient=True,
        starts_on=date(2025, 3, 4),
    ),
    "the payer": lambda ada: Payer.objects.update(kind="tricare"),
    "a policy": lambda ada: PayerPolicy.objects.create(
        payer=ada.coverage.payer, effective_from=date(2025, 1, 1), requires_authorization=True
    ),
    "the facility": lambda ada: Facility.objects.update(time_zone="America/Chicago"),
    "a new fee": lambda ada: set_fee(FeeSchedule.objects.get(), "77470", "90.00"),
    "a changed fee, by SQL": lambda ada: execute("UPDATE oncocharge_billing_feeline SET amount = amount + 1"),
    "a price list of the payer's own": lambda ada: FeeSchedule.objects.create(name="Acme", payer=ada.coverage.payer),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_change_that_rang_no_bell_is_found_and_swept_once(change: Callable[[Treated], object], ada: Treated) -> None:
    assert stale_courses(limit=10) == []
    change(ada)
    assert stale_courses(limit=10) == [ada.course.pk]
    assert [done.error for done in sweep().courses] == [""]
    assert stale_courses(limit=10) == []


def test_changed_rules_or_tables_make_every_course_stale(ada: Treated, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(basis, "rules_stamp", lambda: "another")
    assert stale_courses(limit=10) == [ada.course.pk]
    assert sweep().captured == 1
    assert stale_courses(limit=10) == []


def test_the_stamp_of_the_rules_changes_with_a_byte_of_a_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tables").mkdir()
    table = tmp_path / "tables" / "delivery.toml"
    table.write_text("[[row]]\n")
    monkeypatch.setattr(billing.rules, "__path__", [str(tmp_path)])
    basis.rules_stamp.cache_clear()
    first = basis.rules_stamp()
    table.write_text("[[row]] \n")
    basis.rules_stamp.cache_clear()
    second = basis.rules_stamp()
    monkeypatch.undo()
    basis.rules_stamp.cache_clear()
    assert first != second
    assert second == hashlib.sha256(b"tables/delivery.toml\0[[row]] \n").hexdigest()[:12]


def test_what_concerns_other_payers_and_patients_leaves_a_course_alone(ada: Treated) -> None:
    boris = cast.boris()
    sweep()
    FeeSchedule.objects.create(name="Medicare", payer=boris.coverage.payer)
    PayerPolicy.objects.create(payer=boris.coverage.payer, effective_from=date(2025, 1, 1))
    assert stale_courses(limit=10) == [boris.course.pk]


def test_a_course_that_was_never_captured_is_swept(ada: Treated) -> None:
    practice = cast.clara()
    deliver(practice, "2026-02-03 09:00", number=1)
    assert stale_courses(limit=10) == [practice.course.pk]
    sweep()
    assert codes(standing(practice)) == ["77407", "77301"] or codes(standing(practice)) == ["77301", "77407"]


def test_the_sweep_looks_for_stale_courses_in_one_statement(ada: Treated) -> None:
    with CaptureQueriesContext(connection) as queries:
        sweep()
    assert len(queries) == 1


def test_the_statements_of_a_capture_do_not_grow_with_courses_or_sessions(ada: Treated) -> None:
    deliver(ada, "2025-03-10 09:00", number=9)
    with CaptureQueriesContext(connection) as one:
        capture_course(course_id=ada.course.pk)
    for patient in (cast.clara(), cast.dora(), cast.boris()):
        deliver_days(patient, date(2026, 2, 3), 20)
    deliver(ada, "2025-03-11 09:00", number=10)
    with CaptureQueriesContext(connection) as four:
        assert sweep().captured == 4
    # The sweep's own look, the marks that are made before many are locked, the findings that only some courses leave.
    assert len(four) <= len(one) + 3


def test_the_mark_tells_what_a_capture_rested_on(ada: Treated) -> None:
    mark = CaptureMark.objects.get()
    ada.course.refresh_from_db()
    assert (mark.course_revision, mark.lines, mark.error) == (ada.course.revision, 5, "")
    assert mark.basis.startswith(f"c{ada.course.revision} p{ada.patient.pk}.")
