"""Which characters a file can carry, and how a field is brought into them.

X12 has no escape character. What may not stand in a file is therefore never written: free text is brought into the
allowed set (capitals, É to E, a blank for what cannot stand) and each blank so made is reported; in an identifier,
where a changed character means another thing, it is a fault.
"""

import unicodedata
from collections.abc import Callable, Collection
from functools import lru_cache
from operator import attrgetter
from string import ascii_letters, ascii_lowercase, ascii_uppercase, digits

from billing.x12.syntax import USUAL, Separators, X12Fault

# The two sets of appendix B.1 of every 5010 guide, delimiters among them.
_BASIC = ascii_uppercase + digits + "!\"&'()*+,-./:;?= "
_EXTENDED = ascii_lowercase + "%~@[]_{}\\|<>#$"

_NO_SEPARATORS = frozenset(ascii_letters + digits + " .-")  # numbers, ranges of dates and names need these

# Letters that do not fall apart into a plain one and an accent, and the signs that word processors and keyboards put
# in: a Hawaiian name has an okina, and many an apostrophe is typed as a grave accent.
_PLAIN = str.maketrans(
    {"Ø": "O", "ø": "o", "Ł": "L", "ł": "l", "Đ": "D", "đ": "d", "Æ": "AE", "æ": "ae", "Œ": "OE", "œ": "oe", "ß": "ss"}
    | {"Þ": "TH", "þ": "th", "Ð": "D", "ð": "d", "\u0131": "i", "\u1e9e": "SS", "Ħ": "H", "ħ": "h", "Ŧ": "T", "ŧ": "t"}
    | dict(zip("ŊŋƁɓƊɗƉɖƘƙƳƴƐɛƆɔƏə", "NnBbDdDdKkYyEeOoEe", strict=True))
    | dict.fromkeys("\u2018\u2019\u00b4`\u02bb\u02bc\u02be\u02bf\u02b9\u2032\ua78b\ua78c", "'")
    | {"\u201c": '"', "\u201d": '"', "\u2010": "-", "\u2011": "-"}
    | {"\u2012": "-", "\u2013": "-", "\u2014": "-", "\u2212": "-", "\u00a0": " "}
)
_UNSEEN = "Cf"
"""Category of what only says how text is shown: soft hyphens, joiners, marks of direction. It comes with a paste."""

BETWEEN = "\x1f"
"""Joins the fields of a value for one look at all of them; a field that holds it is looked at alone."""


def allowed_characters(separators: Separators, *, extended: bool) -> frozenset[str]:
    """Return what may stand in an element: the basic set, or both, without the separators."""
    return frozenset(_BASIC + (_EXTENDED if extended else "")).difference(*separators[:4])


def transliterate(text: str) -> str:
    """Take accents off, write typographic signs plainly, leave out what cannot be seen.

    >>> transliterate("Élodie Sørensen-Weiß")
    'Elodie Sorensen-Weiss'
    """
    apart = unicodedata.normalize("NFKD", text.translate(_PLAIN))
    return "".join(sign for sign in apart if not unicodedata.combining(sign) and unicodedata.category(sign) != _UNSEEN)


def _any_of(signs: Collection[str]) -> str:
    """Return a pattern of one of these characters, as ranges: those compile in a third of the time.

    >>> print(_any_of("ABCX "))
    [\\x20-\\x20\\x41-\\x43\\x58-\\x58]
    """
    runs: list[list[int]] = []
    for place in sorted(map(ord, signs)):
        if runs and place == runs[-1][1] + 1:
            runs[-1][1] = place
        else:
            runs.append([place, place])
    return "[" + "".join(f"\\x{first:02x}-\\x{last:02x}" for first, last in runs) + "]"


class Alphabet:
    """What the files of one partner can carry. Get it from ``alphabet_of``: one object for one answer."""

    def __init__(self, separators: Separators, *, extended: bool) -> None:
        self.extended = extended
        self._signs = allowed_characters(separators, extended=extended).difference(USUAL[:4])
        self._plain_bytes = "".join(self._signs).encode("ascii")
        self._inner = _any_of(self._signs.union(ascii_letters))
        self._last = _any_of(self._signs.union(ascii_letters) - {" "})
        self._joined_bytes = self._plain_bytes + BETWEEN.encode("ascii")

    def is_safe(self, text: str) -> bool:
        """Tell whether every character may be written as it is."""
        return text.isascii() and not text.encode().translate(None, self._plain_bytes)

    def plain_text(self, least: int, most: int) -> str:
        """Return a pattern of text that is written as it is, but for capitals: from a letter or digit to no blank.

        Other text may be right too; this one is so without another look. It is empty where ``least`` is 0.
        """
        more = f"{self._inner}{{{max(least - 2, 0)},{most - 2}}}{self._last}"
        if least > 1:
            return f"[0-9A-Za-z]{more}"
        return f"[0-9A-Za-z](?:{more})?" if least else f"(?:[0-9A-Za-z](?:{more})?)?"

    def cased(self, text: str) -> str:
        """Return the text in capitals, unless the partner takes small letters."""
        return text if self.extended else text.upper()

    def split_if_safe(self, fields: tuple[str, ...]) -> list[str] | None:
        """Return the fields as they may be written, looked at all together; ``None`` if one of them needs care."""
        joined = self.cased(BETWEEN.join(fields))
        if not joined.isascii() or joined.encode().translate(None, self._joined_bytes):
            return None
        written = joined.split(BETWEEN)
        if len(written) != len(fields):
            return None
        return [text.strip() for text in written] if _has_outer_blanks(joined) else written

    def free_text(self, text: str) -> tuple[str, list[str]]:
        """Return the text as it is written, and the characters for which a blank was put."""
        plain = self.cased(transliterate(text))
        replaced = sorted(set(plain) - self._signs)
        for sign in replaced:
            plain = plain.replace(sign, " ")
        return plain.strip(), replaced

    def wrong_in_identifier(self, text: str) -> str:
        """Return the characters that an identifier may not have, as a list in words; empty if there is none."""
        return ", ".join(map(repr, sorted(set(self.cased(text.strip())) - self._signs)))


@lru_cache(maxsize=64)
def alphabet_of(separators: Separators = USUAL, *, extended: bool = False) -> Alphabet:
    """Return the alphabet of a partner.

    Raises:
        X12Fault: the separators are not four different signs, or one of them is needed in data.
    """
    four = separators[:4]
    if any(len(sign) != 1 or not sign.isascii() for sign in four) or len(set(four)) < len(four):
        raise X12Fault("The separators must be four different characters.", "ISA", 16)
    if not _NO_SEPARATORS.isdisjoint(four):
        raise X12Fault("A separator must be no letter, digit, blank, point or hyphen: data needs those.", "ISA", 16)
    return Alphabet(separators, extended=extended)


def _has_outer_blanks(joined: str) -> bool:
    """Tell whether some field of a joined value begins or ends with a blank."""
    return f" {BETWEEN}" in joined or f"{BETWEEN} " in joined or joined[:1] == " " or joined[-1:] == " "


class Fields:
    """Two or more fields of a value, or of a part of it, read together: names for the report, a getter for speed."""

    def __init__(self, first: str, second: str, *more: str) -> None:
        paths = (first, second, *more)
        self.names = tuple(path.rpartition(".")[2] for path in paths)
        self.values: Callable[[object], tuple[str, ...]] = attrgetter(*paths)


class Cleaner:
    """Brings the fields of values into an alphabet.

    Args:
        alphabet: the partner's.
        free_text: names of the fields in which a blank may replace what cannot stand; any other field is an identifier.
        report: told of each blank so made: the field's name and the character.
    """

    def __init__(self, alphabet: Alphabet, *, free_text: Collection[str], report: Callable[[str, str], object]) -> None:
        self._alphabet = alphabet
        self.is_safe = alphabet.is_safe
        self._free_text = frozenset(free_text)
        self._report = report

    def fields(self, value: object, fields: Fields) -> list[str]:
        """Return the named fields of a value as they may be written, without outer blanks.

        Raises:
            X12Fault: an identifier holds a character that cannot stand.
        """
        found = fields.values(value)
        written = self._alphabet.split_if_safe(found)
        if written is None:
            written = [self._one(text, name) for text, name in zip(found, fields.names, strict=True)]
        return written

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
            wrong = self._alphabet.wrong_in_identifier(text)
            if wrong:
                raise X12Fault(
                    f"{name} has {wrong}, which this partner's files cannot carry. "
                    "It is an identifier, so nothing was put in its place: correct it where it is kept."
                )
            return self._alphabet.cased(text.strip())
        written, replaced = self._alphabet.free_text(text)
        for sign in replaced:
            self._report(name, sign)
        return written
