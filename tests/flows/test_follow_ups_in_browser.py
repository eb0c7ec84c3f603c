"""A biller corrects a claim, sends one on and looks at claims in a real browser; every page for everybody."""

import re
from datetime import date, datetime, timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from billing import worklist
from billing.capture import capture_course
from billing.models import Claim, FollowUp
from courses.models import Session
from patients.models import Coverage, Patient
from patients.roles import Role
from tests import cast
from tests.answers import Says, ack, ack_set, statuses, take
from tests.axe import faults_of
from tests.browser import OpenAs
from tests.captures import deliver, deliver_days, practice_fees, standing
from tests.cast import Treated, local, user
from tests.exports import export, partner
from tests.looks import Windows, faults_in_every_look
from tests.remittances import answered, post_payment

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NOW = local("2025-03-20 12:00")
NIGHT = local("2025-03-21 01:00")


def sent_and_paid(patient: Treated, at: datetime) -> Claim:
    """Sessions of the patient on a claim that was accepted and paid; another payer comes next."""
    Coverage.objects.create(
        patient=patient.patient, payer=cast.medicare(), rank="secondary", member_id="S-1",
        effective_from=date(2020, 1, 1),
    )  # fmt: skip
    deliver_days(patient, date(2025, 3, 4), 3)
    capture_course(course_id=patient.course.pk)
    lines = standing(patient, with_the_plan=True)
    worklist.release(entry_ids=[line.pk for line in lines], by=user(Role.BILLER), at=NOW)
    export(at=at)
    claim = Claim.objects.get(course=patient.course)
    take(ack(claim.file, ack_set("A"), number=claim.pk))
    take(statuses(claim.file, Says(claim.control_number, number="ICN4711"), number=claim.pk))
    post_payment(answered(claim), trace=f"EFT{claim.pk}")
    return claim


@pytest.fixture
def ada() -> Treated:
    """Ada: a claim sent, accepted and paid, a line of it changed since, and two lines not yet sent."""
    practice_fees()
    partner()
    patient = cast.ada()
    sent_and_paid(patient, NIGHT)
    session = patient.course.sessions.order_by("starts_at")[:1].get()
    Session.objects.filter(pk=session.pk).update(status="partial", status_reason="Machine fault")
    deliver(patient, "2025-03-10 09:00", number=11)
    capture_course(course_id=patient.course.pk)
    for line in worklist.lines():
        for finding in line.open_findings:
            if finding.severity == "hold":
                manager = user(Role.BILLING_MANAGER)
                worklist.override_finding(finding_id=finding.pk, reason="Seen the record", by=manager, at=NOW)
    return patient


def test_changed_claim_is_replaced_from_the_list(open_as: OpenAs, ada: Treated) -> None:
    page = open_as(Role.BILLER, "/billing/corrections/")
    number = page.get_by_label("Payer's claim number")
    expect(number).to_have_value(f"ICN{Claim.objects.get().pk}")
    page.get_by_role("button", name="with the next export").click()
    expect(page.get_by_text("The next export sends the replacement").first).to_be_visible()
    page.get_by_role("button", name="Take back").click()
    expect(page.get_by_text("Taken back")).to_be_visible()
    page.get_by_role("button", name="with the next export").click()
    expect(page.get_by_text("To be sent")).to_be_visible()
    export(at=NIGHT + timedelta(days=1))
    replacement = FollowUp.objects.get(sent_as__isnull=False).sent_as
    assert replacement is not None and replacement.frequency == "7"
    page.goto(page.url.replace("corrections", "claims") + f"{replacement.pk}/")
    expect(page.get_by_role("heading", level=1)).to_contain_text(replacement.control_number)
    expect(page.get_by_text("replaces")).to_be_visible()


def test_payer_is_told_by_hand_in_a_dialog_by_keyboard(open_as: OpenAs, ada: Treated) -> None:
    page = open_as(Role.BILLER, "/billing/corrections/")
    page.get_by_role("link", name="by hand").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.get_by_label("How").fill("By phone, ref 4711")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Nothing to correct")).to_be_visible()
    assert FollowUp.objects.get().done_note == "By phone, ref 4711"


def test_claims_are_sent_on_in_bulk_but_those_that_changed(open_as: OpenAs, ada: Treated) -> None:
    eva = cast.treated(
        mrn="E-1", last_name="Eng", facility=cast.center(), payer=cast.commercial(), opened_on=date(2025, 3, 3),
        diagnosis="C61",
    )  # fmt: skip
    claim = sent_and_paid(eva, NIGHT + timedelta(days=1))
    page = open_as(Role.BILLER, "/billing/next-payers/")
    expect(page.get_by_text("Changed since it was sent")).to_be_visible()
    page.get_by_label(f"Why Medicare pays later: {claim.control_number}").select_option("12")
    assert faults_of(page) == []
    page.get_by_label("Select all claims shown").check()
    page.get_by_role("button", name="Send the selected").click()
    expect(page.get_by_text("asks the next payer about 1 claim")).to_be_visible()
    decision = FollowUp.objects.get()
    assert (decision.kind, decision.claim, decision.reason_code) == ("next", claim, "12")


def test_fault_leads_from_its_segment_to_where_it_is_mended(open_as: OpenAs, ada: Treated) -> None:
    Patient.objects.update(zip_code="")
    capture_course(course_id=ada.course.pk)
    page = open_as(Role.BILLER, reverse("billing:claim-preview", args=[ada.course.pk]))
    expect(page.get_by_text("An incomplete claim cannot be sent.")).to_be_visible()
    page.get_by_role("link", name="Open the patient").first.click()
    expect(page).to_have_url(re.compile(reverse("patients:correct", args=[ada.patient.pk])))


def test_every_page_is_for_everybody(windows: Windows, ada: Treated) -> None:
    claim = Claim.objects.get()
    line = claim.lines.get(number=1)
    pages = (
        "/billing/", "/billing/corrections/", "/billing/next-payers/", "/billing/claims/",
        reverse("billing:claim", args=[claim.pk]), reverse("billing:claim-text", args=[claim.pk]),
        reverse("billing:claim-preview", args=[ada.course.pk]), reverse("billing:line", args=[line.entry_id]),
        reverse("billing:correct", args=[claim.pk]), reverse("billing:told-by-hand", args=[claim.pk]),
        reverse("billing:next-payer-not-sent", args=[claim.pk]),
    )  # fmt: skip
    for address in pages:
        page = windows.at(Role.BILLER, address)
        assert page.url.endswith(address) and "not found" not in page.title().lower(), address
        assert faults_in_every_look(page) == [], address
