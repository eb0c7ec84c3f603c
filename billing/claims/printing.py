"""How a line stands in ``export_claim``: SQL for its text and for what goes with it.

A line leaves PostgreSQL as it is printed there anyway; lines.py finishes it, once for all lines that say the same. The
fragments speak of ``e``, the ledger entry, ``c``, its course, and ``v``, the coverage that its claim goes to.
"""

from typing import Final

from billing.models.revenue_code import USUAL_REVENUE_CODE
from billing.rules.lines import ClaimKind, Family, Origin

FIELD, LINE = "\x1f", "\x1e"
"""What stands between the fields of a line and between the lines of a claim."""
MODIFIERS, WORDS, APPROVAL, REVENUE, ORDERED, OWN = "modifiers", "words", "approval", "revenue", "ordered", "own"
"""The names of what a line may have beside what all have; ``ORDERED`` tells that its claim names who ordered it,
``OWN`` to which diagnoses it points, or who renders it, if not as on its claim."""

_ANSWERED = "('approved', 'approved_with_changes')"

AUTHORIZATION = f"""
    CASE WHEN e.course_id IN (SELECT course_id FROM oncocharge_billing_authorization) THEN COALESCE((
        SELECT a.number FROM oncocharge_billing_authorizedline u
          JOIN oncocharge_billing_authorization a ON a.id = u.authorization_id
         WHERE u.entry_id = e.id AND a.status IN {_ANSWERED}
           AND (a.coverage_id IS NULL OR a.coverage_id = v.id)
           AND e.service_on BETWEEN a.effective_from AND a.effective_to), (
        SELECT a.number FROM oncocharge_billing_authorization a
         WHERE a.course_id = e.course_id AND e.code = ANY(a.codes)
           AND a.status IN {_ANSWERED}
           AND (a.coverage_id IS NULL OR a.coverage_id = v.id)
           AND e.service_on BETWEEN a.effective_from AND a.effective_to
         ORDER BY a.effective_to, a.id LIMIT 1), '') ELSE '' END
"""

ENCOUNTER = """
    CASE WHEN e.place_of_service = '21' THEN (
        SELECT n.id FROM oncocharge_patients_encounter n
         WHERE n.patient_id = c.patient_id AND n.is_inpatient
           AND e.service_on BETWEEN n.starts_on AND COALESCE(n.ends_on, 'infinity')
         ORDER BY n.starts_on, n.id LIMIT 1) END
"""

# The payer's own row before everybody's; then the procedure before its range, the later (so narrower) range before
# the earlier, both before the family, and the row of all lines last.
REVENUE_CODE = f"""
    COALESCE((
        SELECT t.revenue_code FROM oncocharge_billing_revenuecode t
         WHERE (t.payer_id IS NULL OR t.payer_id = v.payer_id)
           AND e.service_on BETWEEN t.effective_from AND COALESCE(t.effective_to, 'infinity')
           AND (t.family = '' OR t.family = e.family)
           AND (t.code = '' OR e.code COLLATE "C" BETWEEN t.code AND COALESCE(NULLIF(t.last_code, ''), t.code))
         ORDER BY t.payer_id IS NULL, t.code = '', t.last_code <> '', t.code COLLATE "C" DESC, t.family = '', t.id
         LIMIT 1), '{USUAL_REVENUE_CODE}')
"""

# The ledger keeps as much of a narrative as one element takes; the whole of it stands with the keyed line.
_NARRATIVE = f"""
    CASE WHEN e.narrative <> '' THEN translate(COALESCE((
        SELECT n.narrative FROM oncocharge_billing_manualline n
         WHERE n.course_id = e.course_id AND starts_with(ltrim(n.narrative), e.narrative)
           AND starts_with(e.line_key, '{Family.MANUAL}/{Origin.MANUAL_LINE}:' || n.id || '/')), e.narrative),
        E'\\x1e\\x1f', '  ') END
"""
_SEPARATOR: Final = "E'\\x1f'"

NAMED: Final = f"""
    CASE WHEN c.referring_provider_id IS NULL AND c.supervising_provider_id IS NULL AND c.ordering_provider_id IS NULL
              AND c.referral_number = '' THEN ''
         ELSE concat_ws({_SEPARATOR}, COALESCE(c.referring_provider_id::text, ''),
                        COALESCE(c.supervising_provider_id::text, ''), COALESCE(c.ordering_provider_id::text, ''),
                        c.referral_number) END
"""
"""Whom a course's claims name beside its physician, and the referral number; empty for most."""

# Whoever ordered the service is named at its line (2420E), and only where it is not the one who renders it. What a
# payer wants it of is imaging: of all that a course earns, that is the image guidance.
_ORDERED = f"""
    CASE WHEN c.ordering_provider_id IS NOT NULL
              AND c.ordering_provider_id IS DISTINCT FROM COALESCE(e.provider_id, c.physician_id)
              AND e.family = '{Family.GUIDANCE}' THEN '' END
"""
# What a person edited or keyed of a professional line; most lines say what their claim says.
_OWN = """
    CASE WHEN e.provider_id IS NOT NULL OR cardinality(e.diagnoses) > 0
         THEN concat(replace(array_to_string(e.diagnoses, ' '), '.', ''), ':', e.provider_id) END
"""
_COMMON = "e.id, e.code, e.amount, e.units, e.service_on"
_MODIFIERS = "NULLIF(array_to_string(e.modifiers, ':'), '')"
_OF_ALL = {MODIFIERS: _MODIFIERS, WORDS: _NARRATIVE}
_OF_KIND = {
    ClaimKind.PROFESSIONAL: {APPROVAL: f"NULLIF({AUTHORIZATION}, '')", ORDERED: _ORDERED, OWN: _OWN},
    ClaimKind.INSTITUTIONAL: {REVENUE: REVENUE_CODE},
}


def line_body(kind: ClaimKind) -> str:
    """Return SQL for the text of a line: entry, code, amount, units and day, then what it has besides, each by name.

    Most lines have nothing besides, and end with their day: CONCAT_WS leaves out what is NULL.
    """
    besides = (f"'{name}:' || {value}" for name, value in {**_OF_ALL, **_OF_KIND[kind]}.items())
    return f"concat_ws({_SEPARATOR}, {_COMMON}, {', '.join(besides)})"
