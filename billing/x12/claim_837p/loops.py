"""The loops of a professional claim, one function each, in the order of the guide. Text of segments, nothing counted.

A loop function takes the value and the cleaner and returns its segments. Parties repeat from claim to claim, so the
writer remembers their text; a service line never does, so its usual shape has a template of its own.
"""

from billing.x12.characters import Cleaner, Fields
from billing.x12.claim_837p.values import Claim837P, Line837P
from billing.x12.parties import Facility, Provider
from billing.x12.party_loops import PARTY_FREE_TEXT, facility_loop, provider_loop
from billing.x12.syntax import segment

FREE_TEXT = PARTY_FREE_TEXT | {"note", "description"}
"""Fields in which a blank may replace a character; every other field is an identifier or a code."""

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
    return provider_loop("DN", referring, cleaner)


def loop_2310b(rendering: Provider, cleaner: Cleaner) -> str:
    """Rendering provider with its specialty."""
    return provider_loop("82", rendering, cleaner, specialty_role="PE")


def loop_2310c(facility: Facility, cleaner: Cleaner) -> str:
    """Service facility."""
    return facility_loop(facility, cleaner)


def loop_2310d(supervising: Provider, cleaner: Cleaner) -> str:
    """Supervising provider."""
    return provider_loop("DQ", supervising, cleaner)


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
