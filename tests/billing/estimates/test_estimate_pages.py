"""Estimates as pages and as an API: who sees what, every fault at once, and what is left of a real course."""

import re
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from billing.capture import capture_course
from billing.estimates.remaining import estimate_remaining
from billing.models import FeeSchedule, LedgerEntry
from courses.models import ClinicalEvent
from patients.models import PatientAccess, PayerPolicy
from patients.roles import CLINICAL, READS_MONEY, Role
from tests import cast
from tests.captures import deliver_days, practice_fees, set_fee
from tests.cast import Treated, user
from tests.oncocharge.api_client import client_of

pytestmark = pytest.mark.django_db

PLANNED = "/api/v1/estimates/planned/"


def signed_in(role: Role) -> Client:
    client = Client()
    client.force_login(user(role))
    return client


def said(response: Any) -> str:
    """What the page says, without its markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def asked(**values: Any) -> dict[str, Any]:
    """What a filled-in form sends: thirty fractions of the lung from 2 March 2026."""
    usual = {
        "facility": cast.center().pk, "payer": cast.commercial().pk, "technique": "vmat", "site": "lung",
        "fractions": 30, "starts_on": "2026-03-02", "guidance": "cbct", "motion": "none", "arcs": 2, "isocenters": 1,
        "weekdays": list("12345"), "keeps_holidays": "on", "simulation": "on", "planning_note": "on",
    }  # fmt: skip
    return {name: value for name, value in {**usual, **values}.items() if value is not None}


def wanted(**values: object) -> dict[str, object]:
    """The same as JSON."""
    usual = {
        "facility": cast.center().pk, "payer": cast.commercial().pk, "technique": "vmat", "site": "lung",
        "fractions": 30, "starts_on": "2026-03-02", "guidance": "cbct", "arcs": 2,
    }  # fmt: skip
    return {**usual, **values}


def page(role: Role, **values: object) -> Any:
    return signed_in(role).get(reverse("billing:estimates"), asked(**values))


# --- the page -----------------------------------------------------------------------------------------------------


def test_empty_page_asks_what_is_planned_and_shows_nothing_else() -> None:
    cast.center()
    response = signed_in(Role.BILLER).get(reverse("billing:estimates"))
    assert response.status_code == 200
    assert "No estimate yet" in said(response)
    assert "Units to have approved" not in said(response)


def test_front_desk_sees_lines_by_group_amounts_and_units_to_ask_for() -> None:
    practice_fees()
    text = said(page(Role.BILLER))
    for part in (
        "77407", "30 times", "$560.00", "$16,800.00", "Image guidance", "All charges", "Units to have approved",
        "Lakeside Radiation Center", "what the payer allows", "Acme Health",
    ):  # fmt: skip
        assert part in text, part


@pytest.mark.parametrize("role", sorted(CLINICAL))
def test_clinical_roles_see_units_and_codes_but_no_amount(role: Role) -> None:
    practice_fees()
    text = said(page(role))
    assert "77407" in text
    assert "Units to have approved" in text
    assert "$" not in text
    assert "fee" not in text


@pytest.mark.parametrize("role", sorted(READS_MONEY))
def test_roles_that_read_money_see_amounts(role: Role) -> None:
    practice_fees()
    assert "$16,800.00" in said(page(role))


def test_every_fault_stands_at_its_field_and_nothing_is_estimated() -> None:
    response = page(Role.BILLER, fractions="many", technique="", devices=-2, skipped="tomorrow", starts_on="2026-03-02")
    assert response.status_code == 422
    errors = response.context["form"].errors
    assert set(errors) == {"fractions", "technique", "devices", "skipped"}
    assert "All charges" not in said(response)


def test_faults_in_the_folded_part_open_it() -> None:
    response = page(Role.BILLER, boost_new_ct="on")
    assert set(response.context["form"].errors) == {"boost_fractions"}
    assert re.search(r'<details class="oc-more" open>', response.content.decode())


def test_price_of_the_payer_comes_before_that_of_the_practice() -> None:
    practice_fees()
    own = FeeSchedule.objects.create(name="Acme", payer=cast.commercial())
    set_fee(own, "77407", "400.00")
    text = said(page(Role.BILLER))
    assert "$12,000.00" in text
    assert "lines have no fee on their day" in text


def test_payer_that_asks_for_authorizations_is_said_to() -> None:
    PayerPolicy.objects.create(payer=cast.commercial(), effective_from=date(2020, 1, 1), requires_authorization=True)
    assert "This payer asks for an authorization" in said(page(Role.BILLER))
    assert "No policy of this payer" in said(page(Role.BILLER, payer=cast.medicare().pk))


def test_statements_of_an_estimate_do_not_grow_with_its_fractions() -> None:
    practice_fees()
    client = signed_in(Role.BILLER)
    counts = []
    client.get(reverse("billing:estimates"), asked(fractions=1))
    for sent in (asked(fractions=2), asked(fractions=40)):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("billing:estimates"), sent).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_estimate_names_no_patient_and_stores_nothing() -> None:
    practice_fees()
    page(Role.BILLER)
    assert LedgerEntry.objects.count() == 0
    assert PatientAccess.objects.count() == 0


# --- what is left of a real course --------------------------------------------------------------------------------


@pytest.fixture
def ada() -> Treated:
    """Ada after seven of her 28 fractions."""
    practice_fees()
    patient = cast.ada()
    deliver_days(patient, date(2025, 3, 4), 7)
    capture_course(course_id=patient.course.pk)
    return patient


def left(patient: Treated) -> dict[str, int]:
    """Units by code that are left of the patient's course on the evening of her seventh session."""
    found = estimate_remaining(patient.course, at=cast.local("2025-03-12 20:00"))
    return {row.written: row.units for group in found.summary.groups for row in group.rows}


def test_left_is_what_the_sessions_to_come_add(ada: Treated) -> None:
    found = left(ada)
    assert found["77385"] == 21
    assert "77301" not in found


def test_five_that_is_half_done_is_left_whole(ada: Treated) -> None:
    assert (left(ada)["77427"], left(ada)["77336"]) == (5, 4)


def test_plan_that_waits_for_approval_counts_as_approved(ada: Treated) -> None:
    patient = cast.treated(
        mrn="E-1", last_name="Eden", facility=cast.center(), payer=cast.commercial(), opened_on=date(2025, 3, 3),
        diagnosis="C61", approved_on=None,
    )  # fmt: skip
    found = estimate_remaining(patient.course, at=cast.local("2025-03-12 20:00"))
    rows = {row.written: row for group in found.summary.groups for row in group.rows}
    assert rows["77301"].first_on == date(2025, 3, 12)
    assert rows["77385"].held == 0
    assert "1 of its plans waits for approval" in " ".join(found.assumed)


def test_left_of_a_course_and_what_stands_make_the_whole_course(ada: Treated) -> None:
    standing = LedgerEntry.objects.filter(course=ada.course, code="77385").count()
    assert standing + left(ada)["77385"] == 28


def test_delivered_course_has_nothing_left_but_its_close() -> None:
    patient = cast.ada()
    deliver_days(patient, date(2025, 3, 4), 28)
    ClinicalEvent.objects.create(
        course=patient.course, family="visit", happened_on=date(2025, 4, 10), performer="physician"
    )
    found = left(patient)
    assert found == {"77427": 1}


def test_what_is_left_names_the_patient_on_the_page_and_notes_who_looked(ada: Treated) -> None:
    response = signed_in(Role.BILLER).get(reverse("billing:course-estimate", args=[ada.course.pk]))
    assert response.status_code == 200
    assert "Abbott, Ada" in said(response)
    assert "Abbott" not in response.content.decode().split("</title>")[0]
    assert PatientAccess.objects.filter(patient=ada.patient, what="billing:course-estimate").count() == 1


def test_therapist_sees_what_is_left_without_amounts(ada: Treated) -> None:
    text = said(signed_in(Role.THERAPIST).get(reverse("billing:course-estimate", args=[ada.course.pk])))
    assert "Delivery" in text
    assert "Why" in text
    assert "$" not in text


def test_statements_for_what_is_left_do_not_grow_with_sessions(ada: Treated) -> None:
    other = cast.treated(
        mrn="F-1", last_name="Frey", facility=cast.center(), payer=cast.commercial(), opened_on=date(2025, 3, 3),
        diagnosis="C61",
    )  # fmt: skip
    deliver_days(other, date(2025, 3, 4), 1)
    counts = []
    for course in (ada.course, other.course):
        with CaptureQueriesContext(connection) as queries:
            estimate_remaining(course, at=cast.local("2025-03-12 20:00"))
        counts.append(len(queries))
    assert counts[0] == counts[1]


# --- the API ------------------------------------------------------------------------------------------------------


def test_planned_course_is_estimated_with_rows_totals_and_units() -> None:
    practice_fees()
    answer = client_of(Role.BILLER).post(PLANNED, wanted(), format="json").json()
    rows = {row["code"]: row for group in answer["groups"] for row in group["rows"]}
    assert (rows["77407"]["units"], rows["77407"]["unit_amount"], rows["77407"]["amount"]) == (30, "560.00", "16800.00")
    assert answer["totals"]["institutional"] is None
    assert answer["totals"]["professional"] == answer["totals"]["all"]
    assert (answer["first_on"], answer["totals"]["all"]["lines"]) == ("2026-03-02", len(answer["lines"]))
    (delivery,) = [ask for ask in answer["authorization_units"] if ask["code"] == "77407"]
    assert (delivery["units"], delivery["first_on"], delivery["last_on"]) == (30, "2026-03-02", answer["last_on"])


def test_physician_gets_units_without_amounts() -> None:
    practice_fees()
    answer = client_of(Role.PHYSICIAN).post(PLANNED, wanted(), format="json").json()
    assert answer["totals"]["all"]["amount"] is None
    assert {row["amount"] for group in answer["groups"] for row in group["rows"]} == {None}
    assert {line["amount"] for line in answer["lines"]} == {None}


def test_every_fault_of_a_planned_course_is_named_by_field() -> None:
    sent = wanted(fractions=0, site="elbow", colour="red", starts_on="soon", devices=99, payer=999_999)
    answer = client_of(Role.BILLER).post(PLANNED, sent, format="json")
    assert answer.status_code == 400
    fields = {error["field"] for error in answer.json()["errors"]}
    assert fields == {"fractions", "site", "colour", "starts_on", "devices", "payer"}


def test_unknown_technique_cannot_be_planned() -> None:
    answer = client_of(Role.BILLER).post(PLANNED, wanted(technique="unknown"), format="json")
    assert [error["field"] for error in answer.json()["errors"]] == ["technique"]


def test_planned_course_that_is_no_object_is_refused() -> None:
    assert client_of(Role.BILLER).post(PLANNED, [1, 2], format="json").status_code == 400


def test_course_file_is_priced_by_the_practices_list_for_those_who_read_money() -> None:
    practice_fees()
    course = {
        "format": 1, "id": "x", "practice": {"setting": "freestanding", "bills": "global"},
        "payer": {"kind": "commercial"}, "course": {"diagnoses": ["C61"], "opened_on": "2019-01-07"},
        "plan": [{"key": "P1", "site": "prostate", "technique": "vmat", "approved_on": "2019-01-14", "arcs": 1}],
        "session": [{"at": "2019-01-21T09:00:00", "plans": ["P1"]}],
    }  # fmt: skip
    paid = client_of(Role.BILLER).post("/api/v1/estimates/", course, format="json").json()
    assert {line["code"]: line["amount"] for line in paid["lines"]} == {
        "77301": "3050.00", "77338": "980.00", "77300": "155.00", "77385": "845.00"
    }  # fmt: skip
    assert paid["totals"]["amount"] == "5030.00"
    unpaid = client_of(Role.THERAPIST).post("/api/v1/estimates/", course, format="json").json()
    assert {line["amount"] for line in unpaid["lines"]} == {None}
