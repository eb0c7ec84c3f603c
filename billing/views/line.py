"""Everything about one line: as a page, and opened in place under its row."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from billing.models import LedgerEntry
from billing.rules import load_codebook
from billing.templatetags.charges import charge_code, fact_words, person
from billing.views.answers import user_of
from billing.views.rows import one_line, row_of
from billing.views.stories import story_of
from billing.worklist import Filters
from billing.worklist.groups import GroupedLine, grouped_lines
from courses.forms.words import GUIDANCE
from courses.models import Plan
from patients.audit import note_access
from patients.roles import BILLING, READS_MONEY, allow, has_role

RELATED = (
    "course__patient", "course__facility", "course__physician", "session__machine", "session__signed_by",
    "session__logged_by", "plan__approved_by", "fee_line__schedule", "review__by", "provider", "reversal", "reverses",
    "replaces",
)  # fmt: skip
AROUND = 3
"""How many lines of the same family are shown before a line, and after it."""


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
    fractions = list(entry.session.fractions.select_related("plan__approved_by")) if entry.session else []
    plan = entry.plan or (fractions[0].plan if fractions else None)
    return {
        "line": entry,
        "row": row_of(standing, user_of(request)) if standing else None,
        "events": story_of(entry, entry.course.facility.zone),
        "facts": _facts(entry),
        "fractions": fractions,
        "plan": plan,
        "plan_facts": _plan_facts(plan) if plan else [],
        "that_day": _that_day(entry),
        "family": Relatives.of(entry),
        "says": _says(entry),
        "may_decide": has_role(request.user, *BILLING),
        "successor": LedgerEntry.objects.filter(replaces=entry, kind="charge").order_by("id").first(),
    }


def _says(entry: LedgerEntry) -> str:
    procedure = load_codebook().procedure(entry.code, entry.service_on)
    return f"{procedure.name}. Counted by the {procedure.unit}." if procedure else ""


def _that_day(entry: LedgerEntry) -> list[GroupedLine]:
    """Return what else stands of the patient on the line's day, of every course."""
    day = Filters(states=(), patient_id=entry.course.patient_id, first_day=entry.service_on, last_day=entry.service_on)
    return [other for other in grouped_lines(day).prefetch_related(None) if other.pk != entry.pk]


@dataclass(frozen=True, slots=True)
class Relatives:
    """The lines of one family around a line of a course, by day; ``place`` is the line's own among ``count``."""

    around: list[GroupedLine]
    place: int
    count: int

    @classmethod
    def of(cls, entry: LedgerEntry) -> "Relatives":
        """Return the lines before and after; one query. A reversed line has no place, and the last ones are shown."""
        asked = Filters(states=(), course_id=entry.course_id, family=entry.family)
        lines = list(grouped_lines(asked, order="day").prefetch_related(None))
        place = next((number for number, line in enumerate(lines) if line.pk == entry.pk), None)
        middle = len(lines) if place is None else place
        return cls(lines[max(0, middle - AROUND) : middle + AROUND + 1], 0 if place is None else place + 1, len(lines))


def _facts(entry: LedgerEntry) -> list[tuple[str, object]]:
    """Return what was delivered or planned, on the clinic's clock."""
    if entry.session is not None:
        session = entry.session
        start = session.starts_at.astimezone(entry.course.facility.zone)
        return [
            ("Treated", f"{start.day} {start:%b} {start.year} {start:%H:%M}"),
            ("Machine", session.machine.name if session.machine else None),
            ("Status", session.get_status_display() + (f": {session.status_reason}" if session.status_reason else "")),
            ("Guidance", GUIDANCE[session.guidance]),
            ("Logged by", person(session.logged_by) if session.logged_by else None),
            ("Signed by", person(session.signed_by) if session.signed_by else None),
        ]
    if entry.plan is not None:
        return []  # all of it stands under the plan
    return [("Narrative", entry.narrative or None), ("Attachment", entry.attachment or None)]


def _plan_facts(plan: Plan) -> list[tuple[str, object]]:
    """Return what a plan says that the line follows from: technique, prescription, approval."""
    approved = plan.approved_on
    by = f", {person(plan.approved_by)}" if plan.approved_by else ""
    a_day = f", {plan.sessions_per_day} sessions a day" if plan.sessions_per_day > 1 else ""
    return [
        ("Plan", f"{plan.key}, {plan.get_kind_display()}"),
        ("Site", plan.get_site_display()),
        ("Technique", fact_words(plan.technique)),
        ("Prescribed", f"{plan.fractions} fractions{a_day}" if plan.fractions else None),
        ("Approved", f"{approved.day} {approved:%b} {approved.year}{by}" if approved else "not yet"),
    ]
