"""What an 837P carries of one claim, as plain values of finished text. Checked by check_837p, not here."""

from typing import NamedTuple

from billing.x12.attachments import Attachment
from billing.x12.other_payers import LineAdjudication, OtherPayer
from billing.x12.parties import BillingProvider, Dependant, Facility, Payer, Provider, Subscriber


class Line837P(NamedTuple):
    """One service line (2400). Amounts and units are finished numbers: 670 or 670.5, no trailing zeros."""

    control_number: str
    """REF*6R, unique for ever: the key by which a remittance names the line."""
    code: str
    charge: str
    units: str
    service_on: str
    """CCYYMMDD."""
    pointers: tuple[int, ...] = (1,)
    """Places in the claim's diagnoses, from 1, the primary first; at most four."""
    modifiers: tuple[str, ...] = ()
    service_through: str = ""
    """Last day, where the payer takes a range."""
    place_of_service: str = ""
    """Only where it differs from the claim's."""
    description: str = ""
    """SV101-7, at most 80: what an unlisted code was for."""
    note: str = ""
    note_kind: str = "ADD"
    authorization: str = ""
    """Only where it differs from the claim's."""
    unit: str = "UN"
    referral: str = ""
    """Only where it differs from the claim's."""
    attachments: tuple[Attachment, ...] = ()
    rendering: Provider | None = None
    """2420A; left out of the file, as the three after it, where it is the claim's."""
    facility: Facility | None = None
    """2420C."""
    supervising: Provider | None = None
    """2420D."""
    referring: Provider | None = None
    """2420F."""
    ordering: Provider | None = None
    """2420E: who ordered the service, if it is none of the others."""
    adjudications: tuple[LineAdjudication, ...] = ()
    """What other payers decided about this line."""


class Claim837P(NamedTuple):
    """One professional claim (2300) with the parties around it."""

    control_number: str
    """CLM01, at most 20 characters: payers need return no more."""
    charge: str
    """The sum of the lines."""
    place_of_service: str
    billing: BillingProvider
    payer: Payer
    subscriber: Subscriber
    diagnoses: tuple[str, ...]
    """ICD-10-CM without the point, principal first, 1 to 12."""
    lines: tuple[Line837P, ...]
    dependant: Dependant | None = None
    rendering: Provider | None = None
    """Left out of the file where it is the billing provider itself."""
    referring: Provider | None = None
    facility: Facility | None = None
    """Left out of the file where its address is the billing provider's."""
    supervising: Provider | None = None
    frequency: str = "1"
    """1 original, 7 replacement, 8 void."""
    payer_claim_number: str = ""
    """REF*F8, needed by 7 and 8."""
    authorization: str = ""
    referral: str = ""
    medical_record_number: str = ""
    note: str = ""
    note_kind: str = "ADD"
    provider_signed: str = "Y"
    assignment: str = "A"
    benefits_assigned: str = "Y"
    release_of_information: str = "Y"
    patient_signature_source: str = ""
    patient_paid: str = ""
    admitted_on: str = ""
    discharged_on: str = ""
    primary_care: Provider | None = None
    """2310A, P3; only beside a referring provider."""
    attachments: tuple[Attachment, ...] = ()
    other_payers: tuple[OtherPayer, ...] = ()
    """Beside the one that the claim goes to, at most ten; ``subscriber.rank`` says who pays when."""
    related_causes: tuple[str, ...] = ()
    """CLM11: AA car accident, EM employment, OA other accident; at most two."""
    accident_state: str = ""
    """Where the car accident was."""
    accident_on: str = ""
