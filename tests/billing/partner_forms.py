"""A manager at the forms of trading partners."""

import re
from typing import Any

import asyncssh
from django.test import Client
from django.urls import reverse

from billing.forms.partner import PartnerForm
from billing.models import TradingPartner
from patients.roles import Role
from tests.cast import user

KEY = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode().strip()


def signed_in(role: Role) -> Client:
    client = Client()
    client.force_login(user(role))
    return client


def typed(found: TradingPartner | None, values: dict[str, object]) -> dict[str, object]:
    """What a browser sends of the form: everything as it stands, or at its default, but what is named."""
    form = PartnerForm(instance=found or TradingPartner(**NEW))
    shown = {name: form[name].value() for name in form.fields}
    sent = {name: form[name].field.prepare_value(value) for name, value in shown.items() if value is not None}
    sent = {name: value for name, value in {**sent, **values}.items() if value not in (False, None)}
    return {name: "on" if value is True else value for name, value in sent.items()}


NEW: dict[str, Any] = {
    "name": "Cape Clearing", "sender_id": "HARBOR01", "receiver_id": "CAPE", "application_sender": "HARBOR01",
    "application_receiver": "CAPE", "submitter_name": "Harbor Radiation Oncology", "submitter_id": "HARBOR01",
    "contact_name": "Pat Clerk", "contact_phone": "6175550100", "receiver_name": "Cape Clearing",
    "receiver_code": "CAPE", "folder": "cape",
}  # fmt: skip
SFTP: dict[str, object] = {
    "transport": "sftp", "folder": "", "host": "sftp.example.org", "user": "harbor", "host_keys": KEY,
    "proof": "password", "secret_name": "bay.password", "remote_outbox": "/in", "remote_inbox": "/out",
}  # fmt: skip


def faults(response: Any) -> dict[str, list[str]]:
    """The faults by field of a refused form; nothing was stored."""
    assert response.status_code == 422, response.status_code
    return {name: list(messages) for name, messages in response.context["form"].errors.items()}


def enter(client: Client, **values: object) -> Any:
    return client.post(reverse("billing:partner-enter"), typed(None, values))


def change(client: Client, found: TradingPartner, **values: object) -> Any:
    return client.post(reverse("billing:partner-change", args=[found.pk]), typed(found, values))


def text_of_page(client: Client, name: str, *args: int) -> str:
    page = client.get(reverse(f"billing:{name}", args=args)).content.decode()
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
