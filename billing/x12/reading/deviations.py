"""What a file that came in does otherwise than its guide says: kept as a value, never an exception.

A reader reads what can be read and notes the rest here, with the text as found, so that nothing is lost. Whether a
deviation matters is not decided in this room.
"""

from collections.abc import Callable
from typing import NamedTuple

MEANINGS = {
    # bytes and delimiters
    "no-interchange": "The file holds no interchange: no ISA segment is in it.",
    "junk": "This text stands outside every interchange; it was kept, not read.",
    "byte-order-mark": "A byte order mark stands before the ISA; files are plain ASCII.",
    "malformed-isa": "The ISA has not its fixed width of 106 characters; its delimiters were taken by counting.",
    "equal-delimiters": "The ISA declares one character for two purposes.",
    "other-component-separator": "The parts of this element are joined by another sign than the ISA declares.",
    "line-end-as-terminator": "A line end stands where the terminator of the ISA should end the segment.",
    "line-break-in-segment": "A line break stands within the segment; it was taken out.",
    "unterminated": "The text ends within this segment; it may be cut off.",
    "overlong-segment": "The segment is longer than any segment may be; it was kept, not read.",
    "lower-case": "The segment's name is written in small letters.",
    "padded": "Blanks stand around an element; they were taken off.",
    "not-ascii": "The segment holds a character that X12 cannot carry.",
    "control-character": "The segment holds a control character; it was replaced.",
    # envelopes
    "missing-header": "The segment that should have opened this is missing.",
    "missing-trailer": "The segment that should have closed this is missing.",
    "stray-trailer": "This closes what was never opened.",
    "wrong-count": "The count is not what was read.",
    "wrong-control-number": "It is not the number with which this was opened.",
    "other-sender": "The file is from another sender than its partner.",
    "other-receiver": "The file is for another receiver than this practice.",
    "outside-transaction": "The segment stands outside every transaction; it was kept, not read.",
    "other-guide": "The transaction follows another guide than the reader's; it was read all the same.",
    "unknown-transaction": "No reader knows this kind of transaction; its segments were kept, not read.",
    # inside a transaction
    "unread-segment": "The segment belongs to a transaction that no reader knows; it was kept, not read.",
    "unknown-segment": "The transaction has no such segment; it was kept, not read.",
    "misplaced-segment": "The segment may not stand here; it was kept, not read.",
    "extra-elements": "The segment has more elements than the guide knows; those were kept here.",
    "out-of-order": "The segment stands after its place; it was read all the same.",
    "missing-element": "A required element is empty.",
    "wrong-parent": "The level names another parent than the level it stands below; the place was believed.",
    "unknown-code": "The guide has no such code here; nothing was decided by it.",
    "missing-amount": "A required amount is empty; it was taken as 0.",
    "not-a-number": "It is no number; nothing was read from it.",
    "not-a-date": "It is no date; nothing was read from it.",
    "repeated-segment": "The segment may stand once; the first was taken.",
    "wrong-total": "The total that is printed is not the sum of what was read.",
}
"""Every code, and what it means in words."""

HARMS_AMOUNTS = frozenset((
    "not-a-number", "missing-amount", "misplaced-segment", "unknown-segment", "unterminated", "overlong-segment",
))  # fmt: skip
"""Codes after which an amount may be wrong or missing: nobody should post what was read around them."""


class Deviation(NamedTuple):
    """One thing that is not as it should be. ``found`` may be a patient's: show it to who mends it, never log it."""

    code: str
    position: int
    """Segment of the file, from 1 over all its interchanges; 0 before the first."""
    offset: int
    """Byte of the file at which the segment begins, from 0."""
    transaction: str
    """ST02; empty outside a transaction."""
    segment: str
    element: int
    """0: the segment as such."""
    found: str
    """The element; or the whole segment as it came, where it was not read."""
    expected: str = ""

    @property
    def meaning(self) -> str:
        """The code in words."""
        return MEANINGS[self.code]

    def __str__(self) -> str:
        element = f"{self.element:02}" if self.element else ""
        expected = f" Expected: {self.expected}." if self.expected else ""
        return f"segment {self.position} {self.segment}{element}: {self.meaning}{expected}"


Note = Callable[[Deviation], None]
"""Where deviations go as they are found: ``list.append``, or rows of a table."""


def printable(text: str) -> str:
    r"""Spell out the null character, which databases refuse.

    >>> printable("A\0B")
    'A\\x00B'
    """
    return text.replace("\0", "\\x00")
