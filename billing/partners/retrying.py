"""When a partner that failed is tried again: after 1, 2, 4 ... minutes, an hour at most; or when a person has looked.

A failure that may pass is tried again by itself. One that needs a person (another host key, a refused password) is not:
servers lock out who tries too often. Files and answers share the state, as they share the way; a folder of answers
that is at fault keeps the answers alone, and is looked at again each hour.
"""

import random
from datetime import datetime, timedelta

from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from billing.adapters.door import PartnerAnswersError, PartnerError
from billing.models import PartnerConnection, TradingPartner

FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=1)
JITTER = 0.2
"""Share of the wait by which it is shorter or longer, so that partners of one server are not all tried at once."""
_ERROR_LENGTH = 400


def wait_after(failures: int, *, spread: float) -> timedelta:
    """Return how long to wait after so many failures in a row.

    Args:
        spread: -1 to 1, where in the jitter.

    >>> [wait_after(n, spread=0) // timedelta(minutes=1) for n in (1, 2, 3, 4, 7, 100)]
    [1, 2, 4, 8, 60, 60]
    """
    doubled = FIRST_WAIT * (1 << min(failures - 1, 10))
    return min(doubled, LONGEST_WAIT) * (1 + JITTER * spread)


def note_failure(*, partner_id: int, error: PartnerError) -> None:
    """Keep why a partner could not be reached, and when it is tried again."""
    connection, _ = PartnerConnection.objects.get_or_create(partner_id=partner_id)
    if isinstance(error, PartnerAnswersError):
        PartnerConnection.objects.filter(pk=partner_id).update(
            answers_error=str(error)[:_ERROR_LENGTH], answers_failed_at=Now()
        )
        return
    wait = wait_after(connection.failures + 1, spread=random.uniform(-1, 1))
    PartnerConnection.objects.filter(pk=partner_id).update(
        failures=F("failures") + 1,
        error=str(error)[:_ERROR_LENGTH],
        needs_person=error.permanent,
        failed_at=Now(),
        next_try_at=None if error.permanent else Now() + wait,
    )


def note_reached(*, partner_id: int, for_answers: bool = False) -> None:
    """Forget the failures of a partner that did all it was asked.

    Args:
        for_answers: its answers were listed too.
    """
    well = {"failures": 0, "error": "", "needs_person": False, "next_try_at": None, "reached_at": Now()}
    heard = {"answers_error": "", "answers_failed_at": None} if for_answers else {}
    PartnerConnection.objects.update_or_create(partner_id=partner_id, defaults={**well, **heard})


def ask_again(*, partner_id: int) -> None:
    """Let the next run try the partner again, whatever stood against it: a person has looked."""
    PartnerConnection.objects.filter(pk=partner_id).update(answers_error="", answers_failed_at=None)
    PartnerConnection.objects.filter(pk=partner_id, failures__gte=1).update(needs_person=False, next_try_at=Now())


def why_not_now(*, partner: TradingPartner, at: datetime, for_answers: bool = False) -> str:
    """Say why the partner is not to be tried at this moment; empty if it is."""
    connection = PartnerConnection.objects.filter(pk=partner.pk).first()
    if connection is None:
        return ""
    if for_answers and connection.answers_failed_at and connection.answers_failed_at + LONGEST_WAIT > at:
        return connection.answers_error
    if connection.needs_person:
        return connection.error
    if connection.next_try_at and connection.next_try_at > at:
        return f"{connection.error} Next try at {timezone.localtime(connection.next_try_at):%H:%M}."
    return ""
