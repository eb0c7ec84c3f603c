"""Prices as they change: typed one at a time, loaded from a file, computed; shown before they are saved.

Whatever would read otherwise on a past day, or would price open lines anew, is a draft first.
"""

from collections.abc import Sequence

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from billing.fees.computing import compute, told
from billing.fees.history import history_of
from billing.fees.price_file import PriceFile, PriceFileError, read_price_file
from billing.fees.prices import WantedPrice
from billing.fees.saving import end_price, make_draft, preview, preview_draft, preview_end, save_draft, save_prices
from billing.fees.timeline import DAY, Kind, Move
from billing.forms import ComputeForm, EndPriceForm, LoadPricesForm, PriceForm
from billing.models import FeeDraft, FeeLine, FeeSchedule
from billing.money import print_dollars
from billing.rules import load_codebook
from billing.views.answers import UNPROCESSABLE, counted, user_of
from billing.views.fees import KEEPS_FEES, name_of_price
from patients.numbers import id_or_none
from patients.roles import READS_MONEY, allow, has_role

PAGE = 100
SHOWN = (Kind.CHANGED, Kind.NEW, Kind.ENDED)
"""What the preview lists, in this order; what stays as it is, is counted."""
MOST_FAULTS = 200
"""More faults than these are counted, not listed."""


def _crumbs(schedule: FeeSchedule, *last: str) -> list[tuple[str, str]]:
    page = reverse("billing:fee-schedule", args=[schedule.pk])
    return [("Fees", reverse("billing:fees")), (schedule.name, page), *((word, "") for word in last)]


# --- one price -------------------------------------------------------------------------------------------------------


@allow(write=KEEPS_FEES)
@require_http_methods(["GET", "POST"])
def enter(request: HttpRequest, schedule_id: int) -> HttpResponse:
    """Enter a price: a new one, or the next one of a code, which ends the one before."""
    schedule = get_object_or_404(FeeSchedule, pk=schedule_id)
    form = PriceForm(request.POST or None, initial=_asked(request))
    if form.is_valid():
        wanted = form.wanted()
        return _save_or_show(request, schedule, wanted, f"{wanted.written} at {print_dollars(wanted.amount)}")
    context = {
        "page_title": "Enter a price",
        "schedule": schedule,
        "form": form,
        "crumbs": _crumbs(schedule, "Enter a price"),
    }
    return render(request, "billing/fee_price.html", context, status=UNPROCESSABLE if form.is_bound else 200)


def _asked(request: HttpRequest) -> dict[str, object]:
    """Return what the address asks for: the code of a missing price, the day from which it is missing."""
    asked = {name: request.GET.get(name, "") for name in ("code", "modifier", "effective_from")}
    return {**asked, "effective_from": asked["effective_from"] or timezone.localdate()}


def _save_or_show(request: HttpRequest, schedule: FeeSchedule, wanted: WantedPrice, said: str) -> HttpResponse:
    """Save a price at once if the past stays as it was, else lead to the preview."""
    shown = preview(schedule, [wanted])
    if shown.plan.is_empty:
        messages.info(request, f"{said} stands already; nothing changed.")
    elif shown.touched.is_any or shown.plan.changes_before(timezone.localdate()):
        draft = make_draft(schedule=schedule, prices=[wanted], origin=f"Entered: {said}", by=user_of(request))
        return redirect("billing:fee-draft", draft.pk)
    else:
        save_prices(schedule, [wanted], at=timezone.now())
        count = shown.touched.priced
        priced = f" {counted(count, 'held line')} get{'s' if count == 1 else ''} it within a minute." if count else ""
        messages.success(request, f"Saved: {said}.{priced}")
    return redirect(f"{reverse('billing:fee-schedule', args=[schedule.pk])}?code={wanted.code}")


@allow(read=READS_MONEY, write=KEEPS_FEES)
@require_http_methods(["GET", "POST"])
def line(request: HttpRequest, line_id: int) -> HttpResponse:
    """Show one price: since when, how it came about, what it priced; end it."""
    found = get_object_or_404(FeeLine.objects.select_related("schedule__payer"), pk=line_id)
    form = EndPriceForm(request.POST or None, line=found)
    if form.is_valid() and found.withdrawn_at is None:
        said = f"{found.written} ends on {form.cleaned_data['last_day']}"
        return _save_or_show(request, found.schedule, form.wanted(), said)
    may_change = has_role(request.user, *KEEPS_FEES) and found.withdrawn_at is None
    context = {
        "page_title": f"{found.written} from {found.effective_from.day} {found.effective_from:%b %Y}",
        "line": found,
        "name": name_of_price(found.code, found.effective_from, found.effective_to),
        "told": list(told(found.computation)),
        "events": history_of(found),
        "used": found.ledger_entries.aggregate(
            standing=Count("id", filter=Q(kind="charge", reversal=None)), ever=Count("id", filter=Q(kind="charge"))
        ),
        "form": form,
        "may_change": may_change,
        "taken_back": preview_end(found, found.effective_from - DAY).touched if may_change else None,
        "others": found.schedule.lines.filter(code=found.code, modifier=found.modifier).order_by(
            "-effective_from", "-id"
        ),
        "crumbs": _crumbs(found.schedule, found.written),
    }
    return render(request, "billing/fee_line.html", context, status=UNPROCESSABLE if form.is_bound else 200)


@allow(write=KEEPS_FEES)
@require_POST
def withdraw(request: HttpRequest, line_id: int) -> HttpResponse:
    """Take back a price that never held; what it priced and is still open waits for another."""
    found = get_object_or_404(FeeLine.objects.select_related("schedule"), pk=line_id)
    end_price(found, found.effective_from - DAY, at=timezone.now())
    messages.success(request, f"The price of {found.written} from {found.effective_from} is taken back.")
    return redirect("billing:fee-schedule", found.schedule_id)


# --- many prices -----------------------------------------------------------------------------------------------------


@allow(write=KEEPS_FEES)
@require_http_methods(["GET", "POST"])
def load(request: HttpRequest, schedule_id: int) -> HttpResponse:
    """Read a file of prices; show every fault, or what the file would change."""
    schedule = get_object_or_404(FeeSchedule, pk=schedule_id)
    initial = {"effective_from": timezone.localdate()}
    form = LoadPricesForm(request.POST or None, request.FILES or None, initial=initial)
    faults: Sequence[str] = ()
    if form.is_valid():
        try:
            draft = _draft_of_file(request, schedule, form)
        except PriceFileError as refused:
            faults = refused.faults
        else:
            return redirect("billing:fee-draft", draft.pk)
    context = {
        "page_title": "Load prices",
        "schedule": schedule,
        "form": form,
        "faults": faults[:MOST_FAULTS],
        "more_faults": max(0, len(faults) - MOST_FAULTS),
        "fault_count": len(faults),
        "crumbs": _crumbs(schedule, "Load prices"),
    }
    return render(request, "billing/fee_load.html", context, status=UNPROCESSABLE if form.is_bound else 200)


def _draft_of_file(request: HttpRequest, schedule: FeeSchedule, form: LoadPricesForm) -> FeeDraft:
    said = form.cleaned_data
    codebook = load_codebook()
    read: PriceFile = read_price_file(
        said["file"],
        effective_from=said["effective_from"],
        knows=lambda code, day: codebook.procedure(code, day) is not None,
    )
    return make_draft(
        schedule=schedule,
        prices=read.prices,
        origin=f"A file of {len(read.prices):,} prices",
        by=user_of(request),
        notes=read.notes,
        ends_others_on=said["effective_from"] if said["is_whole"] else None,
    )


@allow(write=KEEPS_FEES)
@require_http_methods(["GET", "POST"])
def computed(request: HttpRequest, schedule_id: int) -> HttpResponse:
    """Compute prices from Medicare's files; show what they would change."""
    schedule = get_object_or_404(FeeSchedule, pk=schedule_id)
    form = ComputeForm(request.POST or None, schedule=schedule)
    if form.is_valid():
        recipe = form.recipe()
        found = compute(recipe)
        if found.prices:
            file = recipe.values or recipe.rates
            draft = make_draft(
                schedule=schedule,
                prices=found.prices,
                origin=f"Computed: {recipe.percent.normalize():f}% of Medicare, {file.name if file else ''}"[:120],
                by=user_of(request),
                notes=found.left_out,
                ends_others_on=recipe.effective_from if form.cleaned_data["is_whole"] else None,
            )
            return redirect("billing:fee-draft", draft.pk)
        form.add_error(None, "None of our codes has a price in these files on that day.")
    context = {
        "page_title": "Compute prices",
        "schedule": schedule,
        "form": form,
        "has_files": form.has_files(),
        "crumbs": _crumbs(schedule, "Compute prices"),
    }
    return render(request, "billing/fee_compute.html", context, status=UNPROCESSABLE if form.is_bound else 200)


# --- the look before saving ------------------------------------------------------------------------------------------


@allow(write=KEEPS_FEES)
@require_safe
def draft(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Show what a draft would change, before it is saved; of a saved one, that it is."""
    found = get_object_or_404(FeeDraft.objects.select_related("schedule__payer", "made_by"), pk=draft_id)
    if found.saved_at is not None:
        messages.info(request, "These prices are saved.")
        return redirect("billing:fee-schedule", found.schedule_id)
    shown = preview_draft(found)
    moves = [move for kind in SHOWN for move in shown.plan.moves if move.kind is kind]
    page = Paginator(moves, PAGE).get_page(request.GET.get("page"))
    context = {
        "page_title": "Look before you save",
        "draft": found,
        "shown": shown,
        "counts": {kind.value: shown.plan.count(kind) for kind in Kind},
        "page_obj": page,
        "moves": [(move, _name(move)) for move in page],
        "changes_past": shown.plan.changes_before(timezone.localdate()),
        "crumbs": _crumbs(found.schedule, "Look before you save"),
    }
    return render(request, "billing/fee_draft.html", context)


def _name(move: Move) -> str:
    """Name the code of a move on the days of the price that begins, or of the one that ends."""
    if move.kind is Kind.ENDED or move.wanted is None:
        return name_of_price(move.key[0], move.before[0].effective_from, move.last_day)
    return name_of_price(move.key[0], move.wanted.effective_from, move.wanted.effective_to)


@allow(write=KEEPS_FEES)
@require_POST
def save(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Save a draft as it was shown."""
    found = get_object_or_404(FeeDraft.objects.select_related("schedule"), pk=draft_id)
    seen = id_or_none(request.POST.get("revision"))
    try:
        plan = save_draft(draft_id=found.pk, revision=seen or 0, at=timezone.now())
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("billing:fee-draft", found.pk)
    counts = ", ".join(f"{plan.count(kind):,} {kind.value}" for kind in SHOWN)
    messages.success(request, f"Saved: {counts}. Open lines are priced within a minute.")
    return redirect("billing:fee-schedule", found.schedule_id)


@allow(write=KEEPS_FEES)
@require_POST
def discard(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Throw away a draft that was not saved."""
    found = get_object_or_404(FeeDraft, pk=draft_id)
    FeeDraft.objects.filter(pk=found.pk, saved_at=None).delete()
    messages.info(request, "Nothing was saved.")
    return redirect("billing:fee-schedule", found.schedule_id)
