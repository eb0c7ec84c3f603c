"""Which segment may stand where: the loops of claims as this product writes them, and the walk through them.

A slot is written ``NAME*QUALIFIER``, with ``|`` between qualifiers, ``!`` where the guide requires it and ``xN`` where
it may repeat. A loop's name ends with ``!`` where required and with ``+`` where it may repeat.
"""

import re
from typing import NamedTuple

from billing.x12.inspect_837.faults import FaultList
from billing.x12.syntax import Segment

_QUALIFIER_AT = {"NM1": 1, "HL": 3, "REF": 1, "DTP": 1, "AMT": 1, "PRV": 1, "PER": 1, "NTE": 1, "HI": 1}
_CODE = re.compile(r"[A-Z0-9]*")  # no separator is a letter or digit: a composite's first part ends before one
_SLOT = re.compile(r"(?P<name>[A-Z0-9]+)(?:\*(?P<codes>[A-Z0-9|]+))?(?P<required>!)?(?:x(?P<most>[0-9]+))?")


def _qualifier(segment: Segment) -> str:
    text = segment[_QUALIFIER_AT[segment.name]]
    match = _CODE.match(text)
    return match[0] if match else text


class Slot(NamedTuple):
    """A place for one kind of segment in a loop."""

    text: str
    name: str
    codes: tuple[str, ...]
    is_required: bool
    most: int

    def takes(self, segment: Segment) -> bool:
        """Tell whether the segment may stand here."""
        return segment.name == self.name and (not self.codes or _qualifier(segment) in self.codes)


class Loop(NamedTuple):
    """A loop: its own segments in order, then the loops inside it in order."""

    name: str
    slots: tuple[Slot, ...]
    inside: tuple["Loop", ...]
    is_required: bool
    repeats: bool


def _slot(text: str) -> Slot:
    match = _SLOT.fullmatch(text)
    if match is None:
        raise ValueError(f"'{text}' is no slot; write it as NAME*QUALIFIER!xN.")
    codes = tuple((match["codes"] or "").split("|")) if match["codes"] else ()
    name = f"{match['name']}*{match['codes']}" if codes else match["name"]
    return Slot(name, match["name"], codes, bool(match["required"]), int(match["most"] or 1))


def _loop(name: str, slots: str, *inside: Loop) -> Loop:
    return Loop(name.rstrip("!+"), tuple(map(_slot, slots.split())), inside, "!" in name, "+" in name)


_OTHER_PAYER = _loop(
    "2320+",
    "SBR! CASx5 AMT*D AMT*A8 AMT*EAF OI! MOA",
    _loop("2330A!", "NM1*IL! N3 N4"),
    _loop("2330B!", "NM1*PR! N3 N4 DTP*573 REF*G1 REF*9F REF*F8"),
)
_ADJUDICATION = _loop("2430+", "SVD! CASx5 DTP*573! AMT*EAF")
_LINE = _loop(
    "2400!+",
    "LX! SV1! PWKx10 DTP*472! REF*G1x5 REF*6R! REF*9Fx5 NTE",
    _loop("2420A", "NM1*82! PRV*PE"),
    _loop("2420C", "NM1*77! N3! N4!"),
    _loop("2420D", "NM1*DQ!"),
    _loop("2420E", "NM1*DK!"),
    _loop("2420F", "NM1*DN!"),
    _ADJUDICATION,
)
_CLAIM = _loop(
    "2300+",
    "CLM! DTP*439 DTP*435 DTP*096 PWKx10 AMT*F5 REF*9F REF*G1 REF*F8 REF*EA NTE HI!",
    _loop("2310A", "NM1*DN!"),
    _loop("2310A", "NM1*P3!"),
    _loop("2310B", "NM1*82! PRV*PE"),
    _loop("2310C", "NM1*77! N3! N4!"),
    _loop("2310D", "NM1*DQ!"),
    _OTHER_PAYER,
    _LINE,
)
_NOTES = "ALG|DCP|DGN|DME|MED|NTR|ODT|RHB|RLH|RNH|SET|SFM|SPT|UPI"
_BILL = _loop(
    "2300+",
    "CLM! DTP*434! CL1! PWKx10 AMT*F3 REF*9F REF*G1 REF*F8 REF*EA "
    f"NTE*{_NOTES}x10 NTE*ADD HI*ABK! HI*APR HI*ABFx2 HI*BIx2 HI*BHx2 HI*BEx2 HI*BGx2",
    _loop("2310A!", "NM1*71! PRV*AT!"),
    _loop("2310D", "NM1*82!"),
    _loop("2310E", "NM1*77! N3! N4!"),
    _loop("2310F", "NM1*DN!"),
    _OTHER_PAYER,
    _loop("2400!+", "LX! SV2! PWKx10 DTP*472! REF*6R!", _ADJUDICATION),
)


def _transaction(claim: Loop, tax_ids: str) -> Loop:
    """Return the loops of a transaction set around its claims."""
    patient = _loop("2000C+", "HL*23! PAT!", _loop("2010CA!", "NM1*QC! N3! N4! DMG!"), claim)
    subscriber = _loop(
        "2000B!+",
        "HL*22! SBR!",
        _loop("2010BA!", "NM1*IL! N3 N4 DMG"),
        _loop("2010BB!", "NM1*PR! N3 N4"),
        claim,
        patient,
    )
    return _loop(
        "ST!",
        "ST! BHT!",
        _loop("1000A!", "NM1*41! PER*IC!x2"),
        _loop("1000B!", "NM1*40!"),
        _loop(
            "2000A!+",
            "HL*20! PRV*BI",
            _loop("2010AA!", f"NM1*85! N3! N4! REF*{tax_ids}!"),
            _loop("2010AB", "NM1*87! N3! N4!"),
            subscriber,
        ),
    )


PROFESSIONAL = _transaction(_CLAIM, "EI|SY")
INSTITUTIONAL = _transaction(_BILL, "EI")


class _Open:
    """A loop that the walk is in: how far it has come in its slots and in the loops inside."""

    __slots__ = ("inner", "inner_seen", "loop", "slot", "uses")

    def __init__(self, loop: Loop) -> None:
        self.loop = loop
        self.slot = 0
        self.uses = 1
        self.inner = -1
        self.inner_seen: set[int] = set()

    def find_slot(self, segment: Segment) -> int | None:
        """Return the next slot that takes the segment; none once an inner loop has begun."""
        if self.inner >= 0:
            return None
        for number in range(self.slot, len(self.loop.slots)):
            slot = self.loop.slots[number]
            if slot.takes(segment) and (number > self.slot or self.uses < slot.most):
                return number
        return None

    def find_inner(self, segment: Segment) -> int | None:
        """Return the next inner loop that the segment begins."""
        for number in range(max(self.inner, 0), len(self.loop.inside)):
            inner = self.loop.inside[number]
            if inner.slots[0].takes(segment) and (number > self.inner or inner.repeats):
                return number
        return None


class Walk:
    """Follows the segments of one transaction set through its loops and notes what stands wrong or is missing."""

    def __init__(self, root: Loop, faults: FaultList) -> None:
        self._path = [_Open(root)]
        self._faults = faults

    def step(self, segment: Segment) -> str:
        """Return the loop that the segment stands in; empty, and a fault, if it may not stand here."""
        for depth in reversed(range(len(self._path))):
            at = self._path[depth]
            slot = at.find_slot(segment)
            if slot is not None:
                self._leave(depth + 1, segment)
                self._missing_slots(at, slot, segment)
                at.uses = at.uses + 1 if slot == at.slot else 1
                at.slot = slot
                return at.loop.name
            inner = at.find_inner(segment)
            if inner is not None:
                self._enter(depth, inner, segment)
                return at.loop.inside[inner].name
        self._faults.add(segment, 0, "This segment may not stand here; check the order of the loop.")
        return ""

    def end(self, segment: Segment) -> None:
        """Close all loops; ``segment`` is the SE."""
        self._leave(0, segment)

    def _enter(self, depth: int, inner: int, segment: Segment) -> None:
        self._leave(depth + 1, segment)
        at = self._path[depth]
        self._missing_slots(at, len(at.loop.slots), segment)
        at.slot = len(at.loop.slots)
        self._missing_inner(at, range(at.inner + 1, inner), segment)
        at.inner = inner
        at.inner_seen.add(inner)
        self._path.append(_Open(at.loop.inside[inner]))

    def _leave(self, depth: int, segment: Segment) -> None:
        while len(self._path) > depth:
            at = self._path.pop()
            self._missing_slots(at, len(at.loop.slots), segment)
            self._missing_inner(at, range(at.inner + 1, len(at.loop.inside)), segment)

    def _missing_slots(self, at: _Open, until: int, segment: Segment) -> None:
        for slot in at.loop.slots[at.slot + 1 : until]:
            if slot.is_required:
                self._faults.add(segment, 0, f"{slot.text} is missing before this segment, in loop {at.loop.name}.")

    def _missing_inner(self, at: _Open, numbers: range, segment: Segment) -> None:
        for number in numbers:
            inner = at.loop.inside[number]
            if inner.is_required and number not in at.inner_seen:
                self._faults.add(segment, 0, f"Loop {inner.name} is missing before this segment.")
