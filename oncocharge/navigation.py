"""What the bar at the top shows, by role: a context processor. Not a guard: each page guards itself."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject

from patients.roles import BILLING, CLINICAL, EVERYONE, READS_MONEY, Role, roles_of


class Entry(NamedTuple):
    """One entry: its words, the url name, the roles that see it."""

    label: str
    url_name: str
    roles: frozenset[Role]
    count_url_name: str = ""
    """The url that answers how many things wait there."""


class Menu(NamedTuple):
    """Entries that are seldom needed, behind one word."""

    label: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """An entry as the bar shows it; a menu has ``entries`` and no address."""

    label: str
    url: str
    is_active: bool
    entries: tuple["Shown", ...] = ()
    count_url: str = ""


OVERSEES = frozenset({Role.PHYSICIST, Role.PHYSICIAN})

ENTRIES: tuple[Entry | Menu, ...] = (
    Entry("Worklist", "courses:worklist", OVERSEES, "courses:worklist-count"),
    Entry("Machine day", "courses:machine-day", CLINICAL | {Role.ADMINISTRATOR, Role.AUDITOR}),
    Entry("Questions", "billing:questions", CLINICAL, "billing:questions-count"),
    Entry("Patients", "patients:list", EVERYONE),
    Entry("Review", "billing:worklist", READS_MONEY),
    Entry("Claim files", "billing:files", READS_MONEY),
    Entry("Answers", "billing:receipts", READS_MONEY),
    Entry("Payments", "billing:remittances", READS_MONEY),
    Entry("Estimates", "billing:estimates", READS_MONEY),
    Menu(
        "Reports",
        (
            Entry("Dashboard", "billing:dashboard", READS_MONEY),
            Entry("Treated and charged", "billing:grid", READS_MONEY),
            Entry("Closed courses", "billing:reconciliation", READS_MONEY),
            Entry("Holds", "billing:holds", READS_MONEY),
            Entry("Questions", "billing:questions", READS_MONEY),
            Entry("Month close", "billing:month-close", READS_MONEY),
            Entry("What would differ", "billing:time-machine", READS_MONEY),
        ),
    ),
    Menu(
        "Practice",
        (
            Entry("Codes", "billing:codes", READS_MONEY),
            Entry("Fees", "billing:fees", READS_MONEY),
            Entry("Revenue codes", "billing:revenue-codes", READS_MONEY),
            Entry("Payer policies", "billing:policies", READS_MONEY),
            Entry("Code files", "billing:reference", READS_MONEY),
            Entry("Trading partners", "billing:partners", READS_MONEY),
            Entry("Settings", "admin:index", frozenset({Role.ADMINISTRATOR})),
        ),
    ),
)
# Where each role's day begins; the first that fits.
BEGINNINGS = (
    (BILLING, "billing:worklist"),
    (OVERSEES, "courses:worklist"),
    (CLINICAL, "courses:machine-day"),
    (EVERYONE, "patients:list"),
)


def navigation(request: HttpRequest) -> dict[str, object]:
    """Return ``navigation`` (a list of ``Shown``) and ``role_names`` for the signed-in user.

    Both are worked out where they are shown: a fragment shows neither.
    """
    return {
        "navigation": SimpleLazyObject(lambda: list(_shown(request))),
        "role_names": SimpleLazyObject(lambda: ", ".join(sorted(_roles(request)))),
    }


def _shown(request: HttpRequest) -> Iterator[Shown]:
    """Yield what the user may open; a menu of one entry is that entry."""
    for entry in ENTRIES:
        if isinstance(entry, Entry):
            yield from _link(request, entry)
            continue
        inside = tuple(link for one in entry.entries for link in _link(request, one))
        if len(inside) > 1:
            yield Shown(entry.label, "", any(link.is_active for link in inside), inside)
        else:
            yield from inside


def _link(request: HttpRequest, entry: Entry) -> Iterator[Shown]:
    if _roles(request) & entry.roles and _exists(entry.url_name):
        count_url = reverse(entry.count_url_name) if entry.count_url_name else ""
        yield Shown(entry.label, reverse(entry.url_name), _is_active(request, entry.url_name), count_url=count_url)


def _roles(request: HttpRequest) -> frozenset[Role]:
    # An error page may be drawn before anybody asked who is there: a wrong host name, for one.
    return roles_of(getattr(request, "user", AnonymousUser()))


def beginning(request: HttpRequest) -> str:
    """Return the url name at which the signed-in user's day begins."""
    roles = roles_of(request.user)
    for admitted, url_name in BEGINNINGS:
        if roles & admitted and _exists(url_name):
            return url_name
    return "nothing-yours"


def _exists(url_name: str) -> bool:
    try:
        reverse(url_name)
    except NoReverseMatch:
        return False
    return True


def _is_active(request: HttpRequest, url_name: str) -> bool:
    match = request.resolver_match
    if match is None:
        return False
    return request.path == reverse(url_name) or match.view_name == url_name
