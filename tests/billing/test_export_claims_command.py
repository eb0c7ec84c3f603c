"""What the command says and does, and what the nightly tasks leave behind when they run twice."""

from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from celery.exceptions import MaxRetriesExceededError
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings

from billing.models import ClaimFile, ExportRun, FollowUp, PartnerConnection, PayerRoute, TradingPartner
from billing.tasks import deliver_sealed_files, export_claims_nightly
from courses.models import Course
from oncocharge.celery import app
from patients.models import Patient
from tests import cast
from tests.exports import captured, claimed, line, partner, release, released_line
from tests.follow_ups import decided, sent

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def outbox(settings: Settings, tmp_path: Path) -> Path:
    settings.CLAIM_OUTBOX = tmp_path
    partner()
    return tmp_path


def said(*arguments: str) -> list[str]:
    out = StringIO()
    call_command("export_claims", *arguments, stdout=out)
    return out.getvalue().splitlines()


def test_it_says_what_went_where() -> None:
    ada = cast.ada()
    release(line(ada), line(ada, code="77427", service_on=date(2026, 3, 6)))
    name = f"837P-{TradingPartner.objects.get().pk}-T-000000001.x12"
    assert said() == [
        f"Bay Clearing: sealed {name}: 1 claim, 2 lines, $1,820.00.",
        f"  {name}: delivered.",
    ]


def test_it_says_what_stayed_back_and_why_without_naming_anybody() -> None:
    ada, clara = cast.ada(), cast.clara()
    released_line(ada)
    release(line(clara), line(clara, service_on=date(2026, 3, 3)))
    Patient.objects.filter(pk=clara.patient.pk).update(birth_date=None)
    released_line(cast.boris(), place_of_service="22", claim_kind="institutional")
    dora = cast.dora()
    released_line(dora, service_on=date(2009, 12, 31))
    output = said()
    number = TradingPartner.objects.get().pk
    assert output[1:] == [
        "  kept back: 1 claim, 2 lines, because:",
        "    1 x In the patient or subscriber, birth date: It is missing; fill it in.",
        f"Bay Clearing: sealed 837I-{number}-T-000000002.x12: 1 claim, 1 line, $910.00.",
        f"  837P-{number}-T-000000001.x12: delivered.",
        f"  837I-{number}-T-000000002.x12: delivered.",
        "Held: 1 line. The patient has no primary coverage on the day of service. Add it, or correct its dates.",
    ]
    told = " ".join(output)
    assert not any(word in told for word in ("Castro", "C-1003", "Drake", "D-1004", "C10"))


def test_a_correction_that_cannot_go_is_counted() -> None:
    decided(sent(line(cast.ada())), FollowUp.Kind.VOID, payer_claim_number="")
    assert said() == [
        "Bay Clearing: no claim could go.",
        "  1 correction or claim to a next payer cannot be sent as things are; each says why.",
    ]


def test_nothing_waiting_is_said() -> None:
    assert said() == ["Bay Clearing: nothing waits."]


def test_a_partner_without_a_sound_claim_is_said() -> None:
    ada = cast.ada()
    released_line(ada)
    Course.objects.filter(pk=ada.course.pk).update(physician=None)
    captured()
    assert said() == [
        "Bay Clearing: no claim could go.",
        "  kept back: 1 claim, 1 line, because:",
        "    1 x The course has no rendering physician. Name the one who renders its professional lines.",
    ]


def test_a_dry_run_says_so_and_stores_nothing() -> None:
    entry = released_line(cast.ada())
    assert said("--dry-run") == [
        "Bay Clearing: would seal 1 claim, 1 line, $910.00.",
        "Dry run: nothing was stored, nothing sent.",
    ]
    assert claimed([entry]) == [False] and not ClaimFile.objects.exists()


def test_one_partner_can_be_named_and_an_unknown_one_is_an_error() -> None:
    PayerRoute.objects.create(payer=cast.medicare(), partner=partner("Medicare Direct", is_default=False))
    assert said("--partner", "Medicare Direct") == ["Medicare Direct: nothing waits."]
    with pytest.raises(CommandError, match="Active partners: Bay Clearing, Medicare Direct"):
        said("--partner", "Medicare")


def test_a_file_that_could_not_be_delivered_makes_the_command_fail(outbox: Path) -> None:
    released_line(cast.ada())
    (outbox / "bayclearing").write_text("a file where the folder should be")
    with pytest.raises(CommandError, match="Not everything went: 837P-"):
        said()
    assert ClaimFile.objects.get().delivered_at is None
    (outbox / "bayclearing").unlink()
    name = ClaimFile.objects.get().name
    assert said() == ["Bay Clearing: nothing waits.", f"  {name}: delivered."]


def test_the_nightly_task_delivered_five_times_makes_one_file(outbox: Path) -> None:
    released_line(cast.ada())
    for _ in range(5):
        export_claims_nightly.apply(throw=True)
    assert ClaimFile.objects.count() == 1 and ExportRun.objects.count() == 5
    assert len(list((outbox / "bayclearing").iterdir())) == 1
    assert set(ExportRun.objects.values_list("started_by", "error")) == {("nightly", "")}


def test_the_nightly_task_that_failed_for_the_fourth_time_fails_aloud() -> None:
    TradingPartner.objects.update(last_control_number=999_999_999)
    released_line(cast.ada())
    with pytest.raises(MaxRetriesExceededError):
        export_claims_nightly.apply(throw=True, retries=3)
    assert "used up" in ExportRun.objects.get().error


def test_the_delivery_task_sends_what_a_full_disk_kept(outbox: Path) -> None:
    released_line(cast.ada())
    (outbox / "bayclearing").write_text("in the way")
    export_claims_nightly.apply(throw=True)
    assert ClaimFile.objects.get().delivered_at is None
    (outbox / "bayclearing").unlink()
    deliver_sealed_files.apply(throw=True)
    assert ClaimFile.objects.get().delivered_at is None, "the minute after a failure is not over"
    PartnerConnection.objects.update(next_try_at=timezone.now())
    for _ in range(3):
        deliver_sealed_files.apply(throw=True)
    assert ClaimFile.objects.get().delivered_at is not None


def test_the_beat_knows_both_tasks() -> None:
    tasks = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert {export_claims_nightly.name, deliver_sealed_files.name} <= tasks
