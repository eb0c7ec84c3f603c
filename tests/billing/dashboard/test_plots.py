"""The dashboard's plot as numbers: shapes stand on each other without a gap, whatever the amounts."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from billing.dashboard.plots import FOOT, HEIGHT, LEFT, NARROWEST, TOP, scale, share, stacked

AMOUNTS = st.decimals(min_value=0, max_value=2_000_000, places=2)


@given(st.lists(st.lists(AMOUNTS, min_size=3, max_size=3), min_size=1, max_size=46))
def test_segments_stand_on_each_other_and_inside_the_frame(table: list[list[Decimal]]) -> None:
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(len(table))]
    amounts = {(day, str(n)): value for day, row in zip(days, table, strict=True) for n, value in enumerate(row)}
    plot = stacked(days, amounts, ("0", "1", "2"), is_by_month=False)
    assert [one.amount for one in plot.columns] == [sum(row) for row in table]
    for column in plot.columns:
        assert LEFT <= column.x < column.x + column.width <= plot.width
        assert column.width >= NARROWEST - 4
        drawn = [part.series for part in column.segments]
        assert drawn == [str(n) for n, value in enumerate(table[days.index(column.on)]) if value > 0]
        ground = HEIGHT - FOOT
        for part in column.segments:
            assert part.height >= 1
            assert abs(part.y + part.height - ground) <= 1  # a sliver is drawn one high
            ground = part.y
        assert ground >= TOP - 1


@given(AMOUNTS)
def test_axis_reaches_the_largest_amount_in_few_steps(most: Decimal) -> None:
    step, top = scale(most)
    assert top >= most
    assert 1 <= top / step <= 5
    assert top - step < most or most <= step


def test_bar_of_something_is_never_nothing() -> None:
    assert [share(part, 10_000) for part in (0, 1, 5_000, 10_000)] == [0, 1, 50, 100]
