"""Finds an address for each page of the site: what its pages link to, asked for by a role who may go there.

The table of doors names every address; those that take an id are found as a person finds them, from page to page.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import urljoin, urlsplit

from django.http import HttpResponseBase
from django.test import Client
from django.urls import NoReverseMatch, Resolver404, resolve, reverse

from patients.roles import Role
from tests import cast
from tests.oncocharge.test_doors import DOORS, TABLE

# Who does the work of a page comes before who only reads it.
ROLES = {
    "T": Role.THERAPIST, "D": Role.PHYSICIAN, "P": Role.PHYSICIST, "M": Role.BILLING_MANAGER, "B": Role.BILLER,
    "A": Role.ADMINISTRATOR, "U": Role.AUDITOR,
}  # fmt: skip
CLINICAL = frozenset({Role.THERAPIST, Role.PHYSICIAN, Role.PHYSICIST})
TURNS = 4
"""So many roles look at a page of the clinic, on which each role does something else; one at every other."""
LINK = re.compile(r"""(?:href|action|formaction|hx-get|hx-post|data-url|data-detail)="([^"#]+)""")
OK, NOT_ALLOWED = 200, 405
MOST_ADDRESSES = TURNS


@dataclass(frozen=True, slots=True)
class Page:
    """A page to look at: the name of its door, an address behind it, a role that may read it."""

    name: str
    address: str
    role: Role


@dataclass
class Walk:
    """What was found: some addresses by name of the door, the whole pages among them."""

    addresses: dict[str, list[str]] = field(default_factory=dict)
    pages: dict[str, Page] = field(default_factory=dict)
    clients: dict[Role, Client] = field(default_factory=dict)
    looked: set[str] = field(default_factory=set)

    def unseen(self) -> set[str]:
        """Return the doors that somebody may read and to which nothing led, but for those that only take a sending."""
        readable = {name for name, row in TABLE.items() if row["read"] and not name.startswith("api:")}
        return {name for name in readable - {*self.addresses} if self._answers(name)}

    def _answers(self, name: str) -> bool:
        return self.client(_readers(name)[0]).get(DOORS[name].address).status_code != NOT_ALLOWED

    def client(self, role: Role) -> Client:
        """Return the client of a role, signed in once."""
        if role not in self.clients:
            self.clients[role] = Client(raise_request_exception=False)
            self.clients[role].force_login(cast.user(role, f"walker {role.value}"))
        return self.clients[role]


def walk(*beginnings: str) -> Walk:
    """Go through the site with each role in turn; each takes another address of a door, where several were found.

    Args:
        beginnings: addresses to go to besides those that take no argument.
    """
    found = Walk()
    found.addresses.update({name: [address] for name, address in _without_arguments()})
    for address in beginnings:
        _note(found, address)
    for turn in range(TURNS):
        asked: set[str] = set()
        while ahead := [name for name in found.addresses if name not in asked]:
            for name in ahead:
                asked.add(name)
                _take_turn(found, name, turn)
    return found


def _take_turn(found: Walk, name: str, turn: int) -> None:
    """Look at a door that nobody looked at yet, or at a page of the clinic with the role whose turn it is."""
    readers, addresses = _readers(name), found.addresses[name]
    if name not in found.looked:
        found.looked.add(name)
        _look(found, Page(name, addresses[0], readers[0]))
    elif name in found.pages and turn < len(readers) and not CLINICAL.isdisjoint(readers):
        _look(found, Page(name, addresses[min(turn, len(addresses) - 1)], readers[turn]))


def _without_arguments() -> Iterator[tuple[str, str]]:
    for name in TABLE:
        try:
            yield name, reverse(name)
        except NoReverseMatch:
            continue


def _readers(name: str) -> list[Role]:
    return [role for letter, role in ROLES.items() if letter in TABLE[name]["read"]]


def _look(found: Walk, page: Page) -> None:
    text = _text_of(found.client(page.role).get(page.address))
    if "<html" in text:
        found.pages.setdefault(page.name, page)
    for link in LINK.findall(text):
        _note(found, urljoin(page.address, unescape(link)))


def _note(found: Walk, address: str) -> None:
    try:
        name = resolve(urlsplit(address).path).view_name
    except Resolver404:
        return
    known = found.addresses.setdefault(name, []) if name in TABLE else []
    if address not in known and len(known) < MOST_ADDRESSES:
        known.append(address)


def _text_of(answer: HttpResponseBase) -> str:
    is_text = answer.status_code == OK and answer.get("Content-Type", "").startswith("text/html")
    return getattr(answer, "content", b"").decode() if is_text else ""
