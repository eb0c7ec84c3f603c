"""Saved views of the worklist: kept, opened, renamed, shared, deleted; and what never stands in their address."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from billing.models import SavedView
from patients.models import Payer
from patients.roles import Role
from tests import cast
from tests.cast import user

pytestmark = pytest.mark.django_db

LIST = reverse("billing:worklist")


def signed_in(role: Role, username: str | None = None) -> Client:
    client = Client()
    client.force_login(user(role, username))
    return client


@pytest.fixture
def payer() -> Payer:
    return cast.commercial()


def post(client: Client, url_name: str, *args: object, **values: object) -> Any:
    return client.post(reverse(f"billing:{url_name}", args=args), values)


def chips(client: Client, address: str = LIST) -> dict[str, str]:
    """Name and address of each view above the list."""
    text = client.get(address).content.decode()
    found = re.findall(r'<a class="oc-chip" href="(/billing/[^"]*)"[^>]*>(?:<svg.*?</svg>)?([^<]+)</a></li>', text)
    return {name.strip(): url.replace("&amp;", "&") for url, name in found}


def test_view_is_the_address_that_it_stands_for(payer: Payer) -> None:
    client = signed_in(Role.BILLER)
    query = f"?payer={payer.pk}&age=30&sort=-amount&group=clean&page=7&since="
    kept = post(client, "view-keep", name="Old and Acme", query=query)
    assert kept["Location"] == f"{LIST}?age=30&group=clean&payer={payer.pk}&sort=-amount"
    assert chips(client) == {"Old and Acme": kept["Location"]}
    opened = client.get(kept["Location"])
    assert opened.context["form"].asked_order == "-amount"
    assert opened.context["opened"].view.name == "Old and Acme"
    assert "Rename or delete this view" in opened.content.decode()


def test_view_keeps_only_what_the_filters_know_and_never_a_name(payer: Payer) -> None:
    client = signed_in(Role.BILLER)
    post(
        client, "view-keep", name="Mine", query=f"?payer={payer.pk}&name=Abbott&asked=Abbott&course=Abbott&code=abbott!"
    )
    assert SavedView.objects.get().address == f"payer={payer.pk}"


@pytest.mark.parametrize("name", ["", "   ", "x" * 41])
def test_view_without_a_usable_name_is_not_kept(name: str, payer: Payer) -> None:
    assert post(signed_in(Role.BILLER), "view-keep", name=name, query=f"payer={payer.pk}").status_code == 422
    assert not SavedView.objects.exists()


def test_name_is_used_once_by_a_person_in_any_case_and_again_by_another(payer: Payer) -> None:
    query = f"payer={payer.pk}"
    client = signed_in(Role.BILLER)
    post(client, "view-keep", name="Acme", query=query)
    again = post(client, "view-keep", name="ACME", query="age=30")
    assert again.status_code == 422
    assert "There is a view" in again.content.decode()
    assert post(signed_in(Role.BILLER, "second"), "view-keep", name="Acme", query=query).status_code == 302
    assert SavedView.objects.count() == 2


def test_view_of_one_biller_is_nobody_elses_until_a_manager_shares_it(payer: Payer) -> None:
    biller, manager = signed_in(Role.BILLER), signed_in(Role.BILLING_MANAGER)
    post(biller, "view-keep", name="Mine", query="age=30", is_shared="on")
    post(manager, "view-keep", name="All of us", query=f"payer={payer.pk}", is_shared="on")
    assert set(chips(biller)) == {"Mine", "All of us"}
    assert set(chips(manager)) == {"All of us"}
    assert not SavedView.objects.get(name="Mine").is_shared
    shared = SavedView.objects.get(name="All of us")
    assert post(biller, "view-change", shared.pk, name="Ours").status_code == 404
    assert post(biller, "view-delete", shared.pk).status_code == 404
    assert "Share with all" not in biller.get(reverse("billing:view-keep")).content.decode()


def test_view_is_renamed_unshared_and_deleted_by_its_owner_or_another_manager(payer: Payer) -> None:
    manager, other = signed_in(Role.BILLING_MANAGER), signed_in(Role.BILLING_MANAGER, "other manager")
    post(manager, "view-keep", name="Acme", query=f"payer={payer.pk}", is_shared="on")
    view = SavedView.objects.get()
    assert post(other, "view-change", view.pk, name="Acme Health", is_shared="on").status_code == 302
    assert list(chips(manager)) == ["Acme Health"]
    post(manager, "view-change", view.pk, name="Acme Health")
    assert chips(other) == {}
    assert post(other, "view-delete", view.pk).status_code == 404
    assert post(manager, "view-delete", view.pk)["Location"] == LIST
    assert not SavedView.objects.exists()


def test_thirty_views_are_enough() -> None:
    biller = user(Role.BILLER)
    SavedView.objects.bulk_create(
        SavedView(owner=biller, name=f"View {number}", address="age=2") for number in range(30)
    )
    refused = post(signed_in(Role.BILLER), "view-keep", name="One more", query="age=30")
    assert refused.status_code == 422
    assert "Delete one" in refused.content.decode()


def test_auditor_keeps_a_view_and_a_therapist_has_none() -> None:
    assert post(signed_in(Role.AUDITOR), "view-keep", name="Held long", query="state=held&age=30").status_code == 302
    assert post(signed_in(Role.THERAPIST), "view-keep", name="Mine", query="age=30").status_code == 403
