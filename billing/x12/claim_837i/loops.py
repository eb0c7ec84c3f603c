"""The loops of an institutional claim, one function each, in the order of the guide. Text of segments, nothing counted.

A loop function takes the value and the cleaner and returns its segments. What repeats from claim to claim (parties,
codes) the writer remembers; a service line never repeats, so its usual shape has a template of its own.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from billing.x12.attachments import attachment_segments
from billing.x12.characters import Cleaner, Fields
from billing.x12.claim_837i.values import Claim837I, Line837I, Note, Occurrence, OccurrenceSpan, ValueCode
from billing.x12.other_payers import OtherPayer, loop_2320
from billing.x12.parties import Facility, Provider
from billing.x12.party_loops import PARTY_FREE_TEXT, facility_loop, provider_loop
from billing.x12.syntax import segment

FREE_TEXT = PARTY_FREE_TEXT | {"text", "billing_note", "description"}
"""Fields in which a blank may replace a character; every other field is an identifier or a code."""

_CODES_IN_A_SEGMENT = 12

_CLAIM = Fields(
    *("control_number", "charge", "facility_code", "frequency", "assignment", "benefits_assigned"),
    *("release_of_information", "statement_from", "statement_through"),
    *("admission_type", "admission_source", "patient_status"),
    *("estimated_due", "referral", "authorization", "payer_claim_number", "medical_record_number"),
)
_HEAD = 12  # fields of CLM, DTP and CL1, which every claim has
_REMARKS = Fields("billing_note", "frequency")
_NOTE = Fields("kind", "text")
_OCCURRENCE = Fields("code", "on")
_SPAN = Fields("code", "first", "last")
_VALUE = Fields("code", "amount")
_LINE = Fields(
    *("revenue_code", "code", "description", "charge", "unit", "units", "not_covered"),
    *("service_on", "service_through", "control_number"),
)


# What most claims and lines have not stands at the end of their values, so that one comparison asks for all of it; text
# of the usual shape is made without a look at its characters, and ``fields`` are looked at after, all together.
_FIRST_OF_MODIFIERS: Final = 6  # before them stands what every line writes as it is
_FIRST_UNUSUAL: Final = 7
_USUAL_REST = Line837I("", "", "", "", "", "")[_FIRST_UNUSUAL:]
_CLAIM_FIELDS = Claim837I._fields
_FIRST_RARE = _CLAIM_FIELDS.index("rendering")
_RARE_REST = tuple(Claim837I._field_defaults[field] for field in _CLAIM_FIELDS[_FIRST_RARE:])
_LINE_HEADS = tuple(f"LX*{number}~SV2*" for number in range(1, 1000))


Usual = tuple[str, str]
"""Text of the usual shape, and its fields put together, still to be looked at for characters."""


# --- 2300 -----------------------------------------------------------------------------------------------------------


def usual_claim(claim: Claim837I) -> Usual | None:
    """Return CLM, DTP and CL1 of a first bill that has nothing beside attending provider, lines and diagnoses."""
    if claim[_FIRST_RARE:] != _RARE_REST:
        return None
    control_number, charge, first, last = exact = claim[:4]
    text = f"CLM*{control_number}*{charge}***13:A:1**A*Y*Y~DTP*434*RD8*{first}-{last}~CL1*3*1*01~"
    return text, "".join(exact)


def loop_2300(claim: Claim837I, cleaner: Cleaner) -> str:
    """Claim information, from CLM to the notes; the codes follow."""
    values = cleaner.fields(claim, _CLAIM)
    _, charge, facility, frequency, assignment, benefits, release, first, last, *admission = values[:_HEAD]
    clm = segment(
        *("CLM", cleaner.exact(claim.control_number, "control_number"), charge, "", "", f"{facility}:A:{frequency}"),
        *("", assignment, benefits, release),
    )
    head = clm + segment("DTP", "434", "RD8", f"{first}-{last}") + segment("CL1", *admission)
    papers = attachment_segments(claim.attachments, cleaner)
    return head + papers + _claim_details(values[_HEAD:]) + _claim_notes(claim, cleaner)


def _claim_details(values: list[str]) -> str:
    """Return the situational segments of 2300: the amount thought due, and references."""
    if not any(values):
        return ""
    due, referral, authorization, payer_claim, record = values
    return "".join(
        segment(*start, value)
        for value, start in (
            (due, ("AMT", "F3")),
            (referral, ("REF", "9F")),
            (authorization, ("REF", "G1")),
            (payer_claim, ("REF", "F8")),
            (record, ("REF", "EA")),
        )
        if value
    )


def _claim_notes(claim: Claim837I, cleaner: Cleaner) -> str:
    """Return claim notes and, after them, the billing note."""
    notes = "".join(_note(note, cleaner) for note in claim.notes)
    if not claim.billing_note:
        return notes
    billing_note = cleaner.fields(claim, _REMARKS)[0]
    return notes + segment("NTE", "ADD", billing_note) if billing_note else notes


def _note(note: Note, cleaner: Cleaner) -> str:
    kind, text = cleaner.fields(note, _NOTE)
    return segment("NTE", kind, text) if text else ""


def diagnoses(codes: tuple[tuple[str, ...], tuple[str, ...]], cleaner: Cleaner) -> str:
    """HI of the diagnoses and the reasons for the visit: the principal diagnosis alone, the reasons, the others."""
    (principal, *others), reasons = codes
    return (
        f"HI*ABK:{cleaner.exact(principal, 'diagnoses')}~"
        + _by_twelve([f"APR:{cleaner.exact(code, 'visit_reasons')}" for code in reasons])
        + _by_twelve([f"ABF:{cleaner.exact(code, 'diagnoses')}" for code in others])
    )


def claim_codes(claim: Claim837I, cleaner: Cleaner) -> str:
    """HI of occurrence spans, occurrences, values and conditions."""
    return (
        _by_twelve([_occurrence_span(span, cleaner) for span in claim.occurrence_spans])
        + _by_twelve([_occurrence(occurrence, cleaner) for occurrence in claim.occurrences])
        + _by_twelve([_value(value, cleaner) for value in claim.value_codes])
        + _by_twelve([f"BG:{cleaner.exact(code, 'condition_codes')}" for code in claim.condition_codes])
    )


def _occurrence_span(span: OccurrenceSpan, cleaner: Cleaner) -> str:
    code, first, last = cleaner.fields(span, _SPAN)
    return f"BI:{code}:RD8:{first}-{last}"


def _occurrence(occurrence: Occurrence, cleaner: Cleaner) -> str:
    code, day = cleaner.fields(occurrence, _OCCURRENCE)
    return f"BH:{code}:D8:{day}"


def _value(value: ValueCode, cleaner: Cleaner) -> str:
    code, amount = cleaner.fields(value, _VALUE)
    return f"BE:{code}:::{amount}"


def _by_twelve(codes: list[str]) -> str:
    """Return HI segments of at most twelve codes each; none without a code."""
    return "".join(
        segment("HI", *codes[first : first + _CODES_IN_A_SEGMENT])
        for first in range(0, len(codes), _CODES_IN_A_SEGMENT)
    )


# --- 2310 -----------------------------------------------------------------------------------------------------------


def loop_2310a(attending: Provider, cleaner: Cleaner) -> str:
    """Attending provider with its specialty."""
    return provider_loop("71", attending, cleaner, specialty_role="AT")


def diagnoses_and_attending(value: tuple[tuple[str, ...], Provider | None], cleaner: Cleaner) -> str:
    """HI of the diagnoses and 2310A: what most bills have between CL1 and their lines."""
    codes, attending = value
    return diagnoses((codes, ()), cleaner) + (loop_2310a(attending, cleaner) if attending is not None else "")


def loop_2310d(rendering: Provider, cleaner: Cleaner) -> str:
    """Rendering provider."""
    return provider_loop("82", rendering, cleaner)


def loop_2310e(facility: Facility, cleaner: Cleaner) -> str:
    """Service facility."""
    return facility_loop(facility, cleaner)


def loop_2310f(referring: Provider, cleaner: Cleaner) -> str:
    """Referring provider."""
    return provider_loop("DN", referring, cleaner)


# --- 2320 -----------------------------------------------------------------------------------------------------------


def other_payer(other: OtherPayer, cleaner: Cleaner) -> str:
    """Other payer and what it decided, without what only professional claims say (SBR05, OI04)."""
    policy = other.subscriber._replace(msp_type="")
    return loop_2320(other._replace(subscriber=policy, patient_signature_source=""), cleaner)


# --- 2400 -----------------------------------------------------------------------------------------------------------


def modifiers(codes: tuple[str, ...], cleaner: Cleaner) -> str:
    """Return the modifiers of a line, each with its colon before it."""
    return "".join(":" + cleaner.exact(code, "modifiers") for code in codes)


def usual_lines(lines: tuple[Line837I, ...], modifier_texts: Mapping[tuple[str, ...], str]) -> Usual | None:
    """Return lines that are each units of one day, covered, with nothing of their own beside their codes.

    Args:
        lines: of one claim.
        modifier_texts: modifiers as text that was written before.

    Returns:
        None if a line is of another shape, or its modifiers have not been written before.
    """
    if len(lines) > len(_LINE_HEADS):
        return None
    texts: list[str] = []
    fields: list[str] = []
    shape: Sequence[object] = ()
    modifiers: str | None = ""
    for head, line in zip(_LINE_HEADS, lines, strict=False):
        rest = line[_FIRST_OF_MODIFIERS:]
        if rest != shape:  # mostly it is that of the line before
            modifiers = modifier_texts.get(line.modifiers)
            if modifiers is None or line[_FIRST_UNUSUAL:] != _USUAL_REST:
                return None
            shape = rest
        control_number, revenue_code, code, charge, units, day = exact = line[:_FIRST_OF_MODIFIERS]
        fields += exact
        texts.append(
            f"{head}{revenue_code}*HC:{code}{modifiers}*{charge}*UN*{units}~DTP*472*D8*{day}~REF*6R*{control_number}~"
        )
    return "".join(texts), "".join(fields)


def loop_2400(number: int, line: Line837I, modifier_text: str, cleaner: Cleaner) -> str:
    """Service line of any shape. ``modifier_text`` begins with its colon."""
    revenue_code, code, description, charge, unit, units, not_covered, day, through, _ = cleaner.fields(line, _LINE)
    blanks = ":" * (4 - modifier_text.count(":"))
    procedure = f"HC:{code}{modifier_text}{blanks}:{description}" if description else f"HC:{code}{modifier_text}"
    return (
        segment("LX", str(number))
        + segment("SV2", revenue_code, procedure, charge, unit, units, "", not_covered)
        + attachment_segments(line.attachments, cleaner)
        + (segment("DTP", "472", "RD8", f"{day}-{through}") if through else segment("DTP", "472", "D8", day))
        + segment("REF", "6R", cleaner.exact(line.control_number, "line control_number"))
    )
