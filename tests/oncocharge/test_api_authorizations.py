"""Authorizations through the API: entered once, corrected with a reason, faults named all at once."""

import pytest
from rest_framework.test import APIClient

from billing.models import Authorization
from patients.roles import Role
from tests import cast
from tests.oncocharge.api_client import client_of

pytestmark = pytest.mark.django_db
AUTHORIZATIONS = "/api/v1/authorizations/"


@pytest.fixture
def clara() -> cast.Treated:
    return cast.clara()


@pytest.fixture
def biller() -> APIClient:
    return client_of(Role.BILLER)


def _body(clara: cast.Treated, **changed: object) -> dict[str, object]:
    body: dict[str, object] = {
        "course": clara.course.pk, "number": "PA-1", "codes": ["77407", "77412"], "units": 20,
        "effective_from": "2026-02-02", "effective_to": "2099-05-31",
    }  # fmt: skip
    return body | changed


def test_the_same_key_and_content_make_one_and_other_content_is_a_conflict(
    clara: cast.Treated, biller: APIClient
) -> None:
    key = {"Idempotency-Key": "auth-1"}
    first = biller.post(AUTHORIZATIONS, _body(clara), headers=key)
    again = biller.post(AUTHORIZATIONS, _body(clara), headers=key)
    other = biller.post(AUTHORIZATIONS, _body(clara, units=25), headers=key)
    assert (first.status_code, again.status_code, other.status_code) == (201, 200, 409)
    assert first.json()["id"] == again.json()["id"]
    assert first.json()["coverage"] == clara.coverage.pk
    assert "units" in other.json()["detail"]
    assert Authorization.objects.count() == 1


def test_every_faulty_field_is_named_at_once_whatever_kind_of_fault(clara: cast.Treated, biller: APIClient) -> None:
    body = _body(
        clara, codes=["99999"], units=0, effective_from="soon", decided_on="2099-01-01", technique="magic",
        coverage=987654,
    )  # fmt: skip
    answer = biller.post(AUTHORIZATIONS, body)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert {error["field"] for error in answer.json()["errors"]} == {
        "codes", "units", "effective_from", "decided_on", "technique", "coverage",
    }  # fmt: skip
    assert not Authorization.objects.exists()


def test_what_is_no_object_is_refused_as_a_problem(biller: APIClient) -> None:
    assert biller.post(AUTHORIZATIONS, [1, 2]).status_code == 400


def test_a_correction_needs_a_reason_and_names_every_fault(clara: cast.Treated, biller: APIClient) -> None:
    made = biller.post(AUTHORIZATIONS, _body(clara)).json()["id"]
    refused = biller.patch(f"{AUTHORIZATIONS}{made}/", {"units": -1, "effective_to": "2026-01-01"})
    assert {error["field"] for error in refused.json()["errors"]} == {"units", "effective_to", "reason"}
    changed = biller.patch(f"{AUTHORIZATIONS}{made}/", {"units": 28, "reason": "Extended"})
    assert (changed.status_code, changed.json()["units"]) == (200, 28)


def test_it_is_ended_voided_and_its_units_are_read(clara: cast.Treated, biller: APIClient) -> None:
    made = biller.post(AUTHORIZATIONS, _body(clara)).json()["id"]
    assert biller.get(f"{AUTHORIZATIONS}{made}/units/").json() == [
        {"claim": "professional", "units": 20, "used": 0, "reserved": 20, "left": 0}
    ]
    ended = biller.post(f"{AUTHORIZATIONS}{made}/end/", {"on": "2026-03-31", "reason": "Withdrawn"})
    assert ended.json()["effective_to"] == "2026-03-31"
    assert biller.post(f"{AUTHORIZATIONS}{made}/void/", {"reason": ""}).status_code == 400
    assert biller.post(f"{AUTHORIZATIONS}{made}/void/", {"reason": "Wrong"}).json()["status"] == "voided"


def test_the_list_is_narrowed_by_course_status_and_day(clara: cast.Treated, biller: APIClient) -> None:
    biller.post(AUTHORIZATIONS, _body(clara))
    biller.post(AUTHORIZATIONS, _body(clara, number="PA-2", status="denied"))

    def found(**filters: str | int | bool) -> int:
        return int(biller.get(AUTHORIZATIONS, filters).json()["count"])

    assert (found(course=clara.course.pk), found(status="denied"), found(counts=True)) == (2, 1, 1)
    assert (found(holds_on="2026-03-01"), found(holds_on="2100-03-01")) == (2, 0)


@pytest.mark.parametrize("role", [Role.THERAPIST, Role.AUDITOR])
def test_others_read_and_do_not_write(clara: cast.Treated, role: Role) -> None:
    client = client_of(role)
    assert client.get(AUTHORIZATIONS).status_code == 200
    assert client.post(AUTHORIZATIONS, _body(clara)).status_code == 403
