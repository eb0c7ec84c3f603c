"""Numbers as an address, a form or a cookie carries them: text that anybody may have changed.

Pure text, no Django. What is not such a number is nobody's id, never an error. Not for amounts or counts.
"""

_MOST_DIGITS = 18
"""A row's number has at most so many; Python itself refuses to read some thousands."""


def id_or_none(text: str | None) -> int | None:
    """Return the number of a row, or None for anything else: nothing, words, a superscript two, a thousand digits."""
    if text and len(text) <= _MOST_DIGITS and text.isascii() and text.isdecimal():
        return int(text)
    return None
