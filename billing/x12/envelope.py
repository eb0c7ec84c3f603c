"""The envelope of an interchange: ISA, GS, ST and BHT, and their ends. Not what stands inside a transaction.

Control numbers and the moment of writing come from outside; nothing here counts on or reads a clock.
"""

import re
from datetime import datetime
from typing import Literal, NamedTuple

from billing.x12.characters import Cleaner, Fields
from billing.x12.syntax import Separators, X12Fault, segment


class Submitter(NamedTuple):
    """Who hands the file in (1000A): the practice, or who submits for it."""

    name: str
    submitter_id: str
    """The id that the receiver gave (ETIN)."""
    contact_name: str
    phone: str = ""
    """Ten digits."""
    email: str = ""
    """Only with ``extended_characters``: the basic set has no @."""


class Receiver(NamedTuple):
    """Who takes the file (1000B): a clearinghouse or a payer."""

    name: str
    receiver_id: str


class Envelope(NamedTuple):
    """Everything on the outside of one interchange."""

    sender_id: str
    """ISA06, at most 15 characters."""
    receiver_id: str
    """ISA08."""
    submitter: Submitter
    receiver: Receiver
    interchange_number: int
    """ISA13 and IEA02, 1 to 999,999,999, never used before for this pair."""
    group_number: int
    """GS06 and GE02."""
    batch_id: str
    """BHT03 is this and the number of the transaction set: at most 25 characters, unique for ever."""
    written_at: datetime
    """Local time of the sender."""
    usage: Literal["T", "P"]
    """T test, P production."""
    sender_qualifier: str = "ZZ"
    receiver_qualifier: str = "ZZ"
    group_sender: str = ""
    """GS02; empty: as ISA06."""
    group_receiver: str = ""
    """GS03; empty: as ISA08."""
    wants_acknowledgment: bool = False
    """ISA14: asks for a TA1."""
    is_reissue: bool = False
    """BHT02: 18 where a file already sent goes out again."""
    separators: Separators = Separators()
    extended_characters: bool = False
    """The partner takes lower case and @ # $ % and their like."""
    claims_per_transaction: int = 5000
    """One bad claim can lose its whole transaction set: smaller sets lose less."""


# --- text -----------------------------------------------------------------------------------------------------------

FREE_TEXT = ("name", "contact_name")
"""Fields of the header in which a blank may replace a character; all others are identifiers."""

_ISA_ID_LENGTH = 15
_GS_ID_LENGTHS = range(2, 16)
_CONTROL_NUMBERS = range(1, 1_000_000_000)
_BATCH_ID_LENGTHS = range(1, 26)

_PHONE = re.compile(r"[0-9]{10}")

_OUTSIDE = Fields(
    "sender_id", "receiver_id", "sender_qualifier", "receiver_qualifier", "group_sender", "group_receiver"
)
_SUBMITTER = Fields("name", "submitter_id", "contact_name", "phone", "email")
_RECEIVER = Fields("name", "receiver_id")


def interchange_start(envelope: Envelope, cleaner: Cleaner) -> str:
    """Return ISA. Its fields have fixed widths; the delimiters are declared by standing in it.

    Raises:
        X12Fault: an id or number that does not fit.
    """
    sender, receiver, sender_kind, receiver_kind, _, _ = cleaner.fields(envelope, _OUTSIDE)
    for number, text in ((6, sender), (8, receiver)):
        if not 1 <= len(text) <= _ISA_ID_LENGTH:
            raise X12Fault(f"ISA{number:02} has {len(text)} characters; it takes 1 to 15.", "ISA", number)
    if envelope.interchange_number not in _CONTROL_NUMBERS:
        raise X12Fault(f"ISA13 is {envelope.interchange_number}; it must be 1 to 999,999,999.", "ISA", 13)
    return (
        f"ISA*00*          *00*          *{sender_kind:2}*{sender:15}*{receiver_kind:2}*{receiver:15}"
        f"*{envelope.written_at:%y%m%d*%H%M}*^*00501*{envelope.interchange_number:09}"
        f"*{int(envelope.wants_acknowledgment)}*{envelope.usage}*:~"
    )


def group_start(envelope: Envelope, cleaner: Cleaner, version: str) -> str:
    """Return GS for claims of one guide version.

    Raises:
        X12Fault: an id or number that does not fit.
    """
    sender, receiver, _, _, group_sender, group_receiver = cleaner.fields(envelope, _OUTSIDE)
    application_sender, application_receiver = group_sender or sender, group_receiver or receiver
    for number, text in ((2, application_sender), (3, application_receiver)):
        if len(text) not in _GS_ID_LENGTHS:
            raise X12Fault(f"GS{number:02} has {len(text)} characters; it takes 2 to 15.", "GS", number)
    if envelope.group_number not in _CONTROL_NUMBERS:
        raise X12Fault(f"GS06 is {envelope.group_number}; it must be 1 to 999,999,999.", "GS", 6)
    day, time = f"{envelope.written_at:%Y%m%d}", f"{envelope.written_at:%H%M}"
    number_text = str(envelope.group_number)
    return segment("GS", "HC", application_sender, application_receiver, day, time, number_text, "X", version)


def transaction_start(envelope: Envelope, cleaner: Cleaner, version: str, number: str) -> str:
    """Return ST, BHT, 1000A and 1000B: the same before every set of claims, but for its number."""
    day, time = f"{envelope.written_at:%Y%m%d}", f"{envelope.written_at:%H%M}"
    purpose = "18" if envelope.is_reissue else "00"
    return (
        segment("ST", "837", number, version)
        + segment("BHT", "0019", purpose, transaction_batch_id(envelope, cleaner, number), day, time, "CH")
        + _loop_1000a(envelope.submitter, cleaner)
        + _loop_1000b(envelope.receiver, cleaner)
    )


def transaction_batch_id(envelope: Envelope, cleaner: Cleaner, number: str) -> str:
    """Return BHT03, by which a 277CA names the set: unlike for two sets of one interchange.

    Raises:
        X12Fault: the batch id does not fit.
    """
    batch_id = cleaner.exact(envelope.batch_id, "batch_id")
    if len(batch_id) not in _BATCH_ID_LENGTHS:
        raise X12Fault(f"The batch id has {len(batch_id)} characters; it takes 1 to 25.", "BHT", 3)
    return f"{batch_id}-{number}"


def _loop_1000a(submitter: Submitter, cleaner: Cleaner) -> str:
    """Return submitter name and contact. PER02 stands only where it is not the name in NM1 again."""
    name, submitter_id, contact_name, phone, email = cleaner.fields(submitter, _SUBMITTER)
    if not phone and not email:
        raise X12Fault("The submitter has neither phone nor e-mail; the guide wants one of them.", "PER", 3)
    if phone and not _PHONE.fullmatch(phone):
        raise X12Fault("The submitter's phone must be ten digits without punctuation.", "PER", 4)
    ways = [part for kind, value in (("TE", phone), ("EM", email)) if value for part in (kind, value)]
    return segment("NM1", "41", "2", name, "", "", "", "", "46", submitter_id) + segment(
        "PER", "IC", contact_name if contact_name != name else "", *ways
    )


def _loop_1000b(receiver: Receiver, cleaner: Cleaner) -> str:
    """Receiver name."""
    name, receiver_id = cleaner.fields(receiver, _RECEIVER)
    return segment("NM1", "40", "2", name, "", "", "", "", "46", receiver_id)


def transaction_end(number: str, segments: int) -> str:
    """Return SE; ``segments`` counts from ST to SE, both included."""
    return segment("SE", str(segments), number)


def interchange_end(envelope: Envelope, transactions: int) -> str:
    """Return GE and IEA of an interchange with one group."""
    return segment("GE", str(transactions), str(envelope.group_number)) + segment(
        "IEA", "1", f"{envelope.interchange_number:09}"
    )
