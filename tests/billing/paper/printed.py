"""Prints claims and reads the pages back: which text begins at which line and column of which page."""

import re
from collections.abc import Iterator
from datetime import date
from io import BytesIO
from typing import Any

from pypdf import PdfReader
from pypdf.generic import ContentStream

from billing.paper import Printed, write_cms1500, write_ub04
from billing.paper.places import COLUMN, Form, form
from billing.x12.claim_837i import Claim837I
from billing.x12.claim_837p import Claim837P

MADE_ON = date(2026, 11, 22)
_CAPTION = 5.0
Page = dict[tuple[int, int], str]
"""Text by line and column."""


class Paper:
    """A printed PDF."""

    def __init__(self, data: bytes, printed: Printed, form: Form) -> None:
        self.data = data
        self.printed = printed
        self._form = form
        self._reader = PdfReader(BytesIO(data)) if data else None

    @property
    def information(self) -> str:
        """Everything that the document says of itself."""
        assert self._reader is not None
        return str(dict(self._reader.metadata or {}))

    def points(self) -> list[list[tuple[float, float, str]]]:
        """Return the text of each page with where it begins, in points, captions left out."""
        assert self._reader is not None
        return [
            list(_courier(ContentStream(page["/Contents"].get_object(), self._reader))) for page in self._reader.pages
        ]

    def captions(self) -> str:
        """Return all text of all pages."""
        assert self._reader is not None
        return " ".join(page.extract_text() for page in self._reader.pages)

    def pages(self) -> list[Page]:
        """Return the text of each page by line and column."""
        return [
            {
                (self._line(y), round((x - self._form.left) / COLUMN) + self._form.first_column): text
                for x, y, text in page
            }
            for page in self.points()
        ]

    def _line(self, y: float) -> int:
        return round((self._form.y(0) - y) / 12)

    def boxes(self) -> list[dict[str, str]]:
        """Return the text of each page by the name of the field in which it begins, with the row where it repeats."""
        return [{self._box(*at, text): text for at, text in page.items()} for page in self.pages()]

    def _box(self, line: int, column: int, text: str) -> str:
        for name, place in self._form.places.items():
            row, rest = divmod(line - place.line, place.step)
            width = place.width if len(text) <= place.width else place.condensed
            within = place.column <= column and column + len(text) <= place.column + width
            if not rest and 0 <= row < place.rows and within:
                return name if place.rows == 1 else f"{name}/{row}"
        raise AssertionError(f"no field of the form holds the text at line {line}, column {column}")


def _courier(stream: ContentStream) -> Iterator[tuple[float, float, str]]:
    """Yield text with its place, the shift of the page added; captions, which are smaller, are left out."""
    shift = kept = at = (0.0, 0.0)
    size = 0.0
    for operands, operator in stream.operations:
        if operator == b"cm":
            shift = (float(operands[4]), float(operands[5]))
        elif operator == b"q":
            kept = shift
        elif operator == b"Q":
            shift = kept
        elif operator == b"Tm":
            at = (float(operands[4]), float(operands[5]))
        elif operator == b"Tf":
            size = float(operands[1])
        elif operator == b"Tj" and size > _CAPTION:
            yield at[0] + shift[0], at[1] + shift[1], str(operands[0])


def cms1500(*claims: Claim837P, **options: Any) -> Paper:
    """Print professional claims."""
    out = BytesIO()
    printed = write_cms1500(claims, out, **options)
    return Paper(out.getvalue(), printed, form("cms1500"))


def ub04(*claims: Claim837I, **options: Any) -> Paper:
    """Print institutional claims."""
    out = BytesIO()
    printed = write_ub04(claims, out, made_on=MADE_ON, **options)
    return Paper(out.getvalue(), printed, form("ub04"))


def one_page(paper: Paper) -> dict[str, str]:
    """Return the fields of the only page."""
    (page,) = paper.boxes()
    return page


def written(page: dict[str, str], pattern: str) -> list[str]:
    """Return what stands in the fields whose names match, in the order of the page."""
    return [text for name, text in page.items() if re.fullmatch(pattern, name)]
