"""The PDF of any pack: long texts break over pages, foreign signs are written plainly, nothing is lost. No database."""

import csv
import io
import re
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from billing.audit_pack.csv_text import csv_of
from billing.audit_pack.document import write_document
from billing.audit_pack.sections import Cover, Pack, Row, Section, columns

COVER = Cover(
    practice="Zażółć & Söhne <Clinic>", address="1 Main Street", course_id=7, course_title="Course 1",
    patient="Łukasiewicz, Zoë", mrn="A-1", first_on=date(2026, 1, 1), last_on=None, made_by="Audrey",
    made_at=datetime(2026, 1, 2, 3, 4, tzinfo=UTC), zone=ZoneInfo("America/New_York"),
)  # fmt: skip


def pack_of(*rows: Row) -> Pack:
    """A pack with a section of these rows and an empty one."""
    heads = columns(("Number", 0.5, True), ("Day", 0.8), ("Says", 4.0), ("Amount", 0.8, True), ("Says", 1.0))
    return Pack(COVER, (Section("some", "Some", "Rows.", heads, rows), Section("none", "None", "Nothing.", heads, ())))


def printed(pack: Pack) -> list[str]:
    """The text of each page, without white space."""
    out = io.BytesIO()
    write_document(pack, "ab" * 32, out)
    return [re.sub(r"\s+", "", page.extract_text()) for page in PdfReader(out).pages]


def row(number: int, words: str, amount: str = "1.00") -> Row:
    """A row."""
    return (number, date(2026, 1, 1), words, Decimal(amount), "")


def test_text_longer_than_a_page_breaks_and_none_of_it_is_lost() -> None:
    words = " ".join(f"w{n}" for n in range(6_000))
    pages = printed(pack_of(row(1, words)))
    assert len(pages) > 3
    text = "".join(re.sub(r"^.*?SaysAmountSays", "", page) for page in pages[1:])
    assert [n for n in range(6_000) if f"w{n}" not in text] == []
    assert all("NumberDaySaysAmountSays" in page for page in pages[1:-1])


def test_word_without_a_blank_breaks_inside_its_column() -> None:
    pages = printed(pack_of(row(1, "x" * 900), row(2, "short")))
    assert sum(page.count("x") for page in pages) >= 900


def test_signs_that_the_font_lacks_are_written_plainly() -> None:
    (cover, rows) = printed(pack_of(row(1, "Wałęsa → 漢 & <b>bold</b>", "-12.50")))
    assert "&amp;" not in cover
    assert "<Clinic>" in cover
    assert "Łukasiewicz,Zoë" in rows or "Lukasiewicz,Zoë" in rows
    assert "<b>bold</b>" in rows
    assert "-$12.50" in rows


def test_headings_and_heads_are_repeated_and_pages_are_numbered() -> None:
    pages = printed(pack_of(*(row(n, f"row {n}") for n in range(1, 200))))
    assert len(pages) > 4
    for number, page in enumerate(pages, 1):
        assert f"Page{number}of{len(pages)}" in page
    assert [n for n in range(1, 200) if not any(f"row{n}" in page for page in pages)] == []


@settings(max_examples=30)
@given(st.lists(st.text(max_size=60), max_size=6))
def test_csv_gives_back_every_text_and_no_cell_is_a_formula(texts: list[str]) -> None:
    pack = pack_of(*(row(n, text) for n, text in enumerate(texts)))
    read = list(csv.reader(io.StringIO(csv_of(pack).decode("utf-8-sig"), newline="")))
    assert read[0] == ["section", "row", "Number", "Day", "Says", "Amount", "Says (2)"]
    cells = [one[4] for one in read[1:]]
    assert [cell.removeprefix("'") if cell != text else cell for cell, text in zip(cells, texts, strict=True)] == texts
    assert not any(cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "\n")) for cell in cells)
