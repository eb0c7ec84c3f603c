"""Many lines at once: first what would happen, then the same step as for one line, then what came of each."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from billing import worklist
from billing.forms import MOST_IDS, FilterForm, LinesForm, take_faults
from billing.forms.hold import HoldForm
from billing.money import print_dollars
from billing.views.answers import UNPROCESSABLE, back, page_behind, user_of
from billing.worklist import EVERYTHING, Decided, Refusal
from billing.worklist.groups import GroupedLine, grouped_lines
from billing.worklist.seen import decide_as_seen, moment_number, rehearse_release, version_of
from patients.numbers import id_or_none
from patients.roles import BILLING, allow

SHOWN_REFUSALS = 200


@dataclass(frozen=True, slots=True)
class Refused:
    """A line about which nothing was or would be decided, and why."""

    line: GroupedLine | None
    refusal: Refusal


@allow(write=BILLING)
@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Take the lines that were selected, or all that match the filters, and ask before anything is decided."""
    lines = _chosen(request)
    if not lines:
        messages.warning(request, "No line is selected.")
        return back(request)
    if len(lines) > MOST_IDS:
        messages.warning(request, f"These are more than {MOST_IDS:,} lines. Narrow the list, by day for instance.")
        return back(request)
    if request.POST.get("deed") == "hold":
        return _ask_hold(request, lines, HoldForm(by=user_of(request)))
    return _ask_release(request, lines)


def _chosen(request: HttpRequest) -> list[GroupedLine]:
    if "matching" in request.POST:
        form = FilterForm(QueryDict(request.POST["matching"].lstrip("?")))
        return list(_plain(grouped_lines(form.filters, groups=form.asked_groups)))
    ids = [number for text in request.POST.getlist("line") if (number := id_or_none(text)) is not None]
    return list(_plain(grouped_lines(EVERYTHING).filter(pk__in=ids)))


def _plain(lines: "QuerySet[GroupedLine, GroupedLine]") -> "QuerySet[GroupedLine, GroupedLine]":
    return lines.prefetch_related(None).select_related(None).select_related("course__patient", "review")


def _ask_release(request: HttpRequest, lines: list[GroupedLine]) -> HttpResponse:
    by_id = {line.pk: line for line in lines}
    rehearsed = rehearse_release(entry_ids=list(by_id), by=user_of(request), at=timezone.now())
    going = [by_id[entry_id] for entry_id in rehearsed.done]
    context = {
        "page_title": "Release these lines?",
        "going": going,
        "amount": _amount(going),
        "by_code": _by_code(going),
        "refused": _refusals(rehearsed.refused, by_id),
        "reasons": _reasons(rehearsed.refused),
        "lines": _as_seen(going),
        "back": page_behind(request),
    }
    return render(request, "billing/release_many.html", context)


def _ask_hold(request: HttpRequest, lines: list[GroupedLine], form: HoldForm, status: int = 200) -> HttpResponse:
    context = {
        "page_title": "Hold these lines?", "count": len(lines), "amount": _amount(lines), "form": form,
        "lines": _as_seen(lines), "back": page_behind(request),
    }  # fmt: skip
    return render(request, "billing/hold_many.html", context, status=status)


@allow(write=BILLING)
@require_POST
def release_many(request: HttpRequest) -> HttpResponse:
    """Release lines under the same rules as one, and say of each other line why not."""
    form = LinesForm(request.POST)
    if not form.is_valid():
        messages.error(request, str(form.errors["lines"][0]))
        return back(request)
    by, at = user_of(request), timezone.now()
    decided = decide_as_seen(
        seen=form.cleaned_data["lines"], step=lambda ids: worklist.release(entry_ids=ids, by=by, at=at)
    )
    return _answer(request, decided, "Released", moment_number(at))


@allow(write=BILLING)
@require_POST
def hold_many(request: HttpRequest) -> HttpResponse:
    """Hold lines back for one reason, with one owner and until one day."""
    by, at = user_of(request), timezone.now()
    form, asked = LinesForm(request.POST), HoldForm(request.POST, by=by)
    if not form.is_valid():
        messages.error(request, str(form.errors["lines"][0]))
        return back(request)
    seen: dict[int, str] = form.cleaned_data["lines"]
    if asked.is_valid():
        try:
            decided = decide_as_seen(
                seen=seen, step=lambda ids: worklist.hold(entry_ids=ids, by=by, at=at, **asked.hold)
            )
        except ValidationError as error:
            take_faults(asked, error)
    if not asked.is_valid():
        lines = list(_plain(grouped_lines(EVERYTHING).filter(pk__in=seen)))
        return _ask_hold(request, lines, asked, status=UNPROCESSABLE)
    return _answer(request, decided, "Held", moment_number(at))


def _answer(request: HttpRequest, decided: Decided, said: str, moment: int) -> HttpResponse:
    done = grouped_lines(EVERYTHING).filter(pk__in=decided.done)
    undo_url = reverse("billing:undo", args=[moment])
    if decided.done:
        amount = print_dollars(_amount(_plain(done)))
        messages.success(request, f"{said} {_count(len(decided.done))} for {amount}.", extra_tags=f"undo:{undo_url}")
    if not decided.refused:
        return redirect(page_behind(request))
    by_id = {line.pk: line for line in _plain(grouped_lines(EVERYTHING).filter(pk__in=_ids(decided.refused)))}
    context = {
        "page_title": f"{said} {_count(len(decided.done))}",
        "refused": _refusals(decided.refused, by_id),
        "count": len(decided.refused),
        "reasons": _reasons(decided.refused),
        "back": page_behind(request),
    }
    return render(request, "billing/decided_many.html", context, status=200 if decided.done else UNPROCESSABLE)


def _ids(refused: Iterable[Refusal]) -> list[int]:
    return [refusal.entry_id for refusal in refused]


def _refusals(refused: Collection[Refusal], by_id: dict[int, GroupedLine]) -> list[Refused]:
    return [Refused(by_id.get(one.entry_id), one) for one in list(refused)[:SHOWN_REFUSALS]]


def _reasons(refused: Iterable[Refusal]) -> list[tuple[str, int]]:
    """Count the refused lines by the finding that holds them."""
    codes = Counter(code for refusal in refused for code in (refusal.findings or ("decided or changed",)))
    return [(code.replace("-", " "), count) for code, count in codes.most_common()]


def _amount(lines: Iterable[GroupedLine]) -> Decimal:
    return sum((line.amount for line in lines if line.amount is not None), Decimal("0.00"))


def _by_code(lines: Collection[GroupedLine]) -> list[tuple[str, GroupedLine, int, Decimal]]:
    """Return code, one line of it, count and dollars of each code with its modifiers."""
    groups: dict[str, list[GroupedLine]] = {}
    for line in sorted(lines, key=lambda line: (line.code, line.modifiers)):
        groups.setdefault("-".join((line.code, *line.modifiers)), []).append(line)
    return [(written, of_code[0], len(of_code), _amount(of_code)) for written, of_code in groups.items()]


def _as_seen(lines: Iterable[GroupedLine]) -> str:
    return ",".join(f"{line.pk}:{version_of(getattr(line, 'review', None))}" for line in lines)


def _count(lines: int) -> str:
    return "1 line" if lines == 1 else f"{lines:,} lines"
