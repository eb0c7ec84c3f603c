"""Medicare's payment formula, against amounts that were published and ones computed by hand."""

from decimal import Decimal

import pytest

from billing.fees.formula import NATIONAL, CostIndices, Resources, payment, share


def resources(work: str, practice_expense: str, malpractice: str) -> Resources:
    return Resources(Decimal(work), Decimal(practice_expense), Decimal(malpractice))


@pytest.mark.parametrize(
    ("total", "published"),
    [("1.18", "42.72"), ("0.63", "22.81")],  # both end in half a cent or more: 42.715, 22.8055
)
def test_the_national_amount_is_the_published_one(total: str, published: str) -> None:
    """95900 and 95900-26 in 2002, conversion factor 36.1992: AAPC Neurology Coding Alert, 2002."""
    assert payment(resources("0", total, "0"), NATIONAL, Decimal("36.1992")) == Decimal(published)


def test_each_value_is_weighted_by_the_index_of_its_own_kind() -> None:
    """Work 2.00 x 1.050 + expense 10.00 x 1.200 + malpractice 0.50 x 0.800 = 14.50; x 33.4009 = 484.31305."""
    indices = CostIndices(Decimal("1.050"), Decimal("1.200"), Decimal("0.800"))
    assert payment(resources("2.00", "10.00", "0.50"), indices, Decimal("33.4009")) == Decimal("484.31")


def test_an_office_visit_of_marco_island_in_2010() -> None:
    """(0.97 x 1.000 + 0.80 x 1.000 + 0.05 x 1.724) x 36.0846 = 1.8562 x 36.0846 = 66.98023; values of 74 FR 61738."""
    indices = CostIndices(Decimal("1.000"), Decimal("1.000"), Decimal("1.724"))
    assert payment(resources("0.97", "0.80", "0.05"), indices, Decimal("36.0846")) == Decimal("66.98")


def test_a_percentage_is_taken_of_the_rounded_amount() -> None:
    """Half a cent: 10.005 is published as 10.01; 150% of it is 15.015, so 15.02. Of the raw amount: 15.0075, 15.01."""
    published = payment(resources("0", "1", "0"), NATIONAL, Decimal("10.005"))
    assert (published, share(published, Decimal(150))) == (Decimal("10.01"), Decimal("15.02"))


def test_nothing_is_lost_on_the_way_to_the_cent() -> None:
    third = resources("0.01", "0.01", "0.01")
    indices = CostIndices(Decimal("0.333"), Decimal("0.333"), Decimal("0.333"))
    assert payment(third, indices, Decimal("100.0000")) == Decimal("1.00")  # 0.00999 x 100, never 3 x 0.00
