"""The patient pages: found without a name in any address, registered, covered; each look noted."""

import re
from datetime import date

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from patients.audit import note_access
from patients.models import Coverage, Patient, PatientAccess, Payer, PayerPolicy
from patients.roles import REGISTERS, Role
from tests import cast
from tests.courses.pages import proposed, signed_in

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def ada() -> cast.Treated:
    """Ada beside Boris."""
    cast.boris()
    return cast.ada()


def names(client: Client, term: str) -> list[str]:
    body = client.post(reverse("patients:list"), {"term": term}, headers=HTMX).content.decode()
    return [patient.last_name for patient in Patient.objects.all() if patient.full_name in body]


@pytest.mark.parametrize(
    ("term", "found"),
    [
        ("", ["Abbott", "Brandt"]), ("abb", ["Abbott"]), ("Abbott, A", ["Abbott"]), ("Abbott, Z", []),
        ("b-1002", ["Brandt"]), ("B-100", []), ("Boris", ["Brandt"]), ("%", []),
    ],
)  # fmt: skip
def test_a_patient_is_found_by_the_beginning_of_the_name_or_the_whole_record_number(
    ada: cast.Treated, term: str, found: list[str]
) -> None:
    assert names(signed_in(Role.BILLER), term) == found


def test_without_scripts_the_search_keeps_its_term_out_of_the_address(ada: cast.Treated) -> None:
    client = signed_in(Role.BILLER)
    answer = client.post(reverse("patients:list"), {"term": "abb"})
    assert answer["Location"] == reverse("patients:list")
    body = client.get(reverse("patients:list")).content.decode()
    assert "Abbott, Ada" in body
    assert "Brandt" not in body


def test_no_address_of_a_patient_takes_anything_but_an_id() -> None:
    def routes(patterns: list[URLPattern | URLResolver]) -> list[str]:
        return [
            route
            for one in patterns
            for route in (routes(one.url_patterns) if isinstance(one, URLResolver) else [str(one.pattern)])
        ]

    both = [one for one in get_resolver().url_patterns if str(one.pattern) in ("patients/", "courses/")]
    found = routes(both)
    assert len(found) > 20
    assert all("<" not in route.replace("<int:", "") for route in found)


def test_a_patient_shows_coverages_and_leaves_room_for_the_courses(ada: cast.Treated) -> None:
    client = signed_in(Role.BILLER)
    page = client.get(reverse("patients:patient", args=[ada.patient.pk])).content.decode()
    assert "Acme Health" in page
    assert "<title>Patient · oncocharge</title>" in page
    slot = reverse("courses:of-patient", args=[ada.patient.pk])
    assert slot in page
    assert "Course 1" in client.get(slot).content.decode()


def test_a_patient_is_registered_and_then_covered(ada: cast.Treated) -> None:
    client = signed_in(Role.THERAPIST)
    address = reverse("patients:admit")
    values = proposed(client.get(address)) | {"mrn": "A-1001", "last_name": "", "state": "ZZ"}
    refused = client.post(address, values)
    assert refused.status_code == 422
    client.post(address, values | {"mrn": "e-1005", "last_name": "Ellis", "state": "MA"})
    patient = Patient.objects.get(mrn="E-1005")
    address = reverse("patients:coverage-add", args=[patient.pk])
    covered = proposed(client.get(address)) | {"payer": str(cast.medicare().pk), "member_id": "1EG4"}
    client.post(address, covered | {"effective_from": "2026-01-01"})
    assert Coverage.objects.filter(patient=patient, effective_from=date(2026, 1, 1)).count() == 1


def test_a_patient_and_a_coverage_are_corrected(ada: cast.Treated) -> None:
    client = signed_in(Role.BILLER)
    address = reverse("patients:correct", args=[ada.patient.pk])
    client.post(address, proposed(client.get(address)) | {"phone": "6175550111"})
    address = reverse("patients:coverage-correct", args=[ada.coverage.pk])
    client.post(address, proposed(client.get(address)) | {"effective_to": "2009-01-01"})
    client.post(address, proposed(client.get(address)) | {"effective_to": "2026-12-31"})
    assert Patient.objects.get(pk=ada.patient.pk).phone == "6175550111"
    assert Coverage.objects.get(pk=ada.coverage.pk).effective_to == date(2026, 12, 31)


@pytest.mark.parametrize(
    ("page", "first", "second"),
    [
        ("coverage-correct", {"member_id": "NEW1"}, {"effective_to": "2025-06-30"}),
        ("correct", {"phone": "6175550111"}, {"city": "Salem"}),
    ],
)
def test_who_corrects_what_a_colleague_corrected_meanwhile_is_told_and_takes_nothing_back(
    ada: cast.Treated, page: str, first: dict[str, str], second: dict[str, str]
) -> None:
    row = ada.coverage if page == "coverage-correct" else ada.patient
    client, address = signed_in(Role.BILLER), reverse(f"patients:{page}", args=[row.pk])
    opened = proposed(client.get(address))
    assert client.post(address, opened | first).status_code == 302
    assert client.post(address, opened | first).status_code == 302  # the same again: a double click
    refused = client.post(address, opened | second)
    assert (refused.status_code, "while you had it open" in refused.content.decode()) == (422, True)
    row.refresh_from_db()
    assert {name: getattr(row, name) for name in first} == first
    assert client.post(address, proposed(client.get(address)) | second).status_code == 302


def test_a_coverage_of_a_payer_that_is_no_longer_used_can_be_ended(ada: cast.Treated) -> None:
    payer = ada.coverage.payer
    payer.is_active = False
    payer.save()
    client, address = signed_in(Role.BILLER), reverse("patients:coverage-correct", args=[ada.coverage.pk])
    fields = proposed(client.get(address)) | {"effective_to": "2025-06-30"}
    assert client.post(address, fields).status_code == 302
    ada.coverage.refresh_from_db()
    assert (ada.coverage.payer, ada.coverage.effective_to) == (payer, date(2025, 6, 30))


def test_every_role_reads_and_the_registering_ones_write(ada: cast.Treated) -> None:
    for role in Role:
        client = signed_in(role)
        assert client.get(reverse("patients:patient", args=[ada.patient.pk])).status_code == 200, role
        expected = 200 if role in REGISTERS else 403
        assert client.get(reverse("patients:admit")).status_code == expected, role
        assert client.get(reverse("patients:coverage-add", args=[ada.patient.pk])).status_code == expected, role


def test_a_look_is_noted_once_a_minute_for_each_user_patient_and_page(ada: cast.Treated) -> None:
    user, other = cast.user(Role.BILLER), cast.user(Role.AUDITOR)
    for _ in range(3):
        note_access(user=user, patient=ada.patient, what="patients:patient")
    note_access(user=other, patient=ada.patient.pk, what="patients:patient")
    note_access(user=user, patient=ada.patient, what="courses:course")
    assert PatientAccess.objects.count() == 3


def test_settings_are_open_to_administrators_alone(ada: cast.Treated) -> None:
    user = cast.user(Role.ADMINISTRATOR)
    assert not user.is_staff
    client = signed_in(Role.ADMINISTRATOR)
    for model in ("oncocharge_patients_facility", "oncocharge_patients_payer", "oncocharge_patients_provider",
                  "oncocharge_patients_patientaccess", "oncocharge_courses_machine"):  # fmt: skip
        assert client.get(reverse(f"admin:{model}_changelist")).status_code == 200, model
    page = client.get(reverse("admin:oncocharge_patients_payer_change", args=[ada.coverage.payer_id]))
    assert page.status_code == 200
    delete = reverse("admin:oncocharge_patients_payer_delete", args=[ada.coverage.payer_id])
    assert client.get(delete).status_code == 403
    assert signed_in(Role.BILLING_MANAGER).get(reverse("admin:index")).status_code == 302


def test_the_admin_shows_policies_and_changes_none(ada: cast.Treated) -> None:
    policy = PayerPolicy.objects.create(payer=ada.coverage.payer, effective_from=date(2020, 1, 1))
    client = signed_in(Role.ADMINISTRATOR)
    url = reverse("admin:oncocharge_patients_payer_change", args=[ada.coverage.payer_id])
    assert "policies-0-effective_from" not in client.get(url).content.decode()
    values = {"name": "Acme Health", "kind": "commercial", "payer_id": "ACME1", "filing_indicator": "CI",
              "is_active": "on", "policies-TOTAL_FORMS": "1", "policies-INITIAL_FORMS": "1",
              "policies-0-id": str(policy.pk), "policies-0-effective_from": "2021-01-01"}  # fmt: skip
    client.post(url, values)
    assert PayerPolicy.objects.get(pk=policy.pk).effective_from == date(2020, 1, 1)


def test_a_medicare_is_not_filed_as_a_commercial_plan() -> None:
    client = signed_in(Role.ADMINISTRATOR)
    url = reverse("admin:oncocharge_patients_payer_add")
    shown = client.get(url).content.decode()
    assert shown.index('name="name"') < shown.index('name="street"')
    assert re.search(r'name="filing_indicator"[^>]*value=', shown) is None
    values = {"name": "Medicare Part B", "kind": "medicare", "payer_id": "12502", "is_active": "on",
              "policies-TOTAL_FORMS": "0", "policies-INITIAL_FORMS": "0"}  # fmt: skip
    refused = client.post(url, {**values, "filing_indicator": "CI"})
    assert "CI is not Medicare&#x27;s. Enter MB, or MA for hospitals&#x27; claims." in refused.content.decode()
    client.post(url, {**values, "filing_indicator": "mb"})
    assert Payer.objects.get().filing_indicator == "MB"


FIRST_PAGES = ("patients:list", "courses:machine-day", "billing:policies", "billing:month-close")


@pytest.mark.parametrize("name", FIRST_PAGES)
def test_empty_practice_leads_its_administrator_to_the_settings_and_nobody_else(name: str) -> None:
    button = f'<a class="btn" href="{reverse("admin:index")}">Open the settings</a>'
    assert button in signed_in(Role.ADMINISTRATOR).get(reverse(name)).content.decode()
    assert button not in signed_in(Role.AUDITOR).get(reverse(name)).content.decode()


def test_forms_of_an_empty_practice_say_who_enters_what_they_ask_for() -> None:
    alone = Patient.objects.create(mrn="1", last_name="First")
    coverage = signed_in(Role.BILLER).get(reverse("patients:coverage-add", args=[alone.pk]))
    assert "No payer is entered yet. An administrator does so under Settings." in coverage.content.decode()
    course = signed_in(Role.THERAPIST).get(reverse("courses:course-open", args=[alone.pk]))
    assert "None is entered yet. An administrator does so under Settings." in course.content.decode()
