"""Brings a read remittance into temporary tables by COPY, and finds our claims. Nothing of the house is written here.

``paid_claim`` has the claims, with the ids that they will have, ``paid_line`` their lines, ``paid_match`` which of our
claims each was found to be. They live until the transaction ends, or the next remittance of the receipt comes.
"""

from collections.abc import Iterable

from django.db import connection

from billing.remittance.background import Background
from billing.remittance.spooling import CLAIM_COLUMNS, LINE_COLUMNS, Spool

_FORGET = "DROP TABLE IF EXISTS pg_temp.paid_claim, pg_temp.paid_line, pg_temp.paid_match"
# Few statistics are enough: all that the planner needs to know of the tables below is how large they are.
_SETTINGS = """
    SELECT set_config('work_mem', '64MB', true), set_config('jit', 'off', true),
           set_config('default_statistics_target', '10', true)
"""

_CLAIMS = """
    CREATE TEMP TABLE paid_claim (
        id bigint NOT NULL DEFAULT nextval('oncocharge_billing_remittanceclaim_id_seq'),
        position integer, number integer, control_number text, status text, charge numeric, paid numeric,
        patient_amount numeric, filing_indicator text, payer_claim_number text, facility_type text, frequency text,
        groups text[], reasons text[], adjusted numeric[], quantities numeric[], remarks text[],
        served_from date, served_to date, received_on date, patient_last_name text, patient_first_name text,
        patient_identifier text, crossover_name text, crossover_identifier text
    ) ON COMMIT DROP
"""
_LINES = """
    CREATE TEMP TABLE paid_line (
        claim_number integer, number integer, after integer, entry_id bigint, control_number text, code text,
        modifiers text[], submitted_code text, submitted_modifiers text[], revenue_code text, charge numeric,
        paid numeric, allowed numeric, units numeric, served_on date, groups text[], reasons text[],
        adjusted numeric[], quantities numeric[], remarks text[]
    ) ON COMMIT DROP
"""

_BY_CONTROL_NUMBER = """
    CREATE TEMP TABLE paid_match ON COMMIT DROP AS
    SELECT p.number, c.id AS claim_id, CASE WHEN c.id IS NULL THEN '' ELSE 'control' END AS matched_by
      FROM paid_claim p
      LEFT JOIN oncocharge_billing_claim c ON c.control_number = upper(p.control_number)
"""

# The same number may be another claim's at another payer, so the charge must agree too, and one claim alone may fit.
_BY_PAYER_NUMBER = """
    UPDATE paid_match m SET claim_id = f.claim_id, matched_by = 'payer'
      FROM (
        SELECT p.number, min(k.claim_id) AS claim_id
          FROM paid_match u
          JOIN paid_claim p ON p.number = u.number AND p.payer_claim_number <> ''
          JOIN (
            SELECT payer_claim_number, claim_id FROM oncocharge_billing_claimstanding WHERE payer_claim_number <> ''
             UNION
            SELECT payer_claim_number, claim_id FROM oncocharge_billing_remittanceclaim
             WHERE payer_claim_number <> '' AND claim_id IS NOT NULL
          ) k ON k.payer_claim_number = p.payer_claim_number
          JOIN oncocharge_billing_claim c ON c.id = k.claim_id AND c.total_amount = abs(p.charge)
         WHERE u.claim_id IS NULL
         GROUP BY p.number
        HAVING count(DISTINCT k.claim_id) = 1) f
     WHERE m.number = f.number
"""

_COUNT = "SELECT count(*) FROM paid_match WHERE claim_id IS NULL"


def stage(spool: Spool) -> None:
    """Make the tables and read the remittance into them: PostgreSQL takes rows while the next ones are read.

    What is read must not come from the database: the connection is busy meanwhile. An error of the database comes out
    here as if there were no second thread.
    """
    with connection.cursor() as cursor:
        for statement in (_FORGET, _SETTINGS, _CLAIMS, _LINES):
            cursor.execute(statement)
    raw = connection.connection

    def take(part: tuple[str, bytes]) -> None:
        copy_into, rows = part
        with raw.cursor() as cursor, cursor.copy(copy_into) as copy:
            copy.write(rows)

    claims, lines = _copy("paid_claim", CLAIM_COLUMNS), _copy("paid_line", LINE_COLUMNS)
    with connection.wrap_database_errors, Background(take) as tables:
        spool.read_all(
            claims=lambda rows: tables.give((claims, rows)),
            lines=lambda rows: tables.give((lines, rows)),
        )


def _copy(table: str, columns: Iterable[str]) -> str:
    return f"COPY {table} ({', '.join(columns)}) FROM STDIN (NULL '')"


def match_claims() -> int:
    """Find our claims: by our number, else by the payer's; return how many were not found. At most six statements."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE paid_claim (number, control_number)")  # arrays take long, and nothing joins by them
        cursor.execute(_BY_CONTROL_NUMBER)
        cursor.execute("ANALYZE paid_match")
        cursor.execute(_COUNT)
        if cursor.fetchone()[0]:
            cursor.execute(_BY_PAYER_NUMBER)
        cursor.execute(_COUNT)
        return int(cursor.fetchone()[0])
