"""A course that cannot be captured: seen, named without patient data, and no burden to the others."""

from datetime import date

import pytest
from django.db import DataError, OperationalError, connection

from billing import worklist
from billing.capture import basis, capture_course, capture_courses, stale_courses, sweep
from billing.capture.posting import post
from billing.models import CaptureMark, LedgerEntry, StandingFinding
from billing.rules import charge_lines
from billing.rules.codebook import Codebook
from billing.rules.facts import CourseFacts
from billing.rules.lines import Outcome
from patients.roles import Role
from tests import cast
from tests.captures import codes, deliver_days, practice_fees, standing
from tests.cast import Treated, local, user

pytestmark = pytest.mark.django_db


@pytest.fixture
def two_courses() -> tuple[Treated, Treated]:
    """Ada, whose course will fail, and Clara, whose course is sound."""
    practice_fees()
    ada, clara = cast.ada(), cast.clara()
    deliver_days(ada, date(2025, 3, 4), 1)
    deliver_days(clara, date(2026, 2, 3), 1)
    return ada, clara


def fail_for(course_id: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the rules stumble over one course, with its patient's name in the message."""

    def stumbling(facts: CourseFacts, codebook: Codebook) -> Outcome:
        if facts.id == str(course_id):
            raise ValueError("Abbott, Ada has no such plan")
        return charge_lines(facts, codebook)

    monkeypatch.setattr("billing.capture.batch.charge_lines", stumbling)


def test_a_course_that_the_rules_stumble_over_does_not_stop_the_others(
    two_courses: tuple[Treated, Treated], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    ada, clara = two_courses
    fail_for(ada.course.pk, monkeypatch)
    done = {captured.course_id: captured.error for captured in sweep().courses}
    assert done[clara.course.pk] == "" and done[ada.course.pk].startswith("ValueError at ")
    assert sorted(codes(standing(clara))) == ["77301", "77407"]
    assert not standing(ada)
    (failed,) = worklist.loose_findings()
    assert (failed.course, failed.severity, failed.code) == (ada.course, "hold", "capture-failed")
    told = caplog.text + failed.message + CaptureMark.objects.get(course=ada.course).error
    assert f"capture of course {ada.course.pk} failed: ValueError" in told
    assert "Abbott" not in told


def test_a_failed_course_is_tried_again_when_it_changes_or_after_a_while(
    two_courses: tuple[Treated, Treated], monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, _clara = two_courses
    with monkeypatch.context() as patch:
        fail_for(ada.course.pk, patch)
        sweep()
        assert stale_courses(limit=10) == []
        sweep()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE oncocharge_billing_capturemark SET captured_at = now() - interval '1 minute' * %s"
            " WHERE course_id = %s",
            [basis.RETRY_MINUTES + 1, ada.course.pk],
        )
    assert stale_courses(limit=10) == [ada.course.pk]
    sweep()
    assert sorted(codes(standing(ada))) == ["77301", "77385"]
    assert not worklist.loose_findings()
    assert CaptureMark.objects.get(course=ada.course).error == ""


def test_failing_twice_leaves_one_finding(
    two_courses: tuple[Treated, Treated], monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, _clara = two_courses
    fail_for(ada.course.pk, monkeypatch)
    for _attempt in range(2):
        capture_courses(course_ids=[ada.course.pk], again=True)
    assert StandingFinding.objects.filter(resolved_at=None).count() == 1


def test_what_stood_before_a_failure_still_stands_and_cannot_be_released(
    two_courses: tuple[Treated, Treated], monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, _clara = two_courses
    capture_course(course_id=ada.course.pk)
    before = standing(ada)
    fail_for(ada.course.pk, monkeypatch)
    capture_courses(course_ids=[ada.course.pk], again=True)
    assert standing(ada) == before
    at = local("2025-03-20 12:00")
    assert worklist.release(entry_ids=[before[0].pk], by=user(Role.BILLER), at=at).done == ()


def test_a_posting_that_the_database_refuses_costs_only_its_own_course(
    two_courses: tuple[Treated, Treated], monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, clara = two_courses

    def refusing(differences: dict) -> object:  # type: ignore[type-arg]
        if ada.course.pk in differences:
            raise DataError("value too long")
        return post(differences)

    monkeypatch.setattr("billing.capture.batch.post", refusing)
    done = {captured.course_id: captured.error for captured in sweep().courses}
    assert done[clara.course.pk] == "" and done[ada.course.pk].startswith("DataError at ")
    assert sorted(codes(standing(clara))) == ["77301", "77407"]


def test_a_database_that_is_gone_is_nobodys_course(
    two_courses: tuple[Treated, Treated], monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(differences: object) -> object:
        raise OperationalError("server closed the connection")

    monkeypatch.setattr("billing.capture.batch.post", gone)
    with pytest.raises(OperationalError):
        sweep()
    assert not LedgerEntry.objects.exists()
    assert not StandingFinding.objects.exists()
