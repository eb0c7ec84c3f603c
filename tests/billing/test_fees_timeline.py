"""What a wanted price does to the rows of a schedule: which end, which are withdrawn, which are added."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from billing.fees.prices import WantedPrice
from billing.fees.timeline import Kind, Plan, StandingPrice, plan_changes, plan_end

JAN, JUN, DEC = date(2026, 1, 1), date(2026, 6, 1), date(2026, 12, 31)
DAY = timedelta(days=1)


def row(amount: str, first: date, last: date = date.max, *, number: int = 1, code: str = "77386") -> StandingPrice:
    return StandingPrice(number, code, "", Decimal(amount), first, last)


def want(amount: str, first: date, last: date | None = None, *, code: str = "77386") -> WantedPrice:
    return WantedPrice(code, "", Decimal(amount), first, last)


def kinds(plan: Plan) -> list[Kind]:
    return [move.kind for move in plan.moves]


def after(plan: Plan, code: str = "77386") -> list[tuple[str, date, date | None]]:
    return [(str(found.amount), found.effective_from, found.last_day) for found in plan.after[code, ""]]


def test_a_price_for_a_code_without_one_is_new() -> None:
    plan = plan_changes([], [want("900.00", JAN)])
    assert (kinds(plan), after(plan)) == ([Kind.NEW], [("900.00", JAN, None)])


def test_a_new_price_ends_the_old_one_the_day_before() -> None:
    plan = plan_changes([row("845.00", JAN)], [want("900.00", JUN)])
    assert kinds(plan) == [Kind.CHANGED]
    assert after(plan) == [("845.00", JAN, JUN - DAY), ("900.00", JUN, None)]
    assert (plan.cut, plan.withdrawn) == ({1: JUN - DAY}, [])


def test_a_price_that_covers_an_old_one_whole_withdraws_it_and_never_changes_it() -> None:
    plan = plan_changes([row("845.00", JUN)], [want("900.00", JAN, DEC)])
    assert after(plan) == [("900.00", JAN, DEC), ("845.00", DEC + DAY, None)]
    assert (plan.withdrawn, plan.cut, [added.id for added in plan.added]) == ([1], {}, [None, None])
    corrected = plan_changes([row("845.00", JAN)], [want("900.00", JAN)])
    assert (corrected.withdrawn, after(corrected)) == ([1], [("900.00", JAN, None)])


def test_an_open_price_holds_until_the_next_one_that_was_decided_already() -> None:
    plan = plan_changes([row("845.00", JUN)], [want("900.00", JAN)])
    assert after(plan) == [("900.00", JAN, JUN - DAY), ("845.00", JUN, None)]
    assert (kinds(plan), plan.withdrawn, plan.cut) == ([Kind.NEW], [], {})
    shown = plan.moves[0].wanted
    assert shown is not None
    assert shown.effective_to == JUN - DAY


def test_a_price_for_some_days_leaves_the_days_before_and_after_as_they_were() -> None:
    plan = plan_changes([row("845.00", JAN)], [want("900.00", JUN, DEC)])
    assert after(plan) == [("845.00", JAN, JUN - DAY), ("900.00", JUN, DEC), ("845.00", DEC + DAY, None)]


def test_the_same_price_from_the_same_day_takes_the_new_last_day() -> None:
    ended = plan_changes([row("845.00", JAN)], [want("845.00", JAN, DEC)])
    assert (kinds(ended), ended.cut) == ([Kind.ENDED], {1: DEC})
    opened = plan_changes([row("845.00", JAN, DEC)], [want("845.00", JAN)])
    assert (kinds(opened), opened.lengthened) == ([Kind.CHANGED], {1: None})
    rows = [row("845.00", JAN, DEC), row("900.00", DEC + DAY, number=2)]
    assert kinds(plan_changes(rows, [want("845.00", JAN)])) == [Kind.SAME]
    longer = plan_changes(rows, [want("845.00", JAN, DEC + 10 * DAY)])
    assert (longer.lengthened, longer.withdrawn) == ({1: DEC + 10 * DAY}, [2])
    assert after(longer) == [("845.00", JAN, DEC + 10 * DAY), ("900.00", DEC + 11 * DAY, None)]


def test_the_same_price_within_a_row_changes_nothing() -> None:
    plan = plan_changes([row("845.00", JAN)], [want("845.00", JUN)])
    assert kinds(plan) == [Kind.SAME]
    assert plan.is_empty


def test_prices_that_are_not_named_stand_unless_they_are_to_end() -> None:
    rows = [row("845.00", JAN), row("60.00", JAN, number=2, code="77387"), row("5.00", JUN, number=3, code="77014")]
    assert kinds(plan_changes(rows, [want("845.00", JAN)])) == [Kind.SAME]
    plan = plan_changes(rows, [want("845.00", JAN)], ends_others_on=JUN)
    assert plan.count(Kind.ENDED) == 2
    assert (plan.cut, plan.withdrawn) == ({2: JUN - DAY}, [3])


def test_a_price_ends_on_a_day_and_one_that_begins_later_is_withdrawn() -> None:
    assert plan_end(row("845.00", JAN), JUN).cut == {1: JUN}
    assert plan_end(row("845.00", JUN), JAN).withdrawn == [1]
    assert plan_end(row("845.00", JAN, JUN), JUN).is_empty


days = st.integers(0, 40).map(lambda n: JAN + n * DAY)


def as_periods(marks: list[date], amounts: list[Decimal], is_open: bool) -> list[tuple[Decimal, date, date | None]]:
    """Periods of one code that do not overlap; the last may be open."""
    marks = sorted(marks)
    found: list[tuple[Decimal, date, date | None]] = [
        (amount, first, last) for amount, first, last in zip(amounts, marks[::2], marks[1::2], strict=False)
    ]
    return [*found[:-1], (*found[-1][:2], None)] if found and is_open else found


amounts = st.lists(st.sampled_from([Decimal("1.00"), Decimal("2.00"), Decimal("3.00")]), min_size=4, max_size=4)
timelines = st.builds(as_periods, st.lists(days, max_size=8, unique=True), amounts, st.booleans())


def amount_on(rows: list[StandingPrice], day: date) -> Decimal | None:
    found = [found.amount for found in rows if found.effective_from <= day <= found.effective_to]
    assert len(found) <= 1, "two rows stand on one day"
    return found[0] if found else None


def last_of_open(price: WantedPrice, rows: list[StandingPrice]) -> date:
    later = [found.effective_from for found in rows if found.effective_from > price.effective_from]
    return min(later) - DAY if later else date.max


@given(timelines, timelines)
def test_afterwards_every_wanted_day_has_its_price_and_a_second_time_changes_nothing(
    before: list[tuple[Decimal, date, date | None]], wanted: list[tuple[Decimal, date, date | None]]
) -> None:
    rows = [
        StandingPrice(number, "77386", "", amount, first, last or date.max)
        for number, (amount, first, last) in enumerate(before, 1)
    ]
    prices = [WantedPrice("77386", "", amount, first, last) for amount, first, last in wanted]
    plan = plan_changes(rows, prices)
    found = plan.after.get(("77386", ""), rows)
    for n in range(-1, 45):
        day = JAN + n * DAY
        asked = [p.amount for p in prices if p.effective_from <= day <= (p.effective_to or last_of_open(p, rows))]
        stands = amount_on(found, day)
        assert not asked or stands == asked[0]
    numbered = [
        StandingPrice(n, r.code, r.modifier, r.amount, r.effective_from, r.effective_to) for n, r in enumerate(found, 1)
    ]
    again = plan_changes(numbered, prices)
    assert again.is_empty
    kept = {r.id: (r.amount, r.effective_from) for r in found if r.id is not None}
    assert kept.items() <= {r.id: (r.amount, r.effective_from) for r in rows}.items()
