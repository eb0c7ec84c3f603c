"""Charges and estimates through the API: the same rules as the worklist's, faults in words."""

from datetime import date

import pytest

from billing import capture
from billing.models import FeeLine, FeeSchedule, LedgerEntry
from courses.delivery import log_session
from patients.roles import Role
from tests import cast
from tests.oncocharge.api_client import client_of

pytestmark = pytest.mark.django_db
CHARGES = "/api/v1/charges/"


def _priced(*codes: str) -> None:
    schedule = FeeSchedule.objects.create(name="Practice charges")
    for code in codes:
        FeeLine.objects.create(schedule=schedule, code=code, amount=500, effective_from=date(2020, 1, 1))


def _logged(status: str = "treated") -> cast.Treated:
    ada = cast.ada()
    log_session(
        course=ada.course, plans=[ada.plan], at=cast.local("2025-03-04 09:00"), machine=ada.machine,
        by=cast.user(Role.THERAPIST), status=status, status_reason="" if status == "treated" else "Machine fault",
    )  # fmt: skip
    capture.capture_course(course_id=ada.course.pk)
    return ada


def test_a_clean_line_is_released_and_taken_back() -> None:
    _priced("77385", "77301")
    ada = _logged()
    biller = client_of(Role.BILLER)
    rows = biller.get(CHARGES, {"course": str(ada.course.pk), "code": "77385"}).json()["results"]
    entry = rows[0]["id"]
    assert rows[0]["because"]["rule"] == "L1"
    assert biller.post(f"{CHARGES}release/", {"entries": [entry]}).json() == {"done": [entry], "refused": []}
    assert biller.get(f"{CHARGES}{entry}/").json()["state"] == "released"
    assert biller.post(f"{CHARGES}undo/", {"entries": [entry]}).json()["done"] == [entry]
    assert biller.get(f"{CHARGES}{entry}/").json()["state"] == "open"


def test_a_held_line_is_refused_with_its_finding_until_a_manager_overrides_it() -> None:
    _priced("77385", "77301")
    _logged("partial")
    biller, manager = client_of(Role.BILLER), client_of(Role.BILLING_MANAGER)
    entry = LedgerEntry.objects.get(code="77385")
    FeeLine.objects.create(
        schedule=FeeSchedule.objects.get(), code="77385", modifier="52", amount=250, effective_from=date(2020, 1, 1)
    )
    capture.sweep()
    entry = LedgerEntry.objects.get(code="77385", reversal=None, kind="charge")
    refused = biller.post(f"{CHARGES}release/", {"entries": [entry.pk]}).json()["refused"]
    assert (refused[0]["entry"], refused[0]["findings"]) == (entry.pk, ["partial-fraction"])
    finding = biller.get(f"{CHARGES}{entry.pk}/").json()["findings"][0]["id"]
    override = {"finding": finding, "reason": "Payer takes 52"}
    assert biller.post(f"{CHARGES}override/", override).status_code == 403
    assert manager.post(f"{CHARGES}override/", override).status_code == 200
    assert biller.post(f"{CHARGES}release/", {"entries": [entry.pk]}).json()["done"] == [entry.pk]


def test_an_auditor_reads_charges_but_decides_nothing() -> None:
    _logged()
    auditor = client_of(Role.AUDITOR)
    assert auditor.get(CHARGES).json()["count"] >= 1
    assert auditor.post(f"{CHARGES}release/", {"entries": [1]}).status_code == 403


def test_a_therapist_sees_no_prices() -> None:
    assert client_of(Role.THERAPIST).get(CHARGES).status_code == 403


def test_an_estimate_stores_nothing_and_says_why() -> None:
    course = {
        "format": 1, "id": "x", "practice": {"setting": "hospital", "bills": "technical"},
        "payer": {"kind": "medicare"},
        "course": {"diagnoses": ["C61"], "opened_on": "2019-01-07"},
        "plan": [{"key": "P1", "site": "prostate", "technique": "vmat", "approved_on": "2019-01-14", "fractions": 28}],
        "session": [{"at": "2019-01-21T09:00:00", "plans": ["P1"]}],
    }  # fmt: skip
    answer = client_of(Role.BILLER).post("/api/v1/estimates/", course).json()
    assert [line["code"] for line in answer["lines"] if line["family"] == "delivery"] == ["77385"]
    assert LedgerEntry.objects.count() == 0


def test_every_fault_of_an_estimate_is_named() -> None:
    answer = client_of(Role.BILLER).post("/api/v1/estimates/", {"format": 2, "colour": "red"})
    messages = " ".join(error["message"] for error in answer.json()["errors"])
    assert answer.status_code == 400
    assert all(word in messages for word in ("format", "colour", "practice", "payer", "course"))
