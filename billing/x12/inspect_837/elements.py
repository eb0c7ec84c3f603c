"""How long each element may be, which must be there, and which characters may stand in any of them.

Lengths are those of the data elements in the 5010 standard, narrowed where the guide narrows them. One word an element:
``least-most``, with ``!`` where required; ``c`` is a composite, whose parts the inspector of its segment looks at.
"""

from collections.abc import Mapping, Sequence

from billing.x12.characters import allowed_characters
from billing.x12.inspect_837.faults import FaultList
from billing.x12.syntax import Segment, Separators

_TABLE = {
    "ISA": "2-2! 10-10! 2-2! 10-10! 2-2! 15-15! 2-2! 15-15! 6-6! 4-4! 1-1! 5-5! 9-9! 1-1! 1-1! 1-1!",
    "GS": "2-2! 2-15! 2-15! 8-8! 4-8! 1-9! 1-1! 12-12!",
    "ST": "3-3! 4-9! 12-12!",
    "BHT": "4-4! 2-2! 1-30! 8-8! 4-8! 2-2!",
    "NM1": "2-3! 1-1! 1-60 1-35 1-25 0-0 1-10 1-2 2-80",
    "PER": "2-2! 1-60 2-2! 1-256! 2-2 1-256 2-2 1-256",
    "HL": "1-12! 1-12 2-2! 1-1!",
    "PRV": "1-3! 2-3! 10-10!",
    "N3": "1-55! 1-55",
    "N4": "2-30! 2-2! 3-15! 2-3",
    "REF": "2-3! 1-50!",
    "SBR": "1-1! 2-2 1-50 1-60 1-3 0-0 0-0 0-0 1-2!",
    "PAT": "2-2!",
    "DMG": "2-3! 1-35! 1-1!",
    "CLM": "1-20! 1-18! 0-0 0-0 c! 1-1! 1-1! 1-1! 1-1! 1-1 c",
    "PWK": "2-2! 1-2! 0-0 0-0 2-2 2-50",
    "CAS": "2-2! 1-5! 1-18! 1-15" + " 1-5 1-18 1-15" * 5,
    "OI": "0-0 0-0 1-1! 1-1 0-0 1-1!",
    "MOA": "1-10 1-18 1-50 1-50 1-50 1-50 1-50 1-18 1-18",
    "SVD": "2-80! 1-18! c! 1-48 1-15! 1-6",
    "DTP": "3-3! 2-3! 1-35!",
    "AMT": "1-3! 1-18!",
    "NTE": "3-3! 1-80!",
    "HI": "c! c c c c c c c c c c c",
    "LX": "1-6!",
    "SV1": "c! 1-18! 2-2! 1-15! 1-2 0-0 c!",
    "SE": "1-10! 4-9!",
    "GE": "1-6! 1-9!",
    "IEA": "1-5! 9-9!",
}

_INSTITUTIONAL = {
    "CLM": "1-20! 1-18! 0-0 0-0 c! 0-0 1-1! 1-1! 1-1!",
    "CL1": "1-1! 1-1! 2-2!",
    "SV2": "4-4! c! 1-18! 2-2! 1-15! 0-0 1-18",
    "SBR": "1-1! 2-2 1-50 1-60 0-0 0-0 0-0 0-0 1-2!",
    "OI": "0-0 0-0 1-1! 0-0 0-0 1-1!",
    "SVD": "2-80! 1-18! c! 4-4! 1-15! 1-6",
}


class _Element:
    __slots__ = ("is_composite", "is_required", "least", "most")

    def __init__(self, word: str) -> None:
        self.is_required = word.endswith("!")
        self.is_composite = word.startswith("c")
        self.least, self.most = (1, 999) if self.is_composite else map(int, word.rstrip("!").split("-"))


Elements = Mapping[str, Sequence[_Element]]


def _elements(table: Mapping[str, str]) -> Elements:
    return {name: [_Element(word) for word in words.split()] for name, words in table.items()}


PROFESSIONAL_ELEMENTS = _elements(_TABLE)
INSTITUTIONAL_ELEMENTS = _elements({name: words for name, words in _TABLE.items() if name != "SV1"} | _INSTITUTIONAL)


class Characters:
    """What may stand in an element of this file.

    Args:
        separators: of the file; a component separator may stand in a composite only.
        extended: the partner takes lower case and the extended set.
    """

    def __init__(self, separators: Separators, *, extended: bool) -> None:
        self.plain = allowed_characters(separators, extended=extended)
        self.composite = self.plain | {separators.component}


def inspect_elements(segment: Segment, elements: Elements, characters: Characters, faults: FaultList) -> None:
    """Note elements that are missing, too short, too long, too many, or hold a character that may not stand."""
    specified = elements.get(segment.name)
    if specified is None:
        faults.add(segment, 0, "The files of this product have no such segment.")
        return
    if len(segment.elements) - 1 > len(specified):
        faults.add(segment, len(specified) + 1, f"The segment has at most {len(specified)} elements.")
    if len(segment.elements) > 1 and not segment.elements[-1]:
        faults.add(segment, len(segment.elements) - 1, "The segment ends with an empty element; leave it out.")
    for number, element in enumerate(specified, 1):
        text = segment[number]
        if text:
            _inspect_text(segment, number, element, characters, faults)
        elif element.is_required:
            faults.add(segment, number, "A required element is empty.")


def _inspect_text(segment: Segment, number: int, element: _Element, characters: Characters, faults: FaultList) -> None:
    text = segment[number]
    if not element.least <= len(text) <= element.most:
        faults.add(segment, number, f"It has {len(text)} characters; it takes {element.least} to {element.most}.")
    if segment.name == "ISA":  # its fields are padded, and it declares the separators by holding them
        return
    allowed = characters.composite if element.is_composite else characters.plain
    if not allowed.issuperset(text):
        wrong = ", ".join(map(repr, sorted(set(text) - allowed)))
        faults.add(segment, number, f"It holds {wrong}, which may not stand here.")
    if text != text.strip():
        faults.add(segment, number, "It begins or ends with a blank.")
