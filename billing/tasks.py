"""Celery's side of billing: each task takes ids and calls ONE step. Every one is safe to run twice, at once, or late.

``announce_capture`` is the receiver of the doorbell: what it loses, the sweep finds within a minute.
"""

import logging
from functools import partial

from celery import shared_task
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from billing import capture, receipts, submission
from billing.doorbell import Doorbell
from billing.reconciliation.proving import prove_and_keep

logger = logging.getLogger(__name__)

# A connection that went stale is replaced once, at once; nobody waits for a broker that is down.
ONCE_MORE = {"max_retries": 1, "interval_start": 0, "interval_step": 0, "interval_max": 0}
PAGE_FIRST_S = 3
"""The therapist's page asks for the charge at once and so captures the course; the task then finds nothing to do."""


@shared_task(name="billing.capture_courses")
def capture_courses(course_ids: list[int]) -> None:
    """Capture the courses that changed within a second. The second run finds them up to date."""
    capture.capture_courses(course_ids=course_ids)


@shared_task(name="billing.capture_missed")
def capture_missed() -> None:
    """Capture every course whose charges are out of date. The second run finds none; a run beside it takes others."""
    capture.sweep()


@shared_task(name="billing.export_claims_nightly", max_retries=3, default_retry_delay=600)
def export_claims_nightly() -> None:
    """Seal and deliver what waits. The second run finds nothing; a run beside it waits its turn and finds nothing."""
    exported = submission.export_claims(at=timezone.now(), started_by="nightly")
    if any(outcome.error for outcome in exported.partners):
        export_claims_nightly.retry()


@shared_task(name="billing.deliver_sealed_files")
def deliver_sealed_files() -> None:
    """Deliver what is sealed and has not reached its partner, where a try is due. The second run finds nothing left."""
    submission.deliver_sealed(due_at=timezone.now())


@shared_task(name="billing.read_responses")
def read_responses() -> None:
    """Fetch what partners answered and read it. The second run finds nothing; a run beside it reads others."""
    receipts.take_in(at=timezone.now())


@shared_task(name="billing.prove_reconciled")
def prove_reconciled() -> None:
    """Prove that sessions, delivery lines and claims agree, and keep the proof. The second run keeps another."""
    prove_and_keep(to_on=timezone.localdate(), started_by="nightly")


def announce_capture(*, course_id: int, **_signal: object) -> None:
    """Ask for a capture once the change is committed. A broker that is down costs nobody their entry."""
    transaction.on_commit(partial(bell.ring, course_id), robust=True)


def _enqueue_capture(course_ids: list[int]) -> None:
    try:
        capture_courses.apply_async((course_ids,), countdown=PAGE_FIRST_S, retry_policy=ONCE_MORE)
    except OperationalError:
        logger.warning("no broker: capture of courses %s is left to the sweep", course_ids)


bell = Doorbell(answer=_enqueue_capture)
"""What was rung in this process and is not yet asked for."""
