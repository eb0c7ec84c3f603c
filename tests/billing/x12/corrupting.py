"""Ways to spoil a clean file on purpose: each returns a change that must find what it changes."""

import re
from collections.abc import Callable

from billing.x12.inspect_837 import FileFault, inspect_837
from tests.billing.x12.claims import TODAY

Change = Callable[[str], str]
Corruption = tuple[Change, str, int]
"""A change, and the segment and element at which it must be found."""


def put(found: str, instead: str) -> Change:
    """Replace the first occurrence, which must exist."""

    def change(text: str) -> str:
        assert found in text
        return text.replace(found, instead, 1)

    return change


def rewrite(pattern: str, instead: str) -> Change:
    """Replace the first match of a pattern, which must exist."""

    def change(text: str) -> str:
        changed, count = re.subn(pattern, instead, text, count=1)
        assert count == 1
        return changed

    return change


def places(faults: list[FileFault]) -> set[tuple[str, int]]:
    """Return the segment and element of each fault."""
    return {(fault.segment, fault.element) for fault in faults}


def is_found(text: str, corruption: Corruption) -> bool:
    """Corrupt a clean text and tell whether the inspection finds it at its place."""
    change, segment, element = corruption
    return (segment, element) in places(inspect_837(change(text), today=TODAY))


def lower_segment_count(text: str) -> str:
    """Make SE01 one too low."""
    return re.sub(r"~SE\*(\d+)", lambda match: f"~SE*{int(match[1]) - 1}", text, count=1)


def twenty_corruptions(
    *, clm05: str, street: str, service: str, missing: str, line_fault: tuple[str, Corruption]
) -> dict[str, Corruption]:
    """Return the twenty corruptions by which other validators were measured, for a kind of claims.

    Args:
        clm05: the place or bill type of the first claim, as ``11:B:1``.
        street: of the first billing provider.
        service: the segment of a line's service, and the element of its procedure, as ``SV1 1``.
        missing: what is gone without CLM05.
        line_fault: the one that only this kind of claims can have.
    """
    segment, element = service.split()
    name, corruption = line_fault
    return {
        "segment count one too low": (lower_segment_count, "SE", 1),
        "check digit of the NPI": (put("XX*1245319599", "XX*1245319598"), "NM1", 9),
        f"{missing} missing": (put(f"***{clm05}*", "****"), "CLM", 5),
        "parent that does not exist": (put("~HL*2*1*22*", "~HL*2*99*22*"), "HL", 2),
        "day that does not exist": (put("472*D8*20251105", "472*D8*20261131"), "DTP", 3),
        "total that is not the sum of its lines": (put("*2010*", "*2011*"), "CLM", 2),
        "line without its service": (rewrite(rf"{segment}\*[^~]*~", ""), "DTP", 0),
        name: corruption,
        "line numbers 1 1 3": (put("~LX*2~", "~LX*1~"), "LX", 1),
        "group ends with another number": (put("~GE*2*17~", "~GE*2*18~"), "GE", 2),
        "control character in an address": (put(street, street.replace(" ", "\x07", 1)), "N3", 1),
        f"{missing} that is none": (put(f"***{clm05}*", f"***ZZZ{clm05[2:]}*"), "CLM", 5),
        "member id of 81 characters": (put("BM0001234", "B" * 81), "NM1", 9),
        "city before street": (rewrite(r"~(N3\*[^~]*)~(N4\*[^~]*)~", r"~\2~\1~"), "N4", 0),
        "procedure code of six characters": (put("HC:77386", "HC:7742X9"), segment, int(element)),
        "diagnosis with its point": (put("ABK:C50911", "ABK:C50.911"), "HI", 1),
        "post office box as billing address": (put(street, "PO BOX 100"), "N3", 1),
        "five-digit ZIP code of the billing address": (put("021151234", "02115"), "N4", 3),
        "birth date to come": (put("D8*19610711", "D8*20990711"), "DMG", 2),
        "interchange ends with another number": (put("IEA*1*000000017", "IEA*1*000000018"), "IEA", 2),
    }
