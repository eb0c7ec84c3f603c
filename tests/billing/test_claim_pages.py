"""Pages of claims: the lists by standing, one claim whole, its segments in words, its story and its lines' story."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from billing import follow_ups, worklist
from billing.capture import capture_course
from billing.models import Claim, ClaimFile, FollowUp, LedgerEntry
from courses.models import Session
from patients.models import Coverage, PatientAccess, PayerPolicy
from patients.roles import Role
from tests import cast
from tests.answers import Says, ack, ack_set, statuses, take
from tests.captures import deliver, deliver_days, practice_fees, standing
from tests.cast import Treated, local, user
from tests.exports import export, partner
from tests.remittances import answered, post_payment

pytestmark = pytest.mark.django_db

NOW = local("2025-03-20 12:00")
NIGHT = local("2025-03-21 01:00")


@pytest.fixture
def ada() -> Treated:
    """Ada, whose plan and two sessions went out on one claim."""
    practice_fees()
    partner()
    patient = cast.ada()
    deliver_days(patient, date(2025, 3, 4), 2)
    capture_course(course_id=patient.course.pk)
    lines = standing(patient, with_the_plan=True)
    worklist.release(entry_ids=[line.pk for line in lines], by=user(Role.BILLER), at=NOW)
    export(at=NIGHT)
    return patient


@pytest.fixture
def biller() -> Client:
    return signed_in(Role.BILLER)


def signed_in(role: Role) -> Client:
    client = Client()
    client.force_login(user(role))
    return client


def get(client: Client, name: str, *args: object, **query: str) -> Any:
    return client.get(reverse(f"billing:{name}", args=args), query)


def post(client: Client, name: str, *args: object, **values: object) -> Any:
    return client.post(reverse(f"billing:{name}", args=args), values)


def said(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def claim() -> Claim:
    return Claim.objects.order_by("pk").first() or Claim()


def shorten(patient: Treated) -> None:
    """Find out after the claim that the first session was stopped part way, and let the line pass."""
    session = patient.course.sessions.order_by("starts_at").first()
    assert session is not None
    Session.objects.filter(pk=session.pk).update(status="partial", status_reason="Machine fault")
    capture_course(course_id=patient.course.pk)
    manager = user(Role.BILLING_MANAGER)
    for line in worklist.lines():
        for finding in line.open_findings:
            if finding.severity == "hold":
                worklist.override_finding(finding_id=finding.pk, reason="Seen the record", by=manager, at=NOW)


# --- where everything stands ------------------------------------------------------------------------------------------


def test_home_of_billers_counts_every_standing_and_each_figure_leads_to_its_rows(ada: Treated, biller: Client) -> None:
    shorten(ada)
    page = get(biller, "standings").content.decode()
    figures = re.search(r'<nav class="bl-standings".*?</nav>', page, re.DOTALL)
    assert figures is not None
    addresses = re.findall(r'href="(/[^"]+)"', figures[0])
    counts = [int(number.replace(",", "")) for number in re.findall(r"<b>([\d,]+)</b>", figures[0])]
    assert len(addresses) == len(counts) == 11
    for address, count in zip(addresses, counts, strict=True):
        answer = biller.get(address)
        assert answer.status_code == 200
        assert answer.context["page_obj"].paginator.count == count, address


def test_home_asks_the_same_number_of_queries_whatever_there_is(ada: Treated, biller: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            get(biller, "worklist")
        return len(asked)

    shorten(ada)
    deliver(ada, "2025-03-10 09:00", number=11)
    capture_course(course_id=ada.course.pk)
    get(biller, "worklist")
    few = queries()
    for day in range(11, 15):
        deliver(ada, f"2025-03-{day} 09:00", number=day + 1)
    capture_course(course_id=ada.course.pk)
    assert queries() == few


def test_claims_are_listed_by_where_they_stand(ada: Treated, biller: Client) -> None:
    assert claim().control_number in said(get(biller, "claims", stands="sent"))
    assert claim().control_number not in said(get(biller, "claims", stands="paid"))
    assert "No claim stands so" in said(get(biller, "claims", stands="paid"))


# --- one claim --------------------------------------------------------------------------------------------------------


def test_sealed_claim_is_shown_in_words_beside_its_segments(ada: Treated, biller: Client) -> None:
    text = said(get(biller, "claim-text", claim().pk))
    assert f"CLM*{claim().control_number}*" in text
    assert "SV1*HC:77301" in text and "diagnos" in text.lower()
    assert PatientAccess.objects.filter(patient=ada.patient).exists()


def test_segments_are_those_of_the_one_claim(ada: Treated, biller: Client) -> None:
    other = cast.treated(
        mrn="E-1", last_name="Eng", facility=cast.center(), payer=cast.commercial(), opened_on=date(2025, 3, 3),
        diagnosis="C61",
    )  # fmt: skip
    deliver_days(other, date(2025, 3, 4), 1)
    capture_course(course_id=other.course.pk)
    lines = standing(other, with_the_plan=True)
    worklist.release(entry_ids=[line.pk for line in lines], by=user(Role.BILLER), at=NOW)
    export(at=NIGHT + timedelta(days=1))
    assert "ENG" not in said(get(biller, "claim-text", claim().pk)).upper().split()


def test_claim_that_changed_offers_its_correction(ada: Treated, biller: Client) -> None:
    assert "Changed since it was sent" not in said(get(biller, "claim", claim().pk))
    shorten(ada)
    text = said(get(biller, "claim", claim().pk))
    assert "Changed since it was sent" in text and "Send the replacement" in text
    assert "Send the replacement" not in said(get(signed_in(Role.AUDITOR), "claim", claim().pk))


# --- corrections ------------------------------------------------------------------------------------------------------


def test_correction_is_decided_taken_back_and_decided_again(ada: Treated, biller: Client) -> None:
    shorten(ada)
    page = said(get(biller, "corrections"))
    assert ("Ada" in page and "77386-52" in page) or "77385-52" in page
    given = {"kind": "7", "payer_claim_number": "ICN 4711"}
    assert post(biller, "correct", claim().pk, **given).status_code == 302
    assert "The next export sends the replacement" in said(get(biller, "corrections"))
    decision = FollowUp.objects.get()
    assert post(biller, "follow-up-cancel", decision.pk).status_code == 302
    assert "Send the replacement with the next export" in said(get(biller, "corrections"))


def test_correction_without_a_number_is_asked_for_it(ada: Treated, biller: Client) -> None:
    shorten(ada)
    answer = post(biller, "correct", claim().pk, kind="7", payer_claim_number="")
    assert answer.status_code == 422
    assert "names the payer" in said(answer)
    assert not FollowUp.objects.exists()


def test_payer_that_takes_no_corrections_is_a_task_for_a_person(ada: Treated, biller: Client) -> None:
    shorten(ada)
    PayerPolicy.objects.create(payer=claim().payer, effective_from=date(2020, 1, 1), takes_corrections=False)
    page = said(get(biller, "corrections"))
    assert "takes no replacement and no void" in page
    assert "with the next export" not in page
    assert post(biller, "told-by-hand", claim().pk, note="").status_code == 422
    assert post(biller, "told-by-hand", claim().pk, note="By phone, ref 4711").status_code == 302
    assert "Nothing to correct" in said(get(biller, "corrections"))


def test_corrections_of_nothing_say_so(biller: Client) -> None:
    assert "Nothing to correct" in said(get(biller, "corrections"))
    assert "Nobody else to ask" in said(get(biller, "next-payers"))


# --- next payers ------------------------------------------------------------------------------------------------------


def test_next_payer_is_asked_singly_and_in_bulk(ada: Treated, biller: Client) -> None:
    Coverage.objects.create(
        patient=ada.patient, payer=cast.medicare(), rank="secondary", member_id="S-1", effective_from=date(2020, 1, 1)
    )
    post_payment(answered(claim()))
    page = said(get(biller, "next-payers"))
    assert f"Send to {cast.medicare().name}" in page
    assert post(biller, "next-payers-send").status_code == 302
    assert not FollowUp.objects.exists()
    post(biller, "next-payers-send", claim=[claim().pk], **{f"why-{claim().pk}": "12"})
    assert FollowUp.objects.get().kind == "next"
    assert "To be sent" in said(get(biller, "next-payers"))
    post(biller, "follow-up-cancel", FollowUp.objects.get().pk)
    assert post(biller, "next-payer-not-sent", claim().pk, note="Nothing is left").status_code == 302
    assert "Nobody else to ask" in said(get(biller, "next-payers"))


# --- the story --------------------------------------------------------------------------------------------------------


def test_line_tells_its_whole_story_in_order_on_the_clinics_clock(ada: Treated, biller: Client) -> None:
    file = ClaimFile.objects.get()
    take(ack(file, ack_set("A")))
    take(statuses(file, Says(claim().control_number, number="ICN1")))
    post_payment(answered(claim()))
    shorten(ada)
    follow_ups.decide_correction(
        claim_id=claim().pk, kind="7", payer_claim_number="", reason_code="", by=user(Role.BILLER), at=NOW
    )
    export(at=NIGHT + timedelta(days=1))
    entry = LedgerEntry.objects.filter(code__startswith="7738", session__isnull=False).order_by("pk").first()
    assert entry is not None
    text = said(get(biller, "line", entry.pk))
    for words in (
        "Posted 77", "Released", f"On claim {claim().control_number}, line", "Delivered in", "999: file accepted",
        "277CA", "payer's number ICN1", "paid $", "Reversed 77", "To be sent: replacement",
        "Replacement", "took its place", "Posted again as",
    ):  # fmt: skip
        assert words in text or words.replace("'", "&#x27;") in text, words
    moments = [one.moment for one in get(biller, "line", entry.pk).context["events"]]
    assert moments == sorted(moments)
    sealed = next(one for one in get(biller, "line", entry.pk).context["events"] if "On claim" in one.what)
    assert sealed.at == "21 Mar 2025 01:00"


def test_rejected_line_says_which_claim_it_left_and_why(ada: Treated, biller: Client) -> None:
    take(statuses(ClaimFile.objects.get(), Says(claim().control_number, "A3:21", "U")))
    entry = standing(ada)[0]
    text = said(get(biller, "line", entry.pk))
    assert "Rejected" in text and "the payer refused the claim" in text


def test_story_takes_the_same_queries_however_long_it_is(ada: Treated, biller: Client) -> None:
    entry = standing(ada)[0]

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            get(biller, "line", entry.pk)
        return len(asked)

    file = ClaimFile.objects.get()
    take(ack(file, ack_set("A")))
    take(statuses(file, Says(claim().control_number, number="ICN1")))
    get(biller, "line", entry.pk)
    few = queries()
    take(statuses(file, Says(claim().control_number, "A1:20", number="ICN1"), on="20260322"))
    take(statuses(file, Says(claim().control_number, "A2:20", number="ICN2"), on="20260323"))
    assert queries() == few
