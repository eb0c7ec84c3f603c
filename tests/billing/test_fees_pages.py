"""The pages of fees: who changes prices, what is shown before it is saved, what is refused by field."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from billing.capture import capture_course, sweep
from billing.models import FeeDraft, FeeLine, FeeSchedule
from patients.roles import CLINICAL, READS_MONEY, Role
from tests import cast
from tests.captures import deliver_days, practice_fees, set_fee, standing
from tests.cast import Treated, user

pytestmark = pytest.mark.django_db


def signed_in(role: Role) -> Client:
    client = Client()
    client.force_login(user(role))
    return client


@pytest.fixture
def practice() -> FeeSchedule:
    return practice_fees()


@pytest.fixture
def ada(practice: FeeSchedule) -> Treated:
    """Ada after three sessions, captured."""
    patient = cast.ada()
    deliver_days(patient, date(2025, 3, 4), 3)
    capture_course(course_id=patient.course.pk)
    return patient


@pytest.fixture
def manager() -> Client:
    return signed_in(Role.BILLING_MANAGER)


def text_of(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def errors_of(answer: Any) -> dict[str, list[str]]:
    form = answer.context["form"]
    return {name: list(errors) for name, errors in form.errors.items()}


def price(**values: object) -> dict[str, object]:
    return {"code": "77385", "modifier": "", "amount": "900.00", "effective_from": "2030-01-01", **values}


def upload(text: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("prices.csv", text.encode(), content_type="text/csv")


PAGES = ("fees", "fees-missing", "fee-schedule", "fee-export", "fee-line")


def address(name: str, schedule: FeeSchedule) -> str:
    first = schedule.lines.first()
    assert first is not None
    arguments = {"fee-schedule": [schedule.pk], "fee-export": [schedule.pk], "fee-line": [first.pk]}
    return reverse(f"billing:{name}", args=arguments.get(name))


@pytest.mark.parametrize("name", PAGES)
def test_whoever_reads_money_reads_prices_and_no_clinical_role_does(name: str, practice: FeeSchedule) -> None:
    for role in Role:
        answer = signed_in(role).get(address(name, practice))
        assert (answer.status_code == 200) == (role in READS_MONEY), role
        assert not (role in CLINICAL and b"845.00" in answer.content)


def test_a_biller_reads_and_is_offered_no_change(practice: FeeSchedule) -> None:
    client = signed_in(Role.BILLER)
    page = text_of(client.get(reverse("billing:fee-schedule", args=[practice.pk])))
    assert "$845.00" in page
    assert reverse("billing:fee-load", args=[practice.pk]) not in page
    assert client.post(reverse("billing:fee-price", args=[practice.pk]), price()).status_code == 403
    assert FeeLine.objects.filter(amount=Decimal("900.00")).count() == 0


def test_a_schedule_is_searched_by_code_and_by_day(manager: Client, practice: FeeSchedule) -> None:
    set_fee(practice, "77470", "90.00", since=date(2026, 1, 1))
    page = reverse("billing:fee-schedule", args=[practice.pk])
    assert "77470" in text_of(manager.get(page, {"code": "7747"}))
    assert "77470" not in text_of(manager.get(page, {"code": "773"}))
    assert "No such price" in text_of(manager.get(page, {"code": "77470", "on": "2025-12-31"}))
    assert "$90.00" in text_of(manager.get(page, {"code": "77470", "on": "2026-01-01"}))
    refused = manager.get(page, {"on": "soon"})
    assert (refused.status_code, "is no day" in text_of(refused)) == (422, True)
    assert "$90.00" in text_of(manager.get(page, {"code": "774\0"}))  # typed by no one, sent by scanners


# --- one price -------------------------------------------------------------------------------------------------------


def test_a_price_to_come_is_saved_at_once_and_ends_the_one_before(manager: Client, practice: FeeSchedule) -> None:
    answer = manager.post(reverse("billing:fee-price", args=[practice.pk]), price())
    assert answer.status_code == 302
    old, new = practice.lines.filter(code="77385", modifier="").order_by("effective_from")
    assert (old.effective_to, new.amount, new.effective_to) == (date(2029, 12, 31), Decimal("900.00"), None)


def test_a_price_that_changes_the_past_is_shown_with_its_lines_and_saved_only_after(
    manager: Client, practice: FeeSchedule, ada: Treated
) -> None:
    answer = manager.post(
        reverse("billing:fee-price", args=[practice.pk]), price(effective_from="2025-03-05"), follow=True
    )
    page = text_of(answer)
    assert "This changes prices of past days." in page
    assert "2 open lines would be priced anew." in page
    assert practice.lines.filter(code="77385", modifier="").count() == 1
    draft = FeeDraft.objects.get()
    practice.refresh_from_db()
    saved = manager.post(reverse("billing:fee-save", args=[draft.pk]), {"revision": practice.revision}, follow=True)
    assert "Saved: 1 changed, 0 new, 0 ended." in text_of(saved)
    sweep()
    assert [line.amount for line in standing(ada) if line.code == "77385"] == [
        Decimal("845.00"), Decimal("900.00"), Decimal("900.00"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("amount", "1e9", "'1e9' is not an amount in dollars. Write it as 1234.50."),
        ("amount", "1000000000", "'1000000000' is more than $999,999.00, the largest fee of one unit."),
        ("amount", "0", "'0' is no price: a fee is above zero. Leave the row out if there is none."),
        ("amount", "-3", "'-3' is no price: a fee is above zero. Leave the row out if there is none."),
        ("amount", "1.005", "'1.005' has a fraction of a cent. Write at most two decimals."),
        ("code", "773", "'773' is no code: it has five letters or digits, with leading zeros, such as 77386 or 0394T."),
        ("modifier", "TCX", "'TCX' is no modifier: it has two letters or digits, such as 26 or TC."),
        ("effective_to", "2029-01-01", "2029-01-01 is before the first day, 2030-01-01."),
    ],
)
def test_a_price_that_cannot_be_is_refused_by_field(
    field: str, value: str, says: str, manager: Client, practice: FeeSchedule
) -> None:
    answer = manager.post(reverse("billing:fee-price", args=[practice.pk]), price(**{field: value}))
    assert answer.status_code == 422
    assert errors_of(answer) == {field: [says]}
    assert practice.lines.filter(effective_from__gte=date(2029, 1, 1)).count() == 0


def test_a_price_is_ended_and_one_that_never_held_is_taken_back(
    manager: Client, practice: FeeSchedule, ada: Treated
) -> None:
    line = practice.lines.get(code="77385", modifier="")
    page = reverse("billing:fee-line", args=[line.pk])
    shown = text_of(manager.get(page))
    assert "3 standing charges" in shown
    assert "3 open lines would lose their price" in shown
    refused = manager.post(page, {"last_day": "2009-12-31"})
    assert "If it never held, take it back below." in errors_of(refused)["last_day"][0]
    later = timezone.localdate() + timedelta(days=400)
    manager.post(page, {"last_day": later.isoformat()})
    line.refresh_from_db()
    assert line.effective_to == later
    manager.post(reverse("billing:fee-withdraw", args=[line.pk]))
    line.refresh_from_db()
    assert line.withdrawn_at is not None
    shown = text_of(manager.get(page))
    assert f"Ends on {later}" in shown
    assert "It prices nothing any more" in shown
    assert shown.count("Billing Manager Tester") >= 2  # who ended it, and who took it back


# --- a file ----------------------------------------------------------------------------------------------------------


def test_a_file_is_shown_before_it_is_saved_and_saved_as_shown(
    manager: Client, practice: FeeSchedule, ada: Treated
) -> None:
    page = reverse("billing:fee-load", args=[practice.pk])
    sent = {"file": upload("code,amount\n77385,900.00\n77470,90.00\n77301,3050.00\n"), "effective_from": "2025-03-05"}
    shown = manager.post(page, sent, follow=True)
    assert (shown.context["counts"], practice.lines.filter(code="77470").count()) == (
        {"new": 1, "changed": 1, "ended": 0, "same": 1}, 0,
    )  # fmt: skip
    assert "$90.00" in text_of(shown)
    revision = shown.context["shown"].revision
    address = reverse("billing:fee-save", args=[FeeDraft.objects.get().pk])
    set_fee(practice, "77471", "1.00")
    assert "changed while you looked" in text_of(manager.post(address, {"revision": revision}, follow=True))
    practice.refresh_from_db()
    assert "Saved: 1 changed, 1 new" in text_of(manager.post(address, {"revision": practice.revision}, follow=True))
    again = manager.post(address, {"revision": practice.revision}, follow=True)
    assert "saved already" in text_of(again)
    assert practice.lines.filter(code="77470").count() == 1


def test_every_fault_of_a_file_is_shown_by_row_and_column_and_nothing_is_kept(
    manager: Client, practice: FeeSchedule
) -> None:
    page = reverse("billing:fee-load", args=[practice.pk])
    answer = manager.post(page, {"file": upload("code,amount\n77385,1e9\n7738,5\n"), "effective_from": "2026-01-01"})
    assert answer.status_code == 422
    assert "2 things to correct" in text_of(answer)
    assert "row 2, amount: &#x27;1e9&#x27;" in text_of(answer)
    assert "row 3, code: &#x27;7738&#x27;" in text_of(answer)
    assert FeeDraft.objects.count() == 0


def test_a_draft_is_discarded_without_a_trace(manager: Client, practice: FeeSchedule) -> None:
    page = reverse("billing:fee-load", args=[practice.pk])
    manager.post(page, {"file": upload("code,amount\n77470,5\n"), "effective_from": "2026-01-01"})
    manager.post(reverse("billing:fee-discard", args=[FeeDraft.objects.get().pk]))
    assert FeeDraft.objects.count() == 0
    assert practice.lines.filter(code="77470").count() == 0


def test_an_exported_schedule_loads_again_and_changes_nothing(manager: Client, practice: FeeSchedule) -> None:
    set_fee(practice, "77470", "90.00", since=date(2026, 1, 1))
    exported = manager.get(reverse("billing:fee-export", args=[practice.pk]))
    assert exported.headers["Content-Type"] == "text/csv; charset=utf-8"
    page = reverse("billing:fee-load", args=[practice.pk])
    sent = {"file": SimpleUploadedFile("fees.csv", exported.content), "effective_from": "2026-01-01", "is_whole": "on"}
    shown = manager.post(page, sent, follow=True)
    assert shown.context["counts"] == {"new": 0, "changed": 0, "ended": 0, "same": practice.lines.count()}


# --- schedules -------------------------------------------------------------------------------------------------------


def test_a_schedule_that_takes_open_lines_from_another_says_so_before_it_is_saved(
    manager: Client, practice: FeeSchedule, ada: Treated
) -> None:
    wanted = {"name": "Acme 2025", "payer": ada.coverage.payer_id, "effective_from": "2025-03-05"}
    answer = manager.post(reverse("billing:fee-new"), wanted)
    assert answer.status_code == 422
    assert "Not saved yet." in text_of(answer)
    assert "2 open lines would lose their price" in text_of(answer)
    assert FeeSchedule.objects.count() == 1
    seen = {"has_seen": "on", "shown": answer.context["shown"]}
    other = manager.post(reverse("billing:fee-new"), {**wanted, "effective_from": "2025-03-04", **seen})
    assert "This is not what you saw before. 3 open lines would lose their price" in text_of(other)
    assert not other.context["form"]["has_seen"].value()
    assert FeeSchedule.objects.count() == 1
    manager.post(reverse("billing:fee-new"), {**wanted, **seen})
    made = FeeSchedule.objects.get(name="Acme 2025")
    assert (made.payer, made.setting, made.effective_from) == (ada.coverage.payer, "", date(2025, 3, 5))


@pytest.mark.parametrize(
    ("values", "field", "says"),
    [
        ({"name": "Practice"}, "name", "already exists"),
        ({"name": "Second"}, "__all__", "Practice serves the same payer and setting on some of these days."),
        ({"name": "Backwards", "setting": "hospital", "effective_from": "2026-02-01", "effective_to": "2026-01-01"},
         "effective_to", "2026-01-01 is before the first day, 2026-02-01."),
        ({"name": "Nowhere", "setting": "moon"}, "setting", "moon is not one of the available choices"),
    ],
)  # fmt: skip
def test_a_schedule_that_cannot_be_is_refused_by_field(
    values: dict[str, str], field: str, says: str, manager: Client, practice: FeeSchedule
) -> None:
    answer = manager.post(reverse("billing:fee-new"), values)
    assert answer.status_code == 422
    assert says in errors_of(answer)[field][0]
    assert FeeSchedule.objects.count() == 1


def test_missing_prices_lead_to_the_price_that_is_to_be_entered(manager: Client, ada: Treated) -> None:
    practice = FeeSchedule.objects.get()
    practice.lines.filter(code="77385", modifier="").update(withdrawn_at=timezone.now())
    sweep()
    page = text_of(manager.get(reverse("billing:fees-missing")))
    link = f"{reverse('billing:fee-price', args=[practice.pk])}?code=77385&amp;modifier=&amp;effective_from=2025-03-04"
    assert link in page
    form = text_of(manager.get(link.replace("&amp;", "&")))
    assert 'value="77385"' in form
    assert 'value="2025-03-04"' in form
    assert "1 price missing" in text_of(manager.get(reverse("billing:fees")))
    row = text_of(manager.get(reverse("billing:worklist"), {"finding": "missing-fee"}))
    assert "data-mend" in row  # a key on the row promises no override: none lets a line out without a price


# --- what a line's page says -----------------------------------------------------------------------------------------


def test_a_lines_page_names_the_row_that_made_its_amount(manager: Client, ada: Treated) -> None:
    line = next(line for line in standing(ada) if line.code == "77385")
    fee = line.fee_line
    assert fee is not None
    page = manager.get(reverse("billing:line", args=[line.pk])).content.decode()
    assert reverse("billing:fee-line", args=[fee.pk]) in page
    assert "Practice" in page
    assert "$845.00" in page
