"""The hospital's technical lines: bills of their own, files of their own, revenue codes of the practice's table."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from billing.models import (
    Authorization,
    Claim,
    ClaimFile,
    ClaimLine,
    LedgerEntry,
    ManualLine,
    PayerRoute,
    RevenueCode,
    StandingFinding,
)
from billing.x12.inspect_837 import inspect_837
from courses.models import Course, CourseDiagnosis
from patients.models import Coverage, Facility, PayerPolicy
from tests import cast
from tests.cast import Treated
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
    text_of,
    texts,
)
from tests.validators import claim_numbers_read_by_x12sdk, pyx12_report

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def outbox(settings: Settings, tmp_path: Path) -> None:
    settings.CLAIM_OUTBOX = tmp_path
    partner()


def technical(treated: Treated, **values: Any) -> LedgerEntry:
    """Post a technical line of the hospital."""
    return line(treated, **{"claim_kind": "institutional", "place_of_service": "22", **values})


def released(treated: Treated, **values: Any) -> LedgerEntry:
    entry = technical(treated, **values)
    release(entry)
    return entry


def row(**values: Any) -> RevenueCode:
    return RevenueCode.objects.create(**{"effective_from": date(2020, 1, 1), **values})


def revenue_codes() -> list[str]:
    return [segment.split("*")[1] for segment in segments(only_text(), "SV2")]


def test_technical_and_professional_lines_of_a_course_go_out_in_two_files_with_numbers_of_their_own() -> None:
    boris = cast.boris()
    professional = released_line(boris, place_of_service="22", modifiers=["26"])
    institutional = released(boris)
    exported = export()
    assert (exported.claims, exported.lines, exported.errors) == (2, 2, [])
    first, second = ClaimFile.objects.order_by("pk")
    assert [(file.claim_kind, file.control_number) for file in (first, second)] == [
        ("professional", 1), ("institutional", 2),
    ]  # fmt: skip
    assert (first.name, second.name) == (
        f"837P-{first.partner_id}-T-000000001.x12", f"837I-{first.partner_id}-T-000000002.x12",
    )  # fmt: skip
    assert "*X*005010X222A1~" in text_of(first) and "*X*005010X223A2~" in text_of(second)
    assert claimed([professional, institutional]) == [True, True]
    kinds = dict(ClaimLine.objects.values_list("entry_id", "claim__claim_kind"))
    assert kinds == {professional.pk: "professional", institutional.pk: "institutional"}


def varied_bills() -> None:
    """Bills of every shape that the house can make."""
    for number in range(1, 9):
        someone = patient(number, facility=cast.hospital(), payer=cast.medicare() if number % 2 else cast.commercial())
        if number % 3 == 0:
            Coverage.objects.filter(pk=someone.coverage.pk).update(
                relationship=("spouse", "child", "other")[number % 9 // 3], subscriber_last_name="Nordin",
                subscriber_first_name="Nils", group_number="G-7",
            )  # fmt: skip
        if number % 2:
            Course.objects.filter(pk=someone.course.pk).update(closed_on=date(2026, 3, 18))
        release(*(technical(someone, service_on=date(2026, 3, day)) for day in range(2, 2 + number)))
    dora = cast.dora()
    for position, code in enumerate(("C79.51", "I10", "E11.9"), 2):
        CourseDiagnosis.objects.create(course=dora.course, position=position, code=code)
    row(code="77014", last_code="77387", revenue_code="0339")
    released(dora, code="77299", narrative="Adaptive dose painting", modifiers=["22", "59"], amount=Decimal("480.55"))
    released(dora, place_of_service="19", modifiers=["PO"])


def test_three_readers_find_nothing_wrong(tmp_path: Path) -> None:
    varied_bills()
    assert export().errors == [] and places() == {"sealed": 38}
    text = only_text()
    assert inspect_837(text, today=NIGHT.date()) == []
    read = sorted(claim_numbers_read_by_x12sdk(text))
    assert read == sorted(Claim.objects.values_list("control_number", flat=True))
    is_valid, errors = pyx12_report(text, tmp_path)
    assert is_valid, errors


def test_the_bill_says_its_type_its_days_its_physician_and_that_the_course_goes_on() -> None:
    boris = cast.boris()
    release(technical(boris, service_on=date(2026, 3, 6)), technical(boris, service_on=date(2026, 3, 2)))
    export()
    text = only_text()
    assert segments(text, "CLM")[0].split("*")[5] == "13:A:1"
    assert segments(text, "DTP")[0] == "DTP*434*RD8*20260302-20260306"
    assert segments(text, "CL1") == ["CL1*3*1*30"]
    assert "~NM1*71*1*BEAM*ANN****XX*1881747889~PRV*AT*PXC*2085R0001X~" in text
    assert [segment for segment in segments(text, "DTP") if "*472*" in segment] == [
        "DTP*472*D8*20260302", "DTP*472*D8*20260306",
    ]  # fmt: skip


def test_the_last_bill_of_a_closed_course_says_that_the_patient_is_home_and_the_ones_before_do_not() -> None:
    boris = cast.boris()
    before = technical(boris, service_on=date(2026, 2, 27))
    last = technical(boris, service_on=date(2026, 3, 6), place_of_service="19")
    Course.objects.filter(pk=boris.course.pk).update(closed_on=date(2026, 3, 9))
    release(before, last)
    export()
    assert sorted(segments(only_text(), "CL1")) == ["CL1*3*1*01", "CL1*3*1*30"]


def test_a_critical_access_hospital_writes_its_own_type_of_bill() -> None:
    boris = cast.boris()
    Facility.objects.update(facility_code="85")
    captured()
    released(boris)
    export()
    assert segments(only_text(), "CLM")[0].split("*")[5] == "85:A:1"


def test_a_bill_covers_no_more_than_a_month() -> None:
    boris = cast.boris()
    release(*(technical(boris, service_on=date(2026, month, day)) for month, day in ((1, 30), (1, 31), (2, 2))))
    export()
    days = [segment for segment in segments(only_text(), "DTP") if "*434*" in segment]
    assert days == ["DTP*434*RD8*20260130-20260131", "DTP*434*RD8*20260202-20260202"]


def test_up_to_999_lines_are_one_bill() -> None:
    boris = cast.boris()
    entries = LedgerEntry.objects.bulk_create(
        LedgerEntry(
            kind="charge", course=boris.course, line_key=f"delivery/session:{number}/institutional", family="delivery",
            code="77386", service_on=date(2025, 5, 5 + number % 20), units=1, claim_kind="institutional",
            place_of_service="22", unit_amount=Decimal("10.00"), amount=Decimal("10.00"), rule="S1",
        )
        for number in range(1000)
    )  # fmt: skip
    release(*entries)
    export()
    assert [claim.lines.count() for claim in Claim.objects.order_by("pk")] == [999, 1]
    assert inspect_837(only_text(), today=NIGHT.date()) == []


def authorize(treated: Treated, number: str, *codes: str) -> None:
    Authorization.objects.create(
        course=treated.course, number=number, codes=list(codes), units=30, effective_from=date(2026, 1, 1),
        effective_to=date(2026, 12, 31),
    )  # fmt: skip


def test_lines_of_two_authorizations_are_two_bills_each_with_its_number() -> None:
    boris = cast.boris()
    authorize(boris, "AUTH123", "77386")
    authorize(boris, "AUTH456", "77301")
    release(technical(boris), technical(boris, code="77301"), technical(boris, code="77334"))
    export()
    numbers = [segment for segment in segments(only_text(), "REF") if segment.startswith("REF*G1")]
    assert sorted(numbers) == ["REF*G1*AUTH123", "REF*G1*AUTH456"]
    assert Claim.objects.count() == 3


def test_words_for_an_unlisted_code_stand_at_the_line_and_what_is_longer_in_the_bills_note() -> None:
    boris = cast.boris()
    words = "Adaptive planning on the images of the day with a new contour of every organ at risk, by the physicist"
    manual = ManualLine.objects.create(course=boris.course, code="77299", service_on=date(2026, 3, 2), narrative=words)
    key = f"manual/manual_line:{manual.pk}/institutional"
    released(boris, code="77299", family="manual", line_key=key, narrative=words[:80].strip())
    export()
    (service,) = segments(only_text(), "SV2")
    description = service.split("*")[2].split(":")[-1]
    (note,) = segments(only_text(), "NTE")
    assert len(description) <= 80 and f"{description} {note.removeprefix('NTE*ADD*')}" == words.upper()


def test_an_inpatients_technical_line_is_held_in_words_and_never_billed_as_an_outpatients() -> None:
    boris = cast.boris()
    entry = released(boris, place_of_service="21")
    other = released(boris)
    export()
    assert claimed([entry, other]) == [False, True]
    finding = StandingFinding.objects.get(entry=entry, resolved_at=None)
    assert (finding.code, finding.severity, finding.source) == ("inpatient-line", "hold", "claim")
    assert "the bill of the stay (type 011x)" in finding.message


def test_a_course_without_a_physician_has_nobody_who_attends_and_stays_back() -> None:
    boris = cast.boris()
    Course.objects.filter(pk=boris.course.pk).update(physician=None)
    entry = released(boris)
    export()
    assert claimed([entry]) == [False]
    found = StandingFinding.objects.filter(entry=entry, resolved_at=None).values_list("code", flat=True)
    assert list(found) == ["missing-physician"]


def test_what_a_bill_lacks_is_said_and_mended_it_goes_by_itself() -> None:
    boris = cast.boris()
    Facility.objects.update(npi="")
    captured()
    entry = released(boris)
    export()
    finding = StandingFinding.objects.get(entry=entry, resolved_at=None)
    assert (finding.code, finding.subject) == ("missing-npi", "claim:billing.npi")
    Facility.objects.update(npi="1234567893")
    captured()
    export()
    assert claimed([entry]) == [True]
    assert not StandingFinding.objects.filter(entry=entry, resolved_at=None).exists()


def test_the_limit_of_a_bill_counts_from_the_last_day_of_its_month() -> None:
    boris = patient(1, facility=cast.hospital())
    PayerPolicy.objects.create(payer=boris.coverage.payer, effective_from=date(2020, 1, 1), filing_limit_days=90)
    early, last = technical(boris, service_on=date(2025, 12, 1)), technical(boris, service_on=date(2025, 12, 22))
    before = technical(boris, service_on=date(2025, 11, 28))
    release(early, last, before)
    export()
    assert claimed([early, last, before]) == [True, True, False]
    message = StandingFinding.objects.get(entry=before, resolved_at=None).message
    assert message == "The claim for 2025-11-28 had to arrive by 2026-02-26."


def test_a_technical_line_whose_limit_has_passed_stays_behind() -> None:
    boris = patient(1, facility=cast.hospital())
    PayerPolicy.objects.create(payer=boris.coverage.payer, effective_from=date(2020, 1, 1), filing_limit_days=90)
    late, in_time = released(boris, service_on=date(2025, 12, 1)), released(boris, service_on=date(2026, 3, 2))
    assert export().held_back == 1
    assert claimed([late, in_time]) == [False, True]
    found = StandingFinding.objects.filter(entry=late, resolved_at=None).values_list("code", flat=True)
    assert list(found) == ["filing-limit-passed"]


# --- revenue codes --------------------------------------------------------------------------------------------------


def test_without_a_row_every_line_is_radiation_therapy() -> None:
    boris = cast.boris()
    release(technical(boris), technical(boris, code="77014", family="guidance"))
    export()
    assert revenue_codes() == ["0333", "0333"]
    assert set(ClaimLine.objects.values_list("revenue_code", flat=True)) == {"0333"}


def test_the_narrower_row_says_the_revenue_code_and_the_payers_own_before_everybodys() -> None:
    row(revenue_code="0330")
    row(family="guidance", revenue_code="0331")
    row(code="77000", last_code="77499", revenue_code="0332")
    row(code="77300", last_code="77399", revenue_code="0335")
    row(code="77386", revenue_code="0339")
    boris = cast.boris()
    codes = [
        ("77386", "delivery"),
        ("77334", "device"),
        ("77014", "guidance"),
        ("G6002", "guidance"),
        ("G0463", "manual"),
    ]
    release(
        *(
            technical(boris, code=code, family=family, service_on=date(2026, 3, day))
            for day, (code, family) in enumerate(codes, 2)
        )
    )
    row(payer=boris.coverage.payer, code="G0463", revenue_code="0510")
    export()
    assert revenue_codes() == ["0339", "0335", "0332", "0331", "0510"]
    written = ClaimLine.objects.order_by("number").values_list("revenue_code", flat=True)
    assert list(written) == revenue_codes()


def test_a_row_serves_the_days_of_service_on_which_it_holds() -> None:
    row(code="77386", revenue_code="0339", effective_to=date(2026, 3, 1))
    row(code="77386", revenue_code="0333", effective_from=date(2026, 3, 2))
    boris = cast.boris()
    release(technical(boris, service_on=date(2026, 3, 1)), technical(boris, service_on=date(2026, 3, 2)))
    export()
    assert revenue_codes() == ["0339", "0333"]


def test_another_payers_row_is_of_no_concern() -> None:
    row(payer=cast.commercial(), code="77386", revenue_code="0339")
    released(cast.boris())
    export()
    assert revenue_codes() == ["0333"]


@pytest.mark.parametrize(
    "values",
    [
        {"revenue_code": "333"}, {"revenue_code": "0001"}, {"revenue_code": "033A"},
        {"code": "7738"}, {"last_code": "77386"}, {"code": "77386", "last_code": "77385"},
        {"code": "77386", "family": "delivery"}, {"family": "surgery"},
        {"code": "77386", "effective_to": date(2019, 1, 1)},
    ],
)  # fmt: skip
def test_the_database_refuses_a_row_that_makes_no_sense(values: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        row(**values)


def test_the_same_procedure_never_has_two_rows_on_a_day() -> None:
    row(code="77386", revenue_code="0339", effective_to=date(2025, 12, 31))
    row(code="77386", revenue_code="0333", effective_from=date(2026, 1, 1))
    row(code="77386", revenue_code="0335", payer=cast.medicare())
    with pytest.raises(IntegrityError, match="revenue_codes_of_the_same_do_not_overlap"), transaction.atomic():
        row(code="77386", revenue_code="0333", effective_from=date(2025, 12, 31))


def test_every_change_of_a_row_is_kept() -> None:
    changed = row(code="77386", revenue_code="0339")
    changed.revenue_code = "0333"
    changed.save()
    history = connection.cursor()
    history.execute("SELECT revenue_code FROM oncocharge_billing_revenuecodeevent ORDER BY pgh_id")
    assert [code for (code,) in history.fetchall()] == ["0339", "0333"]


# --- what it costs --------------------------------------------------------------------------------------------------


def test_each_batch_costs_as_many_statements_for_any_size_and_one_that_is_not_there_none() -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as counted:
            assert export().errors == []
        return len(counted)

    ada, boris = cast.ada(), cast.boris()
    released_line(ada)
    export()
    released_line(ada)
    alone = statements()
    release(*(line(ada, service_on=date(2026, 3, 2 + day)) for day in range(9)))
    assert statements() == alone
    released_line(ada)
    released(boris)
    both = statements()
    release(line(ada), *(technical(boris, service_on=date(2026, 3, 2 + day)) for day in range(9)))
    assert statements() == both > alone


def test_lines_of_a_payer_with_a_route_go_to_its_own_partner() -> None:
    direct = partner("Medicare Direct", is_default=False)
    PayerRoute.objects.create(payer=cast.medicare(), partner=direct)
    released(cast.boris())
    released(patient(1, facility=cast.hospital()))
    export()
    found = ClaimFile.objects.order_by("partner__name").values_list("partner__name", "claim_kind")
    assert list(found) == [("Bay Clearing", "institutional"), ("Medicare Direct", "institutional")]
    assert [len(segments(text, "CLM")) for text in texts()] == [1, 1]
