"""What an 837I carries of one claim, as plain values of finished text. Checked by check_837i, not here."""

from typing import NamedTuple

from billing.x12.attachments import Attachment
from billing.x12.other_payers import LineAdjudication, OtherPayer
from billing.x12.parties import BillingProvider, Dependant, Facility, Payer, Provider, Subscriber


class Line837I(NamedTuple):
    """One service line (2400). Amounts and units are finished numbers: 670 or 670.5, no trailing zeros."""

    control_number: str
    """REF*6R, unique for ever: the key by which a remittance names the line."""
    revenue_code: str
    """SV201, four digits: 0333 radiation therapy."""
    code: str
    charge: str
    units: str
    service_on: str
    """CCYYMMDD."""
    modifiers: tuple[str, ...] = ()
    service_through: str = ""
    """Last day, where the payer takes a range."""
    description: str = ""
    """SV202-7, at most 80: what an unlisted code was for. An institutional line has no note for it."""
    not_covered: str = ""
    """SV207: the part of the charge that the payer is known not to cover."""
    unit: str = "UN"
    """UN units, DA days."""
    attachments: tuple[Attachment, ...] = ()
    adjudications: tuple[LineAdjudication, ...] = ()
    """What other payers decided about this line, each with its ``revenue_code``."""


class Occurrence(NamedTuple):
    """An occurrence code and its day (HI, BH): 11 onset, 43 scheduled date of a cancelled procedure ..."""

    code: str
    on: str


class OccurrenceSpan(NamedTuple):
    """An occurrence span code and its first and last day (HI, BI)."""

    code: str
    first: str
    last: str


class ValueCode(NamedTuple):
    """A value code and its amount (HI, BE)."""

    code: str
    amount: str


class Note(NamedTuple):
    """A claim note (NTE): its kind and at most 80 characters."""

    kind: str
    """ALG, DCP, DGN, DME, MED, NTR, ODT, RHB, RLH, RNH, SET, SFM, SPT, UPI."""
    text: str


class Claim837I(NamedTuple):
    """One institutional claim (2300) with the parties around it."""

    control_number: str
    """CLM01, at most 20 characters: payers need return no more."""
    charge: str
    """The sum of the lines."""
    statement_from: str
    statement_through: str
    billing: BillingProvider
    """An organisation, never a person."""
    payer: Payer
    subscriber: Subscriber
    diagnoses: tuple[str, ...]
    """ICD-10-CM without the point, principal first, then up to 24 others."""
    lines: tuple[Line837I, ...]
    attending: Provider | None
    """2310A with its specialty; ``None`` only so that the check can say that it is missing."""
    dependant: Dependant | None = None
    rendering: Provider | None = None
    """Left out of the file where it is the attending provider."""
    referring: Provider | None = None
    """Left out of the file where it is the attending provider."""
    facility: Facility | None = None
    """An off-campus department; left out of the file where its address is the billing provider's."""
    facility_code: str = "13"
    """CLM05-1, the first two digits of the type of bill: 13 hospital outpatient, 85 critical access hospital."""
    frequency: str = "1"
    """1 original, 7 replacement, 8 void: with ``facility_code`` the bill type 0131, 0137, 0138."""
    payer_claim_number: str = ""
    """REF*F8, needed by 7 and 8."""
    authorization: str = ""
    referral: str = ""
    medical_record_number: str = ""
    admission_type: str = "3"
    """CL101: 1 emergency, 2 urgent, 3 elective, 4 newborn, 5 trauma, 9 not known."""
    admission_source: str = "1"
    """CL102: where the patient came from; 1 no facility."""
    patient_status: str = "01"
    """CL103: 01 home, 30 still a patient (the course goes on)."""
    visit_reasons: tuple[str, ...] = ()
    """ICD-10-CM, at most three; of unscheduled visits only."""
    occurrence_spans: tuple[OccurrenceSpan, ...] = ()
    occurrences: tuple[Occurrence, ...] = ()
    value_codes: tuple[ValueCode, ...] = ()
    condition_codes: tuple[str, ...] = ()
    """Among them exactly one reason of an adjustment: D0, D1, D2, D9 or E0 with 7 (the full list is in check_837i),
    D5 or D6 with 8."""
    notes: tuple[Note, ...] = ()
    billing_note: str = ""
    """NTE*ADD, at most 80: the remarks, which condition code D9 needs."""
    estimated_due: str = ""
    """AMT*F3: what the patient is thought to owe."""
    assignment: str = "A"
    benefits_assigned: str = "Y"
    release_of_information: str = "Y"
    attachments: tuple[Attachment, ...] = ()
    other_payers: tuple[OtherPayer, ...] = ()
    """Those before and after the payer that the claim goes to. An institutional claim does not say why Medicare pays
    second (``msp_type``) nor who signed (``patient_signature_source``): both are left out of the file."""
