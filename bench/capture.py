"""How fast signed sessions become ledger entries, beside a bare bulk_create of the same rows in the same run.

The capture: the sweep as it runs in production, from finding the stale courses to the commit of the last
batch: facts, rules, prices, difference, entries, findings, marks. The floor: Django's bulk_create of the very
rows that the capture made, in one transaction, its instances built beforehand. Each measurement has a process
of its own. Beside that: a second sweep, a full derivation that changes nothing, and one course alone, as the
page that shows a charge at once asks for it.

Run: python -m bench.capture [courses] with DATABASE_URL leading to a migrated database that may be emptied.
"""

import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

COURSES = 400
SESSIONS = 25
ROUNDS = 3
SINGLES = 100
SIGNER = 1
TARGET_RATIO = 0.5
CODES = ("77301", "77385", "77386", "77014", "77387", "77407", "77412", "G6015", "77427", "77336", "77338", "77300")


class Measured(NamedTuple):
    """What one process measured. ``extra`` are further figures by name."""

    lines: int
    seconds: float
    peak_mb: float
    statements: int
    extra: dict[str, float]

    @property
    def rate(self) -> float:
        """Lines a second."""
        return self.lines / self.seconds


# --- the department ---------------------------------------------------------------------------------------------------


def fill(courses: int) -> None:
    """Put that many courses of signed sessions into the emptied database: half freestanding, half hospital."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE tablename ~ '^oncocharge_(p|c|b)'")
        tables = ", ".join(name for (name,) in cursor.fetchall())
        # Without triggers: history and revisions of made-up patients are of no use here, and cost minutes.
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(f"TRUNCATE {tables} RESTART IDENTITY")
        _people(courses)
        _treatments(courses)
        cursor.execute("SET session_replication_role = origin")
        cursor.execute("VACUUM ANALYZE")


def _people(courses: int) -> None:
    from django.contrib.auth.models import User

    from billing.models import FeeLine, FeeSchedule
    from patients.models import Coverage, Facility, Patient, Payer

    User.objects.get_or_create(id=SIGNER, defaults={"username": "signer"})
    for number, (setting, bills) in enumerate((("freestanding", "global"), ("hospital", "both")), 1):
        Facility.objects.create(id=number, name=setting, setting=setting, bills=bills, npi="1245319599")
    for number in range(1, 11):
        kind = "medicare" if number % 2 else "commercial"
        Payer.objects.create(id=number, name=f"Payer {number}", kind=kind, payer_id=str(60000 + number))
    Patient.objects.bulk_create(Patient(id=n, mrn=f"M{n}", last_name=f"Doe{n}") for n in range(1, courses + 1))
    Coverage.objects.bulk_create(
        Coverage(id=n, patient_id=n, payer_id=n % 10 + 1, member_id=f"M{n}", effective_from=date(2020, 1, 1))
        for n in range(1, courses + 1)
    )
    schedule = FeeSchedule.objects.create(name="Practice")
    FeeLine.objects.bulk_create(
        FeeLine(
            schedule=schedule, code=code, modifier=modifier, amount=Decimal("670.00"), effective_from=date(2010, 1, 1)
        )
        for code in CODES
        for modifier in ("", "26", "TC", "52")
    )


def _treatments(courses: int) -> None:
    from courses.models import Course, CourseDiagnosis, Fraction, Plan, Session

    opened, numbers = date(2025, 3, 3), range(1, courses + 1)
    Course.objects.bulk_create(
        Course(id=n, patient_id=n, facility_id=n % 2 + 1, title="Course 1", opened_on=opened) for n in numbers
    )
    CourseDiagnosis.objects.bulk_create(CourseDiagnosis(course_id=n, position=1, code="C61") for n in numbers)
    Plan.objects.bulk_create(
        Plan(
            id=n, course_id=n, key="P1", site="prostate", technique="vmat", arcs=2, isocenters=1, fractions=SESSIONS,
            approved_on=opened,
        )
        for n in numbers
    )  # fmt: skip
    sessions = [_session(n, k) for n in numbers for k in range(SESSIONS)]
    Session.objects.bulk_create(sessions, batch_size=1000)
    Fraction.objects.bulk_create(
        (
            Fraction(course_id=session.course_id, session=session, plan_id=session.course_id, number=k % SESSIONS + 1)
            for k, session in enumerate(sessions)
        ),
        batch_size=1000,
    )


def _session(course: int, number: int):  # type: ignore[no-untyped-def]  # a model is known only once Django is set up
    from courses.models import Session

    at = datetime(2025, 3, 4, 13, tzinfo=UTC) + timedelta(days=number // 5 * 7 + number % 5)
    return Session(
        course_id=course,
        starts_at=at,
        treated_on=at.date(),
        signed_at=at,
        signed_by_id=SIGNER,
        guidance="cbct",
        guidance_reviewed=True,
    )


# --- in a process of its own ------------------------------------------------------------------------------------------


def measure_capture() -> Measured:
    """Sweep what ``fill`` left, then again, then derive all anew, then one course at a time."""
    from billing.capture import capture_courses, sweep
    from billing.models import LedgerEntry

    counter = _Statements()
    seconds, swept = _timed(sweep, counter)
    failed = [done.error for done in swept.courses if done.error]
    if failed or not swept.courses:
        raise SystemExit(f"the sweep captured {swept.captured} courses, {len(failed)} failed: {failed[:1]}")
    statements, peak = counter.count, _peak_mb()
    extra = {"second sweep, s": _timed(sweep, counter)[0]}
    ids = [done.course_id for done in swept.courses]
    extra["all derived anew, nothing to post, s"] = _timed(
        lambda: [capture_courses(course_ids=ids[n : n + 100], again=True) for n in range(0, len(ids), 100)], counter
    )[0]
    extra |= _singles(ids[:SINGLES], counter)
    lines = LedgerEntry.objects.filter(generation=1, kind="charge").count() - len(ids[:SINGLES])
    return Measured(lines, seconds, peak, statements, extra)


def _singles(course_ids: list[int], counter: "_Statements") -> dict[str, float]:
    """Sign one more session in each course and capture it alone."""
    from billing.capture import capture_course
    from courses.models import Fraction

    took = []
    for course_id in course_ids:
        session = _session(course_id, SESSIONS)
        session.save()
        Fraction.objects.create(course_id=course_id, session=session, plan_id=course_id, number=None)
        counter.count = 0
        seconds, _done = _timed(lambda course=course_id: capture_course(course_id=course), counter)  # type: ignore[misc]
        took.append(seconds * 1000)
    p95 = statistics.quantiles(took, n=20)[-1]
    return {
        "one course, p50, ms": statistics.median(took), "one course, p95, ms": p95,
        "one course, statements": counter.count,
    }  # fmt: skip


def measure_floor() -> Measured:
    """Write the rows of the captured ledger into the emptied one by bulk_create."""
    from django.db import connection, transaction

    from billing.models import LedgerEntry

    fields = [field.attname for field in LedgerEntry._meta.concrete_fields]
    rows = LedgerEntry.objects.filter(kind="charge", generation=1).order_by("id").values_list(*fields)
    entries = [LedgerEntry(**dict(zip(fields, row, strict=True))) for row in rows]
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(f"TRUNCATE {LedgerEntry._meta.db_table} CASCADE")
        cursor.execute("SET session_replication_role = origin")

    def write() -> None:
        with transaction.atomic():
            LedgerEntry.objects.bulk_create(entries, batch_size=2000)

    counter = _Statements()
    seconds, _none = _timed(write, counter)
    return Measured(len(entries), seconds, _peak_mb(), counter.count, {})


class _Statements:
    """Counts what goes through Django's cursors; a COPY does not, and is counted by its own name."""

    def __init__(self) -> None:
        from django.db import connection

        from billing.models import copying

        self.count = 0
        connection.ensure_connection()
        connection.execute_wrappers.append(self._execute)
        setattr(copying, "connection", _CountingCopies(connection, self))  # noqa: B010  # its own name for Django's

    def _execute(self, execute, sql, params, many, context):  # type: ignore[no-untyped-def]  # Django's own shape
        self.count += 1
        return execute(sql, params, many, context)


class _CountingCopies:
    """The connection, but that opening the block around a COPY is counted."""

    def __init__(self, connection, counter: _Statements) -> None:  # type: ignore[no-untyped-def]
        self._connection, self._counter = connection, counter

    def __getattr__(self, name: str) -> object:
        if name == "wrap_database_errors":
            self._counter.count += 1
        return getattr(self._connection, name)


def _timed(act: Callable[[], object], counter: _Statements):  # type: ignore[no-untyped-def]  # (seconds, what act returns)
    start = time.perf_counter()
    done = act()
    return time.perf_counter() - start, done


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


# --- the run ----------------------------------------------------------------------------------------------------------


def apart(what: str, courses: int) -> Measured:
    """Do one thing in a process of its own, so that its peak memory is its own."""
    line = [sys.executable, "-m", "bench.capture", "--do", what, str(courses)]
    environment = {**os.environ, "ONCOCHARGE_LOG_LEVEL": "ERROR"}
    done = subprocess.run(line, capture_output=True, text=True, check=False, env=environment)
    if done.returncode:
        raise SystemExit(f"{what} failed:\n{done.stderr[-3000:]}")
    return Measured(*json.loads(done.stdout.splitlines()[-1]))


def do(what: str, courses: int) -> Measured:
    """The child's side of ``apart``."""
    import django

    django.setup()
    if what == "capture":
        return measure_capture()
    if what == "floor":
        return measure_floor()
    fill(courses)
    return Measured(0, 1.0, _peak_mb(), 0, {})


def compare(courses: int) -> tuple[Measured, Measured]:
    """Return floor and capture, each the median of rounds that take turns."""
    floors, captures = [], []
    for _ in range(ROUNDS):
        apart("fill", courses)
        captures.append(apart("capture", courses))
        floors.append(apart("floor", courses))
    return _median(floors), _median(captures)


def _median(runs: list[Measured]) -> Measured:
    return sorted(runs, key=lambda run: run.seconds)[len(runs) // 2]


def main(arguments: list[str]) -> bool:
    """Print what came out beside what was promised; return whether the target is met."""
    courses = int(arguments[0]) if arguments else COURSES
    floor, capture = compare(courses)
    print(f"capture, {courses * SESSIONS:,} sessions in {courses} courses, median of {ROUNDS}")
    print(f"  capture  {capture.rate:8,.0f} lines/s   {capture.lines:,} lines   {capture.statements} statements"
          f"   {capture.peak_mb:.0f} MB")  # fmt: skip
    print(f"  floor    {floor.rate:8,.0f} lines/s   bulk_create of the same rows   {floor.peak_mb:.0f} MB")
    print(f"  ratio    {capture.rate / floor.rate:8.2f}   wanted at least {TARGET_RATIO}")
    for name, value in capture.extra.items():
        print(f"  {name}: {value:.3g}")
    return capture.rate / floor.rate >= TARGET_RATIO


if __name__ == "__main__":
    if sys.argv[1:2] == ["--do"]:
        print(json.dumps(do(sys.argv[2], int(sys.argv[3]))))
    else:
        sys.exit(0 if main(sys.argv[1:]) else 1)
