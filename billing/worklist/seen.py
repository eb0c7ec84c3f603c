"""Decisions about lines as their reviewer saw them: nobody overwrites what somebody else decided since.

A page carries with each line the version of its review. Under the same lock as the decision itself the
version is compared; where it is another, nothing is decided about that line and the second is told.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction

from billing import ledger
from billing.models import LedgerEntry, Review
from billing.worklist.decisions import Decided, Refusal, release
from courses.models import Course

OVERTAKEN = "overtaken"
UNSEEN = "open"
"""The version of a line about which nothing was ever decided."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DONE = {"released": "released", "held": "held", "open": "took back the decision about"}


def moment_number(at: datetime) -> int:
    """Return a moment as whole microseconds, as addresses and versions carry it."""
    return (at - _EPOCH) // timedelta(microseconds=1)


def moment_of(number: int) -> datetime:
    """Return the moment of such a number.

    Raises:
        OverflowError: it is no moment at all.
    """
    return _EPOCH + timedelta(microseconds=number)


def version_of(review: Review | None) -> str:
    """Return the version of a line's review; any decision makes it another."""
    return UNSEEN if review is None else f"{review.state}-{moment_number(review.at)}"


def decide_as_seen(*, seen: Mapping[int, str], step: Callable[[Collection[int]], Decided]) -> Decided:
    """Let ``step`` decide about the lines that stand as seen; refuse the others by name, moment and deed.

    Args:
        seen: the version of each line; an empty one is not compared.
        step: what to do with the ids that are left, as ``release`` takes them.
    """
    with transaction.atomic():
        _lock(seen)
        overtaken = list(_overtaken(seen))
        refused = {refusal.entry_id for refusal in overtaken}
        decided = step([entry_id for entry_id in seen if entry_id not in refused])
    return Decided(decided.done, (*overtaken, *decided.refused))


def rehearse_release(*, entry_ids: Collection[int], by: User, at: datetime) -> Decided:
    """Say what a release would do, by doing it and taking it back: so it is told by the very same rules."""
    with transaction.atomic():
        decided = release(entry_ids=entry_ids, by=by, at=at)
        transaction.set_rollback(True)
    return decided


def _lock(entry_ids: Collection[int]) -> None:
    """Lock what a release locks, all at once: a second lock in the same transaction could wait in a circle."""
    patients = LedgerEntry.objects.filter(id__in=entry_ids).order_by().values("course__patient_id")
    courses = Course.objects.filter(patient_id__in=patients).order_by()
    ledger.lock_courses(course_ids=set(courses.values_list("id", flat=True)))


def _overtaken(seen: Mapping[int, str]) -> list[Refusal]:
    reviews = {
        review.entry_id: review
        for review in Review.objects.filter(entry_id__in=seen).select_related("by", "entry__course__facility")
    }
    return [
        Refusal(entry_id, _told(reviews.get(entry_id)), (OVERTAKEN,))
        for entry_id, version in seen.items()
        if version and version != version_of(reviews.get(entry_id))
    ]


def _told(review: Review | None) -> str:
    if review is None:
        return "The line is not as you saw it. Look at it again."
    who = (review.by.get_full_name() or review.by.get_username()) if review.by else "A capture"
    at = review.at.astimezone(review.entry.course.facility.zone)
    deed = f"{who} {_DONE[review.state]} this line on {at.day} {at:%b} at {at:%H:%M}"
    return f"{deed}, after you had opened it{f': {review.reason}' if review.reason else '.'}"
