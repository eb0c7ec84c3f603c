"""The loops of a professional claim, one function each, in the order of the guide. Text of segments, nothing counted.

A loop function takes the value and the cleaner and returns its segments. Parties repeat from claim to claim, so the
writer remembers their text; a service line never does, so its usual shape has a template of its own.
"""

from billing.x12.characters import Cleaner, Fields
from billing.x12.claim_837p.values import Claim837P, Line837P
from billing.x12.parties import Address, BillingProvider, Dependant, Facility, Payer, Provider, Subscriber
from billing.x12.syntax import segment

_FREE_TEXT = "name last_name first_name middle_name suffix street street2 city group_name note description"
FREE_TEXT = frozenset(_FREE_TEXT.split())
"""Fields in which a blank may replace a character; every other field is an identifier or a code."""

_ADDRESS = Fields("street", "street2", "city", "state", "zip_code")
_BILLING = Fields("name", "first_name", "middle_name", "suffix", "npi", "tax_id_kind", "tax_id", "taxonomy")
_PROVIDER = Fields("last_name", "first_name", "middle_name", "suffix", "npi", "taxonomy")
_FACILITY = Fields("name", "npi")
_PAYER = Fields("name", "id_kind", "payer_id")
_SUBSCRIBER = Fields(
    *("rank", "group_number", "group_name", "msp_type", "filing_indicator"),
    *("last_name", "first_name", "middle_name", "suffix", "member_id"),
)
_DEMOGRAPHICS = Fields("birth_on", "sex")
_DEPENDANT = Fields("relationship", "last_name", "first_name", "middle_name", "suffix", "birth_on", "sex")
_CLAIM = Fields(
    *("control_number", "charge", "place_of_service", "frequency", "provider_signed", "assignment"),
    *("benefits_assigned", "release_of_information", "patient_signature_source", "admitted_on", "discharged_on"),
    *("patient_paid", "referral", "authorization", "payer_claim_number", "medical_record_number"),
    *("note_kind", "note"),
)
_LINE = Fields(
    *("code", "description", "charge", "unit", "units", "place_of_service", "service_on", "service_through"),
    *("authorization", "control_number", "note_kind", "note"),
)


def _name_and_address(nm1: str, address: Address | None, cleaner: Cleaner) -> str:
    return nm1 + _n3_n4(address, cleaner) if address else nm1


def _n3_n4(address: Address, cleaner: Cleaner) -> str:
    street, street2, city, state, zip_code = cleaner.fields(address, _ADDRESS)
    return segment("N3", street, street2) + segment("N4", city, state, zip_code)


def _entity(is_person: bool) -> str:
    return "1" if is_person else "2"


def loop_2000a(billing: BillingProvider, cleaner: Cleaner) -> str:
    """Billing provider: what follows its HL (PRV, 2010AA, 2010AB)."""
    name, first, middle, suffix, npi, tax_id_kind, tax_id, taxonomy = cleaner.fields(billing, _BILLING)
    return (
        (segment("PRV", "BI", "PXC", taxonomy) if taxonomy else "")
        + segment("NM1", "85", _entity(billing.is_person), name, first, middle, "", suffix, "XX", npi)
        + _n3_n4(billing.address, cleaner)
        + segment("REF", tax_id_kind, tax_id)
        + (_loop_2010ab(billing, cleaner) if billing.pay_to else "")
    )


def _loop_2010ab(billing: BillingProvider, cleaner: Cleaner) -> str:
    """Pay-to address: since 5010 without name or id."""
    return _name_and_address(segment("NM1", "87", _entity(billing.is_person)), billing.pay_to, cleaner)


def loop_2000b(subscriber: Subscriber, cleaner: Cleaner, *, is_patient: bool) -> str:
    """Subscriber: what follows its HL (SBR, 2010BA). Address, birth date and sex only where it is the patient."""
    rank, group, group_name, msp_type, filing, *person = cleaner.fields(subscriber, _SUBSCRIBER)
    last, first, middle, suffix, member_id = person
    relationship = "18" if is_patient else ""
    sbr = segment("SBR", rank, relationship, group, "" if group else group_name, msp_type, "", "", "", filing)
    nm1 = segment("NM1", "IL", _entity(subscriber.is_person), last, first, middle, "", suffix, "MI", member_id)
    if not is_patient:
        return sbr + nm1
    birth_on, sex = cleaner.fields(subscriber, _DEMOGRAPHICS)
    demographics = segment("DMG", "D8", birth_on, sex) if birth_on else ""
    return sbr + _name_and_address(nm1, subscriber.address, cleaner) + demographics


def loop_2010bb(payer: Payer, cleaner: Cleaner) -> str:
    """Payer."""
    name, id_kind, payer_id = cleaner.fields(payer, _PAYER)
    nm1 = segment("NM1", "PR", "2", name, "", "", "", "", id_kind, payer_id)
    return _name_and_address(nm1, payer.address, cleaner)


def loop_2000c(dependant: Dependant, cleaner: Cleaner) -> str:
    """Patient who is not the subscriber: what follows its HL (PAT, 2010CA)."""
    relationship, last, first, middle, suffix, birth_on, sex = cleaner.fields(dependant, _DEPENDANT)
    return (
        segment("PAT", relationship)
        + segment("NM1", "QC", "1", last, first, middle, "", suffix)
        + _n3_n4(dependant.address, cleaner)
        + segment("DMG", "D8", birth_on, sex)
    )


def loop_2300(claim: Claim837P, cleaner: Cleaner) -> str:
    """Claim information, from CLM to the claim note; the diagnoses follow."""
    values = cleaner.fields(claim, _CLAIM)
    _, charge, place, frequency, signed, assignment, benefits, release, signature = values[:9]
    clm = segment(
        *("CLM", cleaner.exact(claim.control_number, "control_number"), charge, "", "", f"{place}:B:{frequency}"),
        *(signed, assignment, benefits, release, signature),
    )
    return clm + _claim_details(values[9:]) if any(values[9:16]) or values[17] else clm


def _claim_details(values: list[str]) -> str:
    """Return the situational segments of 2300: dates, amount paid, references, note."""
    admitted_on, discharged_on, paid, referral, authorization, payer_claim, record, note_kind, note = values
    return "".join(
        segment(*start, value)
        for value, start in (
            (admitted_on, ("DTP", "435", "D8")),
            (discharged_on, ("DTP", "096", "D8")),
            (paid, ("AMT", "F5")),
            (referral, ("REF", "9F")),
            (authorization, ("REF", "G1")),
            (payer_claim, ("REF", "F8")),
            (record, ("REF", "EA")),
            (note, ("NTE", note_kind)),
        )
        if value
    )


def diagnoses(codes: tuple[str, ...], cleaner: Cleaner) -> str:
    """HI: the principal diagnosis and the others, in one segment."""
    return "HI*ABK:" + "*ABF:".join(cleaner.exact(code, "diagnoses") for code in codes) + "~"


def loop_2310a(referring: Provider, cleaner: Cleaner) -> str:
    """Referring provider."""
    return _provider("DN", referring, cleaner)


def loop_2310b(rendering: Provider, cleaner: Cleaner) -> str:
    """Rendering provider with its specialty."""
    taxonomy = cleaner.fields(rendering, _PROVIDER)[-1]
    return _provider("82", rendering, cleaner) + (segment("PRV", "PE", "PXC", taxonomy) if taxonomy else "")


def loop_2310c(facility: Facility, cleaner: Cleaner) -> str:
    """Service facility."""
    name, npi = cleaner.fields(facility, _FACILITY)
    nm1 = segment("NM1", "77", "2", name, "", "", "", "", "XX" if npi else "", npi)
    return nm1 + _n3_n4(facility.address, cleaner)


def loop_2310d(supervising: Provider, cleaner: Cleaner) -> str:
    """Supervising provider."""
    return _provider("DQ", supervising, cleaner)


def _provider(role: str, provider: Provider, cleaner: Cleaner) -> str:
    last, first, middle, suffix, npi, _ = cleaner.fields(provider, _PROVIDER)
    entity = _entity(provider.is_person)
    return segment("NM1", role, entity, last, first, middle, "", suffix, "XX" if npi else "", npi)


def coding(line: Line837P, cleaner: Cleaner) -> tuple[str, str]:
    """Return the modifiers, each with its colon before it, and the diagnosis pointers: both repeat."""
    codes = "".join(":" + cleaner.exact(code, "modifiers") for code in line.modifiers)
    return codes, ":".join(map(str, line.pointers))


def is_usual(line: Line837P) -> bool:
    """Tell whether a line is one day at the claim's place, without text or authorization of its own."""
    return line.unit == "UN" and not (
        line.description or line.note or line.service_through or line.place_of_service or line.authorization
    )


def loop_2400_usual(number: int, line: Line837P, modifier_text: str, pointer_text: str) -> str:
    """Service line of the usual shape: one day, no text of its own. The values are known to be safe."""
    return (
        f"LX*{number}~SV1*HC:{line.code}{modifier_text}*{line.charge}*UN*{line.units}***{pointer_text}~"
        f"DTP*472*D8*{line.service_on}~REF*6R*{line.control_number}~"
    )


def loop_2400(number: int, line: Line837P, modifier_text: str, pointer_text: str, cleaner: Cleaner) -> str:
    """Service line of any shape. ``modifier_text`` begins with its colon."""
    code, description, charge, unit, units, place, day, through, *rest = cleaner.fields(line, _LINE)
    authorization, _, note_kind, note = rest
    control_number = cleaner.exact(line.control_number, "line control_number")
    blanks = ":" * (4 - modifier_text.count(":"))
    procedure = f"HC:{code}{modifier_text}{blanks}:{description}" if description else f"HC:{code}{modifier_text}"
    return (
        segment("LX", str(number))
        + segment("SV1", procedure, charge, unit, units, place, "", pointer_text)
        + (segment("DTP", "472", "RD8", f"{day}-{through}") if through else segment("DTP", "472", "D8", day))
        + (segment("REF", "G1", authorization) if authorization else "")
        + segment("REF", "6R", control_number)
        + (segment("NTE", note_kind, note) if note else "")
    )
