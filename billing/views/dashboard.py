"""The dashboard: numbers of a period and of today, each leading to its rows. Fixed queries; stores nothing."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.core.paginator import Paginator
from django.db.models import Prefetch, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from billing import remittance as remittances
from billing.acknowledgment import missing_answers
from billing.authorizations import courses_needing_attention
from billing.dashboard.asked import Asked
from billing.dashboard.figures import Figures, figures
from billing.dashboard.rows import SERIES, Figure, denials_of, lines_of
from billing.forms.dashboard import DashboardForm, NarrowForm
from billing.lists import denial_rows, line_rows
from billing.models import Authorization, Denial, HoldReason, LedgerEntry, Proof, StandingFinding
from billing.models.authorization import COUNTING
from billing.remittance.codes import words_on
from billing.standing import noted
from billing.templatetags.dashboard import lag as lag_words
from billing.views import dashboard_parts as parts
from billing.views.answers import UNPROCESSABLE, is_fragment
from billing.views.csv_answer import csv_answer
from courses.models import Course
from patients.models import Coverage
from patients.roles import READS_MONEY, allow

if TYPE_CHECKING:
    from billing.standing.lines import StandingLine

PAGE = 50
TITLES = {
    Figure.CHARGED: "Charged lines",
    Figure.RELEASED: "Lines from session to release",
    Figure.UNRELEASED: "Sessions' lines not yet released",
    Figure.EXPORTED: "Lines from release to export",
    Figure.UNEXPORTED: "Released lines not yet exported",
    Figure.HELD: "Lines on hold today",
    Figure.DENIED: "Denials",
}


@allow(read=READS_MONEY)
@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    """Show the numbers. What takes counting of sessions to come, authorizations, comes after as a part of the page."""
    form = DashboardForm(request.GET, today=timezone.localdate())
    asked = form.asked
    found = figures(asked)
    to = parts.Addresses(request.GET, asked)
    plot, missing = parts.plot_of(found, asked), missing_answers()
    context = {
        "page_title": "Dashboard",
        "form": form,
        "asked": asked,
        "found": found,
        "series": list(SERIES),
        "plot": plot,
        "columns": parts.plot_links(plot, found, asked, to),
        "presets": parts.presets(form.today, to),
        "plot_table": parts.plot_table(found, asked, to),
        "what": parts.what_was_charged(found, asked, to),
        "lags": _lags(found, to),
        "held": parts.held_rows(found, dict(HoldReason.objects.values_list("code", "words")), to),
        "loose": StandingFinding.objects.filter(entry=None, resolved_at=None, overridden_at=None).count(),
        "denied": parts.denied_rows(found, words_on(timezone.localdate()), to),
        "groups": parts.group_rows(found, form.names, asked, to),
        "tiles": parts.tiles_of(found, to),
        "missing": missing,
        "missing_claims": sum(one.claims for one in missing),
        "proof": Proof.objects.order_by("-proved_at", "-pk").first(),
        "proof_url": _address("billing:grid"),
        "authorizations_url": f"{reverse('billing:dashboard-authorizations')}?{request.GET.urlencode()}",
        "to_all": to.rows(Figure.CHARGED),
    }
    return render(request, "billing/dashboard.html", context, status=200 if form.is_valid() else UNPROCESSABLE)


def _lags(found: Figures, to: parts.Addresses) -> list[dict[str, object]]:
    lags = (
        ("From session to release", "from the session's beginning to the release that stands; lines of sessions alone",
         found.all.to_release, found.release_bars, Figure.RELEASED, Figure.UNRELEASED, "not yet released"),
        ("From release to export", "from the release that stands to the first claim file after it",
         found.all.to_export, found.export_bars, Figure.EXPORTED, Figure.UNEXPORTED, "released, not yet exported"),
    )  # fmt: skip
    return [
        {"title": title, "means": means, "lag": lag, "middle": lag_words(lag.middle), "ninety": lag_words(lag.ninety),
         "rows": parts.lag_bars(bars, done, to), "url": to.rows(done), "waiting_url": to.rows(waits),
         "waiting_words": words}
        for title, means, lag, bars, done, waits, words in lags
    ]  # fmt: skip


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


# --- the rows behind a number -------------------------------------------------------------------------------------


@allow(read=READS_MONEY)
@require_safe
def rows(request: HttpRequest, figure: str) -> HttpResponse:
    """Show the rows that a number counted."""
    asked_for = _figure(figure)
    form, narrow = DashboardForm(request.GET, today=timezone.localdate()), NarrowForm(request.GET)
    asked = form.asked
    is_denied = asked_for is Figure.DENIED
    found = _denials(asked, narrow) if is_denied else _lines(asked_for, asked, narrow)
    # Counted and ordered at once, by number alone: only the rows of the page are fetched with all that they show.
    page = Paginator(list(found.values_list("pk", flat=True)), PAGE).get_page(request.GET.get("page"))
    ids = list(page.object_list)
    shown = (
        remittances.in_full(Denial.objects.filter(pk__in=ids))
        if is_denied
        else _in_full(LedgerEntry.objects.filter(pk__in=ids))
    )
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "page_title": TITLES[asked_for],
        "asked": asked,
        "is_today": asked_for is Figure.HELD,
        "is_denied": is_denied,
        "page_obj": page,
        "rows": shown,
        "said": list(_said(form, narrow)),
        "words_of_codes": words_on(timezone.localdate()) if is_denied else None,
        "csv": f"{reverse('billing:dashboard-csv', args=[figure])}?{query.urlencode()}",
        "crumbs": [("Dashboard", parts.Addresses(request.GET, asked).dashboard()), (TITLES[asked_for], "")],
    }
    is_read = form.is_valid() and narrow.is_valid()
    return render(request, "billing/dashboard_rows.html", context, status=200 if is_read else UNPROCESSABLE)


@allow(read=READS_MONEY)
@require_safe
def rows_csv(request: HttpRequest, figure: str) -> HttpResponseBase:
    """Hand out the same rows as CSV."""
    asked_for = _figure(figure)
    asked, narrow = DashboardForm(request.GET, today=timezone.localdate()).asked, NarrowForm(request.GET)
    if asked_for is Figure.DENIED:
        return csv_answer(f"dashboard-{figure}", denial_rows(_denials(asked, narrow), timezone.localdate()))
    return csv_answer(f"dashboard-{figure}", line_rows(_in_full(_lines(asked_for, asked, narrow))))


def _figure(word: str) -> Figure:
    if word not in {one.value for one in Figure}:
        raise Http404("No such figure.")
    return Figure(word)


def _lines(figure: Figure, asked: Asked, narrow: NarrowForm) -> QuerySet[LedgerEntry]:
    return lines_of(figure, asked, narrow.narrowed).order_by("service_on", "pk")


def _in_full(lines: QuerySet[LedgerEntry]) -> "QuerySet[StandingLine, StandingLine]":
    """Return lines with all that a row shows."""
    holds = StandingFinding.objects.filter(resolved_at=None).order_by("id")
    joined = noted(lines).select_related("course__patient", "course__facility", "review__by", "session__machine")
    return joined.prefetch_related(Prefetch("findings", holds, to_attr="open_findings")).order_by("service_on", "pk")


def _denials(asked: Asked, narrow: NarrowForm) -> QuerySet[Denial]:
    return remittances.in_full(denials_of(asked, narrow.narrowed))


def _said(form: DashboardForm, narrow: NarrowForm) -> Iterator[str]:
    """Yield in words what narrows the rows, but their days."""
    form.is_valid()
    narrow.is_valid()
    for name in ("machine", "site", "payer"):
        if form.cleaned_data.get(name):
            choices = dict(form.fields[name].choices)  # type: ignore[attr-defined]
            yield str(choices[form.cleaned_data[name]])
    said = narrow.cleaned_data
    if said.get("on"):
        yield f"column of {said['on'].day} {said['on']:%b %Y}"
    for name in ("series", "family", "code", "group", "reason"):
        if said.get(name):
            yield str(said[name]).replace("-", " ") if name == "reason" else str(said[name])
    if said.get("bar") is not None:
        yield parts.lag_words()[said["bar"]]
    if said.get("open"):
        yield "still to work on"


# --- authorizations, counted from the sessions to come -----------------------------------------------------------


@allow(read=READS_MONEY)
@require_safe
def authorizations(request: HttpRequest) -> HttpResponse:
    """Show the courses whose units do not reach, by when; a part of the dashboard, and a page of its own."""
    form = DashboardForm(request.GET, today=timezone.localdate())
    today, asked = timezone.localdate(), form.asked
    courses = set(_open_courses(asked))
    lacking = [one for one in courses_needing_attention() if one.course.pk in courses]
    open_ones = Authorization.objects.filter(
        status__in=COUNTING, effective_from__lte=today, effective_to__gte=today, course__in=courses
    )
    bounds = (("Sessions not covered already", None, 0), ("Within a week", 0, 7), ("Within two weeks", 7, 14),
              ("Later", 14, None))  # fmt: skip
    context = {
        "page_title": "Authorizations that run out",
        "lacking": lacking,
        "tally": [
            (words, sum(_falls((one.on - today).days, after, until) for one in lacking))
            for words, after, until in bounds
        ],
        "open": open_ones.count(),
        "list_url": f"{reverse('billing:dashboard-authorizations')}?{request.GET.urlencode()}",
        "is_part": is_fragment(request),
        "layout": "billing/fragment.html" if is_fragment(request) else "base.html",
        "crumbs": [("Dashboard", parts.Addresses(request.GET, asked).dashboard()), ("Authorizations", "")],
    }
    return render(request, "billing/dashboard_authorizations.html", context)


def _falls(days: int, after: int | None, until: int | None) -> bool:
    return (after is None or days > after) and (until is None or days <= until)


def _open_courses(asked: Asked) -> QuerySet[Course, int]:
    """Return the open courses of the chooser's site, with a plan on its machine, of a patient of its payer."""
    courses = Course.objects.filter(closed_on=None)
    if asked.facility_id:
        courses = courses.filter(facility=asked.facility_id)
    if asked.machine_id:
        courses = courses.filter(plans__machine=asked.machine_id)
    if asked.payer_id:
        today = timezone.localdate()
        in_force = Q(effective_to=None) | Q(effective_to__gte=today)
        insured = Coverage.objects.filter(in_force, payer=asked.payer_id, rank="primary", effective_from__lte=today)
        courses = courses.filter(patient__in=insured.values("patient"))
    return courses.values_list("pk", flat=True)
