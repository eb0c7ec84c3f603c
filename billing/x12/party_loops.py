"""The loops of the parties on a claim, alike in every guide, as text of segments: who bills, whose policy, who pays.

A loop function takes the value and the cleaner and returns its segments. Nothing is counted here; where a loop stands
is the matter of interchange.py and of each kind of claim.
"""

from collections.abc import Sequence

from billing.x12.characters import Cleaner, Fields
from billing.x12.parties import Address, BillingProvider, Dependant, Facility, Payer, Provider, Subscriber
from billing.x12.syntax import ended, segment

_FREE_TEXT = "name last_name first_name middle_name suffix street street2 city group_name"
PARTY_FREE_TEXT = frozenset(_FREE_TEXT.split())
"""Fields in which a blank may replace a character; every other field of a party is an identifier or a code."""

_ADDRESS_FIELDS = ("street", "street2", "city", "state", "zip_code")
_ADDRESS = Fields(*_ADDRESS_FIELDS)
_BILLING = Fields("name", "first_name", "middle_name", "suffix", "npi", "tax_id_kind", "tax_id", "taxonomy")
_PROVIDER = Fields("last_name", "first_name", "middle_name", "suffix", "npi", "taxonomy")
_FACILITY = Fields("name", "npi")
_PAYER = Fields("name", "id_kind", "payer_id")
_POLICY_FIELDS = (
    *("rank", "group_number", "group_name", "msp_type", "filing_indicator"),
    *("last_name", "first_name", "middle_name", "suffix", "member_id"),
)
_POLICY = Fields(*_POLICY_FIELDS)
_DEMOGRAPHICS = Fields("birth_on", "sex")
_DEPENDANT_FIELDS = ("relationship", "last_name", "first_name", "middle_name", "suffix", "birth_on", "sex")
# Every patient is another one: all that is written of one is looked at in one go.
_OF_ADDRESS = tuple(f"address.{field}" for field in _ADDRESS_FIELDS)
_DEPENDANT = Fields(*_DEPENDANT_FIELDS, *_OF_ADDRESS)
_PATIENT = Fields("birth_on", "sex", *_OF_ADDRESS, *_POLICY_FIELDS)


def entity(is_person: bool) -> str:
    """Return NM102."""
    return "1" if is_person else "2"


# --- around claims --------------------------------------------------------------------------------------------------


def loop_2000a(billing: BillingProvider, cleaner: Cleaner) -> str:
    """Billing provider: what follows its HL (PRV, 2010AA, 2010AB)."""
    name, first, middle, suffix, npi, tax_id_kind, tax_id, taxonomy = cleaner.fields(billing, _BILLING)
    return (
        (segment("PRV", "BI", "PXC", taxonomy) if taxonomy else "")
        + segment("NM1", "85", entity(billing.is_person), name, first, middle, "", suffix, "XX", npi)
        + address_segments(billing.address, cleaner)
        + segment("REF", tax_id_kind, tax_id)
        + (_loop_2010ab(billing, cleaner) if billing.pay_to else "")
    )


def _loop_2010ab(billing: BillingProvider, cleaner: Cleaner) -> str:
    """Pay-to address: since 5010 without name or id."""
    return segment("NM1", "87", entity(billing.is_person)) + address_segments(billing.pay_to, cleaner)


def loop_2000b(subscriber: Subscriber, cleaner: Cleaner, *, is_patient: bool) -> str:
    """Subscriber: what follows its HL (SBR, 2010BA). Address, birth date and sex only where it is the patient."""
    if not is_patient:
        sbr, nm1 = policy_segments(subscriber, "", cleaner)
        return sbr + nm1
    if subscriber.address is None:
        sbr, nm1 = policy_segments(subscriber, "18", cleaner)
        return sbr + nm1 + _demographics(*cleaner.fields(subscriber, _DEMOGRAPHICS))
    birth_on, sex, street, street2, city, state, zip_code, *policy = cleaner.fields(subscriber, _PATIENT)
    sbr, nm1 = _policy_text(policy, "18", is_person=subscriber.is_person)
    return sbr + nm1 + _address_text(street, street2, city, state, zip_code) + _demographics(birth_on, sex)


def _demographics(birth_on: str, sex: str) -> str:
    return ended(f"DMG*D8*{birth_on}*{sex}") if birth_on else ""


def loop_2000c(dependant: Dependant, cleaner: Cleaner) -> str:
    """Patient who is not the subscriber: what follows its HL (PAT, 2010CA)."""
    relationship, last, first, middle, suffix, birth_on, sex, *address = cleaner.fields(dependant, _DEPENDANT)
    return (
        ended(f"PAT*{relationship}")
        + ended(f"NM1*QC*1*{last}*{first}*{middle}**{suffix}")
        + _address_text(*address)
        + ended(f"DMG*D8*{birth_on}*{sex}")
    )


# --- in any loop ----------------------------------------------------------------------------------------------------


def address_segments(address: Address | None, cleaner: Cleaner) -> str:
    """Return N3 and N4; nothing without an address."""
    if address is None:
        return ""
    return _address_text(*cleaner.fields(address, _ADDRESS))


def _address_text(street: str, street2: str, city: str, state: str, zip_code: str) -> str:
    return ended(f"N3*{street}*{street2}") + ended(f"N4*{city}*{state}*{zip_code}")


def policy_segments(subscriber: Subscriber, relationship: str, cleaner: Cleaner) -> tuple[str, str]:
    """Return SBR, with the patient's ``relationship`` to the holder (SBR02), and the holder's NM1*IL."""
    return _policy_text(cleaner.fields(subscriber, _POLICY), relationship, is_person=subscriber.is_person)


def _policy_text(values: Sequence[str], relationship: str, *, is_person: bool) -> tuple[str, str]:
    rank, group, group_name, msp_type, filing, last, first, middle, suffix, member_id = values
    name = "" if group else group_name
    kind = entity(is_person)
    return (
        ended(f"SBR*{rank}*{relationship}*{group}*{name}*{msp_type}****{filing}"),
        ended(f"NM1*IL*{kind}*{last}*{first}*{middle}**{suffix}*MI*{member_id}"),
    )


def payer_name(payer: Payer, cleaner: Cleaner) -> str:
    """Return NM1*PR with the payer's address, if known (2010BB, 2330B)."""
    name, id_kind, payer_id = cleaner.fields(payer, _PAYER)
    nm1 = segment("NM1", "PR", "2", name, "", "", "", "", id_kind, payer_id)
    return nm1 + address_segments(payer.address, cleaner)


def provider_loop(role: str, provider: Provider, cleaner: Cleaner, *, specialty_role: str = "") -> str:
    """Return NM1 of a provider in its role, and PRV where that role has a specialty (PE performing, AT attending)."""
    last, first, middle, suffix, npi, taxonomy = cleaner.fields(provider, _PROVIDER)
    kind = entity(provider.is_person)
    nm1 = segment("NM1", role, kind, last, first, middle, "", suffix, "XX" if npi else "", npi)
    return nm1 + (segment("PRV", specialty_role, "PXC", taxonomy) if specialty_role and taxonomy else "")


def facility_loop(facility: Facility, cleaner: Cleaner) -> str:
    """Return NM1*77 with its address (2310C, 2310E, 2420C)."""
    name, npi = cleaner.fields(facility, _FACILITY)
    nm1 = segment("NM1", "77", "2", name, "", "", "", "", "XX" if npi else "", npi)
    return nm1 + address_segments(facility.address, cleaner)
