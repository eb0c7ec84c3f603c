"""Text between two terminators that is not plain, taken for a segment all the same; what was mended is noted.

White space around it, line breaks in it or in the place of terminators, small letters, blanks around elements,
characters that X12 cannot carry.
"""

import re
from collections.abc import Iterator

from billing.x12.reading.places import Place

WHITE = " \t\r\n\v\f"
CONTROLS = "".join(map(chr, [*range(9), *range(14, 28), 127]))

_CONTROL_BYTES = CONTROLS.encode("ascii") + b"\t\v\f"
_WITHOUT_CONTROLS = str.maketrans(dict.fromkeys(CONTROLS, "?"))
_LINE_BREAKS = re.compile(r"[\r\n]+")
_NAME_LIST = """
ISA GS ST SE GE IEA TA1 BHT HL NM1 N1 N3 N4 PER REF DTM DTP TRN STC QTY AMT SVC BPR CUR RDM LX TS3 TS2 CLP CAS MIA MOA
LQ PLB AK1 AK2 AK3 AK4 AK5 AK9 IK3 IK4 IK5 CTX
"""
_NAMES = frozenset(_NAME_LIST.split())
"""Names that begin a segment where a line end stands for a terminator."""

_TRAILERS = ("SE", "GE", "IEA")
_TRAILER_ELEMENTS = 2
_LONGEST_NAME = 3


def is_plain(block: str, element: str) -> bool:
    """Return whether no segment of a block needs mending, but for white space around it and its name."""
    padded = " " in block and (f" {element}" in block or f"{element} " in block)  # mostly there is no blank at all
    if padded or not block.isascii():
        return False
    return len(block.encode("ascii").translate(None, _CONTROL_BYTES)) == len(block)


def is_capital(block: str) -> bool:
    """Return whether no small letters stand in a block of ASCII; most senders keep to capitals."""
    return block.upper() == block


def mended(piece: str, *, at: int, element: str, place: Place) -> Iterator[list[str]]:
    """Give the segments of a piece, each as its elements; none if it is white space.

    Args:
        piece: the text between two terminators.
        at: byte of the file at which it begins.
        element: the separator of elements.
        place: goes to each segment, and is told what was mended.
    """
    body = piece.lstrip(WHITE)
    at += len(piece) - len(body)
    body = body.rstrip(WHITE)
    if not body:
        return
    lines = _LINE_BREAKS.split(body)
    if len(lines) > 1 and all(line.split(element, 1)[0].upper() in _NAMES for line in lines):
        for line in lines:
            place.enter(at, [line])
            elements = _elements(line, element, place)
            place.note("line-end-as-terminator", elements[0], 0, "")
            yield elements
            at += len(line) + 1
        return
    place.enter(at, [body])
    elements = _elements("".join(lines), element, place)
    if len(lines) > 1:
        place.note("line-break-in-segment", elements[0], 0, body)
    yield elements


def unterminated(piece: str, *, at: int, element: str, place: Place, is_overlong: bool) -> Iterator[list[str]]:
    """Give what can be read of a piece that nothing ends, and keep the rest.

    Of its last line only a trailer with its count and number is read: anything else may have lost half of an amount.
    """
    lines = _LINE_BREAKS.split(piece.strip(WHITE))
    name = lines[-1].split(element)[0].strip().upper()
    is_trailer = name in _TRAILERS and lines[-1].count(element) >= _TRAILER_ELEMENTS
    for line in lines if is_trailer else lines[:-1]:
        yield from mended(line, at=at, element=element, place=place)
    if not is_trailer:
        place.enter(at, [piece])
    code = "overlong-segment" if is_overlong else "unterminated"
    place.note(code, name[:_LONGEST_NAME], 0, lines[-1])


def _elements(body: str, element: str, place: Place) -> list[str]:
    elements = body.split(element)
    name = elements[0].strip().upper()
    if name != elements[0]:
        is_small = elements[0].strip() != name
        place.note("lower-case" if is_small else "padded", name, 0, elements[0])
        if is_small:  # Who writes names so writes codes so, and means those of the guide.
            elements = body.upper().split(element)
    elements[0] = name
    for number, text in enumerate(elements):
        if not text.isascii() or not text.isprintable() or text != text.strip():
            elements[number] = _element(text, name, number, place)
    return elements


def _element(text: str, name: str, number: int, place: Place) -> str:
    stripped = text.strip()
    if stripped != text:
        place.note("padded", name, number, text)
    decoded = _decoded(stripped)
    if not decoded.isascii():
        place.note("not-ascii", name, number, decoded)
    if any(sign in decoded for sign in CONTROLS):
        place.note("control-character", name, number, decoded)
    return decoded.translate(_WITHOUT_CONTROLS)


def _decoded(text: str) -> str:
    """Return what the bytes say in UTF-8, or else one letter a byte.

    >>> _decoded("MÃ¼ller"), _decoded("Müller")
    ('Müller', 'Müller')
    """
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text
