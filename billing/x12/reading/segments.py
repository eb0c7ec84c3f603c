"""Bytes to segments: finds each interchange, splits it by its own delimiters, counts segments and bytes.

Knows no envelope and no transaction. Takes bytes in pieces and holds one piece at a time. No bytes make it raise: what
is no segment is noted and kept.
"""

import re
from collections.abc import Iterable, Iterator

from billing.x12.reading.delimiters import (
    LOOK_AHEAD,
    find_isa,
    guess_separators,
    has_isa_shape,
    read_isa,
)
from billing.x12.reading.deviations import HARMS_AMOUNTS, Deviation, Note, printable
from billing.x12.syntax import USUAL

_PIECE = 1 << 18
_LONGEST = 1 << 17
"""Characters after which a segment without an end is given up."""

_MARKS = ("\xef\xbb\xbf", "\xff\xfe", "\xfe\xff")
_WHITE = " \t\r\n\v\f"
_TRAILERS = ("SE", "GE", "IEA")
_ISA_SHAPE_LENGTH = 106
_CONTROLS = "".join(map(chr, [*range(9), *range(14, 28), 127]))
_WITHOUT_CONTROLS = str.maketrans(dict.fromkeys(_CONTROLS, "?"))
_LINE_BREAKS = re.compile(r"[\r\n]+")
_NAME_LIST = """
ISA GS ST SE GE IEA TA1 BHT HL NM1 N1 N3 N4 PER REF DTM DTP TRN STC QTY AMT SVC BPR CUR RDM LX TS3 TS2 CLP CAS MIA MOA LQ
PLB AK1 AK2 AK3 AK4 AK5 AK9 IK3 IK4 IK5 CTX
"""
_NAMES = frozenset(_NAME_LIST.split())
"""Names that begin a segment where a line end stands for a terminator."""


def pieces_of(source: bytes | Iterable[bytes]) -> Iterator[str]:
    """Yield text of at most some 256 KB, one character a byte."""
    for block in (source,) if isinstance(source, bytes) else source:
        for start in range(0, len(block), _PIECE):
            yield block[start : start + _PIECE].decode("latin-1")


class SegmentStream:
    """The segments of a file, each as the list of its elements; the place of the one just given stands beside it.

    Args:
        source: the file, whole or in pieces of any size.
        note: is told of what is no segment, and of what a segment needed to become one.
    """

    def __init__(self, source: bytes | Iterable[bytes], note: Note) -> None:
        self.position = 0
        self.offset = 0
        self.transaction = ""
        self.harms = 0
        """How many deviations so far may have cost an amount."""
        self.separators = USUAL
        self._note = note
        self._pieces = pieces_of(source)
        self._text = ""
        self._at = 0
        """Byte of the file at which ``_text`` begins."""
        self._is_over = False
        self._is_inside = False
        self._has_begun = False

    def note(self, code: str, segment: str, element: int, found: str, expected: str = "") -> None:
        """Note a deviation of the segment just given."""
        self.harms += code in HARMS_AMOUNTS
        self._note(
            Deviation(code, self.position, self.offset, self.transaction, segment, element, printable(found), expected)
        )

    def __iter__(self) -> Iterator[list[str]]:
        while self._text or self._fill():
            if self._is_inside:
                yield from self._segments_inside()
            else:
                yield from self._next_interchange()
        if not self._has_begun:
            self.note("no-interchange", "", 0, "")

    def _fill(self) -> bool:
        """Take the next piece of the file; return whether there was one."""
        piece = next(self._pieces, None)
        if piece is None:
            self._is_over = True
            return False
        self._text += piece
        return True

    def _take(self, length: int) -> str:
        """Return the next characters and go past them."""
        taken, self._text = self._text[:length], self._text[length:]
        self._at += length
        return taken

    # --- between interchanges ---------------------------------------------------------------------------------------

    def _next_interchange(self) -> Iterator[list[str]]:
        """Go to the next ISA and give it; what stands before it is kept."""
        while len(self._text) < LOOK_AHEAD and self._fill():
            pass
        guessed = guess_separators(self._text) if not self._has_begun else None
        if guessed:
            self._has_begun = self._is_inside = True
            self.separators = guessed
            self.note("missing-header", "ISA", 0, "", "ISA")
            return
        start = find_isa(self._text)
        if start < 0:
            # An ISA may begin with the last three characters, and end in the next piece.
            self._keep(self._take(len(self._text) if self._is_over else max(len(self._text) - 3, 1)))
            return
        self._keep(self._take(start))
        while len(self._text) < LOOK_AHEAD and self._fill():
            pass
        yield from self._open()

    def _open(self) -> Iterator[list[str]]:
        """Give the ISA with which the text begins, or keep its name as junk if it is none."""
        opening = read_isa(self._text[:LOOK_AHEAD])
        if opening is None:
            self._keep(self._take(3))
            return
        self.position += 1
        self.offset = self._at
        self._has_begun = self._is_inside = True
        self.separators = opening.separators
        taken = self._take(opening.length)
        if not opening.is_regular:
            self.note("malformed-isa", "ISA", 0, taken)
        if taken[:3] != "ISA":
            self.note("lower-case", "ISA", 0, taken[:3])
        if self.separators.segment not in self._text[:LOOK_AHEAD] and "\n" in self._text[:LOOK_AHEAD].strip(_WHITE):
            self.note("line-end-as-terminator", "ISA", 0, self.separators.segment)
            self.separators = self.separators._replace(segment="\n")
        if len(set(self.separators[:4])) < len(self.separators[:4]):
            self.note("equal-delimiters", "ISA", 16, " ".join(self.separators[:4]))
        yield ["ISA", *opening.elements[1:]]

    def _keep(self, text: str) -> None:
        """Note text outside every interchange, unless it is white space."""
        self.offset = self._at - len(text)
        for mark in _MARKS:
            if text.startswith(mark):
                self.note("byte-order-mark", "", 0, mark)
                text = text.removeprefix(mark)
        if text.strip(_WHITE):
            self.note("junk", "", 0, text)

    # --- within an interchange --------------------------------------------------------------------------------------

    def _segments_inside(self) -> Iterator[list[str]]:
        """Give the segments up to the end of the interchange, or of the text at hand."""
        end, is_boundary = self._boundary()
        if end < 0:
            end = self._text.rfind(self.separators.segment) + 1
        if end > 0:
            yield from self._split(self._take(end))
        if is_boundary:
            yield from self._end_or_anew()
        elif end <= 0 and (len(self._text) > _LONGEST or not self._fill()):
            yield from self._rest()

    def _boundary(self) -> tuple[int, bool]:
        """Return where the IEA of this interchange or the ISA of another begins in the text; -1 and no if nowhere."""
        places = []
        for name in ("ISA", "isa", "IEA" + self.separators.element, "iea" + self.separators.element):
            start = self._text.find(name)
            while start >= 0 and not self._is_boundary(start):
                start = self._text.find(name, start + 1)
            if start >= 0:
                places.append(start)
        return (min(places), True) if places else (-1, False)

    def _is_boundary(self, start: int) -> bool:
        """Return whether a segment begins here, or an ISA cuts the one before it off."""
        before = self._text[max(start - 9, 0) : start].rstrip(_WHITE)
        begins = not before or before[-1] == self.separators.segment or self._text[start - 1] in "\r\n"
        if self._text[start : start + 3].upper() == "IEA":
            return begins
        while len(self._text) < start + _ISA_SHAPE_LENGTH and self._fill():
            pass
        return has_isa_shape(self._text, start) or (begins and read_isa(self._text[start:][:LOOK_AHEAD]) is not None)

    def _end_or_anew(self) -> Iterator[list[str]]:
        """Give the IEA that stands next, and leave the interchange; before an ISA just leave it."""
        if self._text[:3].upper() == "IEA":
            end = self._text.find(self.separators.segment)
            while end < 0 and len(self._text) < _LONGEST and self._fill():
                end = self._text.find(self.separators.segment)
            another = find_isa(self._text, 3)
            if 0 <= another <= end and has_isa_shape(self._text, another):
                end = another - 1
            yield from self._split(self._take(end + 1 if end >= 0 else len(self._text)))
        self._is_inside = False

    def _rest(self) -> Iterator[list[str]]:
        """Give a trailer that lacks its terminator at the end of the file; keep anything else that never ended."""
        text = self._take(len(self._text))
        if text.strip(_WHITE):
            yield from self._split(text)

    def _split(self, block: str) -> Iterator[list[str]]:
        """Give the segments of a block; only its last one may lack the terminator."""
        element, _, _, end, _ = self.separators
        is_plain = block.isascii() and f" {element}" not in block and f"{element} " not in block
        is_plain = is_plain and not any(sign in block for sign in _CONTROLS)
        at = self._at - len(block)
        pieces = block.split(end)
        last = pieces.pop()
        for piece in pieces:
            body = piece.lstrip("\r\n")
            # Most begin with a capital and need no second look.
            if is_plain and "A" <= body[:1] <= "Z" and "\n" not in body and "\r" not in body:
                self.offset = at + len(piece) - len(body)
                self.position += 1
                yield body.split(element)
            else:
                yield from self._look_twice(piece, at)
            at += len(piece) + 1
        if last.strip(_WHITE):
            yield from self._unterminated(last, at)

    def _unterminated(self, piece: str, at: int) -> Iterator[list[str]]:
        """Note a piece that nothing ends. Only a trailer is read: any other may have lost half of an amount."""
        lines = [line for line in _LINE_BREAKS.split(piece.strip(_WHITE)) if line]
        element = self.separators.element
        whole = lines if lines[-1].split(element)[0].strip().upper() in _TRAILERS else lines[:-1]
        for line in whole:
            yield from self._look_twice(line, at)
        if len(piece) > _LONGEST or len(whole) < len(lines):
            self.position += 1
            self.offset = at
        code = "overlong-segment" if len(piece) > _LONGEST else "unterminated"
        self.note(code, lines[-1].split(element)[0][:3], 0, piece if whole is not lines else lines[-1])

    def _look_twice(self, piece: str, at: int) -> Iterator[list[str]]:
        """Give the segments of a piece that is not plain: white space, line breaks, small letters, other characters."""
        body = piece.lstrip(_WHITE)
        self.offset = at + len(piece) - len(body)
        body = body.rstrip(_WHITE)
        if not body:
            return
        lines = _LINE_BREAKS.split(body)
        if len(lines) > 1 and all(self._begins_segment(line) for line in lines):
            for line in lines:
                elements = self._mended(line)
                self.note("line-end-as-terminator", elements[0], 0, "")
                yield elements
                self.offset += len(line) + 1
            return
        elements = self._mended("".join(lines))
        if len(lines) > 1:
            self.note("line-break-in-segment", elements[0], 0, body)
        yield elements

    def _begins_segment(self, line: str) -> bool:
        return line.split(self.separators.element, 1)[0].upper() in _NAMES

    def _mended(self, body: str) -> list[str]:
        """Return the elements of a piece, mended and noted."""
        self.position += 1
        elements = body.split(self.separators.element)
        name = elements[0].strip().upper()
        if name != elements[0]:
            self.note("lower-case" if elements[0].strip() != name else "padded", name, 0, elements[0])
        elements[0] = name
        for number, element in enumerate(elements):
            if not element.isascii() or not element.isprintable() or element != element.strip():
                elements[number] = self._mended_element(element, name, number)
        return elements

    def _mended_element(self, element: str, name: str, number: int) -> str:
        mended = element.strip()
        if mended != element:
            self.note("padded", name, number, element)
        if not mended.isascii():
            mended = _decoded(mended)
            self.note("not-ascii", name, number, mended)
        if any(sign in mended for sign in _CONTROLS):
            self.note("control-character", name, number, mended)
            mended = mended.translate(_WITHOUT_CONTROLS)
        return mended


def _decoded(text: str) -> str:
    """Return what the bytes say in UTF-8, or else one letter a byte.

    >>> _decoded("MÃ¼ller"), _decoded("Müller")
    ('Müller', 'Müller')
    """
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text
