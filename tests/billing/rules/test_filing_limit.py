"""Until when a claim may arrive: by the calendar for Medicare, by days for who says days; leap years, month ends."""

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.rules.filing_limit import FilingLimit, days_left, filing_limit
from patients.terms import PayerKind

RULES = Path(__file__).parents[3] / "docs" / "rules.md"
EXAMPLES = re.findall(
    r"^- (Medicare|\d+ days), served on (\S+): in time until (\S+)$", RULES.read_text("utf-8"), re.MULTILINE
)
DAYS = st.dates(date(1990, 1, 1), date(2100, 12, 31))
LIMITS = st.one_of(st.just(FilingLimit(years=1)), st.integers(1, 1827).map(lambda days: FilingLimit(days=days)))


def limit_of(words: str) -> FilingLimit:
    kind, days = (
        (PayerKind.MEDICARE, None) if words == "Medicare" else (PayerKind.COMMERCIAL, int(words.split(maxsplit=1)[0]))
    )
    limit = filing_limit(kind, days)
    assert limit is not None
    return limit


def test_the_rule_has_its_examples() -> None:
    assert len(EXAMPLES) >= 8


@pytest.mark.parametrize(("limit", "served_on", "until"), EXAMPLES)
def test_each_example_of_the_rule_holds(limit: str, served_on: str, until: str) -> None:
    assert limit_of(limit).last_day(date.fromisoformat(served_on)) == date.fromisoformat(until)


def test_medicare_goes_by_the_calendar_whatever_a_policy_says() -> None:
    assert filing_limit(PayerKind.MEDICARE, 90) == filing_limit(PayerKind.MEDICARE, None) == FilingLimit(years=1)


@pytest.mark.parametrize("kind", [kind for kind in PayerKind if kind is not PayerKind.MEDICARE])
def test_no_other_payer_has_a_limit_unless_its_policy_says_one(kind: PayerKind) -> None:
    assert filing_limit(kind, None) is None
    assert filing_limit(kind, 180) == FilingLimit(days=180)


def test_on_the_last_day_none_is_left_and_on_the_next_it_has_passed() -> None:
    last = date(2025, 2, 28)
    assert [days_left(last, last + timedelta(days=days)) for days in (-30, 0, 1)] == [30, 0, -1]


@given(LIMITS, DAYS)
def test_the_first_day_in_time_is_the_earliest_whose_claim_may_still_arrive(limit: FilingLimit, today: date) -> None:
    first = limit.first_day_in_time(today)
    assert limit.last_day(first) >= today
    assert limit.last_day(first - timedelta(days=1)) < today


@given(LIMITS, DAYS, DAYS)
def test_a_later_service_never_has_an_earlier_last_day(limit: FilingLimit, one: date, other: date) -> None:
    assert limit.last_day(min(one, other)) <= limit.last_day(max(one, other))
