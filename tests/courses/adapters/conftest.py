"""A department for the files of rt_files.py, and one line that imports them as a folder."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from pydicom.dataset import Dataset

from courses.adapters.dicom_answer import Answer
from courses.adapters.dicom_import import import_dicom
from courses.adapters.dicom_placing import Wishes
from courses.adapters.import_account import import_account
from courses.models import Course, Plan
from courses.planning import open_course
from patients.models import Facility, Patient
from tests import cast
from tests.courses.adapters import rt_files as rt

ImportAll = Callable[..., dict[str, Answer]]


@pytest.fixture
def facility() -> Facility:
    """A centre with the machine that the files name."""
    made = cast.center()
    cast.machine(made, "TrueBeam 1")
    return made


@pytest.fixture
def course(facility: Facility) -> Course:
    """The open course of the files' patient."""
    patient = Patient.objects.create(mrn=rt.MRN, last_name="Drake", birth_date=date(1958, 4, 2))
    return open_course(
        patient=patient, facility=facility, title="Course 1", opened_on=date(2025, 12, 20), diagnoses=["C61"]
    )


@pytest.fixture
def take(tmp_path: Path) -> ImportAll:
    """Import datasets as the files of a new folder; returns the answers by file name."""
    calls: list[int] = []

    def import_all(wishes: Wishes | None = None, **files: Dataset | bytes) -> dict[str, Answer]:
        calls.append(1)
        folder = tmp_path / str(len(calls))
        folder.mkdir()
        for name, content in files.items():
            data = content if isinstance(content, bytes) else rt.as_bytes(content)
            (folder / f"{name}.dcm").write_bytes(data)
        answers = import_dicom([folder], wishes or Wishes(by=import_account()))
        return {path.stem: answer for path, answer in answers.items()}

    return import_all


@pytest.fixture
def plan(course: Course, take: ImportAll) -> Plan:
    """The plan of four beams, as imported."""
    take(plan=rt.imrt_plan())
    return Plan.objects.get(course=course)
