"""Who stands on claims beside the physician, where the patient was treated, and the referral number: on both kinds."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from billing.models import Claim, LedgerEntry, StandingFinding
from billing.previews import preview_course
from billing.x12.explain import Mends
from billing.x12.inspect_837 import inspect_837
from courses.models import Course
from patients.models import Facility, Provider
from tests import cast
from tests.cast import Treated
from tests.exports import NIGHT, claimed, export, line, only_text, partner, patient, release, segments
from tests.validators import claim_numbers_read_by_x12sdk, pyx12_report

pytestmark = pytest.mark.django_db

ANNEX = {
    "service_name": "Harbor Annex", "service_npi": "1679576722", "service_street": "9 Quay Road",
    "service_city": "Quincy", "service_state": "MA", "service_zip_code": "02169-1234",
}  # fmt: skip
NAMES = {"DN": "REEVE", "DQ": "SPENCER", "DK": "ORTIZ"}


@pytest.fixture(autouse=True)
def outbox(settings: Settings, tmp_path: Path) -> None:
    settings.CLAIM_OUTBOX = tmp_path
    partner()


def provider(npi: str, last_name: str) -> Provider:
    return Provider.objects.get_or_create(npi=npi, defaults={"last_name": last_name, "first_name": "Rita"})[0]


def named(treated: Treated, **values: Any) -> None:
    """Name everybody on the claims of the course, and the place of treatment."""
    facts = {
        "referring_provider": provider("1234567893", "Reeve"),
        "supervising_provider": provider("1356987655", "Spencer"),
        "ordering_provider": provider("1043367592", "Ortiz"), "referral_number": "R 4711", **values,
    }  # fmt: skip
    Course.objects.filter(pk=treated.course.pk).update(**facts)
    Facility.objects.filter(pk=treated.course.facility_id).update(**ANNEX)


def of_role(role: str) -> list[str]:
    return [segment for segment in segments(only_text(), "NM1") if segment.startswith(f"NM1*{role}*")]


def guidance(treated: Treated, **values: Any) -> LedgerEntry:
    return line(treated, family="guidance", code="77387", modifiers=["26"], **values)


def is_sound(text: str, folder: Path) -> bool:
    """Ask the house's own inspector and both validators of others."""
    assert inspect_837(text, today=NIGHT.date()) == []
    read = sorted(claim_numbers_read_by_x12sdk(text))
    assert read == sorted(Claim.objects.values_list("control_number", flat=True))
    is_valid, errors = pyx12_report(text, folder)
    assert is_valid, errors
    return is_valid


def test_professional_claim_names_everybody_in_the_order_of_the_guide(tmp_path: Path) -> None:
    ada = cast.ada()
    named(ada)
    release(line(ada), guidance(ada))
    assert export().errors == []
    assert is_sound(only_text(), tmp_path)
    assert "REF*9F*R 4711" in segments(only_text(), "REF")
    after = only_text().partition("~CLM*")[2]
    assert re.findall(r"~NM1\*(\w+)\*", after) == ["DN", "82", "77", "DQ", "DK"]
    for role, name in NAMES.items():
        assert [segment.split("*")[3] for segment in of_role(role)] == [name]
    assert of_role("77") == ["NM1*77*2*HARBOR ANNEX*****XX*1679576722"]
    assert "~N3*9 QUAY ROAD~N4*QUINCY*MA*021691234~" in after


def test_ordering_provider_stands_at_lines_of_image_guidance_alone() -> None:
    ada = cast.ada()
    named(ada)
    release(line(ada), guidance(ada), guidance(ada, service_on=date(2026, 3, 3)), line(ada, code="77336"))
    export()
    lines = only_text().split("~LX*")[1:]
    assert ["NM1*DK*" in one for one in lines] == ["77387" in one for one in lines]
    assert sum("77387" in one for one in lines) == 2


def test_institutional_claim_names_who_referred_and_where_and_has_no_place_for_the_others(tmp_path: Path) -> None:
    boris = cast.boris()
    named(boris)
    release(line(boris, claim_kind="institutional", place_of_service="22"))
    assert export().errors == []
    assert is_sound(only_text(), tmp_path)
    after = only_text().partition("~CLM*")[2]
    assert re.findall(r"~NM1\*(\w+)\*", after) == ["71", "77", "DN"]
    assert "REF*9F*R 4711" in segments(only_text(), "REF")
    assert "~N3*9 QUAY ROAD~N4*QUINCY*MA*021691234~" in after


def test_nobody_is_named_twice_on_a_claim() -> None:
    ada = cast.ada()
    named(ada, supervising_provider=cast.physician(), ordering_provider=cast.physician())
    release(guidance(ada))
    export()
    assert (len(of_role("82")), of_role("DQ"), of_role("DK")) == (1, [], [])


def test_mixed_night_gives_each_course_its_own_names(tmp_path: Path) -> None:
    for number in range(1, 7):
        one = patient(number)
        if number % 2:
            named(one, referral_number=f"R{number}", **{} if number % 3 else {"supervising_provider": None})
        release(line(one), guidance(one))
    assert export().errors == []
    assert is_sound(only_text(), tmp_path)
    claims = only_text().split("~CLM*")[1:]
    assert ["NM1*DN*" in claim for claim in claims] == [True, False] * 3
    assert ["NM1*DQ*" in claim for claim in claims] == [True, False, False, False, True, False]
    assert re.findall(r"REF\*9F\*(\w+)", only_text()) == ["R1", "R3", "R5"]


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("referring_provider", "In the referring physician, NPI:"),
        ("supervising_provider", "In the supervising physician, NPI:"),
        ("ordering_provider", "in the ordering physician, NPI:"),
    ],
)
def test_mistyped_npi_is_held_back_in_words_and_linked_in_the_preview(field: str, said: str) -> None:
    ada = cast.ada()
    mistyped = provider("1234567890", "Twist")
    named(ada, **{field: mistyped})
    entry = guidance(ada)
    release(entry)
    (shown,) = preview_course(course_id=ada.course.pk, at=NIGHT).claims
    (fault,) = shown.faults
    assert said in fault.message and "check digit" in fault.message
    assert (fault.mends, fault.provider_id) == (Mends.PROVIDER, mistyped.pk)
    export()
    assert claimed([entry]) == [False]
    finding = StandingFinding.objects.get(entry=entry, resolved_at=None)
    assert (finding.code, finding.message) == ("claim-incomplete", fault.message)


def test_service_location_without_its_nine_digits_is_held_back_in_words() -> None:
    ada = cast.ada()
    Facility.objects.filter(pk=ada.course.facility_id).update(**ANNEX | {"service_zip_code": "02169"})
    entry = line(ada)
    release(entry)
    export()
    finding = StandingFinding.objects.get(entry=entry, resolved_at=None)
    assert finding.message.startswith("In the service location of the facility, ZIP code:")
    assert "nine digits" in finding.message


def test_naming_everybody_costs_no_statement_more() -> None:
    counts = []
    for number, is_named in ((1, False), (2, False), (3, True)):
        one = patient(number)
        if is_named:
            named(one)
        release(line(one), guidance(one))
        with CaptureQueriesContext(connection) as counted:
            export()
        counts.append(len(counted))
    assert counts[1] == counts[2]  # the very first one asks what is remembered after
