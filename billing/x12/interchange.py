"""What every interchange of claims has in common: sets, hierarchy, counts, places, and text that leaves in pieces.

Keeps what only a running file knows: hierarchy numbers, segment counts, which provider and subscriber are open. What
stands in a claim is the matter of claim_837p and claim_837i, each with a writer of its own below this one.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Hashable, Iterable
from typing import Generic, NamedTuple, Protocol, TypeVar

from billing.x12 import envelope as outside
from billing.x12 import party_loops as loops
from billing.x12.characters import Cleaner, alphabet_of
from billing.x12.envelope import Envelope
from billing.x12.parties import BillingProvider, Dependant, Payer, Subscriber
from billing.x12.syntax import X12Fault, in_partner_syntax

_MOST_CLAIMS_IN_A_LOOP = 100  # "maximum of 100 CLM in each 2000B or 2000C" (837P guide, 2300)
_MOST_CLAIMS_IN_A_SET = 5000  # what the guide recommends and many payers enforce
_PIECES_AT_ONCE = 500
REMEMBERED_BLOCKS = 5000

Value = TypeVar("Value", bound=Hashable)


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
    """A character of free text for which a blank was written. Names the field only: its text may be a patient's."""

    claim: str
    """CLM01 of the first claim that showed it."""
    field: str
    character: str


class Written(NamedTuple):
    """What a finished interchange holds."""

    transactions: tuple[TransactionSet, ...]
    claims: int
    replacements: tuple[Replacement, ...]


class AnyClaim(Protocol):
    """What the file around a claim must know of it."""

    @property
    def control_number(self) -> str: ...
    @property
    def billing(self) -> BillingProvider: ...
    @property
    def payer(self) -> Payer: ...
    @property
    def subscriber(self) -> Subscriber: ...
    @property
    def dependant(self) -> Dependant | None: ...


Claim = TypeVar("Claim", bound=AnyClaim)


class Blocks:
    """Text of loops already made: providers, payers and diagnoses repeat through a file."""

    def __init__(self, cleaner: Cleaner) -> None:
        self._cleaner = cleaner
        self._texts: dict[Hashable, str] = {}

    def of(self, loop: Callable[[Value, Cleaner], str], value: Value) -> str:
        """Return the loop's text for this value."""
        key = (loop, value)
        text = self._texts.get(key)
        if text is None:
            if len(self._texts) >= REMEMBERED_BLOCKS:
                self._texts.clear()
            text = self._texts[key] = loop(value, self._cleaner)
        return text


class InterchangeWriter(ABC, Generic[Claim]):
    """One interchange in the making. A kind of claims says its version, its free text, and how a claim is written."""

    version: str
    free_text: Collection[str]
    says_why_medicare_is_second = True
    """SBR05, which institutional claims do not have."""

    def __init__(self, envelope: Envelope, write: Callable[[str], object]) -> None:
        if not 1 <= envelope.claims_per_transaction <= _MOST_CLAIMS_IN_A_SET:
            raise X12Fault(f"claims_per_transaction is {envelope.claims_per_transaction}; it must be 1 to 5,000.", "ST")
        self._envelope = envelope
        self._write = write
        self._cleaner = Cleaner(
            alphabet_of(envelope.separators, extended=envelope.extended_characters),
            free_text=frozenset(outside.FREE_TEXT).union(self.free_text),
            report=self._replaced,
        )
        self._blocks = Blocks(self._cleaner)
        self._pieces: list[str] = []
        self._sets: list[TransactionSet] = []
        self._replacements: list[Replacement] = []
        self._claim_number = ""  # the claim at hand, for the report of what was replaced
        self._start_counting()

    def write_all(self, claims: Iterable[Claim], placed: Callable[[Claim, ClaimPlace], object] | None) -> Written:
        """Write claims one at a time, telling of each where it stands, and finish.

        Raises:
            X12Fault: no claim at all, or an identifier with a character that X12 cannot carry.
        """
        for claim in claims:
            try:
                self._add(claim)
            except X12Fault as fault:
                raise X12Fault(
                    f"Claim {claim.control_number}: {fault.message}", fault.segment, fault.element
                ) from fault
            if placed is not None:
                placed(claim, ClaimPlace(self._number, self._subscriber_from, self._claim_from, self._segments))
        return self._finish()

    def _add(self, claim: Claim) -> None:
        """Write one claim, opening what must be open around it."""
        self._claim_number = claim.control_number
        if self._claims == self._envelope.claims_per_transaction:
            self._close_set()
        if not self._claims:
            self._open_set()
        self._open_loops(claim)
        text = self._claim_text(claim)
        self._claim_from = self._segments + 1
        self._append(text)
        self._claims += 1
        self._claims_in_loop += 1

    def _finish(self) -> Written:
        """Close the last set and the envelope."""
        if not self._claims:
            raise X12Fault("There is no claim to write: an interchange without one is not valid.", "ST")
        self._close_set()
        self._pieces.append(outside.interchange_end(self._envelope, len(self._sets)))
        self._flush()
        claims = sum(transaction.claims for transaction in self._sets)
        return Written(tuple(self._sets), claims, tuple(self._replacements))

    # --- transaction sets -------------------------------------------------------------------------------------------

    def _start_counting(self) -> None:
        """Forget the set before: numbers and open loops begin anew with each ST."""
        self._number = f"{len(self._sets) + 1:04}"
        self._claims = 0
        self._segments = 0
        self._hl = 0
        self._billing: BillingProvider | None = None
        self._billing_hl = 0
        self._subscriber: Subscriber | None = None
        self._payer: Payer | None = None
        self._subscriber_is_patient = True
        self._subscriber_hl = 0
        self._subscriber_from = 0
        self._claim_from = 0
        self._dependant: Dependant | None = None
        self._claims_in_loop = 0

    def _open_set(self) -> None:
        if not self._sets:
            self._pieces.append(outside.interchange_start(self._envelope, self._cleaner))
            self._pieces.append(outside.group_start(self._envelope, self._cleaner, self.version))
        self._append(outside.transaction_start(self._envelope, self._cleaner, self.version, self._number))

    def _close_set(self) -> None:
        self._append(outside.transaction_end(self._number, self._segments + 1))
        batch_id = outside.transaction_batch_id(self._envelope, self._cleaner, self._number)
        self._sets.append(TransactionSet(self._number, batch_id, self._claims, self._segments))
        self._start_counting()

    # --- loops around a claim ---------------------------------------------------------------------------------------

    def _open_loops(self, claim: Claim) -> None:
        if claim.billing is not self._billing and claim.billing != self._billing:
            self._open_billing(claim.billing)
        if self._is_other_subscriber(claim):
            self._open_subscriber(claim)
        if claim.dependant is not None and (claim.dependant != self._dependant or self._is_loop_full()):
            self._open_dependant(claim.dependant)

    def _is_loop_full(self) -> bool:
        return self._claims_in_loop >= _MOST_CLAIMS_IN_A_LOOP

    def _is_other_subscriber(self, claim: Claim) -> bool:
        """Tell whether the claim needs a 2000B of its own.

        A subscriber's own claims and those of the dependants never share one: HL04 says whether a 2000C follows, and
        it is written before the next claim is known.
        """
        is_patient = claim.dependant is None
        return (
            claim.subscriber != self._subscriber
            or claim.payer != self._payer
            or is_patient != self._subscriber_is_patient
            or (is_patient and self._is_loop_full())
        )

    def _open_billing(self, billing: BillingProvider) -> None:
        self._hl += 1
        self._append(f"HL*{self._hl}**20*1~" + self._blocks.of(loops.loop_2000a, billing))
        self._billing, self._billing_hl, self._subscriber = billing, self._hl, None

    def _open_subscriber(self, claim: Claim) -> None:
        is_patient = claim.dependant is None
        subscriber = claim.subscriber
        if subscriber.msp_type and not self.says_why_medicare_is_second:
            subscriber = subscriber._replace(msp_type="")
        self._hl += 1
        self._subscriber_from = self._segments + 1
        self._append(
            f"HL*{self._hl}*{self._billing_hl}*22*{0 if is_patient else 1}~"
            + loops.loop_2000b(subscriber, self._cleaner, is_patient=is_patient)
            + self._blocks.of(loops.payer_name, claim.payer)
        )
        self._subscriber, self._payer, self._subscriber_is_patient = claim.subscriber, claim.payer, is_patient
        self._subscriber_hl, self._dependant, self._claims_in_loop = self._hl, None, 0

    def _open_dependant(self, dependant: Dependant) -> None:
        self._hl += 1
        self._append(f"HL*{self._hl}*{self._subscriber_hl}*23*0~" + loops.loop_2000c(dependant, self._cleaner))
        self._dependant, self._claims_in_loop = dependant, 0

    @abstractmethod
    def _claim_text(self, claim: Claim) -> str:
        """Return the segments of a claim, from CLM to its last line."""

    # --- out --------------------------------------------------------------------------------------------------------

    def _replaced(self, field: str, character: str) -> None:
        self._replacements.append(Replacement(self._claim_number, field, character))

    def _append(self, text: str) -> None:
        """Add segments of the open set; the Cleaner let no terminator into a value, so they can be counted."""
        self._segments += text.count("~")
        self._pieces.append(text)
        if len(self._pieces) >= _PIECES_AT_ONCE:
            self._flush()

    def _flush(self) -> None:
        self._write(in_partner_syntax("".join(self._pieces), self._envelope.separators))
        self._pieces.clear()
