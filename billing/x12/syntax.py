"""The grammar below every transaction: separators, characters, segments. Knows no claim.

X12 has no escape character. What may not stand in a file is therefore never written: free text is brought into the
allowed set (capitals, É to E, a blank for what cannot stand) and each blank so made is reported; in an identifier,
where a changed character means another thing, it is a fault.
"""

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
