"""Sealed claim files: what went out, what waits, what went wrong; the export at the press of a button."""

from collections.abc import Iterable

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from billing import submission
from billing.models import ClaimFile, ExportRun
from billing.submission import Exported, LineCount, SubmissionError
from billing.submission.delivery import UNCERTAIN
from billing.templatetags.charges import person
from billing.views.answers import user_of
from patients.numbers import id_or_none
from patients.roles import READS_MONEY, Role, allow, has_role

PAGE = 25
RUNS = 8
MAY_EXPORT = frozenset({Role.BILLING_MANAGER, Role.ADMINISTRATOR})
STARTERS = {"nightly": "the nightly run", "command": "a command", "demo": "the demo"}


@allow(read=READS_MONEY)
@require_safe
def files(request: HttpRequest) -> HttpResponse:
    """Show the sealed files, the latest first, and what waits for the next."""
    page = Paginator(submission.recent_files(), PAGE).get_page(request.GET.get("page"))
    context = {
        "page_title": "Claim files",
        "page_obj": page,
        "undelivered": list(submission.undelivered_files()),
        "runs": _runs(),
        "may_export": has_role(request.user, *MAY_EXPORT),
        **_counted(submission.status_counts()),
    }
    return render(request, "billing/files.html", context)


def _counted(counts: Iterable[LineCount]) -> dict[str, object]:
    """Return what waits for tonight, by kind of claim, and what is held back, by reason."""
    counts = list(counts)
    waiting = {one.claim_kind: one.lines for one in counts if one.place == "waiting"}
    return {
        "released": sum(waiting.values()),
        "waiting": waiting.get("professional", 0),
        "institutional": waiting.get("institutional", 0),
        "held_back": [(one.reason, one.lines) for one in counts if one.place == "held"],
        "held_count": sum(one.lines for one in counts if one.place == "held"),
    }


def _runs() -> list[tuple[ExportRun, str]]:
    runs = list(submission.recent_runs()[:RUNS])
    users = User.objects.in_bulk([number for run in runs if (number := id_or_none(run.started_by)) is not None])
    return [(run, _starter(run.started_by, users)) for run in runs]


def _starter(started_by: str, users: dict[int, User]) -> str:
    starter = users.get(id_or_none(started_by) or 0)
    if starter is not None:
        return person(starter)
    return STARTERS.get(started_by, started_by)


@allow(write=MAY_EXPORT)
@require_POST
def export(request: HttpRequest) -> HttpResponse:
    """Seal and deliver what waits, as the nightly run does; say what came of it."""
    try:
        exported = submission.export_claims(at=timezone.now(), started_by=str(user_of(request).pk))
    except SubmissionError as error:
        messages.error(request, str(error))
        return redirect("billing:files")
    _say(request, exported)
    return redirect("billing:files")


def _say(request: HttpRequest, exported: Exported) -> None:
    if exported.claims:
        claims, lines = _number_of(exported.claims, "claim"), _number_of(exported.lines, "line")
        messages.success(request, f"Sealed {claims} with {lines}.")
    elif not exported.errors and not exported.held_back and not exported.follow_ups_left:
        messages.info(request, "Nothing waited for a claim; no file was made.")
    if exported.held_back:
        messages.warning(request, f"Held back: {_number_of(exported.held_back, 'line')}; the worklist says why.")
    if exported.follow_ups_left:
        left = _number_of(exported.follow_ups_left, "follow-up")
        messages.warning(request, f"Not sent as things are: {left} of sent claims; each says why.")
    for error in exported.errors:
        messages.error(request, error)


def _number_of(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


@allow(read=READS_MONEY)
@require_safe
def file(request: HttpRequest, file_id: int) -> HttpResponse:
    """Show one sealed file and its claims."""
    found = _file_or_404(file_id)
    page = Paginator(submission.claims_of(file_id=found.pk), 2 * PAGE).get_page(request.GET.get("page"))
    context = {
        "page_title": found.name,
        "file": found,
        "page_obj": page,
        "is_missing": found.delivery_error == UNCERTAIN,
        "may_export": has_role(request.user, *MAY_EXPORT),
        "crumbs": [("Claim files", reverse("billing:files")), (found.name, "")],
    }
    return render(request, "billing/file.html", context)


@allow(read=READS_MONEY)
@require_safe
def download(request: HttpRequest, file_id: int) -> HttpResponseBase:
    """Hand out the sealed bytes as they were stored."""
    found = _file_or_404(file_id)
    headers = {
        "Content-Disposition": f'attachment; filename="{found.name}"',
        "Content-Length": str(found.byte_count),
        "Cache-Control": "no-store",
    }
    parts = submission.file_bytes(file_id=found.pk)
    return StreamingHttpResponse(parts, content_type="application/edi-x12", headers=headers)


@allow(write=MAY_EXPORT)
@require_POST
def settle(request: HttpRequest, file_id: int) -> HttpResponse:
    """Say of a file that is gone from the folder whether the partner has it."""
    found = _file_or_404(file_id)
    was_taken = request.POST.get("was_taken") == "yes"
    try:
        submission.settle(file_id=found.pk, was_taken=was_taken)
    except SubmissionError as error:
        messages.error(request, str(error))
    else:
        said = "is noted as delivered" if was_taken else "goes out again with the next export"
        messages.success(request, f"{found.name} {said}.")
    return redirect("billing:file", found.pk)


def _file_or_404(file_id: int) -> ClaimFile:
    return get_object_or_404(ClaimFile.objects.select_related("partner", "run"), pk=file_id)
