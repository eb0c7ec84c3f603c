"""Prices are saved whole, once, as they were shown; what was charged keeps its row; held lines get their price."""

from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from billing import worklist
from billing.capture import capture_course, stale_courses, sweep
from billing.fees.history import history_of
from billing.fees.missing import missing_prices
from billing.fees.prices import WantedPrice
from billing.fees.saving import (
    end_price,
    make_draft,
    preview,
    preview_draft,
    save_draft,
    save_prices,
    touched_by_serving,
)
from billing.fees.touched import Touched
from billing.models import FeeDraft, FeeLine, FeeSchedule, LedgerEntry
from patients.roles import Role
from tests import cast
from tests.captures import deliver, deliver_days, open_codes, practice_fees, put_on_claim, set_fee, standing
from tests.cast import Treated, local, user

pytestmark = pytest.mark.django_db

NOW = local("2025-03-20 12:00")
MARCH = date(2025, 3, 1)


def want(code: str, amount: str, first: date = MARCH, last: date | None = None, modifier: str = "") -> WantedPrice:
    return WantedPrice(code, modifier, Decimal(amount), first, last)


def rows(schedule: FeeSchedule, code: str, modifier: str = "") -> list[tuple[str, date, date | None, bool]]:
    found = schedule.lines.filter(code=code, modifier=modifier).order_by("effective_from", "id")
    return [(str(row.amount), row.effective_from, row.effective_to, row.withdrawn_at is not None) for row in found]


def deliveries(patient: Treated) -> list[LedgerEntry]:
    return [line for line in standing(patient) if line.code == "77385"]


@pytest.fixture
def practice() -> FeeSchedule:
    return practice_fees()


@pytest.fixture
def ada(practice: FeeSchedule) -> Treated:
    """Ada after four sessions: four deliveries of 77385, one claimed, one released."""
    patient = cast.ada()
    deliver_days(patient, date(2025, 3, 4), 4)
    capture_course(course_id=patient.course.pk)
    claimed, let_go, *_open = deliveries(patient)
    worklist.release(entry_ids=[claimed.pk, let_go.pk], by=user(Role.BILLER), at=NOW)
    put_on_claim([claimed])
    return patient


def test_a_new_price_ends_the_old_row_and_begins_another(practice: FeeSchedule) -> None:
    save_prices(practice, [want("77385", "900.00")], at=NOW)
    assert rows(practice, "77385") == [
        ("845.00", date(2010, 1, 1), date(2025, 2, 28), False),
        ("900.00", MARCH, None, False),
    ]


def test_saving_the_same_prices_again_changes_nothing(practice: FeeSchedule) -> None:
    save_prices(practice, [want("77385", "900.00")], at=NOW)
    practice.refresh_from_db()
    before = practice.revision
    assert save_prices(practice, [want("77385", "900.00")], at=NOW).is_empty
    practice.refresh_from_db()
    assert (practice.revision, FeeLine.objects.filter(code="77385", modifier="").count()) == (before, 2)


def test_a_charge_keeps_naming_the_row_that_priced_it_when_that_row_is_withdrawn(ada: Treated) -> None:
    practice = FeeSchedule.objects.get()
    claimed, *_ = deliveries(ada)
    save_prices(practice, [want("77385", "900.00", date(2010, 1, 1))], at=NOW)
    sweep()
    assert rows(practice, "77385") == [
        ("845.00", date(2010, 1, 1), None, True),
        ("900.00", date(2010, 1, 1), None, False),
    ]
    claimed.refresh_from_db()
    assert claimed.fee_line is not None
    assert (claimed.unit_amount, claimed.fee_line.amount) == (Decimal("845.00"), Decimal("845.00"))
    assert [str(line.amount) for line in deliveries(ada)] == ["845.00", "845.00", "900.00", "900.00"]


def test_a_preview_counts_what_would_be_priced_anew_and_what_keeps_its_price(ada: Treated) -> None:
    practice = FeeSchedule.objects.get()
    shown = preview(practice, [want("77385", "900.00")])
    assert shown.touched == Touched(repriced=2, kept=1)
    assert shown.plan.changes_before(date(2025, 3, 20))
    later = preview(practice, [want("77385", "900.00", date(2026, 1, 1))])
    assert (later.touched, later.plan.changes_before(date(2025, 3, 20))) == (Touched(), False)
    assert rows(practice, "77385") == [("845.00", date(2010, 1, 1), None, False)]


def test_a_preview_tells_the_truth_the_sweep_then_does(ada: Treated) -> None:
    practice = FeeSchedule.objects.get()
    prices = [want("77385", "900.00", date(2025, 3, 6)), want("77301", "3050.00")]
    shown = preview(practice, prices)
    before = {line.line_key: line.amount for line in standing(ada)}
    save_prices(practice, prices, at=NOW)
    sweep()
    changed = [line for line in standing(ada) if line.amount != before[line.line_key]]
    assert len(changed) == shown.touched.repriced == 2


def test_prices_of_a_schedule_that_does_not_serve_a_line_do_not_touch_it(ada: Treated) -> None:
    medicare = FeeSchedule.objects.create(name="Medicare", payer=cast.medicare())
    assert preview(medicare, [want("77385", "400.00")]).touched == Touched()


def test_an_empty_schedule_of_a_payer_would_take_its_lines_their_price(ada: Treated) -> None:
    wanted = FeeSchedule(name="Acme 2025", payer=ada.coverage.payer, effective_from=date(2025, 3, 6))
    lost = [line for line in standing(ada) if line.service_on >= date(2025, 3, 6)]
    assert touched_by_serving(wanted) == Touched(unpriced=len(lost))
    assert {line.code for line in lost} >= {"77385"}
    other_days = FeeSchedule(name="Acme 2026", payer=ada.coverage.payer, effective_from=date(2026, 1, 1))
    assert touched_by_serving(other_days) == Touched()


def test_the_statements_of_a_preview_do_not_grow_with_prices_or_lines(ada: Treated) -> None:
    practice = FeeSchedule.objects.get()
    with CaptureQueriesContext(connection) as one:
        preview(practice, [want("77385", "900.00")])
    boris = cast.boris()
    deliver_days(boris, date(2026, 2, 3), 10)
    capture_course(course_id=boris.course.pk)
    with CaptureQueriesContext(connection) as many:
        preview(practice, [want(code, "900.00") for code in ("77385", "77386", "77402", "77427", "G6015")])
    assert len(many) == len(one)


def test_thousands_of_prices_are_saved_in_a_fixed_number_of_statements(practice: FeeSchedule) -> None:
    codes = [f"{n:05d}" for n in range(10_000, 11_500)]
    with CaptureQueriesContext(connection) as first:
        save_prices(practice, [want(code, "10.00") for code in codes], at=NOW)
    with CaptureQueriesContext(connection) as second:
        save_prices(practice, [want(code, "11.00", date(2026, 1, 1)) for code in codes], at=NOW)
    assert len(first) == len(second) <= 9
    assert practice.lines.count() == 3000 + practice.lines.exclude(code__in=codes).count()


# --- which courses a schedule concerns -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("serves", "is_concerned"),
    [
        ({"payer": "own"}, True),
        ({"payer": "own", "setting": "freestanding"}, True),
        ({"setting": "freestanding"}, True),
        ({"setting": "hospital"}, False),
        ({"payer": "other"}, False),
    ],
)
def test_a_schedule_asks_for_a_new_capture_of_the_courses_that_it_may_price_and_no_other(
    serves: dict[str, str], is_concerned: bool, ada: Treated
) -> None:
    sweep()
    payers = {"own": ada.coverage.payer, "other": cast.medicare()}
    values = {**serves, "payer": payers.get(serves.get("payer", ""))}
    schedule = FeeSchedule.objects.create(name="Other", effective_from=date(2024, 1, 1), **values)
    assert (stale_courses(limit=5) == [ada.course.pk]) is is_concerned
    sweep()
    set_fee(schedule, "77385", "400.00")
    assert (stale_courses(limit=5) == [ada.course.pk]) is is_concerned
    sweep()
    FeeSchedule.objects.filter(pk=schedule.pk).update(effective_to=date(2024, 12, 31))
    assert (stale_courses(limit=5) == [ada.course.pk]) is is_concerned


# --- ends -----------------------------------------------------------------------------------------------------------


def test_a_price_that_never_held_is_withdrawn_and_its_lines_wait_for_another(ada: Treated) -> None:
    practice = FeeSchedule.objects.get()
    wrong = practice.lines.get(code="77385", modifier="")
    end_price(wrong, date(2009, 12, 31), at=NOW)
    end_price(wrong, date(2009, 12, 31), at=NOW)
    sweep()
    assert open_codes(ada) == {"missing-fee"}
    assert [str(line.amount) for line in deliveries(ada)] == ["845.00", "845.00", "None", "None"]


# --- drafts ---------------------------------------------------------------------------------------------------------


def draft_of(schedule: FeeSchedule, *prices: WantedPrice) -> FeeDraft:
    return make_draft(schedule=schedule, prices=prices, origin="a test", by=user(Role.BILLING_MANAGER))


def test_a_draft_is_saved_once_as_it_was_shown(practice: FeeSchedule) -> None:
    draft = draft_of(practice, want("77385", "900.00"))
    shown = preview_draft(draft)
    save_draft(draft_id=draft.pk, revision=shown.revision, at=NOW)
    assert len(rows(practice, "77385")) == 2
    with pytest.raises(ValidationError, match="saved already"):
        save_draft(draft_id=draft.pk, revision=shown.revision, at=NOW)


def test_a_draft_is_not_saved_when_the_schedule_changed_in_between(practice: FeeSchedule) -> None:
    draft = draft_of(practice, want("77385", "900.00"))
    shown = preview_draft(draft)
    set_fee(practice, "77014", "150.00", "76")
    with pytest.raises(ValidationError, match="changed while you looked"):
        save_draft(draft_id=draft.pk, revision=shown.revision, at=NOW)
    assert len(rows(practice, "77385")) == 1
    draft.refresh_from_db()
    assert draft.saved_at is None


def test_a_new_draft_takes_the_place_of_the_same_persons_unsaved_one(practice: FeeSchedule) -> None:
    saved = draft_of(practice, want("77385", "900.00"))
    save_draft(draft_id=saved.pk, revision=preview_draft(saved).revision, at=NOW)
    draft_of(practice, want("77385", "901.00"))
    last = draft_of(practice, want("77385", "902.00"))
    assert set(FeeDraft.objects.values_list("pk", flat=True)) == {saved.pk, last.pk}


# --- what is missing ------------------------------------------------------------------------------------------------


def test_missing_prices_are_named_by_schedule_code_and_modifier() -> None:
    practice = practice_fees({"77301": "3050.00"})
    practice.lines.filter(modifier="52").delete()
    ada = cast.ada()
    deliver_days(ada, date(2025, 3, 4), 3)
    deliver(ada, "2025-03-07 09:00", number=4, status="partial", status_reason="Machine fault")
    capture_course(course_id=ada.course.pk)
    found = [price for price in missing_prices().prices if price.code == "77385"]
    assert [(price.schedule, price.written, price.modifier, price.lines) for price in found] == [
        (practice, "77385", "", 3),
        (practice, "77385-52", "52", 1),
    ]
    first = found[0]
    assert (first.first_day, first.last_day, first.payers) == (date(2025, 3, 4), date(2025, 3, 6), ("Acme Health",))
    before = missing_prices().lines
    save_prices(practice, [want("77385", "845.00")], at=NOW)
    assert (missing_prices().lines, missing_prices().about_to_be_priced) == (before - 3, 3)
    sweep()
    assert (missing_prices().lines, missing_prices().about_to_be_priced) == (before - 3, 0)


def test_without_any_schedule_every_line_waits_for_one() -> None:
    ada = cast.ada()
    deliver(ada, "2025-03-04 09:00", number=1)
    capture_course(course_id=ada.course.pk)
    found = missing_prices().prices
    assert {price.schedule for price in found} == {None}
    assert {price.written for price in found} >= {"77301", "77385"}


# --- the command ----------------------------------------------------------------------------------------------------


def load(path: Path, *options: str) -> str:
    out = StringIO()
    call_command("load_fees", str(path), *options, stdout=out)
    return out.getvalue()


@pytest.fixture
def price_list(tmp_path: Path) -> Path:
    path = tmp_path / "prices.csv"
    path.write_text("code,modifier,amount\n77385,,900.00\n77385,26,281.67\n99213,,92.00\n")
    return path


def test_the_command_loads_a_file_once(practice: FeeSchedule, price_list: Path) -> None:
    said = load(price_list, "--schedule", "Practice", "--effective", "2025-03-01")
    assert "note: row 4, code: 99213 is not among the codes in force on 2025-03-01." in said
    assert "Practice: 1 new, 1 changed, 0 ended, 1 same; 0 open lines to be priced by the next sweep." in said
    again = load(price_list, "--schedule", "Practice", "--effective", "2025-03-01")
    assert "0 new, 0 changed, 0 ended, 3 same" in again
    new = practice.lines.get(code="77385", modifier="", amount=Decimal("900.00"))
    assert [(change.what, change.who) for change in history_of(new)] == [
        ("Entered at $900.00 from 2025-03-01", "load_fees at the terminal")
    ]
    assert len(rows(practice, "77385")) == 2


def test_the_command_ends_what_a_whole_list_does_not_name(practice: FeeSchedule, price_list: Path) -> None:
    unnamed = practice.lines.exclude(code="77385", modifier__in=("", "26")).count()
    said = load(price_list, "--schedule", "Practice", "--effective", "2025-03-01", "--whole")
    assert f"1 new, 1 changed, {unnamed} ended, 1 same" in said
    assert rows(practice, "77301") == [("3050.00", date(2010, 1, 1), date(2025, 2, 28), False)]


def test_a_dry_run_says_the_same_and_stores_nothing(practice: FeeSchedule, price_list: Path) -> None:
    said = load(price_list, "--schedule", "Practice", "--effective", "2025-03-01", "--dry-run")
    assert "1 new, 1 changed" in said
    assert "Nothing was stored." in said
    assert len(rows(practice, "77385")) == 1


def test_the_command_names_every_fault_and_stores_nothing(
    practice: FeeSchedule, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "prices.csv"
    path.write_text("code,amount\n77385,900.00\n77386,1e9\n77387,-1\n")
    with pytest.raises(SystemExit) as stopped:
        load(path, "--schedule", "Practice")
    assert stopped.value.code == 2
    said = capsys.readouterr().err
    assert "prices.csv: row 3, amount: '1e9'" in said
    assert "prices.csv: row 4, amount: '-1'" in said
    assert said.endswith("Nothing was stored.\n")
    assert len(rows(practice, "77385")) == 1


def test_the_command_refuses_a_schedule_or_file_that_is_not_there(practice: FeeSchedule, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"There is no fee schedule 'Other'\. There are: Practice\."):
        load(tmp_path, "--schedule", "Other")
    with pytest.raises(CommandError, match="cannot be read"):
        load(tmp_path / "none.csv", "--schedule", "Practice")
    with pytest.raises(CommandError, match="--effective: 'soon' is no day"):
        load(tmp_path / "none.csv", "--schedule", "Practice", "--effective", "soon")
