"""How fast released lines become a delivered claim file, beside a floor on the same data in the same run.

The export: select, assemble, check, render, seal, stage, fsync, rename, all of billing/submission. The floor: a
server-side cursor over bare rows, 837P-shaped text of much the same length, fsync, rename, one UPDATE that marks the
lines; no claim logic, no checks, no rows of claims. Each measurement has a process and data of its own.

Run: python -m bench.export [claims ...] with DATABASE_URL leading to a migrated database that may be emptied.
"""

import json
import math
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

SIZES = (1_000, 10_000, 50_000)
LINES = 4
ROUNDS = 3
TARGET_RATIO, TARGET_MEMORY, TARGET_EXPONENT = 0.5, 1.2, 1.15

# The bench's own tables, shaped as a system without a ledger would have them; filled from the ledger.
FLOOR_TABLES = """
    DROP TABLE IF EXISTS floor_line, floor_course;
    CREATE TABLE floor_course (id bigint PRIMARY KEY, patient text NOT NULL, payer text NOT NULL);
    CREATE TABLE floor_line (
        id bigint PRIMARY KEY, course_id bigint NOT NULL REFERENCES floor_course, dos date NOT NULL, code text NOT NULL,
        modifier text NOT NULL DEFAULT '', units smallint NOT NULL, amount numeric(10,2) NOT NULL,
        status text NOT NULL DEFAULT 'draft', idem_key text NOT NULL UNIQUE);
    CREATE INDEX ON floor_line (course_id, dos);
    INSERT INTO floor_course SELECT c.id, 'PAT' || c.patient_id, 'PAYER' || v.payer_id
      FROM oncocharge_courses_course c JOIN oncocharge_patients_coverage v ON v.patient_id = c.patient_id;
    INSERT INTO floor_line (id, course_id, dos, code, units, amount, idem_key)
    SELECT id, course_id, service_on, code, units, amount, line_key FROM oncocharge_billing_ledgerentry;
    VACUUM ANALYZE floor_course;
    VACUUM ANALYZE floor_line;
"""
FLOOR_ROWS = """
    SELECT l.course_id, c.patient, c.payer, l.dos, l.code, l.modifier, l.units, l.amount, l.id
      FROM floor_line l JOIN floor_course c ON c.id = l.course_id
     WHERE l.status = 'draft' ORDER BY l.course_id, l.dos, l.id
"""


class Measured(NamedTuple):
    """What one process measured."""

    claims: int
    seconds: float
    byte_count: int
    peak_mb: float
    statements: int

    @property
    def rate(self) -> float:
        """Claims a second."""
        return self.claims / self.seconds


# --- in a process of its own ----------------------------------------------------------------------------------------


def measure(what: str, folder: Path) -> Measured:
    """Run the export or the floor once over what the database holds."""
    import django
    from django.conf import settings

    django.setup()
    settings.CLAIM_OUTBOX = folder
    return _measure_floor(folder) if what == "floor" else _measure_export(folder)


def _measure_export(folder: Path) -> Measured:
    from django.db import connection
    from django.utils import timezone

    from billing.submission import export_claims

    statements = 0

    def count(execute, sql, params, many, context):  # type: ignore[no-untyped-def]  # Django's own shape
        nonlocal statements
        statements += 1
        return execute(sql, params, many, context)

    connection.ensure_connection()
    with connection.execute_wrapper(count):
        start = time.perf_counter()
        exported = export_claims(at=timezone.now(), started_by="bench")
        seconds = time.perf_counter() - start
    if exported.errors:
        raise SystemExit("; ".join(exported.errors))
    size = sum(path.stat().st_size for path in folder.rglob("*.x12"))
    return Measured(exported.claims, seconds, size, _peak_mb(), statements)


def _measure_floor(folder: Path) -> Measured:
    import psycopg
    from django.db import connection

    connection.ensure_connection()
    out = folder / "floor.x12"
    with psycopg.connect(os.environ["DATABASE_URL"]) as link:
        start = time.perf_counter()
        claims = _write_floor(link, out)
        link.execute("UPDATE floor_line SET status = 'exported' WHERE status = 'draft'")
        link.commit()
        seconds = time.perf_counter() - start
    return Measured(claims, seconds, out.stat().st_size, _peak_mb(), 2)


def _write_floor(link, out: Path) -> int:  # type: ignore[no-untyped-def]  # psycopg's connection
    """Stream rows to text, fsync, rename; return the number of claims."""
    draft = out.with_suffix(".part")
    claims = place = 0
    last = None
    with link.cursor(name="floor") as rows, draft.open("w", buffering=1 << 20) as file:
        rows.itersize = 5000
        rows.execute(FLOOR_ROWS)
        for course, patient, payer, on, code, modifier, units, amount, number in rows:
            if course != last:
                last, place, claims = course, 0, claims + 1
                file.write(
                    f"HL*{claims}**22*0~SBR*P*18*******MB~NM1*IL*1*{patient}*T****MI*1EG4TE5MK{course % 100:02d}~"
                    f"N3*1 MAIN ST~N4*BOSTON*MA*02115~DMG*D8*19500101*M~NM1*PR*2*{payer}*****PI*12502~"
                    f"CLM*{course}-{claims}*670.00***11:B:1*Y*A*Y*Y*P~HI*ABK:C50911~NM1*82*1*BEAM*ANN****XX*1245319599~"
                )
            place += 1
            procedure = f"{code}:{modifier}" if modifier else code
            file.write(f"LX*{place}~SV1*HC:{procedure}*{amount}*UN*{units}***1~DTP*472*D8*{on:%Y%m%d}~REF*6R*{number}~")
        file.flush()
        os.fsync(file.fileno())
    draft.replace(out)
    return claims


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


# --- the run --------------------------------------------------------------------------------------------------------


def fill(claims: int) -> None:
    """Put that many patients, each with one released course of four lines, into the emptied database."""
    import psycopg

    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as link:
        tables = link.execute("SELECT tablename FROM pg_tables WHERE tablename ~ '^oncocharge_(p|c|b)'").fetchall()
        # Without triggers: history and revisions of made-up patients are of no use here, and cost minutes.
        link.execute("SET session_replication_role = replica")
        link.execute(f"TRUNCATE {', '.join(name for (name,) in tables)} RESTART IDENTITY")
        script = Path(__file__).with_name("export_data.sql").read_text()
        for statement in script.replace(":claims", str(claims)).replace(":lines", str(LINES)).split(";\n"):
            link.execute(statement)
        link.execute("SET session_replication_role = origin")
        for statement in FLOOR_TABLES.split(";\n"):
            link.execute(statement)
        link.execute("VACUUM ANALYZE")
        link.execute("CHECKPOINT")


def measured_apart(what: str) -> Measured:
    """Measure in a process of its own, so that its peak memory is its own."""
    with tempfile.TemporaryDirectory(prefix="oncocharge-bench-") as folder:
        line = [sys.executable, "-m", "bench.export", "--measure", what, folder]
        environment = {**os.environ, "ONCOCHARGE_LOG_LEVEL": "ERROR"}
        done = subprocess.run(line, capture_output=True, text=True, check=False, env=environment)
    if done.returncode:
        raise SystemExit(f"measuring the {what} failed:\n{done.stderr[-2000:]}")
    return Measured(*json.loads(done.stdout.splitlines()[-1]))


def compare(claims: int) -> tuple[Measured, Measured]:
    """Return floor and export of this size, each the median of three rounds that take turns."""
    floors, exports = [], []
    for _ in range(ROUNDS):
        fill(claims)
        floors.append(measured_apart("floor"))
        exports.append(measured_apart("export"))
    return _median(floors), _median(exports)


def _median(runs: list[Measured]) -> Measured:
    return sorted(runs, key=lambda run: run.seconds)[len(runs) // 2]


def main(arguments: list[str]) -> bool:
    """Print one row a size, then what was promised and what came out; return whether every target is met."""
    sizes = tuple(int(argument) for argument in arguments) or SIZES
    results = {}
    print(f"export, {LINES} lines a claim, median of {ROUNDS}")
    for claims in sizes:
        floor, export = results[claims] = compare(claims)
        print(
            f"{claims:7,} claims: {export.rate:8,.0f}/s   floor {floor.rate:8,.0f}/s"
            f"   ratio {export.rate / floor.rate:.2f}   {export.statements} statements"
            f"   {export.peak_mb:.0f} MB   {export.byte_count / 1e6:.1f} MB file",
            flush=True,
        )
    first, last = min(results), max(results)
    exports = {claims: export for claims, (_, export) in results.items()}
    exponent = (
        math.log(exports[last].seconds / exports[first].seconds) / math.log(last / first) if last > first else 1.0
    )
    memory = exports[last].peak_mb / exports[first].peak_mb
    ratio = statistics.median(export.rate / floor.rate for floor, export in results.values())
    print(f"ratio to the floor (median of sizes) {ratio:.2f}, wanted at least {TARGET_RATIO}")
    print(f"peak memory {first:,} -> {last:,}: {memory:.2f} times, wanted at most {TARGET_MEMORY}")
    print(f"growth exponent {first:,} -> {last:,}: {exponent:.2f}, wanted at most {TARGET_EXPONENT}")
    return ratio >= TARGET_RATIO and memory <= TARGET_MEMORY and exponent <= TARGET_EXPONENT


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        print(json.dumps(measure(sys.argv[2], Path(sys.argv[3]))))
    else:
        sys.exit(0 if main(sys.argv[1:]) else 1)
