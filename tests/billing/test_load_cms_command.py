"""``manage.py load_cms``: in words, with an exit code, quiet where nobody watches."""

import io
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from billing.cms.kinds import FileKind
from billing.models import ReferenceFile
from tests.code_files import LIMITS_HEAD, LIMITS_NAME, LIMITS_ROWS, PAIRS_HEAD, PAIRS_ROWS, text, write, write_whole

pytestmark = pytest.mark.django_db


def test_command_says_what_each_file_is_and_what_became_of_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path, LIMITS_NAME, text(LIMITS_HEAD, (*LIMITS_ROWS, LIMITS_ROWS[0])))
    call_command("load_cms", str(path))
    said = capsys.readouterr()
    assert said.out == f"{LIMITS_NAME}: Daily units, practitioner (MUE), from 2026-07-01: loaded, 5 rows, 1 repeated.\n"
    assert said.err == ""
    call_command("load_cms", str(path))
    assert ": already loaded on " in capsys.readouterr().out


def test_command_names_what_gave_way(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for rows in (LIMITS_ROWS, LIMITS_ROWS[:4]):
        call_command("load_cms", str(write(tmp_path, LIMITS_NAME, text(LIMITS_HEAD, rows))))
    assert capsys.readouterr().out.endswith(f"loaded, 4 rows. In place of {LIMITS_NAME}.\n")


def test_command_shows_all_faults_and_leaves_with_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = write(tmp_path, LIMITS_NAME, text(LIMITS_HEAD, (*LIMITS_ROWS, "77301,x,3 Date,Why")))
    with pytest.raises(SystemExit) as ended:
        call_command("load_cms", str(wrong), str(write_whole(tmp_path, FileKind.GPCI)))
    assert ended.value.code == 2
    assert capsys.readouterr().err == (
        f"{LIMITS_NAME} line 12: the MUE value is 'x'. It is a whole number.\nNothing was loaded.\n"
    )
    assert not ReferenceFile.objects.exists()


def test_quarter_and_kind_are_taken_from_the_user_where_the_file_does_not_tell(tmp_path: Path) -> None:
    path = write(tmp_path, "pairs.txt", text(PAIRS_HEAD, PAIRS_ROWS))
    call_command("load_cms", str(path), "--kind", "pairs-hospital", "--effective", "2026-07-01")
    assert ReferenceFile.objects.get().kind == FileKind.PAIRS_HOSPITAL
    with pytest.raises(CommandError, match="'July' is no day"):
        call_command("load_cms", str(path), "--effective", "July")


def test_progress_is_shown_on_a_terminal_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    call_command("load_cms", str(write_whole(tmp_path, FileKind.LIMITS_PRACTITIONER)))
    assert f"{LIMITS_NAME}: 0 rows, 100%" in terminal.getvalue() or "5 rows read; storing them" in terminal.getvalue()
    assert terminal.getvalue().endswith("\r\x1b[K")
