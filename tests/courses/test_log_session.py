"""Logging a session: what is proposed, what is stored, what a second entry gives."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from courses.delivery import EntryConflict, amend_session, cancel_session, log_session
from courses.models import Course, Plan, Session
from courses.signals import course_changed
from courses.terms import SessionStatus
from patients.roles import Role
from tests import cast
from tests.courses.logbook import log

pytestmark = pytest.mark.django_db


def numbers_of(session: Session) -> list[tuple[str, int | None, bool]]:
    return [(row.plan.key, row.number, row.is_standing) for row in session.fractions.select_related("plan")]


def test_the_first_session_of_a_plan_is_its_first_fraction_and_is_signed() -> None:
    ada = cast.ada()
    logged = log(ada, "2025-03-04 09:00")
    assert logged.is_new
    assert logged.message == "Saved: fraction 1 of P1, 4 Mar, 09:00, logged by Therapist Tester."
    assert logged.session.counts
    assert logged.session.signed_by == cast.user(Role.THERAPIST)
    assert numbers_of(logged.session) == [("P1", 1, True)]


def test_each_session_takes_the_next_fraction() -> None:
    ada = cast.ada()
    sessions = [log(ada, f"2025-03-{day:02d} 09:00").session for day in (4, 5, 6)]
    assert [numbers_of(session) for session in sessions] == [[("P1", number, True)] for number in (1, 2, 3)]


def test_a_cancelled_fraction_is_the_next_one_again() -> None:
    ada = cast.ada()
    first = log(ada, "2025-03-04 09:00").session
    log(ada, "2025-03-05 09:00")
    cancel_session(session=first, by=cast.user(Role.THERAPIST), reason="wrong patient")
    assert numbers_of(log(ada, "2025-03-06 09:00").session) == [("P1", 1, True)]
    assert numbers_of(log(ada, "2025-03-07 09:00").session) == [("P1", 3, True)]


def test_logging_rings_the_doorbell_once_and_a_resend_does_not_ring(
    django_capture_on_commit_callbacks: object,
) -> None:
    ada, rung = cast.ada(), list[int]()

    def hear(course_id: int, **_: object) -> None:
        rung.append(course_id)

    course_changed.connect(hear, weak=False)
    try:
        key = uuid4()
        log(ada, "2025-03-04 09:00", entry_key=key)
        log(ada, "2025-03-04 09:00", entry_key=key)
    finally:
        course_changed.disconnect(hear)
    assert rung == [ada.course.pk]


def test_the_same_entry_twice_is_one_session_with_the_same_answer() -> None:
    ada, key = cast.ada(), uuid4()
    first = log(ada, "2025-03-04 09:00", number=1, entry_key=key)
    second = log(ada, "2025-03-04 09:00", number=1, entry_key=key)
    assert (second.session, second.is_new) == (first.session, False)
    assert second.message == "Already saved: fraction 1 of P1, 4 Mar, 09:00, logged by Therapist Tester."
    assert Session.objects.count() == 1


def test_a_resend_gives_its_session_even_after_the_session_was_corrected() -> None:
    ada, key = cast.ada(), uuid4()
    first = log(ada, "2025-03-04 09:00", number=1, entry_key=key)
    amend_session(session=first.session, by=cast.user(Role.THERAPIST), reason="wrong image", guidance="kv")
    assert log(ada, "2025-03-04 09:00", number=1, entry_key=key).session == first.session


def test_changed_content_under_the_same_key_is_a_conflict_and_stores_nothing() -> None:
    ada, key = cast.ada(), uuid4()
    first = log(ada, "2025-03-04 09:00", number=1, entry_key=key)
    with pytest.raises(EntryConflict, match="saved before with other content") as caught:
        log(ada, "2025-03-04 09:30", number=1, entry_key=key)
    assert caught.value.session == first.session
    assert Session.objects.count() == 1


def test_the_key_of_another_course_is_a_conflict() -> None:
    ada, boris, key = cast.ada(), cast.boris(), uuid4()
    log(ada, "2025-05-06 09:00", number=1, entry_key=key)
    with pytest.raises(EntryConflict):
        log(boris, "2025-05-06 09:00", number=1, entry_key=key)


def test_a_resend_of_a_cancelled_entry_says_so_and_makes_no_new_session() -> None:
    ada, key = cast.ada(), uuid4()
    first = log(ada, "2025-03-04 09:00", entry_key=key)
    cancel_session(session=first.session, by=cast.user(Role.THERAPIST), reason="wrong patient")
    again = log(ada, "2025-03-04 09:00", entry_key=key)
    assert (again.is_new, again.message) == (False, "This entry was saved before and cancelled since: wrong patient.")
    assert Session.objects.count() == 1


def test_a_second_therapist_with_the_same_fraction_is_shown_the_session_that_stands() -> None:
    ada = cast.ada()
    first = log(ada, "2025-03-04 09:00", number=1, entry_key=uuid4())
    second = log(ada, "2025-03-04 09:02", number=1, entry_key=uuid4(), therapist="kim")
    assert (second.session, second.is_new) == (first.session, False)
    assert second.message == (
        "Fraction 1 of P1 was already logged by Therapist Tester, for 4 Mar, 09:00. It was not logged twice."
    )


def test_an_entry_without_a_number_minutes_after_another_is_that_session() -> None:
    ada = cast.ada()
    first = log(ada, "2025-03-04 09:00")
    assert log(ada, "2025-03-04 09:06", therapist="kim").session == first.session
    assert log(ada, "2025-03-04 15:10").is_new


def test_a_partial_keeps_its_number_and_its_resumption_names_it_without_standing() -> None:
    ada = cast.ada()
    partial = log(ada, "2025-03-04 09:00", status=SessionStatus.PARTIAL).session
    resumed = log(ada, "2025-03-04 11:00", resumes=partial).session
    assert numbers_of(partial) == [("P1", 1, True)]
    assert numbers_of(resumed) == [("P1", 1, False)]
    assert numbers_of(log(ada, "2025-03-05 09:00").session) == [("P1", 2, True)]


def test_an_aborted_session_leaves_its_fraction_to_be_delivered() -> None:
    ada = cast.ada()
    assert numbers_of(log(ada, "2025-03-04 09:00", status=SessionStatus.ABORTED).session) == [("P1", 1, False)]
    assert numbers_of(log(ada, "2025-03-05 09:00").session) == [("P1", 1, True)]


def test_several_plans_are_delivered_in_one_session_each_with_its_own_fraction() -> None:
    ada = cast.ada()
    log(ada, "2025-03-04 09:00")
    nodes = Plan.objects.create(course=ada.course, key="P2", site="bone", technique="vmat", fractions=5)
    session = log(ada, "2025-03-05 09:00", plans=[ada.plan, nodes]).session
    assert sorted(numbers_of(session)) == [("P1", 2, True), ("P2", 1, True)]


def test_two_plans_of_which_one_is_delivered_already_store_nothing() -> None:
    ada = cast.ada()
    nodes = Plan.objects.create(course=ada.course, key="P2", site="bone", technique="vmat", fractions=5)
    first = log(ada, "2025-03-04 09:00", number=1).session
    logged = log_session(
        course=ada.course, plans=[ada.plan, nodes], at=cast.local("2025-03-04 09:30"),
        by=cast.user(Role.THERAPIST), numbers={ada.plan: 1, nodes: 1},
    )  # fmt: skip
    assert (logged.session, logged.is_new) == (first, False)
    assert logged.message.endswith("It was not logged twice. None of this entry was stored.")
    assert nodes.delivered_fractions.count() == 0


def test_a_session_takes_the_guidance_that_its_plan_proposes() -> None:
    ada = cast.ada()
    Plan.objects.filter(pk=ada.plan.pk).update(default_guidance="cbct")
    ada.plan.refresh_from_db()
    assert log(ada, "2025-03-04 09:00").session.guidance == "cbct"
    assert log(ada, "2025-03-05 09:00", guidance="none").session.guidance == "none"


def test_a_machine_record_arrives_twice_and_is_one_session() -> None:
    ada = cast.ada()

    def arrive(minute: int) -> Session:
        return log_session(
            course=ada.course, plans=[ada.plan], at=cast.local(f"2025-03-04 09:{minute:02d}"),
            by=cast.user(Role.ADMINISTRATOR), numbers={ada.plan: None}, source_key="1.2.840.1",
        ).session  # fmt: skip

    assert arrive(0) == arrive(0)
    with pytest.raises(EntryConflict):
        arrive(30)
    assert Session.objects.count() == 1


def test_an_impossible_entry_names_every_faulty_field_at_once() -> None:
    ada, boris = cast.ada(), cast.boris()
    with pytest.raises(ValidationError) as caught:
        log_session(
            course=ada.course, plans=[boris.plan], at=timezone.now() + timedelta(hours=1), status="partial",
            by=cast.user(Role.THERAPIST), machine=boris.machine, numbers={boris.plan: 0}, guidance="radar",
        )  # fmt: skip
    assert set(caught.value.message_dict) == {"plans", "numbers", "at", "status_reason", "machine", "guidance"}
    assert Session.objects.count() == 0


def test_a_session_without_a_plan_is_refused() -> None:
    ada = cast.ada()
    with pytest.raises(ValidationError, match="Choose at least one plan"):
        log_session(course=ada.course, plans=[], at=cast.local("2025-03-04 09:00"), by=cast.user(Role.THERAPIST))


@pytest.mark.parametrize("status", [SessionStatus.TREATED, SessionStatus.ABORTED])
def test_only_a_partial_session_can_be_resumed(status: SessionStatus) -> None:
    ada = cast.ada()
    first = log(ada, "2025-03-04 09:00", status=status).session
    with pytest.raises(ValidationError, match="was not partial"):
        log(ada, "2025-03-04 11:00", resumes=first)


def test_a_partial_session_is_resumed_once_but_an_aborted_resumption_completes_nothing() -> None:
    ada = cast.ada()
    partial = log(ada, "2025-03-04 09:00", status=SessionStatus.PARTIAL).session
    log(ada, "2025-03-04 10:00", status=SessionStatus.ABORTED, resumes=partial)
    log(ada, "2025-03-04 11:00", resumes=partial)
    with pytest.raises(ValidationError, match="was resumed already"):
        log(ada, "2025-03-04 12:00", resumes=partial)


def test_logging_takes_a_fixed_number_of_statements(django_assert_max_num_queries: object) -> None:
    ada = cast.ada()
    for day in range(3, 29):
        log(ada, f"2025-03-{day:02d} 09:00")
    by = cast.user(Role.THERAPIST)
    with django_assert_max_num_queries(10):  # type: ignore[operator]  # pytest-django's fixture is untyped here
        log_session(
            course=Course.objects.get(), plans=[ada.plan], at=cast.local("2025-04-01 09:00"), by=by,
            machine=ada.machine, numbers={ada.plan: 27}, entry_key=uuid4(),
        )  # fmt: skip


def test_every_state_of_a_session_is_in_its_history() -> None:
    ada = cast.ada()
    session = log(ada, "2025-03-04 09:00").session
    cancel_session(session=session, by=cast.user(Role.THERAPIST), reason="phantom")
    history = session.history  # type: ignore[attr-defined]  # made by pghistory
    states = history.order_by("pgh_id").values_list("pgh_label", "amendment_reason")
    assert list(states) == [("insert", ""), ("update", "phantom")]


def test_a_session_is_stored_on_its_clinic_day() -> None:
    ada = cast.ada()
    session = log(ada, "2025-03-04 23:59").session
    session.refresh_from_db()
    assert session.treated_on == date(2025, 3, 4)
