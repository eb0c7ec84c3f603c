"""Every kind of clinical event comes in from a course file as the file says it, and again changes nothing."""

from datetime import date

import pytest

from billing.intake import IntakeRefused, Wishes, import_course_files
from billing.rules.course_file import read_course
from courses.adapters.import_account import import_account
from courses.models import ClinicalEvent
from courses.terms import EventFamily
from tests.billing.course_texts import HEAD, PLAN

pytestmark = pytest.mark.django_db


def take(events: str) -> None:
    file = read_course(HEAD + PLAN + events, "events.toml")
    import_course_files([("events.toml", file)], by=import_account(), wishes=Wishes())


@pytest.mark.parametrize("family", [family.value for family in EventFamily])
def test_a_kind_comes_in_with_nothing_but_its_day(family: str) -> None:
    event = f'\n[[event]]\ncode_family = "{family}"\non = 2025-03-04\n'
    take(event)
    take(event)
    stored = ClinicalEvent.objects.get()
    assert (stored.family, stored.happened_on, stored.performer, stored.units, stored.documented) == (
        family, date(2025, 3, 4), "", 1, True,
    )  # fmt: skip


@pytest.mark.parametrize("family", [family.value for family in EventFamily])
def test_a_kind_comes_in_with_all_that_the_file_says(family: str) -> None:
    take(
        f'\n[[event]]\ncode_family = "{family}"\non = 2025-03-04\nsite = "lung"\nby = "physicist"\nunits = 3\n'
        "distinct_service = true\ndocumented = false\n"
    )
    stored = ClinicalEvent.objects.get()
    assert (stored.site, stored.performer, stored.units, stored.distinct_service, stored.documented) == (
        "lung", "physicist", 3, True, False,
    )  # fmt: skip


def test_an_event_of_a_day_to_come_is_refused_with_its_place_in_the_file() -> None:
    with pytest.raises(IntakeRefused) as caught:
        take('\n[[event]]\ncode_family = "visit"\non = 2099-03-04\n')
    assert "event visit 2099-03-04.on" in str(caught.value)
    assert not ClinicalEvent.objects.exists()
