"""Two imports of one course file at once: one course, whatever the other is told."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from billing.intake import IntakeRefused, Wishes, import_course_files
from billing.rules.course_file import open_course_file
from courses.adapters.import_account import import_account
from courses.models import Course, Session
from patients.models import Coverage, Patient
from tests.scenario_runner import SCENARIOS

pytestmark = pytest.mark.django_db(transaction=True)


def test_one_course_file_imported_by_three_hands_is_one_course() -> None:
    path = SCENARIOS / "both-claims-of-a-hospital.toml"
    file, by = open_course_file(path), import_account()
    gate = Barrier(3)

    def one(_: int) -> str:
        try:
            gate.wait(timeout=30)
            (imported,) = import_course_files([(path.name, file)], by=by, wishes=Wishes())
            return "new" if imported.is_new else "unchanged"
        except IntakeRefused as refusal:
            return str(refusal)
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        ends = list(pool.map(one, range(3)))
    assert ends.count("new") == 1
    assert (Course.objects.count(), Patient.objects.count(), Coverage.objects.count()) == (1, 1, 1)
    assert Session.objects.count() == len(file.facts.sessions)
    # Who came second may import again, and finds everything there.
    (again,) = import_course_files([(path.name, file)], by=by, wishes=Wishes())
    assert (again.is_new, again.changes) == (False, ())
