"""A line of a gathered claim is finished the same whether its rest was remembered or looked at by itself."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from billing.claims.lines import Usual, _special_line, institutional_lines, professional_lines
from billing.claims.printing import FIELD, LINE
from billing.x12.claim_837p import Line837P

USUAL = Usual((1, 2), ("C50911", "Z510"), None, {})


@st.composite
def said(draw: st.DrawFn) -> tuple[str, list[str]]:
    """Return the entry of a line and its other fields, maybe with modifiers, as PostgreSQL prints them."""
    amount = draw(st.decimals("0.01", "99999999.99", places=2))
    day = draw(st.dates()).isoformat()
    modifiers = ":".join(draw(st.lists(st.sampled_from(("26", "TC", "59")), max_size=2)))
    common = [draw(st.sampled_from(("77386", "G6015"))), f"{amount:.2f}", str(draw(st.integers(1, 99))), day]
    return str(draw(st.integers(1, 10**12))), [*common, f"modifiers:{modifiers}"] if modifiers else common


@given(st.lists(said(), min_size=1, max_size=6))
def test_lines_with_nothing_special_are_what_a_look_at_each_field_makes_of_them(
    lines: list[tuple[str, list[str]]],
) -> None:
    printed = [FIELD.join((entry, *fields)) for entry, fields in lines]
    read, authorization = professional_lines(LINE.join(printed), USUAL)
    assert read == tuple(_special_line(entry, FIELD.join(fields), USUAL) for entry, fields in lines)
    assert authorization == ""


@given(said())
def test_amount_and_day_of_a_line_are_finished_without_changing_them(line: tuple[str, list[str]]) -> None:
    entry, fields = line
    ((read,), _) = professional_lines(FIELD.join((entry, *fields)), USUAL)
    assert Decimal(read.charge) == Decimal(fields[1])
    assert not read.charge.endswith(("0", ".")) or "." not in read.charge
    assert f"{read.service_on[:-4]}-{read.service_on[-4:-2]}-{read.service_on[-2:]}" == fields[3]


def test_a_line_with_words_and_approval_beside_usual_ones_keeps_each_its_own() -> None:
    usual = FIELD.join(("7", "77386", "670.00", "1", "2025-03-03"))
    special = FIELD.join(
        ("8", "77399", "12.50", "2", "2025-03-04", "modifiers:26:59", "words:Custom: shield", "approval:AUTH7")
    )
    read, authorization = professional_lines(LINE.join((usual, special)), USUAL)
    assert read == (
        Line837P("L7", "77386", "670", "1", "20250303", (1, 2)),
        Line837P("L8", "77399", "12.5", "2", "20250304", (1, 2), ("26", "59"), description="Custom: shield"),
    )
    assert authorization == "AUTH7"


def test_lines_of_a_bill_have_their_revenue_code() -> None:
    text = FIELD.join(("9", "77386", "670.10", "1", "2025-03-03", "revenue:0333"))
    ((line,), notes) = institutional_lines(text)
    assert (line.control_number, line.revenue_code, line.charge, line.service_on) == ("L9", "0333", "670.1", "20250303")
    assert notes == ""
