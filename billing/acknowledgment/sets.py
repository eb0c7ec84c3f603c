"""The 999: whether our transaction sets keep to standard and guide, and which claims are at fault where one does not.

A set that is refused takes all its claims with it: those that the faults name hear segment, element and reason, the
others that it was because of others. What is accepted is noted on the file alone.
"""

from collections.abc import Sequence

from billing.acknowledgment.answers import Answer, Answers, WholeFile
from billing.acknowledgment.files import REFUSED, TOOK, Reply, is_for_us, was_said_before
from billing.acknowledgment.sealed import SealedClaim, SealedFile
from billing.acknowledgment.words import BECAUSE_OF_OTHERS, fitted, words_of
from billing.models import ClaimFile
from billing.x12.ack_999 import GroupAcknowledgmentReader, SegmentFault, SetAcknowledged
from billing.x12.outcomes import Outcome
from billing.x12.reading import Transaction

LEVEL = "set"


def take_999(*, answers: Answers, transaction: Transaction, reader: GroupAcknowledgmentReader) -> None:
    """Take a 999: replies to our file and its sets, refusals of claims, notes on those accepted with errors."""
    group, position = reader.group, transaction.place
    file = answers.files.of_number(transaction.interchange, group.control_number)
    if file is None:
        answers.warn("unknown-file", transaction, position=position, segment="AK1", found=group.control_number)
        for _ in reader:
            pass
        return
    _Group(answers, transaction, file, position).take(reader)


class _Group:
    """One group of ours while its 999 is read."""

    def __init__(self, answers: Answers, transaction: Transaction, file: ClaimFile, position: int) -> None:
        self._answers = answers
        self._transaction = transaction
        self._file = file
        self._position = position
        self._said_on = transaction.interchange.written_on
        self._is_for_us = is_for_us(transaction.interchange, file)
        self._found: dict[str, SetAcknowledged] = {}
        """Sets that are refused, or have faults."""
        self._refused = 0

    def take(self, reader: GroupAcknowledgmentReader) -> None:
        """Read the sets, then what AK9 says of all, then name the claims."""
        for one in reader:
            self._take_set(one)
        closing = reader.closing
        if closing.outcome is Outcome.REJECTED and not self._is_for_us:
            self._warn("refusal-for-another", self._position, "AK9", self._file.name)
            return
        message = " ".join(closing.reasons)
        self._reply(Reply(self._file.pk, "999", self._position, closing.outcome, closing.codes, message))
        sets = self._name_claims()
        sent = sets if sets else closing.included
        if sent is not None and {closing.included, closing.received} - {sent, None}:
            found = f"{closing.included} included, {closing.received} received"
            self._warn("counts-differ", self._position, "AK9", found)
        if closing.outcome is Outcome.REJECTED:
            self._refuse_the_rest(closing.codes, message)
        elif closing.outcome is Outcome.PARTLY_ACCEPTED and not self._refused:
            self._warn("refusal-without-set", self._position, "AK9", self._file.name)

    def _take_set(self, one: SetAcknowledged) -> None:
        if one.outcome is Outcome.REJECTED and not self._is_for_us:
            self._warn("refusal-for-another", one.position, "AK2", one.control_number)
            return
        if one.outcome is Outcome.REJECTED and self._was(TOOK, set_number=one.control_number):
            self._warn("contradicting-reply", one.position, "AK2", one.control_number)
            return
        if one.outcome in TOOK and self._was(REFUSED, ("TA1", "999"), one.control_number):
            self._warn("taken-after-refusal", one.position, "AK2", one.control_number)
        self._refused += one.outcome is Outcome.REJECTED
        if one.outcome is Outcome.REJECTED or one.faults:
            self._found[one.control_number] = one
        message = " ".join(one.reasons)
        self._reply(
            Reply(self._file.pk, "999", one.position, one.outcome, one.codes, message, set_number=one.control_number)
        )

    def _name_claims(self) -> int:
        """Answer the claims of the sets that were found at fault; return how many sets we sent, 0 if not looked."""
        if not self._found:
            return 0
        sealed = SealedFile(self._file.pk, {number: one.faults for number, one in self._found.items()})
        for claim in sealed:
            one = self._found.get(claim.set_number)
            if one is not None:
                self._answer(one, claim)
        for number in self._found.keys() - sealed.sets:
            self._warn("unknown-set", self._found[number].position, "AK2", number)
        self._warn_unplaced(sealed.unplaced)
        return len(sealed.sets)

    def _answer(self, one: SetAcknowledged, claim: SealedClaim) -> None:
        is_refused = one.outcome is Outcome.REJECTED
        if claim.faults:
            codes, where, message = words_of(claim.faults)
        elif is_refused:
            reasons = " ".join(one.reasons)
            codes, where = list(one.codes), ""
            message = BECAUSE_OF_OTHERS if one.faults else fitted(f"Its transaction set was refused. {reasons}".strip())
        else:
            return
        outcome = "rejected" if is_refused else "noted"
        self._answers.add(
            Answer(
                one.position, claim.control_number, self._file.pk, LEVEL, outcome, codes, message, where,
                said_on=self._said_on,
            )
        )  # fmt: skip

    def _refuse_the_rest(self, codes: Sequence[str], message: str) -> None:
        """Refuse the claims of the group that no set of it has refused."""
        if self._was(TOOK):
            self._warn("contradicting-reply", self._position, "AK9", self._file.name)
            return
        said = fitted(f"The whole group was refused. {message}".strip())
        self._answers.whole_files.append(WholeFile(self._file.pk, self._position, LEVEL, codes, said, self._said_on))

    def _was(self, outcomes: Sequence[Outcome], kinds: Sequence[str] = ("999",), set_number: str = "") -> bool:
        file_id, receipt_id = self._file.pk, self._answers.receipt.pk
        return was_said_before(outcomes, file_id=file_id, receipt_id=receipt_id, kinds=kinds, set_number=set_number)

    def _reply(self, reply: Reply) -> None:
        self._answers.replies.append(reply._replace(said_on=self._said_on))

    def _warn_unplaced(self, faults: Sequence[SegmentFault]) -> None:
        for fault in faults:
            found = f"{fault.segment} {fault.segment_position} {fault.claim_number}".strip()
            self._warn("fault-not-placed", fault.position, "IK3", found)

    def _warn(self, code: str, position: int, segment: str, found: str) -> None:
        self._answers.warn(code, self._transaction, position=position, segment=segment, found=found)
