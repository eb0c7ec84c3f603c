"""The grammar below every transaction: separators, characters, segments. Knows no claim.

X12 has no escape character. What may not stand in a file is therefore never written: free text is brought into the
allowed set (capitals, É to E, a blank for what cannot stand) and each blank so made is reported; in an identifier,
where a changed character means another thing, it is a fault.
"""

import unicodedata
from collections.abc import Callable, Collection, Iterator, Sequence
from operator import attrgetter
from string import ascii_lowercase, ascii_uppercase, digits
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
# That is safe because the Cleaner lets neither the usual nor the partner's own stand in a value.

USUAL = Separators()

# The two sets of appendix B.1 of every 5010 guide, delimiters among them.
_BASIC = ascii_uppercase + digits + "!\"&'()*+,-./:;?= "
_EXTENDED = ascii_lowercase + "%~@[]_{}\\|<>#$"

# Letters that do not fall apart into a plain one and an accent, and the signs that word processors put in.
_PLAIN = str.maketrans(
    {"Ø": "O", "ø": "o", "Ł": "L", "ł": "l", "Đ": "D", "đ": "d", "Æ": "AE", "æ": "ae", "Œ": "OE", "œ": "oe", "ß": "ss"}
    | {"Þ": "TH", "þ": "th", "Ð": "D", "ð": "d", "\u0131": "i"}
    | {"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u00b4": "'", "\u2010": "-", "\u2011": "-"}
    | {"\u2012": "-", "\u2013": "-", "\u2014": "-", "\u2212": "-", "\u00a0": " "}
)

_BETWEEN = "\x1f"  # joins the fields of a value for one look at all of them; no partner's character


def allowed_characters(separators: Separators, *, extended: bool) -> frozenset[str]:
    """Return what may stand in an element: the basic set, or both, without the separators."""
    return frozenset(_BASIC + (_EXTENDED if extended else "")).difference(*separators[:4])


def segment(*elements: str) -> str:
    """Join elements to a segment, without the empty ones at its end.

    >>> segment("NM1", "41", "2", "HARBOR", "", "", "")
    'NM1*41*2*HARBOR~'
    """
    return "*".join(elements).rstrip("*") + "~"


def in_partner_syntax(text: str, separators: Separators) -> str:
    """Put a partner's own delimiters in the place of the usual ones."""
    if separators == USUAL:
        return text
    own = text.translate(str.maketrans("*:^~", "".join(separators[:4])))
    return own.replace(separators.segment, separators.segment + separators.line_end)


def transliterate(text: str) -> str:
    """Take accents off and write typographic signs plainly.

    >>> transliterate("Élodie Sørensen-Weiß")
    'Elodie Sorensen-Weiss'
    """
    apart = unicodedata.normalize("NFKD", text.translate(_PLAIN))
    return "".join(sign for sign in apart if not unicodedata.combining(sign))


def _has_outer_blanks(joined: str) -> bool:
    """Tell whether some field of a joined value begins or ends with a blank."""
    return f" {_BETWEEN}" in joined or f"{_BETWEEN} " in joined or joined[:1] == " " or joined[-1:] == " "


class Fields:
    """Two or more fields of a value, read together: names for the report, a getter for speed."""

    def __init__(self, first: str, second: str, *more: str) -> None:
        self.names = (first, second, *more)
        self.values: Callable[[object], tuple[str, ...]] = attrgetter(*self.names)


class Cleaner:
    """Brings the fields of values into the characters that a partner takes.

    Args:
        separators: the partner's; neither they nor the usual ones are left in a field.
        extended: the partner takes lower case and the extended set; otherwise all becomes capitals.
        free_text: names of the fields in which a blank may replace what cannot stand; any other field is an identifier.
        report: told of each blank so made: the field's name and the character.
    """

    def __init__(
        self,
        separators: Separators,
        *,
        extended: bool,
        free_text: Collection[str],
        report: Callable[[str, str], object],
    ) -> None:
        self._allowed = allowed_characters(separators, extended=extended) - set(USUAL[:4])
        self._safe_bytes = ("".join(sorted(self._allowed)) + _BETWEEN).encode("ascii")
        self._extended = extended
        self._free_text = frozenset(free_text)
        self._report = report

    def is_safe(self, text: str) -> bool:
        """Tell whether every character may be written as it is."""
        return text.isascii() and not text.encode().translate(None, self._safe_bytes)

    def fields(self, value: object, fields: Fields) -> list[str]:
        """Return the named fields of a value as they may be written, without outer blanks.

        Raises:
            X12Fault: an identifier holds a character that cannot stand.
        """
        found = fields.values(value)
        joined = _BETWEEN.join(found)
        if not self._extended:
            joined = joined.upper()
        if self.is_safe(joined):
            cleaned = joined.split(_BETWEEN)
            if len(cleaned) == len(found):
                return [text.strip() for text in cleaned] if _has_outer_blanks(joined) else cleaned
        return [self._one(text, name) for text, name in zip(found, fields.names, strict=True)]

    def exact(self, text: str, name: str) -> str:
        """Return an identifier of our own as it is: it must come back from the payer letter by letter.

        Raises:
            X12Fault: it would have to be changed to be written.
        """
        if not self.is_safe(text) or text != text.strip():
            raise X12Fault(f"{name} has characters that this partner's files cannot carry as they are; make another.")
        return text

    def _one(self, text: str, name: str) -> str:
        """Clean one field; the slow way, for the few that need it."""
        if name not in self._free_text:
            return self._identifier(text, name)
        plain = transliterate(text)
        if not self._extended:
            plain = plain.upper()
        for sign in sorted(set(plain) - self._allowed):
            self._report(name, sign)
            plain = plain.replace(sign, " ")
        return plain.strip()

    def _identifier(self, text: str, name: str) -> str:
        plain = text.strip() if self._extended else text.strip().upper()
        wrong = sorted(set(plain) - self._allowed)
        if wrong:
            raise X12Fault(
                f"{name} has {', '.join(map(repr, wrong))}, which this partner's files cannot carry. "
                "It is an identifier, so nothing was put in its place: correct it where it is kept."
            )
        return plain


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
