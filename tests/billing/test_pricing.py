"""What a line costs: by payer, code, modifier and day; and when nobody can say."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from billing.models import FeeSchedule
from billing.pricing import Price, load_fees
from patients.models import Payer
from patients.terms import Setting
from tests import cast
from tests.captures import set_fee

pytestmark = pytest.mark.django_db

DAY = date(2025, 6, 2)


@pytest.fixture
def practice() -> FeeSchedule:
    """77014 at 300 (26: 100), 77385 at 845 until it rises to 900 in 2026."""
    schedule = FeeSchedule.objects.create(name="Practice")
    set_fee(schedule, "77014", "300.00")
    set_fee(schedule, "77014", "100.00", "26")
    first = set_fee(schedule, "77385", "845.00")
    first.effective_to = date(2025, 12, 31)
    first.save()
    set_fee(schedule, "77385", "900.00", since=date(2026, 1, 1))
    return schedule


def price(
    code: str, *modifiers: str, on: date = DAY, units: int = 1, payer: Payer | None = None,
    setting: Setting = Setting.FREESTANDING,
) -> Price | None:  # fmt: skip
    fees = load_fees(payer_ids=[payer.pk] if payer else [], codes=[code])
    return fees.price(
        payer_id=payer.pk if payer else None, setting=setting.value, code=code, modifiers=modifiers, on=on, units=units
    )


def amount(
    code: str, *modifiers: str, on: date = DAY, payer: Payer | None = None, setting: Setting = Setting.FREESTANDING
) -> Decimal | None:
    found = price(code, *modifiers, on=on, payer=payer, setting=setting)
    return None if found is None else found.amount


def a_schedule(name: str, fee: str, **values: object) -> FeeSchedule:
    """A schedule that prices 77385 alone."""
    schedule = FeeSchedule.objects.create(name=name, **values)
    set_fee(schedule, "77385", fee)
    return schedule


def test_a_modifier_that_changes_the_price_needs_a_row_of_its_own(practice: FeeSchedule) -> None:
    assert amount("77014") == Decimal("300.00")
    assert amount("77014", "26") == Decimal("100.00")
    assert amount("77014", "TC") is None
    assert amount("77014", "52") is None


@pytest.mark.parametrize("modifier", ["76", "59", "XE"])
def test_a_modifier_that_leaves_the_price_takes_the_bare_row(modifier: str, practice: FeeSchedule) -> None:
    assert amount("77014", modifier) == Decimal("300.00")
    assert amount("77014", "26", modifier) == Decimal("100.00")


def test_a_schedule_may_price_any_modifier(practice: FeeSchedule) -> None:
    set_fee(practice, "77014", "150.00", "76")
    assert amount("77014", "76") == Decimal("150.00")


def test_two_priced_modifiers_leave_no_price(practice: FeeSchedule) -> None:
    set_fee(practice, "77014", "50.00", "52")
    assert amount("77014", "26", "52") is None


def test_the_price_is_that_of_the_day_of_service_both_days_inclusive(practice: FeeSchedule) -> None:
    assert amount("77385", on=date(2025, 12, 31)) == Decimal("845.00")
    assert amount("77385", on=date(2026, 1, 1)) == Decimal("900.00")
    assert amount("77385", on=date(2009, 12, 31)) is None


def test_units_multiply_and_the_row_is_named(practice: FeeSchedule) -> None:
    found = price("77014", units=3)
    assert found is not None
    assert (found.unit_amount, found.amount) == (Decimal("300.00"), Decimal("900.00"))
    assert found.fee_line_id == practice.lines.get(code="77014", modifier="").pk


def test_a_payer_with_a_schedule_of_its_own_is_priced_by_it_alone(practice: FeeSchedule) -> None:
    own = FeeSchedule.objects.create(name="Medicare 2025", payer=cast.medicare())
    set_fee(own, "77385", "400.00")
    assert amount("77385", payer=cast.medicare()) == Decimal("400.00")
    assert amount("77014", payer=cast.medicare()) is None
    assert amount("77385", payer=cast.commercial()) == Decimal("845.00")


def test_without_any_schedule_nothing_has_a_price() -> None:
    assert amount("77385") is None


def test_the_most_specific_schedule_that_serves_payer_and_setting_prices_the_line(practice: FeeSchedule) -> None:
    medicare = cast.medicare()
    a_schedule("Hospitals", "500.00", setting="hospital")
    a_schedule("Medicare", "400.00", payer=medicare)
    a_schedule("Medicare in hospitals", "300.00", payer=medicare, setting="hospital")
    hospital = Setting.HOSPITAL
    assert amount("77385", payer=cast.commercial()) == Decimal("845.00")
    assert amount("77385", payer=cast.commercial(), setting=hospital) == Decimal("500.00")
    assert amount("77385", payer=medicare) == Decimal("400.00")
    assert amount("77385", payer=medicare, setting=hospital) == Decimal("300.00")
    assert amount("77385", setting=hospital) == Decimal("500.00")


def test_a_payer_has_one_schedule_after_the_other_and_between_them_the_practice_prices(practice: FeeSchedule) -> None:
    medicare = cast.medicare()
    a_schedule("2024", "380.00", payer=medicare, effective_to=date(2024, 12, 31))
    a_schedule("2026", "420.00", payer=medicare, effective_from=date(2026, 1, 1))
    assert amount("77385", payer=medicare, on=date(2024, 12, 31)) == Decimal("380.00")
    assert amount("77385", payer=medicare, on=date(2025, 1, 1)) == Decimal("845.00")
    assert amount("77385", payer=medicare, on=date(2025, 12, 31)) == Decimal("845.00")
    assert amount("77385", payer=medicare, on=date(2026, 1, 1)) == Decimal("420.00")


@pytest.mark.parametrize("whose", ["the practice", "a payer", "a setting", "a payer in a setting"])
def test_two_schedules_for_the_same_payer_and_setting_never_cover_the_same_day(whose: str) -> None:
    served: dict[str, object] = {"payer": cast.medicare()} if "payer" in whose else {}
    if "setting" in whose:
        served["setting"] = "hospital"
    a_schedule("First", "1.00", effective_to=date(2025, 6, 30), **served)
    a_schedule("Next", "2.00", effective_from=date(2025, 7, 1), effective_to=date(2025, 12, 31), **served)
    with pytest.raises(IntegrityError, match="do_not_overlap"), transaction.atomic():
        a_schedule("Overlaps", "3.00", effective_from=date(2025, 12, 31), **served)


def test_a_withdrawn_row_prices_nothing_and_leaves_room_for_another(practice: FeeSchedule) -> None:
    practice.lines.filter(code="77014", modifier="").update(withdrawn_at=timezone.now())
    assert amount("77014") is None
    set_fee(practice, "77014", "320.00")
    assert amount("77014") == Decimal("320.00")


def test_prices_are_loaded_in_one_statement_whatever_their_number(practice: FeeSchedule) -> None:
    payers = [cast.medicare(), cast.commercial()]
    for payer in payers:
        a_schedule(payer.name, "400.00", payer=payer)
        a_schedule(f"{payer.name} in hospitals", "300.00", payer=payer, setting="hospital")
    with CaptureQueriesContext(connection) as queries:
        load_fees(payer_ids=[payer.pk for payer in payers], codes=["77385", "77014"])
    assert len(queries) == 1
