"""Template tags of the estimates: the why of a row that was never posted, a phone number as people write it."""

from collections.abc import Iterator

from django import template

from billing.estimates.summary import Row
from billing.rules.lines import FactValue
from billing.templatetags.charges import INTERNAL, fact_words, rule_link

register = template.Library()

PHONE_DIGITS = 10
LONG_ZIP_DIGITS = 9


@register.filter
def why_of_row(row: Row, links: bool) -> dict[str, object]:
    """Return what components/why.html shows of a row, the reason of its first line; ``links`` to the rule's page."""
    because = row.because
    return {
        "rule": rule_link(because.rule) if links else because.rule,
        "table": because.table,
        "row": because.row,
        "source": because.source,
        "facts": list(_facts(because.facts)),
    }


def _facts(facts: tuple[tuple[str, FactValue], ...]) -> Iterator[tuple[str, str]]:
    for name, value in facts:
        if name not in INTERNAL:
            yield name.replace("_", " ").capitalize(), fact_words(value)


@register.filter
def phone(digits: str) -> str:
    """Write ten digits as a phone number; anything else as it is.

    >>> phone("6175550100"), phone("ext 4")
    ('617-555-0100', 'ext 4')
    """
    return f"{digits[:3]}-{digits[3:6]}-{digits[6:]}" if len(digits) == PHONE_DIGITS and digits.isdigit() else digits


@register.filter
def zip_code(digits: str) -> str:
    """Write a ZIP code of nine digits with its hyphen; any other as it is.

    >>> zip_code("021151234"), zip_code("02115")
    ('02115-1234', '02115')
    """
    return f"{digits[:5]}-{digits[5:]}" if len(digits) == LONG_ZIP_DIGITS and digits.isdigit() else digits
