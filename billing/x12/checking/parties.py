"""Checks of the parties on a claim.

Who bills, pays and treats repeats from claim to claim: verdicts about them are remembered by value. A patient seldom
does, so of one only the parts are remembered that do: codes of the policy, state and ZIP code.
"""

import re
from datetime import date
from functools import lru_cache

from billing.x12.characters import Alphabet
from billing.x12.checking.faults import (
    ClaimFault,
    Faults,
    Text,
    Texts,
    code_fault,
    day_remedy,
    identifier_fault,
)
from billing.x12.parties import Address, BillingProvider, Dependant, Facility, Payer, Provider, Subscriber
from patients.identifiers import (
    InvalidFormat,
    validate_npi,
    validate_state,
    validate_tax_id,
    validate_taxonomy,
    validate_zip,
)

FULL_ZIP = 9
PO_BOX = re.compile(r"\b(?:P\W*O\W*BOX|POST\s*OFFICE\s*BOX|POB\b|LOCK\s*BOX|BOX\s+\d)", re.IGNORECASE)
_SOCIAL_SECURITY = re.compile(r"[0-9]{9}")
SEXES = frozenset("FMU")
RANKS = frozenset("PSTABCDEFGHU")
RELATIONSHIPS = frozenset(("01", "19", "20", "21", "39", "40", "53", "G8"))
PAYER_ID_KINDS = frozenset(("PI", "XV"))
_FILING = "11 12 13 14 15 16 17 AM BL CH CI DS FI HM LM MA MB MC OF TV VA WC ZZ"
FILING_INDICATORS = frozenset(_FILING.split())
MSP_TYPES = frozenset(("", "12", "13", "14", "15", "16", "41", "42", "43", "47"))
MEDICARE = ("MA", "MB")


def _name(segment: str, *more: Text, last: str = "last_name") -> Texts:
    return Texts(
        Text(last, segment, 3, 1, 60),
        Text("first_name", segment, 4, 0, 35),
        Text("middle_name", segment, 5, 0, 25),
        Text("suffix", segment, 7, 0, 10),
        *more,
    )


_ADDRESS_TEXTS = (Text("street", "N3", 1, 1, 55), Text("street2", "N3", 2, 0, 55), Text("city", "N4", 1, 2, 30))
_ADDRESS = Texts(*_ADDRESS_TEXTS)
_OF_ADDRESS = tuple(text._replace(field=f"address.{text.field}") for text in _ADDRESS_TEXTS)
_BILLING = _name("NM1*85", last="name")
_FACILITY = Texts(Text("name", "NM1*77", 3, 1, 60))
_PAYER = Texts(Text("name", "NM1*PR", 3, 1, 60), Text("payer_id", "NM1*PR", 9, 2, 80, is_identifier=True))
_POLICY_TEXTS = (
    Text("member_id", "NM1*IL", 9, 2, 80, is_identifier=True),
    Text("group_number", "SBR", 3, 0, 50, is_identifier=True),
    Text("group_name", "SBR", 4, 0, 60),
)
_SUBSCRIBER = _name("NM1*IL", *_POLICY_TEXTS)
# Every patient is another one: all texts of one are looked at in one go.
_PATIENT = _name("NM1*IL", *_POLICY_TEXTS, *_OF_ADDRESS)
_DEPENDANT = _name("NM1*QC", *_OF_ADDRESS)


class Role:
    """What a provider is on a claim: the field that holds it, its loop, its entity code."""

    def __init__(self, owner: str, loop: str, code: str, *, may_be_group: bool = False) -> None:
        self.owner = owner
        self.loop = loop
        self.segment = f"NM1*{code}"
        self.may_be_group = may_be_group
        self.texts = _name(self.segment)


def address_faults(
    loop: str, owner: str, address: Address, alphabet: Alphabet, *, is_full_zip: bool = False
) -> list[ClaimFault]:
    """Return what is wrong with the address that ``owner`` names."""
    texts = _ADDRESS.faults(loop, f"{owner}.", address, alphabet)
    return [*texts, *_region_faults(loop, owner, address.state, address.zip_code, is_full_zip=is_full_zip)]


@lru_cache(maxsize=4096)
def _region_faults(
    loop: str, owner: str, state: str, zip_code: str, *, is_full_zip: bool = False
) -> tuple[ClaimFault, ...]:
    state_faults = identifier_fault(loop, "N4", 2, f"{owner}.state", state, validate_state)
    zip_faults = list(identifier_fault(loop, "N4", 3, f"{owner}.zip_code", zip_code, validate_zip))
    if is_full_zip and not zip_faults and len(zip_code) != FULL_ZIP:
        remedy = "The guide wants nine digits here; look the four extra ones up at the Postal Service."
        zip_faults.append(ClaimFault(loop, "N4", 3, f"{owner}.zip_code", zip_code, remedy))
    return (*state_faults, *zip_faults)


@lru_cache(maxsize=1024)
def check_billing(billing: BillingProvider, alphabet: Alphabet) -> tuple[ClaimFault, ...]:
    """Check billing provider and pay-to address (2000A, 2010AA, 2010AB)."""
    return tuple(_billing_faults(billing, alphabet))


def _billing_faults(billing: BillingProvider, alphabet: Alphabet) -> Faults:
    if billing.taxonomy:
        yield from identifier_fault("2000A", "PRV", 3, "billing.taxonomy", billing.taxonomy, validate_taxonomy)
    yield from _BILLING.faults("2010AA", "billing.", billing, alphabet)
    yield from identifier_fault("2010AA", "NM1*85", 9, "billing.npi", billing.npi, validate_npi)
    yield from address_faults("2010AA", "billing.address", billing.address, alphabet, is_full_zip=True)
    for field, element in (("street", 1), ("street2", 2)):
        found = getattr(billing.address, field)
        if PO_BOX.search(found):
            remedy = "The billing address must be a street; a post office box or lock box goes to the pay-to address."
            yield ClaimFault("2010AA", "N3", element, f"billing.address.{field}", found, remedy)
    kinds = ("EI", "SY") if billing.is_person else ("EI",)
    yield from code_fault("2010AA", "REF", 1, "billing.tax_id_kind", billing.tax_id_kind, kinds)
    validate = validate_tax_id if billing.tax_id_kind == "EI" else _validate_social_security
    yield from identifier_fault("2010AA", "REF", 2, "billing.tax_id", billing.tax_id, validate)
    if billing.pay_to:
        yield from address_faults("2010AB", "billing.pay_to", billing.pay_to, alphabet)


def _validate_social_security(number: str) -> str:
    if not _SOCIAL_SECURITY.fullmatch(number):
        raise InvalidFormat("A social security number has nine digits, written without hyphens.", number)
    return number


@lru_cache(maxsize=1024)
def check_payer(payer: Payer, alphabet: Alphabet) -> tuple[ClaimFault, ...]:
    """Check the payer (2010BB)."""
    return tuple(_payer_faults(payer, alphabet))


def _payer_faults(payer: Payer, alphabet: Alphabet) -> Faults:
    yield from _PAYER.faults("2010BB", "payer.", payer, alphabet)
    yield from code_fault("2010BB", "NM1*PR", 8, "payer.id_kind", payer.id_kind, PAYER_ID_KINDS)
    if payer.address:
        yield from address_faults("2010BB", "payer.address", payer.address, alphabet)


@lru_cache(maxsize=4096)
def check_provider(role: Role, provider: Provider, alphabet: Alphabet) -> tuple[ClaimFault, ...]:
    """Check a provider in its role (2310)."""
    return tuple(_provider_faults(role, provider, alphabet))


def _provider_faults(role: Role, provider: Provider, alphabet: Alphabet) -> Faults:
    loop, segment, owner = role.loop, role.segment, role.owner
    yield from role.texts.faults(loop, f"{owner}.", provider, alphabet)
    yield from identifier_fault(loop, segment, 9, f"{owner}.npi", provider.npi, validate_npi)
    if provider.taxonomy:
        yield from identifier_fault(loop, "PRV", 3, f"{owner}.taxonomy", provider.taxonomy, validate_taxonomy)
    if not provider.is_person and not role.may_be_group:
        yield ClaimFault(loop, segment, 2, f"{owner}.is_person", "group", "Only a person can stand here.")


@lru_cache(maxsize=1024)
def check_facility(loop: str, facility: Facility, alphabet: Alphabet) -> tuple[ClaimFault, ...]:
    """Check the service facility (2310C on a professional claim, 2310E on an institutional one)."""
    return tuple(_facility_faults(loop, facility, alphabet))


def _facility_faults(loop: str, facility: Facility, alphabet: Alphabet) -> Faults:
    yield from _FACILITY.faults(loop, "facility.", facility, alphabet)
    if facility.npi:
        yield from identifier_fault(loop, "NM1*77", 9, "facility.npi", facility.npi, validate_npi)
    yield from address_faults(loop, "facility.address", facility.address, alphabet, is_full_zip=True)


def check_subscriber(subscriber: Subscriber, alphabet: Alphabet, *, is_patient: bool, today: date) -> list[ClaimFault]:
    """Check the subscriber (2000B, 2010BA); the patient's address, birth date and sex are asked of a patient only."""
    policy = _policy_faults(subscriber.rank, subscriber.msp_type, subscriber.filing_indicator)
    address = subscriber.address
    texts = _PATIENT if is_patient and address is not None else _SUBSCRIBER
    faults = [*policy, *texts.faults("2010BA", "subscriber.", subscriber, alphabet)]
    if not is_patient:
        return faults
    if address is None:
        remedy = "It is missing; fill in the patient's address."
        faults.append(ClaimFault("2010BA", "N3", 1, "subscriber.address", "", remedy))
    else:
        faults += _region_faults("2010BA", "subscriber.address", address.state, address.zip_code)
    return faults + _person_faults("2010BA", "subscriber", subscriber, today)


@lru_cache(maxsize=1024)
def _policy_faults(rank: str, msp_type: str, filing_indicator: str) -> tuple[ClaimFault, ...]:
    faults = [
        *code_fault("2000B", "SBR", 1, "subscriber.rank", rank, RANKS),
        *code_fault("2000B", "SBR", 5, "subscriber.msp_type", msp_type, MSP_TYPES),
        *code_fault("2000B", "SBR", 9, "subscriber.filing_indicator", filing_indicator, FILING_INDICATORS),
    ]
    msp_remedy = _msp_remedy(rank, msp_type, filing_indicator)
    if msp_remedy:
        faults.append(ClaimFault("2000B", "SBR", 5, "subscriber.msp_type", msp_type, msp_remedy))
    return tuple(faults)


def _msp_remedy(rank: str, msp_type: str, filing_indicator: str) -> str:
    """Tell what is wrong with SBR05 beside SBR01 and SBR09: it stands exactly where Medicare pays after another."""
    is_second = rank != "P"
    if filing_indicator not in MEDICARE:
        return "Only a Medicare policy says this; take it out." if msp_type else ""
    if is_second and not msp_type:
        return "Say why Medicare is not the primary payer."
    if msp_type and not is_second:
        return "Medicare is the primary payer here; take it out, or correct who pays first."
    return ""


def check_dependant(dependant: Dependant, alphabet: Alphabet, *, today: date) -> list[ClaimFault]:
    """Check the patient who is not the subscriber (2000C, 2010CA)."""
    return [
        *code_fault("2000C", "PAT", 1, "dependant.relationship", dependant.relationship, RELATIONSHIPS),
        *_DEPENDANT.faults("2010CA", "dependant.", dependant, alphabet),
        *_region_faults("2010CA", "dependant.address", dependant.address.state, dependant.address.zip_code),
        *_person_faults("2010CA", "dependant", dependant, today),
    ]


def _person_faults(loop: str, owner: str, person: Subscriber | Dependant, today: date) -> list[ClaimFault]:
    remedy = day_remedy(person.birth_on, today)
    if not remedy and person.sex in SEXES:
        return []
    born = [ClaimFault(loop, "DMG", 2, f"{owner}.birth_on", person.birth_on, remedy)] if remedy else []
    return [*born, *code_fault(loop, "DMG", 3, f"{owner}.sex", person.sex, SEXES)]
