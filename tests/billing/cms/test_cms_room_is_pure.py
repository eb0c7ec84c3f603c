"""The room that reads code files could be shipped alone: it runs in an interpreter that has no Django."""

import subprocess
import sys
from pathlib import Path

import billing.cms

ROOM = Path(billing.cms.__path__[0])
PROGRAM = """
import sys
for name in ("django", "rest_framework", "celery", "psycopg"):
    sys.modules[name] = None
import billing.cms.opening, billing.cms.readers, billing.cms.recognition
"""


def test_room_imports_no_framework() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], check=False, capture_output=True, text=True, cwd=ROOM.parents[1]
    )
    assert done.returncode == 0, done.stderr


def test_room_reads_no_clock() -> None:
    for path in ROOM.glob("*.py"):
        source = path.read_text(encoding="utf-8")
        assert "now(" not in source, path
        assert "today(" not in source, path
