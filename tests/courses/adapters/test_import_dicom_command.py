"""``manage.py import_dicom``: one line a file, an exit code, and no patient in the output."""

from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from courses.models import Course, Machine, Plan, Session
from courses.planning import open_course
from patients.models import Patient
from patients.roles import Role
from tests import cast
from tests.courses.adapters import rt_files as rt

pytestmark = pytest.mark.django_db


@pytest.fixture
def course() -> Course:
    """The open course of the files' patient, at a centre with their machine."""
    center = cast.center()
    cast.machine(center, "TrueBeam 1")
    patient = Patient.objects.create(mrn=rt.MRN, last_name="Drake", birth_date=date(1958, 4, 2))
    return open_course(
        patient=patient, facility=center, title="Course 1", opened_on=date(2025, 12, 20), diagnoses=["C61"]
    )


def refuses(*arguments: str) -> CommandError:
    """Run the command, which must refuse to begin."""
    with pytest.raises(CommandError) as caught:
        call_command("import_dicom", *arguments)
    assert caught.value.returncode == 2
    return caught.value


def test_folder_is_read_plans_first_whatever_the_files_are_called(
    course: Course, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rt.saved(rt.whole_fraction("r1", fraction=1, at="20260105 091000"), tmp_path / "a_record.dcm")
    (tmp_path / "deeper").mkdir()
    rt.saved(rt.imrt_plan(), tmp_path / "deeper" / "z_plan")
    (tmp_path / ".hidden").write_text("not looked at")
    (tmp_path / "DICOMDIR").write_text("not looked at either")
    call_command("import_dicom", str(tmp_path))
    plan, session = Plan.objects.get(), Session.objects.get()
    assert capsys.readouterr().out.splitlines() == [
        f"{tmp_path}/a_record.dcm: taken: session {session.pk}, fraction 1 of plan {plan.pk}: treated.",
        f"{tmp_path}/deeper/z_plan: taken: plan {plan.pk} of course {course.pk}: proposed as imrt, 1 to answer, "
        "0 to heed. Confirm it and have it approved.",
        "2 taken, 0 ignored, 0 refused.",
    ]


def test_refused_file_gives_exit_code_1_and_keeps_no_other_out(
    course: Course, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rt.saved(rt.imrt_plan(), tmp_path / "plan.dcm")
    rt.saved(rt.imrt_plan(SOPInstanceUID=rt.uid("qa"), PlanIntent="VERIFICATION"), tmp_path / "qa.dcm")
    with pytest.raises(SystemExit) as ended:
        call_command("import_dicom", str(tmp_path))
    assert ended.value.code == 1
    assert Plan.objects.count() == 1
    assert "1 taken, 0 ignored, 1 refused." in capsys.readouterr().out


def test_no_patient_stands_in_the_output(course: Course, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    rt.saved(rt.imrt_plan(), tmp_path / "plan.dcm")
    strange = rt.imrt_plan(SOPInstanceUID=rt.uid("other"), PatientID="X-77", PatientName="Somebody^Else")
    rt.saved(strange, tmp_path / "other.dcm")
    # Values that pydicom would complain of aloud, quoting them.
    odd = rt.as_bytes(rt.imrt_plan(SOPInstanceUID=rt.uid("odd"))).replace(b"19580402", b"4 APR 58")
    (tmp_path / "odd.dcm").write_bytes(odd)
    with pytest.raises(SystemExit):
        call_command("import_dicom", str(tmp_path))
    shown = "".join(capfd.readouterr()).replace(str(tmp_path), "")
    assert not any(word in shown for word in ("Drake", "Nobody", "Somebody", rt.MRN, "X-77", "1958", "APR"))


def test_sessions_waiting_for_a_person_are_counted(
    course: Course, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rt.saved(rt.imrt_plan(), tmp_path / "plan.dcm")
    unknown = rt.record("r1", fraction=1, at="20260105 091000", beams=[rt.delivered(1, status="UNKNOWN")])
    rt.saved(unknown, tmp_path / "fx1.dcm")
    call_command("import_dicom", str(tmp_path))
    assert "1 left a session that waits for a person's signature." in capsys.readouterr().out


def test_person_who_imports_signs(course: Course, tmp_path: Path) -> None:
    rt.saved(rt.imrt_plan(), tmp_path / "plan.dcm")
    rt.saved(rt.whole_fraction("r1", fraction=1, at="20260105 091000"), tmp_path / "fx1.dcm")
    therapist = cast.user(Role.THERAPIST)
    call_command("import_dicom", str(tmp_path), "--by", therapist.username)
    assert Session.objects.get().signed_by == therapist


def test_register_lets_patient_and_machine_in(tmp_path: Path) -> None:
    cast.center()
    path = rt.saved(rt.imrt_plan(), tmp_path / "plan.dcm")
    call_command("import_dicom", str(path), "--register", "--diagnosis", "c50.911", "--diagnosis", "Z85.3")
    course = Course.objects.get(patient__mrn=rt.MRN)
    assert list(course.diagnoses.values_list("code", flat=True)) == ["C50.911", "Z85.3"]
    assert Machine.objects.get().name == "TrueBeam 1"


def test_one_diagnosis_for_the_plans_of_two_patients_is_refused(course: Course, tmp_path: Path) -> None:
    rt.saved(rt.imrt_plan(), tmp_path / "one.dcm")
    rt.saved(rt.imrt_plan(SOPInstanceUID=rt.uid("other"), PatientID="X-77"), tmp_path / "other.dcm")
    assert "several patients" in str(refuses(str(tmp_path), "--register", "--diagnosis", "C61"))
    assert Plan.objects.count() == 0


def test_options_that_name_nothing_are_refused_before_anything_is_read(course: Course, tmp_path: Path) -> None:
    path = str(rt.saved(rt.imrt_plan(), tmp_path / "plan.dcm"))
    assert "There is no /nowhere" in str(refuses(path, "/nowhere"))
    assert str(refuses(path, "--course", "999")) == "There is no course 999."
    assert "There are: Lakeside Radiation Center." in str(refuses(path, "--facility", "Nowhere"))
    assert str(refuses(path, "--by", "nobody")) == "There is no user 'nobody'."
    assert "ICD-10-CM" in str(refuses(path, "--diagnosis", "174.9"))
    hospital = cast.hospital()
    assert f"Course {course.pk} is at" in str(refuses(path, "--course", str(course.pk), "--facility", hospital.name))
    assert Plan.objects.count() == 0
