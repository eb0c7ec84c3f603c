"""Form locators 1 to 17 and 38: who bills, which bill, the patient, the visit, and whom it is sent to."""

from billing.paper.sheets import Sheet
from billing.paper.values import city_line, day_of, listed_name, street
from billing.x12.claim_837i import Claim837I
from billing.x12.parties import Address, Dependant, Subscriber

_EMPLOYER_PREFIX = 2


def fill_head(sheet: Sheet, claim: Claim837I, *, phone: str) -> None:
    """Fill the head of a page."""
    billing = claim.billing
    _put_place(sheet, "billing", "billing", billing.name, billing.address)
    sheet.put("billing", phone, "phone", row=3)
    if billing.pay_to is not None:
        _put_place(sheet, "pay_to", "billing", billing.name, billing.pay_to)
    sheet.put("account", claim.control_number, "control_number")
    sheet.put("record", claim.medical_record_number, "medical_record_number")
    sheet.put("bill_type", f"0{claim.facility_code}{claim.frequency}", "facility_code")
    tax_id = f"{billing.tax_id[:_EMPLOYER_PREFIX]}-{billing.tax_id[_EMPLOYER_PREFIX:]}"
    sheet.put("tax_id", tax_id, "billing.tax_id")
    sheet.put("statement_from", day_of(claim.statement_from).six, "statement_from")
    sheet.put("statement_through", day_of(claim.statement_through).six, "statement_through")
    _fill_patient(sheet, claim)
    sheet.put("admission_type", claim.admission_type, "admission_type")
    sheet.put("admission_source", claim.admission_source, "admission_source")
    sheet.put("status", claim.patient_status, "patient_status")
    _put_place(sheet, "addressee", "payer", claim.payer.name, claim.payer.address)


def _fill_patient(sheet: Sheet, claim: Claim837I) -> None:
    patient: Subscriber | Dependant = claim.dependant or claim.subscriber
    owner = "dependant" if claim.dependant is not None else "subscriber"
    sheet.put("patient_name", listed_name(patient), f"{owner}.last_name")
    if patient.address is not None:
        sheet.put("patient_street", street(patient.address), f"{owner}.address.street")
        sheet.put("patient_city", patient.address.city, f"{owner}.address.city")
        sheet.put("patient_state", patient.address.state, f"{owner}.address.state")
        sheet.put("patient_zip", patient.address.zip_code, f"{owner}.address.zip_code")
    if patient.birth_on:
        sheet.put("birth", day_of(patient.birth_on).eight, f"{owner}.birth_on")
    sheet.put("sex", patient.sex, f"{owner}.sex")


def _put_place(sheet: Sheet, box: str, owner: str, name: str, address: Address | None) -> None:
    sheet.put(box, name, f"{owner}.name", row=0)
    if address is not None:
        sheet.put(box, street(address), f"{owner}.address.street", row=1)
        sheet.put(box, city_line(address), f"{owner}.address.city", row=2)
