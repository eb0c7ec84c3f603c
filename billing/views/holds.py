"""What is on hold, by reason, age and owner, and the lines behind each number. For who reads money alone."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from billing import worklist
from billing.forms.hold import AGE_WORDS, HeldForm
from billing.money import print_dollars
from billing.views.answers import user_of
from billing.views.csv_answer import csv_answer
from billing.views.rows import Row, row_of
from billing.worklist.held import (
    Age,
    HeldRow,
    Sum,
    csv_rows,
    held_by_persons,
    held_by_rules,
    held_lines,
)
from patients.roles import BILLING, READS_MONEY, allow, has_role

PAGE = 50


@dataclass(frozen=True, slots=True)
class ShownSum:
    """A number of the page, and the address of its lines; nothing of none."""

    sum: Sum
    url: str


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row of a table of the page: by age, then together; ``loose_url`` leads to findings without a line."""

    words: str
    ages: list[ShownSum]
    total: ShownSum
    loose_url: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the page. ``name`` heads its first column."""

    key: str
    title: str
    name: str
    rows: list[ShownRow]
    foot: ShownRow | None = None
    note: str = ""


@allow(read=READS_MONEY)
@require_safe
def holds(request: HttpRequest) -> HttpResponse:
    """Show what persons hold by reason and owner, and what rules hold, each by age. Five queries."""
    persons, rules = held_by_persons(), held_by_rules()
    tables = [
        _table(
            "reason",
            "Held by a person, by reason",
            "Reason",
            persons.by_reason,
            foot=persons.total,
        ),
        _table(
            "owner",
            "Held by a person, by owner",
            "Whose matter",
            persons.by_owner,
            foot=persons.total,
        ),
        _table(
            "finding",
            "Held by a rule",
            "Finding",
            rules.by_finding,
            note=_rules_note(rules.lines),
        ),
    ]
    context = {
        "page_title": "Holds", "tables": [table for table in tables if table.rows], "ages": AGE_WORDS.values(),
        "tiles": list(_tiles(persons.total, rules.lines)), "crumbs": [("Holds", "")],
    }  # fmt: skip
    return render(request, "billing/holds.html", context)


def _tiles(persons: HeldRow, rules: Sum) -> Iterable[dict[str, object]]:
    yield _tile("Held by a person", persons.total, _address(), "held")
    due = Sum(persons.total.due)
    yield {
        **_tile("Back: their day has come", due, _address(due="1"), "warning"),
        "note": "line" if due.lines == 1 else "lines",
    }
    yield _tile("Over 30 days", persons.ages[Age.OVER_30], _address(age=Age.OVER_30), "late")
    yield _tile("Held by a rule", rules, _address(rules="1"), "hold")


def _tile(label: str, found: Sum, url: str, state: str) -> dict[str, object]:
    note = print_dollars(found.amount)
    note = f"{note}, {found.unpriced} without a fee" if found.unpriced else note
    return {
        "label": label,
        "value": f"{found.lines:,}",
        "note": note,
        "url": url if found.lines else "",
        "state": state,
    }


def _rules_note(lines: Sum) -> str:
    told = "1 line" if lines.lines == 1 else f"{lines.lines:,} lines"
    return f"{told} for {print_dollars(lines.amount)} together; a line with two findings stands in both rows."


def _table(
    key: str,
    title: str,
    name: str,
    rows: Iterable[HeldRow],
    *,
    foot: HeldRow | None = None,
    note: str = "",
) -> Table:
    shown = [_shown(row, {key: row.key}) for row in rows]
    return Table(key, title, name, shown, _shown(foot, {}) if foot else None, note)


def _shown(row: HeldRow, asked: dict[str, str]) -> ShownRow:
    ages = [ShownSum(row.ages[age], _address(**asked, age=age)) for age in Age]
    loose = f"{reverse('billing:loose')}?{urlencode({'finding': row.key})}" if row.total.loose else ""
    return ShownRow(row.words, ages, ShownSum(row.total, _address(**asked)), loose)


def _address(**asked: str) -> str:
    query = urlencode({name: str(value) for name, value in asked.items()})
    return f"{reverse('billing:held-lines')}?{query}" if query else reverse("billing:held-lines")


@allow(read=READS_MONEY)
@require_safe
def lines(request: HttpRequest) -> HttpResponse:
    """Show the lines behind a number, held longest first, as rows of the worklist with what may be done."""
    form = HeldForm(request.GET)
    page = Paginator(held_lines(form.filters), PAGE).get_page(request.GET.get("page"))
    found = list(page.object_list)
    due = worklist.pressing(entry_ids=[line.pk for line in found], at=timezone.now())
    user = user_of(request)
    rows: list[Row] = [row_of(line, user, due.get(line.pk)) for line in found]
    asked = request.GET.copy()
    asked.pop("page", None)
    context = {
        "page_title": "Held lines", "may_decide": has_role(user, *BILLING), "rows": rows,
        "page_obj": page, "told": list(form.narrowing()),
        "csv_url": f"{reverse('billing:holds-csv')}?{asked.urlencode()}", "back": request.get_full_path(),
        "crumbs": [("Holds", reverse("billing:holds")), ("Lines", "")],
    }  # fmt: skip
    return render(
        request,
        "billing/held_lines.html",
        context,
        status=200 if form.is_valid() else 422,
    )


@allow(read=READS_MONEY)
@require_safe
def holds_csv(request: HttpRequest) -> HttpResponseBase:
    """Hand out the same lines as CSV: lines and courses by number, no patient's name."""
    return csv_answer("held-lines", csv_rows(HeldForm(request.GET).filters))
