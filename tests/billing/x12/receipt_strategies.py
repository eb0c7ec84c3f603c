"""Hypothesis strategies for acknowledgments and remittances, in the form in which a file carries them."""

from datetime import date, timedelta
from decimal import Decimal
from typing import TypeVar

from hypothesis import strategies as st

from billing.x12.ack_277ca import (
    BatchClosing,
    ClaimAcknowledgment,
    ClaimStatus,
    Entity,
    Level,
    ServiceStatus,
    Status,
    StatusReason,
    Totals,
)
from billing.x12.ack_277ca import Dated as DatedRange
from billing.x12.ack_999 import (
    Context,
    ElementFault,
    GroupAcknowledgment,
    GroupAnswered,
    GroupClosing,
    SegmentFault,
    SetAcknowledged,
)
from billing.x12.outcomes import Outcome
from billing.x12.reading.composites import Contact, Procedure, Reference
from billing.x12.remit_835 import (
    Adjudication,
    Adjustment,
    Amount,
    Balance,
    ClaimPaid,
    Closing,
    Dated,
    Decision,
    HeaderGroup,
    Party,
    Payment,
    Person,
    ProviderAdjustment,
    Quantity,
    Remark,
    Remittance,
    ServicePaid,
)
from billing.x12.syntax import Separators

Part = TypeVar("Part")

words = st.text("ABCXYZ0189-./&", min_size=1, max_size=6) | st.sampled_from(["ISA", "O'NEILL", "A B C", "IEA", "SE"])
maybe = st.just("") | words
days = st.dates(date(2020, 1, 1), date(2030, 12, 31))
money = st.decimals(Decimal("-99999.99"), Decimal("99999.99"), places=2)
numbers = st.decimals(Decimal(0), Decimal(999), places=1)


def separators() -> st.SearchStrategy[Separators]:
    """Delimiters of every kind that partners have, none of them in a value above."""
    return st.builds(
        Separators, st.sampled_from("*|+"), st.sampled_from(":><\\"), st.sampled_from("^!{"), st.sampled_from("~?\n\r"),
        st.sampled_from(["", "\n", "\r\n"]),
    )  # fmt: skip


def some(strategy: st.SearchStrategy[Part], most: int = 3) -> st.SearchStrategy[tuple[Part, ...]]:
    """A few of them, or none."""
    return st.lists(strategy, max_size=most).map(tuple)


references = st.builds(Reference, words, words)
contacts = st.builds(Contact, words, maybe, some(st.tuples(st.sampled_from(["TE", "EM"]), words), 2))
procedures = st.builds(Procedure, st.sampled_from(["HC", "NU"]), words, some(words, 4), maybe)
adjustments = st.builds(
    Adjustment, st.sampled_from(["CO", "PR", "OA", "PI"]), words, money, st.none() | numbers
)  # fmt: skip
people = st.builds(Person, st.sampled_from(["QC", "IL", "74", "82", "TT"]), st.booleans(), *[maybe] * 6)
decisions = st.builds(
    Decision, procedures, money, money, maybe, st.none() | numbers, st.none() | procedures, st.none() | numbers,
    some(adjustments, 8), some(st.builds(Dated, words, days)), some(st.builds(Amount, words, money)),
    some(st.builds(Quantity, words, numbers)), some(st.builds(Remark, words, words)),
)  # fmt: skip
services = st.builds(ServicePaid, st.just(0), some(references), decisions)
adjudications = st.builds(
    Adjudication,
    st.just("MOA"),
    some(words, 5),
    st.lists(st.tuples(st.sampled_from([1, 2, 8, 9]), money), unique_by=lambda pair: pair[0]).map(
        lambda pairs: tuple(sorted(pairs))
    ),
)
claims = st.builds(
    ClaimPaid, st.just(0), words, st.sampled_from(["1", "2", "4", "19", "22"]), money, money, money, maybe, words,
    maybe, maybe, maybe, st.sampled_from([HeaderGroup("1", ()), HeaderGroup("2", ())]), some(adjustments, 8),
    some(people), some(adjudications, 1), some(references), some(st.builds(Dated, words, days)), some(contacts, 1),
    some(st.builds(Amount, words, money)), some(st.builds(Quantity, words, numbers)), some(services),
)  # fmt: skip
parties = st.builds(Party, words, words, words, words, maybe, words, words, words, some(references), some(contacts, 2))
outside = st.builds(ProviderAdjustment, st.just(0), words, days, words, maybe, money)


@st.composite
def remittances(draw: st.DrawFn) -> Remittance:
    """A remittance whose closing says what its claims give."""
    amount, paid_on, trace, payer_id = draw(money), draw(days), draw(words), draw(words)
    account = draw(maybe)
    bpr = ("BPR", "I", f"{amount}", "C", "ACH", *[""] * 10, account, f"{paid_on:%Y%m%d}")
    trn = ("TRN", "1", trace, payer_id)
    payment = Payment(
        "I", amount, True, "ACH", paid_on, trace, payer_id, account, draw(st.none() | days), draw(parties),
        draw(parties), draw(some(references)), (bpr, trn),
    )  # fmt: skip
    paid = tuple(draw(st.lists(claims, max_size=4)))
    adjusted = tuple(draw(st.lists(outside, max_size=3)))
    lines = [line for claim in paid for line in claim.services]
    total, apart = sum((claim.paid for claim in paid), Decimal(0)), sum((plb.amount for plb in adjusted), Decimal(0))
    closing = Closing(
        adjusted, len(paid), len(lines), sum((claim.charge for claim in paid), Decimal(0)), total, apart,
        sum(not claim.balance.is_even for claim in paid), sum(not line.balance.is_even for line in lines), 0, 0, True,
        Balance(total - apart, amount),
    )  # fmt: skip
    return Remittance(payment, paid, closing)


# --- 277CA ----------------------------------------------------------------------------------------------------------

reasons = st.builds(
    StatusReason, st.sampled_from(["A1", "A2", "A3", "A7"]), words, maybe, st.sampled_from(["", "RX"])
)  # fmt: skip
statuses = st.builds(
    Status, st.just(0), st.lists(reasons, min_size=1, max_size=3).map(tuple), st.none() | days,
    st.sampled_from(["WQ", "U"]), st.none() | money, maybe,
)  # fmt: skip
ranges = st.builds(
    lambda kind, first, length: DatedRange(kind, first, first + timedelta(length)), words, days, st.integers(0, 3)
)
entities = st.none() | st.builds(Entity, words, st.booleans(), words, *[maybe] * 5)
lines_acknowledged = st.builds(
    ServiceStatus, st.just(0), procedures, st.none() | money, maybe, st.none() | numbers, some(statuses),
    some(references), some(ranges),
)  # fmt: skip


def levels(*, has_totals: bool) -> st.SearchStrategy[Level]:
    """A level; totals only where the guide has them, and they need not be true."""
    totals = st.builds(Totals, *[st.none() | numbers] * 4) if has_totals else st.just(Totals(None, None, None, None))
    return st.builds(Level, st.just(0), entities, maybe, some(statuses, 2), some(references), some(ranges), totals)


@st.composite
def claim_acknowledgments(draw: st.DrawFn) -> ClaimAcknowledgment:
    """A 277CA with one level of each kind."""
    source, receiver, provider = (
        draw(levels(has_totals=False)),
        draw(levels(has_totals=True)),
        draw(levels(has_totals=True)),
    )
    found = tuple(
        ClaimStatus(
            0, draw(words), draw(entities), draw(some(statuses)), draw(some(references)), draw(some(ranges)),
            draw(some(lines_acknowledged, 2)), source, receiver, provider,
        )
        for _ in range(draw(st.integers(1, 4)))
    )  # fmt: skip
    charged = sum(
        (next((s.amount for s in claim.statuses if s.amount is not None), Decimal(0)) for claim in found), Decimal(0)
    )
    closing = BatchClosing(
        len(found), sum(claim.outcome == "rejected" for claim in found), charged,
        tuple(level for level in (receiver, provider) if level.is_rejected), True,
    )  # fmt: skip
    return ClaimAcknowledgment(draw(words), draw(st.none() | days), found, (receiver, provider), closing)


# --- 999 ------------------------------------------------------------------------------------------------------------

whole = st.integers(1, 9999)
contexts = st.builds(
    Context, words, maybe, maybe, st.just(0) | whole, maybe, st.sampled_from(["", "5", "5:3", "5:3:1"]), maybe
)  # fmt: skip
elements = st.builds(
    ElementFault, st.just(0), st.integers(1, 30), st.integers(0, 5), st.integers(0, 3), maybe, words, maybe,
    some(contexts),
)  # fmt: skip
faults = st.builds(SegmentFault, st.just(0), words, whole, maybe, words, some(contexts), some(elements))
sets = st.builds(
    SetAcknowledged, st.just(0), st.just("837"), words, maybe, some(faults),
    st.sampled_from([Outcome.ACCEPTED, Outcome.ACCEPTED_WITH_ERRORS, Outcome.REJECTED]), some(words, 5),
)  # fmt: skip


@st.composite
def group_acknowledgments(draw: st.DrawFn) -> GroupAcknowledgment:
    """A 999 whose AK9 agrees with its sets."""
    answered = tuple(draw(st.lists(sets, max_size=4)))
    taken = sum(one.outcome is not Outcome.REJECTED for one in answered)
    outcome = draw(st.sampled_from([Outcome.ACCEPTED, Outcome.PARTLY_ACCEPTED, Outcome.REJECTED]))
    codes = tuple(draw(st.lists(words, max_size=5)))
    closing = GroupClosing(outcome, len(answered), len(answered), taken, codes, len(answered), taken, True)
    return GroupAcknowledgment(GroupAnswered("HC", draw(words), draw(words)), answered, closing)
