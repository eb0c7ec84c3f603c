"""Professional claims (837P, 005010X222A1): values to text, loops in the order of the guide.

Writes what it is given: whether a claim is right is asked of check_837p before, whether a file is right of inspect_837
after. Claims are taken one by one and written on; memory does not grow with their number.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from billing.x12.envelope import Envelope
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


class ClaimPlace(NamedTuple):
    """Where a claim stands in the file, as a 999 counts: ST is segment 1 of its transaction set."""

    transaction: str
    """ST02."""
    subscriber_from: int
    """The HL of the 2000B that the claim hangs in: a fault from here to ``first`` is the subscriber's."""
    first: int
    """CLM."""
    last: int


class TransactionSet(NamedTuple):
    """One ST to SE as written."""

    number: str
    batch_id: str
    claims: int
    segments: int


class Replacement(NamedTuple):
    """A character of free text for which a blank was written. Names the field, not its text: that may be a patient's."""

    claim: str
    field: str
    character: str


class Written(NamedTuple):
    """What a finished interchange holds."""

    transactions: tuple[TransactionSet, ...]
    claims: int
    replacements: tuple[Replacement, ...]


def write_interchange(
    envelope: Envelope,
    claims: Iterable[Claim837P],
    write: Callable[[str], object],
    *,
    placed: Callable[[Claim837P, ClaimPlace], object] | None = None,
) -> Written:
    """Write one interchange of professional claims, in the order given.

    Consecutive claims of one billing provider share its 2000A, of one subscriber and payer their 2000B: sort them so.
    The same envelope and claims give the same text.

    Args:
        envelope: control numbers, moment and partner settings.
        claims: checked by check_837p; taken one at a time.
        write: takes ASCII text, in pieces of some 100 kB.
        placed: told of each claim, in order, where it stands.

    Raises:
        X12Fault: no claim at all, or an identifier with a character that X12 cannot carry.
    """
    raise NotImplementedError
