"""Which of our files an answer speaks of, and what it does to them: taken in, refused, known to have come."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from django.db.models import F, Q
from django.db.models.functions import Coalesce, Now

from billing.models import ClaimFile, FileReply, Receipt, TradingPartner
from billing.x12.outcomes import Outcome
from billing.x12.reading import Interchange

TAKEN = frozenset({Outcome.ACCEPTED, Outcome.ACCEPTED_WITH_ERRORS, Outcome.PARTLY_ACCEPTED})
MESSAGE_LENGTH = 400


class Reply(NamedTuple):
    """What a TA1 or 999 says of a file, or of one set of it."""

    file_id: int
    kind: str
    position: int
    outcome: Outcome
    codes: Sequence[str]
    message: str
    set_number: str = ""
    said_on: date | None = None


class Files:
    """Finds our files for one receipt, each once."""

    def __init__(self, receipt: Receipt) -> None:
        self._receipt = receipt
        self._partners: dict[tuple[str, str], list[int]] = {}
        self._by_batch: dict[str, ClaimFile | None] = {}

    def of_number(self, interchange: Interchange, number: str) -> ClaimFile | None:
        """Return the file of ours with this control number (ISA13, GS06) that went to who sent this interchange.

        A file that lay in another partner's folder is matched by the identifiers it gives, not by the folder.
        """
        digits = number.strip()
        if not digits.isdecimal() or len(digits) > 9:  # noqa: PLR2004 (ISA13 has nine digits)
            return None
        partners = self._partners_of(interchange)
        found = ClaimFile.objects.filter(partner_id__in=partners, control_number=int(digits)).order_by("-sealed_at")
        candidates = list(found.select_related("partner"))
        order = {partner: rank for rank, partner in enumerate(partners)}
        candidates.sort(key=lambda file: (file.usage != interchange.usage, order[file.partner_id]))
        return candidates[0] if candidates else None

    def of_batch(self, batch_id: str) -> ClaimFile | None:
        """Return the file of a batch number as we wrote it into BHT03: the file's, and its set's behind a hyphen."""
        text = batch_id.strip()
        if text not in self._by_batch:
            wanted = {text, text.rpartition("-")[0]}
            self._by_batch[text] = ClaimFile.objects.filter(batch_id__in=wanted).select_related("partner").first()
        return self._by_batch[text]

    def _partners_of(self, interchange: Interchange) -> list[int]:
        """Return the partners with these identifiers, that of the receipt first; that one alone where none has them."""
        key = (interchange.sender_id, interchange.receiver_id)
        if key not in self._partners:
            named = Q(receiver_id=interchange.sender_id, sender_id=interchange.receiver_id)
            found = TradingPartner.objects.filter(named).order_by("pk")
            ids = list(found.values_list("pk", flat=True)) or [self._receipt.partner_id]
            self._partners[key] = sorted(ids, key=lambda partner: partner != self._receipt.partner_id)
        return self._partners[key]


def is_for_us(interchange: Interchange, file: ClaimFile) -> bool:
    """Whether an interchange names us, as we signed that file, as its receiver; one that names nobody may."""
    return interchange.receiver_id in ("", file.partner.sender_id)


TOOK = (Outcome.ACCEPTED, Outcome.ACCEPTED_WITH_ERRORS)
REFUSED = (Outcome.REJECTED,)


def was_said_before(
    outcomes: Sequence[Outcome], *, file_id: int, receipt_id: int, kinds: Sequence[str], set_number: str = ""
) -> bool:
    """Whether another receipt of these kinds says so of the file, or of this set of it."""
    said = FileReply.objects.filter(file_id=file_id, kind__in=kinds).exclude(receipt_id=receipt_id)
    if set_number:
        said = said.filter(set_number__in=("", set_number))
    return said.filter(outcome__in=[str(outcome) for outcome in outcomes]).exists()


def note_replies(*, receipt_id: int, replies: Sequence[Reply]) -> None:
    """Store the replies and note them on their files; four statements. The second time nothing changes.

    Whoever answers a file has it: one whose delivery was uncertain is delivered.
    """
    FileReply.objects.bulk_create(
        [
            FileReply(
                receipt_id=receipt_id, position=reply.position, file_id=reply.file_id, kind=reply.kind,
                set_number=reply.set_number[:9], outcome=str(reply.outcome), codes=[code[:5] for code in reply.codes],
                message=reply.message[:MESSAGE_LENGTH],
            )
            for reply in replies
        ],
        ignore_conflicts=True,
    )  # fmt: skip
    taken = {reply.file_id for reply in replies if reply.outcome in TAKEN}
    refused = {reply.file_id for reply in replies if reply.outcome is Outcome.REJECTED}
    note_taken(file_ids=taken)
    ClaimFile.objects.filter(pk__in=refused, refused_at=None).update(refused_at=Now())
    note_delivered(file_ids=taken | refused)


def note_taken(*, file_ids: set[int]) -> None:
    """Note files as taken in, whole or in part."""
    ClaimFile.objects.filter(pk__in=file_ids, acknowledged_at=None).update(acknowledged_at=Now())


def note_delivered(*, file_ids: set[int]) -> None:
    """Settle the delivery of files that were answered: the partner has them."""
    uncertain = ClaimFile.objects.filter(pk__in=file_ids, delivered_at=None)
    uncertain.update(staged_at=Coalesce(F("staged_at"), Now()), delivered_at=Now(), delivery_error="")
