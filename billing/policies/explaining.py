"""What a plan does to a payer's periods, in sentences: what is cut, what falls away, what no period covers."""

from collections.abc import Iterator
from datetime import date

from billing.policies.timeline import Period, Plan, gaps
from billing.policies.words import day_words, span_words


def explained(plan: Plan) -> list[str]:
    """Return a sentence for each thing that happens beside what was asked for."""
    return [*_of_placed(plan), *_of_others(plan), *_of_gaps(plan)]


def _of_placed(plan: Plan) -> Iterator[str]:
    if plan.placed is not None and plan.ends_early:
        last = plan.placed.effective_to
        yield f"It ends on {day_words(last)}: the next period, entered already, begins the day after."


def _of_others(plan: Plan) -> Iterator[str]:
    old = {period.id: period for period in plan.before}
    for period in plan.after:
        was = old.get(period.id)
        if period in (plan.placed, was):
            continue
        if was is None:
            yield f"What stood before holds again {span_words(*_days(period))}, as a period of its own."
        else:
            yield f"The period {span_words(*_days(was))} is cut: it holds {span_words(*_days(period))}."
    for period in plan.removed:
        yield f"The period {span_words(*_days(period))} falls away."


def _of_gaps(plan: Plan) -> Iterator[str]:
    known = set(gaps(plan.before))
    for first, last in gaps(plan.after):
        if (first, last) not in known:
            yield f"No period covers the days {span_words(first, last)}: the rules' defaults hold on them."
    if plan.before and not plan.after:
        yield "No period is left: the rules' defaults hold on all days."


def _days(period: Period) -> tuple[date, date]:
    return period.effective_from, period.effective_to
