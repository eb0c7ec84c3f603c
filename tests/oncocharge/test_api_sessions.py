"""Sessions through the API: logged once, amended with a reason, faults named all at once."""

import pytest
from rest_framework.test import APIClient

from courses.models import Session
from patients.roles import Role
from tests import cast
from tests.history import history_of
from tests.oncocharge.api_client import client_of

pytestmark = pytest.mark.django_db
SESSIONS = "/api/v1/sessions/"


@pytest.fixture
def ada() -> cast.Treated:
    return cast.ada()


@pytest.fixture
def therapist() -> APIClient:
    return client_of(Role.THERAPIST)


def _body(ada: cast.Treated, **changed: object) -> dict[str, object]:
    body: dict[str, object] = {
        "course": ada.course.pk,
        "machine": ada.machine.pk,
        "starts_at": "2025-03-04T09:00:00-05:00",
        "fractions": [{"plan": ada.plan.pk, "number": 1}],
    }
    return body | changed


def test_the_same_idempotency_key_makes_one_session(ada: cast.Treated, therapist: APIClient) -> None:
    first = therapist.post(SESSIONS, _body(ada), headers={"Idempotency-Key": "console-7/1"})
    again = therapist.post(SESSIONS, _body(ada), headers={"Idempotency-Key": "console-7/1"})
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]
    assert Session.objects.count() == 1


def test_the_same_key_with_other_content_is_a_conflict(ada: cast.Treated, therapist: APIClient) -> None:
    therapist.post(SESSIONS, _body(ada), headers={"Idempotency-Key": "k"})
    other = _body(ada, starts_at="2025-03-04T10:00:00-05:00")
    answer = therapist.post(SESSIONS, other, headers={"Idempotency-Key": "k"})
    assert answer.status_code == 409
    assert answer["Content-Type"] == "application/problem+json"
    assert "saved before with other content" in answer.json()["detail"]
    assert Session.objects.count() == 1


def test_one_callers_key_is_not_another_callers(ada: cast.Treated, therapist: APIClient) -> None:
    therapist.post(SESSIONS, _body(ada), headers={"Idempotency-Key": "k"})
    second = _body(ada, starts_at="2025-03-05T09:00:00-05:00", fractions=[{"plan": ada.plan.pk, "number": 2}])
    answer = client_of(Role.PHYSICIST).post(SESSIONS, second, headers={"Idempotency-Key": "k"})
    assert answer.status_code == 201


def test_a_fraction_that_stands_is_answered_with_its_session(ada: cast.Treated, therapist: APIClient) -> None:
    first = therapist.post(SESSIONS, _body(ada))
    later = therapist.post(SESSIONS, _body(ada, starts_at="2025-03-04T11:00:00-05:00"))
    assert (later.status_code, later.json()["id"]) == (200, first.json()["id"])
    assert "already logged" in later.json()["message"]


def test_every_faulty_field_is_named_at_once(ada: cast.Treated, therapist: APIClient) -> None:
    bad = {"course": 999999, "starts_at": "yesterday", "status": "done", "fractions": []}
    answer = therapist.post(SESSIONS, bad)
    problem = answer.json()
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert {error["field"] for error in problem["errors"]} == {"course", "starts_at", "status", "fractions"}
    assert all(error["message"] for error in problem["errors"])


def test_a_partial_session_without_a_reason_is_refused_by_field(ada: cast.Treated, therapist: APIClient) -> None:
    answer = therapist.post(SESSIONS, _body(ada, status="partial"))
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == ["status_reason"]
    assert Session.objects.count() == 0


def test_an_amendment_needs_a_reason_and_keeps_the_history(ada: cast.Treated, therapist: APIClient) -> None:
    made = therapist.post(SESSIONS, _body(ada)).json()["id"]
    refused = therapist.patch(f"{SESSIONS}{made}/", {"guidance": "cbct"})
    assert refused.status_code == 400
    mended = therapist.patch(f"{SESSIONS}{made}/", {"guidance": "cbct", "reason": "Cone beam was taken"})
    assert (mended.status_code, mended.json()["guidance"]) == (200, "cbct")
    history = [row.guidance for row in history_of(Session.objects.get(pk=made))]
    assert (history[0], history[-1]) == ("none", "cbct")


def test_whoever_logs_cannot_say_that_a_physician_reviewed_the_images(ada: cast.Treated, therapist: APIClient) -> None:
    refused = therapist.post(SESSIONS, _body(ada, guidance="cbct", guidance_reviewed=True))
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "guidance_reviewed")
    made = therapist.post(SESSIONS, _body(ada, guidance="cbct", guidance_reviewed=False)).json()["id"]
    refused = therapist.patch(f"{SESSIONS}{made}/", {"guidance_reviewed": True, "reason": "Seen by the doctor"})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "guidance_reviewed")
    assert not Session.objects.get().guidance_reviewed


def test_a_cancelled_session_stays_with_its_reason(ada: cast.Treated, therapist: APIClient) -> None:
    made = therapist.post(SESSIONS, _body(ada)).json()["id"]
    answer = therapist.post(f"{SESSIONS}{made}/cancel/", {"reason": "Logged on the wrong patient"})
    assert answer.status_code == 200
    assert answer.json()["cancelled_at"] is not None
    listed = therapist.get(SESSIONS, {"is_cancelled": "true", "course": str(ada.course.pk)}).json()
    assert [row["id"] for row in listed["results"]] == [made]


def test_a_biller_reads_sessions_but_logs_none(ada: cast.Treated) -> None:
    biller = client_of(Role.BILLER)
    assert biller.get(SESSIONS).status_code == 200
    refused = biller.post(SESSIONS, _body(ada))
    assert (refused.status_code, refused["Content-Type"]) == (403, "application/problem+json")


def test_nobody_is_asked_to_sign_in(ada: cast.Treated) -> None:
    answer = APIClient().get(SESSIONS)
    assert answer.status_code == 401
    assert answer.json()["title"] == "Sign in first"


def test_only_a_physician_approves_a_plan(ada: cast.Treated) -> None:
    entered = client_of(Role.PHYSICIST).post(
        "/api/v1/plans/",
        {
            "course": ada.course.pk,
            "key": "P2",
            "site": "prostate",
            "technique": "vmat",
            "arcs": 2,
            "fractions": 8,
            "kind": "boost",
            "isocenters": 1,
        },
    )
    assert entered.status_code == 201
    address = f"/api/v1/plans/{entered.json()['id']}/approve/"
    assert client_of(Role.PHYSICIST).post(address, {"password": cast.PASSWORD}).status_code == 403
    physician = client_of(Role.PHYSICIAN)
    assert physician.post(address, {}).status_code == 400
    assert "not your password" in str(physician.post(address, {"password": "guess"}).json())
    approved = physician.post(address, {"password": cast.PASSWORD})
    assert approved.json()["approved_by"] == cast.user(Role.PHYSICIAN).pk


def test_searching_by_mrn_is_a_post_and_a_look_is_logged(ada: cast.Treated) -> None:
    biller = client_of(Role.BILLER)
    for mrn in (ada.patient.mrn, f" {ada.patient.mrn.lower()}"):
        found = biller.post("/api/v1/patients/search/", {"mrn": mrn}).json()["results"]
        assert [row["id"] for row in found] == [ada.patient.pk]
    assert biller.get(f"/api/v1/patients/{ada.patient.pk}/").status_code == 200
    assert ada.patient.accesses.filter(user=cast.user(Role.BILLER)).count() == 1


def test_a_coverage_that_overlaps_is_refused_by_field(ada: cast.Treated) -> None:
    body = {
        "patient": ada.patient.pk,
        "payer": ada.coverage.payer_id,
        "member_id": "X1",
        "effective_from": "2025-01-01",
    }
    answer = client_of(Role.BILLER).post("/api/v1/coverages/", body)
    assert answer.status_code == 400
    assert answer.json()["errors"]


def test_the_evidence_of_the_level_is_written_read_and_amended(ada: cast.Treated, therapist: APIClient) -> None:
    evidence = {
        "motion_system": "RPM", "motion_threshold": "3 mm", "motion_beam_hold": "off beyond it", "isocenters": 2,
        "mixed_electrons": True, "motion_record_complete": True,
    }  # fmt: skip
    made = therapist.post(SESSIONS, _body(ada, **evidence)).json()
    assert {name: made[name] for name in evidence} == evidence
    address = f"{SESSIONS}{made['id']}/"
    amended = therapist.patch(address, {"isocenters": 1, "reason": "one was skipped"}).json()
    assert (amended["isocenters"], amended["motion_system"]) == (1, "RPM")
    refused = therapist.patch(address, {"isocenters": 21, "reason": "a slip"})
    assert refused.status_code == 400
    assert "isocenters" in refused.content.decode()
