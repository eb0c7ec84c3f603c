"""The list of lines to review, and what stands in place of a line. Filters in the address."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from billing import follow_ups
from billing.forms import FilterForm, FindForm
from billing.models import Claim, LedgerEntry, Review, StandingFinding
from billing.rules.lines import Severity
from billing.standing import standing_counts
from billing.views.answers import UNPROCESSABLE, is_fragment, user_of
from billing.views.rows import GROUP_STATE, Row, causes_of, row_of, tiles_of
from billing.views.saved_views import views_beside
from billing.worklist import Filters, loose_findings, pressing
from billing.worklist.groups import GROUPED, Group, GroupedLine, Listed, figures
from courses.models import Course
from patients.models import Patient
from patients.roles import BILLING, READS_MONEY, allow, has_role

LISTS = (
    ("worklist", "Lines"),
    ("loose", "Without a line"),
    ("corrections", "Corrections"),
    ("next-payers", "Next payers"),
    ("denials", "Denials"),
    ("authorizations", "Authorizations"),
    ("reconciliation", "Closed courses"),
)
"""The biller's lists: url name and words of each tab."""
PAGE = 50
FOUND_AT_MOST = 30


@dataclass(slots=True)
class Section:
    """The rows of one group on a page; without a group they stand in another order."""

    group: Group | None
    rows: list[Row] = field(default_factory=list)

    @property
    def state(self) -> str:
        """Return the state whose icon and tone the heading has."""
        return GROUP_STATE[self.group][0] if self.group else ""

    @property
    def title(self) -> str:
        """Return the heading's words."""
        return GROUP_STATE[self.group][1] if self.group else ""


@allow(read=READS_MONEY)
@require_safe
def worklist(request: HttpRequest) -> HttpResponse:
    """Show the lines that need a person, the others as a total each; nine queries, whatever there is."""
    user = user_of(request)
    form = FilterForm(request.GET, reader_id=user.pk)
    filters, groups, order = form.filters, form.asked_groups, form.asked_order
    counted = figures(filters, **_besides(filters))
    listed: Any = Listed(filters, groups, order, counted.of(groups))  # all of a sequence that a paginator asks for
    page = Paginator(listed, PAGE).get_page(request.GET.get("page"))
    lines: list[GroupedLine] = list(page.object_list)
    due = pressing(entry_ids=[line.pk for line in lines], at=timezone.now())
    sections = list(_sections([row_of(line, user, due.get(line.pk)) for line in lines], order))
    tiles = tiles_of(counted, form, reverse("billing:worklist"), request.GET)
    headed = [section.group for section in sections]
    context = {
        "page_title": "Lines to review",
        "form": form,
        "page_obj": page,
        "sections": sections,
        "folded": [tile for tile in tiles if groups and tile["group"] not in groups and tile["lines"]],
        "tiles_not_shown": [tile for tile in tiles if tile["group"] not in headed],
        "tiles": tiles,
        "groups": {str(tile["group"]): tile for tile in tiles},
        "is_narrowed": any(True for _ in form.narrowing()),
        # Where everything stands is asked where a biller's day begins, not with every filter.
        "is_beginning": not request.GET,
        **around(request, form, "worklist", counts=counted.others, lines=lines),
        **views_beside(request, form),
    }
    return render(request, "billing/worklist.html", context, status=status_of(form))


@allow(read=READS_MONEY)
@require_safe
def standings(request: HttpRequest) -> HttpResponse:
    """Show how much stands where, and which answers are missing: beside the list, or as a page."""
    context = {"page_title": "Where everything stands", "counts": standing_counts(), **_held_back()}
    layout = "billing/fragment.html" if is_fragment(request) else "base.html"
    return render(request, "billing/standings_page.html", {**context, "layout": layout})


def _held_back() -> dict[str, object]:
    """Return what the claim checks keep of the released lines: the list leaves released lines out. One query."""
    holds = StandingFinding.objects.filter(
        severity=Severity.HOLD.value, resolved_at=None, overridden_at=None,
        entry__waiting__isnull=False, entry__review__state=Review.State.RELEASED,
    )  # fmt: skip
    found = set(holds.values_list("entry_id", "code"))
    return {
        "held_back": len({entry_id for entry_id, _code in found}),
        "held_for": sorted(Counter(code for _entry_id, code in found).items()),
    }


def _sections(rows: list[Row], order: str) -> Iterator[Section]:
    if order != GROUPED:
        yield Section(None, rows)
        return
    for group in Group:
        of_group = [row for row in rows if row.line.group == group]
        if of_group:
            yield Section(group, of_group)


def _besides(filters: Filters) -> dict[str, QuerySet[Any]]:
    """Return what the tabs beside the lines count."""
    return {
        "loose": loose_findings(filters),
        "corrections": narrowed(follow_ups.claims_to_correct(), filters),
    }


@allow(read=READS_MONEY)
@require_safe
def loose(request: HttpRequest) -> HttpResponse:
    """Show what stands in place of a line, a row for each course and cause."""
    form = FilterForm(request.GET)
    page = Paginator(causes_of(loose_findings(form.filters)), PAGE).get_page(request.GET.get("page"))
    context = {"page_title": "Without a line", "form": form, "page_obj": page, **around(request, form, "loose")}
    return render(request, "billing/loose.html", context, status=status_of(form))


def around(
    request: HttpRequest,
    form: FilterForm,
    shown: str,
    *,
    counts: Mapping[str, int] | None = None,
    lines: Sequence[LedgerEntry] = (),
) -> dict[str, object]:
    """Return what the lists share: tabs with counts, chips of what narrows them, who may decide.

    Args:
        counts: the tabs' counts, where they are known already.
        lines: lines that are shown, with course and patient: where all are of one, it is asked no more.
    """
    filters = form.filters
    if counts is None:
        counts = {name: rows.count() for name, rows in _besides(filters).items()}
    query = request.GET.copy()
    for name in ("page", "group", "sort"):
        query.pop(name, None)
    tabs = [(words, _address(f"billing:{name}", query), name == shown, counts.get(name)) for name, words in LISTS]
    return {
        "tabs": tabs,
        "chips": list(_chips(request, form)),
        "clear": reverse(f"billing:{shown}"),
        "course": (lines[0].course if lines and filters.course_id else None) or _course(filters),
        "patient": (lines[0].course.patient if lines and filters.patient_id else None) or _patient(filters),
        "may_decide": has_role(request.user, *BILLING),
        "back": request.get_full_path(),
    }


def narrowed(claims: QuerySet[Claim], filters: Filters) -> QuerySet[Claim]:
    """Keep the claims of the course, patient, payer and site that the filters ask for."""
    asked = {
        "course": filters.course_id,
        "patient": filters.patient_id,
        "payer": filters.payer_id,
        "facility": filters.facility_id,
    }
    return claims.filter(**{name: value for name, value in asked.items() if value})


def _chips(request: HttpRequest, form: FilterForm) -> Iterator[tuple[str, str]]:
    for name, words in form.narrowing():
        yield words, _without(request, name)


def _without(request: HttpRequest, name: str) -> str:
    query = request.GET.copy()
    for gone in ("page", name):
        query.pop(gone, None)
    return f"{request.path}?{query.urlencode()}" if query else request.path


def _address(name: str, query: QueryDict) -> str:
    return f"{reverse(name)}?{query.urlencode()}" if query else reverse(name)


def _course(filters: Filters) -> Course | None:
    return Course.objects.select_related("patient").filter(pk=filters.course_id).first() if filters.course_id else None


def _patient(filters: Filters) -> Patient | None:
    return Patient.objects.filter(pk=filters.patient_id).first() if filters.patient_id else None


def status_of(form: FilterForm) -> int:
    """Return the status of a list's answer: what could not be read of the address is said with it."""
    return 200 if form.is_valid() else UNPROCESSABLE


@allow(write=READS_MONEY)
@require_POST
def find(request: HttpRequest) -> HttpResponse:
    """Resolve a search to ids: a code, one patient, or a choice of patients. What was typed stands in no address."""
    form = FindForm(request.POST)
    if not form.is_valid():
        return redirect("billing:worklist")
    asked = form.cleaned_data["asked"]
    code = asked.upper()
    if LedgerEntry.objects.filter(code=code).exists():
        return redirect(f"{reverse('billing:worklist')}?code={code}&state=all")
    found = list(_patients(asked)[: FOUND_AT_MOST + 1])
    if len(found) == 1:
        return redirect(f"{reverse('billing:worklist')}?patient={found[0].pk}&state=all")
    if not found:
        messages.warning(request, "Nothing found: no code, no MRN and no last name begins like that.")
        return redirect("billing:worklist")
    context = {"page_title": "Which patient?", "found": found[:FOUND_AT_MOST], "is_cut": len(found) > FOUND_AT_MOST}
    return render(request, "billing/find.html", context)


def _patients(asked: str) -> QuerySet[Patient]:
    last, _comma, first = (part.strip() for part in asked.partition(","))
    named = Q(last_name__istartswith=last) | Q(mrn__istartswith=last)
    if first:
        named = Q(last_name__istartswith=last, first_name__istartswith=first)
    return Patient.objects.filter(named).order_by("last_name", "first_name", "pk")
