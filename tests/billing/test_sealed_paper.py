"""Paper of claims that were sealed: read from the sealed bytes, whatever has changed since."""

from io import BytesIO
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from billing.models import Claim
from patients.models import Facility, Patient, PatientAccess
from patients.roles import Role
from tests import cast
from tests.cast import user
from tests.exports import export, line, partner, patient, release, released_line

pytestmark = pytest.mark.django_db(transaction=True)


def paper(claim: Claim, **query: str) -> Any:
    client = Client()
    client.force_login(user(Role.BILLER))
    return client.get(reverse("billing:sealed-paper", args=[claim.pk]), query)


def words(answer: Any) -> str:
    assert answer.status_code == 200, [str(one) for one in get_messages(answer.wsgi_request)]
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(answer.content)).pages)


@pytest.mark.parametrize("grid", ["", "1"], ids=["form", "grid"])
def test_a_sealed_professional_claim_is_printed_as_it_was_sealed(grid: str) -> None:
    partner()
    released_line(patient(1))
    export()
    claim = Claim.objects.get()
    last_name = claim.patient.last_name
    Patient.objects.update(last_name="Changed-Since")
    answer = paper(claim, grid=grid)
    said = words(answer)
    assert claim.control_number in said and last_name.upper() in said and "CHANGED" not in said
    assert last_name not in answer["Content-Disposition"]
    assert PatientAccess.objects.filter(what="billing:claim-paper", patient=claim.patient_id).exists()


def test_a_sealed_institutional_claim_is_printed_on_a_ub04() -> None:
    partner()
    treated = patient(1, facility=cast.hospital())
    Facility.objects.filter(pk=treated.course.facility_id).update(name="Harbor Hospital")  # box 1 takes 25 characters
    release(line(treated, claim_kind="institutional", place_of_service="22"))
    export()
    claim = Claim.objects.get(claim_kind="institutional")
    said = words(paper(claim))
    assert claim.control_number in said and "0333" in said and "77386" in said


def test_other_delimiters_of_the_partner_are_read_back_too() -> None:
    partner(element_separator="|", component_separator=">")
    released_line(patient(1))
    export()
    claim = Claim.objects.get()
    assert claim.control_number in words(paper(claim))
