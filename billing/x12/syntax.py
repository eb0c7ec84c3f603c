"""The grammar below every transaction: separators and segments. Knows no claim, and no character but a delimiter."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple


class Separators(NamedTuple):
    """The four delimiters of an interchange, and what stands after a segment for the eye of a reader."""

    element: str = "*"
    component: str = ":"
    repetition: str = "^"
    segment: str = "~"
    line_end: str = ""
    """Empty, or a line feed where a partner wants one segment a line."""


class X12Fault(ValueError):
    """Text that is no X12, or a value that X12 cannot carry. ``position`` counts segments from 1, 0 if unknown."""

    def __init__(self, message: str, segment: str = "", element: int = 0, position: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.segment = segment
        self.element = element
        self.position = position


# --- writing --------------------------------------------------------------------------------------------------------
# Inside the house text is made with the usual delimiters; a partner's own are put in at the door (in_partner_syntax).
# That is safe because no Alphabet lets the usual ones or the partner's own stand in a value.

USUAL = Separators()


def segment(*elements: str) -> str:
    """Join elements to a segment, without the empty ones at its end.

    >>> segment("NM1", "41", "2", "HARBOR", "", "", "")
    'NM1*41*2*HARBOR~'
    """
    return ended("*".join(elements))


def ended(elements: str) -> str:
    """End a segment that was put together already; for those of every patient, as an f-string is twice as fast.

    >>> ended("N3*100 HARBOR WAY*")
    'N3*100 HARBOR WAY~'
    """
    return elements.rstrip("*") + "~"


def in_partner_syntax(text: str, separators: Separators) -> str:
    """Put a partner's own delimiters in the place of the usual ones."""
    if separators == USUAL:
        return text
    own = text.translate(str.maketrans("*:^~", "".join(separators[:4])))
    return own.replace(separators.segment, separators.segment + separators.line_end)


# --- reading --------------------------------------------------------------------------------------------------------

_ISA_LENGTH = 105  # up to and with ISA16; the next character ends the segment
_ISA_ELEMENTS = 16


class Segment:
    """One segment as read: its place in the file, its elements by the guide's numbers.

    >>> nm1 = Segment(9, ["NM1", "41", "2", "HARBOR"])
    >>> nm1.name, nm1[3], nm1[9]
    ('NM1', 'HARBOR', '')
    """

    __slots__ = ("elements", "name", "position")

    def __init__(self, position: int, elements: Sequence[str]) -> None:
        self.position = position
        self.elements = elements
        self.name = elements[0]

    def __getitem__(self, number: int) -> str:
        """Return an element by its number; empty if the segment ends before it."""
        return self.elements[number] if number < len(self.elements) else ""


def read_separators(text: str) -> Separators:
    """Read the delimiters that an interchange declares in its ISA.

    Raises:
        X12Fault: the text does not begin with an ISA of the fixed width.
    """
    head = text[: _ISA_LENGTH + 1]
    if not head.startswith("ISA") or len(head) <= _ISA_LENGTH or head.count(head[3]) != _ISA_ELEMENTS:
        raise X12Fault("The file does not begin with an ISA segment of 106 characters; it is no interchange.", "ISA")
    element, component, end = head[3], head[104], head[105]
    return Separators(element, component, head.split(element)[11], end)


def tokenise(text: str, separators: Separators) -> Iterator[Segment]:
    """Split a file into its segments; line ends after the terminator are not part of it."""
    position = 0
    for piece in text.split(separators.segment):
        body = piece.strip("\r\n")
        if body:
            position += 1
            yield Segment(position, body.split(separators.element))
