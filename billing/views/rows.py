"""The rows of the worklist as pages draw them, and the figures above them."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from billing import worklist
from billing.forms import FilterForm
from billing.models import LedgerEntry, StandingFinding
from billing.money import print_dollars
from billing.templatetags.charges import charge_code
from billing.views.answers import user_of
from billing.worklist import EVERYTHING, LineState
from billing.worklist.groups import Figures, Group, GroupedLine, GroupTotal, figures, grouped_lines
from billing.worklist.holds import RETURN_WORDS, Return
from billing.worklist.overrides import NEVER_OVERRIDDEN
from patients.roles import BILLING, has_role

ROW_CLASS = {Group.ACTION: "oc-row-held", Group.LOOK: "oc-row-warning", Group.HELD: "oc-row-info"}
GROUP_STATE = {
    Group.ACTION: ("hold", "Needs action"), Group.LOOK: ("warning", "Look"), Group.CLEAN: ("clean", "Clean"),
    Group.HELD: ("held", "Held by a person"), Group.DECIDED: ("released", "Decided"),
}  # fmt: skip
CHECKED_AT_RELEASE = frozenset({"release", "claim"})


@dataclass(frozen=True, slots=True)
class ShownFinding:
    """A finding of a line, and what the reader may do about it."""

    finding: StandingFinding
    state: str
    may_override: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A line with its findings, the gravest first, and what the reader may do with it."""

    line: GroupedLine
    findings: list[ShownFinding]
    may_decide: bool
    due: worklist.Due | None = None
    """Until when its claim must have arrived, where that is near or has passed."""

    @property
    def row_class(self) -> str:
        """Return the class of the row's state."""
        if self.line.state == LineState.RELEASED and self.is_tried_again:
            return ROW_CLASS[Group.ACTION]
        if self.line.state in (LineState.RELEASED, LineState.CLAIMED):
            return "oc-row-good oc-row-quiet"
        return ROW_CLASS.get(Group(self.line.group), "") if self.line.group != Group.HELD else ""

    @property
    def named(self) -> str:
        """Return what a button says of the line, for those who hear it."""
        day = self.line.service_on
        return f"{charge_code(self.line)} of {day.day} {day:%b}, {self.line.course.patient.full_name}"

    @property
    def is_settled(self) -> bool:
        """Whether nothing is asked of anybody for now: the keys go on to the next line."""
        return self.line.state != LineState.OPEN and not self.line.returns

    @property
    def came_back(self) -> str:
        """Return why a held line is back; nothing where it is not."""
        return RETURN_WORDS[Return(self.line.returns)] if self.line.returns else ""

    @property
    def is_decided(self) -> bool:
        """Whether there is a decision to take back."""
        return self.line.state in (LineState.HELD, LineState.RELEASED)

    @property
    def may_release(self) -> bool:
        """Whether a try makes sense: nothing holds it but what only a release checks, and mends."""
        holds = [shown.finding for shown in self.findings if shown.state == "hold"]
        is_open = self.line.state == LineState.OPEN
        return self.may_decide and is_open and all(hold.source in CHECKED_AT_RELEASE for hold in holds)

    @property
    def is_tried_again(self) -> bool:
        """Whether a release was refused before."""
        return any(shown.state == "hold" for shown in self.findings)

    @property
    def is_mended_alone(self) -> bool:
        """Whether a hold of it lets nobody's reason pass: what it names has to be mended."""
        return any(shown.state == "hold" and shown.finding.code in NEVER_OVERRIDDEN for shown in self.findings)

    @property
    def overridable(self) -> StandingFinding | None:
        """Return the first hold that the reader may let pass."""
        return next((shown.finding for shown in self.findings if shown.may_override), None)


@dataclass(frozen=True, slots=True)
class Cause:
    """The findings of one code in one course: one cause, however many sessions it kept from being charged."""

    findings: list[StandingFinding]

    @property
    def first(self) -> StandingFinding:
        """Return the finding of the earliest day."""
        return self.findings[0]

    @property
    def last(self) -> StandingFinding:
        """Return the finding of the latest day."""
        return self.findings[-1]


def causes_of(findings: Iterable[StandingFinding]) -> list[Cause]:
    """Gather findings by severity, code and course, in the order in which they come."""
    causes: dict[tuple[str, str, int], Cause] = {}
    for finding in findings:
        key = (finding.severity, finding.code, finding.course_id)
        causes.setdefault(key, Cause([])).findings.append(finding)
    return list(causes.values())


def row_of(line: GroupedLine, user: User, due: worklist.Due | None = None) -> Row:
    """Return the row of one line."""
    findings = sorted(line.open_findings, key=lambda finding: (_gravity(finding), finding.pk))
    shown = [
        ShownFinding(one, _state(one), one.overridden_at is None and worklist.may_override(user, one))
        for one in findings
    ]
    return Row(line, shown, has_role(user, *BILLING), due)


def one_line(entry_id: int) -> GroupedLine | None:
    """Return a standing line, whatever its state; nothing if it was reversed."""
    return grouped_lines(EVERYTHING).filter(pk=entry_id).first()


def fresh_row(request: HttpRequest, entry_id: int, status: int = 200) -> HttpResponse:
    """Answer the row as it is now, or of what stands in the line's place, with the figures above the list.

    On the line's own page there is no row: that page is loaded again, and shows the messages.
    """
    if urlsplit(request.headers.get("HX-Current-URL", "")).path == reverse("billing:line", args=[entry_id]):
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    line = one_line(entry_id) or _successor(entry_id)
    query = query_behind(request)
    due = worklist.pressing(entry_ids=[line.pk], at=timezone.now()) if line else {}
    context = {
        "row": row_of(line, user_of(request), due.get(line.pk)) if line else None,
        "entry_id": entry_id,
        "tiles": totals_shown(FilterForm(query), reverse("billing:worklist"), query),
    }
    response = render(request, "billing/row_answer.html", context, status=status)
    response["HX-Retarget"], response["HX-Reswap"] = f"#line-{entry_id}", "outerHTML"
    return response


def _successor(entry_id: int) -> GroupedLine | None:
    """Return what stands in place of a reversed line: the latest charge of the same line, or what names it."""
    gone = LedgerEntry.objects.filter(pk=entry_id).values("course_id", "line_key").first()
    if gone is None:
        return None
    same = grouped_lines(EVERYTHING).filter(course=gone["course_id"], line_key=gone["line_key"]).first()
    return same or grouped_lines(EVERYTHING).filter(replaces=entry_id).first()


def _state(finding: StandingFinding) -> str:
    return "overridden" if finding.overridden_at else finding.severity


def _gravity(finding: StandingFinding) -> int:
    order = ("hold", "refused", "overridden", "warning", "info")
    return order.index(_state(finding))


def totals_shown(form: FilterForm, address: str, query: QueryDict) -> list[dict[str, object]]:
    """Return a tile for each group under the same filters; each leads to its lines. One query."""
    return tiles_of(figures(form.filters), form, address, query)


def tiles_of(counted: Figures, form: FilterForm, address: str, query: QueryDict) -> list[dict[str, object]]:
    """Return the tiles of totals that were counted already."""
    totals = counted.groups
    shown = [group for group in totals if group is not Group.DECIDED or totals[group].lines]
    return [_tile(group, totals[group], form, address, query) for group in shown]


def _tile(group: Group, total: GroupTotal, form: FilterForm, address: str, query: QueryDict) -> dict[str, object]:
    state, words = GROUP_STATE[group]
    asked = query.copy()
    asked.pop("page", None)
    is_active = form.asked_groups == (group,)
    asked.pop("group", None) if is_active else asked.__setitem__("group", group.value)
    note = print_dollars(total.amount)
    return {
        "group": group.value, "label": words, "value": f"{total.lines:,}", "state": state, "active": is_active,
        "lines": total.lines, "note": f"{note}, {total.unpriced} without a fee" if total.unpriced else note,
        "url": f"{address}?{asked.urlencode()}" if asked else address,
    }  # fmt: skip


def query_behind(request: HttpRequest) -> QueryDict:
    """Return the query of the page on which an htmx request was made."""
    return QueryDict(urlsplit(request.headers.get("HX-Current-URL", "")).query)
