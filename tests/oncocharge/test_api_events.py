"""Clinical events through the API: recorded once, amended with a reason, faults named all at once."""

from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from courses.models import ClinicalEvent
from courses.terms import EventFamily
from patients.roles import Role
from tests import cast
from tests.courses.logbook import log
from tests.oncocharge.api_client import client_of

pytestmark = pytest.mark.django_db
EVENTS = "/api/v1/events/"


@pytest.fixture
def ada() -> cast.Treated:
    return cast.ada()


@pytest.fixture
def physicist() -> APIClient:
    return client_of(Role.PHYSICIST)


def _body(ada: cast.Treated, **changed: object) -> dict[str, object]:
    return {"course": ada.course.pk, "family": "device_complex", "on": "2025-03-07", "units": 2, **changed}


def _faulty(answer: object) -> set[str]:
    return {error["field"] for error in answer.json()["errors"]}  # type: ignore[attr-defined]


@pytest.mark.parametrize("family", [family.value for family in EventFamily])
def test_every_kind_is_recorded(ada: cast.Treated, family: str) -> None:
    more = {"visit": {"performer": "physician"}}.get(family, {})
    if family.startswith("special"):
        more = {"reason": "Overlap with an earlier course"}
    answer = client_of(Role.ADMINISTRATOR).post(EVENTS, _body(ada, family=family, units=1, **more))
    assert (answer.status_code, answer.json()["family"]) == (201, family)


def test_the_same_key_and_content_record_one_and_other_content_is_a_conflict(
    ada: cast.Treated, physicist: APIClient
) -> None:
    key = {"Idempotency-Key": "mosaiq-99"}
    first, again = (physicist.post(EVENTS, _body(ada), headers=key) for _ in range(2))
    other = physicist.post(EVENTS, _body(ada, units=3), headers=key)
    assert (first.status_code, again.status_code, other.status_code) == (201, 200, 409)
    assert first.json()["id"] == again.json()["id"]
    assert "units" in other.json()["detail"]
    assert ClinicalEvent.objects.count() == 1


def test_every_faulty_field_is_named_at_once(ada: cast.Treated, physicist: APIClient) -> None:
    tomorrow = timezone.localdate() + timedelta(days=2)
    answer = physicist.post(EVENTS, _body(ada, on=str(tomorrow), units=0, performer="physician", site="nowhere"))
    assert answer["Content-Type"] == "application/problem+json"
    assert _faulty(answer) == {"on", "units", "performer", "site"}
    assert _faulty(physicist.post(EVENTS, {"family": "massage"})) == {"course", "family", "on"}
    assert not ClinicalEvent.objects.exists()


def test_a_kind_that_the_role_does_not_enter_is_refused(ada: cast.Treated, physicist: APIClient) -> None:
    answer = physicist.post(EVENTS, _body(ada, family="special_treatment", units=1, reason="Chemotherapy"))
    assert (answer.status_code, answer["Content-Type"]) == (403, "application/problem+json")


def test_it_is_amended_and_cancelled_with_a_reason(ada: cast.Treated, physicist: APIClient) -> None:
    made = physicist.post(EVENTS, _body(ada)).json()["id"]
    assert _faulty(physicist.patch(f"{EVENTS}{made}/", {"units": 0})) == {"units", "why"}
    amended = physicist.patch(f"{EVENTS}{made}/", {"units": 3, "on": "2025-03-10", "why": "Counted anew"}).json()
    assert (amended["units"], amended["on"], amended["amendment_reason"]) == (3, "2025-03-10", "Counted anew")
    cancelled = physicist.post(f"{EVENTS}{made}/cancel/", {"reason": "Other patient"}).json()
    assert (cancelled["cancelled_at"] is not None, cancelled["amendment_reason"]) == (True, "Other patient")


def test_the_list_is_narrowed_by_course_kind_day_and_state(ada: cast.Treated, physicist: APIClient) -> None:
    made = physicist.post(EVENTS, _body(ada)).json()["id"]
    physicist.post(EVENTS, _body(ada, family="physics_check", units=1, on="2025-03-14"))
    physicist.post(f"{EVENTS}{made}/cancel/", {"reason": "Other patient"})

    def found(**filters: str) -> int:
        return int(physicist.get(EVENTS, filters).json()["count"])

    assert (found(course=str(ada.course.pk)), found(family="physics_check"), found(on_from="2025-03-10")) == (2, 1, 1)
    assert (found(is_cancelled="true"), found(is_cancelled="false")) == (1, 1)


def test_a_course_is_opened_again_with_a_reason_alone(ada: cast.Treated, physicist: APIClient) -> None:
    course = f"/api/v1/courses/{ada.course.pk}/"
    physicist.post(f"{course}close/", {"on": "2025-04-30"})
    assert _faulty(physicist.post(f"{course}reopen/", {})) == {"reason"}
    assert physicist.post(f"{course}reopen/", {"reason": "Boost added"}).json()["closed_on"] is None


def test_a_physician_reviews_the_images_of_a_session(ada: cast.Treated, physicist: APIClient) -> None:
    session = log(ada, "2025-03-04 09:00", guidance="cbct").session
    address = f"/api/v1/sessions/{session.pk}/review/"
    assert physicist.post(address).status_code == 403
    assert client_of(Role.PHYSICIAN).post(address).json()["guidance_reviewed"] is True
