"""Every number of the dashboard against a plain count over the rows, written here without a look at its statements."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from billing.authorizations import courses_needing_attention
from billing.dashboard.asked import Asked, By, Grain
from billing.dashboard.figures import Figures, figures
from billing.dashboard.rows import SERIES, Figure, Narrowed, denials_of, lines_of
from billing.models import (
    Authorization,
    Claim,
    ClaimFile,
    ClaimLine,
    Denial,
    LedgerEntry,
    Proof,
    Review,
    StandingFinding,
    WaitingLine,
)
from billing.rules.lines import Family
from courses.models import Course
from patients.models import Coverage, Facility, Payer
from patients.roles import Role
from tests import cast
from tests.billing.dashboard.department import SINCE, UNTIL, department

pytestmark = pytest.mark.django_db
ENDS = (1, 2, 3, 5, 7, 14, 30)


@pytest.fixture
def filled() -> None:
    """The department."""
    department()


@dataclass(frozen=True)
class Plain:
    """A charge that stands, with all that is counted of it."""

    entry: LedgerEntry
    machine: int
    site: int
    payer: int
    released_at: datetime | None
    exported_at: datetime | None

    @property
    def to_release(self) -> float | None:
        """Days from the session's beginning to the release."""
        if self.released_at is None or self.entry.session is None:
            return None
        return (self.released_at - self.entry.session.starts_at) / timedelta(days=1)

    @property
    def to_export(self) -> float | None:
        """Days from the release to the first file after it."""
        if self.released_at is None or self.exported_at is None:
            return None
        return (self.exported_at - self.released_at) / timedelta(days=1)


def plain_lines() -> list[Plain]:
    """Every standing charge of whatever day, one by one."""
    found = []
    reversed_ones = set(LedgerEntry.objects.filter(kind="reversal").values_list("reverses_id", flat=True))
    for entry in LedgerEntry.objects.filter(kind="charge").select_related("course", "session"):
        if entry.pk in reversed_ones:
            continue
        review = Review.objects.filter(entry=entry, state="released").first()
        released_at = review.at if review else None
        files = [
            line.claim.file.sealed_at for line in ClaimLine.objects.filter(entry=entry).select_related("claim__file")
        ]
        after = sorted(at for at in files if released_at is not None and at >= released_at)
        payers = [
            one.payer_id for one in Coverage.objects.filter(patient=entry.course.patient_id, rank="primary")
            if one.effective_from <= entry.service_on <= (one.effective_to or date.max)
        ]  # fmt: skip
        machine = entry.session.machine_id if entry.session else None
        found.append(
            Plain(entry, machine or 0, entry.course.facility_id, payers[0] if payers else 0, released_at,
                  after[0] if after else None)
        )  # fmt: skip
    return found


def in_period(lines: Sequence[Plain]) -> list[Plain]:
    """Those treated in the period."""
    return [one for one in lines if SINCE <= one.entry.service_on <= UNTIL]


def amount(lines: Sequence[Plain]) -> Decimal:
    """What lines come to."""
    return sum((one.entry.amount for one in lines if one.entry.amount is not None), Decimal("0.00"))


def share_of(values: Sequence[float], share: float) -> float:
    """The value below which a share of the values lies, between the two nearest."""
    ranked = sorted(values)
    place = (len(ranked) - 1) * share
    low = int(place)
    high = min(low + 1, len(ranked) - 1)
    return ranked[low] + (ranked[high] - ranked[low]) * (place - low)


def check_lag(found: Any, values: Sequence[float], waiting: int) -> None:
    """Median, 90th percentile, how many were measured, how many wait."""
    assert (found.measured, found.waiting) == (len(values), waiting)
    if values:
        assert found.middle == pytest.approx(share_of(values, 0.5))
        assert found.ninety == pytest.approx(share_of(values, 0.9))


def bars(values: Sequence[float]) -> tuple[int, ...]:
    """How many values fall between the ends."""
    counted = Counter(sum(value >= end for end in ENDS) for value in values)
    return tuple(counted[place] for place in range(len(ENDS) + 1))


def check_lines(found: Figures, lines: Sequence[Plain]) -> None:
    """All that is counted of charged lines."""
    assert (found.all.charged.lines, found.all.charged.amount) == (len(lines), amount(lines))
    assert found.all.charged.unpriced == sum(one.entry.amount is None for one in lines)
    releases = [one.to_release for one in lines if one.to_release is not None]
    exports = [one.to_export for one in lines if one.to_export is not None]
    unreleased = sum(one.entry.session is not None and one.released_at is None for one in lines)
    unexported = sum(one.released_at is not None and one.exported_at is None for one in lines)
    check_lag(found.all.to_release, releases, unreleased)
    check_lag(found.all.to_export, exports, unexported)
    assert (found.release_bars, found.export_bars) == (bars(releases), bars(exports))


def is_held() -> dict[tuple[str, str], list[LedgerEntry]]:
    """Who holds which waiting lines, for which reason."""
    waiting = set(WaitingLine.objects.values_list("entry_id", flat=True))
    found = defaultdict(list)
    for finding in StandingFinding.objects.filter(severity="hold", entry__isnull=False).select_related("entry"):
        stands = finding.resolved_at is None and finding.overridden_at is None
        if stands and finding.entry is not None and finding.entry_id in waiting:
            found["rule", finding.code].append(finding.entry)
    for review in Review.objects.filter(state="held").select_related("entry"):
        found["person", str(review.code_id)].append(review.entry)
    return found


WHERE: dict[str, Callable[[], dict[str, Any]]] = {
    "everything": dict,
    "a machine": lambda: {"machine_id": cast.machine(cast.hospital()).pk},
    "no machine": lambda: {"machine_id": 0},
    "a site": lambda: {"facility_id": Facility.objects.get(name__startswith="Lakeside").pk},
    "a payer": lambda: {"payer_id": Payer.objects.get(kind="medicare").pk},
    "no payer": lambda: {"payer_id": 0},
    "a site and a payer": lambda: {"facility_id": cast.center().pk, "payer_id": cast.commercial().pk},
}
ATTRIBUTE = {"machine_id": "machine", "facility_id": "site", "payer_id": "payer"}


@pytest.mark.parametrize("where", WHERE)
def test_every_number_is_that_of_a_plain_count(filled: None, where: str) -> None:
    only = WHERE[where]()
    asked = Asked(since=SINCE, until=UNTIL, **only)
    found = figures(asked)
    everything = plain_lines()
    kept = [one for one in everything if all(getattr(one, ATTRIBUTE[name]) == value for name, value in only.items())]
    check_lines(found, in_period(kept))

    mine = {one.entry.pk for one in kept}
    holds = {key: [one for one in held if one.pk in mine] for key, held in is_held().items()}
    assert {key: (one.lines, one.amount, one.oldest_on) for key, one in found.held.items()} == {
        key: (len(held), sum((one.amount or 0 for one in held), Decimal(0)), min(one.service_on for one in held))
        for key, held in holds.items()
        if held
    }
    once = {one.pk: one for held in holds.values() for one in held}.values()
    assert found.all.held.lines == len(once)
    assert found.all.held.amount == sum((one.amount or 0 for one in once), Decimal(0))


def test_columns_and_families_are_those_of_a_plain_count(filled: None) -> None:
    found = figures(Asked(since=SINCE, until=UNTIL))
    lines = in_period(plain_lines())
    keys = Counter((one.entry.service_on, one.entry.family, one.entry.code) for one in lines)
    assert {key: tally.lines for key, tally in found.columns.items()} == keys
    for (day, family, code), tally in found.columns.items():
        same = [one for one in lines if (one.entry.service_on, one.entry.family, one.entry.code) == (day, family, code)]
        assert tally.amount == amount(same)


@pytest.mark.parametrize("by", list(By))
def test_groups_are_told_apart_as_a_plain_count_tells_them(filled: None, by: By) -> None:
    found = figures(Asked(since=SINCE, until=UNTIL, by=by))
    lines, holds = plain_lines(), is_held()
    place = {one.entry.pk: getattr(one, by.value) for one in lines}
    assert sum(group.charged.lines for group in found.groups.values()) == found.all.charged.lines
    for pk, group in found.groups.items():
        mine = [one for one in in_period(lines) if getattr(one, by.value) == pk]
        assert (group.charged.lines, group.charged.amount) == (len(mine), amount(mine))
        releases = [one.to_release for one in mine if one.to_release is not None]
        waits = sum(one.entry.session is not None and one.released_at is None for one in mine)
        check_lag(group.to_release, releases, waits)
        held = {one.pk: one for some in holds.values() for one in some if place[one.pk] == pk}
        assert group.held.lines == len(held)
        denied = [one for one in denials() if _denied_by(one, by) == pk]
        assert (group.denied.count, group.denied.amount) == (len(denied), sum((d.amount for d in denied), Decimal(0)))


def denials() -> list[Denial]:
    """Those said in the period."""
    found = Denial.objects.select_related("claim", "entry__session")
    return [one for one in found if SINCE <= one.denied_on <= UNTIL]


def _denied_by(denial: Denial, by: By) -> int:
    if by is By.MACHINE:
        return (denial.entry.session.machine_id or 0) if denial.entry and denial.entry.session else 0
    return denial.claim.facility_id if by is By.SITE else denial.claim.payer_id


def test_denials_are_counted_by_reason_and_by_what_is_left_to_do(filled: None) -> None:
    found = figures(Asked(since=SINCE, until=UNTIL))
    assert {reason for _group, reason in found.denied} == {one.reason for one in denials()}
    for (group, reason), counted in found.denied.items():
        same = [one for one in denials() if (one.group, one.reason) == (group, reason)]
        left = [one for one in same if one.state in ("open", "appealed")]
        assert (counted.count, counted.amount) == (len(same), sum(one.amount for one in same))
        assert (counted.open_count, counted.open_amount) == (len(left), sum((d.amount for d in left), Decimal(0)))


def test_refused_line_that_went_out_again_is_measured_from_its_second_release(filled: None) -> None:
    twice = [pk for pk, n in Counter(ClaimLine.objects.values_list("entry_id", flat=True)).items() if n == 2]
    assert twice
    lags = {one.entry.pk: one.to_export for one in plain_lines()}
    assert [lags[pk] for pk in twice] == pytest.approx([2.2] * len(twice))
    found = set(
        lines_of(Figure.EXPORTED, Asked(since=SINCE, until=UNTIL), Narrowed(bar=2)).values_list("pk", flat=True)
    )
    assert found >= {pk for pk in twice if SINCE <= LedgerEntry.objects.get(pk=pk).service_on <= UNTIL}


def test_series_of_the_plot_cover_every_family_of_the_rules() -> None:
    named = [family for families in SERIES.values() for family in families]
    assert sorted(named) == sorted(one.value for one in Family)


def test_longer_periods_have_longer_columns() -> None:
    spans = {date(2026, 1, 31): Grain.DAY, date(2026, 6, 30): Grain.WEEK, date(2026, 12, 31): Grain.MONTH}
    assert {until: Asked(since=date(2026, 1, 1), until=until).grain for until in spans} == spans


def client_of(role: Role) -> Client:
    """A signed-in client."""
    client = Client()
    client.force_login(cast.user(role))
    return client


ADDRESS = f"?since={SINCE}&until={UNTIL}"
LINK = re.compile(r'<a href="(/billing/dashboard/rows/[^"]+)">\s*([^<]+?)\s*</a>')


@pytest.mark.parametrize("query", ["", "&by=payer", "&by=site&site=1", "&machine=0"])
def test_each_number_on_the_page_leads_to_as_many_rows(filled: None, query: str) -> None:
    query = query.replace("site=1", f"site={cast.center().pk}")
    client = client_of(Role.AUDITOR)
    page = client.get(f"{reverse('billing:dashboard')}{ADDRESS}{query}").content.decode()
    links = {(address.replace("&amp;", "&"), said) for address, said in LINK.findall(page)}
    assert len(links) > 20
    for address, said in links:
        rows = client.get(address)
        assert rows.status_code == 200, address
        numbers = rows.context["page_obj"].paginator
        if said.startswith("$"):
            ids = list(numbers.object_list)
            total = sum((one.amount or Decimal(0) for one in LedgerEntry.objects.filter(pk__in=ids)), Decimal(0))
            assert f"${total:,.2f}" == said, address
        else:
            assert f"{numbers.count:,}" == said.split(" line")[0], address


def test_rows_and_their_csv_hold_the_same_and_carry_the_name_of_nobody(filled: None) -> None:
    client = client_of(Role.BILLER)
    for figure in Figure:
        address = reverse("billing:dashboard-rows", args=[figure.value])
        shown = client.get(f"{address}{ADDRESS}").context
        answer = client.get(shown["csv"])
        assert answer["Content-Disposition"] == f'attachment; filename="dashboard-{figure}.csv"'
        assert "no-store" in answer["Cache-Control"]
        rows = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[attr-defined]
        assert len(rows) - 1 == shown["page_obj"].paginator.count, figure


def test_dashboard_asks_the_same_number_of_queries_however_much_there_is() -> None:
    client = client_of(Role.BILLER)
    counts = []
    cast.center()
    for is_filled in (False, True):
        if is_filled:
            department()
        for name in ("dashboard", "dashboard-authorizations"):
            client.get(reverse(f"billing:{name}") + ADDRESS)  # what is kept between requests is kept
            with CaptureQueriesContext(connection) as queries:
                assert client.get(reverse(f"billing:{name}") + ADDRESS).status_code == 200
            counts.append(len(queries))
    assert counts[0] == counts[2] <= 16
    assert counts[3] <= counts[1] + 8


def test_faulty_days_are_said_and_the_usual_ones_are_shown() -> None:
    client = client_of(Role.BILLER)
    for query, words in (
        ("?since=2026-05-02&until=2026-05-01", "Choose that day or a later one"),
        ("?since=2010-01-01&until=2026-05-01", "the dashboard shows 1,100"),
        ("?since=never", "Enter a valid date"),
        ("?payer=x", "Select a valid choice"),
    ):
        answer = client.get(reverse("billing:dashboard") + query)
        assert answer.status_code == 422, query
        assert words in answer.content.decode(), query
    assert answer.context["asked"].until == timezone.localdate()
    assert client.get(reverse("billing:dashboard-rows", args=["nothing"])).status_code == 404


def test_denials_and_lines_of_a_figure_are_those_counted(filled: None) -> None:
    asked = Asked(since=SINCE, until=UNTIL)
    assert denials_of(asked, Narrowed(group="CO", reason="50", is_open=True)).count() == sum(
        one.reason == "50" for one in denials()
    )
    planning = lines_of(Figure.CHARGED, asked, Narrowed(series="planning"))
    assert {one.family for one in planning} == {"plan"}


def test_panels_of_today_say_what_a_plain_count_says(filled: None) -> None:
    course = LedgerEntry.objects.earliest("id").course
    for code in ("no-rule", "level-unknown"):
        StandingFinding.objects.create(course=course, severity="hold", code=code, message=code)
    silent = list(ClaimFile.objects.order_by("pk")[:3])
    for file, days in zip(silent, (30, 20, 0), strict=True):  # the last one's partner still has time
        at = timezone.now() - timedelta(days=days, minutes=1)
        ClaimFile.objects.filter(pk=file.pk).update(staged_at=at, delivered_at=at)
    Proof.objects.create(started_by="nightly", to_on=UNTIL, sessions=70, lines=68, unreconciled=2)
    open_courses = Course.objects.filter(closed_on=None)
    for one, units in zip(open_courses, (1, 99), strict=False):
        Authorization.objects.create(
            course=one, codes=["77407", "77412", "G6015"], units=units, effective_from=date(2026, 1, 1),
            effective_to=timezone.localdate() + timedelta(days=200),
        )  # fmt: skip
    client = client_of(Role.AUDITOR)
    shown = client.get(reverse("billing:dashboard") + ADDRESS).context
    assert shown["loose"] == StandingFinding.objects.filter(entry=None, resolved_at=None).count() == 2
    assert [one.file_id for one in shown["missing"]] == [silent[0].pk, silent[1].pk]
    assert shown["missing_claims"] == Claim.objects.filter(file__in=silent[:2]).count()
    assert shown["proof"].unreconciled == 2
    part = client.get(shown["authorizations_url"]).context
    assert part["open"] == Authorization.objects.filter(course__closed_on=None, status="approved").count() == 2
    assert sum(count for _words, count in part["tally"]) == len(courses_needing_attention()) > 0
    nowhere = client.get(
        f"{shown['authorizations_url']}&site={cast.hospital().pk}&payer={cast.commercial().pk}"
    ).context
    assert (nowhere["open"], sum(count for _words, count in nowhere["tally"])) == (0, 0)
