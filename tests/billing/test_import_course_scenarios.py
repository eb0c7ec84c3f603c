"""A stored course earns what its file would: import and capture give the lines of the estimate."""

from collections import Counter
from pathlib import Path

import pytest

from billing.capture import capture_course
from billing.intake import Wishes, import_course_files
from billing.models import LedgerEntry, StandingFinding
from billing.rules.course_file import open_course_file
from courses.adapters.import_account import import_account
from courses.models import Course
from tests.scenario_runner import SCENARIOS, run

pytestmark = pytest.mark.django_db

# A stored course has at least its principal diagnosis: the step that opens it says so.
NOT_STORED = {"course-without-a-diagnosis"}
FILES = sorted(path for path in SCENARIOS.glob("*.toml") if path.stem not in NOT_STORED)


def standing_lines(course_id: int) -> Counter[tuple[object, ...]]:
    """Return what stands in the ledger, with whether the rules hold it; prices and their absence left out."""
    held = set(
        StandingFinding.objects.filter(
            course_id=course_id, source="rules", severity="hold", resolved_at=None, entry__isnull=False
        ).values_list("entry_id", flat=True)
    )
    return Counter(
        (entry.code, entry.service_on, entry.units, tuple(entry.modifiers), entry.claim_kind, entry.pk in held)
        for entry in LedgerEntry.objects.filter(course_id=course_id, kind="charge", reversal=None)
    )


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_import_and_capture_give_the_lines_of_the_estimate(path: Path) -> None:
    file = open_course_file(path)
    (imported,) = import_course_files([(path.name, file)], by=import_account(), wishes=Wishes())
    capture_course(course_id=imported.course_id)
    estimated = Counter(
        (line.code, line.on, line.units, line.modifiers, str(line.claim), line.held) for line in run(file).lines
    )
    assert standing_lines(imported.course_id) == estimated


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_second_import_changes_nothing(path: Path) -> None:
    file, by = open_course_file(path), import_account()
    import_course_files([(path.name, file)], by=by, wishes=Wishes())
    before = Course.objects.get().revision
    (again,) = import_course_files([(path.name, file)], by=by, wishes=Wishes())
    assert (again.is_new, again.changes, again.kept) == (False, (), ())
    assert Course.objects.get().revision == before
