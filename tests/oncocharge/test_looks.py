"""Whoever opens a row of one patient, on a page or by the API, leaves a note of it."""

import pytest
from django.contrib.auth.models import Group
from django.db import transaction
from django.test import Client
from django.urls import reverse

from billing.capture import capture_course
from billing.models import Authorization
from courses.models import ClinicalEvent
from patients.models import PatientAccess
from patients.roles import Role
from tests import cast
from tests.captures import deliver, practice_fees, put_on_claim, standing
from tests.oncocharge.test_doors import DOORS

pytestmark = pytest.mark.django_db
# A sentence or a list of codes for a page that has noted the look; it tells nothing of whose it is.
SHOW_NO_PATIENT = {"billing:authorized", "billing:manual-codes", "billing:session-earned", "courses:session-check"}
# These read the bytes of a sealed file, which this claim has not; their own tests have.
ASK_FOR_A_FILE = {"billing:claim-text", "billing:sealed-paper"}


@pytest.fixture
def rows() -> dict[str, int]:
    """The numbers of one patient's rows, by the argument of a page or the name of an endpoint."""
    ada = cast.ada()
    practice_fees()
    session = deliver(ada, "2025-03-04 09:00")
    capture_course(course_id=ada.course.pk)
    entries = standing(ada)
    event = ClinicalEvent.objects.create(
        course=ada.course,
        family="visit",
        happened_on="2025-03-05",
        performer="physician",
        entered_by=cast.user(Role.PHYSICIAN),
    )
    authorization = Authorization.objects.create(
        course=ada.course, coverage=ada.coverage, codes=["77386"], units=9, status="approved", number="A1",
        entered_by=cast.user(Role.BILLER),
        effective_from="2025-03-01", effective_to="2025-12-31",
    )  # fmt: skip
    found = {
        "patient": ada.patient.pk, "coverage": ada.coverage.pk, "course": ada.course.pk, "plan": ada.plan.pk,
        "session": session.pk, "event": event.pk, "authorization": authorization.pk, "entry": entries[0].pk,
        "claim": put_on_claim(entries).pk,
    }  # fmt: skip
    return found | {"charge": found["entry"]}


@pytest.fixture
def client() -> Client:
    """Somebody who may see everything."""
    user = cast.user(Role.ADMINISTRATOR)
    user.groups.set(Group.objects.all())
    browser = Client()
    browser.force_login(user)
    return browser


def _addresses(rows: dict[str, int]) -> dict[str, str]:
    found = {}
    for name, door in DOORS.items():
        arguments = [argument for argument, _ in door.arguments]
        if len(arguments) != 1 or name in ASK_FOR_A_FILE:
            continue
        kind = arguments[0].removesuffix("_id")
        if kind == "pk":
            kind = name.removeprefix("api:").partition("-")[0]
        if kind in rows:
            found[name] = reverse(name, args=[rows[kind]])
    return found


def test_each_address_of_one_row_notes_whose_it_is(rows: dict[str, int], client: Client) -> None:
    unnoted, walked = set(), set()
    for name, address in _addresses(rows).items():
        with transaction.atomic():
            before = PatientAccess.objects.filter(patient=rows["patient"]).count()
            if client.get(address).status_code == 200:
                walked.add(name)
                is_noted = PatientAccess.objects.filter(patient=rows["patient"]).count() > before
                unnoted |= set() if is_noted else {name}
            transaction.set_rollback(True)
    assert len(walked) > 40
    assert sorted(unnoted) == sorted(SHOW_NO_PATIENT)


def test_a_list_of_one_patients_rows_is_a_look_and_a_list_of_many_is_none(rows: dict[str, int], client: Client) -> None:
    for address in ("/api/v1/coverages/", "/api/v1/sessions/", "/api/v1/courses/", "/api/v1/charges/"):
        client.get(address)
    assert not PatientAccess.objects.exists()
    client.get("/api/v1/coverages/", {"patient": rows["patient"]})
    client.get("/api/v1/sessions/", {"course": rows["course"]})
    noted = set(PatientAccess.objects.values_list("what", "patient"))
    assert noted == {("api:coverage-list", rows["patient"]), ("api:session-list", rows["patient"])}
