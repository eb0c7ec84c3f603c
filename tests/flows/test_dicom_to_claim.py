"""From the files of a planning system and a machine to a claim file: plan, sessions, charges, release, export."""

import os
from datetime import date
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone
from pytest_django import Settings

from billing.capture import capture_course
from billing.models import ClaimFile, LedgerEntry, TradingPartner
from billing.submission import export_claims, file_bytes
from billing.worklist import release
from billing.x12.inspect_837 import inspect_837
from billing.x12.read_back import read_claims
from courses.adapters.dicom_answer import Became
from courses.adapters.dicom_import import import_dicom, read_files
from courses.adapters.dicom_placing import Wishes
from courses.adapters.import_account import import_account
from courses.models import Course, CourseDiagnosis, Plan, Session
from courses.planning import approve_plan, confirm_plan
from patients.models import Coverage, Patient
from patients.roles import Role
from tests import cast
from tests.captures import practice_fees
from tests.courses.adapters import rt_files as rt

pytestmark = pytest.mark.django_db

SAMPLES = os.environ.get("ONCOCHARGE_DICOM_SAMPLES", "")
needs_samples = pytest.mark.skipif(
    not SAMPLES, reason="ONCOCHARGE_DICOM_SAMPLES is not set: it names a folder of real plans and records to import."
)


def registered(mrn: str, machine: str) -> Course:
    """Return the open course of a registered, covered patient at a centre with this machine."""
    center = cast.center()
    cast.machine(center, machine)
    patient = Patient.objects.create(
        mrn=mrn, last_name="Drake", first_name="Dora", sex="F", street="1 Main Street", city="Boston", state="MA",
        zip_code="02115", birth_date=date(1958, 4, 2),
    )  # fmt: skip
    Coverage.objects.create(
        patient=patient, payer=cast.commercial(), member_id="M2001", effective_from=date(2020, 1, 1)
    )
    course = Course.objects.create(
        patient=patient, facility=center, physician=cast.physician(), title="Course 1", opened_on=date(2025, 12, 20)
    )
    CourseDiagnosis.objects.create(course=course, position=1, code="C50.911")
    return course


def confirmed_and_approved(plan: Plan) -> Plan:
    """Let a physicist confirm and a physician approve a proposed plan."""
    confirm_plan(plan=plan, by=cast.user(Role.PHYSICIST), site="breast", laterality="right")
    return approve_plan(plan=plan, by=cast.user(Role.PHYSICIAN), on=date(2026, 1, 2))


def exported(course: Course, settings: Settings, outbox: Path) -> str:
    """Capture the course, release what may be released, export; return the file."""
    settings.CLAIM_OUTBOX = outbox
    practice_fees()
    TradingPartner.objects.create(
        name="Clearing", sender_id="LAKESIDE", receiver_id="CLEARING", application_sender="LAKESIDE",
        application_receiver="CLEARING", submitter_name="Lakeside", submitter_id="L1", contact_name="Billing",
        contact_phone="6175550100", receiver_name="Clearing", receiver_code="C1", folder="clearing", is_default=True,
    )  # fmt: skip
    capture_course(course_id=course.pk)
    lines = LedgerEntry.objects.filter(course=course, kind="charge", reversal=None)
    release(entry_ids=[line.pk for line in lines], by=cast.user(Role.BILLER), at=timezone.now())
    export_claims(at=timezone.now(), started_by="command")
    sealed = ClaimFile.objects.get()
    text = b"".join(file_bytes(file_id=sealed.pk)).decode("ascii")
    assert inspect_837(text, today=timezone.now().date()) == []
    assert next(outbox.rglob(sealed.name)).read_bytes() == text.encode()
    return text


def claimed_lines(text: str) -> list[tuple[str, date, tuple[str, ...]]]:
    """Return code, day and modifiers of the plan and delivery lines of a claim file; companions are another story."""
    lines = [line for claim in read_claims(text) for line in claim.lines if line.code in {"77301", "77407"}]
    return sorted((line.code, date.fromisoformat(line.service_on), tuple(line.modifiers)) for line in lines)


def test_plan_and_records_of_a_week_become_a_claim(tmp_path: Path, settings: Settings) -> None:
    course = registered(rt.MRN, "TrueBeam 1")
    files = tmp_path / "in"
    files.mkdir()
    rt.saved(rt.imrt_plan(), files / "plan.dcm")
    call_command("import_dicom", str(files))
    confirmed_and_approved(Plan.objects.get(course=course))
    first = rt.whole_fraction("r1", fraction=1, at="20260105 091000")
    stopped = [rt.delivered(1), rt.delivered(2), rt.delivered(3), rt.delivered(4, 40, status="MACHINE")]
    rt.saved(first, files / "fx1.dcm")
    rt.saved(rt.record("r2", fraction=2, at="20260106 091000", beams=stopped), files / "fx2.dcm")
    rest = [rt.delivered(4, 60, kind="CONTINUATION")]
    rt.saved(rt.record("r3", fraction=2, at="20260106 094500", beams=rest), files / "fx2_rest.dcm")
    unknown = [rt.delivered(1), rt.delivered(2), rt.delivered(3), rt.delivered(4, status="UNKNOWN")]
    rt.saved(rt.record("r4", fraction=3, at="20260107 091000", beams=unknown), files / "fx3.dcm")
    call_command("import_dicom", str(files))

    assert claimed_lines(exported(course, settings, tmp_path / "out")) == [
        ("77301", date(2026, 1, 2), ()),
        ("77407", date(2026, 1, 5), ()),
        ("77407", date(2026, 1, 6), ()),
    ]
    assert Session.objects.get(treated_on="2026-01-07").signed_at is None


@needs_samples
def test_every_real_file_is_taken_or_passed_with_a_reason(capsys: pytest.CaptureFixture[str]) -> None:
    cast.center()
    registers = Wishes(by=import_account(), registers=True, diagnoses=["C50.911"])
    files = sorted(path for path in Path(SAMPLES).rglob("*") if path.is_file())
    answers = {path: import_dicom([path], registers)[path] for path in read_files(files).plans}
    again = import_dicom([Path(SAMPLES)], Wishes(by=import_account()))
    answers |= {path: answer for path, answer in again.items() if path not in answers}
    with capsys.disabled():
        for path in files:
            print(f"\n{path.name}: {answers[path].became}: {answers[path].words}", end="")
    assert set(answers) == set(files)
    assert all(answer.words.endswith(".") for answer in answers.values())
    third = import_dicom([Path(SAMPLES)], Wishes(by=import_account()))
    for path, answer in answers.items():
        expected = Became.REFUSED if answer.became is Became.REFUSED else Became.IGNORED
        assert third[path].became is expected, path.name


@needs_samples
def test_real_imrt_plan_with_its_records_becomes_a_claim(tmp_path: Path, settings: Settings) -> None:
    plans = list(Path(SAMPLES).rglob("dicompyler__dicompyler-core__rtplan.dcm"))
    if not plans:
        pytest.skip("The folder named by ONCOCHARGE_DICOM_SAMPLES lacks dicompyler__dicompyler-core__rtplan.dcm.")
    course = registered("123456", "txmachine")
    wishes = Wishes(by=import_account())
    assert import_dicom(plans, wishes)[plans[0]].became is Became.TAKEN
    plan = confirmed_and_approved(Plan.objects.get(course=course))
    assert (plan.technique, plan.static_fields, plan.fractions) == ("imrt", 4, 7)
    records = sorted(Path(SAMPLES).rglob("imrt7_*.dcm"))
    answers = import_dicom(records, wishes)
    assert {path.name: str(answer.became) for path, answer in answers.items()} == {
        path.name: "ignored" if "portfilm" in path.name else "taken" for path in records
    }
    assert [(session.treated_on.day, session.status) for session in Session.objects.all()] == [
        (5, "treated"), (6, "partial"), (6, "treated"), (7, "treated"), (7, "treated"), (8, "partial"), (9, "treated"),
    ]  # fmt: skip
    # The second session of the 7th was not prescribed and the 8th was stopped: both are held for a person.
    assert claimed_lines(exported(course, settings, tmp_path / "out")) == [
        ("77301", date(2026, 1, 2), ()),
        *(("77407", date(2026, 1, day), ()) for day in (5, 6, 7, 9)),
    ]
