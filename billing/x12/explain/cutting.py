"""Takes one claim out of a file of claims, with everything above it, one piece of the file at a time."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from billing.x12.syntax import Separators, X12Fault, read_separators

_ISA_LENGTH = 106
_LEVELS = ("20", "22", "23")
_ENVELOPE = ("ISA", "GS", "ST")
_ENDS = frozenset(("SE", "GE", "IEA"))


class ClaimText(NamedTuple):
    """One claim as it stands in a file."""

    segments: tuple[str, ...]
    """Without their terminators: ISA, GS, ST to 1000B, then 2000A, 2000B, 2000C where there is one, and the claim."""
    separators: Separators

    @property
    def whole(self) -> str:
        """The segments with their terminators, as they stand in the file."""
        return "".join(segment + self.separators.segment for segment in self.segments)


def cut_claim(source: bytes | Iterable[bytes], control_number: str) -> ClaimText | None:
    """Return the claim of this CLM01 with its ancestors; None if it is not in the file.

    Holds what stands above the claim at hand, never the file; stops reading behind the claim.

    Args:
        source: a file as it was sealed, whole or in pieces of any size.
        control_number: CLM01.

    Raises:
        X12Fault: the file does not begin with an ISA.
    """
    pieces = iter((source,) if isinstance(source, bytes) else source)
    head = _head(pieces)
    separators = read_separators(head)
    path = _Path(separators.element, control_number)
    for segment in _segments(head, pieces, separators.segment):
        if path.is_behind(segment):
            break
    found = path.found()
    return ClaimText(found, separators) if found else None


def _head(pieces: Iterator[bytes]) -> str:
    """Return the beginning of the file, at least its ISA if it is as long."""
    head = b""
    while len(head) < _ISA_LENGTH and (piece := next(pieces, None)) is not None:
        head += piece
    return _text(head)


def _text(piece: bytes) -> str:
    try:
        return piece.decode("ascii")
    except UnicodeDecodeError as error:
        raise X12Fault(f"The file has a byte that no file of ours has, {piece[error.start]:#04x}.", "ISA") from error


def _segments(head: str, pieces: Iterator[bytes], terminator: str) -> Iterator[str]:
    """Yield the segments without terminators and line ends."""
    rest = head
    while True:
        *whole, rest = rest.split(terminator)
        for segment in whole:
            yield segment.strip("\r\n")
        piece = next(pieces, None)
        if piece is None:
            return
        rest += _text(piece)


class _Path:
    """What stands above the claim at hand, and the wanted claim once it has begun."""

    def __init__(self, element: str, control_number: str) -> None:
        self._element = element
        self._wanted = f"CLM{element}{control_number}{element}"
        self._envelope: list[str] = []
        self._levels: dict[str, list[str]] = {}
        self._level: list[str] = self._envelope
        self._claim: list[str] | None = None

    def is_behind(self, segment: str) -> bool:
        """Take one more segment; tell whether it stands behind the wanted claim."""
        name = segment.partition(self._element)[0]
        if self._claim is not None:
            if name in ("CLM", "HL") or name in _ENDS:
                return True
            self._claim.append(segment)
        elif segment.startswith(self._wanted):
            self._claim = [segment]
        elif name == "HL":
            self._open(segment)
        elif name in _ENVELOPE:
            self._level = self._envelope = [*self._envelope[: _ENVELOPE.index(name)], segment]
            self._levels = {}
        elif name == "CLM":  # another claim: what follows belongs to none of the levels
            self._level = []
        else:
            self._level.append(segment)
        return False

    def _open(self, hl: str) -> None:
        code = hl.split(self._element)[3]
        for lower in _LEVELS[_LEVELS.index(code) :] if code in _LEVELS else ():
            self._levels.pop(lower, None)
        self._level = self._levels[code] = [hl]

    def found(self) -> tuple[str, ...]:
        """Return the claim with what stands above it; nothing if it was not met."""
        if self._claim is None:
            return ()
        above = [segment for level in _LEVELS if level in self._levels for segment in self._levels[level]]
        return (*self._envelope, *above, *self._claim)
