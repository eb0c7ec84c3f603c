"""A month of a facility, as it stands: what was expected and what is charged, by service and by code, and what is open.

Reads only. The expectation is counted from sessions and plans alone (expected.py); a line that stands belongs to the
month of its own day of service, one that is missing to that of what earns it.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db import connection
from django.db.models import Exists, OuterRef

from billing.capture.facts import load_courses
from billing.models import LedgerEntry
from billing.money import print_dollars
from billing.reconciliation.compare import Difference, Kind, compare
from billing.reconciliation.courses import read_books
from billing.reconciliation.expected import SERVICE_WORDS, Service, due_lines
from billing.reconciliation.gaps import GAP_WORDS
from billing.reconciliation.open_rows import ITEM_WORDS, Item, Month, OpenRow, all_open_rows
from billing.reconciliation.proving import Proved, prove
from courses.models import Course, Plan, Session
from patients.numbers import id_or_none

MONTHS_BEFORE = 3
OUTLIER_LINES, OUTLIER_SHARE = 5, 0.25
"""A code is an outlier if it differs from the usual by so many lines, and by this share."""
BATCH = 200


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """The lines of one service in the month. ``unexplained``: missing or extra, and nothing says why."""

    service: Service
    expected: int
    actual: int
    unexplained: int
    explained: int

    @property
    def words(self) -> str:
        """The service's name."""
        return SERVICE_WORDS[self.service]


@dataclass(frozen=True, slots=True)
class CodeRow:
    """The lines of one code in the month, and how many there would be usually: as many a session as before.

    Where nobody was treated before, nothing is usual.
    """

    code: str
    lines: int
    amount: Decimal
    usual: int | None

    @property
    def difference(self) -> int:
        """How many more lines than usual."""
        return 0 if self.usual is None else self.lines - self.usual

    @property
    def is_outlier(self) -> bool:
        """Whether it differs by more than chance would have it."""
        away = abs(self.difference)
        return away >= OUTLIER_LINES and away > OUTLIER_SHARE * max(self.usual or 0, 1)


@dataclass(frozen=True, slots=True)
class MonthReport:
    """Everything that the page of a month shows, and that is kept when it is signed off."""

    month: Month
    proved: Proved
    lines: int
    amount: Decimal
    services: tuple[ServiceRow, ...]
    codes: tuple[CodeRow, ...]
    open: Mapping[Item, list[OpenRow]]

    @property
    def open_count(self) -> int:
        """How many things are open, over all questions."""
        return sum(len(rows) for rows in self.open.values())

    def content(self) -> dict[str, object]:
        """Return the report as plain values, with the numbers of every row that is open."""
        return {
            "facility": self.month.facility_id,
            "month": str(self.month),
            "sessions": self.proved.sessions,
            "delivery_lines": self.proved.lines,
            "explained": self.proved.explained,
            "lines": self.lines,
            "amount": str(self.amount),
            "services": [[row.service, row.expected, row.actual, row.unexplained] for row in self.services],
            "codes": [[row.code, row.lines, str(row.amount), row.usual] for row in self.codes],
            "open": {item.value: [_told(row) for row in self.open[item]] for item in Item},
        }


def _told(row: OpenRow) -> list[object]:
    return [
        None if row.on is None else f"{row.on}", row.course_id, row.session_id, row.entry_id, row.claim_id,
        None if row.amount is None else str(row.amount), row.why,
    ]  # fmt: skip


def report_of(month: Month) -> MonthReport:
    """Return how the month stands. A fixed number of statements for every two hundred courses of it."""
    proved = prove(from_on=month.first, to_on=month.last, facility_id=month.facility_id)
    services, unexplained = _compared(month)
    codes = tuple(_codes(month))
    found = {Item.UNRECONCILED: _gaps(proved), Item.UNEXPLAINED: unexplained, **all_open_rows(month)}
    return MonthReport(
        month=month,
        proved=proved,
        lines=sum(row.lines for row in codes),
        amount=sum((row.amount for row in codes), Decimal("0.00")),
        services=services,
        codes=codes,
        open={item: found[item] for item in Item},
    )


def _gaps(proved: Proved) -> list[OpenRow]:
    return [
        OpenRow(gap.on, gap.course_id, gap.session_id, gap.entry_id, gap.claim_id, None, GAP_WORDS[gap.kind])
        for gap in proved.gaps
    ]


# --- expected against actual --------------------------------------------------------------------------------------


def _compared(month: Month) -> tuple[tuple[ServiceRow, ...], list[OpenRow]]:
    expected: Counter[Service] = Counter()
    actual: Counter[Service] = Counter()
    differences: list[tuple[int, Difference]] = []
    ids = _courses(month)
    for start in range(0, len(ids), BATCH):
        batch = ids[start : start + BATCH]
        loaded, books = load_courses(batch), read_books(batch)
        for pk, course in loaded.items():
            own = books[pk]
            due = due_lines(course.facts, own.too_close)
            standing_on = {one: line.on for line in own.standing if (one := line.due) is not None}
            actual.update(one.service for one, on in standing_on.items() if _is_in(month, on))
            expected.update(one.service for one in due if _is_in(month, standing_on.get(one, one.on)))
            differences += [(pk, one) for one in compare(due, own).differences if _is_in(month, one.on)]
    rows = tuple(_services(expected, actual, [one for _pk, one in differences]))
    return rows, [_open(pk, one) for pk, one in differences if not one.kind.is_explained]


def _is_in(month: Month, on: date | None) -> bool:
    return on is not None and month.first <= on <= month.last


def _courses(month: Month) -> list[int]:
    """Return the courses of the facility with a session, a plan or a line in the month: one statement."""
    days = (month.first, month.last)
    sessions = Session.objects.filter(course=OuterRef("pk"), treated_on__range=days)
    entries = LedgerEntry.objects.filter(course=OuterRef("pk"), service_on__range=days)
    plans = Plan.objects.filter(course=OuterRef("pk"), approved_on__range=days)
    found = Course.objects.filter(Exists(sessions) | Exists(entries) | Exists(plans), facility_id=month.facility_id)
    return list(found.order_by("pk").values_list("pk", flat=True))


def _services(
    expected: Counter[Service], actual: Counter[Service], differences: Collection[Difference]
) -> Iterator[ServiceRow]:
    """Yield the services, those that differ most first."""
    gone = Counter(one.service for one in differences if not one.kind.is_explained)
    said = Counter(one.service for one in differences if one.kind.is_explained)
    rows = [
        ServiceRow(service, expected[service], actual[service], gone[service], said[service])
        for service in Service
        if expected[service] or actual[service]
    ]
    yield from sorted(rows, key=lambda row: (-row.unexplained, -abs(row.actual - row.expected)))


def _open(course_id: int, one: Difference) -> OpenRow:
    what, _colon, number = one.subject.partition(":")
    session = id_or_none(number) if what == "session" else None
    words = "missing" if one.kind is Kind.MISSING else "more than counted"
    return OpenRow(one.on, course_id, session, one.entry_id, why=f"{SERVICE_WORDS[one.service]}: {words}")


# --- by code ------------------------------------------------------------------------------------------------------

_BY_CODE = """
    SELECT e.code, e.service_on >= %(first)s AS is_now, count(*), COALESCE(sum(e.amount), 0)
      FROM oncocharge_billing_ledgerentry e
      JOIN oncocharge_courses_course c ON c.id = e.course_id AND c.facility_id = %(facility)s
      LEFT JOIN oncocharge_billing_ledgerentry v ON v.reverses_id = e.id
     WHERE e.kind = 'charge' AND v.id IS NULL AND e.service_on BETWEEN %(since)s AND %(last)s
     GROUP BY 1, 2
     UNION ALL
    SELECT '', s.treated_on >= %(first)s, count(*), 0
      FROM oncocharge_courses_session s
      JOIN oncocharge_courses_course c ON c.id = s.course_id AND c.facility_id = %(facility)s
     WHERE s.treated_on BETWEEN %(since)s AND %(last)s AND s.signed_at IS NOT NULL AND s.cancelled_at IS NULL
     GROUP BY 1, 2
"""


def _codes(month: Month) -> Iterator[CodeRow]:
    """Yield the codes of the month, those furthest from the usual first: one statement."""
    since = month.first
    for _ in range(MONTHS_BEFORE):
        since = (since - timedelta(days=1)).replace(day=1)
    asked: dict[str, int | date] = {"facility": month.facility_id, "since": since}
    asked |= {"first": month.first, "last": month.last}
    counts: defaultdict[str, dict[bool, tuple[int, Decimal]]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(_BY_CODE, asked)
        for code, is_now, count, amount in cursor.fetchall():
            counts[code][is_now] = (count, amount)
    nothing = (0, Decimal("0.00"))
    sessions = {is_now: count for is_now, (count, _amount) in counts.pop("", {}).items()}
    share = sessions.get(True, 0) / sessions[False] if sessions.get(False) else None
    rows = [
        CodeRow(
            code,
            *found.get(True, nothing),
            usual=None if share is None else round(found.get(False, nothing)[0] * share),
        )
        for code, found in counts.items()
    ]
    yield from sorted(
        (row for row in rows if row.lines or row.usual),
        key=lambda row: (not row.is_outlier, -abs(row.difference) if row.is_outlier else 0, row.code),
    )


def words_of(content: Mapping[str, object]) -> list[tuple[str, int]]:
    """Return what was open at a sign-off, as words and number; questions without anything left out."""
    kept = content.get("open")
    rows: Mapping[str, Iterable[object]] = kept if isinstance(kept, Mapping) else {}
    counts = [(ITEM_WORDS[item], len(list(rows.get(item.value, ())))) for item in Item]
    return [(words, count) for words, count in counts if count]


def sum_of(rows: Iterable[OpenRow]) -> str:
    """Return what the rows come to, in dollars; empty where they have no amounts."""
    amounts = [row.amount for row in rows if row.amount is not None]
    return print_dollars(sum(amounts, Decimal("0.00"))) if amounts else ""
