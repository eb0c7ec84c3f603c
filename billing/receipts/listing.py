"""What the pages of receipts show: the list, what each said in few words, and one receipt whole."""

from collections import defaultdict
from collections.abc import Collection

from django.db.models import Count, Q, QuerySet

from billing.models import ClaimEvent, FileReply, Receipt, ReceiptWarning, Remittance
from billing.receipts.reading import TRIES

SHOWN = {
    "all": Q(),
    "unread": Q(read_at=None),
    "warnings": Q(warnings__isnull=False, warnings__settled_at=None),
}
"""Which receipts a list shows."""


def listed(show: str = "all") -> QuerySet[Receipt]:
    """Return the receipts of a list with their partners, the latest first."""
    found = Receipt.objects.select_related("partner").order_by("-received_at", "-id")
    return found.filter(SHOWN.get(show, Q())).distinct() if show == "warnings" else found.filter(SHOWN.get(show, Q()))


def failed() -> QuerySet[Receipt]:
    """Return the receipts that could not be read; those tried often enough wait for a person."""
    return listed("unread").exclude(error="")


def is_given_up(receipt: Receipt) -> bool:
    """Whether nobody will read the receipt again unless asked."""
    return receipt.read_at is None and receipt.tries >= TRIES


def said_by(*, receipt_ids: Collection[int]) -> dict[int, list[str]]:
    """Return in few words what each receipt said of files, claims and payments: three statements."""
    said: defaultdict[int, list[str]] = defaultdict(list)
    replies = FileReply.objects.filter(receipt_id__in=receipt_ids, set_number="").order_by("receipt_id", "position")
    for receipt_id, outcome, name in replies.values_list("receipt_id", "outcome", "file__name"):
        said[receipt_id].append(f"{name} {outcome}")
    events = ClaimEvent.objects.filter(receipt_id__in=receipt_ids).order_by().values("receipt_id", "outcome")
    for row in events.annotate(claims=Count("claim", distinct=True)).order_by("outcome"):
        noun = "claim" if row["claims"] == 1 else "claims"
        said[row["receipt_id"]].append(f"{row['claims']:,} {noun} {row['outcome']}")
    paid = Remittance.objects.filter(receipt_id__in=receipt_ids).order_by("position")
    for receipt_id, state, amount in paid.values_list("receipt_id", "state", "amount"):
        said[receipt_id].append(f"payment of ${amount:,.2f} {state}")
    return dict(said)


def open_warnings(*, receipt_ids: Collection[int]) -> dict[int, int]:
    """Return how many warnings of each receipt nobody has settled: one statement."""
    found = ReceiptWarning.objects.filter(receipt_id__in=receipt_ids, settled_at=None).order_by()
    return dict(found.values_list("receipt_id").annotate(count=Count("pk")))


def replies_of(*, receipt_id: int) -> QuerySet[FileReply]:
    """Return what a receipt says of our files, in its order."""
    return FileReply.objects.filter(receipt_id=receipt_id).select_related("file").order_by("position")


def events_of(*, receipt_id: int) -> QuerySet[ClaimEvent]:
    """Return what a receipt says of claims, in its order."""
    return ClaimEvent.objects.filter(receipt_id=receipt_id).select_related("claim").order_by("position", "claim_id")


def warnings_of(*, receipt_id: int) -> QuerySet[ReceiptWarning]:
    """Return the warnings of a receipt, those that nobody settled first."""
    found = ReceiptWarning.objects.filter(receipt_id=receipt_id).select_related("settled_by")
    return found.order_by("settled_at", "position", "id")
