"""Loads at once give one file; a load that is killed half-way leaves nothing."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from django.db import connection

from billing.cms.kinds import FileKind
from billing.models import ReferenceFile, UnitLimit
from billing.reference import Loaded, Wanted, load_code_files
from billing.reference.staging import MODELS
from tests.code_files import LIMITS_HEAD, LIMITS_NAME, LIMITS_ROWS, text, write, write_whole

pytestmark = pytest.mark.django_db(transaction=True)

# The worker kills itself, as a power cut would, before or after a step of the load.
WORKER = """
import os, signal, sys
import django
django.setup()
from pathlib import Path
from billing.reference import Wanted, load_code_files, loading, staging
name, when = sys.argv[2:]
owner = loading._SourceLoad if hasattr(loading._SourceLoad, name) else staging.Stage
real = getattr(owner, name)
def killing(*args, **kwargs):
    if when == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    result = real(*args, **kwargs)
    if name == "_read":
        for number, row in enumerate(result):
            if number == 2:
                os.kill(os.getpid(), signal.SIGKILL)
            yield row
    os.kill(os.getpid(), signal.SIGKILL)
setattr(owner, name, killing)
load_code_files(wanted=[Wanted(Path(sys.argv[1]))], by="worker")
"""


def _database() -> dict[str, str]:
    found = connection.settings_dict
    url = f"postgresql://{found['USER']}:{found['PASSWORD']}@{found['HOST']}:{found['PORT']}/{found['NAME']}"
    return {**os.environ, "DATABASE_URL": url}


@pytest.mark.parametrize("hands", [2, 4])
def test_loads_of_one_file_at_once_give_one(hands: int, tmp_path: Path) -> None:
    path, barrier = write_whole(tmp_path, FileKind.PAIRS_PRACTITIONER), Barrier(hands)

    def run(_number: int) -> list[Loaded]:
        try:
            barrier.wait(timeout=20)
            return load_code_files(wanted=[Wanted(path)], by="tester")
        finally:
            connection.close()

    with ThreadPoolExecutor(hands) as pool:
        done = [one for loaded in pool.map(run, range(hands)) for one in loaded]
    assert sorted(one.is_new for one in done) == [*[False] * (hands - 1), True]
    assert ReferenceFile.objects.count() == 1


@pytest.mark.parametrize(
    ("step", "when"),
    [("_read", "after"), ("_check", "before"), ("_make_room", "after"), ("move", "before"), ("move", "after"),
     ("_keep", "after")],
)  # fmt: skip
def test_killed_load_leaves_what_stood_before_and_the_next_one_is_whole(step: str, when: str, tmp_path: Path) -> None:
    old = write(tmp_path, LIMITS_NAME, text(LIMITS_HEAD, LIMITS_ROWS))
    (stands,) = load_code_files(wanted=[Wanted(old)], by="tester")
    new = write(tmp_path, LIMITS_NAME, text(LIMITS_HEAD, [row.replace("77402,1", "77402,2") for row in LIMITS_ROWS]))
    script = WORKER if step == "_read" else WORKER.replace("            yield row\n", "            pass\n")
    line = [sys.executable, "-c", script, str(new), step, when]
    killed = subprocess.run(line, check=False, env=_database(), capture_output=True, timeout=60)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert ReferenceFile.objects.get().sha256 == stands.file.sha256
    assert UnitLimit.objects.get(code="77402").units == 1
    (done,) = load_code_files(wanted=[Wanted(new)], by="tester")
    assert (done.is_new, UnitLimit.objects.get(code="77402").units) == (True, 2)


def test_nothing_of_a_first_load_that_is_killed_stands(tmp_path: Path) -> None:
    path = write_whole(tmp_path, FileKind.PAIRS_PRACTITIONER)
    line = [sys.executable, "-c", WORKER, str(path), "_read", "after"]
    killed = subprocess.run(line, check=False, env=_database(), capture_output=True, timeout=60)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    count: Callable[[FileKind], int] = lambda kind: MODELS[kind].objects.count()  # type: ignore[attr-defined]  # noqa: E731
    assert [count(kind) for kind in FileKind] == [0] * len(FileKind)
    assert not ReferenceFile.objects.exists()
