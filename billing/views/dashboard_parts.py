"""What the dashboard shows, put together from its figures: plot, tables and, of each number, where its rows are."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from django.http import QueryDict
from django.urls import reverse

from billing.dashboard.asked import Asked, By, Grain
from billing.dashboard.figures import Figures, Group, Lag, Tally
from billing.dashboard.plots import Column, Plot, share, stacked
from billing.dashboard.relations import LAG_ENDS
from billing.dashboard.rows import SERIES, Figure
from billing.forms.dashboard import KEPT
from billing.money import print_dollars
from billing.remittance.codes import Words
from billing.rules import load_codebook
from billing.rules.lines import Family
from billing.templatetags.dashboard import lag
from billing.views.answers import counted

FAMILY_WORDS = {Family.PLAN.value: "Planning"}
_SERIES_OF = {family: series for series, families in SERIES.items() for family in families}
_PARAMETER = {By.MACHINE: "machine", By.SITE: "site", By.PAYER: "payer"}


class Addresses:
    """Where the rows of a number are: the chooser's own words go along."""

    def __init__(self, query: QueryDict, asked: Asked) -> None:
        self._kept = {name: str(query[name]) for name in KEPT if query.get(name)}
        self._kept |= {"since": asked.since.isoformat(), "until": asked.until.isoformat()}

    def rows(self, figure: Figure, **narrowed: object) -> str:
        """Return the address of the rows of a figure, or of a part of it."""
        return f"{reverse('billing:dashboard-rows', args=[figure.value])}?{self._query(narrowed)}"

    def dashboard(self, **changed: object) -> str:
        """Return the address of the dashboard with some of the chooser changed."""
        return f"{reverse('billing:dashboard')}?{self._query(changed)}"

    def _query(self, changed: Mapping[str, object]) -> str:
        query = QueryDict(mutable=True)
        query.update({**self._kept, **{name: str(value) for name, value in changed.items() if value not in ("", None)}})
        return query.urlencode()


@dataclass(frozen=True, slots=True)
class Number:
    """A number, and where its rows are."""

    value: object
    url: str


@dataclass(frozen=True, slots=True)
class ColumnRow:
    """A row of the plot's table: the lines of a day, week or month, and dollars by series."""

    on: date
    until: date
    lines: Number
    amount: Number
    by_series: tuple[Number, ...]
    unpriced: int


@dataclass(frozen=True, slots=True)
class BarRow:
    """A row with a bar beside it; ``sub`` is its second line."""

    words: str
    sub: str
    count: Number
    amount: Decimal | None
    bar: int
    open: Number | None = None
    since: date | None = None
    is_part: bool = False


@dataclass(frozen=True, slots=True)
class GroupRow:
    """The figures of one machine, site or payer."""

    words: str
    url: str
    group: Group
    charged: str
    held: str
    denied: str


def columns_of(asked: Asked) -> list[date]:
    """Return the first days of all columns, those without a line too."""
    found, day = [], first_of(asked.since, asked.grain)
    while day <= asked.until:
        found.append(day)
        day = next_of(day, asked.grain)
    return found


def first_of(day: date, grain: Grain) -> date:
    """Return the first day of the column that has a day."""
    if grain is Grain.WEEK:
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if grain is Grain.MONTH else day


def next_of(day: date, grain: Grain) -> date:
    """Return the first day of the next column."""
    if grain is Grain.MONTH:
        return (day + timedelta(days=31)).replace(day=1)
    return day + timedelta(days=7 if grain is Grain.WEEK else 1)


def plot_of(found: Figures, asked: Asked) -> Plot:
    """Return the plot of charges."""
    amounts: defaultdict[tuple[date, str], Decimal] = defaultdict(Decimal)
    for (day, family, _code), tally in found.columns.items():
        amounts[day, _SERIES_OF.get(family, "other")] += tally.amount
    return stacked(columns_of(asked), amounts, tuple(SERIES), is_by_month=asked.grain is Grain.MONTH)


def plot_links(plot: Plot, found: Figures, asked: Asked, to: Addresses) -> list[tuple[Column, str, str]]:
    """Return each column with the address of its lines and its words; one without a line leads nowhere."""
    counts: defaultdict[date, int] = defaultdict(int)
    for (day, _family, _code), tally in found.columns.items():
        counts[day] += tally.lines
    named = {Grain.DAY: "", Grain.WEEK: "week of ", Grain.MONTH: "month of "}[asked.grain]
    return [
        (
            one,
            to.rows(Figure.CHARGED, on=one.on) if counts[one.on] else "",
            f"{named}{one.on.day} {one.on:%b %Y}: {print_dollars(one.amount)} in {counts[one.on]:,} lines",
        )
        for one in plot.columns
    ]


def plot_table(found: Figures, asked: Asked, to: Addresses) -> list[ColumnRow]:
    """Return the plot as a table; days without a line are left out."""
    by_day: defaultdict[date, defaultdict[str, Tally]] = defaultdict(lambda: defaultdict(Tally))
    for (day, family, _code), tally in found.columns.items():
        by_day[day][_SERIES_OF.get(family, "other")] += tally
    return [_column_row(day, by_day[day], asked, to) for day in sorted(by_day)]


def _column_row(day: date, tallies: Mapping[str, Tally], asked: Asked, to: Addresses) -> ColumnRow:
    all_of_it = sum(tallies.values(), Tally())
    url = to.rows(Figure.CHARGED, on=day)
    return ColumnRow(
        on=max(day, asked.since),
        until=min(next_of(day, asked.grain) - timedelta(days=1), asked.until),
        lines=Number(all_of_it.lines, url),
        amount=Number(all_of_it.amount, url),
        by_series=tuple(
            Number(tallies[one].amount if one in tallies else None, to.rows(Figure.CHARGED, on=day, series=one))
            for one in SERIES
        ),
        unpriced=all_of_it.unpriced,
    )


def what_was_charged(found: Figures, asked: Asked, to: Addresses) -> list[BarRow]:
    """Return the charges by family, the largest first, delivery by its codes: each is one level of delivery."""
    families: defaultdict[str, Tally] = defaultdict(Tally)
    codes: defaultdict[str, Tally] = defaultdict(Tally)
    for (_day, family, code), tally in found.columns.items():
        families[family] += tally
        if family == Family.DELIVERY.value:
            codes[code] += tally
    most = max((tally.amount for tally in families.values()), default=Decimal(0))
    rows = []
    for family, tally in sorted(families.items(), key=lambda one: (-one[1].amount, one[0])):
        url = to.rows(Figure.CHARGED, family=family)
        words = FAMILY_WORDS.get(family, family.capitalize())
        rows.append(BarRow(words, "", Number(tally.lines, url), tally.amount, share(tally.amount, most)))
        if family == Family.DELIVERY.value:
            rows += _delivery(codes, most, asked, to)
    return rows


def _delivery(codes: Mapping[str, Tally], most: Decimal, asked: Asked, to: Addresses) -> Iterator[BarRow]:
    book = load_codebook()
    for code, tally in sorted(codes.items(), key=lambda one: (-one[1].amount, one[0])):
        named = book.procedure(code, asked.until) or book.procedure(code, asked.since)
        url = to.rows(Figure.CHARGED, family=Family.DELIVERY.value, code=code)
        yield BarRow(
            code, named.name if named else "", Number(tally.lines, url), tally.amount, share(tally.amount, most),
            is_part=True,
        )  # fmt: skip


def lag_bars(bars: Iterable[int], figure: Figure, to: Addresses) -> list[BarRow]:
    """Return how many lines took how long."""
    counts = list(bars)
    most = max(counts, default=0)
    return [
        BarRow(words, "", Number(count, to.rows(figure, bar=number)), None, share(count, most))
        for number, (words, count) in enumerate(zip(lag_words(), counts, strict=True))
    ]


def lag_words() -> list[str]:
    """Return the words of the bars of a lag."""
    return [
        "under 1 day",
        *(f"{begin} to {end} days" for begin, end in pairwise(LAG_ENDS)),
        f"{LAG_ENDS[-1]} days and more",
    ]


def held_rows(found: Figures, reasons: Mapping[str, str], to: Addresses) -> list[BarRow]:
    """Return what holds lines today, the most dollars first: findings of the rules, and persons by their reason."""
    most = max((one.amount for one in found.held.values()), default=Decimal(0))
    return [
        BarRow(
            reasons.get(reason, reason) if who == "person" else reason.replace("-", " ").capitalize(),
            "held by a person" if who == "person" else "",
            Number(one.lines, to.rows(Figure.HELD, who=who, reason=reason)),
            one.amount,
            share(one.amount, most),
            since=one.oldest_on,
        )
        for (who, reason), one in sorted(found.held.items(), key=lambda row: (-row[1].amount, row[0]))
    ]


def denied_rows(found: Figures, words: Words, to: Addresses) -> list[BarRow]:
    """Return why payers denied, the most dollars first."""
    most = max((one.amount for one in found.denied.values()), default=Decimal(0))
    return [
        BarRow(
            words.reason(reason) or "No reason given",
            f"{group}-{reason}".strip("-"),
            Number(one.count, to.rows(Figure.DENIED, group=group, reason=reason)),
            one.amount,
            share(one.amount, most),
            open=Number(one.open_count, to.rows(Figure.DENIED, group=group, reason=reason, open="on")),
        )
        for (group, reason), one in sorted(found.denied.items(), key=lambda row: (-row[1].amount, row[0]))
    ]


def group_rows(found: Figures, names: Mapping[int, str], asked: Asked, to: Addresses) -> list[GroupRow]:
    """Return the figures by machine, site or payer, in the order of their names, none last."""
    parameter = _PARAMETER[asked.by]
    rows = []
    for pk, group in sorted(found.groups.items(), key=lambda row: (row[0] == 0, names.get(row[0], ""))):
        only = {parameter: pk}
        rows.append(
            GroupRow(
                names.get(pk, f"No {parameter}" if pk == 0 else f"{parameter.capitalize()} {pk}"),
                to.dashboard(**only),
                group,
                to.rows(Figure.CHARGED, **only),
                to.rows(Figure.HELD, **only),
                to.rows(Figure.DENIED, **only),
            )
        )
    return rows


def tiles_of(found: Figures, to: Addresses) -> list[dict[str, object]]:
    """Return the figures that stand on top of the page."""
    charged, held, denied = found.all.charged, found.all.held, found.all.denied
    return [
        _tile("Charged", counted(charged.lines, "line"), charged.amount, to.rows(Figure.CHARGED), "clean"),
        {**_lag_tile("Session to release", found.all.to_release), "url": to.rows(Figure.RELEASED)},
        {**_lag_tile("Release to export", found.all.to_export), "url": to.rows(Figure.EXPORTED)},
        _tile("On hold today", counted(held.lines, "line"), held.amount, to.rows(Figure.HELD), "held"),
        _tile("Denied", f"{denied.count:,}", denied.amount, to.rows(Figure.DENIED), "denied"),
    ]


def _tile(label: str, value: str, amount: Decimal, url: str, state: str) -> dict[str, object]:
    return {"label": label, "value": value, "note": print_dollars(amount), "url": url, "state": state}


def _lag_tile(label: str, one: Lag) -> dict[str, object]:
    note = f"90 of 100 within {lag(one.ninety)}" if one.ninety is not None else "no line yet"
    return {"label": label, "value": lag(one.middle), "note": note, "state": "due"}


def presets(today: date, to: Addresses) -> list[tuple[str, str]]:
    """Return the usual days with their addresses."""
    month = today.replace(day=1)
    last = month - timedelta(days=1)
    spans = (
        ("Last 30 days", today - timedelta(days=29), today),
        ("This month", month, today),
        ("Last month", last.replace(day=1), last),
        ("Last 90 days", today - timedelta(days=89), today),
        ("This year", date(today.year, 1, 1), today),
        ("Last year", date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)),
    )
    return [(words, to.dashboard(since=since, until=until)) for words, since, until in spans]
