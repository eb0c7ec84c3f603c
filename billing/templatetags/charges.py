"""Template tags of the biller's pages: amounts, codes with their own-words names, the why of a line."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal

from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from billing.fees import computing
from billing.models import LedgerEntry, ManualLine, Review
from billing.money import print_dollars
from billing.rules import load_codebook
from billing.standing import StandingCount
from billing.worklist.seen import version_of

register = template.Library()

WORDS = {
    "conformal_3d": "3D conformal", "imrt": "IMRT", "vmat": "VMAT", "sbrt": "SBRT", "srs": "SRS", "two_d": "2D",
    "cpt": "CPT", "hcpcs_g": "HCPCS G codes",
}  # fmt: skip
INTERNAL = frozenset({"plan", "session", "event"})
"""Facts that are numbers of rows: the page links to the rows themselves."""


@register.filter
def dollars(amount: Decimal | None) -> str:
    """Write an amount for people; a line without one has no fee."""
    return "no fee" if amount is None else print_dollars(amount)


@register.filter
def charge_code(entry: LedgerEntry | ManualLine) -> str:
    """Write the code with its modifiers, as on a claim: 77412-52."""
    return "-".join((entry.code, *entry.modifiers))


@register.filter
def own_words(entry: LedgerEntry) -> str:
    """Name the service, as it was called on its day."""
    return name_of_code(entry.code, entry.service_on)


def name_of_code(code: str, day: date) -> str:
    """Name a code as it stood on a day; one that is not in force has no name."""
    procedure = load_codebook().procedure(code, day)
    return "not in force on that day" if procedure is None else procedure.name


@register.filter
def age(day: date) -> str:
    """Say how long ago a day was."""
    days = (timezone.localdate() - day).days
    return {0: "today", 1: "yesterday"}.get(days, f"{days:,} days ago" if days > 0 else "to come")


@register.filter
def fact_words(value: object) -> str:
    """Say a fact of the rules in words."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None or value == "":
        return "not recorded"
    return WORDS.get(str(value), str(value).replace("_", " "))


@register.filter
def why(entry: LedgerEntry) -> dict[str, object]:
    """Return what components/why.html shows of a line: rule, table row, source, facts."""
    because: Mapping[str, object] = entry.because
    return {
        "rule": rule_link(str(because.get("rule") or entry.rule)),
        "table": because.get("table"),
        "row": because.get("row"),
        "source": because.get("source"),
        "facts": list(_facts(because.get("facts"))),
    }


def _facts(facts: object) -> Iterator[tuple[str, str]]:
    for name, value in facts.items() if isinstance(facts, Mapping) else ():
        if name not in INTERNAL:
            yield str(name).replace("_", " ").capitalize(), fact_words(value)


@register.filter
def told(computation: Mapping[str, str]) -> list[tuple[str, str]]:
    """Say how a price was computed, as terms and values; nothing of one that somebody entered."""
    return list(computing.told(computation))


@register.filter
def rule_link(rule: str) -> SafeString:
    """Link a rule to its words."""
    return format_html('<a href="{}">{}</a>', reverse("billing:rule", args=[rule]), rule)


@register.filter
def seen(entry: LedgerEntry) -> str:
    """Return the version of the line's review, which goes with every decision about it."""
    review: Review | None = getattr(entry, "review", None)
    return version_of(review)


@register.filter
def person(user: object) -> str:
    """Name a user as colleagues do."""
    full = getattr(user, "get_full_name", str)()
    return full or getattr(user, "username", "the program")


@register.filter
def tile_of(tiles: Mapping[str, dict[str, object]], group: str) -> dict[str, object]:
    """Return the tile of a group."""
    return tiles.get(str(group), {})


@register.filter
def standing_url(counted: StandingCount) -> str:
    """Lead to the rows of a count: claims, or lines on the worklist."""
    if counted.is_of_claims:
        return f"{reverse('billing:claims')}?stands={counted.standing.value}"
    return f"{reverse('billing:worklist')}?state={counted.standing.value}"
