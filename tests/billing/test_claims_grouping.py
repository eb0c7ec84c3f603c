"""Which released lines go on a claim together, and what the claim says of them."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from pytest_django import Settings

from billing.models import Authorization, AuthorizedLine, Claim, ClaimLine, LedgerEntry, Review, StandingFinding
from courses.models import Course, CourseDiagnosis
from patients.models import Coverage, Encounter, Provider
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
    release,
    released_line,
    segments,
)
from tests.holds import as_held

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def outbox(settings: Settings, tmp_path: Path) -> None:
    settings.CLAIM_OUTBOX = tmp_path
    partner()


def lines_of(claim: Claim) -> list[int]:
    return list(ClaimLine.objects.filter(claim=claim).order_by("number").values_list("entry_id", flat=True))


def test_lines_of_one_course_and_place_go_on_one_claim_in_the_order_of_service() -> None:
    ada = cast.ada()
    second = released_line(ada, service_on=date(2026, 3, 3), amount=Decimal("480.00"), code="77427")
    first = released_line(ada, service_on=date(2026, 3, 2))
    assert export().claims == 1
    claim = Claim.objects.get()
    assert lines_of(claim) == [first.pk, second.pk]
    assert claim.total_amount == Decimal("1390.00")
    assert (claim.patient, claim.payer, claim.coverage) == (ada.patient, ada.coverage.payer, ada.coverage)
    assert (claim.facility, claim.rendering_provider) == (ada.course.facility, ada.course.physician)


def test_another_place_of_service_is_another_claim() -> None:
    boris = cast.boris()
    released_line(boris, place_of_service="22", modifiers=["26"])
    released_line(boris, place_of_service="19", modifiers=["26"])
    export()
    assert sorted(Claim.objects.values_list("place_of_service", flat=True)) == ["19", "22"]


def test_two_patients_never_share_a_claim() -> None:
    ada, clara = cast.ada(), cast.clara()
    released_line(ada)
    released_line(clara)
    export()
    assert set(Claim.objects.values_list("patient", flat=True)) == {ada.patient.pk, clara.patient.pk}


def test_two_courses_of_a_patient_are_two_claims() -> None:
    ada = cast.ada()
    again = Course.objects.create(
        patient=ada.patient, facility=ada.course.facility, physician=cast.physician(), title="Course 2",
        opened_on=date(2026, 1, 5),
    )  # fmt: skip
    CourseDiagnosis.objects.create(course=again, position=1, code="C79.51")
    released_line(ada)
    release(line(ada, course=again))
    export()
    assert sorted(Claim.objects.values_list("diagnoses", flat=True)) == [["C61"], ["C79.51"]]


def test_a_payer_that_changes_in_the_middle_of_a_course_makes_two_claims() -> None:
    ada = cast.ada()
    Coverage.objects.filter(pk=ada.coverage.pk).update(effective_to=date(2026, 2, 28))
    Coverage.objects.create(
        patient=ada.patient, payer=cast.medicare(), member_id="1EG4TE5MK72", effective_from=date(2026, 3, 1)
    )
    before = released_line(ada, service_on=date(2026, 2, 28))
    after = released_line(ada, service_on=date(2026, 3, 1))
    export()
    of_payer = {claim.payer.name: lines_of(claim) for claim in Claim.objects.select_related("payer")}
    assert of_payer == {"Acme Health": [before.pk], "Medicare Part B": [after.pk]}


def test_the_51st_line_begins_a_second_claim() -> None:
    ada = cast.ada()
    entries = [line(ada, service_on=date(2026, 1, 1 + n % 28)) for n in range(51)]
    release(*entries)
    export()
    sizes = [len(lines_of(claim)) for claim in Claim.objects.order_by("pk")]
    assert sizes == [50, 1]
    assert sum(Claim.objects.values_list("total_amount", flat=True)) == Decimal("910.00") * 51
    numbers = segments(only_text(), "LX")
    assert numbers == [f"LX*{number}" for number in range(1, 51)] + ["LX*1"]


def test_fifty_lines_are_one_claim() -> None:
    ada = cast.ada()
    release(*(line(ada, service_on=date(2026, 1, 1 + n % 28)) for n in range(50)))
    export()
    assert Claim.objects.count() == 1


def test_twelve_diagnoses_go_with_the_claim_and_a_line_points_to_the_first_four() -> None:
    ada = cast.ada()
    for position, code in enumerate(("C79.51", "I10", "E11.9", "Z51.0", "N40.0", "I25.10", "J45.909"), 2):
        CourseDiagnosis.objects.create(course=ada.course, position=position, code=code)
    for position, code in enumerate(("K21.9", "M54.50", "E78.5", "F41.9"), 9):
        CourseDiagnosis.objects.create(course=ada.course, position=position, code=code)
    released_line(ada)
    export()
    text = only_text()
    (codes,) = segments(text, "HI")
    assert codes.startswith("HI*ABK:C61*ABF:C7951*ABF:I10*ABF:E119*") and codes.count("*") == 12
    assert segments(text, "SV1") == ["SV1*HC:77386*910*UN*1***1:2:3:4"]


def test_one_diagnosis_is_all_that_a_line_can_point_to() -> None:
    released_line(cast.ada())
    export()
    assert segments(only_text(), "SV1")[0].endswith("***1")


@pytest.mark.parametrize("state", ["open", "held"])
def test_a_line_that_was_not_released_never_goes(state: str) -> None:
    entry = line(cast.ada())
    decided = as_held(NIGHT) if state == "held" else {"state": state}
    Review.objects.create(entry=entry, reason="Ask the physician", at=NIGHT, **decided)
    captured()
    assert export().claims == 0
    assert claimed([entry]) == [False]


def test_a_line_without_a_fee_never_goes() -> None:
    ada = cast.ada()
    priced = released_line(ada)
    unpriced = released_line(ada, unit_amount=None, amount=None)
    export()
    assert claimed([priced, unpriced]) == [True, False]


def test_a_line_that_a_finding_holds_never_goes() -> None:
    ada = cast.ada()
    sound, held = released_line(ada), released_line(ada)
    StandingFinding.objects.create(course=ada.course, entry=held, severity="hold", code="partial-fraction", message="m")
    export()
    assert claimed([sound, held]) == [True, False]


def test_an_overridden_hold_holds_no_more() -> None:
    ada = cast.ada()
    entry = released_line(ada)
    biller = cast.user(Role.BILLER)
    StandingFinding.objects.create(
        course=ada.course, entry=entry, severity="hold", code="partial-fraction", message="m",
        overridden_at=NIGHT, overridden_by=biller, override_reason="The physician confirmed the dose.",
    )  # fmt: skip
    export()
    assert claimed([entry]) == [True]


def test_a_warning_holds_nothing() -> None:
    ada = cast.ada()
    entry = released_line(ada)
    StandingFinding.objects.create(
        course=ada.course, entry=entry, severity="warning", code="filing-limit-near", message="m"
    )
    export()
    assert claimed([entry]) == [True]


def test_a_reversed_line_never_goes_nor_does_its_reversal() -> None:
    entry = released_line(cast.ada())
    reversal = LedgerEntry.objects.create(
        kind="reversal", course=entry.course, line_key=entry.line_key, family=entry.family, code=entry.code,
        service_on=entry.service_on, units=1, claim_kind=entry.claim_kind, place_of_service="11",
        unit_amount=-Decimal("910.00"), amount=-Decimal("910.00"), rule="S1", reverses=entry,
    )  # fmt: skip
    release(reversal)
    assert export().claims == 0
    assert claimed([entry, reversal]) == [False, False]


def test_a_course_that_changed_since_its_capture_waits_for_the_next_one() -> None:
    ada = cast.ada()
    entry = released_line(ada)
    CourseDiagnosis.objects.create(course=ada.course, position=2, code="C79.51")
    assert export().claims == 0
    captured()
    export()
    assert claimed([entry]) == [True]
    assert Claim.objects.get().diagnoses == ["C61", "C79.51"]


def test_a_line_released_after_an_export_goes_with_the_next() -> None:
    ada = cast.ada()
    first = released_line(ada)
    export()
    second = released_line(ada)
    export()
    assert claimed([first, second]) == [True, True]
    assert [len(lines_of(claim)) for claim in Claim.objects.order_by("pk")] == [1, 1]
    assert Claim.objects.values("file").distinct().count() == 2


def test_a_spouse_as_patient_hangs_below_the_subscriber() -> None:
    ada = cast.ada()
    Coverage.objects.filter(pk=ada.coverage.pk).update(
        relationship="spouse", subscriber_last_name="Abbott", subscriber_first_name="Alan", group_number="G77"
    )
    released_line(ada)
    export()
    text = only_text()
    assert "~SBR*P**G77******CI~NM1*IL*1*ABBOTT*ALAN****MI*MA1001~" in text
    assert "*23*0~PAT*01~NM1*QC*1*ABBOTT*ADA~N3*1 MAIN STREET~" in text


@pytest.mark.parametrize(("relationship", "code"), [("child", "19"), ("other", "G8")])
def test_the_relationship_has_the_guides_code(relationship: str, code: str) -> None:
    ada = cast.ada()
    Coverage.objects.filter(pk=ada.coverage.pk).update(
        relationship=relationship, subscriber_last_name="Abbott", subscriber_first_name="Alan"
    )
    released_line(ada)
    export()
    assert segments(only_text(), "PAT") == [f"PAT*{code}"]


def test_two_dependants_of_one_subscriber_share_the_subscribers_loop() -> None:
    for number in (1, 2):
        someone = patient(number)
        Coverage.objects.filter(pk=someone.coverage.pk).update(
            member_id="FAMILY1", relationship="child", subscriber_last_name="Nordin", subscriber_first_name="Nils"
        )
        released_line(someone)
    export()
    text = only_text()
    assert len(segments(text, "SBR")) == 1 and len(segments(text, "PAT")) == 2


def authorize(treated: cast.Treated, number: str, *codes: str) -> None:
    Authorization.objects.create(
        course=treated.course, number=number, codes=list(codes), units=30, effective_from=date(2026, 1, 1),
        effective_to=date(2026, 12, 31),
    )  # fmt: skip


def test_one_authorization_stands_at_the_claim() -> None:
    ada = cast.ada()
    authorize(ada, "AUTH123", "77386")
    release(line(ada), line(ada, code="77427"))
    export()
    text = only_text()
    assert segments(text, "REF").count("REF*G1*AUTH123") == 1
    assert text.index("REF*G1*AUTH123") < text.index("~LX*1~")


def test_two_authorizations_stand_at_their_lines() -> None:
    ada = cast.ada()
    authorize(ada, "AUTH123", "77386")
    authorize(ada, "AUTH456", "77427")
    release(line(ada), line(ada, code="77427", service_on=date(2026, 3, 6)))
    export()
    text = only_text()
    assert text.index("~LX*1~") < text.index("REF*G1*AUTH123") < text.index("~LX*2~") < text.index("REF*G1*AUTH456")


def test_an_authorization_outside_its_dates_stands_nowhere() -> None:
    ada = cast.ada()
    authorize(ada, "AUTH123", "77386")
    released_line(ada, service_on=date(2025, 12, 31))
    export()
    assert "REF*G1" not in only_text()


def test_after_a_change_of_payer_each_claim_carries_its_own_payers_number() -> None:
    ada = cast.ada()
    Coverage.objects.filter(pk=ada.coverage.pk).update(effective_to=date(2026, 3, 2))
    later = Coverage.objects.create(
        patient=ada.patient, payer=ada.coverage.payer, member_id="Z9LATER", effective_from=date(2026, 3, 3)
    )
    for number, coverage in (("OLD1", ada.coverage), ("NEW1", later)):
        authorize(ada, number, "77386")
        Authorization.objects.filter(number=number).update(coverage=coverage)
    release(line(ada), line(ada, service_on=date(2026, 3, 3)))
    export()
    assert [segment for segment in segments(only_text(), "REF") if segment.startswith("REF*G1")] == [
        "REF*G1*OLD1", "REF*G1*NEW1",
    ]  # fmt: skip


def test_a_charge_that_uses_the_second_of_two_approvals_carries_its_number() -> None:
    ada = cast.ada()
    authorize(ada, "FIRST1", "77386")
    authorize(ada, "SECOND", "77386")
    first, second = line(ada), line(ada, service_on=date(2026, 3, 3))
    AuthorizedLine.objects.create(entry=second, authorization=Authorization.objects.get(number="SECOND"))
    release(first, second)
    export()
    text = only_text()
    assert text.index("~LX*1~") < text.index("REF*G1*FIRST1") < text.index("~LX*2~") < text.index("REF*G1*SECOND")


@pytest.mark.parametrize("status", ["requested", "denied", "voided"])
def test_what_is_not_approved_puts_no_number_on_a_claim(status: str) -> None:
    ada = cast.ada()
    authorize(ada, "AUTH123", "77386")
    Authorization.objects.update(status=status)
    released_line(ada)
    export()
    assert "REF*G1" not in only_text()


def test_an_inpatients_claim_tells_the_days_of_the_stay_and_another_stay_is_another_claim() -> None:
    boris = cast.boris()
    for visit, first, last in (("V1", date(2026, 3, 1), date(2026, 3, 4)), ("V2", date(2026, 3, 9), None)):
        Encounter.objects.create(
            patient=boris.patient, facility=boris.course.facility, visit_number=visit, is_inpatient=True,
            starts_on=first, ends_on=last,
        )  # fmt: skip
    for day in (2, 3, 10):
        released_line(boris, place_of_service="21", modifiers=["26"], service_on=date(2026, 3, day))
    export()
    text = only_text()
    assert [len(lines_of(claim)) for claim in Claim.objects.order_by("pk")] == [2, 1]
    admissions = [segment for segment in segments(text, "DTP") if "*435*" in segment or "*096*" in segment]
    assert admissions == ["DTP*435*D8*20260301", "DTP*096*D8*20260304", "DTP*435*D8*20260309"]


def test_an_unlisted_code_says_what_was_done() -> None:
    released_line(cast.ada(), code="77299", narrative="Adaptive dose painting, no code", modifiers=["22"])
    export()
    assert segments(only_text(), "SV1") == ["SV1*HC:77299:22::::ADAPTIVE DOSE PAINTING, NO CODE*910*UN*1***1"]


def test_amounts_are_written_without_needless_zeros() -> None:
    ada = cast.ada()
    release(
        *(line(ada, amount=Decimal(amount), unit_amount=Decimal(amount)) for amount in ("100.00", "100.50", "0.07"))
    )
    export()
    text = only_text()
    assert [segment.split("*")[2] for segment in segments(text, "SV1")] == ["100", "100.5", "0.07"]
    assert segments(text, "CLM")[0].split("*")[2] == "200.57"


def test_the_rendering_physician_stands_at_the_claim() -> None:
    ada = cast.ada()
    other = Provider.objects.create(last_name="Reeve", first_name="Refa", npi="1114920006")
    Course.objects.filter(pk=ada.course.pk).update(physician=other)
    released_line(ada)
    export()
    assert "~NM1*82*1*REEVE*REFA****XX*1114920006~PRV*PE*PXC*2085R0001X~" in only_text()


def test_claims_stand_in_the_order_of_payer_and_subscriber_and_are_numbered_so() -> None:
    medicare = cast.medicare()
    members = {number: patient(number, payer=medicare if number % 2 else cast.commercial()) for number in range(1, 7)}
    for number in (5, 2, 6, 1, 4, 3):
        released_line(members[number])
    export()
    text = only_text()
    payers = [segment.split("*")[9] for segment in segments(text, "NM1") if segment.startswith("NM1*PR")]
    assert payers == sorted(payers, key=payers.index) and len(set(payers)) == 2
    subscribers = [segment.split("*")[9] for segment in segments(text, "NM1") if segment.startswith("NM1*IL")]
    by_payer = [subscribers[:3], subscribers[3:]]
    assert all(group == sorted(group) for group in by_payer)
    numbers = [segment.split("*")[1] for segment in segments(text, "CLM")]
    assert numbers == sorted(numbers) == list(Claim.objects.order_by("pk").values_list("control_number", flat=True))


def test_the_numbers_of_claim_and_line_come_from_our_own_ids_alone() -> None:
    entry = released_line(cast.ada())
    export()
    claim, text = Claim.objects.get(), only_text()
    assert claim.control_number == f"OC{claim.pk:010}"
    assert segments(text, "CLM")[0].split("*")[1] == claim.control_number
    assert f"REF*6R*L{entry.pk}" in segments(text, "REF")
