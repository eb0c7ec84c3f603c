"""A number typed wrong and saved faster than its warning came: it was once stored without a question."""

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from courses.models import Course, Session
from patients.roles import Role
from tests import cast

pytestmark = pytest.mark.django_db
BEYOND = "Fraction 99 of P1 is beyond the 28 prescribed."


@pytest.fixture
def client() -> Client:
    """A therapist's browser."""
    browser = Client()
    browser.force_login(cast.user(Role.THERAPIST))
    return browser


def entry(ada: cast.Treated, number: int, **more: str) -> dict[str, str | int]:
    """A treated session as the form sends it."""
    plan = ada.plan.pk
    said: dict[str, str | int] = {
        "status": "treated", "day": "2025-03-05", "time": "09:00", "guidance": "none", "machine": ada.machine.pk,
        f"plan_{plan}": "on", f"fraction_{plan}": number, "entry_key": str(uuid4()),
    }  # fmt: skip
    return said | more


def address(course: Course) -> str:
    return reverse("courses:session-log", args=[course.pk])


def test_a_fraction_beyond_the_prescription_is_asked_about_once_and_stored_when_it_is_meant(client: Client) -> None:
    ada = cast.ada()
    asked = client.post(address(ada.course), entry(ada, 99))
    page = asked.content.decode()
    assert (asked.status_code, Session.objects.count()) == (422, 0)
    assert f"{BEYOND} If that is so, save again." in page
    assert f'name="heard" value="{BEYOND}"' in page
    assert 'value="99"' in page
    again = client.post(address(ada.course), entry(ada, 99, heard=BEYOND))
    assert (again.status_code, Session.objects.count()) == (302, 1)


def test_what_was_heard_of_another_number_does_not_count(client: Client) -> None:
    ada = cast.ada()
    asked = client.post(address(ada.course), entry(ada, 98, heard=BEYOND))
    assert (asked.status_code, Session.objects.count()) == (422, 0)


def test_a_warning_on_the_screen_goes_along_with_the_entry(client: Client) -> None:
    ada = cast.ada()
    check = reverse("courses:session-check", args=[ada.course.pk])
    assert f'name="heard" value="{BEYOND}"' in client.get(check, entry(ada, 99)).content.decode()
    assert 'name="heard"' not in client.get(check, entry(ada, 1)).content.decode()
