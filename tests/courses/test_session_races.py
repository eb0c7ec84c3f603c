"""Many hands at once on one course, each with a connection of its own: one session, one answer."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from courses.delivery import Logged, amend_session, cancel_session
from courses.models import Fraction, Session
from patients.roles import Role
from tests import cast
from tests.courses.logbook import log

pytestmark = pytest.mark.django_db(transaction=True)

T = TypeVar("T")
HANDS = 8
ROUNDS = 5


def at_once(act: Callable[[int], T]) -> list[T]:
    barrier = Barrier(HANDS)

    def hand(number: int) -> T:
        try:
            barrier.wait(timeout=20)
            return act(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(HANDS) as pool:
        return list(pool.map(hand, range(HANDS)))


def test_one_form_sent_eight_times_at_once_is_one_session() -> None:
    ada = cast.ada()
    cast.user(Role.THERAPIST)
    for number in range(1, ROUNDS + 1):
        key = uuid4()

        def send(_: int, number: int = number, key: UUID = key) -> Logged:
            return log(ada, f"2025-03-{number:02d} 09:00", number=number, entry_key=key)

        answers = at_once(send)
        assert len({answer.session.pk for answer in answers}) == 1
        assert sum(answer.is_new for answer in answers) == 1
    assert Session.objects.count() == Fraction.objects.count() == ROUNDS


def test_eight_therapists_with_one_fraction_make_one_session_and_the_others_are_told() -> None:
    ada = cast.ada()
    names = [f"therapist_{hand}" for hand in range(HANDS)]
    for name in names:
        cast.user(Role.THERAPIST, name)
    for number in range(1, ROUNDS + 1):

        def send(hand: int, number: int = number) -> Logged:
            return log(ada, f"2025-03-{number:02d} 09:0{hand}", number=number, entry_key=uuid4(), therapist=names[hand])

        answers = at_once(send)
        assert len({answer.session.pk for answer in answers}) == 1
        losers = [answer for answer in answers if not answer.is_new]
        assert len(losers) == HANDS - 1
        assert all("was already logged by Therapist Tester" in answer.message for answer in losers)
    assert Session.objects.count() == ROUNDS


def test_corrections_and_cancellations_at_once_leave_one_of_the_two_whole() -> None:
    ada = cast.ada()
    session = log(ada, "2025-03-03 09:00", number=1).session
    by = cast.user(Role.THERAPIST)

    def change(hand: int) -> str:
        try:
            if hand % 2:
                amend_session(session=session, by=by, reason="wrong image", guidance="kv")
                return "amended"
            cancel_session(session=session, by=by, reason="phantom")
            return "cancelled"
        except Exception as error:
            return type(error).__name__

    outcomes = at_once(change)
    session.refresh_from_db()
    assert session.cancelled_at is not None
    assert outcomes.count("cancelled") == HANDS // 2
    assert set(outcomes) <= {"cancelled", "amended", "ValidationError"}
    assert not session.fractions.filter(is_standing=True).exists()


def test_a_hand_that_went_past_the_lock_is_stopped_by_the_database() -> None:
    ada = cast.ada()
    session = log(ada, "2025-03-03 09:00", number=1).session
    second = Session.objects.create(
        course=ada.course, starts_at=cast.local("2025-03-03 10:00"), treated_on="2025-03-03"
    )
    with pytest.raises(IntegrityError, match="fraction_is_delivered_once"), transaction.atomic():
        Fraction.objects.create(course=ada.course, session=second, plan=ada.plan, number=1)
    assert session.fractions.count() == 1
