"""What a capture rests on, as a short text: the revisions of everything it read, and the rules that it asked.

A course whose mark carries another text than today's is stale: something changed, whether or not a
doorbell rang. Every table that capture reads raises a revision by database trigger, so that a
bulk write or SQL by hand shows too.
"""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.db import connection

import billing.rules
from billing.reference.overlay import REVISION_SQL
from patients.prepared import read_of_courses

RETRY_MINUTES = 15
"""A course that failed is tried again after this time, or as soon as anything changed."""


@dataclass(frozen=True, slots=True)
class Basis:
    """What a capture of the course would rest on now, and what its mark says of the last one."""

    course_id: int
    course_revision: int
    text: str
    marked: str
    error: str

    @property
    def is_stale(self) -> bool:
        """Whether a capture could change anything."""
        return self.text != self.marked or self.error != ""


@cache
def rules_stamp() -> str:
    """Return the fingerprint of the rules and their tables as this process has them."""
    room = Path(billing.rules.__path__[0])
    digest = hashlib.sha256()
    for path in sorted(room.rglob("*")):
        if path.suffix in {".py", ".toml", ".csv"}:
            digest.update(path.relative_to(room).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


# Every schedule that may price a line of the course: those of its payers, and those of its setting for every payer;
# which code files are loaded that a charge may turn on; and of its late lines, which of their months are open again. A
# month that is signed off changes no charge, and must not make years of courses stale.
_BASIS = """
    WITH lists AS (
        SELECT payer_id, setting, concat(id, '.', revision) AS text FROM oncocharge_billing_feeschedule),
    own AS (
        SELECT payer_id, string_agg(text, '+' ORDER BY text) AS text FROM lists GROUP BY payer_id),
    payers AS (
        SELECT v.patient_id, string_agg(
                 DISTINCT concat(y.id, '.', y.revision, '/', own.text), ','
                 ORDER BY concat(y.id, '.', y.revision, '/', own.text)) AS text
          FROM oncocharge_patients_coverage v
          JOIN oncocharge_patients_payer y ON y.id = v.payer_id
          LEFT JOIN own ON own.payer_id = y.id
         WHERE v.rank = 'primary' {patients}
         GROUP BY v.patient_id),
    house AS (
        SELECT s.setting, string_agg(l.text, '+' ORDER BY l.text) AS text
          FROM (VALUES ('freestanding'), ('hospital')) AS s(setting)
          JOIN lists l ON l.payer_id IS NULL AND l.setting IN (s.setting, '')
         GROUP BY s.setting),
    reopened AS (
        SELECT e.course_id, string_agg(DISTINCT m.id::text, '+' ORDER BY m.id::text) AS text
          FROM oncocharge_billing_monthclose m
          JOIN oncocharge_billing_lateline l ON l.close_id = m.id
          JOIN oncocharge_billing_ledgerentry e ON e.id = l.entry_id
         WHERE m.reopened_at IS NOT NULL {courses}
         GROUP BY e.course_id),
    loaded AS ({loaded}),
    basis AS (
        SELECT c.id, c.revision, loaded.revision AS files, concat(
                 'c', c.revision, ' p', p.id, '.', p.revision, ' f', f.id, '.', f.revision, ' y', payers.text,
                 ' s', house.text, ' m', reopened.text, ' k', loaded.revision, ' r', %(stamp)s::text) AS text
          FROM oncocharge_courses_course c
          JOIN oncocharge_patients_patient p ON p.id = c.patient_id
          JOIN oncocharge_patients_facility f ON f.id = c.facility_id
          CROSS JOIN loaded
          LEFT JOIN payers ON payers.patient_id = c.patient_id
          LEFT JOIN house ON house.setting = f.setting
          LEFT JOIN reopened ON reopened.course_id = c.id)
"""


def basis_of(ids: str) -> str:
    """Return the text of a query for id, revision, text and loaded files of the courses in the parameter ``ids``.

    It begins with SELECT, as what begins otherwise is taken for a write and given the context of the history.
    """
    patients = f"AND v.patient_id IN (SELECT patient_id FROM oncocharge_courses_course WHERE id = ANY({ids}))"
    basis = _BASIS.format(loaded=REVISION_SQL, patients=patients, courses=f"AND e.course_id = ANY({ids})")
    return f"SELECT * FROM ({basis} SELECT * FROM basis WHERE id = ANY({ids})) found"


_READ = f"""
    SELECT b.id, b.revision, b.text, COALESCE(m.basis, ''), COALESCE(m.error, '')
      FROM ({basis_of("%(ids)s")}) b LEFT JOIN oncocharge_billing_capturemark m ON m.course_id = b.id
"""
_STALE = (
    _BASIS.format(loaded=REVISION_SQL, patients="", courses="")
    + f"""
    SELECT b.id FROM basis b LEFT JOIN oncocharge_billing_capturemark m ON m.course_id = b.id
     WHERE m.course_id IS NULL OR m.basis <> b.text
        OR (m.error <> '' AND m.captured_at < now() - interval '{RETRY_MINUTES} minutes')
     ORDER BY b.id DESC LIMIT %(limit)s
"""
)


def asked_of_basis(course_ids: Collection[int]) -> dict[str, str | list[int]]:
    """Return the parameters that ``basis_of("%(ids)s")`` wants."""
    return {"stamp": rules_stamp(), "ids": list(course_ids)}


def read_basis(*, course_ids: Collection[int]) -> dict[int, Basis]:
    """Return the basis of courses as it is now: one statement."""
    return {row[0]: Basis(*row) for row in read_of_courses(_READ, asked_of_basis(course_ids), count=len(course_ids))}


def stale_courses(*, limit: int) -> list[int]:
    """Return courses whose charges rest on something that has changed, the newest first: one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_STALE, {"stamp": rules_stamp(), "limit": limit})
        return [row[0] for row in cursor.fetchall()]
