"""Warnings of a receipt: kept as they are met, stored together, shown with their meaning, settled by a person."""

from collections import Counter
from types import TracebackType
from typing import Self

from django.contrib.auth.models import User
from django.db import connection
from django.db.models.functions import Now

from billing import acknowledgment
from billing.models import ReceiptWarning
from billing.models.row_spool import RowSpool
from billing.x12.reading import MEANINGS, Deviation

MOST_OF_A_CODE = 500
"""Warnings of one kind that are kept of a receipt; the rest is counted, and the bytes hold them all."""

_COLUMNS = (
    "receipt_id", "code", "position", "offset", "transaction", "segment", "element", "found", "expected",
)  # fmt: skip
_FOUND_LENGTH = 4000
_MOST = (1 << 15) - 1
_FORGET = "DELETE FROM oncocharge_billing_receiptwarning WHERE receipt_id = %s AND settled_at IS NULL"
# What a person settled stays settled when the receipt is read again.
_KEEP_SETTLED = """
    DELETE FROM oncocharge_billing_receiptwarning w USING oncocharge_billing_receiptwarning s
     WHERE w.receipt_id = %s AND s.receipt_id = w.receipt_id AND w.settled_at IS NULL AND s.settled_at IS NOT NULL
       AND (s.code, s.position, s.segment, s.element, s.found) = (w.code, w.position, w.segment, w.element, w.found)
"""


class Warnings:
    """What one reading of a receipt found; ``note`` takes it, ``store`` writes it."""

    def __init__(self, receipt_id: int) -> None:
        self._receipt_id = receipt_id
        self._rows = RowSpool()
        self._counts = Counter[str]()
        self._last: dict[str, int] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._rows.__exit__(kind, error, trace)

    def note(self, found: Deviation) -> None:
        """Take a warning; of very many of one kind only the number."""
        self._counts[found.code] += 1
        self._last[found.code] = found.position
        if self._counts[found.code] <= MOST_OF_A_CODE:
            self._add(found)

    def forget(self) -> None:
        """Remove what an earlier reading found and nobody settled."""
        with connection.cursor() as cursor:
            cursor.execute(_FORGET, [self._receipt_id])

    def store(self) -> int:
        """Write the warnings, and of those left out how many there were; return how many were found. Two statements."""
        for code, count in self._counts.items():
            if count > MOST_OF_A_CODE:
                left = f"and {count - MOST_OF_A_CODE:,} more of this kind"
                self._add(Deviation(code, self._last[code], 0, "", "", 0, left))
        if self._rows.count:
            self._rows.copy_into("oncocharge_billing_receiptwarning", _COLUMNS)
            with connection.cursor() as cursor:
                cursor.execute(_KEEP_SETTLED, [self._receipt_id])
        return self._counts.total()

    def _add(self, found: Deviation) -> None:
        self._rows.add(
            self._receipt_id, found.code, found.position, found.offset, found.transaction[:20], found.segment[:20],
            min(found.element, _MOST), found.found[:_FOUND_LENGTH], found.expected[:200],
        )  # fmt: skip


def meaning_of(code: str) -> str:
    """Return what a warning means, in words; a code that nobody explains as it is."""
    return MEANINGS.get(code) or acknowledgment.MEANINGS.get(code) or code.replace("-", " ")


def settle_warning(*, warning: ReceiptWarning, by: User, is_whole_kind: bool = False) -> int:
    """Note that a person has looked at a warning and needs it no more; return how many were settled.

    Args:
        is_whole_kind: all of its receipt that have its code.
    """
    standing = ReceiptWarning.objects.filter(receipt_id=warning.receipt_id, settled_at=None)
    asked = standing.filter(code=warning.code) if is_whole_kind else standing.filter(pk=warning.pk)
    return asked.update(settled_at=Now(), settled_by=by)
