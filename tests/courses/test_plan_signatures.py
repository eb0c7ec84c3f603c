"""A physician's signature: it says who, when and exactly what, and no later change of the plan slips under it."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction

from courses import planning
from courses.models import Course, Plan, PlanSignature
from courses.models.plan import CHANGED_AFTER_SIGNING
from courses.planning.signature import content_of, digest_of_content
from patients.roles import Role
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> cast.Treated:
    """Ada, whose plan waits for a signature."""
    found = cast.ada()
    Plan.objects.filter(pk=found.plan.pk).update(approved_on=None)
    found.plan.refresh_from_db()
    return found


@pytest.fixture
def signed(ada: cast.Treated) -> Plan:
    """Ada's plan, signed."""
    return planning.approve_plan(plan=ada.plan, by=cast.user(Role.PHYSICIAN))


def test_a_signature_keeps_who_when_and_exactly_what(signed: Plan) -> None:
    signature = PlanSignature.objects.get()
    assert (signature.signed_by, signature.signed_at) == (cast.user(Role.PHYSICIAN), signed.approved_at)
    assert signature.approved_on == signed.approved_on
    assert signature.content == content_of(signed)
    assert (signature.content["technique"], signature.content["fractions"]) == ("vmat", 28)
    assert signature.digest == digest_of_content(signature.content) == planning.digest_of_plan(signed)


def test_approving_twice_signs_once(signed: Plan) -> None:
    planning.approve_plan(plan=signed, by=cast.user(Role.PHYSICIAN, "second"))
    assert PlanSignature.objects.count() == 1


def test_a_change_behind_the_steps_takes_the_approval_back_and_says_why(signed: Plan) -> None:
    Plan.objects.filter(pk=signed.pk).update(fractions=20)
    signed.refresh_from_db()
    assert (signed.is_approved, signed.approved_at, signed.approved_by) == (False, None, None)
    assert signed.amendment_reason == CHANGED_AFTER_SIGNING
    (state,) = planning.signatures_of(signed)
    assert (state.stands, state.changed, state.is_whole) == (False, ("fractions",), True)


def test_a_signature_of_a_withdrawn_approval_no_longer_stands_and_another_is_needed(signed: Plan) -> None:
    doctor = cast.user(Role.PHYSICIAN)
    planning.withdraw_approval(plan=signed, by=doctor, reason="wrong count")
    planning.confirm_plan(plan=signed, by=doctor, fractions=20)
    again = planning.approve_plan(plan=signed, by=doctor)
    second, first = planning.signatures_of(again)
    assert (second.stands, second.signature.content["fractions"]) == (True, 20)
    assert (first.stands, first.changed) == (False, ("fractions",))


def test_a_change_of_machine_or_time_leaves_the_signature(signed: Plan) -> None:
    Plan.objects.filter(pk=signed.pk).update(machine=None, usual_time="10:30", starts_on=date(2025, 3, 4))
    signed.refresh_from_db()
    assert signed.is_approved
    assert [state.stands for state in planning.signatures_of(signed)] == [True]


def test_the_plan_of_another_system_is_corrected_without_a_signature() -> None:
    plan = cast.ada().plan
    Plan.objects.filter(pk=plan.pk).update(fractions=20)
    plan.refresh_from_db()
    assert (plan.is_approved, planning.signatures_of(plan)) == (True, [])


def test_what_changed_while_the_physician_read_is_not_signed_unread(ada: cast.Treated) -> None:
    seen = planning.digest_of_plan(ada.plan)
    planning.confirm_plan(plan=ada.plan, by=cast.user(Role.PHYSICIST), fractions=20)
    with pytest.raises(ValidationError, match="changed while you read it"):
        planning.approve_plan(plan=ada.plan, by=cast.user(Role.PHYSICIAN), seen=seen)
    assert not PlanSignature.objects.exists()


@pytest.mark.parametrize("deed", ["change", "delete"])
def test_the_database_keeps_signatures_for_good(signed: Plan, deed: str) -> None:
    rows = PlanSignature.objects.filter(plan=signed)
    with pytest.raises(DatabaseError, match="Cannot"), transaction.atomic():
        rows.update(digest="0" * 64) if deed == "change" else rows.delete()
    assert rows.get().digest == planning.digest_of_plan(signed)


def test_a_plan_follows_a_plan_of_its_own_course(ada: cast.Treated) -> None:
    other = cast.clara().plan
    with pytest.raises(ValidationError, match="another course"):
        planning.propose_plan(
            course=Course.objects.get(pk=ada.course.pk), key="B", site="prostate", technique="vmat", kind="boost",
            follows=other,
        )  # fmt: skip
