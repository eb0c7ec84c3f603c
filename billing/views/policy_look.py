"""What a change of a policy would do, before it is saved: a batch of courses an answer, until all were looked at.

Each answer is bounded and carries how far it has come, sealed, to the next request; nothing is stored. Saved is only
what was looked at to its end, while the payer is still as it was.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from billing import policies
from billing.forms import take_faults
from billing.forms.policy import PolicyReasonForm
from billing.policies import Plan, Progress, go_on
from billing.policies.words import changed_settings, span_words
from billing.views.answers import UNPROCESSABLE, is_fragment
from billing.views.policy_rows import MOST_LISTED, ShownCourse, codes_of, schedules_of, shown_courses, tiles_of
from patients.models import Payer

SAVED = "The policy is saved. The charges of the payer's courses follow within minutes."


@dataclass(frozen=True, slots=True)
class Asked:
    """A change that somebody asks for; ``said`` is what was filled in, ``save`` takes the reason and the revision."""

    payer: Payer
    plan: Plan
    said: Sequence[tuple[str, str]]
    title: str
    save: Callable[[str, int], None]


def look_answer(request: HttpRequest, asked: Asked) -> HttpResponse:
    """Begin to look, go on, or save what was looked at."""
    progress = policies.opened(request.POST.get("progress", ""))
    if progress is not None and not progress.fits(asked.plan, payer_id=asked.payer.pk, revision=asked.payer.revision):
        messages.warning(request, policies.CHANGED_MEANWHILE)
        progress = None
    if request.POST.get("step") == "save" and progress is not None and progress.is_done:
        return _saved(request, asked, progress)
    return _looked(request, asked, progress)


def _saved(request: HttpRequest, asked: Asked, progress: Progress) -> HttpResponse:
    form = PolicyReasonForm(request.POST)
    if form.is_valid():
        try:
            asked.save(form.cleaned_data["reason"], progress.revision)
        except ValidationError as error:
            take_faults(form, error)
        else:
            messages.success(request, SAVED)
            return redirect("billing:policy", asked.payer.pk)
    return _page(request, asked, progress, shown=[], form=form)


def _looked(request: HttpRequest, asked: Asked, progress: Progress | None) -> HttpResponse:
    """Look at the next courses; the first of them where no look was under way."""
    scope = policies.scope_of(asked.plan, payer_id=asked.payer.pk, today=timezone.localdate())
    is_next = progress is not None
    if progress is None:
        progress = policies.begun(asked.plan, scope, revision=asked.payer.revision)
    shown: list[ShownCourse] = []
    if not progress.is_done:
        shown = shown_courses(go_on(progress, scope).foreseen)
    shown = list(_listed(shown, progress))
    if is_next and is_fragment(request):
        return render(request, "billing/policy_look_more.html", _found(asked, progress, shown, PolicyReasonForm()))
    return _page(request, asked, progress, shown=shown, form=PolicyReasonForm())


def _listed(courses: Iterable[ShownCourse], progress: Progress) -> Iterator[ShownCourse]:
    """Yield courses, each whole, until enough is listed; the others are only counted."""
    for one in courses:
        if progress.listed >= MOST_LISTED:
            return
        progress.listed += len(one.changes) + len(one.holds)
        yield one


def _page(
    request: HttpRequest, asked: Asked, progress: Progress, *, shown: list[ShownCourse], form: PolicyReasonForm
) -> HttpResponse:
    scope = policies.scope_of(asked.plan, payer_id=asked.payer.pk, today=timezone.localdate())
    context = {
        **_found(asked, progress, shown, form),
        "page_title": f"{asked.title}: {asked.payer.name}",
        "scope": scope,
        "stretches": [
            (span_words(one.first, one.last), changed_settings(one.before, one.after)) for one in asked.plan.stretches
        ],
        "explained": policies.explained(asked.plan),
        "filing": policies.filing_consequences(asked.plan, payer_id=asked.payer.pk, today=timezone.localdate()),
        "older": policies.count_older_courses(asked.plan, scope),
        "crumbs": crumbs_of(asked.payer, asked.title),
    }
    return render(request, "billing/policy_look.html", context, status=UNPROCESSABLE if form.is_bound else 200)


def _found(asked: Asked, progress: Progress, shown: list[ShownCourse], form: PolicyReasonForm) -> dict[str, object]:
    """Return what was found so far, as page and fragment show it."""
    return {
        "payer": asked.payer,
        "said": asked.said,
        "progress": progress,
        "sealed": progress.sealed(),
        "tiles": tiles_of(progress.totals),
        "schedules": schedules_of(progress.totals),
        "codes": codes_of(progress.totals),
        "courses": shown,
        "most_listed": MOST_LISTED if progress.listed >= MOST_LISTED else 0,
        "form": form,
    }


def crumbs_of(payer: Payer, last: str) -> list[tuple[str, str]]:
    """Return the way back from a page about a payer."""
    return [
        ("Payers", reverse("billing:policies")),
        (payer.name, reverse("billing:policy", args=[payer.pk])),
        (last, ""),
    ]
