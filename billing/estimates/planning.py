"""The estimate of a planned course: facts, lines, prices, summary. Two or three statements; nothing is written."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date

from billing.capture.insurance import load_policies
from billing.estimates.planned import PlannedCourse
from billing.estimates.prediction import predict
from billing.estimates.summary import Cost, CostOf, Summary, no_cost, summarize
from billing.pricing import load_fees
from billing.reference.overlay import current_codebook
from billing.rules import charge_lines
from billing.rules.facts import PayerFacts, PracticeFacts
from billing.rules.lines import ChargeLine, Outcome
from patients.models import Facility, Payer
from patients.terms import Bills, PayerKind, Setting

SELF_PAYER = PayerFacts(PayerKind.SELF_PAY)
PayerOn = Callable[[date], int | None]
"""The payer that is asked on a day, by id."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a course would charge, and on what that rests. ``asks_authorization``: the payer is known to ask for one."""

    outcome: Outcome
    summary: Summary
    cost_of: CostOf
    assumed: tuple[str, ...]
    asks_authorization: bool
    first_on: date | None
    last_on: date | None


def estimate_planned(
    planned: PlannedCourse, *, facility: Facility, payer: Payer | None, with_prices: bool = True
) -> Estimate:
    """Return the estimate of a planned course at a facility for a payer; ``None`` is a patient who pays alone.

    Args:
        planned: one without faults.
        with_prices: false for those who may not see amounts.
    """
    facts = SELF_PAYER if payer is None else payer_facts(payer)
    prediction = predict(planned, practice_of(facility), facts)
    codebook = current_codebook()
    outcome = charge_lines(prediction.facts, codebook)
    cost_of: CostOf = no_cost
    if with_prices:
        payer_id = None if payer is None else payer.pk
        cost_of = costs(outcome.lines, {payer_id}, facility.setting, lambda day: payer_id)
    return Estimate(
        outcome=outcome,
        summary=summarize(outcome, codebook, cost_of),
        cost_of=cost_of,
        assumed=prediction.assumed,
        asks_authorization=any(facts.policy_on(line.on).requires_authorization for line in outcome.lines),
        first_on=prediction.first_on,
        last_on=prediction.last_on,
    )


def payer_facts(payer: Payer) -> PayerFacts:
    """Return a payer with its policies by day (one statement)."""
    return PayerFacts(PayerKind(payer.kind), tuple(load_policies({payer.pk}).get(payer.pk, ())))


def practice_of(facility: Facility) -> PracticeFacts:
    """Return how a facility bills."""
    return PracticeFacts(Setting(facility.setting), Bills(facility.bills), facility.place_of_service)


def costs(lines: Collection[ChargeLine], payer_ids: Collection[int | None], setting: str, payer_on: PayerOn) -> CostOf:
    """Return what lines cost by the schedules that would price them: two statements, however many lines."""
    known = [payer_id for payer_id in payer_ids if payer_id is not None]
    fees = load_fees(payer_ids=known, codes={line.code for line in lines})

    def cost_of(line: ChargeLine) -> Cost | None:
        found = fees.price(
            payer_id=payer_on(line.on),
            setting=setting,
            code=line.code,
            modifiers=line.modifiers,
            on=line.on,
            units=line.units,
        )
        return None if found is None else Cost(found.unit_amount, found.amount)

    return cost_of
