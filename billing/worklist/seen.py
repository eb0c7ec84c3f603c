"""Decisions about lines as their reviewer saw them: nobody overwrites what somebody else decided since.

A page carries with each line the version of its review. Under the same lock as the decision itself the
version is compared; where it is another, nothing is decided about that line and the second is told.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.contrib.auth.models import User
from django.db import transaction

from billing import ledger
from billing.models import ClaimLine, LedgerEntry, LineEdit, Review
from billing.worklist.decisions import Decided, Refusal, release
from courses.models import Course

OVERTAKEN = "overtaken"
UNSEEN = "open"
"""The version of a line about which nothing was ever decided."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DONE = {"released": "released", "held": "held", "open": "took back the decision about"}
_BY_PROGRAM = {
    "released": "An answer of the payer released again", "held": "The program held", "open": "The program opened again",
}  # fmt: skip
_SAME_DEED = timedelta(seconds=30)
"""What one transaction wrote bears one moment; an edit is dated by the request, a moment before its charge is."""


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
    replaced = _replaced(seen)
    refused = [Refusal(entry_id, told, (OVERTAKEN,)) for entry_id, told in replaced.items() if seen[entry_id]]
    changed = [
        entry_id
        for entry_id, version in seen.items()
        if version and entry_id not in replaced and version != version_of(reviews.get(entry_id))
    ]
    refusals = _refusals_of_claims(entry_id for entry_id in changed if _is_by_program(reviews.get(entry_id)))
    return refused + [
        Refusal(entry_id, _told(reviews.get(entry_id), refusals.get(entry_id)), (OVERTAKEN,)) for entry_id in changed
    ]


def _is_by_program(review: Review | None) -> bool:
    return review is not None and review.by_id is None


def _refusals_of_claims(entry_ids: Iterable[int]) -> dict[int, ClaimLine]:
    """Return the last place of each line on a claim that its payer refused; one query, none for none."""
    asked = list(entry_ids)
    if not asked:
        return {}
    ended = ClaimLine.objects.filter(entry_id__in=asked, sequence="P", ended_at__isnull=False)
    refused = ended.filter(claim__standing__state="rejected").select_related("claim__payer").order_by("ended_at")
    return {line.entry_id: line for line in refused}


def _replaced(entry_ids: Collection[int]) -> dict[int, str]:
    """Tell of each line that was reversed since by whom, if a person edited it, and why; one query, two if any was."""
    reversals = list(
        LedgerEntry.objects.filter(reverses_id__in=entry_ids).select_related("posted_by", "course__facility")
    )
    if not reversals:
        return {}
    keys = {(entry.course_id, entry.line_key) for entry in reversals}
    edits = {
        (edit.course_id, edit.line_key): edit
        for edit in LineEdit.objects.filter(
            course__in={course for course, _key in keys}, line_key__in={key for _course, key in keys}
        )
        .select_related("edited_by", "taken_back_by")
        .order_by("id")
    }
    return {
        entry.reverses_id: _told_of_reversal(entry, edits.get((entry.course_id, entry.line_key)))
        for entry in reversals
        if entry.reverses_id is not None
    }


def _told_of_reversal(reversal: LedgerEntry, edit: LineEdit | None) -> str:
    zone = reversal.course.facility.zone
    if edit is not None and abs((edit.taken_back_at or edit.edited_at) - reversal.posted_at) <= _SAME_DEED:
        by, deed, why = edit.edited_by, "edited", edit.reason
        if edit.taken_back_by is not None:
            by, deed, why = edit.taken_back_by, "took back the edit of", edit.taken_back_reason
        return f"{_name(by)} {deed} this line{_when(edit.taken_back_at or edit.edited_at, zone)}: {why}"
    who = _name(reversal.posted_by) if reversal.posted_by else "A capture"
    reason = str(reversal.because.get("reason", ""))
    told = f"{who} reversed this line{_when(reversal.posted_at, zone)}"
    return f"{told}: {reason}" if reason else f"{told}. What stands in its place is reviewed by itself."


def _told(review: Review | None, refused: ClaimLine | None) -> str:
    if review is None:
        return "The line is not as you saw it. Look at it again."
    when = _when(review.at, review.entry.course.facility.zone)
    reason = f": {review.reason}" if review.reason else "."
    if review.by is not None:
        return f"{_name(review.by)} {_DONE[review.state]} this line{when}{reason}"
    if refused is not None and refused.ended_at is not None and abs(refused.ended_at - review.at) <= _SAME_DEED:
        claim = refused.claim
        return f"{claim.payer.name} refused claim {claim.control_number}, which opened this line again{when}{reason}"
    return f"{_BY_PROGRAM[review.state]} this line{when}{reason}"


def _name(user: User) -> str:
    return user.get_full_name() or user.get_username()


def _when(at: datetime, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    return f" on {local.day} {local:%b} at {local:%H:%M}, after you had opened it"
