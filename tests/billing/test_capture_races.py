"""Many captures, signers, billers and exports at once, each with a connection of its own; and kills in the middle."""

import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier, Event
from time import sleep

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError, connection, transaction

from billing import follow_ups, ledger, worklist
from billing.capture import batch, capture_course, capture_courses, stale_courses, sweep
from billing.capture.posting import post
from billing.models import ClaimLine, LedgerEntry, Review, StandingFinding, WaitingLine
from courses.models import Session
from patients.roles import Role
from tests import cast
from tests.captures import cancel, codes, deliver, deliver_days, practice_fees, put_on_claim, standing
from tests.cast import Treated, local, user

pytestmark = pytest.mark.django_db(transaction=True)

HANDS = 8
ROUNDS = 4
NOW = local("2025-03-20 12:00")


def at_once(acts: list[Callable[[], object]]) -> list[object]:
    """Run all acts at the same moment, each in a thread and connection of its own; raise what any of them raised."""
    barrier = Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        try:
            barrier.wait(timeout=20)
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def assert_ledger_is_sound(patient: Treated) -> None:
    """Nothing stands twice, every reversal has its charge, and a capture from scratch would post nothing."""
    capture_course(course_id=patient.course.pk)
    entries = standing(patient, with_the_plan=True)
    keys = [entry.line_key for entry in entries]
    assert len(keys) == len(set(keys))
    (again,) = capture_courses(course_ids=[patient.course.pk], again=True)
    assert (again.posted, again.reversed, again.error) == (0, 0, "")
    assert stale_courses(limit=10) == []
    listed = WaitingLine.objects.filter(entry__course=patient.course).values_list("entry", flat=True)
    assert set(listed) == {entry.pk for entry in entries if entry.claim_line is None}


def test_eight_captures_at_once_post_each_line_once() -> None:
    practice_fees()
    ada = cast.ada()
    for number in range(1, ROUNDS + 1):
        deliver(ada, f"2025-03-{3 + number:02d} 09:00", number=number)
        done = at_once([lambda: capture_course(course_id=ada.course.pk)] * HANDS)
        assert len([captured for captured in done if captured is not None]) == 1
        assert len(standing(ada)) == number + 1
    assert LedgerEntry.objects.count() == ROUNDS + 3
    assert_ledger_is_sound(ada)


def test_eight_forced_captures_at_once_change_nothing_twice() -> None:
    practice_fees()
    ada = cast.ada()
    deliver_days(ada, date(2025, 3, 4), 6)
    at_once([lambda: capture_courses(course_ids=[ada.course.pk], again=True)] * HANDS)
    assert LedgerEntry.objects.count() == 11
    assert_ledger_is_sound(ada)


def test_batches_in_every_order_and_sweeps_at_once_do_not_wait_for_each_other_for_ever() -> None:
    practice_fees()
    patients = [cast.ada(), cast.boris(), cast.clara(), cast.dora()]
    ids = [patient.course.pk for patient in patients]
    for number in range(1, ROUNDS + 1):
        for patient in patients:
            deliver(patient, f"2026-02-{3 + number:02d} 09:00", number=number)
        at_once([
            lambda: capture_courses(course_ids=ids),
            lambda: capture_courses(course_ids=ids[::-1]),
            lambda: capture_courses(course_ids=ids[2:] + ids[:2], again=True),
            *[sweep] * 3,
        ])  # fmt: skip
    for patient in patients:
        assert_ledger_is_sound(patient)


def test_sessions_signed_and_cancelled_while_captures_run_end_up_charged_as_they_stand() -> None:
    practice_fees()
    ada = cast.ada()
    user(Role.THERAPIST)
    days = [date(2025, 3, 4) + timedelta(days=n) for n in range(24)]

    def sign(part: int) -> Callable[[], object]:
        def run() -> None:
            for number, day in enumerate(days[part::2]):
                session = deliver(ada, f"{day} 09:00")
                if number % 3 == 0:
                    cancel(session)

        return run

    def capture_often() -> None:
        for _attempt in range(12):
            capture_course(course_id=ada.course.pk)

    at_once([sign(0), sign(1), capture_often, capture_often, lambda: [sweep() for _ in range(6)]])
    assert_ledger_is_sound(ada)
    counted = Session.objects.filter(cancelled_at=None).count()
    assert [code for code in codes(standing(ada)) if code == "77385"] == ["77385"] * counted


def export_like_the_nightly_run(patient: Treated) -> None:
    """Put on a claim whatever is released, unheld and standing, under the lock of the course."""
    with transaction.atomic():
        ledger.lock_courses(course_ids=[patient.course.pk])
        held = StandingFinding.objects.filter(severity="hold", resolved_at=None, overridden_at=None).values("entry")
        ready = [
            entry
            for entry in LedgerEntry.objects.filter(
                course=patient.course, kind="charge", reversal=None, review__state="released", claim_lines=None
            ).exclude(pk__in=held)
        ]
        if ready:
            put_on_claim(ready)


def release_all(patient: Treated, biller: User) -> None:
    ids = list(LedgerEntry.objects.filter(course=patient.course, kind="charge").values_list("pk", flat=True))
    worklist.release(entry_ids=ids, by=biller, at=NOW)


def take_back_some(patient: Treated, biller: User) -> None:
    ids = list(LedgerEntry.objects.filter(course=patient.course).values_list("pk", flat=True)[:3])
    worklist.undo(entry_ids=ids, by=biller, at=NOW)


def correct_one_by_one(patient: Treated, sessions: list[Session]) -> None:
    for number, session in enumerate(sessions):
        if number % 3 == 0:
            Session.objects.filter(pk=session.pk).update(status="partial", status_reason="Machine fault")
        elif number % 3 == 1:
            cancel(session)
        capture_course(course_id=patient.course.pk)


def repeatedly(act: Callable[[], object], times: int = 6) -> Callable[[], object]:
    return lambda: [act() for _ in range(times)]


def test_release_capture_correction_and_export_at_once_leave_no_line_half_decided() -> None:
    practice_fees()
    ada = cast.ada()
    sessions = deliver_days(ada, date(2025, 3, 4), 12)
    capture_course(course_id=ada.course.pk)
    biller = user(Role.BILLER)
    at_once([
        repeatedly(lambda: release_all(ada, biller)),
        repeatedly(lambda: take_back_some(ada, biller)),
        lambda: correct_one_by_one(ada, sessions),
        repeatedly(lambda: export_like_the_nightly_run(ada)),
        repeatedly(sweep),
    ])  # fmt: skip
    assert_ledger_is_sound(ada)
    claimed_and_reversed = ClaimLine.objects.filter(entry__reversal__isnull=False)
    assert set(claimed_and_reversed.values_list("entry__reversal", flat=True)) == {
        finding.entry_id for finding in follow_ups.corrections_to_send()
    }
    waiting = Review.objects.filter(state="released", entry__claim_lines=None)
    assert not waiting.filter(entry__reversal__isnull=False).exists()
    held = StandingFinding.objects.filter(severity="hold", resolved_at=None, overridden_at=None, entry__isnull=False)
    assert not waiting.filter(entry__in=held.values("entry")).exists()


@pytest.fixture
def slow_capture(monkeypatch: pytest.MonkeyPatch) -> Event:
    """Let a capture that is about to post wait a while; the event says that it has come that far."""
    begun = Event()

    def waiting(*arguments: object) -> object:
        begun.set()
        sleep(0.4)
        return post(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr("billing.capture.batch.post", waiting)
    return begun


def test_a_release_waits_for_a_capture_under_way_and_then_sees_that_its_line_is_gone(slow_capture: Event) -> None:
    practice_fees()
    ada = cast.ada()
    session = deliver(ada, "2025-03-04 09:00", number=1)
    capture_course(course_id=ada.course.pk)
    delivery = standing(ada)[1]
    cancel(session)
    slow_capture.clear()
    biller = user(Role.BILLER)

    def release_meanwhile() -> worklist.Decided:
        assert slow_capture.wait(timeout=20)
        return worklist.release(entry_ids=[delivery.pk], by=biller, at=NOW)

    _captured, decided = at_once([lambda: capture_course(course_id=ada.course.pk), release_meanwhile])
    assert isinstance(decided, worklist.Decided)
    assert decided.done == () and "reversed" in decided.refused[0].reason


def test_a_capture_waits_for_an_export_under_way_and_then_leaves_a_correction(monkeypatch: pytest.MonkeyPatch) -> None:
    practice_fees()
    ada = cast.ada()
    session = deliver(ada, "2025-03-04 09:00", number=1)
    capture_course(course_id=ada.course.pk)
    release_all(ada, user(Role.BILLER))
    cancel(session)
    begun = Event()

    def export_slowly() -> None:
        with transaction.atomic():
            ledger.lock_courses(course_ids=[ada.course.pk])
            begun.set()
            sleep(0.4)
            put_on_claim(standing(ada))

    def capture_meanwhile() -> None:
        assert begun.wait(timeout=20)
        capture_course(course_id=ada.course.pk)

    at_once([export_slowly, capture_meanwhile])
    (correction,) = follow_ups.corrections_to_send()
    assert correction.entry is not None and correction.entry.reverses is not None
    assert correction.entry.reverses.session == session


def test_a_therapist_does_not_wait_for_a_capture_of_the_course(slow_capture: Event) -> None:
    practice_fees()
    ada = cast.ada()
    deliver(ada, "2025-03-04 09:00", number=1)
    committed: list[str] = []

    def capture_slowly() -> None:
        capture_course(course_id=ada.course.pk)
        committed.append("capture")

    def sign_meanwhile() -> None:
        assert slow_capture.wait(timeout=20)
        deliver(ada, "2025-03-05 09:00", number=2)
        committed.append("session")

    at_once([capture_slowly, sign_meanwhile])
    assert committed == ["session", "capture"]
    assert stale_courses(limit=10) == [ada.course.pk]
    assert_ledger_is_sound(ada)


# --- stopped in the middle ------------------------------------------------------------------------------------------


def changed_course() -> Treated:
    """Ada, captured; then one session corrected, one cancelled, one late: the next capture writes every kind of row."""
    practice_fees()
    ada = cast.ada()
    first, second, _third = deliver_days(ada, date(2025, 3, 4), 3)
    capture_course(course_id=ada.course.pk)
    worklist.release(entry_ids=[entry.pk for entry in standing(ada)], by=user(Role.BILLER), at=NOW)
    put_on_claim([standing(ada)[1]])
    Session.objects.filter(pk=first.pk).update(status="partial", status_reason="Machine fault")
    cancel(second)
    deliver(ada, "2025-03-10 09:00", number=5)
    return ada


def rows() -> list[list[tuple[object, ...]]]:
    """Everything that a capture writes."""
    tables = (LedgerEntry, StandingFinding, Review)
    return [list(table.objects.order_by("pk").values_list()) for table in tables]


def kill_capture_at(step: str, course_id: int) -> None:
    """Capture in a child process that is killed, as by kill -9, right after a step."""
    child = os.fork()
    if child == 0:
        connection.connection = None  # The parent's own connection stays the parent's.
        done = getattr(batch, step)

        def dying(*arguments: object, **named: object) -> None:
            done(*arguments, **named)
            os.kill(os.getpid(), signal.SIGKILL)

        setattr(batch, step, dying)
        capture_course(course_id=course_id)
        os._exit(1)
    _pid, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


@pytest.mark.parametrize("step", ["read_basis", "load_courses", "post", "carry_holds", "write_notes", "write_marks"])
def test_a_capture_killed_in_the_middle_leaves_nothing_and_the_next_one_does_all(step: str) -> None:
    ada = changed_course()
    before = rows()
    kill_capture_at(step, ada.course.pk)
    assert rows() == before
    (swept,) = sweep().courses
    assert (swept.posted, swept.reversed, swept.error) == (2, 2, "")
    assert_ledger_is_sound(ada)


def failing_at(count: int) -> Callable[..., object]:
    """An execute wrapper that fails the statement of that number as a lost connection would."""
    seen: Iterator[int] = iter(range(1, 10_000))

    def run(execute: Callable[..., object], sql: str, params: object, many: bool, context: dict[str, object]) -> object:
        if next(seen) == count:
            raise OperationalError("server closed the connection unexpectedly")
        return execute(sql, params, many, context)

    return run


def test_whichever_statement_fails_nothing_is_left_until_all_of_it_is_done() -> None:
    ada = changed_course()
    before = rows()
    failed = 0
    while True:
        try:
            with connection.execute_wrapper(failing_at(failed + 1)):
                done = capture_course(course_id=ada.course.pk)
            break
        except OperationalError:
            failed += 1
            assert rows() == before
    assert failed > 10
    assert done is not None and (done.posted, done.reversed) == (2, 2)
    assert_ledger_is_sound(ada)
