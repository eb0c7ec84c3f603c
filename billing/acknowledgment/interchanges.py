"""The TA1: whether a partner could take one of our interchanges at all. Refused, all its claims are refused."""

from billing.acknowledgment.answers import Answers, WholeFile
from billing.acknowledgment.files import REFUSED, TOOK, Reply, is_for_us, was_said_before
from billing.acknowledgment.words import fitted
from billing.models import ClaimFile
from billing.x12.ack_ta1 import InterchangeAcknowledged, InterchangeAcknowledgmentReader
from billing.x12.outcomes import Outcome
from billing.x12.reading import Transaction


def take_ta1(*, answers: Answers, transaction: Transaction, reader: InterchangeAcknowledgmentReader) -> None:
    """Take the TA1 of a transaction: a reply to our file, and a refusal of each of its claims if it refuses it."""
    for said in reader:
        file = answers.files.of_number(transaction.interchange, said.control_number)
        if file is None:
            answers.warn("unknown-file", transaction, position=said.position, segment="TA1", found=said.control_number)
            continue
        _take(answers, transaction, said, file)


def _take(answers: Answers, transaction: Transaction, said: InterchangeAcknowledged, file: ClaimFile) -> None:
    if said.written_on and abs((said.written_on - file.sealed_at.date()).days) > 1:
        answers.warn(
            "other-moment", transaction, position=said.position, segment="TA1", found=str(said.written_on),
            expected=str(file.sealed_at.date()),
        )  # fmt: skip
    codes = [said.note_code] if said.note_code.strip("0") else []
    said_on = transaction.interchange.written_on
    note = said.note if said.note_code.strip("0") else ""
    reply = Reply(file.pk, "TA1", said.position, said.outcome, codes, note, said_on=said_on)
    receipt_id = answers.receipt.pk
    if said.outcome in TOOK and was_said_before(REFUSED, file_id=file.pk, receipt_id=receipt_id, kinds=("TA1",)):
        answers.warn("taken-after-refusal", transaction, position=said.position, segment="TA1", found=file.name)
    if said.outcome is Outcome.REJECTED:
        if not is_for_us(transaction.interchange, file):
            answers.warn("refusal-for-another", transaction, position=said.position, segment="TA1", found=file.name)
            return
        if was_said_before(TOOK, file_id=file.pk, receipt_id=receipt_id, kinds=("TA1", "999")):
            answers.warn("contradicting-reply", transaction, position=said.position, segment="TA1", found=file.name)
            return
        message = fitted(f"The whole file {file.name} was refused. {said.note or said.note_code}".strip())
        answers.whole_files.append(WholeFile(file.pk, said.position, "interchange", codes, message, said_on))
    answers.replies.append(reply)
