"""Editors, captures and recorders at once, each with a connection of its own: one edit stands, the ledger is sound."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from billing.capture import capture_course, capture_courses
from billing.capture.editing import Overtaken, Wanted, edit_line, read_line
from billing.models import LedgerEntry, LineEdit
from courses.models import ClinicalEvent
from patients.roles import Role
from tests import cast
from tests.captures import PRICES, practice_fees, standing
from tests.cast import Treated, user

pytestmark = pytest.mark.django_db(transaction=True)

HANDS = 6


@pytest.fixture
def ada() -> Treated:
    """Ada with six complex devices, recorded as one event."""
    practice_fees({**PRICES, "77334": "300.00"})
    patient = cast.ada()
    event = {"family": "device_complex", "happened_on": date(2025, 3, 4), "units": HANDS}
    ClinicalEvent.objects.create(course=patient.course, **event)
    capture_course(course_id=patient.course.pk)
    return patient


def device(patient: Treated) -> LedgerEntry:
    return LedgerEntry.objects.get(course=patient.course, code="77334", kind="charge", reversal=None)


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


def editor(line: LedgerEntry, seen: str, units: int) -> Callable[[], object]:
    by = user(Role.BILLING_MANAGER, f"manager-{units}")

    def act() -> object:
        try:
            return edit_line(
                entry_id=line.pk, wanted=Wanted(units, (), ("C61",), None), reason=f"{units} were made", by=by,
                at=timezone.now(), seen=seen,
            )  # fmt: skip
        except Overtaken as told:
            return told

    return act


def assert_sound(patient: Treated) -> None:
    capture_course(course_id=patient.course.pk)
    keys = [entry.line_key for entry in standing(patient, with_the_plan=True)]
    assert len(keys) == len(set(keys))
    (again,) = capture_courses(course_ids=[patient.course.pk], again=True)
    assert (again.posted, again.reversed, again.error) == (0, 0, "")


def test_of_many_editors_at_once_one_edits_and_every_other_is_told(ada: Treated) -> None:
    line = device(ada)
    seen = read_line(entry_id=line.pk).version

    done = at_once([editor(line, seen, units) for units in range(1, HANDS)])

    (edited,) = [one for one in done if isinstance(one, LedgerEntry)]
    told = [one for one in done if isinstance(one, Overtaken)]
    assert len(told) == HANDS - 2
    assert {one.entry_id for one in told} == {edited.pk}
    assert all(f"{edited.units} were made" in one.message for one in told)
    assert device(ada).units == edited.units
    assert LineEdit.objects.count() == 1
    assert_sound(ada)


def test_an_edit_beside_captures_and_a_changing_fact_never_stands_over_another_line(ada: Treated) -> None:
    line = device(ada)
    seen = read_line(entry_id=line.pk).version

    def record() -> object:
        return ClinicalEvent.objects.filter(course=ada.course).update(units=4)

    def capture() -> object:
        return capture_course(course_id=ada.course.pk)

    at_once([editor(line, seen, 1), record, capture, capture])

    assert_sound(ada)
    standing_line = device(ada)
    edit = LineEdit.objects.filter(was_units=4).first()
    # The edit was made of four devices, or came before the change and lapsed, or the editor was told of it.
    assert standing_line.units == (1 if edit else 4)
