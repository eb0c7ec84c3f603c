"""Bytes to segments: finds each interchange and splits it by its own delimiters.

Knows no transaction. Takes bytes in pieces and holds one piece at a time. No bytes make it raise: what is no segment is
noted and kept.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from operator import itemgetter

from billing.x12.reading.buffer import Buffer
from billing.x12.reading.delimiters import LOOK_AHEAD, Opening, find_isa, guess_separators, has_isa_shape, read_isa
from billing.x12.reading.deviations import Note
from billing.x12.reading.mending import WHITE, is_capital, is_plain, mended, unterminated
from billing.x12.reading.places import Place
from billing.x12.syntax import USUAL

ENVELOPING = frozenset(("ISA", "GS", "ST", "SE", "GE", "IEA"))

_WITHIN = ("SE", "ST", "GE", "GS")

_LONGEST = 1 << 17
"""Characters after which a segment without an end is given up."""

_MARKS = ("\xef\xbb\xbf", "\xff\xfe", "\xfe\xff")
_LINE_BREAKS = "\r\n"
_NAME = 3
_NUL = "\0"
_HEAD = itemgetter(slice(_NAME + 1))
"""The beginning of a segment, up to its name and the separator."""
_ISA_SHAPE = 106
_BEFORE_A_NAME = 9
"""Characters before a name among which the terminator of the segment before stands, white space between."""

Block = list[str]
"""Segments as text, each to be split at the element separator."""


class SegmentStream(Place):
    """The segments of a file, each as the list of its elements; the place of the one at hand stands beside it.

    Args:
        source: the file, whole or in pieces of any size.
        note: is told of what is no segment, and of what a segment needed to become one.
    """

    def __init__(self, source: bytes | Iterable[bytes], note: Note) -> None:
        super().__init__(note)
        self.separators = USUAL
        self._buffer = Buffer(source)
        self._is_inside = False
        self._has_begun = False
        self._blocks = self._read()
        self._block: Block = []
        self._joint = "*"
        """Separates the elements of the block."""
        self._has_marks = False
        self._heads: tuple[str, ...] = ()
        """How segments that envelope begin."""
        self._next = 0
        self._marks: list[int] = []
        """Where in the block enveloping segments stand, the last one first."""

    def peek(self) -> list[str] | None:
        """Return the next segment, which is then the one at hand; None at the end of the file."""
        while self._next >= len(self._block):
            block = next(self._blocks, None)
            if block is None:
                return None
            self._block, self._next = block, 0
            heads = self._heads
            found = [i for i, segment in enumerate(block) if segment.startswith(heads)] if self._has_marks else []
            self._marks = found[::-1]
        self._index, self._walk = self._next, None
        return self._block[self._next].split(self._joint)

    def take(self) -> list[str] | None:
        """Go to the next segment and return it; None at the end of the file."""
        elements = self.peek()
        self._next += elements is not None
        return elements

    def run(self) -> tuple[str, Iterator[str]] | None:
        """Return the next segments up to one that envelopes, as many as are at hand; None before one.

        They come unsplit, with the separator of their elements. The segment at hand is the one that was given last.
        """
        if self.peek() is None:
            return None
        start = self._next
        while self._marks and self._marks[-1] < start:
            self._marks.pop()
        self._next = self._walk_end = self._marks[-1] if self._marks else len(self._block)
        if self._next == start:
            return None
        self._walk = iter(self._block[start : self._next])
        return self._joint, self._walk

    # --- between interchanges ---------------------------------------------------------------------------------------

    def _read(self) -> Iterator[Block]:
        while self._buffer.text or self._buffer.fill():
            if self._is_inside:
                yield from self._inside()
            else:
                yield from self._next_interchange()
        if not self._has_begun:
            self.stand(0)
            self.note("no-interchange", "", 0, "")

    def _next_interchange(self) -> Iterator[Block]:
        """Go to the next ISA and give it; what stands before it is kept."""
        buffer = self._buffer
        buffer.reach(LOOK_AHEAD)
        guessed = None if self._has_begun else guess_separators(buffer.text)
        if guessed:
            self._has_begun = self._is_inside = True
            self.separators = guessed
            self.note("missing-header", "ISA", 0, "", "ISA")
            return
        start, opening = self._opening()
        if opening is None:
            # An ISA may begin with the last three characters, and go on in the next piece.
            rest = len(buffer.text) if buffer.is_over else max(len(buffer.text) - _NAME, 1)
            self._keep(start if start >= 0 else rest)
            return
        self._keep(start)
        yield from self._open(opening)

    def _opening(self) -> tuple[int, Opening | None]:
        """Return where the next ISA begins, and what it declares; none and -1 if none is at hand.

        None and a place: so far there is none, but what is at hand is already long.
        """
        start = find_isa(self._buffer.text)
        while 0 <= start < _LONGEST:
            self._buffer.reach(start + LOOK_AHEAD)
            opening = read_isa(self._buffer.text[start : start + LOOK_AHEAD])
            if opening is not None:
                return start, opening
            start = find_isa(self._buffer.text, start + 1)
        return start, None

    def _open(self, opening: Opening) -> Iterator[Block]:
        """Give the ISA with which the text begins."""
        buffer = self._buffer
        self._has_begun = self._is_inside = True
        self.separators = opening.separators
        self.enter(buffer.at, [""])
        taken = buffer.take(opening.length)
        buffer.reach(LOOK_AHEAD)
        follows = buffer.text[:LOOK_AHEAD]
        if not opening.is_regular:
            self.note("malformed-isa", "ISA", 0, taken)
        if taken[:_NAME] != "ISA":
            self.note("lower-case", "ISA", 0, taken[:_NAME])
            opening = opening._replace(elements=[text.upper() for text in opening.elements])
        if self.separators.segment not in follows and "\n" in follows.strip(WHITE):
            self.note("line-end-as-terminator", "ISA", 0, self.separators.segment)
            self.separators = self.separators._replace(segment="\n")
        if len(set(self.separators[:4])) < len(self.separators[:4]):
            self.note("equal-delimiters", "ISA", 16, " ".join(self.separators[:4]))
        yield from self._given(["ISA", *opening.elements[1:]])

    def _keep(self, length: int) -> None:
        """Note text outside every interchange, unless it is white space."""
        self.stand(self._buffer.at)
        text = self._buffer.take(length)
        for mark in _MARKS:
            if text.startswith(mark):
                self.note("byte-order-mark", "", 0, mark)
                text = text.removeprefix(mark)
        if text.strip(WHITE):
            self.note("junk", "", 0, text)

    # --- within an interchange --------------------------------------------------------------------------------------

    def _inside(self) -> Iterator[Block]:
        """Give the segments up to the end of the interchange, or of the text at hand."""
        buffer = self._buffer
        boundary, is_sure = self._boundary()
        limit = boundary if boundary >= 0 else len(buffer.text)
        end = boundary if is_sure else buffer.text.rfind(self.separators.segment, 0, limit) + 1
        if end > 0:
            yield from self._split(end)
        if is_sure:
            yield from self._end_or_anew()
        elif end <= 0 and (len(buffer.text) > _LONGEST or not buffer.fill()):
            yield from self._split(len(buffer.text))

    def _boundary(self) -> tuple[int, bool]:
        """Return where in the text the IEA of this interchange or the ISA of another begins, and yes; -1 if nowhere.

        A place and no: one may begin there, but what is at hand is already long; ask again when that is gone.
        """
        sure: list[int] = []
        unsure: list[int] = []
        for names in _boundaries(self.separators.element):
            found = names.search(self._buffer.text)
            while found and found.start() < _LONGEST and not self._is_boundary(found.start()):
                found = names.search(self._buffer.text, found.start() + 1)
            if found:
                (sure if found.start() < _LONGEST else unsure).append(found.start())
        return (min(sure), True) if sure else (min(unsure, default=-1), False)

    def _is_boundary(self, start: int) -> bool:
        """Return whether a segment begins here, or an ISA cuts the one before it off."""
        text = self._buffer.text
        before = text[max(start - _BEFORE_A_NAME, 0) : start]
        trimmed = before.rstrip(WHITE)
        begins = not trimmed or trimmed[-1] == self.separators.segment or before[-1] in "\r\n"
        if text[start : start + _NAME].upper() == "IEA":
            return begins
        self._buffer.reach(start + LOOK_AHEAD)
        text = self._buffer.text
        return has_isa_shape(text, start) or (begins and read_isa(text[start : start + LOOK_AHEAD]) is not None)

    def _end_or_anew(self) -> Iterator[Block]:
        """Give the IEA that stands next, and leave the interchange; before an ISA just leave it."""
        buffer = self._buffer
        if buffer.text[:_NAME].upper() == "IEA":
            buffer.reach(LOOK_AHEAD)
            end = buffer.text.find(self.separators.segment) + 1 or len(buffer.text)
            another = find_isa(buffer.text, _NAME)
            if 0 <= another < end and has_isa_shape(buffer.text, another):
                end = another
            yield from self._split(end)
        self._is_inside = False

    def _split(self, length: int) -> Iterator[Block]:
        """Give the segments of the next characters; the last one may lack its terminator."""
        at = self._buffer.at
        block = self._buffer.take(length)
        element, end = self.separators.element, self.separators.segment
        pieces = block.split(end)
        last = pieces.pop()
        if is_plain(block, element):
            tight = _without_line_ends(block, end)
            bodies = pieces if tight is block else tight.split(end)[:-1]
            is_sure = self._is_sure(tight)
            if is_sure or (_begin_segments(bodies, element) and not _has_breaks(bodies, tight)):
                self.enter(at, pieces)
                yield self._joined_by(element, bodies, has_marks=not is_sure)
                at += len(block) - len(last)
                pieces = []
        for piece in pieces:
            for elements in mended(piece, at=at, element=element, place=self):
                yield from self._given(elements)
            at += len(piece) + 1
        if last.strip(WHITE):
            is_overlong = len(last) > _LONGEST
            for elements in unterminated(last, at=at, element=element, place=self, is_overlong=is_overlong):
                yield from self._given(elements)

    def _is_sure(self, block: str) -> bool:
        """Return whether every segment of a block must begin with its name, and none envelopes or holds a line break.

        So it is with nearly every block of a large file, and then no segment of it is looked at.
        """
        begins, follows = _to_look_at(self.separators.element, self.separators.segment)
        has_breaks = any(sign in block for sign in _LINE_BREAKS if sign != self.separators.segment)
        return not has_breaks and not begins.match(block) and not follows.search(block) and is_capital(block)

    def _joined_by(self, joint: str, block: Block, *, has_marks: bool) -> Block:
        """Return a block, and remember what separates its elements and whether to look for enveloping segments."""
        if joint != self._joint or not self._heads:
            self._joint = joint
            self._heads = tuple(name + joint for name in ENVELOPING)
        self._has_marks = has_marks
        return block

    def _given(self, elements: list[str]) -> Iterator[Block]:
        """Give one segment that stands in the file otherwise than it is read, its elements separated by NUL."""
        segment = _NUL.join(element.replace(_NUL, "?") for element in elements)
        yield self._joined_by(_NUL, [segment], has_marks=True)


@lru_cache
def _boundaries(element: str) -> tuple[re.Pattern[str], ...]:
    """Return what finds the beginning of ISA and IEA. Two that begin with a letter each are the fastest way."""
    mark = re.escape(element)
    return re.compile(f"I(?:SA|EA{mark})"), re.compile(f"i(?:sa|ea{mark})")


@lru_cache
def _to_look_at(element: str, end: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return what finds a segment that has no name, that stands apart, or that envelopes: first in a block, and later.

    ISA and IEA begin blocks of their own, so they need not be looked for within one.
    """
    mark, end = re.escape(element), re.escape(end)
    first = re.compile(f"{end}| |(?:{'|'.join(sorted(ENVELOPING))}){mark}")
    return first, re.compile(f"{end}(?:{end}| |(?:{'|'.join(_WITHIN)}){mark})")


def _begin_segments(bodies: Block, element: str) -> bool:
    """Return whether each begins with the name of a segment: two or three capitals and digits."""
    for head in set(map(_HEAD, bodies)):
        name, separator, _ = head.partition(element)
        if not (separator or len(name) < _NAME + 1) or not (name.isupper() and name.isalnum()):
            return False
    return True


def _without_line_ends(block: str, end: str) -> str:
    """Return a block without what stands after its terminators for the eye; itself where there is nothing."""
    if end in _LINE_BREAKS or not any(sign in block for sign in _LINE_BREAKS):
        return block
    tight = block.lstrip(_LINE_BREAKS)
    for line_end in ("\r\n", "\n", "\r"):
        tight = tight.replace(end + line_end, end)
    return tight


def _has_breaks(bodies: list[str], block: str) -> bool:
    """Return whether a line break stands within a segment of a block."""
    within = [sign for sign in _LINE_BREAKS if sign in block]
    return any(sign in body for sign in within for body in bodies)
