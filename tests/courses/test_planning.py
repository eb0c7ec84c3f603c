"""Courses and plans: opened, proposed, confirmed, approved, withdrawn, retired; diagnoses and events."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from courses import planning
from courses.models import ClinicalEvent, Course, Plan
from courses.signals import course_changed
from patients.roles import Role
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def rung() -> object:
    """The ids with which the doorbell rang."""
    heard: list[int] = []

    def hear(course_id: int, **_: object) -> None:
        heard.append(course_id)

    course_changed.connect(hear, weak=False)
    yield heard
    course_changed.disconnect(hear)


def proposal(course: Course, key: str = "P2", **facts: object) -> Plan:
    values = {"site": "bone", "technique": "vmat", "fractions": 5, "by": cast.user(Role.PHYSICIST), **facts}
    return planning.propose_plan(course=course, key=key, **values)  # type: ignore[arg-type]


def test_a_course_is_opened_with_its_diagnoses_in_order(rung: list[int]) -> None:
    ada = cast.ada()
    course = planning.open_course(
        patient=ada.patient, facility=ada.course.facility, title="Course 2", opened_on=date(2026, 1, 5),
        diagnoses=["c61", "C7951"], source_key="file-7",
    )  # fmt: skip
    assert list(course.diagnoses.values_list("position", "code")) == [(1, "C61"), (2, "C79.51")]
    again = planning.open_course(
        patient=ada.patient, facility=ada.course.facility, title="Other", opened_on=date(2026, 1, 5),
        source_key="file-7",
    )  # fmt: skip
    assert (again, rung) == (course, [course.pk])


def test_a_course_names_all_its_faults_at_once() -> None:
    ada = cast.ada()
    with pytest.raises(ValidationError) as caught:
        planning.open_course(
            patient=ada.patient, facility=ada.course.facility, title="", opened_on=date(2026, 1, 5),
            diagnoses=["C61", "C61", "174.9"],
        )  # fmt: skip
    assert caught.value.message_dict == {
        "title": ["This field cannot be blank."],
        "diagnoses": ["'174.9' is not the form of an ICD-10-CM code, as C50.911 or C50911.", "C61 is named twice."],
    }
    assert Course.objects.count() == 1


def test_the_same_diagnoses_again_change_nothing(rung: list[int]) -> None:
    ada = cast.ada()
    planning.set_diagnoses(course=ada.course, codes=["C61"])
    assert rung == []
    planning.set_diagnoses(course=ada.course, codes=["C79.51", "C61"])
    assert rung == [ada.course.pk]
    assert list(ada.course.diagnoses.values_list("code", flat=True)) == ["C79.51", "C61"]


def test_a_course_is_closed_and_opened_again() -> None:
    ada = cast.ada()
    with pytest.raises(ValidationError, match="was opened on 2025-03-03"):
        planning.close_course(course=ada.course, on=date(2025, 3, 2))
    assert planning.close_course(course=ada.course, on=date(2025, 4, 30)).closed_on == date(2025, 4, 30)
    assert planning.reopen_course(course=ada.course, reason="Boost added").closed_on is None


def test_approving_signs_with_user_moment_and_clinic_day(rung: list[int]) -> None:
    ada, doctor = cast.ada(), cast.user(Role.PHYSICIAN)
    plan = planning.approve_plan(plan=proposal(ada.course), by=doctor)
    assert plan.approved_by == doctor
    assert plan.approved_at is not None
    assert plan.approved_on == ada.course.facility.day_of(plan.approved_at)
    moment = plan.approved_at
    assert planning.approve_plan(plan=plan, by=doctor).approved_at == moment
    assert rung == [ada.course.pk, ada.course.pk]


@pytest.mark.parametrize("role", [role for role in Role if role != Role.PHYSICIAN])
def test_nobody_but_a_physician_approves_or_withdraws(role: Role) -> None:
    ada = cast.ada()
    with pytest.raises(PermissionDenied):
        planning.approve_plan(plan=proposal(ada.course), by=cast.user(role))
    with pytest.raises(PermissionDenied):
        planning.withdraw_approval(plan=ada.plan, by=cast.user(role), reason="no")


def test_a_plan_that_says_too_little_is_not_approved_and_all_reasons_are_given() -> None:
    ada, doctor = cast.ada(), cast.user(Role.PHYSICIAN)
    plan = proposal(ada.course, technique="unknown", fractions=None)
    with pytest.raises(ValidationError) as caught:
        planning.approve_plan(plan=plan, by=doctor, on=timezone.localdate() + timedelta(days=2))
    assert set(caught.value.message_dict) == {"technique", "fractions", "on"}


def test_a_year_in_two_figures_opens_no_course_and_approves_no_plan() -> None:
    ada = cast.ada()
    with pytest.raises(ValidationError) as caught:
        planning.open_course(
            patient=ada.patient,
            facility=ada.course.facility,
            title="Second",
            opened_on=date(26, 1, 5),
            diagnoses=["C61"],
        )
    assert list(caught.value.message_dict) == ["opened_on"]
    with pytest.raises(ValidationError) as caught:
        planning.approve_plan(plan=proposal(ada.course), by=cast.user(Role.PHYSICIAN), on=date(25, 3, 3))
    assert caught.value.message_dict["on"] == ["The year 25 cannot be meant. Give the year in four figures."]


def test_a_plan_that_a_file_proposed_is_confirmed_by_a_person_before_approval() -> None:
    ada, doctor = cast.ada(), cast.user(Role.PHYSICIAN)
    plan = proposal(ada.course, by=None, dicom_uid="1.2.3", evidence={"arcs": 2})
    assert proposal(ada.course, by=None, dicom_uid="1.2.3") == plan
    with pytest.raises(ValidationError, match="confirm its entries first"):
        planning.approve_plan(plan=plan, by=doctor)
    confirmed = planning.confirm_plan(plan=plan, by=cast.user(Role.PHYSICIST), technique="imrt")
    assert (confirmed.technique, confirmed.confirmed_by) == ("imrt", cast.user(Role.PHYSICIST))
    assert planning.approve_plan(plan=plan, by=doctor).is_approved


def test_an_approved_plan_is_not_changed_until_its_approval_is_withdrawn() -> None:
    ada, doctor = cast.ada(), cast.user(Role.PHYSICIAN)
    with pytest.raises(ValidationError, match="is approved"):
        planning.confirm_plan(plan=ada.plan, by=doctor, fractions=30)
    with pytest.raises(ValidationError, match="Say why"):
        planning.withdraw_approval(plan=ada.plan, by=doctor, reason=" ")
    planning.withdraw_approval(plan=ada.plan, by=doctor, reason="wrong prescription")
    plan = planning.confirm_plan(plan=ada.plan, by=doctor, fractions=30)
    assert (plan.fractions, plan.is_approved, plan.amendment_reason) == (30, False, "wrong prescription")


def test_a_plan_names_every_faulty_entry_at_once() -> None:
    ada, boris = cast.ada(), cast.boris()
    with pytest.raises(ValidationError) as caught:
        proposal(
            ada.course, key="P1", site="knee", weekdays="18", fractions=0, static_fields=4, arcs=2,
            machine=boris.machine,
        )  # fmt: skip
    assert set(caught.value.message_dict) == {"key", "site", "weekdays", "fractions", "arcs", "machine"}


def test_the_approval_of_another_system_is_taken_over_with_its_day_and_no_signer() -> None:
    ada = cast.ada()
    plan = planning.record_approval(plan=proposal(ada.course), on=date(2025, 3, 10))
    assert (plan.approved_on, plan.approved_at, plan.approved_by) == (date(2025, 3, 10), None, None)


def test_a_retired_plan_rests_and_keeps_its_reason() -> None:
    ada = cast.ada()
    by = cast.user(Role.PHYSICIST)
    plan = planning.retire_plan(plan=ada.plan, by=by, reason="replanned", on=date(2025, 3, 20))
    assert (plan.retired_on, plan.amendment_reason) == (date(2025, 3, 20), "replanned")


def test_an_event_is_recorded_once_and_cancelled_with_a_reason(rung: list[int]) -> None:
    ada, by = cast.ada(), cast.user(Role.PHYSICIST)

    def record() -> ClinicalEvent:
        return planning.record_event(
            course=ada.course, family="physics_check", on=date(2025, 3, 7), by=by, performer="physicist",
            source_key="e1",
        )  # fmt: skip

    event = record()
    assert record() == event
    with pytest.raises(ValidationError, match="Say why"):
        planning.cancel_event(event=event, by=by, reason="")
    cancelled = planning.cancel_event(event=event, by=by, reason="other patient")
    assert planning.cancel_event(event=event, by=by, reason="twice").cancelled_at == cancelled.cancelled_at
    assert (cancelled.cancelled_by, cancelled.amendment_reason, len(rung)) == (by, "other patient", 2)


def test_an_event_of_an_unknown_family_is_refused() -> None:
    ada = cast.ada()
    with pytest.raises(ValidationError) as caught:
        planning.record_event(course=ada.course, family="massage", on=date(2025, 3, 7), units=-1)
    assert set(caught.value.message_dict) == {"family", "units"}
