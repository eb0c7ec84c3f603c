"""One run: fetch what lies at the partners, read what is unread. Safe to run twice, at once, and after being killed."""

from datetime import datetime
from typing import NamedTuple

from billing.receipts.fetching import Fetched, fetch_answers
from billing.receipts.reading import Read, read_unread


class TakenIn(NamedTuple):
    """What a run did, for the command, the task and the screen."""

    fetched: list[Fetched]
    read: list[Read]

    @property
    def errors(self) -> list[str]:
        """What a person must look at, a sentence each."""
        of_partners = [f"{one.partner}: {error}" for one in self.fetched for error in one.errors]
        return of_partners + [f"Receipt {one.receipt_id}: {one.error}" for one in self.read if one.error]


def take_in(*, at: datetime, partner_id: int | None = None, is_asked: bool = False) -> TakenIn:
    """Fetch the answers of the partners and read what is unread; arguments as for ``fetch_answers``."""
    return TakenIn(fetch_answers(at=at, partner_id=partner_id, is_asked=is_asked), read_unread(at=at))
