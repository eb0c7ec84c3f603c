"""A sealed file: whole, hashed, numbered once, valid to three readers, and never changed again."""

import hashlib
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.db.models import Sum
from pytest_django import Settings

from billing.models import (
    Authorization,
    Claim,
    ClaimFile,
    ClaimFilePart,
    ClaimLine,
    ExportRun,
    LedgerEntry,
    PayerRoute,
    TradingPartner,
)
from billing.submission import SubmissionError, seal
from billing.submission.spool import PART_SIZE
from billing.x12.inspect_837 import inspect_837
from courses.models import CourseDiagnosis
from patients.models import Coverage, Encounter
from tests import cast
from tests.exports import (
    NIGHT,
    captured,
    claimed,
    export,
    line,
    only_text,
    partner,
    past_every_trigger,
    patient,
    places,
    release,
    released_line,
    segments,
    text_of,
)
from tests.validators import claim_numbers_read_by_x12sdk, pyx12_report

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def outbox(settings: Settings, tmp_path: Path) -> Path:
    settings.CLAIM_OUTBOX = tmp_path
    return tmp_path


@pytest.fixture(autouse=True)
def clearing() -> TradingPartner:
    return partner()


def varied_patients() -> None:
    """Claims of every shape that the house can make."""
    for number in range(1, 9):
        someone = patient(number, payer=cast.medicare() if number % 2 else cast.commercial())
        if number % 3 == 0:
            Coverage.objects.filter(pk=someone.coverage.pk).update(
                relationship=("spouse", "child", "other")[number % 9 // 3], subscriber_last_name="Nordin",
                subscriber_first_name="Nils", group_number="G-7",
            )  # fmt: skip
        release(
            *(line(someone, service_on=date(2026, 3, day), modifiers=["76"][: day % 2]) for day in range(2, 2 + number))
        )
    boris, dora, ada = cast.boris(), cast.dora(), cast.ada()
    Encounter.objects.create(
        patient=boris.patient, facility=boris.course.facility, visit_number="V1", is_inpatient=True,
        starts_on=date(2026, 3, 1), ends_on=date(2026, 3, 5),
    )  # fmt: skip
    released_line(boris, place_of_service="21", modifiers=["26"])
    for position, code in enumerate(("C79.51", "I10", "E11.9", "Z51.0"), 2):
        CourseDiagnosis.objects.create(course=dora.course, position=position, code=code)
    released_line(dora, place_of_service="22", code="77427", amount=Decimal("480.55"))
    Authorization.objects.create(
        course=ada.course, number="AUTH-1", codes=["77386"], units=30, effective_from=date(2026, 1, 1),
        effective_to=date(2026, 12, 31),
    )  # fmt: skip
    release(line(ada), line(ada, code="77299", narrative="Adaptive dose painting", modifiers=["22", "59"]))
    release(*(line(ada, service_on=date(2026, 1, 1 + n % 28)) for n in range(55)))


def test_what_is_sealed_is_what_the_row_says() -> None:
    varied_patients()
    assert export().errors == []
    file = ClaimFile.objects.get()
    text = text_of(file)
    assert (file.byte_count, file.sha256) == (len(text), hashlib.sha256(text.encode()).hexdigest())
    assert file.claim_count == Claim.objects.count() == len(segments(text, "CLM")) == 12
    assert file.line_count == ClaimLine.objects.count() == len(segments(text, "LX"))
    amounts = [Decimal(segment.split("*")[2]) for segment in segments(text, "CLM")]
    assert file.total_amount == sum(amounts) == sum(Claim.objects.values_list("total_amount", flat=True))
    assert file.total_amount == LedgerEntry.objects.aggregate(total=Sum("amount"))["total"]


def test_three_readers_find_nothing_wrong(tmp_path: Path) -> None:
    varied_patients()
    export()
    text = only_text()
    assert inspect_837(text, today=NIGHT.date()) == []
    read = sorted(claim_numbers_read_by_x12sdk(text))
    assert read == sorted(Claim.objects.values_list("control_number", flat=True))
    is_valid, errors = pyx12_report(text, tmp_path)
    assert is_valid, errors


def test_the_envelope_carries_the_partners_ids_and_our_numbers(clearing: TradingPartner) -> None:
    TradingPartner.objects.filter(pk=clearing.pk).update(last_control_number=41)
    released_line(cast.ada())
    export()
    file, text = ClaimFile.objects.get(), only_text()
    assert text.startswith(
        "ISA*00*          *00*          *ZZ*HARBOR01       *ZZ*BAYCLEARING    *260320*0100*^*00501*000000042*0*T*:~"
        "GS*HC*HARBOR01*BAYCLEARING*20260320*0100*42*X*005010X222A1~"
    )
    assert file.control_number == 42
    assert f"~BHT*0019*00*{file.batch_id}-0001*20260320*0100*CH~" in text
    assert file.name == f"837P-{clearing.pk}-T-000000042.x12"


def test_a_large_night_is_split_into_transaction_sets(clearing: TradingPartner) -> None:
    TradingPartner.objects.filter(pk=clearing.pk).update(claims_per_set=2)
    for number in range(5):
        released_line(patient(number))
    export()
    text = only_text()
    assert [segment.split("*")[2] for segment in segments(text, "ST")] == ["0001", "0002", "0003"]
    assert inspect_837(text, today=NIGHT.date()) == []


def test_parts_in_order_are_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("billing.submission.spool.PART_SIZE", 100)
    varied_patients()
    export()
    file = ClaimFile.objects.get()
    parts = list(ClaimFilePart.objects.filter(file=file).order_by("number"))
    assert [part.number for part in parts] == list(range(1, len(parts) + 1))
    assert {len(bytes(part.content)) for part in parts[:-1]} == {100} != {PART_SIZE}
    assert hashlib.sha256(b"".join(bytes(part.content) for part in parts)).hexdigest() == file.sha256


def sealed_twice(change: Callable[[], object] = lambda: None) -> tuple[str, str]:
    """Seal the same lines twice with the same numbers and clock; undo the first time."""
    texts = []
    for round_ in range(2):
        with connection.cursor() as cursor:
            cursor.execute("SELECT setval(pg_get_serial_sequence('oncocharge_billing_claim', 'id'), 7000)")
        before = transaction.savepoint()
        export()
        texts.append(only_text())
        transaction.savepoint_rollback(before)
        if not round_:
            change()
    return texts[0], texts[1]


def test_the_same_claims_numbers_and_clock_give_the_same_bytes() -> None:
    varied_patients()
    first, second = sealed_twice()
    assert first == second and len(segments(first, "CLM")) == 12


def test_rows_stored_in_another_order_give_the_same_bytes() -> None:
    varied_patients()

    def shuffle() -> None:
        """Move every second row to the end of its table."""
        with connection.cursor() as cursor:
            cursor.execute("UPDATE oncocharge_billing_review SET reason = 'moved' WHERE id % 2 = 0")
            cursor.execute("UPDATE oncocharge_patients_patient SET phone = 'moved' WHERE id % 2 = 0")
            cursor.execute("UPDATE oncocharge_patients_coverage SET group_number = group_number WHERE id % 2 = 0")
        captured()

    first, second = sealed_twice(shuffle)
    assert first == second


def test_control_numbers_rise_and_are_never_used_twice() -> None:
    numbers = []
    for number in range(3):
        released_line(patient(number))
        export()
        numbers.append(ClaimFile.objects.latest("pk").control_number)
    assert numbers == [1, 2, 3]
    assert len(set(ClaimFile.objects.values_list("batch_id", flat=True))) == 3


def test_a_number_that_was_used_is_refused_by_the_database(clearing: TradingPartner) -> None:
    first, second = released_line(patient(1)), line(patient(2))
    export()
    with past_every_trigger():
        TradingPartner.objects.filter(pk=clearing.pk).update(last_control_number=0)
    release(second)
    exported = export()
    assert "The database did not take it (IntegrityError)" in exported.partners[0].error
    assert ClaimFile.objects.count() == 1 and claimed([first, second]) == [True, False]


def test_after_the_ninth_digit_the_export_is_refused(clearing: TradingPartner) -> None:
    TradingPartner.objects.filter(pk=clearing.pk).update(last_control_number=999_999_998)
    released_line(patient(1))
    export()
    assert ClaimFile.objects.get().control_number == 999_999_999
    entry = released_line(patient(2))
    assert "used up" in export().partners[0].error
    assert claimed([entry]) == [False]


def test_production_files_are_made_in_production_only(clearing: TradingPartner, settings: Settings) -> None:
    TradingPartner.objects.filter(pk=clearing.pk).update(usage="P")
    entry = released_line(cast.ada())
    assert "ONCOCHARGE_ENV=production" in export().partners[0].error
    assert claimed([entry]) == [False]
    settings.IS_PRODUCTION = True
    assert export().errors == []
    assert only_text()[102] == "P"


def test_a_partner_that_fails_does_not_stop_the_others(clearing: TradingPartner) -> None:
    broken = partner("Aardvark Clearing", is_default=False, last_control_number=999_999_999)
    PayerRoute.objects.create(payer=cast.medicare(), partner=broken)
    stuck = released_line(cast.boris(), place_of_service="22", modifiers=["26"])
    fine = released_line(cast.ada())
    exported = export()
    assert [outcome.name for outcome in exported.partners if outcome.error] == ["Aardvark Clearing"]
    assert claimed([stuck, fine]) == [False, True]
    run = ExportRun.objects.get()
    assert run.finished_at is not None and run.error.startswith("Aardvark Clearing: ")
    assert (run.claims, run.lines, run.held_back) == (1, 1, 0)


def test_a_fault_of_the_program_at_one_partner_does_not_stop_the_others(
    clearing: TradingPartner, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    other = partner("Aardvark Clearing", is_default=False)
    PayerRoute.objects.create(payer=cast.medicare(), partner=other)
    released_line(cast.boris(), place_of_service="22", modifiers=["26"])
    fine = released_line(cast.ada())

    def fails(*, partner_id: int, **_: object) -> object:
        if partner_id == other.pk:
            raise ValueError("Brandt Boris 1958-04-02")
        return seal(partner_id=partner_id, at=NIGHT)

    monkeypatch.setattr("billing.submission.export.seal", fails)
    exported = export()
    assert claimed([fine]) == [True]
    assert "Something is wrong in the program (ValueError)" in exported.partners[0].error
    assert "Brandt" not in caplog.text + " ".join(exported.errors)


def test_a_full_temporary_disk_seals_nothing_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = released_line(cast.ada())

    def full(*_: object, **__: object) -> object:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("billing.submission.spool.Spool.write", full)
    assert "temporary folder: no space left on device" in export().partners[0].error
    assert not ClaimFile.objects.exists() and claimed([entry]) == [False]


def test_a_dry_run_says_all_and_changes_nothing(outbox: Path) -> None:
    ada = released_line(cast.ada())
    held = released_line(cast.boris(), place_of_service="21", modifiers=["26"])
    dry = export(dry_run=True)
    assert (dry.claims, dry.lines, dry.held_back, dry.is_dry) == (1, 1, 1, True)
    assert claimed([ada, held]) == [False, False] and places() == {"waiting": 2}
    assert not ClaimFile.objects.exists() and not ExportRun.objects.exists() and list(outbox.iterdir()) == []
    assert TradingPartner.objects.get().last_control_number == 0


def test_nothing_waiting_is_a_run_without_a_file() -> None:
    exported = export()
    assert (exported.claims, exported.errors) == (0, [])
    assert ExportRun.objects.get().finished_at is not None and not ClaimFile.objects.exists()


def test_a_second_export_finds_nothing_left() -> None:
    released_line(cast.ada())
    export()
    assert export().claims == 0
    assert ClaimFile.objects.count() == 1 and ExportRun.objects.count() == 2


def test_an_unknown_partner_is_refused_by_name() -> None:
    with pytest.raises(SubmissionError, match=r"no active trading partner 'Bay'\. Active partners: Bay Clearing"):
        export(partner_name="Bay")


def test_one_partner_alone_can_be_exported() -> None:
    direct = partner("Medicare Direct", is_default=False)
    PayerRoute.objects.create(payer=cast.medicare(), partner=direct)
    boris = released_line(cast.boris(), place_of_service="22", modifiers=["26"])
    ada = released_line(cast.ada())
    export(partner_name="Medicare Direct")
    assert claimed([boris, ada]) == [True, False]
