"""Who may go where: every URL, every role and nobody, against one reviewed table.

A new URL without a row in ``doors.toml`` fails here, so that its door is decided and not forgotten.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from pytest_django import DjangoDbBlocker

from patients.roles import Role
from tests import cast

pytestmark = pytest.mark.django_db
TABLE = tomllib.loads((Path(__file__).parent / "doors.toml").read_text())
LETTERS = {
    "T": Role.THERAPIST, "P": Role.PHYSICIST, "D": Role.PHYSICIAN, "B": Role.BILLER,
    "M": Role.BILLING_MANAGER, "A": Role.ADMINISTRATOR, "U": Role.AUDITOR,
}  # fmt: skip
NO_SUCH_ID = 2_000_000_000
VALUES = {
    "int": NO_SUCH_ID, "uuid": "00000000-0000-4000-8000-000000000000", "str": "none", "slug": "none", "path": "x",
    "monthinaddress": date(2026, 3, 1),
}  # fmt: skip


@dataclass(frozen=True)
class Door:
    """A URL and the arguments that it takes."""

    name: str
    arguments: tuple[tuple[str, object], ...]

    @property
    def address(self) -> str:
        """An address behind this door at which there is nothing."""
        return reverse(self.name, kwargs=dict(self.arguments))


def _walk(resolver: URLResolver, namespace: str = "", arguments: tuple[tuple[str, object], ...] = ()) -> Iterator[Door]:
    for pattern in resolver.url_patterns:
        own = arguments + tuple(
            (name, VALUES.get(type(converter).__name__.removesuffix("Converter").lower(), NO_SUCH_ID))
            for name, converter in pattern.pattern.converters.items()
        )
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _walk(pattern, inner, own)
        elif isinstance(pattern, URLPattern):
            named = own + tuple(
                (name, NO_SUCH_ID) for name in pattern.pattern.regex.groupindex if name not in dict(own)
            )
            yield Door(f"{namespace}{pattern.name}", named)


def _doors() -> dict[str, Door]:
    return {door.name: door for door in _walk(get_resolver()) if not door.name.startswith("admin:")}


DOORS = _doors()


def _roles(letters: str) -> set[Role]:
    return {LETTERS[letter] for letter in letters}


@pytest.fixture(scope="module")
def sign_ins(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[dict[Role, str]]:
    """The session of a signed-in user of every role, made once; what a request does to it is rolled back."""
    with django_db_blocker.unblock():
        made = {}
        for role in Role:
            client = Client()
            client.force_login(cast.user(role, f"door {role}"))
            made[role] = client.cookies["sessionid"].value
        yield made
        Session.objects.filter(session_key__in=made.values()).delete()
        User.objects.filter(username__startswith="door ").delete()


@pytest.fixture
def clients(sign_ins: dict[Role, str]) -> dict[Role, Client]:
    """A client for every role."""
    made = {role: Client(raise_request_exception=False) for role in Role}
    for role, client in made.items():
        client.cookies["sessionid"] = sign_ins[role]
    return made


def test_every_url_has_its_row_and_every_row_its_url() -> None:
    assert set(TABLE) == set(DOORS)


@pytest.mark.parametrize("name", sorted(set(TABLE) & set(DOORS)))
def test_each_role_gets_as_far_as_the_table_says(name: str, clients: dict[Role, Client]) -> None:
    row, address = TABLE[name], DOORS[name].address
    for method, letters in (("get", row["read"]), ("post", row["write"])):
        admitted = {role for role in Role if not _is_refused(getattr(clients[role], method)(address), name)}
        assert admitted == _roles(letters), f"{method.upper()} {name}"


@pytest.mark.parametrize("name", sorted(set(TABLE) & set(DOORS)))
def test_nobody_is_sent_to_sign_in(name: str) -> None:
    client, address = Client(raise_request_exception=False), DOORS[name].address
    for method in ("get", "post"):
        answer = getattr(client, method)(address)
        is_turned_away = answer.status_code == 401 or (
            answer.status_code == 302 and answer.headers["Location"].startswith(reverse("login"))
        )
        assert is_turned_away != TABLE[name].get("public", False), f"{method.upper()} {name}: {answer.status_code}"


def test_only_administrators_enter_the_admin_site(clients: dict[Role, Client]) -> None:
    entered = {role for role in Role if clients[role].get(reverse("admin:index")).status_code == 200}
    assert entered <= {Role.ADMINISTRATOR}


def _is_refused(answer: object, name: str) -> bool:
    """Whether the door stayed shut. Signing out leads to the sign-in page too, but by the user's own wish."""
    status = getattr(answer, "status_code", 0)
    location = str(getattr(answer, "headers", {}).get("Location", ""))
    return status in (401, 403) or (status == 302 and location.startswith(reverse("login")) and name != "logout")
