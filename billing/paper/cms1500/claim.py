"""Boxes 14 to 23, 25 to 27 and 31 to 33: the claim, its providers, who signs, where, and who bills."""

from datetime import date

from billing.paper.cms1500.insured import ON_FILE, put_day
from billing.paper.sheets import Sheet
from billing.paper.values import city_line, spoken_name, street
from billing.x12.attachments import Attachment
from billing.x12.claim_837p import Claim837P
from billing.x12.parties import Address, BillingProvider, Provider

_ICD_10 = "0"
_DIAGNOSES_A_ROW = 4
_AREA = 3


def fill_claim(sheet: Sheet, claim: Claim837P, *, phone: str, signed_on: date | None) -> None:
    """Fill what stands around the lines."""
    _fill_source(sheet, claim)
    put_day(sheet, "admitted", claim.admitted_on, "admitted_on")
    put_day(sheet, "discharged", claim.discharged_on, "discharged_on")
    more = [claim.note, *map(_paper, claim.attachments)]
    sheet.put("more", "   ".join(text for text in more if text), "note")
    sheet.check("laboratory_no")
    _fill_diagnoses(sheet, claim)
    if claim.frequency != "1":
        sheet.put("resubmission_code", claim.frequency, "frequency")
        sheet.put("original_number", claim.payer_claim_number, "payer_claim_number")
    sheet.put("authorization", claim.authorization or claim.referral, "authorization")
    _fill_numbers(sheet, claim)
    _fill_signature(sheet, claim, signed_on)
    _fill_places(sheet, claim, phone)


def source_of(claim: Claim837P) -> tuple[str, str, Provider] | None:
    """Return who stands in box 17, with the role and the field: the first of those whom the form lets stand there."""
    ordering = next((line.ordering for line in claim.lines if line.ordering is not None), None)
    known = (
        ("DN", "referring", claim.referring),
        ("DK", "lines[0].ordering", ordering),
        ("DQ", "supervising", claim.supervising),
    )
    return next(((role, field, one) for role, field, one in known if one is not None), None)


def _fill_source(sheet: Sheet, claim: Claim837P) -> None:
    source = source_of(claim)
    if source is not None:
        role, field, provider = source
        sheet.put("source_role", role, field)
        sheet.put("source_name", spoken_name(provider), f"{field}.last_name")
        sheet.put("source_npi", provider.npi, f"{field}.npi")


def _paper(attachment: Attachment) -> str:
    """Return an attachment as box 19 names it: PWK, kind, way and number in one word."""
    return f"PWK{attachment.report}{attachment.transmission}{attachment.control_number}"


def _fill_diagnoses(sheet: Sheet, claim: Claim837P) -> None:
    sheet.put("code_version", _ICD_10, "diagnoses")
    for number, code in enumerate(claim.diagnoses):
        row, column = divmod(number, _DIAGNOSES_A_ROW)
        sheet.put(f"diagnosis_{column + 1}", code, f"diagnoses[{number}]", row=row)


def _fill_numbers(sheet: Sheet, claim: Claim837P) -> None:
    sheet.put("tax_id", claim.billing.tax_id, "billing.tax_id")
    sheet.check("is_social_number" if claim.billing.tax_id_kind == "SY" else "is_employer_number")
    sheet.put("account", claim.control_number, "control_number")
    sheet.check("assignment_yes" if claim.assignment == "A" else "assignment_no")


def _fill_signature(sheet: Sheet, claim: Claim837P, signed_on: date | None) -> None:
    if claim.provider_signed == "Y":
        sheet.put("signature", ON_FILE, "provider_signed")
    if signed_on is not None:
        sheet.put("signed_on", f"{signed_on:%m %d %Y}", "signed_on")


def _fill_places(sheet: Sheet, claim: Claim837P, phone: str) -> None:
    """Boxes 32 and 33: where the service was given stands there even where it is the address of who bills."""
    billing = claim.billing
    facility = claim.facility
    if facility is not None:
        _put_place(sheet, "facility", facility.name, facility.address, "facility")
        sheet.put("facility_npi", facility.npi, "facility.npi")
    else:
        _put_place(sheet, "facility", _billing_name(billing), billing.address, "billing")
        sheet.put("facility_npi", billing.npi, "billing.npi")
    _put_place(sheet, "billing", _billing_name(billing), billing.address, "billing")
    sheet.put("billing_npi", billing.npi, "billing.npi")
    sheet.put("area_code", phone[:_AREA], "phone")
    sheet.put("phone", phone[_AREA:], "phone")


def _billing_name(billing: BillingProvider) -> str:
    parts = (billing.first_name, billing.middle_name[:1], billing.name, billing.suffix)
    return " ".join(part for part in parts if part) if billing.is_person else billing.name


def _put_place(sheet: Sheet, box: str, name: str, address: Address, owner: str) -> None:
    sheet.put(box, name, f"{owner}.name", row=0)
    sheet.put(box, street(address), f"{owner}.address.street", row=1)
    sheet.put(box, city_line(address), f"{owner}.address.city", row=2)
