"""``manage.py import_course``: all files or none, in words, with an exit code."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from courses.models import Course
from patients.models import Patient
from tests.billing.course_texts import HEAD, PLAN, WHOLE

pytestmark = pytest.mark.django_db


def written(tmp_path: Path, **files: str) -> list[str]:
    """Write course files; return their paths."""
    for name, text in files.items():
        (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
    return [str(tmp_path / f"{name}.toml") for name in files]


def test_command_says_what_became_of_each_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paths = written(tmp_path, lung=WHOLE)
    call_command("import_course", *paths)
    course = Course.objects.get()
    out = capsys.readouterr().out
    assert out.startswith(f"{paths[0]}: course {course.pk}, new (patient 1, payer 1, coverage 1, course 1, plan 1, ")
    assert "F-3001" not in out
    call_command("import_course", *paths)
    assert capsys.readouterr().out == f"{paths[0]}: course {course.pk}, unchanged.\n"


def test_command_shows_all_faults_of_all_files_and_stores_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = HEAD.replace('kind = "commercial"', 'kind = "barter"') + PLAN.replace("approved_on", "aproved_on")
    future = WHOLE.replace("2025-03-10T09:00:00", "2098-03-10T09:00:00").replace("lung-2025", "future")
    with pytest.raises(SystemExit) as ended:
        call_command("import_course", *written(tmp_path, broken=broken, good=WHOLE, future=future))
    assert ended.value.code == 2
    shown = capsys.readouterr().err
    assert all(part in shown for part in ("payer.kind", "aproved_on", "session s1.at", "Nothing was stored."))
    assert Course.objects.count() == Patient.objects.count() == 0


def test_command_refuses_a_facility_or_payer_that_is_not_there(tmp_path: Path) -> None:
    paths = written(tmp_path, lung=WHOLE)
    for option in ("--facility", "--payer"):
        with pytest.raises(CommandError) as caught:
            call_command("import_course", *paths, option, "Nowhere")
        assert caught.value.returncode == 2
