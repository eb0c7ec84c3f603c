"""The pages of revenue codes: who keeps them, what is refused at which field, what became of a row."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from billing.models import RevenueCode
from patients.roles import READS_MONEY, Role
from tests import cast
from tests.cast import user

pytestmark = pytest.mark.django_db

KEEPERS = {Role.BILLING_MANAGER, Role.ADMINISTRATOR}


def signed_in(role: Role = Role.BILLING_MANAGER) -> Client:
    client = Client()
    client.force_login(user(role))
    return client


def row(**values: Any) -> RevenueCode:
    return RevenueCode.objects.create(**{"effective_from": date(2020, 1, 1), **values})


def typed(**values: object) -> dict[str, object]:
    return {"revenue_code": "0339", "effective_from": "2026-01-01", **values}


def enter(**values: object) -> Any:
    return signed_in().post(reverse("billing:revenue-code-enter"), typed(**values))


def test_whoever_reads_money_sees_the_table_and_managers_alone_change_it() -> None:
    found = row(code="77386")
    for role in Role:
        client = signed_in(role)
        listed = client.get(reverse("billing:revenue-codes"))
        assert (listed.status_code == 200) == (role in READS_MONEY), role
        changed = client.post(reverse("billing:revenue-code", args=[found.pk]), typed(code="77386"))
        assert (changed.status_code == 302) == (role in KEEPERS), role


def test_the_list_says_what_holds_where_no_row_does_and_shows_ended_rows_last() -> None:
    row(code="77014", revenue_code="0350", effective_to=date(2021, 1, 1))
    row(family="guidance", revenue_code="0351", payer=cast.medicare())
    row(code="77000", last_code="77499", revenue_code="0352")
    page = " ".join(signed_in().get(reverse("billing:revenue-codes")).content.decode().split())
    order = [page.index(words) for words in ("77000 to 77499", "Every guidance line", "77014", "Every other line")]
    assert order == sorted(order) and "0333" in page[order[-1] :]


def test_an_entered_row_is_stored_as_it_is_meant() -> None:
    assert enter(code=" g6015 ", payer=cast.medicare().pk).status_code == 302
    found = RevenueCode.objects.get()
    assert (found.code, found.last_code, found.payer, found.revenue_code) == ("G6015", "", cast.medicare(), "0339")


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        ({"code": "7738"}, "code", "'7738' is no procedure code"),
        ({"revenue_code": "339"}, "revenue_code", "'339' is no revenue code of a line"),
        ({"revenue_code": "0001"}, "revenue_code", "0001 is the total of a bill"),
        ({"code": "77386", "family": "delivery"}, "family", "not both"),
        ({"last_code": "77386"}, "code", "A range names its first procedure too."),
        ({"code": "77386", "last_code": "77385"}, "last_code", "77385 is not after 77386"),
        ({"code": "77386", "effective_to": "2025-12-31"}, "effective_to", "before the first day, 2026-01-01"),
        ({"code": "77386", "effective_from": ""}, "effective_from", "required"),
    ],
)
def test_what_makes_no_sense_is_said_at_its_field_and_nothing_is_stored(
    values: dict[str, object], field: str, words: str
) -> None:
    answer = enter(**values)
    assert answer.status_code == 422 and words in " ".join(answer.context["form"].errors[field])
    assert not RevenueCode.objects.exists()


@pytest.mark.parametrize(
    ("standing", "values"),
    [
        ({"code": "77386"}, {"code": "77386"}),
        ({}, {}),
        ({"family": "delivery"}, {"family": "delivery", "effective_from": "2019-01-01"}),
        ({"code": "77000", "last_code": "77399"}, {"code": "77300", "last_code": "77499"}),
        ({"code": "77300", "last_code": "77499"}, {"code": "77000", "last_code": "77399"}),
    ],
)
def test_a_row_that_would_say_two_things_is_refused(standing: dict[str, Any], values: dict[str, object]) -> None:
    row(revenue_code="0335", **standing)
    answer = enter(**values)
    assert answer.status_code == 422 and "Another row says 0335" in str(answer.context["form"].errors)
    assert RevenueCode.objects.count() == 1


def test_a_range_within_another_is_narrower_and_may_stand() -> None:
    row(code="77000", last_code="77499")
    assert enter(code="77300", last_code="77399").status_code == 302


def test_a_row_ended_makes_room_for_the_next_and_what_became_of_it_is_shown() -> None:
    found = row(code="77386")
    address = reverse("billing:revenue-code", args=[found.pk])
    ended = typed(code="77386", revenue_code="0333", effective_from="2020-01-01", effective_to="2025-12-31")
    assert signed_in().post(address, ended).status_code == 302
    assert enter(code="77386").status_code == 302
    page = signed_in().get(address).content.decode()
    assert "Entered as 0333 for 77386, from 2020-01-01 on" in page
    assert "Changed to 0333 for 77386, from 2020-01-01 to 2025-12-31" in page
