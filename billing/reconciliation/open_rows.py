"""What is still open of a month at a facility: one list a question, its number and its rows from the same statement.

Reads only. What is open keeps nobody from signing the month off; but it is kept with the sign-off as it was.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from django.db import connection

from billing.capture.basis import read_basis


class Item(StrEnum):
    """The questions of the checklist, in the order in which they are worked through."""

    UNRECONCILED = "unreconciled"
    UNEXPLAINED = "unexplained"
    UNSIGNED = "unsigned"
    NOT_DERIVED = "not-derived"
    WITHOUT_LINE = "without-line"
    HOLDS = "holds"
    NOT_REVIEWED = "not-reviewed"
    RELEASED = "released"
    UNANSWERED = "unanswered"
    DENIED = "denied"


ITEM_WORDS = {
    Item.UNRECONCILED: "Treated, charged and claimed do not agree",
    Item.UNEXPLAINED: "Lines more or fewer than counted, and nothing says why",
    Item.UNSIGNED: "Sessions not signed",
    Item.NOT_DERIVED: "Courses whose charges are not up to date",
    Item.WITHOUT_LINE: "Holds in place of a line",
    Item.HOLDS: "Lines held by a finding or a person",
    Item.NOT_REVIEWED: "Lines that nobody has released",
    Item.RELEASED: "Lines released, not yet on a claim",
    Item.UNANSWERED: "Claims that the payer has not answered",
    Item.DENIED: "Denials that nobody has decided",
}
AFTER_SIGN_OFF = "after-sign-off"
AFTER_WORDS = "Entries after the sign-off"


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A month of a facility. ``first`` is its first day."""

    facility_id: int
    first: date

    @property
    def last(self) -> date:
        """Its last day."""
        return (self.first + timedelta(days=31)).replace(day=1) - timedelta(days=1)

    def __str__(self) -> str:
        """Write it as the address does: 2026-03.

        >>> str(Month(1, date(2026, 3, 1)))
        '2026-03'
        """
        return f"{self.first:%Y-%m}"


@dataclass(frozen=True, slots=True)
class OpenRow:
    """One thing that is open: the numbers of what is concerned, and what is known of it."""

    on: date | None
    course_id: int | None
    session_id: int | None = None
    entry_id: int | None = None
    claim_id: int | None = None
    amount: Decimal | None = None
    why: str = ""


# ``waiting`` are the month's lines on no claim, each with what holds it, if anything does.
_WAITING = """
    WITH waiting AS (
        SELECT e.id, e.course_id, e.session_id, e.service_on, e.amount, e.code, COALESCE(r.state, 'open') AS state,
               r.reason, (SELECT min(f.code) FROM oncocharge_billing_standingfinding f
                           WHERE f.entry_id = e.id AND f.severity = 'hold' AND f.resolved_at IS NULL
                             AND f.overridden_at IS NULL) AS finding
          FROM oncocharge_billing_waitingline w
          JOIN oncocharge_billing_ledgerentry e ON e.id = w.entry_id
          JOIN oncocharge_courses_course c ON c.id = e.course_id AND c.facility_id = %(facility)s
          LEFT JOIN oncocharge_billing_review r ON r.entry_id = e.id
         WHERE e.service_on BETWEEN %(first)s AND %(last)s)
    SELECT service_on, course_id, session_id, id, NULL::bigint, amount, {why} FROM waiting WHERE {which}
     ORDER BY service_on, id
"""
_ROWS = {
    Item.UNSIGNED: """
        SELECT s.treated_on, s.course_id, s.id, NULL::bigint, NULL::bigint, NULL::numeric, s.status
          FROM oncocharge_courses_session s
          JOIN oncocharge_courses_course c ON c.id = s.course_id AND c.facility_id = %(facility)s
         WHERE s.treated_on BETWEEN %(first)s AND %(last)s AND s.signed_at IS NULL AND s.cancelled_at IS NULL
         ORDER BY s.treated_on, s.id
    """,
    Item.WITHOUT_LINE: """
        SELECT f.service_on, f.course_id,
               CASE WHEN f.subject LIKE 'session:%%' THEN split_part(f.subject, ':', 2)::bigint END,
               NULL::bigint, NULL::bigint, NULL::numeric, f.code
          FROM oncocharge_billing_standingfinding f
          JOIN oncocharge_courses_course c ON c.id = f.course_id AND c.facility_id = %(facility)s
         WHERE f.entry_id IS NULL AND f.resolved_at IS NULL AND f.overridden_at IS NULL AND f.severity = 'hold'
           AND f.service_on BETWEEN %(first)s AND %(last)s
         ORDER BY f.service_on, f.id
    """,
    Item.HOLDS: _WAITING.format(
        why="CASE WHEN state = 'held' THEN 'held by a person' ELSE finding END",
        which="state = 'held' OR (state = 'open' AND finding IS NOT NULL)",
    ),
    Item.NOT_REVIEWED: _WAITING.format(why="code", which="state = 'open' AND finding IS NULL"),
    Item.RELEASED: _WAITING.format(why="code", which="state = 'released'"),
    Item.UNANSWERED: """
        SELECT min(e.service_on), k.course_id, NULL::bigint, NULL::bigint, k.id, sum(l.amount), k.control_number
          FROM oncocharge_billing_claim k
          JOIN oncocharge_billing_claimline l ON l.claim_id = k.id AND l.ended_at IS NULL
          JOIN oncocharge_billing_ledgerentry e ON e.id = l.entry_id
          LEFT JOIN oncocharge_billing_claimstanding t ON t.claim_id = k.id
         WHERE k.facility_id = %(facility)s AND e.service_on BETWEEN %(first)s AND %(last)s
           AND (t.claim_id IS NULL OR t.state IN ('received', 'accepted'))
         GROUP BY k.id ORDER BY k.id
    """,
    Item.DENIED: """
        SELECT e.service_on, e.course_id, e.session_id, e.id, d.claim_id, e.amount, e.code
          FROM oncocharge_billing_denial d
          JOIN oncocharge_billing_ledgerentry e ON e.id = d.entry_id
          JOIN oncocharge_courses_course c ON c.id = e.course_id AND c.facility_id = %(facility)s
         WHERE d.state = 'open' AND e.service_on BETWEEN %(first)s AND %(last)s
         ORDER BY e.service_on, e.id
    """,
}
# Whatever earns a line on a day; whether its course is up to date is asked of what a capture rests on.
_COURSES = """
    SELECT c.id, COALESCE(m.error, '')
      FROM oncocharge_courses_course c
      LEFT JOIN oncocharge_billing_capturemark m ON m.course_id = c.id
     WHERE c.facility_id = %(facility)s AND c.id IN (
           SELECT course_id FROM oncocharge_courses_session WHERE treated_on BETWEEN %(first)s AND %(last)s
           UNION SELECT course_id FROM oncocharge_courses_plan WHERE approved_on BETWEEN %(first)s AND %(last)s
           UNION SELECT course_id FROM oncocharge_courses_clinicalevent
                  WHERE happened_on BETWEEN %(first)s AND %(last)s
           UNION SELECT course_id FROM oncocharge_billing_manualline WHERE service_on BETWEEN %(first)s AND %(last)s
           UNION SELECT course_id FROM oncocharge_billing_ledgerentry WHERE service_on BETWEEN %(first)s AND %(last)s)
     ORDER BY c.id
"""
_AFTER = """
    SELECT e.service_on, e.course_id, e.session_id, e.id, NULL::bigint, e.amount, e.kind || ' ' || e.code
      FROM oncocharge_billing_lateline l
      JOIN oncocharge_billing_monthclose m ON m.id = l.close_id AND m.reopened_at IS NULL
       AND m.facility_id = %(facility)s AND m.month = %(first)s
      JOIN oncocharge_billing_ledgerentry e ON e.id = l.entry_id
     ORDER BY e.id
"""


def open_rows(month: Month, item: Item) -> list[OpenRow]:
    """Return the rows of one question: two statements at most. Not of the two that are compared; see months.py."""
    return _not_derived(month) if item is Item.NOT_DERIVED else list(_read(_ROWS[item], month))


def all_open_rows(month: Month) -> dict[Item, list[OpenRow]]:
    """Return the rows of every question but those that are compared; two statements each at most."""
    return {item: open_rows(month, item) for item in (Item.NOT_DERIVED, *_ROWS)}


def _not_derived(month: Month) -> list[OpenRow]:
    """Return the courses of the month that the next sweep will look at: facts, payers, prices or rules changed."""
    with connection.cursor() as cursor:
        cursor.execute(_COURSES, _asked(month))
        errors = dict(cursor.fetchall())
    stale = {pk for pk, basis in read_basis(course_ids=errors).items() if basis.is_stale}
    return [OpenRow(None, pk, why=error) for pk, error in errors.items() if pk in stale]


def rows_after(month: Month) -> list[OpenRow]:
    """Return the entries, charges and reversals, that were posted for days of the month after it was signed off."""
    return list(_read(_AFTER, month))


def _read(statement: str, month: Month) -> Iterator[OpenRow]:
    with connection.cursor() as cursor:
        cursor.execute(statement, _asked(month))
        for on, course, session, entry, claim, amount, why in cursor.fetchall():
            yield OpenRow(on, course, session, entry, claim, amount, why or "")


def _asked(month: Month) -> dict[str, int | date]:
    return {"facility": month.facility_id, "first": month.first, "last": month.last}
