"""Bytes -> numbered lines of text, whatever the line ends and the character set; a line at a time.

CMS's files come as ASCII, as UTF-8 with or without a byte order mark, and as Windows-1252; some mix their line
ends. No cell is understood here.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from billing.cms.faults import CodeFileRefused

LONGEST_LINE = 1_000_000
"""Bytes; a file without line ends is no text."""

_UTF8_MARK = b"\xef\xbb\xbf"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


class Line(NamedTuple):
    """A line without its end. ``is_ended`` is false for a last line that simply stops."""

    number: int
    text: str
    is_ended: bool


def read_lines(chunks: Iterable[bytes], name: str) -> Iterator[Line]:
    """Yield the lines of a file; LF, CR LF and CR each end one.

    Raises:
        CodeFileRefused: the bytes are no text that could be read.
    """
    for number, raw in enumerate(_split(chunks, name), start=1):
        content = raw.rstrip(b"\r\n")
        if number == 1:
            if content.startswith(_UTF16_MARKS):
                raise CodeFileRefused(
                    [f"{name}: is written in UTF-16. Save it as CSV (UTF-8), or take the file as CMS offers it."]
                )
            content = content.removeprefix(_UTF8_MARK)
        if b"\0" in content:
            raise CodeFileRefused(
                [f"{name} line {number}: found a zero byte. This is no text file, or it is damaged: download it again."]
            )
        yield Line(number, _decode(content), len(content) < len(raw))


def _split(chunks: Iterable[bytes], name: str) -> Iterator[bytes]:
    rest = b""
    for chunk in chunks:
        lines = (rest + chunk).splitlines(keepends=True)
        # A CR at the end of a chunk may be the first half of a CR LF.
        rest = b"" if not lines or lines[-1].endswith(b"\n") else lines.pop()
        if len(rest) > LONGEST_LINE:
            raise CodeFileRefused([f"{name}: a line is longer than {LONGEST_LINE:,} bytes. This is no code file."])
        yield from lines
    if rest:
        yield rest


def _decode(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError:
        # Every byte is a character of Latin-1; Windows-1252 leaves five without one.
        return content.decode("cp1252", errors="ignore") if _is_cp1252(content) else content.decode("latin-1")


def _is_cp1252(content: bytes) -> bool:
    try:
        content.decode("cp1252")
    except UnicodeDecodeError:
        return False
    return True
