"""The X12 room needs no framework, reads no clock and keeps its word on sizes of values."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
ROOM = sorted((ROOT / "billing" / "x12").rglob("*.py"))


def test_it_imports_in_a_bare_interpreter_without_django() -> None:
    modules = [".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for path in ROOM]
    code = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); sys.modules['django'] = None; sys.modules['psycopg'] = None\n"
        + "\n".join(f"import {module}" for module in modules)
        + "\nprint(len(sys.modules) > 0)"
    )
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.stderr) == ("True", "")


def test_it_reads_no_clock() -> None:
    assert [path.name for path in ROOM if re.search(r"\b(now|today|utcnow|time)\(\)", path.read_text("utf-8"))] == []
