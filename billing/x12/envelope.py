"""The envelope of an interchange: ISA, GS, ST and BHT, and their ends. Not what stands inside a transaction.

Control numbers and the moment of writing come from outside; nothing here counts on or reads a clock.
"""

from datetime import datetime
from typing import Literal, NamedTuple

from billing.x12.syntax import Separators


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
