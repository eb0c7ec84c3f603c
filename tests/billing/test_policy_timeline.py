"""A payer's periods in order: placing one cuts the others, leaves no day with two, and says which days change. Pure."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from billing.policies.explaining import explained
from billing.policies.timeline import DEFAULTS, Period, Settings, Wanted, gaps, place, settings_on, take_away
from billing.policies.words import SETTINGS, changed_settings, said
from billing.rules.facts import PolicyFacts
from patients.terms import SecondSessionModifier

XE = Settings(PolicyFacts(second_session_modifier=SecondSessionModifier.SEPARATE_ENCOUNTER))
M59 = Settings(PolicyFacts(second_session_modifier=SecondSessionModifier.DISTINCT))
OLD = Period(1, date(2020, 1, 1), date.max, M59)
FIRST = date(2024, 1, 1)
SPAN = 60


def test_an_open_period_ends_the_one_before_on_the_day_before() -> None:
    plan = place([OLD], Wanted(date(2026, 1, 1), None, XE))
    assert [(one.id, one.effective_from, one.last_day) for one in plan.after] == [
        (1, date(2020, 1, 1), date(2025, 12, 31)), (None, date(2026, 1, 1), None)
    ]  # fmt: skip
    assert explained(plan) == ["The period from 1 Jan 2020 on is cut: it holds from 1 Jan 2020 to 31 Dec 2025."]


def test_a_period_within_another_leaves_what_stood_before_and_after() -> None:
    plan = place([OLD], Wanted(date(2026, 1, 1), date(2026, 1, 31), XE))
    assert [(one.id, one.effective_from, one.last_day, one.settings) for one in plan.after] == [
        (1, date(2020, 1, 1), date(2025, 12, 31), M59),
        (None, date(2026, 1, 1), date(2026, 1, 31), XE),
        (None, date(2026, 2, 1), None, M59),
    ]
    assert "What stood before holds again from 1 Feb 2026 on, as a period of its own." in explained(plan)


def test_a_period_without_a_last_day_gives_way_to_the_next_that_is_entered() -> None:
    later = Period(2, date(2027, 1, 1), date.max, DEFAULTS)
    plan = place([later], Wanted(date(2026, 1, 1), None, XE))
    assert plan.placed is not None and plan.placed.last_day == date(2026, 12, 31)
    assert explained(plan) == ["It ends on 31 Dec 2026: the next period, entered already, begins the day after."]


def test_a_period_whose_days_are_all_taken_falls_away_and_one_of_the_same_first_day_is_changed() -> None:
    short = Period(1, date(2026, 3, 1), date(2026, 3, 31), M59)
    plan = place([short], Wanted(date(2026, 1, 1), date(2026, 12, 31), XE))
    assert (plan.removed, explained(plan)[0]) == ((short,), "The period from 1 Mar 2026 to 31 Mar 2026 falls away.")
    changed = place([short], Wanted(date(2026, 3, 1), date(2026, 12, 31), XE))
    assert [one.id for one in changed.after] == [1] and changed.removed == ()


def test_the_same_period_again_changes_nothing() -> None:
    assert place([OLD], Wanted(OLD.effective_from, None, M59)).is_empty
    within = place([OLD], Wanted(date(2026, 1, 1), date(2026, 1, 31), M59))
    assert within.stretches == ()


def test_taking_a_period_away_leaves_the_defaults_and_says_so() -> None:
    plan = take_away([OLD], 1)
    assert plan.after == () and explained(plan)[-1] == "No period is left: the rules' defaults hold on all days."
    (stretch,) = plan.stretches
    assert (stretch.first, stretch.last, stretch.before, stretch.after) == (OLD.effective_from, date.max, M59, DEFAULTS)


def test_a_shortened_period_leaves_days_without_one_and_says_so() -> None:
    plan = place([OLD], Wanted(OLD.effective_from, date(2024, 12, 31), M59), instead_of=1)
    assert list(gaps(plan.after)) == [(date(2025, 1, 1), date.max)]
    assert explained(plan) == ["No period covers the days from 1 Jan 2025 on: the rules' defaults hold on them."]


def test_a_changed_setting_is_told_in_words_with_both_answers() -> None:
    ((setting, before, after),) = changed_settings(M59, XE)
    assert (setting.rule, before, after) == ("S5", "59, distinct service", "XE, separate encounter")


def test_every_setting_can_be_said_at_its_default() -> None:
    assert len({setting.name for setting in SETTINGS}) == len(SETTINGS) == 14
    assert all(said(DEFAULTS, setting) for setting in SETTINGS)


days = st.integers(0, SPAN).map(lambda number: FIRST + timedelta(days=number))
wishes = st.tuples(days, st.one_of(st.none(), days), st.sampled_from((XE, M59, DEFAULTS))).filter(
    lambda wish: wish[1] is None or wish[0] <= wish[1]
)


@given(st.lists(wishes, max_size=6))
def test_however_periods_are_entered_no_day_has_two_and_the_last_one_said_holds(
    entered: list[tuple[date, date | None, Settings]],
) -> None:
    standing: tuple[Period, ...] = ()
    for number, (first, last, settings) in enumerate(entered):
        plan = place(standing, Wanted(first, last, settings))
        assert plan.placed is not None
        for day in (FIRST + timedelta(days=one) for one in range(-1, SPAN + 2)):
            before, after = settings_on(plan.before, day), settings_on(plan.after, day)
            assert after == (settings if plan.placed.covers(day) else before)
            changes = [one for one in plan.stretches if one.first <= day <= one.last]
            assert [(one.before, one.after) for one in changes] == ([(before, after)] if before != after else [])
            assert sum(period.covers(day) for period in plan.after) <= 1
        ids = [period.id for period in plan.after if period.id is not None]
        assert len(ids) == len(set(ids))
        standing = tuple(
            Period(
                period.id or 100 * (number + 1) + position, period.effective_from, period.effective_to, period.settings
            )
            for position, period in enumerate(plan.after)
        )
