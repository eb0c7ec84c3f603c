"""What the dashboard counts, each once as SQL: charged lines with their moments, held lines, denials.

The figures and the rows behind each of them read the same relations, so that a number and its list cannot differ.
A line's payer is the patient's first on the day of service, as on the worklist; a denial's is the payer that denied.
"""

from billing.dashboard.asked import By

LAG_ENDS = (1, 2, 3, 5, 7, 14, 30)
"""Where the bars of a lag end, in days; the last bar has no end."""

_COLUMNS = {By.MACHINE: "s.machine_id", By.SITE: "c.facility_id", By.PAYER: "v.payer_id"}
_COLUMNS_OF_DENIALS = {By.MACHINE: "s.machine_id", By.SITE: "m.facility_id", By.PAYER: "m.payer_id"}

_PLACED = """
      JOIN oncocharge_courses_course c ON c.id = e.course_id
      LEFT JOIN oncocharge_courses_session s ON s.id = e.session_id
      LEFT JOIN oncocharge_patients_coverage v
             ON v.patient_id = c.patient_id AND v.rank = 'primary' AND v.effective_from <= e.service_on
            AND (v.effective_to IS NULL OR v.effective_to >= e.service_on)
"""
_NARROWED = """
       (%(machine)s::bigint IS NULL OR COALESCE(s.machine_id, 0) = %(machine)s)
   AND (%(facility)s::bigint IS NULL OR c.facility_id = %(facility)s)
   AND (%(payer)s::bigint IS NULL OR COALESCE(v.payer_id, 0) = %(payer)s)
"""

# A standing charge of the period: when its session began, when it was released, when that release went out.
_CHARGED = """
    lines AS MATERIALIZED (
    SELECT e.id, e.service_on, e.family, e.code, e.amount, COALESCE({by}, 0) AS by_id, s.starts_at,
           CASE WHEN r.state = 'released' THEN r.at END AS released_at
      FROM oncocharge_billing_ledgerentry e
      {placed}
      LEFT JOIN oncocharge_billing_review r ON r.entry_id = e.id
     WHERE e.kind = 'charge' AND e.service_on BETWEEN %(since)s AND %(until)s
       AND NOT EXISTS (SELECT FROM oncocharge_billing_ledgerentry u WHERE u.reverses_id = e.id)
       AND {narrowed}),
    sent AS (
    SELECT n.id, min(f.sealed_at) AS sealed_at
      FROM lines n
      JOIN oncocharge_billing_claimline l ON l.entry_id = n.id AND l.sequence = 'P'
      JOIN oncocharge_billing_claim m ON m.id = l.claim_id
      JOIN oncocharge_billing_claimfile f ON f.id = m.file_id AND f.sealed_at >= n.released_at
     GROUP BY n.id),
    charged AS MATERIALIZED (
    SELECT n.*, t.sealed_at,
           extract(epoch FROM n.released_at - n.starts_at)::float8 / 86400 AS to_release,
           extract(epoch FROM t.sealed_at - n.released_at)::float8 / 86400 AS to_export
      FROM lines n LEFT JOIN sent t ON t.id = n.id)
"""
# A line that waits and cannot go, today: a row for each reason. Whatever its day, a hold is a hold.
_HELD = """
    held AS MATERIALIZED (
    SELECT h.entry_id AS id, h.who, h.reason, e.service_on, e.amount, COALESCE({by}, 0) AS by_id
      FROM (SELECT DISTINCT w.entry_id, 'rule' AS who, f.code AS reason
              FROM oncocharge_billing_waitingline w
              JOIN oncocharge_billing_standingfinding f
                ON f.entry_id = w.entry_id AND f.severity = 'hold' AND f.resolved_at IS NULL AND f.overridden_at IS NULL
             UNION ALL
            SELECT w.entry_id, 'person', {reason}
              FROM oncocharge_billing_waitingline w
              JOIN oncocharge_billing_review r ON r.entry_id = w.entry_id AND r.state = 'held') h
      JOIN oncocharge_billing_ledgerentry e ON e.id = h.entry_id
      {placed}
     WHERE {narrowed})
"""
_DENIED = """
    denied AS MATERIALIZED (
    SELECT d.id, d.group, d.reason, d.amount, d.state, COALESCE({by}, 0) AS by_id
      FROM oncocharge_billing_denial d
      JOIN oncocharge_billing_claim m ON m.id = d.claim_id
      LEFT JOIN oncocharge_billing_ledgerentry e ON e.id = d.entry_id
      LEFT JOIN oncocharge_courses_session s ON s.id = e.session_id
     WHERE d.denied_on BETWEEN %(since)s AND %(until)s
       AND (%(machine)s::bigint IS NULL OR COALESCE(s.machine_id, 0) = %(machine)s)
       AND (%(facility)s::bigint IS NULL OR m.facility_id = %(facility)s)
       AND (%(payer)s::bigint IS NULL OR m.payer_id = %(payer)s))
"""
# The code of the practice's list: what a person typed besides stays out of addresses, it may name somebody.
_REASON_OF_A_PERSON = "r.code_id"


def charged(by: By) -> str:
    """Return the WITH clause whose ``charged`` has the standing charges of the period."""
    return _CHARGED.format(by=_COLUMNS[by], placed=_PLACED, narrowed=_NARROWED)


def held(by: By) -> str:
    """Return the WITH clause whose ``held`` has a row for each line and reason that holds it today."""
    return _HELD.format(by=_COLUMNS[by], placed=_PLACED, narrowed=_NARROWED, reason=_REASON_OF_A_PERSON)


def denied(by: By) -> str:
    """Return the WITH clause whose ``denied`` has the denials of the period, by the day on which they were said."""
    return _DENIED.format(by=_COLUMNS_OF_DENIALS[by])


def bar_of(lag: str) -> str:
    """Return the expression of the bar into which a lag falls: 0 is shorter than the first end."""
    return f"width_bucket({lag}, ARRAY[{', '.join(f'{end}.0' for end in LAG_ENDS)}]::float8[])"
