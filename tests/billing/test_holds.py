"""Holds have a reason of the practice's list, an owner and a day; a held line comes back without any task."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from billing import worklist
from billing.capture import capture_course
from billing.models import Authorization, HoldReason, LedgerEntry, Review
from billing.worklist.hold_reasons import SEEDS, ensure_hold_reasons
from courses.models import Plan, Session
from patients.models import Coverage
from patients.roles import Role
from tests import cast
from tests.captures import deliver, practice_fees, standing
from tests.cast import Treated, local, user
from tests.holds import group_of, returns_of

pytestmark = pytest.mark.django_db

NOW = local("2025-03-20 12:00")  # a Thursday


@pytest.fixture
def ada() -> Treated:
    """Ada after one clean session."""
    practice_fees()
    patient = cast.ada()
    deliver(patient, "2025-03-04 09:00", number=1)
    capture_course(course_id=patient.course.pk)
    return patient


def delivery(patient: Treated) -> LedgerEntry:
    return standing(patient)[-1]


def hold(entry: LedgerEntry, at: datetime = NOW, **values: Any) -> Review:
    given: dict[str, Any] = {"reason": "", "code": "coverage", "by": user(Role.BILLER), **values}
    decided = worklist.hold(entry_ids=[entry.pk], at=at, **given)
    assert decided.done == (entry.pk,)
    return Review.objects.get(entry=entry)


def ahead(days: int) -> date:
    return timezone.now().date() + timedelta(days=days)


def test_a_hold_says_reason_owner_day_and_since_when(ada: Treated) -> None:
    therapist = user(Role.THERAPIST)
    review = hold(delivery(ada), code="documentation", reason="Setup note", owner=therapist, due_on=date(2025, 4, 2))
    assert review.reason == "Documentation missing: Setup note"
    assert (review.code_id, review.owner, review.due_on, review.held_since) == (
        "documentation", therapist, date(2025, 4, 2), NOW,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("code", "at", "due_on"),
    [
        ("coverage", "2025-03-18 12:00", date(2025, 3, 20)),
        ("coverage", "2025-03-20 12:00", date(2025, 3, 24)),  # two days later is a Saturday
        ("authorization", "2025-03-20 12:00", date(2025, 3, 24)),  # a Sunday
        ("authorization", "2025-03-18 23:30", date(2025, 3, 21)),  # of the clinic's day, not of Greenwich's
    ],
)
def test_without_a_day_the_reason_says_when_and_never_a_weekend(ada: Treated, code: str, at: str, due_on: date) -> None:
    review = hold(delivery(ada), local(at), code=code)
    assert (review.due_on, review.owner) == (due_on, user(Role.BILLER))


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"code": "other"}, "Say why the line is held"),
        ({"code": "weather"}, "no reason of this practice"),
        ({"code": "question"}, "no reason of this practice"),
        ({"due_on": date(2025, 3, 20)}, "20 Mar 2025 is not ahead"),
        ({"due_on": date(2052, 3, 21)}, "21 Mar 2052 is more than 365 days ahead"),
        ({"reason": "x" * 201}, "201 characters"),
    ],
)
def test_a_hold_that_does_not_do_is_refused_whole(ada: Treated, values: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        hold(delivery(ada), **values)
    assert not Review.objects.exists()


def test_every_fault_of_a_hold_is_said_at_once(ada: Treated) -> None:
    auditor = user(Role.AUDITOR)
    with pytest.raises(ValidationError) as refused:
        hold(delivery(ada), code="weather", reason="x" * 201, owner=auditor)
    assert set(refused.value.message_dict) == {"code", "reason", "owner"}


def test_a_reason_that_the_practice_took_from_its_list_is_no_longer_given(ada: Treated) -> None:
    HoldReason.objects.filter(code="coverage").update(is_active=False)
    with pytest.raises(ValidationError):
        hold(delivery(ada))


@pytest.mark.parametrize("column", ["code_id", "due_on", "held_since", "owner_id"])
def test_the_database_refuses_a_hold_without_code_owner_or_day(ada: Treated, column: str) -> None:
    review = hold(delivery(ada))
    with pytest.raises(IntegrityError), transaction.atomic():
        Review.objects.filter(pk=review.pk).update(**{column: None})


def test_whoever_opens_a_held_line_in_sql_ends_its_hold(ada: Treated) -> None:
    review = hold(delivery(ada))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE oncocharge_billing_review SET state = 'open' WHERE id = %s", [review.pk])
    review.refresh_from_db()
    assert (review.code_id, review.owner, review.due_on, review.held_since) == (None, None, None, None)


def test_a_held_line_is_back_on_its_day_and_still_in_no_export(ada: Treated) -> None:
    entry = delivery(ada)
    hold(entry, timezone.now(), due_on=ahead(3))
    assert (group_of(entry), returns_of(entry)) == ("held", "")
    Review.objects.update(due_on=ahead(-1))
    assert (group_of(entry), returns_of(entry)) == ("action", "due")
    refused = worklist.release(entry_ids=[entry.pk], by=user(Role.BILLER), at=timezone.now()).refused
    assert "Take the hold back first" in refused[0].reason


def test_the_day_comes_at_the_clinics_midnight(ada: Treated) -> None:
    entry = delivery(ada)
    hold(entry, timezone.now(), due_on=ahead(3))
    today = timezone.now().astimezone(ada.course.facility.zone).date()
    Review.objects.update(due_on=today)
    assert returns_of(entry) == "due"
    Review.objects.update(due_on=today + timedelta(days=1))
    assert returns_of(entry) == ""


def test_holding_again_moves_the_day_and_keeps_since_when(ada: Treated) -> None:
    entry = delivery(ada)
    hold(entry, NOW)
    later = NOW + timedelta(days=5)
    review = hold(entry, later, code="authorization")
    assert (review.held_since, review.due_on, review.at) == (NOW, date(2025, 3, 28), later)


def test_a_line_that_waits_for_the_authorization_is_back_when_an_approval_covers_it(ada: Treated) -> None:
    entry = delivery(ada)
    hold(entry, timezone.now() - timedelta(minutes=5), code="authorization", due_on=ahead(9))
    values = {
        "course": ada.course, "units": 5, "effective_from": date(2025, 3, 1), "effective_to": date(2025, 6, 1),
    }  # fmt: skip
    Authorization.objects.create(codes=["77301"], number="A1", **values)
    Authorization.objects.create(codes=[entry.code], status="requested", **values)
    assert returns_of(entry) == ""
    Authorization.objects.filter(status="requested").update(status="approved", number="A2")
    assert (returns_of(entry), group_of(entry)) == ("authorization", "action")


def test_a_line_that_waits_for_the_coverage_is_back_when_it_is_changed(ada: Treated) -> None:
    entry = delivery(ada)
    with connection.cursor() as cursor:  # a test is one moment to the database: what was entered was so long ago
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE oncocharge_patients_coverageevent SET pgh_created_at = %s", [NOW])
        cursor.execute("SET LOCAL session_replication_role = origin")
    hold(entry, timezone.now() - timedelta(minutes=5), due_on=ahead(9))
    assert returns_of(entry) == ""
    Coverage.objects.filter(patient=ada.patient).update(member_id="NEW1")
    assert (returns_of(entry), group_of(entry)) == ("coverage", "action")


def test_a_line_that_waits_for_a_signature_is_back_when_the_images_are_reviewed(ada: Treated) -> None:
    entry = delivery(ada)
    hold(entry, NOW, code="signature")
    Review.objects.update(due_on=ahead(9))
    assert returns_of(entry) == ""
    Session.objects.update(guidance_reviewed_at=NOW + timedelta(hours=1), guidance_reviewed_by=user(Role.PHYSICIAN))
    assert returns_of(entry) == "signature"


def test_a_plan_line_that_waits_for_a_signature_is_back_when_the_plan_is_approved(ada: Treated) -> None:
    plan_line = standing(ada)[0]
    plan = plan_line.plan
    assert plan is not None
    assert plan.approved_at is None or plan.approved_at < NOW
    hold(plan_line, NOW, code="signature")
    Review.objects.update(due_on=ahead(9))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        Plan.objects.filter(pk=plan.pk).update(approved_at=NOW + timedelta(hours=1), approved_by=user(Role.PHYSICIAN))
    assert returns_of(plan_line) == "signature"


def test_a_hold_follows_its_line_with_code_owner_and_day(ada: Treated) -> None:
    therapist = user(Role.THERAPIST)
    hold(delivery(ada), owner=therapist, due_on=date(2025, 4, 2))
    Session.objects.update(starts_at=local("2025-03-05 09:00"), treated_on=date(2025, 3, 5))
    capture_course(course_id=ada.course.pk)
    review = Review.objects.get(entry=delivery(ada))
    assert (review.state, review.code_id, review.owner, review.due_on, review.held_since) == (
        "held", "coverage", therapist, date(2025, 4, 2), NOW,
    )  # fmt: skip


def test_the_first_list_of_reasons_is_the_same_from_the_migration_and_after_a_flush() -> None:
    of_migration = list(HoldReason.objects.order_by("place").values_list("code", "words", "days", "place"))
    assert of_migration == [tuple(seed) for seed in SEEDS]
    HoldReason.objects.filter(code="coverage").update(words="Ask the payer")
    ensure_hold_reasons(apps)
    assert HoldReason.objects.get(code="coverage").words == "Ask the payer"
    HoldReason.objects.all().delete()
    ensure_hold_reasons(apps)
    assert HoldReason.objects.count() == len(SEEDS)
