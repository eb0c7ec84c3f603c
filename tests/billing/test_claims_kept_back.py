"""An incomplete claim stays back, says why on the worklist, and goes by itself once it is mended."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from billing.models import Claim, ClaimFile, LedgerEntry, PayerRoute, Review, StandingFinding, TradingPartner
from courses.models import Course, CourseDiagnosis
from patients.models import Coverage, Facility, Patient, Payer
from patients.roles import Role
from tests import cast
from tests.exports import (
    NIGHT,
    captured,
    claimed,
    export,
    line,
    only_text,
    partner,
    patient,
    places,
    release,
    released_line,
    segments,
    texts,
)
from tests.history import history_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def outbox(settings: Settings, tmp_path: Path) -> None:
    settings.CLAIM_OUTBOX = tmp_path
    partner()


def open_holds(entry: LedgerEntry) -> list[StandingFinding]:
    return list(StandingFinding.objects.filter(entry=entry, severity="hold", resolved_at=None, overridden_at=None))


def hold_codes(entry: LedgerEntry) -> list[str]:
    return sorted(finding.code for finding in open_holds(entry))


def no_diagnosis(ada: cast.Treated) -> None:
    CourseDiagnosis.objects.filter(course=ada.course).delete()


def no_physician(ada: cast.Treated) -> None:
    Course.objects.filter(pk=ada.course.pk).update(physician=None)


def no_facility_npi(ada: cast.Treated) -> None:
    Facility.objects.filter(pk=ada.course.facility.pk).update(npi="")


def short_facility_zip(ada: cast.Treated) -> None:
    Facility.objects.filter(pk=ada.course.facility.pk).update(zip_code="02115")


def facility_in_a_box(ada: cast.Treated) -> None:
    Facility.objects.filter(pk=ada.course.facility.pk).update(street="PO Box 12")


def no_tax_id(ada: cast.Treated) -> None:
    Facility.objects.filter(pk=ada.course.facility.pk).update(tax_id="")


def no_street(ada: cast.Treated) -> None:
    Patient.objects.filter(pk=ada.patient.pk).update(street="")


def no_birth_date(ada: cast.Treated) -> None:
    Patient.objects.filter(pk=ada.patient.pk).update(birth_date=None)


def no_filing_indicator(ada: cast.Treated) -> None:
    Payer.objects.filter(pk=ada.coverage.payer.pk).update(filing_indicator="")


def asterisk_in_member_id(ada: cast.Treated) -> None:
    Coverage.objects.filter(pk=ada.coverage.pk).update(member_id="12*34")


def future_service(ada: cast.Treated) -> None:
    release(line(ada, service_on=date(2026, 3, 21)))


def unknown_code_form(ada: cast.Treated) -> None:
    release(line(ada, code="773X6"))


BREAKS: list[tuple[Callable[[cast.Treated], None], str, str]] = [
    (no_diagnosis, "missing-diagnosis", "diagnoses"),
    (no_physician, "missing-physician", "rendering physician"),
    (no_facility_npi, "missing-npi", "In the facility, NPI: It is missing"),
    (short_facility_zip, "claim-incomplete", "In the facility, ZIP code"),
    (facility_in_a_box, "claim-incomplete", "In the facility, street"),
    (no_tax_id, "claim-incomplete", "In the facility, tax id: It is missing"),
    (no_street, "claim-incomplete", "In the patient or subscriber, street: It is missing"),
    (no_birth_date, "claim-incomplete", "In the patient or subscriber, birth date: It is missing"),
    (no_filing_indicator, "claim-incomplete", "In the patient or subscriber, claim filing indicator"),
    (asterisk_in_member_id, "claim-incomplete", "In the patient or subscriber, member id"),
    (future_service, "claim-incomplete", "Line 77386 of 2026-03-21, date of service: It is in the future"),
    (unknown_code_form, "claim-incomplete", "Line 773X6 of 2026-03-02, code"),
]


@pytest.mark.parametrize(("break_it", "code", "words"), BREAKS, ids=[row[0].__name__ for row in BREAKS])
def test_an_incomplete_claim_stays_back_and_the_others_go(
    break_it: Callable[[cast.Treated], None], code: str, words: str
) -> None:
    ada = cast.ada()
    boris = released_line(cast.boris(), place_of_service="22", modifiers=["26"])
    entry = released_line(ada)
    break_it(ada)
    captured()
    exported = export()
    assert claimed([entry, boris]) == [False, True]
    (finding, *_) = [finding for finding in open_holds(entry) if words in finding.message]
    assert (finding.code, finding.source, finding.course) == (code, "claim", ada.course)
    assert exported.held_back == Review.objects.filter(entry__course=ada.course).count()
    assert "waiting" not in places()
    assert "ABBOTT" not in only_text()


def test_all_that_is_wrong_is_said_at_once() -> None:
    ada = cast.ada()
    entry = released_line(ada)
    no_diagnosis(ada)
    no_physician(ada)
    no_birth_date(ada)
    captured()
    export()
    assert hold_codes(entry) == ["claim-incomplete", "missing-diagnosis", "missing-physician"]


def test_what_stays_back_is_told_where_the_billers_day_begins_and_with_the_run(client: Client) -> None:
    ada = cast.ada()
    entries = [released_line(ada, service_on=date(2026, 3, day)) for day in (2, 3)]
    no_physician(ada)
    no_street(ada)
    captured()
    client.force_login(cast.user(Role.BILLER))
    assert "held back by the claim checks" not in client.get(reverse("billing:standings")).content.decode()
    export()
    told = " ".join(client.get(reverse("billing:standings")).content.decode().split())
    assert "2 released lines are held back by the claim checks:" in told
    assert "?state=released&amp;finding=missing-physician" in told and "2 claim-incomplete" in told
    rows = client.get(reverse("billing:worklist"), {"state": "released", "finding": "missing-physician"})
    assert [row.row_class for row in rows.context["sections"][0].rows] == ["oc-row-held"] * len(entries)
    files = client.get(reverse("billing:files")).content.decode()
    assert "all that waited was held back" in files and "nothing waited" not in files


def test_every_line_of_the_claim_is_held() -> None:
    ada = cast.ada()
    entries = [released_line(ada, service_on=date(2026, 3, day)) for day in (2, 3, 4)]
    no_physician(ada)
    captured()
    assert export().held_back == 3
    assert [hold_codes(entry) for entry in entries] == [["missing-physician"]] * 3


def test_without_a_sound_claim_there_is_no_file_and_no_number_is_used() -> None:
    ada = cast.ada()
    released_line(ada)
    no_physician(ada)
    captured()
    exported = export()
    assert not ClaimFile.objects.exists() and not Claim.objects.exists()
    assert TradingPartner.objects.get().last_control_number == 0
    assert exported.errors == [] and exported.held_back == 1


def test_a_mended_claim_goes_with_the_next_export_by_itself() -> None:
    ada = cast.ada()
    entry = released_line(ada)
    no_physician(ada)
    captured()
    export()
    Course.objects.filter(pk=ada.course.pk).update(physician=cast.physician())
    captured()
    export()
    assert claimed([entry]) == [True]
    assert open_holds(entry) == []
    assert StandingFinding.objects.get(entry=entry).resolved_at == NIGHT


def test_a_fault_that_gave_way_to_another_is_withdrawn() -> None:
    ada = cast.ada()
    entry = released_line(ada)
    no_physician(ada)
    captured()
    export()
    Course.objects.filter(pk=ada.course.pk).update(physician=cast.physician())
    no_diagnosis(ada)
    captured()
    export()
    assert hold_codes(entry) == ["missing-diagnosis"]


def test_a_second_export_says_nothing_new() -> None:
    ada = cast.ada()
    entry = released_line(ada)
    no_physician(ada)
    captured()
    export()
    before = list(StandingFinding.objects.filter(entry=entry).values())
    assert export().held_back == 1
    assert list(StandingFinding.objects.filter(entry=entry).values()) == before
    assert [event.pgh_label for event in history_of(StandingFinding.objects.get(entry=entry))] == ["insert"]


def test_an_override_cannot_send_what_cannot_be_written() -> None:
    ada = cast.ada()
    entry = released_line(ada)
    no_physician(ada)
    captured()
    export()
    StandingFinding.objects.filter(entry=entry).update(
        overridden_at=NIGHT, overridden_by=cast.user(Role.BILLING_MANAGER), override_reason="Send it"
    )
    export()
    assert claimed([entry]) == [False]
    assert hold_codes(entry) == ["missing-physician"]


def test_a_line_held_by_a_claim_check_cannot_be_released_again_unmended() -> None:
    ada = cast.ada()
    entry = released_line(ada)
    no_physician(ada)
    captured()
    export()
    with pytest.raises(IntegrityError, match="has an open hold finding"), transaction.atomic():
        Review.objects.filter(entry=entry).update(state="released", reason="again")


def test_the_check_of_a_line_taken_back_is_withdrawn() -> None:
    ada = cast.ada()
    entry = released_line(ada)
    no_physician(ada)
    captured()
    export()
    Review.objects.filter(entry=entry).update(state="open")
    export()
    assert open_holds(entry) == []


def test_an_inpatient_without_a_stay_waits_for_the_admission() -> None:
    entry = released_line(cast.boris(), place_of_service="21", modifiers=["26"])
    export()
    assert hold_codes(entry) == ["missing-admission"]


def test_an_unlisted_code_without_words_stays_back() -> None:
    entry = released_line(cast.ada(), code="77299")
    export()
    (finding,) = open_holds(entry)
    assert "Line 77299 of 2026-03-02, description" in finding.message


def test_a_letter_that_x12_does_not_know_is_written_plainly() -> None:
    ada = cast.ada()
    Patient.objects.filter(pk=ada.patient.pk).update(last_name="Sørensen", first_name="Élodie")
    released_line(ada)
    export()
    assert "~NM1*IL*1*SORENSEN*ELODIE****MI*" in only_text()


def test_a_sign_that_x12_cannot_carry_becomes_a_blank_and_is_counted() -> None:
    ada = cast.ada()
    Patient.objects.filter(pk=ada.patient.pk).update(street="1 Main Street ~ Rear")
    released_line(ada)
    exported = export()
    assert "~N3*1 MAIN STREET   REAR~" in only_text()
    assert exported.partners[0].sealed[0].characters_replaced == 1


@pytest.mark.parametrize("trick", ["tab\there", "back\\slash", "new\nline", "cr\rhere", "\\N", "\\t", "end\\"])
def test_no_text_of_the_house_can_break_the_reading_of_claims(trick: str) -> None:
    ada = cast.ada()
    Patient.objects.filter(pk=ada.patient.pk).update(street2=trick)
    broken, sound = released_line(ada), released_line(patient(1))
    export()
    went = claimed([broken, sound])
    assert went[1]
    assert went[0] == trick.isprintable()


# --- lines that no partner can take ---------------------------------------------------------------------------------


def test_a_day_without_coverage_holds_the_line() -> None:
    ada = cast.ada()
    Coverage.objects.filter(pk=ada.coverage.pk).update(effective_to=date(2026, 3, 1))
    covered = released_line(ada, service_on=date(2026, 3, 1))
    bare = released_line(ada, service_on=date(2026, 3, 2))
    exported = export()
    assert claimed([covered, bare]) == [True, False]
    assert hold_codes(bare) == ["missing-coverage"]
    assert [(held.code, held.lines) for held in exported.unroutable] == [("missing-coverage", 1)]


def test_coverage_entered_later_lets_the_line_go_by_itself() -> None:
    ada = cast.ada()
    Coverage.objects.filter(pk=ada.coverage.pk).update(effective_to=date(2026, 3, 1))
    entry = released_line(ada)
    export()
    Coverage.objects.filter(pk=ada.coverage.pk).update(effective_to=None)
    export()
    assert claimed([entry]) == [True] and open_holds(entry) == []


def test_a_secondary_coverage_alone_is_no_coverage() -> None:
    ada = cast.ada()
    Coverage.objects.filter(pk=ada.coverage.pk).update(rank="secondary")
    entry = released_line(ada)
    export()
    assert hold_codes(entry) == ["missing-coverage"]


def test_a_self_payer_gets_no_claim() -> None:
    ada = cast.ada()
    Payer.objects.filter(pk=ada.coverage.payer.pk).update(kind="self_pay")
    entry = released_line(ada)
    export()
    assert hold_codes(entry) == ["self-pay"]


def test_a_payer_without_a_route_holds_its_lines_where_no_partner_is_the_default() -> None:
    TradingPartner.objects.update(is_default=False)
    entry = released_line(cast.ada())
    export()
    assert hold_codes(entry) == ["missing-route"]
    TradingPartner.objects.update(is_default=True)
    export()
    assert claimed([entry]) == [True] and open_holds(entry) == []


def test_a_released_line_that_has_no_price_is_held() -> None:
    entry = released_line(cast.ada(), unit_amount=None, amount=None)
    export()
    assert hold_codes(entry) == ["missing-fee"]
    export()
    assert StandingFinding.objects.filter(entry=entry).count() == 1


def test_a_payer_with_a_route_goes_to_its_own_partner() -> None:
    direct = partner("Medicare Direct", is_default=False)
    PayerRoute.objects.create(payer=cast.medicare(), partner=direct)
    released_line(cast.ada())
    released_line(cast.boris(), place_of_service="22", modifiers=["26"])
    export()
    files = {file.partner.name: file for file in ClaimFile.objects.select_related("partner")}
    assert set(files) == {"Bay Clearing", "Medicare Direct"}
    assert [claim.payer.name for claim in files["Medicare Direct"].claims.all()] == ["Medicare Part B"]
    assert [claim.payer.name for claim in files["Bay Clearing"].claims.all()] == ["Acme Health"]


def test_lines_of_a_partner_that_is_switched_off_wait() -> None:
    TradingPartner.objects.update(is_active=False)
    entry = released_line(cast.ada())
    exported = export()
    assert exported.partners == [] and claimed([entry]) == [False]
    assert places() == {"waiting": 1}


def test_every_released_line_is_waiting_sealed_or_held_and_in_one_place_only() -> None:
    sent = released_line(cast.ada())
    held = released_line(cast.boris(), place_of_service="21", modifiers=["26"])
    institutional = released_line(cast.dora(), place_of_service="22", claim_kind="institutional")
    assert places() == {"waiting": 3}
    export()
    assert places() == {"sealed": 2, "held": 1}
    assert claimed([sent, held, institutional]) == [True, False, True]
    assert [len(segments(text, "LX")) for text in texts()] == [1, 1]
