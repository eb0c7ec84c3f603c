"""The claims of a course before they are sent: the export's own, with every fault, and nothing of it stored."""

import re
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from billing.capture import capture_course
from billing.models import Claim, ClaimFile, Review, StandingFinding, TradingPartner, WaitingLine
from billing.previews import preview_course
from billing.x12.explain import Mends
from patients.models import Coverage, Facility, Patient, Payer
from patients.roles import Role
from tests import cast
from tests.captures import deliver, deliver_days, practice_fees, standing
from tests.cast import Treated, local, user
from tests.exports import export, only_text, partner, patient, release, segments

pytestmark = pytest.mark.django_db

NOW = local("2025-03-20 12:00")


@pytest.fixture
def ada() -> Treated:
    """Ada after three sessions that nobody has looked at yet."""
    practice_fees()
    partner()
    treated = cast.ada()
    deliver_days(treated, date(2025, 3, 4), 3)
    capture_course(course_id=treated.course.pk)
    return treated


def page(course_id: int, role: Role = Role.BILLER) -> Any:
    client = Client()
    client.force_login(user(role))
    return client.get(reverse("billing:claim-preview", args=[course_id]))


def said(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def stored() -> tuple[object, ...]:
    """Everything that a look must not change."""
    return (
        Claim.objects.count(), ClaimFile.objects.count(), list(Review.objects.values_list("entry", "state")),
        list(StandingFinding.objects.order_by("pk").values_list("pk", "resolved_at")),
        sorted(WaitingLine.objects.values_list("pk", flat=True)),
        list(TradingPartner.objects.values_list("last_control_number", flat=True)),
    )  # fmt: skip


def test_open_lines_are_shown_as_the_claim_that_the_export_would_send(ada: Treated) -> None:
    (shown,) = preview_course(course_id=ada.course.pk, at=NOW).claims
    assert shown.faults == ()
    previewed = [row.segment for row in shown.rows]
    release(*standing(ada, with_the_plan=True))
    export(at=NOW)
    sent = only_text()
    for name in ("SV1", "DTP", "HI", "NM1", "SBR", "REF"):
        assert [one for one in previewed if one.startswith(f"{name}*")] == segments(sent, name)


def test_look_stores_nothing_and_leaves_the_stage(ada: Treated) -> None:
    before = stored()
    assert preview_course(course_id=ada.course.pk, at=NOW).claims
    assert stored() == before
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_class WHERE relpersistence = 't' AND relname LIKE 'oncocharge%%'")
        assert cursor.fetchone() == (0,)


def test_only_the_course_that_is_asked_about_is_looked_at(ada: Treated) -> None:
    other = patient(7)
    practised = preview_course(course_id=other.course.pk, at=NOW)
    assert practised.claims == ()
    (shown,) = preview_course(course_id=ada.course.pk, at=NOW).claims
    assert shown.lines == len(standing(ada, with_the_plan=True))


@pytest.mark.parametrize(
    ("mend", "mends", "words"),
    [
        (lambda of: Payer.objects.update(payer_id="P~1"), Mends.PAYER, "payer id"),
        (lambda of: Facility.objects.update(npi=""), Mends.FACILITY, "NPI"),
        (lambda of: Patient.objects.update(zip_code=""), Mends.PATIENT, "ZIP"),
        (lambda of: Coverage.objects.update(member_id="M~1"), Mends.COVERAGE, "member id"),
    ],
    ids=["payer", "facility", "patient", "coverage"],
)
def test_each_fault_names_what_is_opened_to_mend_it(ada: Treated, mend: Any, mends: Mends, words: str) -> None:
    mend(ada)
    capture_course(course_id=ada.course.pk)
    (shown,) = preview_course(course_id=ada.course.pk, at=NOW).claims
    assert mends in {fault.mends for fault in shown.faults}
    assert any(words in fault.message for fault in shown.faults)


def test_incomplete_claim_is_told_with_links_and_nothing_is_stored(ada: Treated) -> None:
    Patient.objects.update(zip_code="")
    capture_course(course_id=ada.course.pk)
    before = stored()
    answer = page(ada.course.pk)
    text = said(answer)
    assert "An incomplete claim cannot be sent." in text
    assert reverse("patients:correct", args=[ada.patient.pk]) in answer.content.decode()
    assert stored() == before


def test_fault_in_the_settings_is_linked_for_administrators_alone(ada: Treated) -> None:
    Facility.objects.update(npi="")
    capture_course(course_id=ada.course.pk)
    address = reverse("admin:oncocharge_patients_facility_change", args=[ada.course.facility_id])
    assert address in page(ada.course.pk, Role.ADMINISTRATOR).content.decode()
    billers = page(ada.course.pk)
    assert address not in billers.content.decode()
    assert "An administrator opens the facility" in said(billers)


def test_lines_that_stay_behind_say_why(ada: Treated) -> None:
    deliver(ada, "2025-03-07 09:00", number=4, status="partial", status_reason="Machine fault")
    capture_course(course_id=ada.course.pk)
    Coverage.objects.update(effective_from=date(2025, 3, 5))
    capture_course(course_id=ada.course.pk)
    found = preview_course(course_id=ada.course.pk, at=NOW)
    reasons = {line.entry.service_on: line.reason for line in found.left}
    assert "stopped part way" in reasons[date(2025, 3, 7)]
    assert "no primary coverage" in reasons[date(2025, 3, 4)]
    assert "Lines that stay behind" in said(page(ada.course.pk))


def test_line_that_has_become_too_late_stays_behind_with_the_day() -> None:
    practice_fees()
    partner()
    boris = cast.boris()
    deliver(boris, "2025-05-06 09:00", number=1)
    capture_course(course_id=boris.course.pk)
    found = preview_course(course_id=boris.course.pk, at=local("2026-11-20 12:00"))
    assert found.claims == ()
    assert any("5 May 2026" in line.reason or "2026-05-06" in line.reason for line in found.left)
    assert not StandingFinding.objects.filter(code="filing-limit-passed").exists()


def test_course_that_changed_since_its_capture_is_not_told(ada: Treated) -> None:
    deliver(ada, "2025-03-07 09:00", number=4)
    found = preview_course(course_id=ada.course.pk, at=NOW)
    assert "derived again" in found.obstacle and found.claims == ()
    assert "derived again" in said(page(ada.course.pk))


def test_hospital_lines_are_shown_as_an_institutional_claim() -> None:
    practice_fees()
    partner()
    boris = cast.boris()
    deliver(boris, "2025-05-06 09:00", number=1)
    capture_course(course_id=boris.course.pk)
    found = preview_course(course_id=boris.course.pk, at=local("2025-05-20 12:00"))
    kinds = {claim.claim_kind: claim for claim in found.claims}
    assert "institutional" in kinds
    assert any(row.segment.startswith("SV2*") for row in kinds["institutional"].rows)


@pytest.mark.parametrize("grid", ["", "1"], ids=["form", "grid"])
def test_complete_claim_is_handed_out_on_paper(ada: Treated, grid: str) -> None:
    client = Client()
    client.force_login(user(Role.BILLER))
    answer = client.get(reverse("billing:claim-paper", args=[ada.course.pk, 1]), {"grid": grid})
    assert answer.status_code == 200
    assert answer.content.startswith(b"%PDF")
    assert "Abbott" not in answer["Content-Disposition"]
    assert client.get(reverse("billing:claim-paper", args=[ada.course.pk, 2])).status_code == 404


def test_incomplete_claim_is_not_handed_out_on_paper(ada: Treated) -> None:
    Patient.objects.update(zip_code="")
    capture_course(course_id=ada.course.pk)
    client = Client()
    client.force_login(user(Role.BILLER))
    assert client.get(reverse("billing:claim-paper", args=[ada.course.pk, 1])).status_code == 404
