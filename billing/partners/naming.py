"""How a partner's files are named and cut into segments.

A name holds no word about a patient: it has nowhere to come from.
"""

import re
from datetime import datetime

from billing.models import TradingPartner
from billing.models.partner import LineEnd
from billing.x12.syntax import Separators

PLACES = ("kind", "partner", "usage", "number", "date", "time")
"""What may stand in braces in a pattern."""
KINDS = {"professional": "837P", "institutional": "837I"}
_LINE_ENDS = {LineEnd.NONE: "", LineEnd.LF: "\n", LineEnd.CRLF: "\r\n"}
_BRACES = re.compile(r"\{([^{}]*)\}|[{}]")
_PLAIN = re.compile(r"[A-Za-z0-9._-]*")


def file_name(*, partner: TradingPartner, claim_kind: str, number: int, at: datetime) -> str:
    """Return the name of a partner's file, unlike all its others by the number.

    Args:
        claim_kind: ``professional`` or ``institutional``.
        number: the interchange's control number.
        at: the moment on the practice's clock.
    """
    return partner.file_name_pattern.format(
        kind=KINDS[claim_kind],
        partner=partner.pk,
        usage=partner.usage,
        number=f"{number:09}",
        date=f"{at:%Y%m%d}",
        time=f"{at:%H%M%S}",
    )


def pattern_fault(pattern: str) -> str:
    """Say what is wrong with a pattern; empty if nothing is."""
    unknown = [found[0] for found in _BRACES.finditer(pattern) if found[1] not in PLACES]
    known = ", ".join(f"{{{place}}}" for place in PLACES)
    if unknown:
        return f"{unknown[0]} stands for nothing. What may stand in braces: {known}."
    if not _PLAIN.fullmatch(_BRACES.sub("", pattern)) or pattern[:1] in "._-":
        return "Besides what stands in braces only letters, digits, '-', '_' and '.'; a letter, digit or brace first."
    if "{number}" not in pattern:
        return "{number} is missing: without it two files would have one name."
    return ""


def separators_of(partner: TradingPartner) -> Separators:
    """Return the delimiters with which the partner's files are written."""
    return Separators(
        partner.element_separator,
        partner.component_separator,
        partner.repetition_separator,
        partner.segment_terminator,
        _LINE_ENDS[LineEnd(partner.line_end)],
    )
