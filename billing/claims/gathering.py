"""The door to what a partner's next file takes, whichever batch it is."""

from collections.abc import Sequence
from datetime import datetime

from billing.claims.batch import Batch
from billing.claims.follow_ups import gather_follow_ups
from billing.claims.selection import Gathered, gather_lines


def gather(*, batch: Batch, payer_ids: Sequence[int], at: datetime) -> Gathered:
    """Lock the courses and fill ``export_claim``; the same number of statements whatever there is.

    Args:
        batch: first claims or follow-ups, professional or institutional.
        payer_ids: the payers whose claims the partner takes.
        at: the moment of the export.
    """
    if batch.is_follow_up:
        return gather_follow_ups(batch=batch, payer_ids=payer_ids)
    return gather_lines(batch=batch, payer_ids=payer_ids, at=at)
