"""What payers paid: remittances with their balance, held ones first; paid claims of which none of ours was found."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Case, Count, IntegerField, Q, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from billing import remittance as remittances
from billing.forms.remittance import MatchForm, ReleaseForm
from billing.models import Remittance, RemittanceClaim
from billing.remittance import RemittanceError
from billing.remittance.codes import words_on
from billing.views.answers import UNPROCESSABLE, user_of
from patients.roles import BILLING, READS_MONEY, Role, allow, has_role

PAGE = 25
MAY_RELEASE = frozenset({Role.BILLING_MANAGER})
LISTS = (("remittances", "Remittances"), ("unmatched", "Not matched"), ("underpayments", "Paid below the fee"))


@allow(read=READS_MONEY)
@require_safe
def remittance_list(request: HttpRequest) -> HttpResponse:
    """Show remittances, held ones first, then the latest; how many claims of each are not matched."""
    state = Remittance.State
    held_first = Case(When(state=state.HELD, then=Value(0)), default=Value(1), output_field=IntegerField())
    found = Remittance.objects.annotate(
        turn=held_first, unmatched=Count("claims", filter=Q(claims__matched_by=""))
    ).order_by("turn", "-at", "-pk")
    if request.GET.get("show") in state.values:
        found = found.filter(state=request.GET["show"])
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context = {"page_title": "Remittances", "page_obj": page, "tabs": tabs("remittances")}
    return render(request, "billing/remittances.html", context)


def tabs(shown: str) -> list[tuple[str, str, bool, int | None]]:
    """Return the tabs; the queue of unmatched claims has its count."""
    counts = {"unmatched": remittances.unmatched_claims().count() or None}
    return [(words, reverse(f"billing:{name}"), name == shown, counts.get(name)) for name, words in LISTS]


@allow(read=READS_MONEY)
@require_safe
def remittance(request: HttpRequest, remittance_id: int) -> HttpResponse:
    """Show one remittance: its balance as an equation, what is outside of claims, its claims line by line."""
    found = get_object_or_404(Remittance.objects.select_related("receipt", "released_by", "repeats"), pk=remittance_id)
    return _remittance_page(request, found, ReleaseForm(counting=_counting(found)), 200)


def _counting(found: Remittance) -> list[int]:
    """Return what counts already for the payment of a held remittance."""
    return remittances.counting_for_same_payment(found) if found.state == Remittance.State.HELD else []


def _remittance_page(request: HttpRequest, found: Remittance, form: ReleaseForm, status: int) -> HttpResponse:
    claims = found.claims.select_related("claim__patient").prefetch_related("lines").order_by("number")
    context = {
        "page_title": f"Remittance {found.trace_number or found.pk}",
        "remittance": found,
        "counting": _counting(found),
        "outside": list(found.provider_adjustments.select_related("claim")),
        "page_obj": Paginator(claims, PAGE).get_page(request.GET.get("page")),
        "form": form,
        "words_of_codes": words_on(timezone.localdate()),
        "may_release": has_role(request.user, *MAY_RELEASE),
        "crumbs": [("Remittances", reverse("billing:remittances")), (found.trace_number or str(found.pk), "")],
    }
    return render(request, "billing/remittance.html", context, status=status)


@allow(write=MAY_RELEASE)
@require_POST
def release(request: HttpRequest, remittance_id: int) -> HttpResponse:
    """Post a held remittance, with a reason."""
    found = get_object_or_404(Remittance, pk=remittance_id)
    form = ReleaseForm(request.POST, counting=_counting(found))
    if not form.is_valid():
        return _remittance_page(request, found, form, UNPROCESSABLE)
    try:
        remittances.release(
            remittance_id=found.pk, reason=form.cleaned_data["reason"], by=user_of(request), at=timezone.now(),
            knowing=form.cleaned_data["knowing"],
        )  # fmt: skip
    except RemittanceError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "Posted: what its claims say counts now.")
        _warn_of_open_claims(request, found.pk)
    return redirect("billing:remittance", found.pk)


def _warn_of_open_claims(request: HttpRequest, remittance_id: int, paid_id: int | None = None) -> None:
    """Tell at once of claims that were refused, are paid after all, and could not stand again."""
    if numbers := remittances.sent_twice_maybe(remittance_id=remittance_id, remittance_claim_id=paid_id):
        messages.warning(
            request,
            f"Refused before and paid after all: {', '.join(numbers)}. Their lines are open or went out again:"
            " look at each, and do not send them again.",
        )


@allow(read=READS_MONEY)
@require_safe
def unmatched(request: HttpRequest) -> HttpResponse:
    """Show the paid claims of which none of ours was found, each with those that it may be."""
    page = Paginator(remittances.unmatched_claims().prefetch_related("lines"), PAGE).get_page(request.GET.get("page"))
    context = {
        "page_title": "Paid claims that are not matched",
        "page_obj": page,
        "rows": [(paid, remittances.suggestions(paid)) for paid in page.object_list],
        "tabs": tabs("unmatched"),
        "may_match": has_role(request.user, *BILLING),
    }
    return render(request, "billing/unmatched.html", context)


@allow(write=BILLING)
@require_POST
def match(request: HttpRequest, paid_id: int) -> HttpResponse:
    """Say which claim was paid, or that it is none of ours."""
    paid = get_object_or_404(RemittanceClaim, pk=paid_id)
    form = MatchForm(request.POST)
    try:
        if request.POST.get("aside"):
            remittances.set_aside(remittance_claim_id=paid.pk, by=user_of(request), at=timezone.now())
            messages.success(request, "Set aside: it is none of ours. Its remittance still shows it.")
        elif form.is_valid():
            number = form.cleaned_data["claim"]
            matched = remittances.match_by_hand(
                remittance_claim_id=paid.pk, control_number=number, by=user_of(request), at=timezone.now()
            )
            messages.success(request, f"Matched with {matched.claim and matched.claim.control_number}.")
            if matched.remittance.state == Remittance.State.POSTED:
                _warn_of_open_claims(request, matched.remittance_id, matched.pk)
        else:
            messages.error(request, "Enter our claim number.")
    except RemittanceError as error:
        messages.error(request, str(error))
    return redirect("billing:unmatched")
