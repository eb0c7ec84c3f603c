"""Trading partners: how each stands, one in full, entered and changed, its connection tried out, its payers."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from billing import partners as steps
from billing.adapters.host_keys import HostKeyFault, PinnedKey, read_host_keys
from billing.forms.partner import PartnerForm, RouteForm, shown_sign
from billing.models import PayerRoute, TradingPartner
from billing.partners import separators_of
from billing.partners.entering import route_payer, save_partner
from billing.partners.history import history_of
from billing.partners.standing import Standing, standing_of, standings
from billing.partners.trial import Trial, try_connection
from billing.views.answers import UNPROCESSABLE
from patients.roles import READS_MONEY, Role, allow, has_role

KEEPS_PARTNERS = frozenset({Role.BILLING_MANAGER, Role.ADMINISTRATOR})
"""Who enters, changes and tries out partners."""
FILES = 10
BADGES = {
    "reached": ("clean", "Reached"),
    "untried": ("draft", "Not tried"),
    "retrying": ("late", "Tried again"),
    "stuck": ("failed", "Needs a person"),
    "unheard": ("failed", "Answers not fetched"),
    "off": ("closed", "Switched off"),
}


@allow(read=READS_MONEY)
@require_safe
def partners(request: HttpRequest) -> HttpResponse:
    """Show every partner with what waits for it and what went wrong."""
    context = {
        "page_title": "Trading partners",
        "rows": [(one, *BADGES[one.state]) for one in standings()],
        "may_change": has_role(request.user, *KEEPS_PARTNERS),
    }
    return render(request, "billing/partners.html", context)


@allow(read=READS_MONEY)
@require_safe
def partner(request: HttpRequest, partner_id: int) -> HttpResponse:
    """Show one partner: its settings, its payers, its latest files, what became of it."""
    return _partner(request, _standing(partner_id))


@allow(write=KEEPS_PARTNERS)
@require_http_methods(["GET", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    """Enter a partner."""
    return _form(request, PartnerForm(request.POST or None), "New partner", [])


@allow(write=KEEPS_PARTNERS)
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, partner_id: int) -> HttpResponse:
    """Change a partner; one that needed a person is tried again."""
    found = get_object_or_404(TradingPartner, pk=partner_id)
    crumbs = [(found.name, reverse("billing:partner", args=[found.pk]))]
    return _form(request, PartnerForm(request.POST or None, instance=found), f"Change {found.name}", crumbs)


@allow(write=KEEPS_PARTNERS)
@require_POST
def test(request: HttpRequest, partner_id: int) -> HttpResponse:
    """Try the connection out and show each step."""
    found = get_object_or_404(TradingPartner, pk=partner_id)
    trial = try_connection(found)
    return _partner(request, _standing(partner_id), trial=trial)


@allow(write=KEEPS_PARTNERS)
@require_POST
def retry(request: HttpRequest, partner_id: int) -> HttpResponse:
    """Let the next run try the partner again."""
    found = get_object_or_404(TradingPartner, pk=partner_id)
    steps.ask_again(partner_id=found.pk)
    messages.success(request, f"{found.name} is tried again within a minute.")
    return redirect("billing:partner", found.pk)


@allow(write=KEEPS_PARTNERS)
@require_POST
def route(request: HttpRequest, partner_id: int) -> HttpResponse:
    """Let the partner take a payer's claims."""
    found = get_object_or_404(TradingPartner, pk=partner_id)
    form = RouteForm(request.POST, partner=found)
    if not form.is_valid():
        return _partner(request, _standing(partner_id), route_form=form)
    payer = form.cleaned_data["payer"]
    before = route_payer(payer=payer, partner=found)
    from_where = f", no longer to {before}" if before else ""
    messages.success(request, f"Claims of {payer.name} go to {found.name}{from_where}, from the next export on.")
    return redirect("billing:partner", found.pk)


@allow(write=KEEPS_PARTNERS)
@require_POST
def unroute(request: HttpRequest, route_id: int) -> HttpResponse:
    """Take a payer's route away: its claims go to the partner for payers without one, or wait."""
    found = get_object_or_404(PayerRoute.objects.select_related("payer", "partner"), pk=route_id)
    found.delete()
    other = TradingPartner.objects.filter(is_default=True).first()
    where = f"go to {other.name}" if other else "wait until it has a route"
    messages.success(request, f"Claims of {found.payer.name} {where}.")
    return redirect("billing:partner", found.partner_id)


def _standing(partner_id: int) -> Standing:
    get_object_or_404(TradingPartner, pk=partner_id)
    found = standing_of(partner_id)
    assert found is not None, "a partner is never deleted between two statements of a page"
    return found


def _partner(
    request: HttpRequest, standing: Standing, *, trial: Trial | None = None, route_form: RouteForm | None = None
) -> HttpResponse:
    found = standing.partner
    context = {
        "page_title": found.name,
        "standing": standing,
        "badge": BADGES[standing.state],
        "partner": found,
        "trial": trial,
        "keys": _keys(found),
        "signs": [shown_sign(sign) for sign in separators_of(found)[:4]],
        "routes": found.routes.select_related("payer").order_by("payer__name"),
        "route_form": route_form or RouteForm(partner=found),
        "files": found.files.order_by("-sealed_at", "-id")[:FILES],
        "history": history_of(found),
        "may_change": has_role(request.user, *KEEPS_PARTNERS),
        "crumbs": [("Trading partners", reverse("billing:partners")), (found.name, "")],
    }
    return render(request, "billing/partner.html", context, status=UNPROCESSABLE if route_form else 200)


def _keys(partner: TradingPartner) -> list[PinnedKey]:
    try:
        return read_host_keys(partner.host_keys)
    except HostKeyFault:
        return []


def _form(request: HttpRequest, form: PartnerForm, title: str, crumbs: list[tuple[str, str]]) -> HttpResponse:
    if form.is_valid():
        try:
            save_partner(form.instance)
        except ValidationError as error:
            form.take(error)
        else:
            messages.success(request, f"{form.instance.name} is saved. Test its connection before the next export.")
            return redirect("billing:partner", form.instance.pk)
    context = {
        "page_title": title,
        "form": form,
        "has_files": form.instance.pk is not None and form.instance.files.exists(),
        "back": crumbs[-1][1] if crumbs else reverse("billing:partners"),
        "crumbs": [("Trading partners", reverse("billing:partners")), *crumbs, (title, "")],
    }
    return render(request, "billing/partner_form.html", context, status=UNPROCESSABLE if form.is_bound else 200)
