"""Hypothesis strategies for claims that pass their checks, in the form in which a file carries them."""

import random
from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

from hypothesis import strategies as st

from billing.x12.claim_837p import Claim837P, Line837P
from billing.x12.parties import Address, BillingProvider, Dependant, Facility, Payer, Provider, Subscriber
from patients.identifiers import STATES, npi_check_digit
from tests.billing.x12.claims import ADA, BORIS, CLARA, CLARA_PARENT, HARBOR, MEDICARE, MUTUAL, TODAY
from tests.billing.x12.optional_parts import ranked, with_optional_parts

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_TEXT = _LETTERS + " !\"&'(),+-./;?="
_CODES = ("77301", "77386", "77385", "77418", "77427", "77336", "G6015", "0073T")
_DIAGNOSES = (
    "C50911",
    "C61",
    "C3411",
    "C7A010",
    "C259",
    "Z510",
    "C7951",
    "C099",
    "C20",
    "C4A0",
    "M1A0",
    "C180",
    "D0511",
)


_PHRASES = """A|1|42|ADA|O'NEILL-SMITH|SMITH, JR.|(ACME)|A&B|C/O|+1-617|=X=|WHO?|NO!|YES;|.5|"Q"|0|000|&CO|7/8|A  B"""
_WORDS = _PHRASES.split("|")


def text(most: int, least: int = 1) -> st.SearchStrategy[str]:
    """Words without outer blanks, with at least one letter or digit, some of them as long as they may be."""
    fitting = [word for word in _WORDS if least <= len(word) <= most]
    made_up = st.text(_TEXT, min_size=least, max_size=min(most, 8))
    return st.sampled_from([*fitting, "M" * most]) | made_up.map(lambda word: f"{word.strip()}{'X' * least}"[:most])


def optional(strategy: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Nothing, or the given."""
    return st.just("") | strategy


def digits(count: int) -> st.SearchStrategy[str]:
    """Digits that do not begin with 0."""
    return st.integers(10 ** (count - 1), 10**count - 1).map(str)


def npis() -> st.SearchStrategy[str]:
    """Ten digits with their check digit."""
    return st.integers(100_000_000, 299_999_999).map(lambda nine: f"{nine}{npi_check_digit(str(nine))}")


def days(first: date = date(2020, 1, 1)) -> st.SearchStrategy[str]:
    """A day up to today, CCYYMMDD."""
    return st.dates(first, TODAY).map(lambda day: f"{day:%Y%m%d}")


Value = TypeVar("Value")


def values(kind: Callable[..., Value], **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Value]:
    """Values with these fields; all others at their defaults (``builds`` would make those up too)."""
    return st.fixed_dictionaries(fields).map(lambda given: kind(**given))


def addresses(zip_digits: tuple[int, ...] = (5, 9)) -> st.SearchStrategy[Address]:
    """Streets with a number."""
    streets = st.builds("{} {} STREET".format, st.integers(1, 9999), text(20))
    zips = st.sampled_from(zip_digits).flatmap(digits)
    return values(
        Address,
        street=streets,
        city=text(30, 2),
        state=st.sampled_from(sorted(STATES)),
        zip_code=zips,
        street2=optional(text(55)),
    )


_PERSON = {"first_name": optional(text(35)), "middle_name": optional(text(25)), "suffix": optional(text(10))}


def billing_providers() -> st.SearchStrategy[BillingProvider]:
    """Practices, some with a pay-to address of their own."""
    return values(
        BillingProvider,
        name=text(60),
        npi=npis(),
        tax_id=digits(9),
        address=addresses((9,)),
        taxonomy=st.sampled_from(("", "2085R0001X", "174400000X")),
        pay_to=st.none() | addresses(),
        is_person=st.booleans(),
        **_PERSON,
    )


def providers(taxonomy: st.SearchStrategy[str] | None = None) -> st.SearchStrategy[Provider]:
    """Physicians."""
    return values(
        Provider, last_name=text(60), npi=npis(), taxonomy=st.just("") if taxonomy is None else taxonomy, **_PERSON
    )


def payers() -> st.SearchStrategy[Payer]:
    """Payers with and without an address."""
    return values(
        Payer,
        name=text(60),
        payer_id=text(80, 2),
        address=st.none() | addresses(),
        id_kind=st.sampled_from(("PI", "XV")),
    )


def subscribers(*, is_patient: bool) -> st.SearchStrategy[Subscriber]:
    """Holders of policies. Only a patient's address, birth date and sex go into a file."""
    return values(
        Subscriber,
        last_name=text(60),
        member_id=text(80, 2),
        filing_indicator=st.sampled_from(("CI", "MB", "MC", "BL", "16")),
        address=addresses() if is_patient else st.none(),
        birth_on=st.dates(date(1900, 1, 1), date(2019, 12, 31)).map("{:%Y%m%d}".format) if is_patient else st.just(""),
        sex=st.sampled_from("FMU") if is_patient else st.just(""),
        group_number=optional(text(50)),
        **_PERSON,
    )


def dependants() -> st.SearchStrategy[Dependant]:
    """Patients on somebody else's policy."""
    return values(
        Dependant,
        relationship=st.sampled_from(("01", "19", "20", "21", "39", "40", "53", "G8")),
        last_name=text(60),
        address=addresses(),
        birth_on=st.dates(date(1900, 1, 1), date(2019, 12, 31)).map("{:%Y%m%d}".format),
        sex=st.sampled_from("FMU"),
        **_PERSON,
    )


@st.composite
def lines(draw: st.DrawFn, number: str, diagnoses: int) -> tuple[Line837P, int]:
    """One line and its charge in cents."""
    cents = draw(st.integers(1, 5_000_000))
    day = draw(days())
    later = f"{TODAY:%Y%m%d}"
    pointers = st.lists(st.integers(1, diagnoses), min_size=1, max_size=min(4, diagnoses), unique=True)
    modifiers = st.lists(st.sampled_from(("26", "TC", "59", "76", "XE", "52")), max_size=4, unique=True)
    note = draw(optional(text(80)))
    line = Line837P(
        control_number=number,
        code=draw(st.sampled_from(_CODES)),
        charge=amount(cents),
        units=draw(st.sampled_from(("1", "2", "10", "1.5"))),
        service_on=day,
        pointers=tuple(draw(pointers)),
        modifiers=tuple(draw(modifiers)),
        service_through=draw(st.sampled_from(("", later))),
        place_of_service=draw(st.sampled_from(("", "22"))),
        description=draw(optional(text(80))),
        note=note,
        note_kind=draw(st.sampled_from(("ADD", "DCP"))) if note else "ADD",
        authorization=draw(optional(text(50))),
        unit=draw(st.sampled_from(("UN", "MJ"))),
    )
    return line, cents


def amount(cents: int) -> str:
    """Write cents as a claim carries them: no needless zeros."""
    whole, rest = divmod(cents, 100)
    return f"{whole}.{rest:02}".rstrip("0") if rest else str(whole)


@st.composite
def claims(draw: st.DrawFn, number: int = 1) -> Claim837P:
    """Claims of every shape that the writer knows."""
    diagnoses = draw(st.lists(st.sampled_from(_DIAGNOSES), min_size=1, max_size=12, unique=True))
    count = draw(st.integers(1, 4))
    drawn = [draw(lines(f"L{number:05}-{place}", len(diagnoses))) for place in range(count)]
    dependant = draw(st.none() | dependants())
    billing = draw(billing_providers())
    note = draw(optional(text(80)))
    frequency = draw(st.sampled_from("178"))
    taxonomy = st.sampled_from(("", "2085R0001X"))
    facility = values(Facility, name=text(60), address=addresses((9,)), npi=optional(npis()))
    return Claim837P(
        control_number=f"C{number:05}",
        charge=amount(sum(cents for _, cents in drawn)),
        place_of_service=draw(st.sampled_from(("11", "19", "21", "22"))),
        billing=billing,
        payer=draw(payers()),
        subscriber=draw(subscribers(is_patient=dependant is None)),
        diagnoses=tuple(diagnoses),
        lines=tuple(line for line, _ in drawn),
        dependant=dependant,
        rendering=draw(st.none() | providers(taxonomy).filter(lambda one: one.npi != billing.npi)),
        referring=draw(st.none() | providers()),
        facility=draw(st.none() | facility.filter(lambda one: one.address != billing.address)),
        supervising=draw(st.none() | providers()),
        frequency=frequency,
        payer_claim_number=draw(text(50)) if frequency != "1" else "",
        authorization=draw(optional(text(50))),
        referral=draw(optional(text(50))),
        medical_record_number=draw(optional(text(50))),
        note=note,
        note_kind=draw(st.sampled_from(("ADD", "CER", "DCP", "DGN", "TPO"))) if note else "ADD",
        provider_signed=draw(st.sampled_from("YN")),
        assignment=draw(st.sampled_from("ABC")),
        benefits_assigned=draw(st.sampled_from("NWY")),
        release_of_information=draw(st.sampled_from("IY")),
        patient_signature_source=draw(st.sampled_from(("", "P"))),
        patient_paid=draw(st.sampled_from(("", "15", "15.5", "0.01"))),
        admitted_on=draw(optional(days())),
        discharged_on=draw(optional(days())),
    )


Around = tuple[BillingProvider, Payer, Subscriber, Dependant | None]


def batches() -> st.SearchStrategy[list[Claim837P]]:
    """Claims of any shape, of a few practices, families and payers in any order: some share their loops."""
    return (claims() | full_claims()).flatmap(mixes)


def mixes(one: Claim837P) -> st.SearchStrategy[list[Claim837P]]:
    """Copies of a claim, each with a practice, payer and patient out of a few."""
    practices = st.sampled_from((one.billing, HARBOR._replace(npi="1730155771")))
    payers_of_all = st.sampled_from((one.payer, MEDICARE, MUTUAL))
    policies: tuple[tuple[Subscriber, Dependant | None], ...] = (
        (one.subscriber, one.dependant),
        (ADA, None),
        (BORIS, None),
        (CLARA_PARENT, CLARA),
        (CLARA_PARENT, CLARA._replace(first_name="CORA", birth_on="20140301")),
        (BORIS._replace(address=None, birth_on="", sex=""), CLARA),
    )
    around = st.builds(
        lambda practice, payer, policy: (practice, payer, *policy), practices, payers_of_all, st.sampled_from(policies)
    )
    return st.lists(around, min_size=1, max_size=9).map(lambda all_around: _copies(one, all_around))


@st.composite
def full_claims(draw: st.DrawFn) -> Claim837P:
    """Claims with other payers, papers, accidents and providers of their lines."""
    return with_optional_parts(draw(claims()), random.Random(draw(st.integers(0, 9999))))


def _copies(one: Claim837P, all_around: list[Around]) -> list[Claim837P]:
    return [
        one._replace(
            control_number=f"C{number:05}",
            billing=billing,
            payer=payer,
            subscriber=ranked(subscriber, one.subscriber.rank),
            dependant=dependant,
            lines=tuple(line._replace(control_number=f"{number}-{line.control_number}") for line in one.lines),
        )
        for number, (billing, payer, subscriber, dependant) in enumerate(all_around)
    ]
