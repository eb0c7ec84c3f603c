"""What came before a code and after it, as the tables have it; drawn without two shapes on one place."""

from datetime import date

import pytest

from billing.codes.generation import generating_rows
from billing.codes.lineage import after, before, lineage_of, similar_codes
from billing.rules import load_codebook

BOOK = load_codebook()


def test_imrt_delivery_leads_from_one_code_over_three_to_the_levels() -> None:
    tree = lineage_of(BOOK, "77418")
    assert tree is not None
    assert [lane.code for lane in tree.lanes] == ["77418", "77385", "77386", "G6015", "77407", "77412"]
    assert [day for _x, day in tree.days] == [date(2002, 1, 1), date(2015, 1, 1), date(2026, 1, 1)]
    assert len(tree.links) == 9
    assert [bar.period.code for bar in tree.bars if bar.is_asked] == ["77418"]


def test_a_code_that_kept_its_number_has_every_period_of_its_life() -> None:
    tree = lineage_of(BOOK, "77407")
    assert tree is not None
    assert [period.effective_from.year for period in tree.periods if period.code == "77407"] == [1992, 2015, 2026]
    assert {"77385", "77386", "G6015", "77418", "0073T"} <= {lane.code for lane in tree.lanes}
    assert [row.code for row in before(BOOK, "77407")][:2] == ["77385", "77386"]


def test_what_a_code_replaced_and_what_replaced_it() -> None:
    assert after(BOOK, "77418") == ("77385", "77386", "G6015")
    assert after(BOOK, "77385") == ("77407", "77412")
    assert after(BOOK, "77301") == ()
    assert [row.code for row in before(BOOK, "G6015")] == ["77418"]
    assert lineage_of(BOOK, "99213") is None and after(BOOK, "99213") == ()


@pytest.mark.parametrize("code", sorted({row.code for row in BOOK.procedures}))
def test_every_code_is_drawn_inside_its_frame_without_overlaps(code: str) -> None:
    tree = lineage_of(BOOK, code)
    assert tree is not None
    assert all(bar.x > 0 and bar.x + bar.width <= tree.width and 0 < bar.y < tree.height for bar in tree.bars)
    places = [(bar.y, bar.x) for bar in tree.bars]
    assert len(set(places)) == len(places)
    for one, other in zip(
        sorted(tree.bars, key=lambda bar: (bar.y, bar.x)),
        sorted(tree.bars, key=lambda bar: (bar.y, bar.x))[1:],
        strict=False,
    ):
        assert one.y != other.y or one.x + one.width < other.x


def test_similar_codes_are_of_the_same_family_and_time_those_of_the_same_unit_first() -> None:
    found = similar_codes(BOOK, "77385", date(2020, 1, 1))
    assert {"77386", "G6015", "77402"} <= {one.period.code for one in found}
    assert "77418" not in {one.period.code for one in found}
    assert found[0].why == "both delivery, both counted by the session, both technical only"
    assert similar_codes(BOOK, "77385", date(2026, 1, 1)) == ()


def test_the_rules_that_generate_a_code_come_from_their_rows() -> None:
    (row,) = [one for one in generating_rows(BOOK, "77385") if not one.takes_away]
    assert (row.rule, row.row.effective_from, row.last) == ("L1", date(2015, 1, 1), date(2025, 12, 31))
    assert row.what == "IMRT, VMAT, tomotherapy; site simple; CPT code set"
    assert [one.rule for one in generating_rows(BOOK, "77280") if one.takes_away] == ["P6"]
    assert generating_rows(BOOK, "77299") == ()
    generated = {row.code for row in BOOK.deliveries if row.code}
    assert all(generating_rows(BOOK, code) for code in generated)
