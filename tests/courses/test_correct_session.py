"""Correcting and cancelling entries: with a reason, nothing erased, no fraction twice."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from courses.delivery import (
    EntryConflict,
    amend_session,
    cancel_session,
    digest_of_session,
    review_guidance,
    withdraw_review,
)
from courses.models import Course, Fraction, Plan, Session
from courses.terms import SessionStatus
from patients.roles import Role
from tests import cast
from tests.courses.logbook import log

pytestmark = pytest.mark.django_db


def therapist() -> object:
    return cast.user(Role.THERAPIST)


def standing(session: Session) -> list[tuple[int | None, bool]]:
    return list(session.fractions.values_list("number", "is_standing"))


def test_an_amendment_changes_only_what_it_names_and_keeps_its_reason_and_user() -> None:
    ada, by = cast.ada(), cast.user(Role.THERAPIST)
    session = log(ada, "2025-03-04 09:00", guidance="cbct").session
    amended = amend_session(
        session=session, by=by, reason="entered for the wrong time", at=cast.local("2025-03-04 00:30")
    )
    amended.refresh_from_db()
    assert (amended.starts_at, amended.treated_on) == (cast.local("2025-03-04 00:30"), date(2025, 3, 4))
    assert (amended.guidance, amended.status) == ("cbct", "treated")
    assert (amended.amendment_reason, amended.amended_by) == ("entered for the wrong time", by)
    assert standing(amended) == [(1, True)]


def test_an_amendment_over_midnight_moves_the_session_to_the_other_day() -> None:
    ada = cast.ada()
    session = log(ada, "2025-03-04 00:10").session
    amended = amend_session(
        session=session, by=cast.user(Role.THERAPIST), reason="before midnight", at=cast.local("2025-03-03 23:55")
    )
    assert amended.treated_on == date(2025, 3, 3)


def test_the_same_amendment_twice_writes_once() -> None:
    ada, by = cast.ada(), cast.user(Role.THERAPIST)
    session = log(ada, "2025-03-04 09:00").session
    first = amend_session(session=session, by=by, reason="image taken", guidance="kv")
    second = amend_session(session=session, by=by, reason="image taken", guidance="kv")
    assert first.amended_at == second.amended_at
    history = session.history  # type: ignore[attr-defined]  # made by pghistory
    assert history.count() == 2


def test_an_amendment_without_a_reason_is_refused() -> None:
    ada = cast.ada()
    session = log(ada, "2025-03-04 09:00").session
    with pytest.raises(ValidationError) as caught:
        amend_session(session=session, by=cast.user(Role.THERAPIST), reason=" ", guidance="radar")
    assert set(caught.value.message_dict) == {"amendment_reason", "guidance"}


def test_a_treated_session_that_had_no_beam_gives_its_fraction_back() -> None:
    ada, by = cast.ada(), cast.user(Role.THERAPIST)
    session = log(ada, "2025-03-04 09:00").session
    amend_session(session=session, by=by, reason="no beam", status="aborted", status_reason="patient ill")
    assert standing(session) == [(1, False)]
    log(ada, "2025-03-05 09:00", number=1)
    with pytest.raises(ValidationError, match="stands in the session of 5 Mar, 09:00 by Therapist Tester"):
        amend_session(session=session, by=by, reason="it was treated", status="treated")


def test_the_plans_of_a_session_can_be_corrected() -> None:
    ada, by = cast.ada(), cast.user(Role.THERAPIST)
    boost = Plan.objects.create(
        course=ada.course, key="P2", site="prostate", technique="vmat", kind="boost", fractions=5
    )
    session = log(ada, "2025-03-04 09:00").session
    amend_session(session=session, by=by, reason="it was the boost", numbers={boost: 1})
    assert list(Fraction.objects.values_list("plan__key", "number")) == [("P2", 1)]


def test_a_partial_that_was_resumed_stays_partial_until_the_resumption_is_cancelled() -> None:
    ada, by = cast.ada(), cast.user(Role.THERAPIST)
    partial = log(ada, "2025-03-04 09:00", status=SessionStatus.PARTIAL).session
    resumed = log(ada, "2025-03-04 11:00", resumes=partial).session
    with pytest.raises(ValidationError, match="A later session resumes this one"):
        amend_session(session=partial, by=by, reason="all beam", status="treated")
    with pytest.raises(ValidationError, match="A later session resumes this one"):
        cancel_session(session=partial, by=by, reason="phantom")
    cancel_session(session=resumed, by=by, reason="phantom")
    assert amend_session(session=partial, by=by, reason="all beam", status="treated").status == "treated"


def test_a_partial_session_is_not_moved_behind_the_one_that_resumes_it() -> None:
    ada, by = cast.ada(), cast.user(Role.THERAPIST)
    partial = log(ada, "2025-03-04 09:00", status=SessionStatus.PARTIAL).session
    log(ada, "2025-03-04 10:00", resumes=partial)
    with pytest.raises(ValidationError) as caught:
        amend_session(session=partial, by=by, reason="Clock", at=cast.local("2025-03-04 10:30"))
    assert caught.value.message_dict == {"at": ["The session of 4 Mar, 10:00 resumes this one; it began before that."]}
    moved = amend_session(session=partial, by=by, reason="Clock", at=cast.local("2025-03-04 09:30"))
    assert moved.starts_at == cast.local("2025-03-04 09:30")


def test_an_entry_logged_anew_becomes_the_resumption_of_the_partial() -> None:
    ada, by = cast.ada(), cast.user(Role.THERAPIST)
    partial = log(ada, "2025-03-04 09:00", status=SessionStatus.PARTIAL).session
    second = log(ada, "2025-03-04 11:00").session
    assert standing(second) == [(2, True)]
    amend_session(session=second, by=by, reason="it completed the first", resumes=partial)
    assert standing(second) == [(1, False)]


def test_a_correction_made_from_an_old_state_is_refused() -> None:
    ada, by = cast.ada(), cast.user(Role.THERAPIST)
    session = log(ada, "2025-03-04 09:00").session
    seen = digest_of_session(session)
    amend_session(session=session, by=by, reason="image taken", guidance="kv", seen=seen)
    with pytest.raises(EntryConflict, match="while you had it open"):
        amend_session(session=session, by=by, reason="no image", guidance="none", seen=seen)
    with pytest.raises(EntryConflict, match="while you had it open"):
        cancel_session(session=session, by=by, reason="phantom", seen=seen)


def test_a_cancelled_entry_stays_with_its_reason_and_is_not_corrected() -> None:
    ada, by = cast.ada(), cast.user(Role.THERAPIST)
    session = log(ada, "2025-03-04 09:00").session
    cancelled = cancel_session(session=session, by=by, reason="phantom")
    assert cancel_session(session=session, by=by, reason="once more").cancelled_at == cancelled.cancelled_at
    session.refresh_from_db()
    assert (session.amendment_reason, session.cancelled_by, session.counts) == ("phantom", by, False)
    with pytest.raises(ValidationError, match="a cancelled entry is not corrected"):
        amend_session(session=session, by=by, reason="after all", guidance="kv")


def test_images_reviewed_before_the_next_fraction_count() -> None:
    ada, doctor = cast.ada(), cast.user(Role.PHYSICIAN)
    session = log(ada, "2025-03-04 09:00", guidance="cbct").session
    reviewed = review_guidance(session=session, by=doctor)
    assert (reviewed.is_in_time, reviewed.session.guidance_reviewed) == (True, True)
    assert review_guidance(session=session, by=doctor).message == "The images were reviewed before."


def test_a_review_given_by_mistake_is_taken_back_by_who_gave_it_and_given_again() -> None:
    ada, doctor = cast.ada(), cast.user(Role.PHYSICIAN)
    session = log(ada, "2025-03-04 09:00", guidance="cbct").session
    review_guidance(session=session, by=doctor)
    with pytest.raises(PermissionDenied):
        withdraw_review(session=session, by=cast.user(Role.PHYSICIAN, "other"))
    revision = Course.objects.get(pk=ada.course.pk).revision
    for _ in range(2):
        withdraw_review(session=session, by=doctor)
    session.refresh_from_db()
    assert (session.guidance_reviewed, session.guidance_reviewed_at, session.guidance_reviewed_by) == (
        False,
        None,
        None,
    )
    assert Course.objects.get(pk=ada.course.pk).revision > revision
    assert review_guidance(session=session, by=doctor).is_new


def test_images_reviewed_after_the_next_fraction_are_kept_but_do_not_count() -> None:
    ada, doctor = cast.ada(), cast.user(Role.PHYSICIAN)
    session = log(ada, "2025-03-04 09:00", guidance="cbct").session
    log(ada, "2025-03-05 09:00")
    reviewed = review_guidance(session=session, by=doctor)
    assert (reviewed.is_in_time, reviewed.session.guidance_reviewed) == (False, False)
    assert reviewed.session.guidance_reviewed_by == doctor


def test_a_resumption_or_an_aborted_attempt_is_not_the_next_fraction() -> None:
    ada, doctor = cast.ada(), cast.user(Role.PHYSICIAN)
    partial = log(ada, "2025-03-04 09:00", guidance="cbct", status=SessionStatus.PARTIAL).session
    log(ada, "2025-03-04 11:00", resumes=partial)
    log(ada, "2025-03-05 09:00", status=SessionStatus.ABORTED)
    assert review_guidance(session=partial, by=doctor).is_in_time


def reviewed_on(session: Session, at: str) -> Session:
    """Let a physician have reviewed the session's images at a local time, in time as things stood then."""
    rows = Session.objects.filter(pk=session.pk)
    rows.update(
        guidance_reviewed=True, guidance_reviewed_at=cast.local(at), guidance_reviewed_by=cast.user(Role.PHYSICIAN)
    )
    return rows.get()


def test_a_fraction_entered_late_tells_that_the_review_before_it_came_after() -> None:
    ada = cast.ada()
    monday = reviewed_on(log(ada, "2025-03-03 09:00", guidance="cbct").session, "2025-03-05 08:00")
    log(ada, "2025-03-05 09:00")
    assert Session.objects.get(pk=monday.pk).guidance_reviewed
    tuesday = log(ada, "2025-03-04 09:00").session
    assert not Session.objects.get(pk=monday.pk).guidance_reviewed
    cancel_session(session=tuesday, by=cast.user(Role.THERAPIST), reason="Another patient's")
    assert Session.objects.get(pk=monday.pk).guidance_reviewed


def test_a_fraction_moved_to_its_day_tells_whether_the_images_were_reviewed_in_time() -> None:
    ada, by = cast.ada(), cast.user(Role.THERAPIST)
    monday = reviewed_on(log(ada, "2025-03-03 09:00", guidance="cbct").session, "2025-03-04 15:00")
    second = log(ada, "2025-03-05 09:00").session
    assert Session.objects.get(pk=monday.pk).guidance_reviewed
    amend_session(session=second, by=by, reason="It was Tuesday", at=cast.local("2025-03-04 09:00"))
    assert not Session.objects.get(pk=monday.pk).guidance_reviewed
    amend_session(session=second, by=by, reason="It was Tuesday evening", at=cast.local("2025-03-04 19:00"))
    assert Session.objects.get(pk=monday.pk).guidance_reviewed
    moved = amend_session(session=second, by=by, reason="No beam", status="aborted", status_reason="unwell")
    assert (moved.status, Session.objects.get(pk=monday.pk).guidance_reviewed) == ("aborted", True)


def test_a_session_moved_behind_another_says_at_once_that_its_review_came_late() -> None:
    ada, by = cast.ada(), cast.user(Role.THERAPIST)
    tuesday = reviewed_on(log(ada, "2025-03-04 09:00", guidance="cbct").session, "2025-03-05 15:00")
    log(ada, "2025-03-03 09:00")
    moved = amend_session(session=tuesday, by=by, reason="It was Friday before", at=cast.local("2025-02-28 09:00"))
    assert not moved.guidance_reviewed


def test_only_a_physician_reviews_and_only_where_there_are_images() -> None:
    ada = cast.ada()
    with_images = log(ada, "2025-03-04 09:00", guidance="cbct").session
    without = log(ada, "2025-03-05 09:00", guidance="none").session
    with pytest.raises(PermissionDenied):
        review_guidance(session=with_images, by=cast.user(Role.PHYSICIST))
    with pytest.raises(ValidationError, match="no images"):
        review_guidance(session=without, by=cast.user(Role.PHYSICIAN))
