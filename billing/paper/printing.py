"""Sheets as a PDF: their text on the positions of the form, and, where asked for, a plain grid with the numbers.

The same sheets give the same bytes. Nothing of a claim stands in the document's own properties.
"""

from collections.abc import Iterable
from typing import BinaryIO

from reportlab.pdfgen.canvas import Canvas

from billing.paper.places import COLUMN, LINE, PAGE_HEIGHT, PAGE_WIDTH, Form, Place
from billing.paper.sheets import Mark, Sheet

_FONT = "Courier"
_WIDTH_OF_FONT = 0.6
"""Of a Courier character, as a share of the font's size."""
_SIZE = COLUMN / _WIDTH_OF_FONT
_GRID_SIZE = 9.0
"""Smaller than on the form, to leave room for the captions; each character keeps its column."""
_CONDENSED_SIZE = 8.0
_CAPTION_FONT = "Helvetica"
_CAPTION_SIZE = 4.0
_DESCENT = 3.0
"""How far below the foot of its text a cell of the grid ends."""
_GREY = 0.6


def print_sheets(sheets: Iterable[Sheet], out: BinaryIO, *, title: str, grid: bool, offset: tuple[float, float]) -> int:
    """Write sheets as the pages of a PDF and return how many there are; nothing is written without a sheet.

    Args:
        out: binary, open for writing.
        title: of the document; never a patient's.
        grid: draw a plain grid with numbers and captions, for white paper.
        offset: points by which everything moves right and up, to meet a printer's own.
    """
    canvas = Canvas(out, pagesize=(PAGE_WIDTH, PAGE_HEIGHT), invariant=True, pageCompression=True)
    canvas.setTitle(title)
    canvas.setAuthor("oncocharge")
    canvas.setCreator("oncocharge")
    canvas.setSubject("Claims on paper")
    pages = 0
    for sheet in sheets:
        canvas.translate(*offset)
        if grid:
            _draw_grid(canvas, sheet.form)
        for mark in sheet.marks:
            _draw_mark(canvas, sheet.form, mark, grid=grid)
        canvas.showPage()
        pages += 1
    if pages:
        canvas.save()
    return pages


def _draw_mark(canvas: Canvas, form: Form, mark: Mark, *, grid: bool) -> None:
    """Draw text so that each character stands in its column, whatever the size of the font."""
    size = _CONDENSED_SIZE if mark.is_condensed else _GRID_SIZE if grid else _SIZE
    text = canvas.beginText(form.x(mark.column), form.y(mark.line))
    text.setFont(_FONT, size)
    text.setCharSpace(0 if mark.is_condensed else COLUMN - _WIDTH_OF_FONT * size)
    text.textOut(mark.text)
    canvas.drawText(text)


def _draw_grid(canvas: Canvas, form: Form) -> None:
    canvas.saveState()
    canvas.setLineWidth(0.3)
    canvas.setStrokeGray(_GREY)
    canvas.setFont(_CAPTION_FONT, _CAPTION_SIZE)
    canvas.setFillGray(_GREY / 2)
    for place in form.places.values():
        for row in range(place.rows):
            canvas.rect(*_cell(form, place, row))
        if place.says or place.box:
            _draw_caption(canvas, form, place)
    canvas.restoreState()


def _cell(form: Form, place: Place, row: int) -> tuple[float, float, float, float]:
    """Return left, foot, width and height of a field's cell."""
    foot = form.y(place.line + row * place.step) - _DESCENT
    return form.x(place.column) - 1, foot, place.width * COLUMN + 2, place.height * LINE


def _draw_caption(canvas: Canvas, form: Form, place: Place) -> None:
    """Name a field above its first text: its number and our words."""
    if place.says:
        x, y = form.x(place.column), form.y(place.line) + place.rise
        canvas.drawString(x, y, f"{place.box} {place.says}".strip())
