"""The pages of the codes: search, one code whole on a day, and the descriptors of a licence."""

from datetime import date
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from billing.cms.cells import CODE
from billing.cms.faults import CodeFileRefused
from billing.codes.descriptors import load_descriptors, remove_descriptors
from billing.codes.lineage import after, before
from billing.codes.page import CodePage, code_page, usual_day
from billing.codes.published import Pairs
from billing.codes.searching import search_codes
from billing.forms.codes import CodeDayForm, CodeSearchForm, DescriptorsForm
from billing.models import DescriptorFile
from billing.views.answers import UNPROCESSABLE, user_of
from patients.roles import READS_MONEY, Role, allow, has_role

CODES_A_PAGE = 50
PAIRS_A_PAGE = 25
MAY_LOAD = frozenset({Role.BILLING_MANAGER, Role.ADMINISTRATOR})


@allow(read=READS_MONEY)
@require_safe
def codes(request: HttpRequest) -> HttpResponse:
    """List the codes that the practice uses, or what a search finds in everything that is loaded."""
    form = CodeSearchForm(request.GET)
    said = form.cleaned_data if form.is_valid() else {}
    on: date = said.get("on") or timezone.localdate()
    text = said.get("q", "").strip()
    found = search_codes(text=text, on=on, family=said.get("family", ""))
    if len(found.hits) == 1 and found.hits[0].code == text.upper():
        return redirect("billing:code", found.hits[0].code)
    context = {
        "page_title": "Codes",
        "form": form,
        "text": text,
        "on": on,
        "day": urlencode({"on": on.isoformat()}) if said.get("on") else "",
        "page_obj": Paginator(found.hits, CODES_A_PAGE).get_page(request.GET.get("page")),
        "is_cut": found.is_cut,
        "files": DescriptorFile.objects.all(),
        "may_load": has_role(request.user, *MAY_LOAD),
    }
    return render(request, "billing/codes.html", context)


@allow(read=READS_MONEY)
@require_safe
def code(request: HttpRequest, code: str) -> HttpResponse:
    """Show everything about a code on a day: seventeen statements and the pairs, whatever there is to show."""
    if not CODE.fullmatch(code):
        if CODE.fullmatch(code.upper()):
            return redirect("billing:code", code.upper())
        raise Http404("A code has five digits or letters.")
    form = CodeDayForm(request.GET)
    said = form.cleaned_data if form.is_valid() else {}
    on: date = said.get("on") or usual_day(code, timezone.localdate())
    page = code_page(code=code, on=on, today=timezone.localdate())
    pairs = Pairs(page.published, page.codebook, code, on, partner=said.get("partner", ""), claim=said.get("claim", ""))
    if not (page.is_known or len(pairs)):
        raise Http404("Nothing that is loaded here names this code.")
    initial = {"on": on, "partner": said.get("partner", ""), "claim": said.get("claim", "")}
    context = {
        "page_title": code,
        "page": page,
        "today": timezone.localdate(),
        "form": form if form.errors else CodeDayForm(initial=initial),
        "page_obj": Paginator(pairs, PAIRS_A_PAGE).get_page(request.GET.get("page")),
        "pairs": pairs,
        "before": before(page.codebook, code),
        "after": after(page.codebook, code),
        "bars": _bars(page),
        "crumbs": [("Codes", reverse("billing:codes")), (code, "")],
    }
    return render(request, "billing/code.html", context)


def _bars(page: CodePage) -> list[tuple[int, int, int, dict[str, object]]]:
    """Return the counts of the months as bars: place, top, height, and the month."""
    most = max((month["lines"] for month in page.months), default=0)
    heights = [round(month["lines"] / most * 80) if most else 0 for month in page.months]
    return [
        (4 + number * 48, 92 - height, height, dict(month))
        for number, (height, month) in enumerate(zip(heights, page.months, strict=True))
    ]


@allow(write=MAY_LOAD)
@require_http_methods(["GET", "POST"])
def descriptors(request: HttpRequest) -> HttpResponse:
    """Load a file of licensed descriptors; what is loaded stands beside, with a button that takes it away."""
    form = DescriptorsForm(request.POST or None, request.FILES or None)
    faults: tuple[str, ...] = ()
    if form.is_valid():
        said = form.cleaned_data
        try:
            loaded = load_descriptors(
                content=said["upload"].read(), name=str(said["upload"].name), notice=said["notice"],
                effective_from=said["effective_from"], by=user_of(request).get_username(),
            )  # fmt: skip
        except CodeFileRefused as refusal:
            faults = tuple(refusal.faults)
        else:
            _say(request, loaded.file, is_new=loaded.is_new, replaced=loaded.replaced)
            return redirect("billing:descriptors")
    context = {
        "page_title": "Licensed descriptors",
        "form": form,
        "faults": faults,
        "files": DescriptorFile.objects.all(),
        "crumbs": [("Codes", reverse("billing:codes")), ("Licensed descriptors", "")],
    }
    return render(request, "billing/descriptors.html", context, status=UNPROCESSABLE if form.is_bound else 200)


def _say(request: HttpRequest, file: DescriptorFile, *, is_new: bool, replaced: str) -> None:
    if is_new:
        instead = f" They take the place of {replaced}." if replaced else ""
        messages.success(request, f"Loaded the descriptors of {file.row_count:,} codes.{instead}")
    else:
        messages.info(request, f"{file.name} is loaded already.")


@allow(write=MAY_LOAD)
@require_POST
def descriptors_remove(request: HttpRequest, file_id: int) -> HttpResponse:
    """Take a file of descriptors away; the second time there is none."""
    name = remove_descriptors(file_id=file_id)
    if name is None:
        messages.info(request, "That file is not loaded any more.")
    else:
        messages.success(request, f"{name} is removed with all its descriptors.")
    return redirect("billing:descriptors")
