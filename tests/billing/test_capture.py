"""From signed sessions and approved plans to the ledger: what is posted, and that a second run posts nothing."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection

from billing.capture import capture_course, capture_courses
from billing.ledger import balance
from billing.models import LedgerEntry
from tests import cast
from tests.captures import codes, deliver_days, practice_fees, standing

pytestmark = pytest.mark.django_db


def test_a_course_earns_its_plan_and_a_delivery_for_each_session() -> None:
    practice_fees({"77301": "3050.00", "77338": "980.00", "77300": "155.00", "77385": "845.00"})
    ada = cast.ada()
    sessions = deliver_days(ada, date(2025, 3, 4), 3)
    done = capture_course(course_id=ada.course.pk)
    assert done is not None and (done.posted, done.reversed, done.error) == (6, 0, "")
    assert codes(standing(ada)) == ["77301", "77385", "77385", "77385"]
    assert [entry.session for entry in standing(ada)] == [None, *sessions]
    assert standing(ada)[0].plan == ada.plan
    assert balance(course_id=ada.course.pk) == Decimal("6875.00")


def test_a_plan_earns_its_device_and_a_calculation_for_each_arc_priced_by_unit() -> None:
    practice_fees({"77301": "3050.00", "77338": "980.00", "77300": "155.00"})
    ada = cast.ada()
    capture_course(course_id=ada.course.pk)
    posted = {(line.family, line.code): line for line in standing(ada, with_the_plan=True)}
    assert set(posted) == {("plan", "77301"), ("device", "77338"), ("dosimetry", "77300")}
    calculations = posted["dosimetry", "77300"]
    assert (calculations.units, calculations.amount) == (2, Decimal("310.00"))
    assert {line.plan for line in posted.values()} == {ada.plan}


def test_a_second_capture_changes_nothing_even_when_it_derives_everything_again() -> None:
    practice_fees()
    ada = cast.ada()
    deliver_days(ada, date(2025, 3, 4), 3)
    capture_course(course_id=ada.course.pk)
    before = list(LedgerEntry.objects.values_list())
    assert capture_course(course_id=ada.course.pk) is None
    (again,) = capture_courses(course_ids=[ada.course.pk], again=True)
    assert (again.posted, again.reversed) == (0, 0)
    assert list(LedgerEntry.objects.values_list()) == before


def test_plans_are_kept_for_one_course_and_made_anew_for_a_batch() -> None:
    """A plan made while the tables were all but empty goes through all of them for each course of a batch."""
    kept = "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%ledgerentry%'"
    ada, boris = cast.ada(), cast.boris()
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")
        capture_courses(course_ids=[ada.course.pk, boris.course.pk])
        assert cursor.execute(kept).fetchone() == (0,)
        capture_courses(course_ids=[ada.course.pk], again=True)
        assert cursor.execute(kept).fetchone()[0] > 0
