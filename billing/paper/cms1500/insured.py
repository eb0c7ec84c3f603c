"""Boxes 1 to 13: the payer, the patient, who is insured, other insurance, what the condition comes from."""

from billing.paper.sheets import Sheet
from billing.paper.values import city_line, day_of, listed_name, street, turn_of, zip_code
from billing.x12.checking.parties import MEDICARE
from billing.x12.claim_837p import Claim837P
from billing.x12.other_payers import OtherPayer
from billing.x12.parties import Address, Dependant, Subscriber

ON_FILE = "SIGNATURE ON FILE"
_SELF = "18"
_RELATIONS = {_SELF: "self", "01": "spouse", "19": "child"}
_PLANS = {"MA": "medicare", "MB": "medicare", "MC": "medicaid", "CH": "tricare"}


def fill_insured(sheet: Sheet, claim: Claim837P) -> None:
    """Fill the upper half of the form."""
    policy = claim.subscriber
    _fill_carrier(sheet, claim)
    commercial = "group_plan" if policy.group_number or policy.group_name else "other_plan"
    sheet.check(_PLANS.get(policy.filing_indicator, commercial))
    sheet.put("insured_id", policy.member_id, "subscriber.member_id")
    _fill_patient(sheet, claim)
    if policy.filing_indicator in MEDICARE:
        _fill_medicare(sheet, claim)
    else:
        _fill_own_policy(sheet, claim)
        _fill_other_policy(sheet, claim)
    _fill_causes(sheet, claim)
    if claim.release_of_information or claim.patient_signature_source:
        sheet.put("patient_signature", ON_FILE, "release_of_information")
    if claim.benefits_assigned == "Y":
        sheet.put("insured_signature", ON_FILE, "benefits_assigned")


def _fill_carrier(sheet: Sheet, claim: Claim837P) -> None:
    payer = claim.payer
    lines = [(payer.name, "payer.name")]
    if payer.address is not None:
        lines += [(payer.address.street, "payer.address.street"), (payer.address.street2, "payer.address.street2")]
        lines.append((city_line(payer.address), "payer.address.city"))
    for row, (text, field) in enumerate(pair for pair in lines if pair[0]):
        sheet.put("carrier", text, field, row=row)


def _fill_patient(sheet: Sheet, claim: Claim837P) -> None:
    patient: Subscriber | Dependant = claim.dependant or claim.subscriber
    owner = "dependant" if claim.dependant is not None else "subscriber"
    sheet.put("patient_name", listed_name(patient), f"{owner}.last_name")
    put_day(sheet, "birth", patient.birth_on, f"{owner}.birth_on")
    _check_sex(sheet, "", patient.sex)
    _put_address(sheet, "patient", patient.address, f"{owner}.address")


def _fill_own_policy(sheet: Sheet, claim: Claim837P) -> None:
    """Boxes 4, 6, 7 and 11 to 11c: the policy that the claim goes to."""
    policy = claim.subscriber
    sheet.put("insured_name", listed_name(policy), "subscriber.last_name")
    sheet.check(_RELATIONS.get(claim.dependant.relationship if claim.dependant else _SELF, "other_relation"))
    _put_address(sheet, "insured", policy.address, "subscriber.address")
    _put_policy(sheet, policy, "subscriber", policy.group_number)
    sheet.put("insured_plan", policy.group_name or claim.payer.name, "subscriber.group_name")


def _fill_other_policy(sheet: Sheet, claim: Claim837P) -> None:
    """Boxes 9 to 9d and 11d: the other payer; of several the one that pays first."""
    if not claim.other_payers:
        sheet.check("another_plan_no")
        return
    sheet.check("another_plan_yes")
    place, other = first_of(claim.other_payers)
    owner = f"other_payers[{place}]"
    policy = other.subscriber
    sheet.put("other_insured_name", listed_name(policy), f"{owner}.subscriber.last_name")
    number, field = (policy.group_number, "group_number") if policy.group_number else (policy.member_id, "member_id")
    sheet.put("other_insured_group", number, f"{owner}.subscriber.{field}")
    sheet.put("other_insured_plan", policy.group_name or other.payer.name, f"{owner}.payer.name")


def _fill_medicare(sheet: Sheet, claim: Claim837P) -> None:
    """Medicare wants to know who pays before it, and nothing of its own policy twice."""
    place, other = first_of(claim.other_payers) if claim.other_payers else (0, None)
    if other is None or turn_of(other.subscriber) > turn_of(claim.subscriber):
        sheet.put("insured_group", "NONE", "other_payers")
        return
    owner = f"other_payers[{place}]"
    policy = other.subscriber
    is_patient = other.relationship == _SELF
    sheet.put("insured_name", "SAME" if is_patient else listed_name(policy), f"{owner}.subscriber.last_name")
    sheet.check(_RELATIONS.get(other.relationship, "other_relation"))
    _put_address(sheet, "insured", policy.address, f"{owner}.subscriber.address")
    _put_policy(sheet, policy, f"{owner}.subscriber", policy.group_number or policy.member_id)
    sheet.put("insured_plan", policy.group_name or other.payer.name, f"{owner}.payer.name")


def first_of(others: tuple[OtherPayer, ...]) -> tuple[int, OtherPayer]:
    """Return the other payer that pays first, with its place."""
    return min(enumerate(others), key=lambda pair: turn_of(pair[1].subscriber))


def _fill_causes(sheet: Sheet, claim: Claim837P) -> None:
    """Boxes 10a to 10c; the day of an accident stands in box 15."""
    for cause, box in (("EM", "work"), ("AA", "car"), ("OA", "accident")):
        sheet.check(f"{box}_{'yes' if cause in claim.related_causes else 'no'}")
    sheet.put("car_state", claim.accident_state, "accident_state")
    if claim.accident_on:
        sheet.put("other_date_kind", "439", "accident_on")
        put_day(sheet, "other", claim.accident_on, "accident_on")


# --- parts ----------------------------------------------------------------------------------------------------------


def put_day(sheet: Sheet, box: str, text: str, field: str) -> None:
    """Put a day into its three fields, the year with four digits; nothing without one."""
    if text:
        day = day_of(text)
        for part, found in zip(("month", "day", "year"), day, strict=True):
            sheet.put(f"{box}_{part}", found, field)


def _put_address(sheet: Sheet, box: str, address: Address | None, field: str) -> None:
    if address is None:
        return
    sheet.put(f"{box}_street", street(address), f"{field}.street")
    sheet.put(f"{box}_city", address.city, f"{field}.city")
    sheet.put(f"{box}_state", address.state, f"{field}.state")
    sheet.put(f"{box}_zip", zip_code(address.zip_code), f"{field}.zip_code")


def _put_policy(sheet: Sheet, policy: Subscriber, owner: str, number: str) -> None:
    sheet.put("insured_group", number, f"{owner}.group_number")
    put_day(sheet, "insured_birth", policy.birth_on, f"{owner}.birth_on")
    _check_sex(sheet, "insured_", policy.sex)


def _check_sex(sheet: Sheet, box: str, sex: str) -> None:
    """Check one of two boxes; a sex that is not known has none."""
    known = {"M": "male", "F": "female"}.get(sex)
    if known:
        sheet.check(box + known)
