"""Trying a partner out, the payers routed to it, and what the database refuses of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from billing.models import ClaimFile, PayerRoute, TradingPartner
from billing.submission import deliver_sealed
from patients.models import Payer
from patients.roles import Role
from tests import cast
from tests.billing.partner_forms import KEY, change, signed_in, text_of_page
from tests.cast import commercial, medicare
from tests.exports import export, partner, patient, released_line
from tests.partners import put_secret, sftp_partner, sftp_values
from tests.sftp_server import PASSWORD, Running, sftp_server

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def places(settings: Settings, tmp_path: Path) -> None:
    settings.CLAIM_OUTBOX = tmp_path / "outbox"
    settings.PARTNER_SECRETS = tmp_path / "secrets"
    put_secret(tmp_path / "secrets")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Running]:
    with sftp_server(tmp_path / "partner") as running:
        yield running


@pytest.fixture
def manager() -> Client:
    return signed_in(Role.BILLING_MANAGER)


def test_a_test_of_the_connection_says_each_step(manager: Client, server: Running) -> None:
    bay = sftp_partner(server)
    response = manager.post(reverse("billing:partner-test", args=[bay.pk]))
    steps = response.context["trial"].steps
    assert response.context["trial"].has_passed and len(steps) == 6
    assert all(step in response.content.decode().replace("&#x27;", "'") for step in steps)
    assert server.names() == []


def test_a_test_that_fails_says_where_and_why(manager: Client, server: Running) -> None:
    bay = sftp_partner(server, host_keys=KEY)
    page = manager.post(reverse("billing:partner-test", args=[bay.pk])).content.decode()
    assert "shows another host key than the pinned one" in page and "answers." in page
    assert PASSWORD not in page


def test_a_stuck_partner_stands_first_and_can_be_tried_again(manager: Client, server: Running) -> None:
    partner("Aardvark Clearing", is_default=False)
    bay = sftp_partner(server)
    released_line(cast.ada())
    server.password = "changed at the partner"
    export()
    listed = text_of_page(manager, "partners")
    assert listed.index("Bay Clearing") < listed.index("Aardvark Clearing")
    assert "does not let harbor in" in listed and "Needs a person" in listed
    assert "Try again now" in text_of_page(manager, "partner", bay.pk)
    server.password = PASSWORD
    manager.post(reverse("billing:partner-retry", args=[bay.pk]))
    deliver_sealed(due_at=timezone.now())
    assert ClaimFile.objects.get().delivered_at is not None
    assert "Reached" in text_of_page(manager, "partners")


def test_the_list_takes_as_many_queries_for_one_partner_as_for_many(manager: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            manager.get(reverse("billing:partners"))
        return len(seen)

    partner("Bay Clearing")
    manager.get(reverse("billing:partners"))
    with_one = queries()
    for name in ("Cape", "Dune", "Elm", "Fern"):
        partner(f"{name} Clearing", is_default=False)
    assert queries() == with_one


# --- payers ---------------------------------------------------------------------------------------------------------


def test_a_payer_is_routed_moved_and_let_go(manager: Client) -> None:
    bay, cape = partner("Bay Clearing"), partner("Cape Clearing", is_default=False)
    payer: Payer = commercial()
    for found in (bay, cape):
        manager.post(reverse("billing:partner-route", args=[found.pk]), {"payer": payer.pk})
        assert PayerRoute.objects.get().partner == found
    assert payer.name in text_of_page(manager, "partner", cape.pk)
    response = manager.post(reverse("billing:partner-unroute", args=[PayerRoute.objects.get().pk]), follow=True)
    assert "go to Bay Clearing" in response.content.decode() and not PayerRoute.objects.exists()
    history = text_of_page(manager, "partner", cape.pk)
    assert f"Takes the claims of {payer.name}" in history and f"No longer takes those of {payer.name}" in history


def test_a_route_without_a_payer_is_refused_in_words(manager: Client) -> None:
    bay = partner()
    medicare()
    response = manager.post(reverse("billing:partner-route", args=[bay.pk]), {"payer": ""})
    assert response.status_code == 422 and "Choose a payer." in response.content.decode()


# --- what the form lets through, the database takes; what the database refuses, it refuses alone ---------------------

WRONG: list[dict[str, object]] = [
    {"element_separator": "A"}, {"element_separator": "\n"}, {"component_separator": "*"}, {"line_end": "cr"},
    {"segment_terminator": "\n", "line_end": "lf"}, {"file_name_pattern": "{kind}"},
    {"file_name_pattern": "a b{number}"}, {"transport": "ftp"}, {"transport": "folder", "folder": None},
    {"transport": "sftp"}, {"port": 0}, {"usage": "X"}, {"contact_phone": "1"}, {"sender_qualifier": "XX"},
    {"answers_expected_within_days": 0}, {"proof": "none"}, {"after_fetching": "burn"}, {"folder": "../x"},
]  # fmt: skip


@pytest.mark.parametrize("values", WRONG, ids=str)
def test_the_database_holds_the_same_truths(values: dict[str, object]) -> None:
    bay = partner()
    with pytest.raises(IntegrityError, match="partner_"), transaction.atomic():
        TradingPartner.objects.filter(pk=bay.pk).update(**values)


@pytest.mark.parametrize("missing", ["host", "user", "host_keys", "secret_name", "remote_outbox", "remote_inbox"])
def test_no_server_is_stored_without_what_it_takes_to_reach_and_know_it(server: Running, missing: str) -> None:
    bay = partner()
    with pytest.raises(IntegrityError, match="partner_server_is_named_and_known"), transaction.atomic():
        TradingPartner.objects.filter(pk=bay.pk).update(**sftp_values(server, **{missing: ""}))


def test_a_control_number_never_goes_back() -> None:
    bay = partner(last_control_number=5)
    with pytest.raises(Exception, match="control_number_never_goes_back"), transaction.atomic():
        TradingPartner.objects.filter(pk=bay.pk).update(last_control_number=4)


def test_files_wait_for_a_partner_that_is_switched_off(manager: Client) -> None:
    bay = partner()
    released_line(patient(1))
    change(manager, bay, is_active=False)
    export()
    assert "Switched off" in text_of_page(manager, "partners")
    assert not ClaimFile.objects.exists()
