"""How fast a pair file of full size goes into the database, and whether memory stays flat.

A made-up file in the layout of NCCI's practitioner pairs, 675,000 rows, is loaded by the step behind
``manage.py load_cms`` in a process of its own: recognised, hashed, read, checked, stored in one transaction. Beside
it the same with a tenth of the rows, which shows how much memory follows the size; and the file once more, which
changes nothing. The floor is COPY of the same bytes into a bare table of text.

Run: python -m bench.load_cms [rows] with DATABASE_URL leading to a migrated database that may be emptied.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

ROWS = 675_000
TARGET_SECONDS = 60
TARGET_GROWTH_MB = 16
NAME = "ccipra-v322r0-f1.txt"
HEAD = (
    "A notice of copyright in one long line\r\nColumn1/Column2 Edits\r\n"
    "Column 1\tColumn 2\t*=in existence\tEffective\tDeletion\tModifier\tPTP Edit Rationale\r\n"
    "\t\tprior to 1996\tDate\tDate\t0=not allowed\t\r\n"
    "\t\t\t\t*=no data\t1=allowed\t\r\n\t\t\t\t\t9=not applicable\t\r\n"
)
RATIONALES = ("Misuse of Column Two code with Column One code", "Standards of medical / surgical practice")


class Measured(NamedTuple):
    """What one process measured."""

    seconds: float
    again_seconds: float
    peak_mb: float
    stored: int
    disk_mb: float


def write(path: Path, rows: int) -> None:
    """Write a pair file: 300 second codes to each first one, every fifth pair deleted, every twentieth repeated."""
    with path.open("w", encoding="latin-1", newline="") as file:
        file.write(HEAD)
        for number in range(rows):
            at = number if number % 20 else max(number - 1, 0)
            first, second = divmod(at, 300)
            ended = "20201231" if at % 5 == 0 else "*"
            file.write(
                f"{first + 10000:05}\t{second + 90000:05}\t\t20150101\t{ended}\t{at % 2}\t{RATIONALES[at % 2]}\r\n"
            )


def measure(path: Path) -> Measured:
    """Load the file, then once more."""
    import django

    django.setup()
    from django.db import connection

    from billing.models import CodePair, ReferenceFile
    from billing.reference import Wanted, load_code_files

    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {ReferenceFile._meta.db_table}, {CodePair._meta.db_table} CASCADE")
    seconds = _timed(path, load_code_files, Wanted)
    again = _timed(path, load_code_files, Wanted)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_total_relation_size('oncocharge_billing_codepair')")
        disk = cursor.fetchone()[0] / 1e6
    return Measured(seconds, again, peak, ReferenceFile.objects.get().row_count, disk)


def _timed(path: Path, load, wanted) -> float:  # type: ignore[no-untyped-def]  # known only once Django is set up
    start = time.perf_counter()
    load(wanted=[wanted(path)], by="bench")
    return time.perf_counter() - start


def measure_floor(path: Path) -> float:
    """COPY the very lines into a bare table of text, and take it away again."""
    import psycopg

    with psycopg.connect(os.environ["DATABASE_URL"]) as connection, connection.cursor() as cursor:
        start = time.perf_counter()
        cursor.execute("CREATE TEMPORARY TABLE floor (a text, b text, c text, d text, e text, f text, g text)")
        with cursor.copy("COPY floor FROM STDIN") as copy:
            copy.write(path.read_bytes()[len(HEAD) :].replace(b"\r\n", b"\n"))
        return time.perf_counter() - start


def apart(path: Path) -> Measured:
    """Measure in a process of its own, so that its peak memory is its own."""
    line = [sys.executable, "-m", "bench.load_cms", "--do", str(path)]
    done = subprocess.run(line, capture_output=True, text=True, check=False, env=dict(os.environ))
    if done.returncode:
        raise SystemExit(f"loading failed:\n{done.stderr[-3000:]}")
    return Measured(*json.loads(done.stdout.splitlines()[-1]))


def main(arguments: list[str]) -> bool:
    """Print what came out beside what was promised; return whether the targets are met."""
    rows = int(arguments[0]) if arguments else ROWS
    with tempfile.TemporaryDirectory(prefix="oncocharge-bench-") as folder:
        path = Path(folder) / NAME
        write(path, rows // 10)
        small = apart(path)
        write(path, rows)
        size = path.stat().st_size / 1e6
        whole, floor = apart(path), measure_floor(path)
    growth = whole.peak_mb - small.peak_mb
    print(f"load_cms, {rows:,} rows of pairs, {size:.0f} MB, {whole.stored:,} stored on {whole.disk_mb:.0f} MB")
    print(f"  load       {whole.seconds:6.1f} s   wanted under {TARGET_SECONDS}   {rows / whole.seconds:,.0f} rows/s")
    print(f"  floor      {floor:6.1f} s   COPY of the lines as text into a bare table")
    print(f"  again      {whole.again_seconds:6.1f} s   the same bytes: nothing to do")
    print(f"  memory     {whole.peak_mb:6.0f} MB  {growth:+.0f} MB for ten times the rows, wanted {TARGET_GROWTH_MB}")
    return whole.seconds < TARGET_SECONDS and growth < TARGET_GROWTH_MB


if __name__ == "__main__":
    if sys.argv[1:2] == ["--do"]:
        print(json.dumps(measure(Path(sys.argv[2]))))
    else:
        sys.exit(0 if main(sys.argv[1:]) else 1)
