"""The loops of a professional claim, one function each, in the order of the guide. Text of segments, nothing counted.

A loop function takes the value and the cleaner and returns its segments. Parties repeat from claim to claim, so the
writer remembers their text; a service line never does, so its usual shape has a template of its own.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Final

from billing.x12.attachments import attachment_segments
from billing.x12.characters import Cleaner, Fields
from billing.x12.claim_837p.values import Claim837P, Line837P
from billing.x12.parties import Provider
from billing.x12.party_loops import PARTY_FREE_TEXT, provider_loop
from billing.x12.syntax import segment

FREE_TEXT = PARTY_FREE_TEXT | {"note", "description"}
"""Fields in which a blank may replace a character; every other field is an identifier or a code."""

_CLAIM = Fields(
    *("control_number", "charge", "place_of_service", "frequency", "provider_signed", "assignment"),
    *("benefits_assigned", "release_of_information", "patient_signature_source"),
    *(
        "accident_on",
        "admitted_on",
        "discharged_on",
        "patient_paid",
        "referral",
        "authorization",
        "payer_claim_number",
        "medical_record_number",
    ),
    *("note_kind", "note"),
)
_LINE = Fields(
    *("code", "description", "charge", "unit", "units", "place_of_service", "service_on", "service_through"),
    *("authorization", "referral", "note_kind", "note"),
)


def loop_2300(claim: Claim837P, cleaner: Cleaner) -> str:
    """Claim information, from CLM to the claim note; the diagnoses follow."""
    values = cleaner.fields(claim, _CLAIM)
    _, charge, place, frequency, signed, assignment, benefits, release, signature = values[:9]
    control_number = cleaner.exact(claim.control_number, "control_number")
    clm = segment(
        *("CLM", control_number, charge, "", "", f"{place}:B:{frequency}"),
        *(signed, assignment, benefits, release, signature, _related_causes(claim, cleaner)),
    )
    return clm + _claim_details(values[9:], attachment_segments(claim.attachments, cleaner))


def _related_causes(claim: Claim837P, cleaner: Cleaner) -> str:
    """Return CLM11: up to two causes, and the state of a car accident in its fourth place."""
    causes = [cleaner.exact(cause, "related_causes") for cause in claim.related_causes]
    if claim.accident_state:
        causes += [""] * (3 - len(causes)) + [cleaner.exact(claim.accident_state, "accident_state")]
    return ":".join(causes)


def _claim_details(values: list[str], papers: str) -> str:
    """Return the situational segments of 2300: dates, attachments, amount paid, references, note."""
    accident_on, admitted_on, discharged_on, paid, referral, authorization, payer_claim, record, note_kind, note = (
        values
    )
    dates = (
        (accident_on, ("DTP", "439", "D8")),
        (admitted_on, ("DTP", "435", "D8")),
        (discharged_on, ("DTP", "096", "D8")),
    )
    others = (
        (paid, ("AMT", "F5")),
        (referral, ("REF", "9F")),
        (authorization, ("REF", "G1")),
        (payer_claim, ("REF", "F8")),
        (record, ("REF", "EA")),
        (note, ("NTE", note_kind)),
    )
    return _filled(dates) + papers + _filled(others)


def _filled(values: Iterable[tuple[str, tuple[str, ...]]]) -> str:
    """Return a segment for each value that is there."""
    return "".join(segment(*start, value) for value, start in values if value)


def diagnoses(codes: tuple[str, ...], cleaner: Cleaner) -> str:
    """HI: the principal diagnosis and the others, in one segment."""
    return "HI*ABK:" + "*ABF:".join(cleaner.exact(code, "diagnoses") for code in codes) + "~"


def diagnoses_and_rendering(value: tuple[tuple[str, ...], Provider | None], cleaner: Cleaner) -> str:
    """HI and, if one is named, the rendering provider: what most claims have between CLM and their lines."""
    codes, rendering = value
    return diagnoses(codes, cleaner) + (rendering_loop(rendering, cleaner) if rendering is not None else "")


# Providers stand at the claim (2310) or at a line (2420) in the same words.


def referring_loop(referring: Provider, cleaner: Cleaner) -> str:
    """Referring provider (2310A, 2420F)."""
    return provider_loop("DN", referring, cleaner)


def primary_care_loop(primary_care: Provider, cleaner: Cleaner) -> str:
    """Primary care provider, the second 2310A."""
    return provider_loop("P3", primary_care, cleaner)


def rendering_loop(rendering: Provider, cleaner: Cleaner) -> str:
    """Rendering provider with its specialty (2310B, 2420A)."""
    return provider_loop("82", rendering, cleaner, specialty_role="PE")


def supervising_loop(supervising: Provider, cleaner: Cleaner) -> str:
    """Supervising provider (2310D, 2420D)."""
    return provider_loop("DQ", supervising, cleaner)


def ordering_loop(ordering: Provider, cleaner: Cleaner) -> str:
    """Ordering provider (2420E)."""
    return provider_loop("DK", ordering, cleaner)


def coding(line: Line837P, cleaner: Cleaner) -> tuple[str, str]:
    """Return the modifiers, each with its colon before it, and the diagnosis pointers: both repeat."""
    codes = "".join(":" + cleaner.exact(code, "modifiers") for code in line.modifiers)
    return codes, ":".join(map(str, line.pointers))


# What most claims and lines have not stands at the end of their values, so that one comparison asks for all of it:
# these questions are asked of every line of a night, and a slice is several times faster than a look at each field.
# For the same reason text of the usual shape is made without a look at its characters; ``fields`` are looked at after,
# all together.

_LINE_USUAL = Line837P("", "", "", "", "")
_FIRST_UNUSUAL = Line837P._fields.index("service_through")
_USUAL_REST = _LINE_USUAL[_FIRST_UNUSUAL:]
_FIRST_OF_CODING: Final = 5  # pointers; before them stands what every line writes as it is
_CODING = _FIRST_UNUSUAL - _FIRST_OF_CODING
_CLAIM_FIELDS = Claim837P._fields
_FIRST_RARE = _CLAIM_FIELDS.index("referring")
_RARE_REST = tuple(Claim837P._field_defaults[field] for field in _CLAIM_FIELDS[_FIRST_RARE:])
_LINE_HEADS = tuple(f"LX*{number}~SV1*HC:" for number in range(1, 51))


Usual = tuple[str, str]
"""Text of the usual shape, and its fields put together, still to be looked at for characters."""


def usual_claim(claim: Claim837P) -> Usual | None:
    """Return CLM of a claim that has a rendering provider, if any, and nothing else beside lines and diagnoses."""
    if claim[_FIRST_RARE:] != _RARE_REST:
        return None
    control_number, charge, place = claim[:3]
    return f"CLM*{control_number}*{charge}***{place}:B:1*Y*A*Y*Y~", control_number + charge + place


def coding_of(line: Line837P) -> Hashable:
    """Return pointers and modifiers, by which their text is remembered."""
    return line[_FIRST_OF_CODING:_FIRST_UNUSUAL]


def usual_lines(lines: tuple[Line837P, ...], codings: Mapping[Hashable, tuple[str, str]]) -> Usual | None:
    """Return lines that are each one day at the claim's place, with nothing of their own beside their codes.

    Args:
        lines: of one claim.
        codings: modifiers and pointers as text, by ``coding_of``.

    Returns:
        None if a line is of another shape, or its coding has not been written before.
    """
    if len(lines) > len(_LINE_HEADS):
        return None
    texts: list[str] = []
    fields: list[str] = []
    shape: Sequence[object] = ()
    modifiers = pointers = ""
    for head, line in zip(_LINE_HEADS, lines, strict=False):
        rest = line[_FIRST_OF_CODING:]
        if rest != shape:  # mostly it is that of the line before
            coding = codings.get(rest[:_CODING])
            if coding is None or rest[_CODING:] != _USUAL_REST:
                return None
            modifiers, pointers = coding
            shape = rest
        control_number, code, charge, units, day = exact = line[:_FIRST_OF_CODING]
        fields += exact
        texts.append(
            f"{head}{code}{modifiers}*{charge}*UN*{units}***{pointers}~DTP*472*D8*{day}~REF*6R*{control_number}~"
        )
    return "".join(texts), "".join(fields)


def loop_2400(number: int, line: Line837P, modifier_text: str, pointer_text: str, cleaner: Cleaner) -> str:
    """Service line of any shape, from LX to its note. ``modifier_text`` begins with its colon."""
    code, description, charge, unit, units, place, day, through, *rest = cleaner.fields(line, _LINE)
    authorization, referral, note_kind, note = rest
    control_number = cleaner.exact(line.control_number, "line control_number")
    blanks = ":" * (4 - modifier_text.count(":"))
    procedure = f"HC:{code}{modifier_text}{blanks}:{description}" if description else f"HC:{code}{modifier_text}"
    references = (
        (authorization, ("REF", "G1")),
        (control_number, ("REF", "6R")),
        (referral, ("REF", "9F")),
        (note, ("NTE", note_kind)),
    )
    return (
        segment("LX", str(number))
        + segment("SV1", procedure, charge, unit, units, place, "", pointer_text)
        + attachment_segments(line.attachments, cleaner)
        + (segment("DTP", "472", "RD8", f"{day}-{through}") if through else segment("DTP", "472", "D8", day))
        + _filled(references)
    )
