"""The only door to the ledger: lock a course's money, append charges, reverse them, balance, look back.

Nothing here decides what should be charged (rules), at what price (pricing) or what a biller may do
(worklist). The promises are the table's own: a line stands once, is reversed once, never changes.

Lock order, for every step that touches money: ``lock_courses`` first, with all its courses at once;
then reviews, findings, ledger entries, claims, claim files.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Final

from django.db import connection
from django.db.models import Sum

from billing.models import LedgerEntry
from billing.models.copying import copy_rows, take_ids
from patients.prepared import read_of_courses


class LedgerError(Exception):
    """A posting that the ledger does not take; nothing of it was written."""


@dataclass(frozen=True, slots=True)
class NewCharge:
    """A charge to append; the fields are the columns of the entry. ``because`` is JSON text."""

    course_id: int
    session_id: int | None
    plan_id: int | None
    line_key: str
    generation: int
    family: str
    code: str
    modifiers: list[str]
    service_on: date
    units: int
    claim_kind: str
    place_of_service: str
    unit_amount: Decimal | None
    amount: Decimal | None
    fee_line_id: int | None
    narrative: str
    attachment: str
    diagnoses: list[str]
    provider_id: int | None
    rule: str
    because: str
    replaces_id: int | None


@dataclass(frozen=True, slots=True)
class PostedCharge:
    """A charge of the ledger with what became of it. ``state`` is the biller's decision, ``open`` without one.

    ``reversal_id`` and ``reversal_reason`` are of the entry that undid it. ``is_claimed``: it stands on a claim,
    to whichever payer. ``claimed_from`` is the payer that has it as the first while ``payer_of_day`` is another by
    now, which has not got it either; both empty where it is not so.
    """

    id: int
    course_id: int
    session_id: int | None
    plan_id: int | None
    line_key: str
    generation: int
    family: str
    code: str
    modifiers: list[str]
    service_on: date
    units: int
    claim_kind: str
    place_of_service: str
    unit_amount: Decimal | None
    amount: Decimal | None
    narrative: str
    attachment: str
    diagnoses: list[str]
    provider_id: int | None
    is_claimed: bool
    state: str
    reversal_id: int | None
    reversal_reason: str
    claimed_from: str
    payer_of_day: str

    @property
    def is_reversed(self) -> bool:
        """Whether an entry undid it."""
        return self.reversal_id is not None


_NEW_COLUMNS = tuple(field.name for field in fields(NewCharge))

# The mark is the mutex of everything that is posted, reviewed or claimed for a course. The course row itself
# is only kept from being deleted or locked for update: a therapist who signs never waits for billing.
_MAKE_MARKS = """
    INSERT INTO oncocharge_billing_capturemark (course_id, basis, course_revision, lines, error)
    SELECT c.id, '', 0, 0, '' FROM oncocharge_courses_course c
     WHERE c.id = ANY(%s)
       AND NOT EXISTS (SELECT 1 FROM oncocharge_billing_capturemark m WHERE m.course_id = c.id)
     ORDER BY c.id
    ON CONFLICT (course_id) DO NOTHING
"""
_LOCK_MARKS = """
    SELECT c.id FROM oncocharge_courses_course c
      JOIN oncocharge_billing_capturemark m ON m.course_id = c.id
     WHERE c.id = ANY(%s)
     ORDER BY c.id
       FOR KEY SHARE OF c {skip} FOR UPDATE OF m {skip}
"""

# Aliases: m, the mark, and c, its course. The mark's basis is written by billing/capture/basis.py; an empty one asks
# for a new capture of facts that did not change. Prices, loaded files and the rules themselves are not asked for again:
# a released line keeps what it was released with, and an upgrade keeps no night's claims back.
IS_CAPTURED: Final = """
    c.revision = m.course_revision AND (m.basis = '' OR (
        starts_with(m.basis, (
            SELECT concat('c', c.revision, ' p', p.id, '.', p.revision, ' f', f.id, '.', f.revision, ' y')
              FROM oncocharge_patients_patient p, oncocharge_patients_facility f
             WHERE p.id = c.patient_id AND f.id = c.facility_id))
        AND NOT EXISTS (
            SELECT FROM oncocharge_patients_coverage v JOIN oncocharge_patients_payer y ON y.id = v.payer_id
             WHERE v.patient_id = c.patient_id AND v.rank = 'primary'
               AND strpos(replace(m.basis, ' y', ','), concat(',', y.id, '.', y.revision, '/')) = 0)))
"""
"""SQL: whether what a course shows is derived from its facts, its patient's coverages, its facility and its payers as
they are now."""

_IS_CAPTURED = f"""
    SELECT COALESCE({IS_CAPTURED}, false) FROM oncocharge_billing_capturemark m
      JOIN oncocharge_courses_course c ON c.id = m.course_id WHERE c.id = %s
"""

_POSTED = """
    SELECT e.id, e.course_id, e.session_id, e.plan_id, e.line_key, e.generation, e.family, e.code, e.modifiers,
           e.service_on, e.units, e.claim_kind, e.place_of_service, e.unit_amount, e.amount, e.narrative,
           e.attachment, e.diagnoses, e.provider_id, EXISTS (SELECT FROM oncocharge_billing_claimline c
                                  WHERE c.entry_id = e.id AND c.ended_at IS NULL), COALESCE(r.state, 'open'), v.id,
           COALESCE(v.because->>'reason', ''), COALESCE(o.claimed_from, ''), COALESCE(o.payer_of_day, '')
      FROM oncocharge_billing_ledgerentry e
      LEFT JOIN LATERAL (SELECT v.id, v.because FROM oncocharge_billing_ledgerentry v WHERE v.reverses_id = e.id
                         OFFSET 0) v ON true -- a look into the index for each, never the whole ledger
      LEFT JOIN LATERAL (
        SELECT had.name AS claimed_from, has.name AS payer_of_day
          FROM oncocharge_billing_claimline k
          JOIN oncocharge_billing_claim c ON c.id = k.claim_id AND c.frequency <> '8'
          JOIN oncocharge_patients_coverage d ON d.patient_id = c.patient_id AND d.rank = 'primary'
           AND d.payer_id <> c.payer_id
           AND e.service_on BETWEEN d.effective_from AND COALESCE(d.effective_to, 'infinity')
          JOIN oncocharge_patients_payer had ON had.id = c.payer_id
          JOIN oncocharge_patients_payer has ON has.id = d.payer_id
         WHERE v.id IS NULL AND k.entry_id = e.id AND k.ended_at IS NULL AND k.sequence = 'P'
           AND NOT EXISTS (SELECT FROM oncocharge_billing_claimline n
                             JOIN oncocharge_billing_claim b ON b.id = n.claim_id
                            WHERE n.entry_id = e.id AND n.ended_at IS NULL AND n.sequence <> 'P'
                              AND b.payer_id = d.payer_id)
        OFFSET 0) o ON true
      LEFT JOIN oncocharge_billing_review r ON r.entry_id = e.id
     WHERE e.course_id = ANY(%s) AND e.kind = 'charge'
     ORDER BY e.course_id, e.line_key, e.generation
"""

_REVERSE = """
    INSERT INTO oncocharge_billing_ledgerentry (
           kind, course_id, session_id, plan_id, line_key, generation, family, code, modifiers, service_on, units,
           claim_kind, place_of_service, unit_amount, amount, fee_line_id, narrative, attachment, diagnoses,
           provider_id, rule, because, reverses_id, posted_by_id)
    SELECT 'reversal', e.course_id, e.session_id, e.plan_id, e.line_key, e.generation, e.family, e.code, e.modifiers,
           e.service_on, e.units, e.claim_kind, e.place_of_service, -e.unit_amount, -e.amount, e.fee_line_id,
           e.narrative, e.attachment, e.diagnoses, e.provider_id, e.rule, jsonb_build_object('reason', w.reason),
           e.id, %s
      FROM unnest(%s::bigint[], %s::text[]) AS w(id, reason)
      JOIN oncocharge_billing_ledgerentry e ON e.id = w.id AND e.kind = 'charge'
     ORDER BY e.id
    RETURNING reverses_id, id
"""


def lock_courses(*, course_ids: Iterable[int], wait: bool = True) -> list[int]:
    """Lock the money of courses until the transaction ends; return the ids locked, ascending. Three statements at most.

    Whoever reads the result may trust what the ledger, the findings, the reviews and the claim lines of
    these courses say. Call it once in a transaction, before anything else is written: the order of the
    ids is what keeps two callers from waiting for each other.

    Args:
        course_ids: every course that the transaction will touch.
        wait: false leaves out those that somebody else has locked.
    """
    ids = sorted(set(course_ids))
    lock = _LOCK_MARKS.format(skip="" if wait else "SKIP LOCKED")
    # Of a single course the mark nearly always stands. Of many, making the missing ones after locking the others
    # would break the order.
    if len(ids) == 1 and (locked := _locked(lock, ids)):
        return locked
    with connection.cursor() as cursor:
        cursor.execute(_MAKE_MARKS, [ids])
    return _locked(lock, ids)


def _locked(lock: str, ids: list[int]) -> list[int]:
    return [row[0] for row in read_of_courses(lock, [ids], count=len(ids))]


def is_captured(*, course_id: int) -> bool:
    """Return whether what a course shows is derived from its facts as they are now; one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_IS_CAPTURED, [course_id])
        row = cursor.fetchone()
    return row is not None and bool(row[0])


def posted_charges(*, course_ids: Collection[int]) -> list[PostedCharge]:
    """Return every charge ever posted for the courses, by line and generation: one statement."""
    found = read_of_courses(_POSTED, [list(course_ids)], count=len(course_ids))
    return [PostedCharge(*row) for row in found]


def append(*, charges: Sequence[NewCharge], by_id: int | None = None) -> list[int]:
    """Append charges; return their ids in the same order. Two statements, whatever the number.

    Raises:
        IntegrityError: the line stands already, or a replaced generation was not reversed before.
    """
    ids = take_ids(LedgerEntry, len(charges))
    if ids:
        rows = ((new_id, "charge", by_id, *_columns_of(charge)) for new_id, charge in zip(ids, charges, strict=True))
        copy_rows(LedgerEntry, ("id", "kind", "posted_by_id", *_NEW_COLUMNS), rows)
    return ids


def _columns_of(charge: NewCharge) -> tuple[object, ...]:
    """Return the values of a charge by column, without the deep copies of ``dataclasses.astuple``."""
    return tuple(getattr(charge, column) for column in _NEW_COLUMNS)


def reverse(*, reasons: Mapping[int, str], by_id: int | None = None) -> dict[int, int]:
    """Append the reversal of each charge; return reversal ids by charge id. One statement.

    Args:
        reasons: why, in words, by the id of the charge to reverse.

    Raises:
        LedgerError: an id is not that of a charge.
        IntegrityError: a charge is reversed already.
    """
    if not reasons:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_REVERSE, [by_id, list(reasons), list(reasons.values())])
        made = dict(cursor.fetchall())
    if missing := set(reasons) - set(made):
        raise LedgerError(f"Ledger entries {sorted(missing)} are no charges; only a charge can be reversed.")
    return made


def balance(*, course_id: int) -> Decimal:
    """Return the sum of all charges and reversals of a course, in USD. Lines without a fee count nothing."""
    total = LedgerEntry.objects.filter(course_id=course_id).aggregate(total=Sum("amount"))["total"]
    return Decimal("0.00") if total is None else total
