"""A file that came in, as the transactions it holds: the envelopes are read, counted and compared on the way.

Transactions come one at a time, and so do the segments of each; nothing of a file is held but the piece at hand.
What stands inside a transaction is read elsewhere.
"""

from collections.abc import Iterable, Iterator
from itertools import chain, repeat
from operator import length_hint

from billing.x12.reading.cells import number_of
from billing.x12.reading.deviations import Note
from billing.x12.reading.envelopes import (
    NO_INTERCHANGE,
    Expected,
    Group,
    Interchange,
    group_of,
    interchange_of,
    same_number,
)
from billing.x12.reading.segments import SegmentStream

_PAD = [""] * 4
_HEADERS_OF = {"SE": "ST", "GE": "GS", "IEA": "ISA"}


class Transaction:
    """One transaction set while it is read: iterate once for its segments, between ST and SE.

    A TA1, which stands in no transaction set, is given as a transaction of that one segment.
    """

    def __init__(self, file: "InboundFile", st: list[str], *, is_bare: bool = False) -> None:
        cells = st + _PAD
        self.interchange: Interchange = file.interchange
        self.group: Group | None = file.group
        self.kind = "TA1" if is_bare else cells[1]
        """ST01, or TA1."""
        self.control_number = "" if is_bare else cells[2]
        self.version = cells[3] if cells[3] and not is_bare else file.group.version if file.group else ""
        self.component = file.stream.separators.component
        self.repetition = file.stream.separators.repetition
        self.position = file.stream.position
        self.offset = file.stream.offset
        self.is_complete = is_bare
        """After the last segment: its SE stood there, and nothing before it was left unread by whoever asked."""
        self.segments = 1
        self.lost_segments = 0
        """How many segments more its SE promises than were read."""
        self._is_skipped = False
        self._is_handed_over = False
        """Segments were given in a list, and nobody has asked for those after them yet."""
        self._start = 0
        """Where in its block the list begins."""
        self._file = file
        self._stream = file.stream
        self._harms_before = file.stream.harms
        self._joint = ""
        self._walk: Iterator[str] = iter(())
        self._runs = iter(()) if is_bare else self._read()
        self._body = iter((st,)) if is_bare else chain.from_iterable(self._split())

    def __iter__(self) -> Iterator[list[str]]:
        return self._body

    @property
    def place(self) -> int:
        """The segment of the file just given, from 1 over all its interchanges."""
        return self._stream.position

    @property
    def harms(self) -> int:
        """How many deviations of this transaction so far may have cost an amount."""
        return self._stream.harms - self._harms_before

    def note(self, code: str, elements: list[str], element: int = 0, found: str = "", expected: str = "") -> None:
        """Note a deviation of the segment just given; an ``element`` other than 0 is kept as found."""
        if element and not found and element < len(elements):
            found = elements[element]
        self._stream.note(code, elements[0], element, found, expected)

    def keep(self, code: str, elements: list[str]) -> None:
        """Note a segment that was not read, whole."""
        self._stream.note(code, elements[0], 0, self._stream.separators.element.join(elements))

    def skip(self) -> None:
        """Go past what was not asked for; whoever asks later is told that it is not complete."""
        self._is_skipped = self._is_handed_over
        for _ in self._body:
            self._is_skipped = True
        self.is_complete = self.is_complete and not self._is_skipped

    def texts(self) -> Iterator[tuple[str, list[str]]]:
        """Yield the segments that were not given yet, unsplit: the separator of elements, and those that have it.

        For a reader that need not split a segment which it has met before. It says itself where it is (``at``). No
        segment is empty, and none holds a line feed if there are several.
        """
        for joint, walk in chain(((self._joint, self._walk),), self._runs):
            self._start = self._stream.index + 1
            texts = list(walk)
            self._is_handed_over = True
            yield joint, texts
            self._is_handed_over = False

    def at(self, index: int) -> None:
        """Go to a segment of the list that ``texts`` gave last."""
        self._stream.go_to(self._start + index)

    def place_of(self, index: int) -> int:
        """Return which segment of the file one of that list is."""
        return self._stream.position_of(self._start + index)

    def _read(self) -> Iterator[tuple[str, Iterator[str]]]:
        stream = self._stream
        while (run := stream.run()) is not None:
            self._joint, self._walk = run
            before, count = stream.index, length_hint(self._walk)
            yield run
            stream.go_to(before + count)  # wherever its reader stood
            self.segments += count
        self._end(stream.peek())

    def _split(self) -> Iterator[Iterator[list[str]]]:
        for joint, walk in self._runs:
            yield map(str.split, walk, repeat(joint))

    def _end(self, trailer: list[str] | None) -> None:
        if trailer is None or trailer[0] != "SE":
            self._stream.note("missing-trailer", "SE", 0, "", "SE")
            return
        self._stream.take()
        self.segments += 1
        self.is_complete = True
        promised = number_of("".join(trailer[1:2]))
        self.lost_segments = max(0, int(promised or 0) - self.segments)
        self._file.compare_trailer(trailer, str(self.segments), self.control_number)


class InboundFile:
    """Reads a file of any number of interchanges; iterate once for its transactions.

    Args:
        source: the file, whole or in pieces of any size.
        note: is told of every deviation, in the order of the file.
        expected: who should have sent it to whom.
    """

    def __init__(self, source: bytes | Iterable[bytes], note: Note, expected: Expected | None = None) -> None:
        self.stream = SegmentStream(source, note)
        self.interchange = NO_INTERCHANGE
        self.interchanges = 0
        self.group: Group | None = None
        self._expected = expected or Expected()
        self._is_open = False
        self._groups = 0
        self._transactions = 0

    def __iter__(self) -> Iterator[Transaction]:
        while elements := self.stream.take():
            match elements[0]:
                case "ISA":
                    self._open_interchange(elements)
                case "GS":
                    self._open_group(elements)
                case "ST":
                    yield from self._transaction(elements)
                case "TA1":
                    yield from self._bare(elements)
                case "SE" | "GE" | "IEA":
                    self._close(elements)
                case _:
                    found = self.stream.separators.element.join(elements)
                    self.stream.note("outside-transaction", elements[0], 0, found)
        self._lack_trailers("GE", "IEA")

    def compare_trailer(self, elements: list[str], count: str, number: str) -> None:
        """Note a trailer whose count or control number is not that of what it closes."""
        cells = elements + _PAD
        if not same_number(cells[1], count):
            self.stream.note("wrong-count", elements[0], 1, cells[1], count)
        if not same_number(cells[2], number):
            self.stream.note("wrong-control-number", elements[0], 2, cells[2], number)

    def _open_interchange(self, isa: list[str]) -> None:
        self._lack_trailers("GE", "IEA")
        stream = self.stream
        self.interchange = interchange_of(isa, stream.separators, stream.position, stream.offset)
        self._is_open = True
        self.interchanges += 1
        self._groups = 0
        wanted, found = self._expected, self.interchange
        if wanted.sender_id and found.sender_id != wanted.sender_id:
            stream.note("other-sender", "ISA", 6, found.sender_id, wanted.sender_id)
        if wanted.receiver_id and found.receiver_id != wanted.receiver_id:
            stream.note("other-receiver", "ISA", 8, found.receiver_id, wanted.receiver_id)

    def _open_group(self, gs: list[str]) -> None:
        self._lack_trailers("GE")
        self.group = group_of(gs, self.stream.position, self.stream.offset)
        self._groups += 1
        self._transactions = 0

    def _transaction(self, st: list[str]) -> Iterator[Transaction]:
        if self.group is None:
            self.stream.note("missing-header", "ST", 0, "", "GS")
        self._transactions += 1
        transaction = Transaction(self, st)
        self.stream.transaction = transaction.control_number
        yield transaction
        transaction.skip()
        self.stream.transaction = ""

    def _bare(self, ta1: list[str]) -> Iterator[Transaction]:
        if not self._is_open:
            self.stream.note("missing-header", "TA1", 0, "", "ISA")
        yield Transaction(self, ta1, is_bare=True)

    def _close(self, trailer: list[str]) -> None:
        name = trailer[0]
        is_open = {"SE": False, "GE": self.group is not None, "IEA": self._is_open}[name]
        if not is_open:
            self.stream.note("stray-trailer", name, 0, self.stream.separators.element.join(trailer), _HEADERS_OF[name])
        elif name == "GE" and self.group is not None:
            self.compare_trailer(trailer, str(self._transactions), self.group.control_number)
            self.group = None
        else:
            self._lack_trailers("GE")
            self.compare_trailer(trailer, str(self._groups), self.interchange.control_number)
            self._is_open = False
            self.interchange = NO_INTERCHANGE

    def _lack_trailers(self, *names: str) -> None:
        """Note what is still open although another begins, or the file ends."""
        if self.group is not None:
            self.stream.note("missing-trailer", "GE", 0, "", "GE")
            self.group = None
        if "IEA" in names and self._is_open:
            self.stream.note("missing-trailer", "IEA", 0, "", "IEA")
            self._is_open = False
            self.interchange = NO_INTERCHANGE
