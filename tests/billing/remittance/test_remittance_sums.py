"""Whatever comes, in whatever order: what is paid of a charge is the sum of the posted lines that pay it."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.models import Claim, ClaimStanding, EntryBalance, Remittance, RemittanceLine
from billing.x12 import codes
from tests.remittances import PaidClaim, answered, exported, post_payment


@st.composite
def decisions(draw: st.DrawFn) -> list[dict[str, object]]:
    """Draw payments: each of one of three claims, paid or taken back, even or not, numbered or not."""
    one = st.fixed_dictionaries(
        {
            "claim": st.integers(0, 2),
            "paid": st.sampled_from(["0", "0.3", "0.8"]),
            "patient": st.sampled_from(["0", "0.1", "0.2"]),
            "refused": st.sampled_from(["", "", "197"]),
            "sign": st.sampled_from([1, 1, -1]),
            "is_numbered": st.booleans(),
            "is_even": st.sampled_from([True, True, True, False]),
            "is_known": st.sampled_from([True, True, True, False]),
        }
    )
    return draw(st.lists(one, min_size=1, max_size=6))


class RollBack(Exception):
    """Ends an example without a trace."""


def posted_sums() -> dict[int, Decimal]:
    sums: dict[int, Decimal] = {}
    for line in RemittanceLine.objects.filter(remittance_claim__remittance__state="posted", entry__isnull=False):
        assert line.entry_id is not None
        sums[line.entry_id] = sums.get(line.entry_id, Decimal(0)) + line.paid
    return sums


@pytest.fixture
def claims() -> Iterator[list[Claim]]:
    yield exported(3, lines=2)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sequence=decisions())
def test_balance_of_each_charge_is_the_sum_of_its_posted_lines(
    claims: list[Claim], sequence: list[dict[str, object]]
) -> None:
    with pytest.raises(RollBack), transaction.atomic():
        touched: set[int] = set()
        for number, one in enumerate(sequence):
            claim = claims[int(str(one["claim"]))]
            answer = _answer(claim, one)
            amount = None if one["is_even"] else Decimal("0.01")
            posted = post_payment(answer, trace=f"T{number}", amount=amount)
            assert (posted.state == "posted") == bool(one["is_even"])
            if posted.state == "posted" and one["is_known"]:
                touched.add(claim.pk)
        sums = posted_sums()
        for balance in EntryBalance.objects.all():
            assert balance.paid == sums.get(balance.entry_id, Decimal(0))
            assert balance.open == balance.charged - balance.paid - balance.contract
        assert set(ClaimStanding.objects.values_list("claim", flat=True)) == touched
        assert Remittance.objects.count() == len(sequence)
        raise RollBack


def _answer(claim: Claim, one: dict[str, object]) -> PaidClaim:
    answer = answered(
        claim,
        paid=str(one["paid"]),
        patient=str(one["patient"]),
        refused=str(one["refused"]),
        sign=int(str(one["sign"])),
        is_numbered=bool(one["is_numbered"]),
        payer_number="",
    )
    return answer if one["is_known"] else replace(answer, number="LOST")


def test_what_a_contract_forgives_is_what_the_table_of_codes_says() -> None:
    (claim,) = exported(1)
    for number, reason in enumerate(sorted(codes.known_reasons())):
        with pytest.raises(RollBack), transaction.atomic():
            answer = answered(claim, paid="0.9", patient="0")
            (line,) = answer.lines
            reasons = [replace(line.cas[0], reason=reason)]
            post_payment(replace(answer, lines=[replace(line, cas=reasons)]), trace=f"R{number}")
            forgiven = EntryBalance.objects.get().contract
            assert (forgiven > 0) == (reason in codes.contract_reasons()), reason
            raise RollBack
