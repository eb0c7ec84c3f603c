"""Where the segment at hand stands in its file, and the notes about it."""

from collections.abc import Iterator
from operator import length_hint

from billing.x12.reading.deviations import HARMS_AMOUNTS, Deviation, Note, printable


class Place:
    """Counts segments; finds the byte of one when it is asked for, which is seldom."""

    def __init__(self, note: Note) -> None:
        self.transaction = ""
        """ST02 of the transaction at hand."""
        self.harms = 0
        """How many deviations so far may have cost an amount."""
        self._index = 0
        """Which segment of the block is at hand."""
        self._walk: Iterator[str] | None = None
        """Goes through pieces of the block up to ``_walk_end``; what it has left says where it is."""
        self._walk_end = 0
        self._note = note
        self._first = 0
        self._count = 0
        self._at = 0
        self._pieces: list[str] = []

    @property
    def position(self) -> int:
        """Segment of the file, from 1 over all its interchanges."""
        walk = self._walk
        return self._first + (self._index if walk is None else self._walk_end - length_hint(walk) - 1)

    @property
    def index(self) -> int:
        """Which segment of the block is at hand, from 0."""
        return self.position - self._first

    @property
    def offset(self) -> int:
        """Byte of the file at which the segment begins."""
        index = self.index
        before = sum(len(piece) + 1 for piece in self._pieces[:index])
        piece = self._pieces[index] if index < len(self._pieces) else ""
        return self._at + before + len(piece) - len(piece.lstrip())

    def enter(self, at: int, pieces: list[str]) -> None:
        """Go to a block of segments that begins at a byte, each ended by one character."""
        self._at, self._pieces = at, pieces
        self._first = self._count + 1
        self._count += len(pieces)
        self._index, self._walk = 0, None

    def position_of(self, index: int) -> int:
        """Return which segment of the file one of the block is, counted from 0 there."""
        return self._first + index

    def go_to(self, index: int) -> None:
        """Go to a segment of the block, counted from 0."""
        self._index, self._walk = index, None

    def stand(self, at: int) -> None:
        """Go to a byte that no segment begins at; the segment counted last stays the one at hand."""
        self._at, self._pieces = at, []
        self._first = self._count
        self._index, self._walk = 0, None

    def note(self, code: str, segment: str, element: int, found: str, expected: str = "") -> None:
        """Note a deviation of the segment at hand."""
        self.harms += code in HARMS_AMOUNTS
        self._note(
            Deviation(code, self.position, self.offset, self.transaction, segment, element, printable(found), expected)
        )
