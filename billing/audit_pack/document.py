"""A pack as PDF: a cover with contents, then a table a section; Letter, landscape. Pure.

Each page says whose it is, which of how many, who made it, and the hash of the CSV that goes with it. The document's
own properties name the course by number and nobody by name.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, BinaryIO, TypeAlias
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import landscape, letter
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase.pdfmetrics import getFont, registerFont, stringWidth
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    LongTable,
    NextPageTemplate,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
)

from billing.audit_pack.sections import Cell, Cover, Pack, Section
from billing.money import print_dollars
from billing.x12.characters import transliterate

WIDTH, HEIGHT = landscape(letter)
MARGIN, HEAD, FOOT = 36.0, 58.0, 46.0
_ROOM = WIDTH - 2 * MARGIN
_INK, _SOFT, _LINE, _ACCENT = HexColor("#12262b"), HexColor("#44575c"), HexColor("#c3cfcf"), HexColor("#0a5c68")
_SUNK = HexColor("#e6ecec")
_TOTAL = "total"
_FONT, _BOLD = "Vera", "VeraBd"
"""Bitstream Vera, of reportlab. It is embedded: how wide a text is does not depend on the reader's fonts."""
for _name in (_FONT, _BOLD):
    registerFont(TTFont(_name, f"{_name}.ttf"))
_GLYPHS = frozenset(getFont(_FONT).face.charToGlyph)  # type: ignore[attr-defined]  # of a TrueType font
_HASH_SHOWN = 16
_GUTTER = 36.0
_ROOM_OF_NUMBER, _ROOM_OF_TOTAL = 20.0, 10.0
_LEAST = 100.0
"""Room that a heading wants below itself: else it begins the next page."""
Content: TypeAlias = list[Flowable]

_TEXT = ParagraphStyle("text", fontName=_FONT, fontSize=8.5, leading=12, textColor=_INK)
_CELL = ParagraphStyle("cell", parent=_TEXT, fontSize=6.4, leading=8.4)
_FIGURE = ParagraphStyle("figure", parent=_CELL, alignment=TA_RIGHT)
_HEADS = ParagraphStyle("heads", parent=_CELL, splitLongWords=0, fontName=_BOLD, textColor=_SOFT)
_HEADS_OF_FIGURES = ParagraphStyle("heads-figures", parent=_HEADS, alignment=TA_RIGHT)
_PADDING = 3.0
_STYLE: list[Any] = [
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("FONT", (0, 1), (-1, -1), _FONT, _CELL.fontSize, _CELL.leading),
    ("TEXTCOLOR", (0, 1), (-1, -1), _INK),
    ("BACKGROUND", (0, 0), (-1, 0), _SUNK),
    ("LINEBELOW", (0, 0), (-1, 0), 0.75, _ACCENT),
    ("LINEBELOW", (0, 1), (-1, -1), 0.25, _LINE),
    ("LEFTPADDING", (0, 0), (-1, -1), _PADDING),
    ("RIGHTPADDING", (0, 0), (-1, -1), _PADDING),
    ("TOPPADDING", (0, 0), (-1, -1), 2),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5),
]
_COUNT = ParagraphStyle("count", parent=_TEXT, alignment=TA_RIGHT, textColor=_SOFT)
_TERM = ParagraphStyle("term", parent=_TEXT, fontName=_BOLD, textColor=_SOFT)
_TITLE = ParagraphStyle("title", parent=_TEXT, fontName=_BOLD, fontSize=12, leading=16, textColor=_ACCENT)
_ABOUT = ParagraphStyle("about", parent=_TEXT, fontSize=7.5, leading=10.5, textColor=_SOFT, spaceAfter=5)
_BIG = ParagraphStyle("big", parent=_TEXT, fontName=_BOLD, fontSize=22, leading=27, textColor=_ACCENT)
_SUB = ParagraphStyle("sub", parent=_TEXT, fontSize=10.5, leading=15, textColor=_SOFT)
_HASH = ParagraphStyle("hash", parent=_TEXT, fontName=_FONT, fontSize=8.5)


def write_document(pack: Pack, csv_sha256: str, out: BinaryIO) -> None:
    """Write the PDF.

    Args:
        csv_sha256: of the CSV that goes with it, in hexadecimal.
        out: binary, open for writing.
    """
    document = _Document(pack.cover, csv_sha256, out)
    story: Content = [*_cover(pack, csv_sha256), NextPageTemplate("rows"), PageBreak()]
    for section in pack.sections:
        story += _section(section, pack.cover.zone)
    story.append(_Totals(document))
    document.build(story)


# --- pages --------------------------------------------------------------------------------------------------------


class _Document(BaseDocTemplate):
    """The pages' frames, heads and feet; an entry of the outline for each section."""

    def __init__(self, cover: Cover, csv_sha256: str, out: BinaryIO) -> None:
        super().__init__(
            out, pagesize=(WIDTH, HEIGHT), title=f"Audit pack, course {cover.course_id}", author="oncocharge",
            creator="oncocharge", subject="Audit pack of a course", lang="en-US", displayDocTitle=1,
        )  # fmt: skip
        self._cover, self._csv_sha256 = cover, csv_sha256
        frame = Frame(MARGIN, FOOT, _ROOM, HEIGHT - HEAD - FOOT, 0, 0, 0, 0, id="frame")
        whole = Frame(MARGIN, FOOT, _ROOM, HEIGHT - FOOT - MARGIN, 0, 0, 0, 0, id="whole")
        self.addPageTemplates([
            PageTemplate("cover", [whole], onPageEnd=self._foot),
            PageTemplate("rows", [frame], onPage=self._head, onPageEnd=self._foot),
        ])  # fmt: skip
        self.page_of: dict[str, int] = {}

    def afterFlowable(self, flowable: Flowable) -> None:  # reportlab's own name
        """Note where a section begins."""
        key = getattr(flowable, "section_key", "")
        if key:
            self.page_of[key] = self.page
            self.canv.bookmarkPage(key)
            self.canv.addOutlineEntry(flowable.section_title, key, 0)  # type: ignore[attr-defined]

    def _head(self, canvas: Canvas, _document: object) -> None:
        cover = self._cover
        canvas.saveState()
        canvas.setFont(_BOLD, 9)
        canvas.setFillColor(_ACCENT)
        canvas.drawString(MARGIN, HEIGHT - 34, f"Audit pack, course {cover.course_id}")
        canvas.setFont(_FONT, 8)
        canvas.setFillColor(_SOFT)
        whose = _plain(f"{cover.patient}, MRN {cover.mrn}: {cover.course_title}")
        canvas.drawRightString(WIDTH - MARGIN, HEIGHT - 34, whose)
        canvas.setStrokeColor(_ACCENT)
        canvas.setLineWidth(1)
        canvas.line(MARGIN, HEIGHT - 41, WIDTH - MARGIN, HEIGHT - 41)
        canvas.restoreState()

    def _foot(self, canvas: Canvas, _document: object) -> None:
        cover = self._cover
        canvas.saveState()
        canvas.setStrokeColor(_LINE)
        canvas.setLineWidth(0.5)
        canvas.line(MARGIN, FOOT - 12, WIDTH - MARGIN, FOOT - 12)
        canvas.setFont(_FONT, 7)
        canvas.setFillColor(_SOFT)
        made = f"{cover.practice} · made {_moment(cover.made_at, cover.zone)} by {cover.made_by}"
        canvas.drawString(MARGIN, FOOT - 24, _plain(made))
        canvas.drawString(MARGIN, FOOT - 34, f"CSV of the same rows: SHA-256 {self._csv_sha256[:_HASH_SHOWN]}…")
        canvas.drawRightString(WIDTH - MARGIN - _ROOM_OF_TOTAL, FOOT - 24, f"Page {canvas.getPageNumber()} of ")
        canvas.translate(WIDTH - MARGIN - _ROOM_OF_TOTAL, FOOT - 24)
        canvas.doForm(_TOTAL)
        canvas.restoreState()


class _Totals(Flowable):
    """Stands at the end, takes no room, and says what was not known before: pages in all, and of each section."""

    def __init__(self, document: "_Document") -> None:
        super().__init__()
        self._document = document

    def wrap(self, *_room: float) -> tuple[float, float]:
        """Take no room."""
        return 0, 0

    def draw(self) -> None:
        """Define the numbers that earlier pages refer to."""
        canvas = self.canv
        _define(canvas, _TOTAL, str(canvas.getPageNumber()), 7, _SOFT)
        for key, page in self._document.page_of.items():
            _define(canvas, f"page-{key}", str(page), 8.5, _INK)


def _define(canvas: Canvas, name: str, text: str, size: float, colour: Color) -> None:
    """Define a number that earlier pages refer to; of the contents to the right, of the foot behind its words."""
    canvas.beginForm(name, 0, -3, 40, 12)
    canvas.setFont(_FONT, size)
    canvas.setFillColor(colour)
    if name == _TOTAL:
        canvas.drawString(0, 0, text)
    else:
        canvas.drawRightString(_ROOM_OF_NUMBER, 0, text)
    canvas.endForm()


class _PageOf(Flowable):
    """The page of a section, which is known at the end."""

    def __init__(self, key: str) -> None:
        super().__init__()
        self._key = key

    def wrap(self, *_room: float) -> tuple[float, float]:
        """Take the room of a number."""
        return 24, 12

    def draw(self) -> None:
        """Refer to the number."""
        self.canv.translate(0, 3.5)
        self.canv.doForm(f"page-{self._key}")


# --- the cover ----------------------------------------------------------------------------------------------------


def _cover(pack: Pack, csv_sha256: str) -> Content:
    cover = pack.cover
    facts = (
        ("Patient", f"{cover.patient}, MRN {cover.mrn}"),
        ("Course", f"{cover.course_id}: {cover.course_title}"),
        ("Period", f"{_day(cover.first_on)} to {_day(cover.last_on)}, by days of service"),
        ("Made", f"{_moment(cover.made_at, cover.zone)} by {cover.made_by}"),
        ("Times", f"on the clock of the clinic ({cover.zone.key})"),
    )
    rows = [[_paragraph(term, _TERM), _paragraph(said, _TEXT)] for term, said in facts]
    rows.append([_paragraph("CSV, SHA-256", _TERM), _paragraph(csv_sha256, _HASH)])
    table = Table(rows, colWidths=[100, _ROOM - 100], style=[
        ("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 0), ("TOPPADDING", (0, 0), (-1, -1), 2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
    ])  # fmt: skip
    return [
        _paragraph("Audit pack", _BIG),
        _paragraph(f"{cover.practice}, {cover.address}", _SUB),
        Spacer(1, 10),
        table,
        Spacer(1, 10),
        _paragraph("Contents", _TITLE),
        Spacer(1, 3),
        _contents(pack.sections),
    ]


def _contents(sections: Sequence[Section]) -> Table:
    """Return the contents in two columns, each entry a link."""
    half = -(-len(sections) // 2)
    rows = []
    for number in range(half):
        row: list[Flowable | str] = []
        for place in (number, number + half):
            row += _entry(place, sections[place]) if place < len(sections) else ["", "", ""]
            row += [""] if place == number else []
        rows.append(row)
    width = (_ROOM - _GUTTER) / 2
    widths = [width - 90, 64, 26]
    return Table(rows, colWidths=[*widths, _GUTTER, *widths], style=[
        ("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ("TOPPADDING", (0, 0), (-1, -1), 2), ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
        ("LINEBELOW", (0, 0), (2, -1), 0.25, _LINE), ("LINEBELOW", (4, 0), (6, -1), 0.25, _LINE),
    ])  # fmt: skip


def _entry(place: int, section: Section) -> list[Flowable | str]:
    colour = _ACCENT.hexval().replace("0x", "#")
    link = f'<a href="#{section.key}" color="{colour}">{place + 1}. {_markup(section.title)}</a>'
    rows = f"{len(section.rows):,} row{'s' * (len(section.rows) != 1)}"
    return [Paragraph(link, _TEXT), _paragraph(rows, _COUNT), _PageOf(section.key)]


# --- a section ----------------------------------------------------------------------------------------------------


def _section(section: Section, zone: ZoneInfo) -> Iterator[Flowable]:
    """Yield heading, sentence and table; the heading never stands alone at the foot of a page."""
    title = _paragraph(section.title, _TITLE)
    title.section_key, title.section_title = section.key, section.title  # type: ignore[attr-defined]
    count = f"{len(section.rows):,} row{'s' * (len(section.rows) != 1)}." if section.rows else "None."
    about = _paragraph(f"{section.about} {count}", _ABOUT)
    yield CondPageBreak(_LEAST if section.rows else _LEAST / 2)
    yield title
    yield about
    if section.rows:
        yield _table(section, zone)
    yield Spacer(1, 14)


def _table(section: Section, zone: ZoneInfo) -> LongTable:
    share = _ROOM / sum(one.width for one in section.columns)
    widths = [one.width * share for one in section.columns]
    numbers = [one.is_number for one in section.columns]
    heads = [_paragraph(one.head, _HEADS_OF_FIGURES if one.is_number else _HEADS) for one in section.columns]
    rows = [
        [
            _cell(_said(cell, zone), width, is_number)
            for cell, width, is_number in zip(row, widths, numbers, strict=True)
        ]
        for row in section.rows
    ]
    to_the_right = [("ALIGN", (place, 1), (place, -1), "RIGHT") for place, is_one in enumerate(numbers) if is_one]
    style: list[Any] = [*_STYLE, *to_the_right]
    return LongTable([heads, *rows], colWidths=widths, repeatRows=1, splitByRow=1, splitInRow=1, style=style)


def _cell(text: str, width: float, is_number: bool) -> Flowable | str:
    """Return a text that fits its line as it is, which is much faster; the rest as a paragraph, which breaks."""
    plain = _plain(text)
    if "\n" not in plain and stringWidth(plain, _FONT, _CELL.fontSize) <= width - 2 * _PADDING:
        return plain
    return Paragraph(escape(plain).replace("\n", "<br/>"), _FIGURE if is_number else _CELL)


# --- words --------------------------------------------------------------------------------------------------------


def _said(cell: Cell, zone: ZoneInfo) -> str:
    """Write a cell for a reader."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return _moment(cell, zone)
    if isinstance(cell, date):
        return _day(cell)
    return print_dollars(cell) if isinstance(cell, Decimal) else str(cell)


def _moment(at: datetime, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    return f"{local.day} {local:%b %Y %H:%M}"


def _day(on: date | None) -> str:
    return f"{on.day} {on:%b %Y}" if on else "open"


def _paragraph(text: str, style: ParagraphStyle) -> Paragraph:
    return Paragraph(_markup(text), style)


def _markup(text: str) -> str:
    return escape(_plain(text)).replace("\n", "<br/>")


def _plain(text: str) -> str:
    """Return a text in the signs of the document's font: what it lacks is written with plain letters, else as ?."""
    return "".join(_sign(sign) for sign in text)


def _sign(sign: str) -> str:
    if sign in ("\n", "\t") or _is_in_font(sign):
        return sign
    if sign == "→":
        return "to"
    plain = transliterate(sign)
    return plain if plain and all(_is_in_font(one) for one in plain) else "?"


def _is_in_font(sign: str) -> bool:
    return sign.isprintable() and ord(sign) in _GLYPHS
