"""Two imports at once: each plan and each session comes in once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from threading import Barrier

import pytest
from django.db import connection

from courses.adapters.dicom_import import import_dicom
from courses.adapters.dicom_placing import Wishes
from courses.adapters.import_account import import_account
from courses.models import Course, DeliveredBeam, Fraction, Plan, Session
from courses.planning import open_course
from patients.models import Patient
from tests import cast
from tests.courses.adapters import rt_files as rt

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(hands: int, deed: Callable[[], object]) -> None:
    """Let several hands do the same at the same time."""
    gate = Barrier(hands)

    def one(_: int) -> None:
        try:
            gate.wait(timeout=30)
            deed()
        finally:
            connection.close()

    with ThreadPoolExecutor(hands) as pool:
        list(pool.map(one, range(hands)))


def test_two_imports_at_once_of_one_folder_store_everything_once(tmp_path: Path) -> None:
    center = cast.center()
    cast.machine(center, "TrueBeam 1")
    patient = Patient.objects.create(mrn=rt.MRN, last_name="Drake", birth_date=date(1958, 4, 2))
    open_course(patient=patient, facility=center, title="1", opened_on=date(2025, 12, 20), diagnoses=["C61"])
    rt.saved(rt.imrt_plan(), tmp_path / "plan.dcm")
    for fraction in (1, 2, 3):
        at = f"2026010{4 + fraction} 091000"
        rt.saved(rt.whole_fraction(f"r{fraction}", fraction=fraction, at=at), tmp_path / f"fx{fraction}.dcm")
    wishes = Wishes(by=import_account())
    at_once(3, lambda: import_dicom([tmp_path], wishes))
    assert (Plan.objects.count(), Session.objects.count(), DeliveredBeam.objects.count()) == (1, 3, 12)
    assert list(Fraction.objects.order_by("number").values_list("number", flat=True)) == [1, 2, 3]


def test_two_imports_at_once_open_one_course(tmp_path: Path) -> None:
    cast.center()
    path = rt.saved(rt.imrt_plan(), tmp_path / "plan.dcm")
    Patient.objects.create(mrn=rt.MRN, last_name="Drake", birth_date=date(1958, 4, 2))
    wishes = Wishes(by=import_account(), diagnoses=["C61"])
    at_once(3, lambda: import_dicom([path], wishes))
    assert (Course.objects.count(), Plan.objects.count()) == (1, 1)
