"""Everything about one line: as a page, and opened in place under its row."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from billing.models import LedgerEntry
from billing.rules import load_codebook
from billing.templatetags.charges import charge_code
from billing.views.answers import user_of
from billing.views.rows import one_line, row_of
from billing.views.stories import story_of
from billing.worklist import Filters
from billing.worklist.groups import grouped_lines
from patients.audit import note_access
from patients.roles import BILLING, READS_MONEY, allow, has_role

RELATED = (
    "course__patient", "course__facility", "course__physician", "session__machine", "session__signed_by", "plan",
    "fee_line__schedule", "review__by", "provider", "reversal", "reverses", "replaces",
)  # fmt: skip


@allow(read=READS_MONEY)
@require_safe
def line(request: HttpRequest, entry_id: int) -> HttpResponse:
    """Show a line whole; of a reversal, the charge that it undoes."""
    entry = get_object_or_404(LedgerEntry.objects.select_related(*RELATED), pk=entry_id)
    entry = entry.reverses or entry
    note_access(user=request.user, patient=entry.course.patient_id, what="billing:line")
    crumbs = [("Lines to review", reverse("billing:worklist")), (charge_code(entry), "")]
    context = {"page_title": f"Line {entry.pk}", "crumbs": crumbs, **_told(request, entry)}
    return render(request, "billing/line.html", context)


@allow(read=READS_MONEY)
@require_safe
def detail(request: HttpRequest, entry_id: int) -> HttpResponse:
    """Answer the row that opens under a line: why it is as it is, what stands beside it, what became of it."""
    entry = get_object_or_404(LedgerEntry.objects.select_related(*RELATED), pk=entry_id)
    note_access(user=request.user, patient=entry.course.patient_id, what="billing:line-detail")
    return render(request, "billing/line_detail.html", _told(request, entry))


def _told(request: HttpRequest, entry: LedgerEntry) -> dict[str, object]:
    standing = one_line(entry.pk)
    fractions = list(entry.session.fractions.select_related("plan")) if entry.session else []
    return {
        "line": entry,
        "row": row_of(standing, user_of(request)) if standing else None,
        "events": story_of(entry, entry.course.facility.zone),
        "facts": _facts(entry),
        "fractions": fractions,
        "plan": entry.plan or (fractions[0].plan if fractions else None),
        "neighbours": _neighbours(entry),
        "says": _says(entry),
        "may_decide": has_role(request.user, *BILLING),
        "successor": LedgerEntry.objects.filter(replaces=entry, kind="charge").order_by("id").first(),
    }


def _says(entry: LedgerEntry) -> str:
    procedure = load_codebook().procedure(entry.code, entry.service_on)
    return f"{procedure.name}. Counted by the {procedure.unit}." if procedure else ""


def _neighbours(entry: LedgerEntry) -> list[LedgerEntry]:
    day = Filters(states=(), course_id=entry.course_id, first_day=entry.service_on, last_day=entry.service_on)
    return [other for other in grouped_lines(day) if other.pk != entry.pk]


def _facts(entry: LedgerEntry) -> list[tuple[str, object]]:
    """Return what was delivered or planned, on the clinic's clock."""
    if entry.session is not None:
        session = entry.session
        start = session.starts_at.astimezone(entry.course.facility.zone)
        return [
            ("Treated", f"{start.day} {start:%b} {start.year} {start:%H:%M}"),
            ("Machine", session.machine.name if session.machine else None),
            ("Status", session.get_status_display() + (f": {session.status_reason}" if session.status_reason else "")),
            ("Guidance", session.get_guidance_display()),
            ("Signed by", session.signed_by.get_full_name() if session.signed_by else None),
        ]
    if entry.plan is not None:
        plan = entry.plan
        approved = plan.approved_on
        return [
            ("Plan", f"{plan.key}, {plan.get_kind_display()}"),
            ("Approved", f"{approved.day} {approved:%b} {approved.year}" if approved else None),
            ("Prescribed", f"{plan.fractions} fractions" if plan.fractions else None),
        ]
    return [("Narrative", entry.narrative or None), ("Attachment", entry.attachment or None)]
