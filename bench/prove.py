"""How long the proof of a large year takes: sessions against delivery lines, lines against claims and files.

70,000 sessions of 2,500 courses with their history, each with its released line on a claim of a sealed file; a hundred
of them have lost something. Measured is the whole proof, gaps kept and all, and the same for one month of one facility.

Run: python -m bench.prove [courses] with DATABASE_URL leading to a migrated database that may be emptied.
"""

import os
import sys
import time
from datetime import date
from pathlib import Path

COURSES = 2500
FRACTIONS = 28
TARGET_SECONDS = 10.0
MONTH_TARGET_SECONDS = 3.0
LAST = date(2026, 12, 31)
MODEL_SESSION = 10_000_000

# One row of each kind is made as the product makes it; the others are copies of it with other numbers and days.
_COPIES = """
    SET session_replication_role = replica;
    UPDATE oncocharge_billing_ledgerentry SET session_id = id, line_key = 'delivery/session:' || id || '/professional';
    INSERT INTO oncocharge_courses_session
    SELECT (jsonb_populate_record(s, jsonb_build_object('id', e.id, 'course_id', e.course_id,
            'treated_on', e.service_on, 'starts_at', e.service_on + time '09:00',
            'signed_at', e.service_on + time '10:00'))).*
      FROM oncocharge_courses_session s, oncocharge_billing_ledgerentry e WHERE s.id = %(session)s;
    DELETE FROM oncocharge_courses_session WHERE id = %(session)s;
    INSERT INTO oncocharge_courses_sessionevent
    SELECT (jsonb_populate_record(v, jsonb_build_object('pgh_id', s.id * 2 + n, 'pgh_obj_id', s.id, 'id', s.id,
            'treated_on', s.treated_on, 'signed_at', s.signed_at, 'course_id', s.course_id))).*
      FROM oncocharge_courses_sessionevent v, oncocharge_courses_session s, generate_series(0, 1) n
     WHERE v.pgh_id = (SELECT max(pgh_id) FROM oncocharge_courses_sessionevent);
    DELETE FROM oncocharge_courses_sessionevent WHERE pgh_obj_id = %(session)s;
    INSERT INTO oncocharge_billing_claimfile (id, partner_id, usage, claim_kind, control_number, batch_id, name,
            sealed_at, byte_count, sha256, claim_count, line_count, total_amount, delivery_error)
    SELECT n, 1, 'T', 'professional', n, 'B' || n, n || '.x12', now(), 1, repeat('0', 64), 1, 1, 1, ''
      FROM generate_series(1, 250) n;
    INSERT INTO oncocharge_billing_claimfilepart (id, file_id, number, content)
    SELECT id, id, 1, 'x' FROM oncocharge_billing_claimfile;
    INSERT INTO oncocharge_billing_claim (id, file_id, control_number, claim_kind, frequency, sequence,
            payer_claim_number, course_id, patient_id, payer_id, coverage_id, facility_id, place_of_service, diagnoses,
            total_amount)
    SELECT c.id, c.id %% 250 + 1, c.id, 'professional', '1', 'P', '', c.id, c.patient_id, v.payer_id, v.id,
           c.facility_id, '11', '{C61}', 1
      FROM oncocharge_courses_course c JOIN oncocharge_patients_coverage v ON v.patient_id = c.patient_id;
    INSERT INTO oncocharge_billing_claimline (claim_id, number, entry_id, sequence, amount, revenue_code)
    SELECT course_id, row_number() OVER (PARTITION BY course_id ORDER BY id), id, 'P', amount, ''
      FROM oncocharge_billing_ledgerentry;
    DELETE FROM oncocharge_billing_waitingline;
    DELETE FROM oncocharge_courses_session WHERE id %% 1400 = 7;
    DELETE FROM oncocharge_billing_ledgerentry WHERE id %% 1400 = 11;
    SET session_replication_role = DEFAULT;
"""


def fill(courses: int) -> int:
    """Make the year; return how many gaps the proof must find."""
    from django.contrib.auth.models import User
    from django.db import connection
    from django.utils import timezone

    from courses.models import Session

    _fill_department(courses)
    signer, _made = User.objects.get_or_create(username="bench")
    session = Session.objects.create(
        pk=MODEL_SESSION,
        course_id=1,
        starts_at=timezone.now(),
        treated_on=date(2025, 3, 3),
        signed_at=timezone.now(),
        signed_by=signer,
    )
    with connection.cursor() as cursor:
        for statement in _COPIES.split(";\n"):
            if statement.strip():
                cursor.execute(statement, {"session": session.pk} if "%" in statement else None)
        cursor.execute("ANALYZE")
        cursor.execute(
            "SELECT count(*) FILTER (WHERE n %% 1400 = 7) + 2 * count(*) FILTER (WHERE n %% 1400 = 11)"
            "  FROM generate_series(1, %s) n",
            [courses * FRACTIONS],
        )
        ((expected,),) = cursor.fetchall()
    return int(expected)


def _fill_department(courses: int) -> None:
    """Empty the database, and put in the bench's department: a course for each patient, a line for each fraction."""
    import psycopg

    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as link:
        tables = link.execute("SELECT tablename FROM pg_tables WHERE tablename ~ '^oncocharge_(p|c|b)'").fetchall()
        # Without triggers: history and revisions of made-up patients are of no use here, and cost minutes.
        link.execute("SET session_replication_role = replica")
        link.execute(f"TRUNCATE {', '.join(name for (name,) in tables)} RESTART IDENTITY")
        script = Path(__file__).with_name("export_data.sql").read_text()
        for statement in script.replace(":claims", str(courses)).replace(":lines", str(FRACTIONS)).split(";\n"):
            link.execute(statement)


def measure(courses: int) -> bool:
    """Prove the year and a month; print what it took and return whether both met their targets."""
    from billing.reconciliation.proving import prove, prove_and_keep

    expected = fill(courses)
    began = time.perf_counter()
    kept = prove_and_keep(to_on=LAST, started_by="command")
    whole = time.perf_counter() - began
    began = time.perf_counter()
    month = prove(from_on=date(2025, 3, 1), to_on=date(2025, 3, 31), facility_id=1)
    part = time.perf_counter() - began
    print(f"{kept.sessions} sessions, {kept.lines} lines, {kept.unreconciled} unreconciled (expected {expected})")
    print(f"the whole: {whole:.2f} s (target {TARGET_SECONDS} s)")
    print(f"a month of a facility, {month.sessions} sessions: {part:.2f} s (target {MONTH_TARGET_SECONDS} s)")
    return kept.unreconciled == expected and whole <= TARGET_SECONDS and part <= MONTH_TARGET_SECONDS


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oncocharge.settings")
    import django

    django.setup()
    sys.exit(0 if measure(int(sys.argv[1]) if len(sys.argv) > 1 else COURSES) else 1)
