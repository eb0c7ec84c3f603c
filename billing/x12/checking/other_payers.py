"""Checks of other payers and of what they decided (2320, 2330, 2430): codes, who pays when, and that all adds up.

A claim whose coordination of benefits does not balance is turned away by every secondary payer, so it is asked here,
to the cent: for each line, for the claim, and between the two.
"""

import re
from collections.abc import Sequence
from datetime import date
from operator import attrgetter
from typing import NamedTuple, Protocol

from billing.x12.characters import Alphabet
from billing.x12.checking.faults import ClaimFault, Faults, Text, Texts, cents, code_fault, day_remedy
from billing.x12.checking.forms import (
    MODIFIER,
    MOST_MODIFIERS,
    PAID_REMEDY,
    PROCEDURE,
    UNITS,
    dollars,
    signed_cents,
)
from billing.x12.checking.parties import MEDICARE, RELATIONSHIPS, address_faults, check_payer, check_subscriber
from billing.x12.other_payers import Adjustment, LineAdjudication, OtherPayer, OutpatientAdjudication
from billing.x12.parties import Subscriber

MOST_OTHER_PAYERS = 10
MOST_ADJUDICATIONS = 15
MOST_REASONS = 6
MOST_REMARKS = 5
GROUPS = frozenset(("CO", "CR", "OA", "PI", "PR"))
OTHER_RELATIONSHIPS = RELATIONSHIPS | {"18"}
REASON = re.compile(r"[A-Z]{0,2}[0-9]{1,3}")
REMARK = re.compile(r"[A-Z]{1,3}[0-9]{1,4}")
REVENUE_CODE = re.compile(r"[0-9]{4}")
_SHARE = re.compile(r"(?:0|[1-9][0-9]{0,2})(?:\.[0-9]{0,3}[1-9])?")
TURNS = tuple("PSTABCDEFGH")

_GROUP_PLANS_EXCLUDE = frozenset((*MEDICARE, "MC", "WC", "AM", "VA", "LM"))
_NOT_BEFORE = {
    **dict.fromkeys(("12", "13", "43"), _GROUP_PLANS_EXCLUDE),  # an employer's group plan pays before
    "14": frozenset((*MEDICARE, "MC", "WC", "VA")),  # no-fault
    "15": frozenset((*MEDICARE, "MC", "AM", "VA", "LM")),  # workers' compensation
    "42": frozenset((*MEDICARE, "MC", "WC", "AM", "LM")),  # Veterans' Affairs
}
"""Whose claims (SBR09) cannot be what SBR05 of a Medicare policy names as paying first."""

_LOOPS = {"": "2320", "2000B": "2320", "2010BA": "2330A", "2330A": "2330A", "2010BB": "2330B", "2330B": "2330B"}
"""Where the faults of a policy and a payer stand when they are another's."""

_INSURANCE_CODES = (
    ("relationship", "SBR", 2, OTHER_RELATIONSHIPS),
    ("benefits_assigned", "OI", 3, frozenset("NWY")),
    ("patient_signature_source", "OI", 4, frozenset(("", "P"))),
    ("release_of_information", "OI", 6, frozenset("IY")),
)
_REFERENCES = Texts(
    Text("authorization", "REF*G1", 2, 0, 50, is_identifier=True),
    Text("referral", "REF*9F", 2, 0, 50, is_identifier=True),
    Text("claim_number", "REF*F8", 2, 0, 50, is_identifier=True),
)


class AdjudicatedLine(Protocol):
    """What must be known of a line, professional or institutional."""

    @property
    def charge(self) -> str: ...
    @property
    def adjudications(self) -> tuple[LineAdjudication, ...]: ...


class Coordination(NamedTuple):
    """The parts of a claim that must agree when several payers share it."""

    others: tuple[OtherPayer, ...]
    destination: Subscriber
    """The policy of the payer that the claim goes to."""
    charge: str
    lines: Sequence[AdjudicatedLine]


class SharedClaim(Protocol):
    """What must be known of a claim, professional or institutional."""

    @property
    def other_payers(self) -> tuple[OtherPayer, ...]: ...
    @property
    def subscriber(self) -> Subscriber: ...
    @property
    def charge(self) -> str: ...
    @property
    def lines(self) -> Sequence[AdjudicatedLine]: ...


_ADJUDICATIONS = attrgetter("adjudications")


def coordination_of(claim: SharedClaim) -> Coordination | None:
    """Return what several payers must agree about, where there are several, or must be."""
    is_alone = not claim.other_payers and claim.subscriber.rank == "P"
    if is_alone and not any(map(_ADJUDICATIONS, claim.lines)):
        return None
    return Coordination(claim.other_payers, claim.subscriber, claim.charge, claim.lines)


def check_other_payers(claim: Coordination, *, today: date, alphabet: Alphabet) -> list[ClaimFault]:
    """Return everything wrong with a claim's other payers, in the order of the guide.

    Args:
        claim: its other payers, own policy, charge and lines.
        today: the clinic's local day; later days of a decision are faults.
        alphabet: what the files of the receiver can carry.
    """
    faults = list(_turn_faults(claim))
    for place, other in enumerate(claim.others):
        own = [*_other_faults(other, today, alphabet), *_decision_faults(other, claim, today)]
        faults += [
            fault._replace(loop=f"{_LOOPS[fault.loop]}/{place + 1}", field=f"other_payers[{place}].{fault.field}")
            for fault in own
        ]
    for place, line in enumerate(claim.lines):
        faults += [
            fault._replace(loop=f"2430/{place + 1}", field=f"lines[{place}].{fault.field}")
            for fault in _line_faults(line, claim, today)
        ]
    return faults


def _fault(segment: str, element: int, field: str, found: str, remedy: str) -> ClaimFault:
    """Return a fault of the loop at hand: 2320, or 2330B for its dates and references, or 2430."""
    return ClaimFault("2330B" if segment == "DTP*573" else "", segment, element, field, found, remedy)


# --- who pays when --------------------------------------------------------------------------------------------------


def _turn_faults(claim: Coordination) -> Faults:
    others = claim.others
    if len(others) > MOST_OTHER_PAYERS:
        remedy = f"A claim takes at most {MOST_OTHER_PAYERS} other payers; take some out."
        yield ClaimFault("2320", "SBR", 1, "other_payers", str(len(others)), remedy)
    ranks = [claim.destination.rank, *(other.subscriber.rank for other in others)]
    ids: set[str] = set()
    for place, other in enumerate(others):
        loop, owner = f"2320/{place + 1}", f"other_payers[{place}]."
        rank, payer_id = other.subscriber.rank, other.payer.payer_id
        if rank in ranks[: place + 1]:
            remedy = f"Another payer of the claim is {rank} already; say who pays when."
            yield ClaimFault(loop, "SBR", 1, f"{owner}subscriber.rank", rank, remedy)
        if payer_id in ids:
            remedy = "Another of the other payers has this id, by which the lines name it; take one out."
            yield ClaimFault(loop, "NM1*PR", 9, f"{owner}payer.payer_id", payer_id, remedy)
        ids.add(payer_id)
    yield from _missing_turns(claim, ranks)
    yield from _msp_faults(claim)


def _missing_turns(claim: Coordination, ranks: list[str]) -> Faults:
    """A later payer asks what each earlier one decided."""
    rank = claim.destination.rank
    if rank not in TURNS:
        return
    for earlier in TURNS[: TURNS.index(rank)]:
        if earlier not in ranks:
            remedy = f"The payer before it ({earlier}) is not on the claim; add it with what it decided."
            yield ClaimFault("2000B", "SBR", 1, "subscriber.rank", rank, remedy)


def _msp_faults(claim: Coordination) -> Faults:
    """Medicare's reason for paying later must fit who pays first."""
    policies = [("2000B", "subscriber", claim.destination)]
    policies += [
        (f"2320/{place}", f"other_payers[{place - 1}].subscriber", other.subscriber)
        for place, other in enumerate(claim.others, 1)
    ]
    first = next((policy for _, _, policy in policies if policy.rank == "P"), None)
    for loop, owner, policy in policies:
        excluded = _NOT_BEFORE.get(policy.msp_type, frozenset())
        if first is not None and policy is not first and first.filing_indicator in excluded:
            remedy = (
                f"It does not fit the primary payer, which is of kind {first.filing_indicator}; correct one of them."
            )
            yield ClaimFault(loop, "SBR", 5, f"{owner}.msp_type", policy.msp_type, remedy)


# --- 2320, 2330 -----------------------------------------------------------------------------------------------------


def _other_faults(other: OtherPayer, today: date, alphabet: Alphabet) -> Faults:
    yield from check_subscriber(other.subscriber, alphabet, is_patient=False, today=today)
    if other.subscriber.address is not None:
        yield from address_faults("2330A", "subscriber.address", other.subscriber.address, alphabet)
    yield from check_payer(other.payer, alphabet)
    for field, segment, element, known in _INSURANCE_CODES:
        yield from code_fault("", segment, element, field, getattr(other, field), known)
    yield from _adjustment_faults(other.adjustments)
    for kind, field in (("D", "paid"), ("A8", "non_covered"), ("EAF", "remaining")):
        yield from _paid_fault(f"AMT*{kind}", 2, field, getattr(other, field))
    if other.outpatient is not None:
        yield from _outpatient_faults(other.outpatient)
    yield from _REFERENCES.faults("2330B", "", other, alphabet)


def _paid_fault(segment: str, element: int, field: str, amount: str, *, is_required: bool = False) -> Faults:
    if (amount or is_required) and cents(amount) is None:
        yield _fault(segment, element, field, amount, PAID_REMEDY)


def _adjustment_faults(adjustments: tuple[Adjustment, ...]) -> Faults:
    groups: set[str] = set()
    for place, adjustment in enumerate(adjustments):
        owner, reasons = f"adjustments[{place}].", adjustment.reasons
        yield from code_fault("", "CAS", 1, f"{owner}group", adjustment.group, GROUPS)
        if adjustment.group in groups:
            remedy = "Its reasons belong into the one segment of their group; join the two."
            yield _fault("CAS", 1, f"{owner}group", adjustment.group, remedy)
        groups.add(adjustment.group)
        if not 1 <= len(reasons) <= MOST_REASONS:
            remedy = f"A group takes 1 to {MOST_REASONS} reasons; it has {len(reasons)}."
            yield _fault("CAS", 2, f"{owner}reasons", "", remedy)
        yield from _reason_faults(owner, adjustment)


def _reason_faults(owner: str, adjustment: Adjustment) -> Faults:
    codes: set[str] = set()
    for place, reason in enumerate(adjustment.reasons):
        field, element = f"{owner}reasons[{place}].", 2 + 3 * place
        if not REASON.fullmatch(reason.code):
            remedy = "It must be a claim adjustment reason code, as 45, 1 or B7."
            yield _fault("CAS", element, f"{field}code", reason.code, remedy)
        elif reason.code in codes:
            remedy = "The group has this reason already; add the two amounts up."
            yield _fault("CAS", element, f"{field}code", reason.code, remedy)
        codes.add(reason.code)
        if not signed_cents(reason.amount):
            remedy = "It must be an amount that is not 0, written as 670 or -12.5, without needless zeros."
            yield _fault("CAS", element + 1, f"{field}amount", reason.amount, remedy)
        if reason.quantity and not UNITS.fullmatch(reason.quantity.removeprefix("-")):
            yield _fault("CAS", element + 2, f"{field}quantity", reason.quantity, "It must be a number of units.")


def _outpatient_faults(outpatient: OutpatientAdjudication) -> Faults:
    owner = "outpatient."
    if not any(outpatient):
        yield _fault("MOA", 1, "outpatient", "", "Nothing stands in it; leave it out.")
    rate = outpatient.reimbursement_rate
    if rate and not _SHARE.fullmatch(rate):
        remedy = "It must be a share as 0.8, without needless zeros."
        yield _fault("MOA", 1, f"{owner}reimbursement_rate", rate, remedy)
    for element, field in ((2, "payable"), (8, "esrd_paid"), (9, "nonpayable_professional")):
        yield from _paid_fault("MOA", element, f"{owner}{field}", getattr(outpatient, field))
    if len(outpatient.remarks) > MOST_REMARKS:
        yield _fault("MOA", 3, f"{owner}remarks", "", f"There is place for {MOST_REMARKS} remarks.")
    for place, remark in enumerate(outpatient.remarks):
        if not REMARK.fullmatch(remark):
            remedy = "It must be a remittance remark code, as MA01 or N130."
            yield _fault("MOA", 3 + place, f"{owner}remarks[{place}]", remark, remedy)


# --- what it decided, and whether it adds up ------------------------------------------------------------------------


def _decision_faults(other: OtherPayer, claim: Coordination, today: date) -> Faults:
    decided = [one for line in claim.lines for one in line.adjudications if one.payer_id == other.payer.payer_id]
    if other.non_covered:
        yield from _non_covered_faults(other, claim.charge, has_lines=bool(decided))
    elif not other.paid:
        yield from _undecided_faults(other, claim.destination, has_lines=bool(decided))
    else:
        yield from _balance_faults(other, decided, claim.charge)
    yield from _adjudication_day_faults(other, today, has_lines=bool(decided))
    if other.remaining and any(one.remaining for one in decided):
        remedy = "Its lines say what the patient owes; leave it out at the claim."
        yield _fault("AMT*EAF", 2, "remaining", other.remaining, remedy)


def _non_covered_faults(other: OtherPayer, charge: str, *, has_lines: bool) -> Faults:
    """A payer that may be passed over decided nothing, and does not cover the whole claim."""
    if other.paid or other.adjustments or has_lines:
        remedy = "A payer that decided about the claim was not passed over; leave this out, or what it decided."
        yield _fault("AMT*A8", 2, "non_covered", other.non_covered, remedy)
    elif cents(other.non_covered) not in (None, cents(charge)):
        remedy = f"It must be the charge of the claim, {charge}."
        yield _fault("AMT*A8", 2, "non_covered", other.non_covered, remedy)


def _undecided_faults(other: OtherPayer, destination: Subscriber, *, has_lines: bool) -> Faults:
    own, of_claim = other.subscriber.rank, destination.rank
    is_earlier = own in TURNS and of_claim in TURNS and TURNS.index(own) < TURNS.index(of_claim)
    if is_earlier or other.adjustments or has_lines:
        remedy = "It decides before this claim's payer; fill in what it paid, 0 if nothing."
        yield _fault("AMT*D", 2, "paid", "", remedy)


def _adjudication_day_faults(other: OtherPayer, today: date, *, has_lines: bool) -> Faults:
    day = other.adjudicated_on
    if day and has_lines:
        remedy = "Its lines have their days; leave it out here."
        yield _fault("DTP*573", 3, "adjudicated_on", day, remedy)
    elif day or (other.paid and not has_lines):
        remedy = day_remedy(day, today)
        if remedy:
            yield _fault("DTP*573", 3, "adjudicated_on", day, remedy)


def _balance_faults(other: OtherPayer, decided: list[LineAdjudication], charge: str) -> Faults:
    paid, total = cents(other.paid), cents(charge)
    of_claim = _adjusted(other.adjustments)
    of_lines = [_adjusted(one.adjustments) for one in decided]
    paid_of_lines = [cents(one.paid) for one in decided]
    if paid is None or total is None or of_claim is None or None in of_lines or None in paid_of_lines:
        return  # what cannot be read is told where it stands
    adjusted = of_claim + sum(filter(None, of_lines))
    if paid + adjusted != total:
        remedy = (
            f"Paid {dollars(paid)} and adjustments {dollars(adjusted)} make {dollars(paid + adjusted)}, "
            f"not the charge {dollars(total)}; compare with the payer's remittance."
        )
        yield _fault("AMT*D", 2, "paid", other.paid, remedy)
    lines_less_claim = sum(filter(None, paid_of_lines)) - of_claim
    if decided and paid != lines_less_claim:
        remedy = (
            f"What it paid for the lines less the claim's adjustments is {dollars(lines_less_claim)}; "
            "what it paid for the claim must be the same."
        )
        yield _fault("AMT*D", 2, "paid", other.paid, remedy)


def _adjusted(adjustments: tuple[Adjustment, ...]) -> int | None:
    """Return the sum of adjustments in cents; None if one of them cannot be read."""
    amounts = [signed_cents(reason.amount) for adjustment in adjustments for reason in adjustment.reasons]
    known = [amount for amount in amounts if amount is not None]
    return sum(known) if len(known) == len(amounts) else None


# --- 2430 -----------------------------------------------------------------------------------------------------------


def _line_faults(line: AdjudicatedLine, claim: Coordination, today: date) -> Faults:
    known = {other.payer.payer_id for other in claim.others}
    if len(line.adjudications) > MOST_ADJUDICATIONS:
        remedy = f"A line takes at most {MOST_ADJUDICATIONS} decisions."
        yield _fault("SVD", 1, "adjudications", str(len(line.adjudications)), remedy)
    for place, one in enumerate(line.adjudications):
        for fault in (*_adjudication_faults(one, known, today), *_code_faults(one, len(claim.lines))):
            yield fault._replace(field=f"adjudications[{place}].{fault.field}")
    for payer_id in dict.fromkeys(one.payer_id for one in line.adjudications):
        yield from _line_balance_faults(line, payer_id)


def _adjudication_faults(one: LineAdjudication, known: set[str], today: date) -> Faults:
    if one.payer_id not in known:
        remedy = "None of the claim's other payers has this id; correct it, or add the payer."
        yield _fault("SVD", 1, "payer_id", one.payer_id, remedy)
    yield from _paid_fault("SVD", 2, "paid", one.paid, is_required=True)
    if not UNITS.fullmatch(one.units):
        yield _fault("SVD", 5, "units", one.units, "Units must be a number, written as 0, 1 or 1.5.")
    yield from _adjustment_faults(one.adjustments)
    remedy = day_remedy(one.adjudicated_on, today)
    if remedy:
        yield _fault("DTP*573", 3, "adjudicated_on", one.adjudicated_on, remedy)
    yield from _paid_fault("AMT*EAF", 2, "remaining", one.remaining)


def _code_faults(one: LineAdjudication, lines: int) -> Faults:
    if not PROCEDURE.fullmatch(one.code):
        yield _fault(
            "SVD", 3, "code", one.code, "It must be a CPT or HCPCS code of five characters, as 77386 or G6015."
        )
    if len(one.modifiers) > MOST_MODIFIERS or not all(map(MODIFIER.fullmatch, one.modifiers)):
        remedy = "It takes at most four modifiers, each of two capitals or digits, as 26 or TC."
        yield _fault("SVD", 3, "modifiers", " ".join(one.modifiers), remedy)
    if one.revenue_code and not REVENUE_CODE.fullmatch(one.revenue_code):
        yield _fault("SVD", 4, "revenue_code", one.revenue_code, "A revenue code has four digits, as 0333.")
    into = one.bundled_into
    if into and not (into.isascii() and into.isdigit() and into[0] != "0" and int(into) <= lines):
        yield _fault("SVD", 6, "bundled_into", into, f"It must be the number of a line, 1 to {lines}.")


def _line_balance_faults(line: AdjudicatedLine, payer_id: str) -> Faults:
    """What one payer paid and adjusted of a line is the line's charge; it may have split the line into several."""
    own = [one for one in line.adjudications if one.payer_id == payer_id]
    paid = [cents(one.paid) for one in own]
    adjusted = [_adjusted(one.adjustments) for one in own]
    total = cents(line.charge)
    if total is None or None in paid or None in adjusted:
        return
    found = sum(filter(None, paid)) + sum(filter(None, adjusted))
    if found != total:
        place = line.adjudications.index(own[0])
        remedy = (
            f"Paid {dollars(sum(filter(None, paid)))} and adjustments {dollars(sum(filter(None, adjusted)))} make "
            f"{dollars(found)}, not the line's charge {dollars(total)}; compare with the payer's remittance."
        )
        yield _fault("SVD", 2, f"adjudications[{place}].paid", own[0].paid, remedy)
