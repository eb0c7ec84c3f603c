"""The sentences of a service line (2400) and of what other payers decided about it (2430)."""

from collections.abc import Sequence

from billing.x12.codes import group_meaning, reason_meaning
from billing.x12.explain.meaning import counted, dollars, meaning, with_meaning
from billing.x12.syntax import Segment

_MOST_MODIFIERS = 4


def sv1(sv1: Segment, component: str, diagnoses: Sequence[str], on: str) -> str:
    """Professional service; ``on`` is its day in words."""
    place = f", place of service {with_meaning('place', sv1[5])}" if sv1[5] else ""
    pointers = [_pointer(pointer, diagnoses) for pointer in sv1[7].split(component) if pointer]
    points = f", points to {' and '.join(pointers)}" if pointers else ""
    procedure = _procedure(sv1[1], component)
    return f"{procedure}{on}, {_units(sv1[4], sv1[3])}, {dollars(sv1[2])}{place}{points}."


def sv2(sv2: Segment, component: str, on: str) -> str:
    """Institutional service."""
    not_covered = f", of it not covered {dollars(sv2[7])}" if sv2[7] else ""
    procedure = _procedure(sv2[2], component)
    return f"revenue code {sv2[1]}, {procedure}{on}, {_units(sv2[5], sv2[4])}, {dollars(sv2[3])}{not_covered}."


def svd(svd: Segment, component: str) -> str:
    """What another payer decided about the line."""
    revenue = f", revenue code {svd[4]}" if svd[4] else ""
    bundled = f"; it put the line into line {svd[6]}" if svd[6] else ""
    procedure = _procedure(svd[3], component)
    return f"Payer {svd[1]} paid {dollars(svd[2])} for {procedure}{revenue}, {_units(svd[5], 'UN')}{bundled}."


def cas(cas: Segment) -> str:
    """Why another payer paid another amount than was charged."""
    said = []
    for place in range(2, len(cas.elements), 3):
        known = reason_meaning(cas[place])
        units = f" for {_units(cas[place + 2], 'UN')}" if cas[place + 2] else ""
        reason = f"{cas[place]} ({known.rstrip('.')})" if known else cas[place]
        said.append(f"{dollars(cas[place + 1])} by reason {reason}{units}")
    group = group_meaning(cas[1]).rstrip(".") or cas[1]
    return f"Not paid ({group}): {', '.join(said)}."


def _units(units: str, kind: str) -> str:
    return counted(units, meaning("unit", kind))


def _pointer(pointer: str, diagnoses: Sequence[str]) -> str:
    known = dict(zip(map(str, range(1, len(diagnoses) + 1)), diagnoses, strict=True))
    return f"diagnosis {pointer} ({known[pointer]})" if pointer in known else f"diagnosis {pointer}"


def _procedure(composite: str, component: str) -> str:
    """Return code, modifiers and description of a procedure (HC:code:modifiers:description)."""
    _, code, *rest = [*composite.split(component), ""]
    modifiers = [modifier for modifier in rest[:_MOST_MODIFIERS] if modifier]
    description = rest[_MOST_MODIFIERS] if len(rest) > _MOST_MODIFIERS else ""
    return f"{code}{'-' + '-'.join(modifiers) if modifiers else ''}{f' ({description})' if description else ''}"
