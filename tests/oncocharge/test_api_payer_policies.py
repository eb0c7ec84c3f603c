"""Payers' policies through the API: entered once, looked at before, faults named all at once."""

from datetime import date, timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from billing.capture import capture_course
from patients.models import PayerPolicy
from patients.roles import Role
from tests import cast
from tests.captures import deliver, practice_fees
from tests.cast import Treated
from tests.oncocharge.api_client import client_of

pytestmark = pytest.mark.django_db
POLICIES = "/api/v1/payer-policies/"


@pytest.fixture
def manager() -> APIClient:
    return client_of(Role.BILLING_MANAGER)


@pytest.fixture
def boris() -> Treated:
    """Boris, treated twice ten days ago at the centre, commercial."""
    practice_fees()
    day = timezone.localdate() - timedelta(days=10)
    patient = cast.treated(
        mrn="B-1002", last_name="Brandt", first_name="Boris", facility=cast.center(), payer=cast.commercial(),
        opened_on=day - timedelta(days=1), diagnosis="C61", sessions_per_day=2,
    )  # fmt: skip
    deliver(patient, f"{day} 08:00", number=1)
    deliver(patient, f"{day} 15:00", number=2)
    capture_course(course_id=patient.course.pk)
    return patient


def wish(**values: object) -> dict[str, object]:
    return {"payer": cast.commercial().pk, "effective_from": "2026-01-01", "second_session_modifier": "XE", **values}


def test_a_period_is_entered_once_and_cuts_the_one_that_stands(manager: APIClient) -> None:
    PayerPolicy.objects.create(payer=cast.commercial(), effective_from=date(2020, 1, 1))
    first = manager.post(POLICIES, wish(reason="Bulletin"))
    again = manager.post(POLICIES, wish(reason="Bulletin"))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"] and first.json()["amendment_reason"] == "Bulletin"
    rows = PayerPolicy.objects.values_list("effective_from", "effective_to", "second_session_modifier")
    assert list(rows) == [(date(2020, 1, 1), date(2025, 12, 31), "76"), (date(2026, 1, 1), None, "XE")]
    held = manager.get(POLICIES, {"payer": str(cast.commercial().pk), "holds_on": "2025-12-31"}).json()["results"]
    assert [row["second_session_modifier"] for row in held] == ["76"]


def test_every_faulty_field_is_named_and_nothing_is_stored(manager: APIClient) -> None:
    answer = manager.post(
        POLICIES, wish(effective_from="soon", second_session_modifier="77", minimum_hours_between_sessions="six")
    )
    assert answer.status_code == 400
    assert {error["field"] for error in answer.json()["errors"]} == {
        "effective_from", "second_session_modifier", "minimum_hours_between_sessions", "reason"
    }  # fmt: skip
    answer = manager.post(POLICIES, wish(effective_to="2025-12-31", filing_limit_days=4000, reason="Bulletin"))
    assert {error["field"] for error in answer.json()["errors"]} == {"effective_to", "filing_limit_days"}
    assert not PayerPolicy.objects.exists()


def test_a_preview_says_what_would_change_and_stores_nothing(manager: APIClient, boris: Treated) -> None:
    answer = manager.post(f"{POLICIES}preview/", wish()).json()
    assert answer["is_done"] and answer["totals"]["lines"] == {"added": 0, "removed": 0, "changed": 1}
    (course,) = answer["courses"]
    (line,) = course["lines"]
    assert (course["course"], line["what"], line["rule"]) == (boris.course.pk, ["modifiers 76 → XE"], "L4")
    assert not PayerPolicy.objects.exists()
    finished = manager.post(f"{POLICIES}preview/", wish(progress=answer["progress"])).json()
    assert finished["totals"] == answer["totals"] and finished["courses"] == []
    other = manager.post(f"{POLICIES}preview/", wish(second_session_modifier="59", progress=answer["progress"]))
    assert other.status_code == 400


@pytest.mark.parametrize(("role", "code"), [(Role.BILLER, 403), (Role.AUDITOR, 403), (Role.ADMINISTRATOR, 201)])
def test_only_managers_and_administrators_enter_policies(role: Role, code: int) -> None:
    assert client_of(role).post(POLICIES, wish(reason="Bulletin")).status_code == code
