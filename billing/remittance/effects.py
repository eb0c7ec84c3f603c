"""What a posted remittance does: the story of each claim gets an event, denials go to the worklist, paid ones off it.

All of it is derived from the stored rows, in a fixed number of statements: for a remittance as a whole, or for one of
its claims that a person has just matched. Done twice it does nothing more. Nothing is written off here, ever.
Where a claim stands follows from its events by itself.
"""

from datetime import datetime

from django.db import connection
from django.db.backends.utils import CursorWrapper

from billing.claims import end_taken_voids
from billing.x12.codes import contract_reasons, forwarding_remarks, patient_share_reasons
from patients.terms import PayerKind

APPEAL_DAYS = {PayerKind.MEDICARE: 120}
"""Where the policy says nothing: days from the decision to the first appeal (42 CFR 405.942)."""

LARGE = 500
"""From so many claims of a remittance on, counting them anew costs less than a bad plan."""

_OF_ONE = "(%(claim)s::bigint IS NULL OR p.id = %(claim)s)"

# A claim to the first payer under whose number the second or third one answers, because the first one sent it on.
_RANK = """CASE WHEN c.sequence = 'P' AND p.status IN ('2', '20') THEN 'S'
                 WHEN c.sequence = 'P' AND p.status IN ('3', '21') THEN 'T' ELSE c.sequence END"""
# So is what that one takes back; its own number of the claim tells. Maybe the payer that was asked says itself that it
# is the second: that counts as long as nothing is said of its own rank. An event without a day yields to any other.
_IS_LATER_PAYERS = f"""
    (({_RANK}) <> c.sequence
     OR (p.status = '22' AND p.payer_claim_number <> '' AND c.sequence = 'P' AND EXISTS (
         SELECT FROM oncocharge_billing_remittanceclaim q
          WHERE q.claim_id = p.claim_id AND q.payer_claim_number = p.payer_claim_number
            AND q.status IN ('2', '20', '3', '21'))
         AND EXISTS (
         SELECT FROM oncocharge_billing_remittanceclaim q
          WHERE q.claim_id = p.claim_id AND q.status IN ('1', '19', '4'))))
"""
# A remark may be all that says that the payer sent the claim on.
_IS_SENT_ON = """
    (p.status IN ('1', '2', '3', '4')
     AND (p.remarks && %(forwarding)s::varchar[]
          OR p.id IN (SELECT q.id FROM oncocharge_billing_remittanceclaim q
                        JOIN oncocharge_billing_remittanceline l ON l.remittance_claim_id = q.id
                       WHERE q.remittance_id = %(remittance)s AND l.remarks && %(forwarding)s::varchar[])))
"""

# A remittance that takes a payment back and decides anew says both of one claim: the new decision counts, and its claim
# number. A payer that has split the claim decides each part by itself: where one is paid, the other is a denial within
# a paid claim. What a later payer says under the number of this claim is told, and yields to what its own payer says.
_EVENTS = f"""
    INSERT INTO oncocharge_billing_claimevent
           (claim_id, receipt_id, position, level, outcome, codes, message, "where", payer_claim_number, said_on, by_id)
    SELECT p.claim_id, r.receipt_id, p.position, 'remittance',
           CASE WHEN p.status = '22' AND (p.is_decided_anew OR n.is_later_payers) THEN 'noted'
                WHEN p.status = '22' THEN 'reversed'
                WHEN p.status = '25' THEN 'noted'
                WHEN p.status = '23' THEN 'forwarded'
                WHEN p.is_paid_in_part THEN 'paid'
                WHEN p.status = '4' THEN 'denied'
                WHEN p.paid = 0 AND d.reasons IS NOT NULL THEN 'denied'
                ELSE 'paid' END,
           ARRAY[p.status::text] || CASE WHEN n.is_sent_on THEN '{{19}}'::text[] ELSE '{{}}' END
           || COALESCE(array_remove(d.reasons[1:7], '-'), '{{}}'),
           CASE WHEN n.is_later_payers
                THEN format('%%s, as a later payer, on %%s of its claim %%s: ', r.payer_name,
                            COALESCE(r.paid_on, r.produced_on, r.at::date), p.payer_claim_number)
                ELSE '' END
           || CASE WHEN p.status = '22' THEN format('Payment of %%s taken back.', -p.paid)
                ELSE format('%%s paid of %%s; %%s is the patient''s part.', p.paid, p.charge, p.patient_amount) END
           || CASE WHEN n.is_sent_on OR p.status IN ('19', '20', '21', '23')
                   THEN ' Forwarded to ' || COALESCE(NULLIF(p.crossover_name, ''), 'the next payer') || '.'
                   ELSE '' END,
           '', CASE WHEN p.status = '22' AND (p.is_decided_anew OR n.is_later_payers) THEN ''
                    ELSE left(p.payer_claim_number, 50) END,
           CASE WHEN n.is_later_payers THEN NULL ELSE COALESCE(r.paid_on, r.produced_on) END,
           COALESCE(r.released_by_id, r.keyed_by_id)
      FROM (SELECT p.*, bool_or(p.status NOT IN ('22', '25')) OVER (PARTITION BY p.claim_id) AS is_decided_anew,
                   bool_or(p.paid > 0 AND p.status <> '25') OVER (PARTITION BY p.claim_id) AS is_paid_in_part
              FROM oncocharge_billing_remittanceclaim p
             WHERE p.remittance_id = %(remittance)s AND p.claim_id IS NOT NULL) p
      JOIN oncocharge_billing_remittance r ON r.id = p.remittance_id
      JOIN oncocharge_billing_claim c ON c.id = p.claim_id
     CROSS JOIN LATERAL (SELECT {_IS_LATER_PAYERS} AS is_later_payers, {_IS_SENT_ON} AS is_sent_on OFFSET 0) n
      LEFT JOIN (SELECT remittance_claim_id, array_agg(DISTINCT left("group" || '-' || reason, 12)) AS reasons
                   FROM refused_line GROUP BY remittance_claim_id) d ON d.remittance_claim_id = p.id
     WHERE {_OF_ONE}
     ORDER BY p.claim_id, p.position
        ON CONFLICT DO NOTHING
"""

# Of the adjustments that neither contract nor the patient's share explain, the largest says why.
_REFUSED = f"""
    CREATE TEMP TABLE refused_line ON COMMIT DROP AS
    SELECT DISTINCT ON (x.remittance_claim_id, x.number) x.remittance_claim_id, x.number, x.claim_id, x.entry_id,
           x.charge, u."group", u.reason
      FROM (
        SELECT p.id AS remittance_claim_id, l.number, p.claim_id, l.entry_id, l.charge, l.groups, l.reasons, l.adjusted
          FROM oncocharge_billing_remittanceclaim p
          JOIN oncocharge_billing_remittanceline l ON l.remittance_claim_id = p.id AND l.paid = 0 AND l.charge > 0
         WHERE p.remittance_id = %(remittance)s AND p.claim_id IS NOT NULL AND p.status NOT IN ('22', '23', '25')
           AND {_OF_ONE}
         UNION ALL
        SELECT p.id, 0, p.claim_id, NULL, p.charge, p.groups, p.reasons, p.adjusted
          FROM oncocharge_billing_remittanceclaim p
         WHERE p.remittance_id = %(remittance)s AND p.claim_id IS NOT NULL AND p.status NOT IN ('22', '23', '25')
           AND p.paid = 0 AND p.charge > 0 AND {_OF_ONE}
      ) x
     CROSS JOIN LATERAL unnest(x.groups, x.reasons, x.adjusted) AS u("group", reason, amount)
     WHERE NOT (u."group" = 'CO' AND u.reason = ANY(%(contract)s))
       AND NOT (u."group" = 'PR' AND u.reason = ANY(%(patient)s))
       AND NOT (u."group" = 'OA' AND u.reason = '23')
     ORDER BY x.remittance_claim_id, x.number, u.amount DESC NULLS LAST
"""

# Denied as a whole, and nothing says why.
_REFUSED_WITHOUT_REASON = f"""
    INSERT INTO refused_line (remittance_claim_id, number, claim_id, entry_id, charge, "group", reason)
    SELECT p.id, 0, p.claim_id, NULL, p.charge, '', ''
      FROM oncocharge_billing_remittanceclaim p
     WHERE p.remittance_id = %(remittance)s AND p.claim_id IS NOT NULL AND p.status = '4' AND p.charge > 0 AND {_OF_ONE}
       AND NOT EXISTS (SELECT FROM refused_line d WHERE d.remittance_claim_id = p.id)
"""

# A payment taken back with nothing decided instead, and no correction on its way, is as good as refused: nobody but a
# person will ask for it again. What a later payer takes back under this number is not the word of the one asked.
_TAKEN_BACK = f"""
    INSERT INTO refused_line (remittance_claim_id, number, claim_id, entry_id, charge, "group", reason)
    SELECT p.id, 0, p.claim_id, NULL, abs(p.charge), '', ''
      FROM oncocharge_billing_remittanceclaim p
      JOIN oncocharge_billing_remittance r ON r.id = p.remittance_id
      JOIN oncocharge_billing_claim c ON c.id = p.claim_id AND c.frequency <> '8'
     WHERE p.remittance_id = %(remittance)s AND p.status = '22' AND p.paid < 0 AND {_OF_ONE}
       AND NOT {_IS_LATER_PAYERS}
       AND EXISTS (SELECT FROM oncocharge_billing_claimline k WHERE k.claim_id = c.id AND k.ended_at IS NULL)
       AND NOT EXISTS (SELECT FROM oncocharge_billing_claim n WHERE n.replaces_id = c.id)
       AND NOT EXISTS (
           SELECT FROM oncocharge_billing_remittanceclaim q
             JOIN oncocharge_billing_remittance t ON t.id = q.remittance_id AND t.state = 'posted'
            WHERE q.claim_id = p.claim_id AND q.status NOT IN ('22', '25')
              AND NOT (c.sequence = 'P' AND q.status IN ('2', '20', '3', '21'))
              AND COALESCE(t.paid_on, t.produced_on, t.at::date) >= COALESCE(r.paid_on, r.produced_on, %(at)s::date))
"""

_DENIALS = """
    INSERT INTO oncocharge_billing_denial
           (remittance_claim_id, line_number, claim_id, entry_id, amount, "group", reason, denied_on, appeal_until,
            state, note)
    SELECT d.remittance_claim_id, d.number, d.claim_id, d.entry_id, d.charge, COALESCE(d."group", ''),
           COALESCE(d.reason, ''), s.denied_on,
           s.denied_on + COALESCE(o.appeal_days, (%(appeal)s::jsonb ->> y.kind)::integer), 'open', ''
      FROM refused_line d
      JOIN oncocharge_billing_remittanceclaim p ON p.id = d.remittance_claim_id
      JOIN oncocharge_billing_remittance r ON r.id = p.remittance_id
     CROSS JOIN LATERAL (SELECT COALESCE(r.paid_on, r.produced_on, %(at)s::date) AS denied_on) s
      JOIN oncocharge_billing_claim c ON c.id = d.claim_id
      JOIN oncocharge_patients_payer y ON y.id = c.payer_id
      LEFT JOIN oncocharge_billing_ledgerentry e ON e.id = d.entry_id
      LEFT JOIN oncocharge_patients_payerpolicy o ON o.payer_id = y.id
       AND COALESCE(e.service_on, p.served_from, s.denied_on)
           BETWEEN o.effective_from AND COALESCE(o.effective_to, 'infinity')
     ORDER BY d.remittance_claim_id, d.number
        ON CONFLICT (remittance_claim_id, line_number) DO NOTHING
"""

# What the payer has paid after all needs no work any more; a person's closing decision stays his. Remittances come in
# any order: a payment settles what was denied until its day, never what was denied after it. What a second payer pays
# is no word of the first one, on a claim of its own or, if the first one sent it on, under the number of our claim to
# the first. A denial of the whole claim is settled by a payment of the whole claim: another part of it says nothing.
_DAY = "COALESCE(r.paid_on, r.produced_on, r.at::date)"
_STANDING = f"""
    DROP TABLE IF EXISTS pg_temp.standing_denial;
    CREATE TEMP TABLE standing_denial ON COMMIT DROP AS
    WITH found AS (
        SELECT d.id FROM oncocharge_billing_remittanceclaim p
          JOIN oncocharge_billing_remittanceline l ON l.remittance_claim_id = p.id
          JOIN oncocharge_billing_denial d ON d.entry_id = l.entry_id
         WHERE p.remittance_id = %(remittance)s AND p.status NOT IN ('22', '25') AND {_OF_ONE}
         UNION
        SELECT d.id FROM oncocharge_billing_remittanceclaim p
          JOIN oncocharge_billing_denial d ON d.claim_id = p.claim_id AND d.entry_id IS NULL
         WHERE p.remittance_id = %(remittance)s AND p.status NOT IN ('22', '25') AND {_OF_ONE})
    SELECT d.id, d.entry_id, d.claim_id, d.line_number, d.denied_on, d.remittance_claim_id, p.remittance_id,
           {_RANK} AS rank
      FROM found f
      JOIN oncocharge_billing_denial d ON d.id = f.id AND d.state IN ('open', 'appealed', 'corrected')
      JOIN oncocharge_billing_remittanceclaim p ON p.id = d.remittance_claim_id
      JOIN oncocharge_billing_claim c ON c.id = d.claim_id
"""
_IS_ITS_PAYERS = f"""
       d.id = s.id AND p.status NOT IN ('22', '25') AND r.state = 'posted' AND s.rank = {_RANK}
       AND ({_DAY} > s.denied_on OR ({_DAY} = s.denied_on AND r.id = %(remittance)s))
"""
# The lines are found first, and by themselves: right after a large remittance nothing is known of their number, and
# every denial was compared with every claim.
_SETTLED = f"""
    WITH paid AS MATERIALIZED (
        SELECT s.id, s.rank, s.denied_on, l.remittance_claim_id
          FROM standing_denial s
          JOIN oncocharge_billing_remittanceline l ON l.entry_id = s.entry_id AND l.paid > 0
           AND l.remittance_claim_id <> s.remittance_claim_id)
    UPDATE oncocharge_billing_denial d SET state = 'paid', decided_at = %(at)s
      FROM paid s
      JOIN oncocharge_billing_remittanceclaim p ON p.id = s.remittance_claim_id
      JOIN oncocharge_billing_claim c ON c.id = p.claim_id
      JOIN oncocharge_billing_remittance r ON r.id = p.remittance_id
     WHERE {_IS_ITS_PAYERS}
"""
_SETTLED_WHOLE = f"""
    UPDATE oncocharge_billing_denial d SET state = 'paid', decided_at = %(at)s
      FROM standing_denial s
      JOIN oncocharge_billing_remittanceclaim p ON p.claim_id = s.claim_id AND p.paid > 0
       AND p.remittance_id <> s.remittance_id
      JOIN oncocharge_billing_claim c ON c.id = p.claim_id AND c.total_amount = p.charge
      JOIN oncocharge_billing_remittance r ON r.id = p.remittance_id
     WHERE s.entry_id IS NULL AND {_IS_ITS_PAYERS}
       AND (s.line_number = 0
            OR NOT EXISTS (SELECT FROM oncocharge_billing_denial o WHERE o.remittance_claim_id = p.id))
"""

# Decided anew, however: what is still refused is a denial of the new decision.
_TAKEN_BACK_DECIDED = f"""
    UPDATE oncocharge_billing_denial d
       SET state = CASE WHEN p.paid > 0 THEN 'paid' ELSE 'corrected' END, decided_at = %(at)s
      FROM standing_denial s
      JOIN oncocharge_billing_remittanceclaim b ON b.id = s.remittance_claim_id AND b.status = '22'
      JOIN oncocharge_billing_remittanceclaim p ON p.claim_id = s.claim_id AND p.remittance_id = %(remittance)s
      JOIN oncocharge_billing_claim c ON c.id = p.claim_id
      JOIN oncocharge_billing_remittance r ON r.id = p.remittance_id
     WHERE d.id = s.id AND d.state IN ('open', 'appealed') AND p.status NOT IN ('22', '25') AND s.rank = {_RANK}
       AND {_DAY} >= s.denied_on AND {_OF_ONE}
"""


# What was denied, taken back and decided anew in one remittance is no denial any more: what is still refused is one of
# the new decision. The payer's number tells which part of a split claim was taken back. Asked of the remittance that
# decides anew, and of denials that come when that is known already.
def _decided_anew(asked: str) -> str:
    return f"""
    UPDATE oncocharge_billing_denial d SET state = 'corrected', decided_at = %(at)s
      FROM oncocharge_billing_remittanceclaim p
      JOIN oncocharge_billing_remittance r ON r.id = p.remittance_id AND r.state = 'posted'
      JOIN oncocharge_billing_remittanceclaim q ON q.claim_id = p.claim_id AND q.remittance_id <> p.remittance_id
       AND (q.payer_claim_number = p.payer_claim_number OR '' IN (q.payer_claim_number, p.payer_claim_number))
     WHERE {asked}.remittance_id = %(remittance)s AND (%(claim)s::bigint IS NULL OR {asked}.id = %(claim)s)
       AND p.status = '22'
       AND EXISTS (SELECT FROM oncocharge_billing_remittanceclaim n
                    WHERE n.remittance_id = p.remittance_id AND n.claim_id = p.claim_id
                      AND n.status NOT IN ('22', '25'))
       AND d.remittance_claim_id = q.id AND d.state IN ('open', 'appealed') AND d.denied_on <= {_DAY}
"""


# What the payer says of a correction is its word on the claim that was corrected: what is still refused is a denial of
# the correction, and of the lines as they were first sent nothing is left to appeal.
_CORRECTED = f"""
    WITH RECURSIVE corrected AS (
        SELECT c.replaces_id AS claim_id
          FROM oncocharge_billing_remittanceclaim p JOIN oncocharge_billing_claim c ON c.id = p.claim_id
         WHERE p.remittance_id = %(remittance)s AND p.status NOT IN ('22', '25') AND {_OF_ONE}
           AND c.replaces_id IS NOT NULL
         UNION
        SELECT c.replaces_id FROM corrected t JOIN oncocharge_billing_claim c ON c.id = t.claim_id
         WHERE c.replaces_id IS NOT NULL)
    UPDATE oncocharge_billing_denial d SET state = 'corrected', decided_at = %(at)s
      FROM corrected t WHERE d.claim_id = t.claim_id AND d.state IN ('open', 'appealed')
"""
_CORRECTED_BEFORE = f"""
    WITH RECURSIVE correction AS (
        SELECT p.id AS denied_id, c.id AS claim_id
          FROM oncocharge_billing_remittanceclaim p JOIN oncocharge_billing_claim c ON c.replaces_id = p.claim_id
         WHERE p.remittance_id = %(remittance)s AND {_OF_ONE}
         UNION
        SELECT t.denied_id, c.id FROM correction t JOIN oncocharge_billing_claim c ON c.replaces_id = t.claim_id)
    UPDATE oncocharge_billing_denial d SET state = 'corrected', decided_at = %(at)s
      FROM correction t
      JOIN oncocharge_billing_remittanceclaim p ON p.claim_id = t.claim_id AND p.status NOT IN ('22', '25')
      JOIN oncocharge_billing_remittance r ON r.id = p.remittance_id AND r.state = 'posted'
     WHERE d.remittance_claim_id = t.denied_id AND d.state IN ('open', 'appealed') AND d.denied_on <= {_DAY}
"""

# Claims that were taken back and are voids, or have one.
_VOIDED = f"""
    SELECT DISTINCT p.claim_id FROM oncocharge_billing_remittanceclaim p
      JOIN oncocharge_billing_claim v ON v.frequency = '8' AND (v.id = p.claim_id OR v.replaces_id = p.claim_id)
     WHERE p.remittance_id = %(remittance)s AND p.status = '22' AND {_OF_ONE}
"""


def take_effect(*, remittance_id: int, at: datetime, remittance_claim_id: int | None = None) -> None:
    """Let a posted remittance, or one claim of it, take effect: seventeen statements, more where a void was taken.

    Args:
        remittance_id: it must be posted.
        at: the moment; the day of denials where the remittance has none.
        remittance_claim_id: this claim alone, because it was matched just now.
    """
    asked = {
        "remittance": remittance_id,
        "claim": remittance_claim_id,
        "at": at,
        "contract": sorted(contract_reasons()),
        "patient": sorted(patient_share_reasons()),
        "forwarding": sorted(forwarding_remarks()),
        "appeal": _APPEAL_DAYS,
    }
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.refused_line")
        is_large = remittance_claim_id is None and _is_large(cursor, remittance_id)
        for statement in _STATEMENTS_OF_LARGE if is_large else _STATEMENTS:
            cursor.execute(statement, asked)
        cursor.execute(_VOIDED, asked)
        voided = [row[0] for row in cursor.fetchall()]
    end_taken_voids(claim_ids=voided)


def _is_large(cursor: CursorWrapper, remittance_id: int) -> bool:
    cursor.execute("SELECT count(*) FROM oncocharge_billing_remittanceclaim WHERE remittance_id = %s", [remittance_id])
    return bool(cursor.fetchone()[0] >= LARGE)


# Where a posting was cut off, its rows count as none until the next vacuum, and each claim of the next large one was
# compared with each: minutes instead of seconds. So the planner is told how many rows there are.
_COUNTED_ANEW = (
    "ANALYZE oncocharge_billing_remittanceclaim (remittance_id, claim_id, status)",
    "ANALYZE oncocharge_billing_remittanceline (remittance_claim_id, entry_id, paid)",
)
_FOUND = (_REFUSED, _REFUSED_WITHOUT_REASON, _TAKEN_BACK, "ANALYZE refused_line", _EVENTS, _DENIALS)
_DENIALS_COUNTED = "ANALYZE oncocharge_billing_denial (remittance_claim_id, claim_id, entry_id, state)"
_ENDED = (
    _STANDING, "ANALYZE standing_denial", _SETTLED, _SETTLED_WHOLE, _TAKEN_BACK_DECIDED, _decided_anew("p"),
    _decided_anew("q"), _CORRECTED, _CORRECTED_BEFORE,
)  # fmt: skip
_STATEMENTS = (*_FOUND, *_ENDED)
_STATEMENTS_OF_LARGE = (*_COUNTED_ANEW, *_FOUND, _DENIALS_COUNTED, *_ENDED)


_APPEAL_DAYS = "{" + ", ".join(f'"{kind.value}": {days}' for kind, days in APPEAL_DAYS.items()) + "}"
