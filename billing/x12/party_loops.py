"""The loops of the parties on a claim, alike in every guide, as text of segments: who bills, whose policy, who pays.

A loop function takes the value and the cleaner and returns its segments. Nothing is counted here; where a loop stands
is the matter of interchange.py and of each kind of claim.
"""

from billing.x12.characters import Cleaner, Fields
from billing.x12.parties import Address, BillingProvider, Dependant, Facility, Payer, Provider, Subscriber
from billing.x12.syntax import segment

_FREE_TEXT = "name last_name first_name middle_name suffix street street2 city group_name"
PARTY_FREE_TEXT = frozenset(_FREE_TEXT.split())
"""Fields in which a blank may replace a character; every other field of a party is an identifier or a code."""

_ADDRESS = Fields("street", "street2", "city", "state", "zip_code")
_BILLING = Fields("name", "first_name", "middle_name", "suffix", "npi", "tax_id_kind", "tax_id", "taxonomy")
_PROVIDER = Fields("last_name", "first_name", "middle_name", "suffix", "npi", "taxonomy")
_FACILITY = Fields("name", "npi")
_PAYER = Fields("name", "id_kind", "payer_id")
_POLICY = Fields(
    *("rank", "group_number", "group_name", "msp_type", "filing_indicator"),
    *("last_name", "first_name", "middle_name", "suffix", "member_id"),
)
_DEMOGRAPHICS = Fields("birth_on", "sex")
_DEPENDANT = Fields("relationship", "last_name", "first_name", "middle_name", "suffix", "birth_on", "sex")


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
    sbr, nm1 = policy_segments(subscriber, "18" if is_patient else "", cleaner)
    if not is_patient:
        return sbr + nm1
    birth_on, sex = cleaner.fields(subscriber, _DEMOGRAPHICS)
    demographics = segment("DMG", "D8", birth_on, sex) if birth_on else ""
    return sbr + nm1 + address_segments(subscriber.address, cleaner) + demographics


def loop_2000c(dependant: Dependant, cleaner: Cleaner) -> str:
    """Patient who is not the subscriber: what follows its HL (PAT, 2010CA)."""
    relationship, last, first, middle, suffix, birth_on, sex = cleaner.fields(dependant, _DEPENDANT)
    return (
        segment("PAT", relationship)
        + segment("NM1", "QC", "1", last, first, middle, "", suffix)
        + address_segments(dependant.address, cleaner)
        + segment("DMG", "D8", birth_on, sex)
    )


# --- in any loop ----------------------------------------------------------------------------------------------------


def address_segments(address: Address | None, cleaner: Cleaner) -> str:
    """Return N3 and N4; nothing without an address."""
    if address is None:
        return ""
    street, street2, city, state, zip_code = cleaner.fields(address, _ADDRESS)
    return segment("N3", street, street2) + segment("N4", city, state, zip_code)


def policy_segments(subscriber: Subscriber, relationship: str, cleaner: Cleaner) -> tuple[str, str]:
    """Return SBR, with the patient's ``relationship`` to the holder (SBR02), and the holder's NM1*IL."""
    rank, group, group_name, msp_type, filing, *person = cleaner.fields(subscriber, _POLICY)
    last, first, middle, suffix, member_id = person
    sbr = segment("SBR", rank, relationship, group, "" if group else group_name, msp_type, "", "", "", filing)
    return sbr, segment("NM1", "IL", entity(subscriber.is_person), last, first, middle, "", suffix, "MI", member_id)


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
