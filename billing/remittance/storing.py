"""Writes a staged remittance into the house's tables, each kind of row in one statement, with its matches."""

from django.db import connection

from billing.models import ProviderAdjustment, Remittance
from billing.x12.remit_835 import Closing

_CLAIMS = """
    INSERT INTO oncocharge_billing_remittanceclaim
           (id, remittance_id, number, position, claim_id, matched_by, matched_at, control_number, status, charge, paid,
            patient_amount, filing_indicator, payer_claim_number, facility_type, frequency, groups, reasons, adjusted,
            quantities, remarks, served_from, served_to, received_on, patient_last_name, patient_first_name,
            patient_identifier, crossover_name, crossover_identifier)
    SELECT p.id, %s, p.number, p.position, m.claim_id, m.matched_by, NULL, COALESCE(left(p.control_number, 80), ''),
           COALESCE(left(p.status, 5), ''), p.charge, p.paid, p.patient_amount,
           COALESCE(left(p.filing_indicator, 5), ''), COALESCE(left(p.payer_claim_number, 80), ''),
           COALESCE(left(p.facility_type, 5), ''), COALESCE(left(p.frequency, 5), ''),
           p.groups::varchar(5)[], p.reasons::varchar(12)[], p.adjusted, p.quantities, p.remarks::varchar(12)[],
           p.served_from, p.served_to, p.received_on,
           COALESCE(left(p.patient_last_name, 80), ''), COALESCE(left(p.patient_first_name, 60), ''),
           COALESCE(left(p.patient_identifier, 80), ''), COALESCE(left(p.crossover_name, 80), ''),
           COALESCE(left(p.crossover_identifier, 80), '')
      FROM paid_claim p JOIN paid_match m ON m.number = p.number
     ORDER BY p.number
"""

_LINES = """
    INSERT INTO oncocharge_billing_remittanceline
           (remittance_claim_id, number, position, entry_id, matched_by, control_number, code, modifiers,
            submitted_code, submitted_modifiers, revenue_code, charge, paid, allowed, units, served_on, groups, reasons,
            adjusted, quantities, remarks)
    SELECT p.id, l.number, p.position + l.after, k.entry_id, CASE WHEN k.entry_id IS NULL THEN '' ELSE 'number' END,
           COALESCE(left(l.control_number, 80), ''), COALESCE(left(l.code, 48), ''), l.modifiers::varchar(12)[],
           COALESCE(left(l.submitted_code, 48), ''), l.submitted_modifiers::varchar(12)[],
           COALESCE(left(l.revenue_code, 48), ''), l.charge, l.paid, l.allowed, l.units, l.served_on,
           l.groups::varchar(5)[], l.reasons::varchar(12)[], l.adjusted, l.quantities, l.remarks::varchar(12)[]
      FROM paid_line l
      JOIN paid_claim p ON p.number = l.claim_number
      JOIN paid_match m ON m.number = p.number
      LEFT JOIN oncocharge_billing_claimline k ON k.claim_id = m.claim_id AND k.entry_id = l.entry_id
"""

# Lines that say the same in one claim are taken in their order, and only if there are as many here as there: {same}
# is what must agree. Nothing is taken that our line numbers have found already.
_BY_SERVICE = """
    WITH paid AS (
        SELECT l.remittance_claim_id, l.number, p.claim_id, {paid_key} AS key
          FROM oncocharge_billing_remittanceline l
          JOIN oncocharge_billing_remittanceclaim p ON p.id = l.remittance_claim_id
         WHERE p.remittance_id = %(remittance)s AND p.claim_id IS NOT NULL AND l.entry_id IS NULL
           AND (%(claim)s::bigint IS NULL OR p.id = %(claim)s)
    ), ours AS (
        SELECT w.remittance_claim_id, k.entry_id, {our_key} AS key
          FROM (SELECT DISTINCT remittance_claim_id, claim_id FROM paid) w
          JOIN oncocharge_billing_claimline k ON k.claim_id = w.claim_id
          JOIN oncocharge_billing_ledgerentry e ON e.id = k.entry_id
         WHERE NOT EXISTS (SELECT FROM oncocharge_billing_remittanceline t
                            WHERE t.remittance_claim_id = w.remittance_claim_id AND t.entry_id = k.entry_id)
    ), pairs AS (
        SELECT a.remittance_claim_id, a.number, b.entry_id
          FROM (SELECT *, row_number() OVER (PARTITION BY remittance_claim_id, key ORDER BY number) AS turn,
                       count(*) OVER (PARTITION BY remittance_claim_id, key) AS many FROM paid) a
          JOIN (SELECT *, row_number() OVER (PARTITION BY remittance_claim_id, key ORDER BY entry_id) AS turn,
                       count(*) OVER (PARTITION BY remittance_claim_id, key) AS many FROM ours) b
            ON b.remittance_claim_id = a.remittance_claim_id AND b.key = a.key AND b.turn = a.turn AND b.many = a.many
    )
    UPDATE oncocharge_billing_remittanceline l SET entry_id = x.entry_id, matched_by = 'service'
      FROM pairs x WHERE l.remittance_claim_id = x.remittance_claim_id AND l.number = x.number
"""
_DAY = "COALESCE(l.served_on, CASE WHEN p.served_from = COALESCE(p.served_to, p.served_from) THEN p.served_from END)"
_PAID_CODE = "COALESCE(NULLIF(l.submitted_code, ''), l.code)"
_PAID_MODIFIERS = "CASE WHEN l.submitted_code <> '' THEN l.submitted_modifiers ELSE l.modifiers END"
_WITH_MODIFIERS = _BY_SERVICE.format(
    paid_key=f"ROW({_PAID_CODE}::text, {_PAID_MODIFIERS}::text[], {_DAY}, abs(l.charge)::numeric)",
    our_key="ROW(e.code::text, e.modifiers::text[], e.service_on, k.amount::numeric)",
)
# Payers are known to drop modifiers: without them, code, day and charge must still be enough.
_WITHOUT_MODIFIERS = _BY_SERVICE.format(
    paid_key=f"ROW({_PAID_CODE}::text, {_DAY}, abs(l.charge)::numeric)",
    our_key="ROW(e.code::text, e.service_on, k.amount::numeric)",
)
_BY_NUMBER = """
    UPDATE oncocharge_billing_remittanceline l SET entry_id = k.entry_id, matched_by = 'number'
      FROM oncocharge_billing_remittanceclaim p, oncocharge_billing_claimline k
     WHERE p.id = l.remittance_claim_id AND p.remittance_id = %(remittance)s AND p.id = %(claim)s
       AND k.claim_id = p.claim_id AND upper(l.control_number) = 'L' || k.entry_id AND l.entry_id IS NULL
"""
_WITHOUT_ENTRY = """
    SELECT count(*) FROM oncocharge_billing_remittanceline l
      JOIN oncocharge_billing_remittanceclaim p ON p.id = l.remittance_claim_id
     WHERE p.remittance_id = %s AND p.claim_id IS NOT NULL AND l.entry_id IS NULL
"""

# The reference of a takeback is a claim's number: ours or the payer's.
_CLAIM_NAMED = """
    SELECT n.reference, COALESCE(c.id, (
               SELECT min(p.claim_id) FROM oncocharge_billing_remittanceclaim p
                WHERE p.payer_claim_number = n.reference AND p.claim_id IS NOT NULL AND p.payer_claim_number <> ''
               HAVING count(DISTINCT p.claim_id) = 1))
      FROM unnest(%s::text[]) AS n(reference)
      LEFT JOIN oncocharge_billing_claim c ON c.control_number = n.reference
"""


def store(*, remittance: Remittance, closing: Closing) -> None:
    """Write the staged claims and lines, and what is adjusted outside of them."""
    with connection.cursor() as cursor:
        cursor.execute(_CLAIMS, [remittance.pk])
        cursor.execute("ANALYZE paid_line (claim_number, entry_id)")
        cursor.execute(_LINES)
        cursor.execute(_WITHOUT_ENTRY, [remittance.pk])
        if cursor.fetchone()[0]:
            _match_by_service(remittance_id=remittance.pk, remittance_claim_id=None)
    _store_outside(remittance, closing)


def match_lines_again(*, remittance_id: int, remittance_claim_id: int) -> None:
    """Find the charges of a paid claim that a person has just matched: by our number, else by service."""
    with connection.cursor() as cursor:
        cursor.execute(_BY_NUMBER, {"remittance": remittance_id, "claim": remittance_claim_id})
    _match_by_service(remittance_id=remittance_id, remittance_claim_id=remittance_claim_id)


def _match_by_service(*, remittance_id: int, remittance_claim_id: int | None) -> None:
    with connection.cursor() as cursor:
        for statement in (_WITH_MODIFIERS, _WITHOUT_MODIFIERS):
            cursor.execute(statement, {"remittance": remittance_id, "claim": remittance_claim_id})


def _store_outside(remittance: Remittance, closing: Closing) -> None:
    outside = closing.provider_adjustments
    references = sorted({adjustment.reference for adjustment in outside if adjustment.reference})
    named: dict[str, int | None] = {}
    if references:
        with connection.cursor() as cursor:
            cursor.execute(_CLAIM_NAMED, [references])
            named = dict(cursor.fetchall())
    ProviderAdjustment.objects.bulk_create(
        ProviderAdjustment(
            remittance=remittance,
            number=number,
            position=adjustment.position,
            provider_identifier=adjustment.provider_id[:80],
            fiscal_year_end=adjustment.fiscal_year_end,
            reason=adjustment.reason[:12],
            reference=adjustment.reference[:80],
            amount=adjustment.amount,
            claim_id=named.get(adjustment.reference),
        )
        for number, adjustment in enumerate(outside, start=1)
    )
