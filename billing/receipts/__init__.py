"""Files that partners send: fetched, stored as they came, read, shown. Stored first, read afterwards, each once.

What an acknowledgment does to claims is billing/acknowledgment, what a remittance pays billing/remittance; how a
partner is reached is billing/partners.
"""

from billing.receipts.fetching import Fetched, fetch_answers
from billing.receipts.reading import TRIES, read_again, read_receipt, read_unread
from billing.receipts.storing import Stored, receipt_bytes, store
from billing.receipts.taking_in import TakenIn, take_in
from billing.receipts.warnings import meaning_of, settle_warning

__all__ = [
    "TRIES",
    "Fetched",
    "Stored",
    "TakenIn",
    "fetch_answers",
    "meaning_of",
    "read_again",
    "read_receipt",
    "read_unread",
    "receipt_bytes",
    "settle_warning",
    "store",
    "take_in",
]
