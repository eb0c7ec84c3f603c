"""A patient who did not come: noted with a reason, seen on the machine's day, taken back, never erased."""

from datetime import date, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from courses.delivery import RowState, machine_day, note_absence, state_of_day, undo_absence
from courses.models import Absence
from patients.roles import Role
from tests import cast
from tests.courses.logbook import log
from tests.courses.pages import signed_in

pytestmark = pytest.mark.django_db
DAY = date(2025, 5, 7)
MORNING = cast.local("2025-05-07 11:00")


@pytest.fixture
def ada() -> cast.Treated:
    """Ada, due on the day."""
    return cast.ada()


@pytest.fixture
def therapist() -> Client:
    """A signed-in therapist."""
    return signed_in(Role.THERAPIST)


def missed(treated: cast.Treated, reason: str = "unwell") -> Absence:
    return note_absence(course=treated.course, day=DAY, reason=reason, by=cast.user(Role.THERAPIST))


def state(treated: cast.Treated) -> RowState:
    (row,) = machine_day(machine=treated.machine, day=DAY).rows
    return row.state


def test_a_no_show_stands_on_the_days_list_until_it_is_taken_back(ada: cast.Treated) -> None:
    before = state_of_day(machine=ada.machine, day=DAY)
    absence = missed(ada)
    assert state(ada) == RowState.NO_SHOW
    assert state_of_day(machine=ada.machine, day=DAY) != before
    undo_absence(absence=absence, by=cast.user(Role.THERAPIST))
    assert state(ada) == RowState.DUE
    assert Absence.objects.get().undone_by == cast.user(Role.THERAPIST)


def test_noted_twice_it_stands_once_and_may_be_noted_again_after_it_was_taken_back(ada: cast.Treated) -> None:
    first = missed(ada)
    assert missed(ada, "machine down") == first
    undo_absence(absence=first, by=cast.user(Role.THERAPIST))
    undo_absence(absence=first, by=cast.user(Role.PHYSICIST))
    assert first.undone_by == cast.user(Role.THERAPIST)
    assert missed(ada, "machine down") != first


def test_who_comes_after_all_is_treated(ada: cast.Treated) -> None:
    missed(ada)
    log(ada, "2025-05-07 15:00")
    assert state(ada) == RowState.TREATED


def test_nobody_who_was_treated_can_have_stayed_away(ada: cast.Treated) -> None:
    log(ada, "2025-05-07 09:00")
    with pytest.raises(ValidationError, match=r"A session of 2025-05-07 stands"):
        missed(ada)
    with pytest.raises(ValidationError, match="Say why"):
        missed(ada, "  ")


def test_a_day_far_ahead_is_refused(ada: cast.Treated) -> None:
    with time_machine.travel(MORNING - timedelta(days=90), tick=False), pytest.raises(ValidationError, match="ahead"):
        missed(ada)


@time_machine.travel(MORNING, tick=False)
def test_the_page_offers_reasons_notes_the_one_tapped_and_takes_it_back(ada: cast.Treated, therapist: Client) -> None:
    url = f"{reverse('courses:absence-note', args=[ada.course.pk])}?machine={ada.machine.pk}&day=2025-05-07"
    assert b'value="unwell"' in therapist.get(url).content
    answer = therapist.post(url, {"reason": "unwell"}, headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Trigger"]) == (200, "rows-stale")
    page = therapist.get(f"{reverse('courses:machine-day')}?machine={ada.machine.pk}&day=2025-05-07").content.decode()
    assert "No show" in page
    assert "Came after all" in page
    therapist.post(reverse("courses:absence-undo", args=[Absence.objects.get().pk]))
    assert state(ada) == RowState.DUE


def test_without_a_reason_the_form_says_so(ada: cast.Treated, therapist: Client) -> None:
    answer = therapist.post(reverse("courses:absence-note", args=[ada.course.pk]), {})
    assert answer.status_code == 422
    assert b"Say why the patient did not come." in answer.content
    assert not Absence.objects.exists()
