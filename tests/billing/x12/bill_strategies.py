"""Hypothesis strategies for institutional claims that pass their checks, in the form in which a file carries them."""

from typing import Any

from hypothesis import strategies as st

from billing.x12.attachments import Attachment
from billing.x12.check_837i.claim import NOTE_KINDS, PATIENT_STATUSES
from billing.x12.check_837i.codes import REPLACING, VOIDING
from billing.x12.claim_837i import Claim837I, Line837I, Note, Occurrence, OccurrenceSpan, ValueCode
from billing.x12.parties import Facility
from tests.billing.x12.claims import ADA, BORIS, CLARA, CLARA_PARENT, MEDICARE, MUTUAL
from tests.billing.x12.institutional_claims import BAY_HOSPITAL, CONDITIONS, with_payers_of_bill
from tests.billing.x12.strategies import (
    addresses,
    amount,
    billing_providers,
    days,
    dependants,
    npis,
    optional,
    payers,
    providers,
    subscribers,
    text,
    values,
)

_CODES = ("77301", "77386", "77385", "77336", "G6015", "0073T")
_DIAGNOSES = (*(f"C50{number}" for number in range(10, 60)), "C61", "Z510", "C7A010", "D0511")
_TWO_SIGNS = st.text("ABCDEF0123456789", min_size=2, max_size=2)
_amounts = st.integers(1, 9_999_999_999).map(amount)


@st.composite
def bill_lines(draw: st.DrawFn, number: str, statement: tuple[str, str]) -> tuple[Line837I, int]:
    """One line within the days of the statement, and its charge in cents."""
    cents = draw(st.integers(1, 5_000_000))
    day = draw(st.sampled_from(statement))
    line = Line837I(
        control_number=number,
        revenue_code=draw(st.sampled_from(("0333", "0330", "0510"))),
        code=draw(st.sampled_from(_CODES)),
        charge=amount(cents),
        units=draw(st.sampled_from(("1", "2", "10", "1.5"))),
        service_on=day,
        modifiers=tuple(draw(st.lists(st.sampled_from(("PO", "TC", "59", "76", "XE")), max_size=4, unique=True))),
        service_through=draw(st.sampled_from(("", statement[1]))),
        description=draw(optional(text(80))),
        not_covered=draw(st.sampled_from(("", amount(cents), "0.01"))),
        unit=draw(st.sampled_from(("UN", "DA"))),
    )
    return line, cents


def _spans() -> st.SearchStrategy[OccurrenceSpan]:
    ordered = st.tuples(days(), days()).map(sorted)
    return st.builds(lambda code, two: OccurrenceSpan(code, *two), _TWO_SIGNS, ordered)


@st.composite
def _codes(draw: st.DrawFn, frequency: str) -> dict[str, Any]:
    """The codes and notes of a bill; an adjustment has exactly one reason, anywhere among its conditions."""
    reasons = {"1": ("",), "7": sorted(REPLACING), "8": sorted(VOIDING)}[frequency]
    reason = draw(st.sampled_from(reasons))
    conditions = draw(st.lists(st.sampled_from(CONDITIONS), max_size=23, unique=True))
    if reason:
        conditions.insert(draw(st.integers(0, len(conditions))), reason)
    notes = st.builds(Note, st.sampled_from(sorted(NOTE_KINDS)), text(80))
    worths = st.lists(st.builds(ValueCode, _TWO_SIGNS, _amounts), max_size=24, unique_by=lambda value: value.code)
    return {
        "condition_codes": tuple(conditions),
        "value_codes": tuple(draw(worths)),
        "occurrences": tuple(draw(st.lists(st.builds(Occurrence, _TWO_SIGNS, days()), max_size=24))),
        "occurrence_spans": tuple(draw(st.lists(_spans(), max_size=24))),
        "visit_reasons": tuple(draw(st.lists(st.sampled_from(_DIAGNOSES), max_size=3, unique=True))),
        "notes": tuple(draw(st.lists(notes, max_size=10))),
        "billing_note": draw(text(80) if reason == "D9" else optional(text(80))),
    }


@st.composite
def bills(draw: st.DrawFn, number: int = 1) -> Claim837I:
    """Claims of every shape that the writer knows."""
    statement = draw(st.tuples(days(), days()).map(lambda two: (min(two), max(two))))
    drawn = [draw(bill_lines(f"H{number:05}-{place}", statement)) for place in range(draw(st.integers(1, 4)))]
    dependant = draw(st.none() | dependants())
    billing = draw(billing_providers().map(lambda one: one._replace(is_person=False)))
    attending = draw(providers(st.just("2085R0001X")).filter(lambda one: one.is_person))
    others = providers().filter(lambda one: one.npi != attending.npi)
    facility = values(Facility, name=text(60), address=addresses((9,)), npi=optional(npis()))
    frequency = draw(st.sampled_from("178"))
    return Claim837I(
        control_number=f"B{number:05}",
        charge=amount(sum(cents for _, cents in drawn)),
        statement_from=statement[0],
        statement_through=statement[1],
        billing=billing,
        payer=draw(payers()),
        subscriber=draw(subscribers(is_patient=dependant is None)),
        diagnoses=tuple(draw(st.lists(st.sampled_from(_DIAGNOSES), min_size=1, max_size=25, unique=True))),
        lines=tuple(line for line, _ in drawn),
        attending=attending,
        dependant=dependant,
        rendering=draw(st.none() | others),
        referring=draw(st.none() | others),
        facility=draw(st.none() | facility.filter(lambda one: one.address != billing.address)),
        facility_code=draw(st.sampled_from(("13", "85"))),
        frequency=frequency,
        payer_claim_number=draw(text(50)) if frequency != "1" else "",
        authorization=draw(optional(text(50))),
        referral=draw(optional(text(50))),
        medical_record_number=draw(optional(text(50))),
        admission_type=draw(st.sampled_from("123459")),
        admission_source=draw(st.sampled_from("1245689DEF")),
        patient_status=draw(st.sampled_from(sorted(PATIENT_STATUSES))),
        estimated_due=draw(st.just("") | _amounts),
        assignment=draw(st.sampled_from("ABC")),
        benefits_assigned=draw(st.sampled_from("NWY")),
        release_of_information=draw(st.sampled_from("IY")),
        **draw(_codes(frequency)),
    )


@st.composite
def full_bills(draw: st.DrawFn) -> Claim837I:
    """Bills with papers and with other payers and their decisions."""
    bill = draw(bills())
    papers = draw(st.sampled_from(((), (Attachment("OZ", "FX", "REPORT-17"), Attachment("03", "AA")))))
    lines = tuple(line._replace(attachments=papers[:1]) for line in bill.lines)
    chance = draw(st.randoms(use_true_random=False))
    return with_payers_of_bill(bill._replace(attachments=papers, lines=lines), chance)


def bill_batches() -> st.SearchStrategy[list[Claim837I]]:
    """Claims of any shape, of a few hospitals, families and payers in any order: some share their loops."""
    return (bills() | full_bills()).flatmap(bill_mixes)


def bill_mixes(one: Claim837I) -> st.SearchStrategy[list[Claim837I]]:
    """Copies of a claim, each with a hospital, payer and patient out of a few."""
    policies = (
        (one.subscriber, one.dependant),
        (ADA, None),
        (BORIS, None),
        (CLARA_PARENT, CLARA),
        (CLARA_PARENT, CLARA._replace(first_name="CORA", birth_on="20140301")),
        (BORIS._replace(address=None, birth_on="", sex=""), CLARA),
    )
    around = st.tuples(
        st.sampled_from((one.billing, BAY_HOSPITAL._replace(npi="1730155771"))),
        st.sampled_from((one.payer, MEDICARE, MUTUAL)),
        st.sampled_from(policies),
    )
    return st.lists(around, min_size=1, max_size=9).map(
        lambda chosen: [
            one._replace(
                control_number=f"B{number:05}",
                billing=billing,
                payer=payer,
                subscriber=policy[0]._replace(rank=one.subscriber.rank),
                dependant=policy[1],
                lines=tuple(line._replace(control_number=f"{number}-{line.control_number}") for line in one.lines),
            )
            for number, (billing, payer, policy) in enumerate(chosen)
        ]
    )
