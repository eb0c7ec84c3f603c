"""The 277CA: which claims a clearinghouse or a payer has taken in, and which not and why.

A receiver or a billing provider that is refused takes all its claims with it, though none is named.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from billing.acknowledgment.answers import Answer, Answers
from billing.acknowledgment.files import is_for_us
from billing.acknowledgment.sealed import SealedFile
from billing.acknowledgment.words import codes_of, reasons_of
from billing.models import ClaimEvent, ClaimFile
from billing.x12.ack_277ca import ClaimAcknowledgmentReader, ClaimStatus, Level, Status
from billing.x12.reading import Transaction

_OUR_LINE = re.compile(r"[Ll]([0-9]{1,18})")
_PROVIDERS = ("85", "87")
_PAYER = "PR"
_ACCEPT = "WQ"


class _Sent(NamedTuple):
    """What we sent in one set: how many claims, their sum, and whose they are by the billing provider's NPI."""

    claims: int
    amount: Decimal


def take_277ca(*, answers: Answers, transaction: Transaction, reader: ClaimAcknowledgmentReader) -> None:
    """Take a 277CA, claim after claim, then what it says of batches and providers as a whole."""
    batches = _Batches(answers, transaction, reader)
    for claim in reader:
        answers.add(_answer(claim, batches))
        for answer in _lines(claim, batches):
            answers.add(answer)
        _warn_of_lines(claim, answers, transaction)
    batches.take_levels()


def _answer(claim: ClaimStatus, batches: "_Batches") -> Answer:
    file = batches.file_of(claim.receiver)
    statuses = claim.statuses or tuple(one for service in claim.services for one in service.statuses)
    return Answer(
        claim.position, claim.control_number, file.pk if file else None, _level_of(claim.source), _outcome(claim),
        codes_of(statuses), reasons_of(statuses), "", claim.payer_control_number, batches.said_on(statuses),
        charge=_charge(claim), is_for_us=batches.is_for_us(file),
    )  # fmt: skip


def _charge(claim: ClaimStatus) -> Decimal | None:
    """Return what the claim charges, as its statuses say it; 0 says nothing."""
    return next((status.amount for status in claim.statuses if status.amount), None)


def _outcome(claim: ClaimStatus) -> str:
    """Return what a claim's statuses come to; without one, those of its lines. An unknown code decides nothing."""
    if not claim.statuses and any(service.is_rejected for service in claim.services):
        return "rejected"
    if claim.outcome != "unknown":
        return claim.outcome
    return "received" if any(status.action == _ACCEPT for status in claim.statuses) else "noted"


def _lines(claim: ClaimStatus, batches: "_Batches") -> Iterator[Answer]:
    """Yield what is said of lines, each at its own place."""
    file = batches.file_of(claim.receiver)
    for service in claim.services:
        ours = _OUR_LINE.fullmatch(service.control_number)
        if service.statuses:
            yield Answer(
                service.position, claim.control_number, file.pk if file else None, _level_of(claim.source), "noted",
                codes_of(service.statuses), reasons_of(service.statuses), service.procedure.code[:48], "",
                batches.said_on(service.statuses), int(ours[1]) if ours else None, charge=_charge(claim),
                is_for_us=batches.is_for_us(file),
            )  # fmt: skip


def _warn_of_lines(claim: ClaimStatus, answers: Answers, transaction: Transaction) -> None:
    if _outcome(claim) != "rejected":
        for service in claim.services:
            if service.is_rejected:
                answers.warn(
                    "line-refused-in-accepted-claim", transaction, position=service.position, segment="SVC",
                    found=claim.control_number,
                )  # fmt: skip


def _level_of(source: Level) -> str:
    is_payer = source.entity is not None and source.entity.role == _PAYER
    return ClaimEvent.Level.PAYER.value if is_payer else ClaimEvent.Level.CLEARINGHOUSE.value


class _Batches:
    """The batches of ours that one 277CA answers."""

    def __init__(self, answers: Answers, transaction: Transaction, reader: ClaimAcknowledgmentReader) -> None:
        self._answers = answers
        self._transaction = transaction
        self._reader = reader
        self._unknown: set[int] = set()

    def file_of(self, receiver: Level) -> ClaimFile | None:
        """Return the file of the batch that a receiver's level names; an unknown one is warned of once."""
        file = self._answers.files.of_batch(receiver.trace_number)
        if file is None and receiver.position not in self._unknown:
            self._unknown.add(receiver.position)
            self._warn("unknown-batch", receiver, "TRN", receiver.trace_number)
        return file

    def is_for_us(self, file: ClaimFile | None) -> bool:
        """Whether the interchange answers that file of ours, and names us as its receiver."""
        return file is not None and is_for_us(self._transaction.interchange, file)

    def said_on(self, statuses: Iterable[Status]) -> date | None:
        """Return the day of the last status that gives one, else the day of the acknowledgment."""
        days = [status.on for status in statuses if status.on]
        return days[-1] if days else self._reader.written_on or self._transaction.interchange.written_on

    def take_levels(self) -> None:
        """Refuse what stands below refused levels; compare the totals of batches with what was sent."""
        receiver: Level | None = None
        for level in self._reader.levels:
            if level.entity is not None and level.entity.role in _PROVIDERS and receiver is not None:
                if level.is_rejected and not receiver.is_rejected:
                    self._refuse(receiver, level)
                continue
            receiver = level
            file = self.file_of(level)
            if file is not None:
                self._compare(level, file)
            if level.is_rejected:
                self._refuse(level, None)

    def _refuse(self, receiver: Level, provider: Level | None) -> None:
        """Refuse the claims of a batch, or those of one billing provider in it."""
        file = self.file_of(receiver)
        if file is None:
            return
        level = provider or receiver
        if not self.is_for_us(file):
            self._warn("refusal-for-another", level, "STC", receiver.trace_number)
            return
        npi = provider.entity.identifier if provider and provider.entity else ""
        set_number = _set_number(receiver, file)
        is_found = False
        for claim in SealedFile(file.pk):
            if set_number in ("", claim.set_number) and npi in ("", claim.billing_npi):
                is_found = True
                self._answers.add(self._general(level, claim.control_number, file))
        if not is_found:
            self._warn("unknown-provider" if provider else "unknown-set", level, "NM1", npi or receiver.trace_number)

    def _general(self, level: Level, control_number: str, file: ClaimFile) -> Answer:
        return Answer(
            level.position, control_number, file.pk, _level_of(self._reader.source), "rejected",
            codes_of(level.statuses), reasons_of(level.statuses), said_on=self.said_on(level.statuses),
            is_general=True,
        )  # fmt: skip

    def _compare(self, receiver: Level, file: ClaimFile) -> None:
        """Warn where accepted and rejected together are not what we sent."""
        totals = receiver.totals
        counts, amounts = totals[:2], totals[2:]
        claims = sum((one for one in counts if one is not None), Decimal(0))
        amount = sum((one for one in amounts if one is not None), Decimal(0))
        has_claims, has_amount = set(counts) != {None}, set(amounts) != {None}

        def differs(sent: _Sent) -> bool:
            return (has_claims and claims != sent.claims) or (has_amount and amount != sent.amount)

        if not differs(_Sent(file.claim_count, file.total_amount)):
            return
        sent = _sent(file, _set_number(receiver, file))
        if differs(sent):
            found = f"{claims} claims, {amount:,.2f} USD"
            self._warn("totals-differ", receiver, "QTY", found, f"{sent.claims} claims, {sent.amount:,.2f} USD")

    def _warn(self, code: str, level: Level, segment: str, found: str, expected: str = "") -> None:
        self._answers.warn(
            code, self._transaction, position=level.position, segment=segment, found=found, expected=expected
        )


def _set_number(receiver: Level, file: ClaimFile) -> str:
    """Return ST02 of the set that a batch number names; empty where it names the whole file."""
    text = receiver.trace_number.strip()
    return "" if text == file.batch_id else text.rpartition("-")[2]


def _sent(file: ClaimFile, set_number: str) -> _Sent:
    """Count what we sent in a set, out of our sealed bytes."""
    claims, amounts = Counter[str](), defaultdict[str, Decimal](Decimal)
    for claim in SealedFile(file.pk):
        number = claim.set_number if set_number else ""
        claims[number] += 1
        amounts[number] += Decimal(claim.charge)
    return _Sent(claims[set_number], amounts[set_number])
