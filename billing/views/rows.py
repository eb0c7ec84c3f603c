"""The rows of the worklist as pages draw them, and the figures above them."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.contrib.auth.models import User
from django.http import HttpRequest, QueryDict

from billing import worklist
from billing.forms import FilterForm
from billing.models import StandingFinding
from billing.money import print_dollars
from billing.worklist import EVERYTHING, LineState
from billing.worklist.groups import Group, GroupedLine, GroupTotal, group_totals, grouped_lines
from patients.roles import BILLING, has_role

FRACTIONS = "session__fractions__plan"
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
        if self.line.state != LineState.OPEN:
            return "" if self.line.group == Group.HELD else "oc-row-good oc-row-quiet"
        return ROW_CLASS.get(Group(self.line.group), "")

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
    return grouped_lines(EVERYTHING).filter(pk=entry_id).prefetch_related(FRACTIONS).first()


def _state(finding: StandingFinding) -> str:
    return "overridden" if finding.overridden_at else finding.severity


def _gravity(finding: StandingFinding) -> int:
    order = ("hold", "refused", "overridden", "warning", "info")
    return order.index(_state(finding))


def totals_shown(form: FilterForm, address: str, query: QueryDict) -> list[dict[str, object]]:
    """Return a tile for each group under the same filters; each leads to its lines."""
    totals = group_totals(form.filters)
    shown = [group for group in totals if group is not Group.DECIDED or totals[group].lines]
    return [_tile(group, totals[group], form, address, query) for group in shown]


def _tile(group: Group, total: GroupTotal, form: FilterForm, address: str, query: QueryDict) -> dict[str, object]:
    state, words = GROUP_STATE[group]
    asked = query.copy()
    asked.pop("page", None)
    is_active = form.asked_group is group
    asked.pop("group", None) if is_active else asked.__setitem__("group", group.value)
    note = print_dollars(total.amount)
    return {
        "group": group.value, "label": words, "value": f"{total.lines:,}", "state": state, "active": is_active,
        "note": f"{note}, {total.unpriced} without a fee" if total.unpriced else note,
        "url": f"{address}?{asked.urlencode()}" if asked else address,
    }  # fmt: skip


def query_behind(request: HttpRequest) -> QueryDict:
    """Return the query of the page on which an htmx request was made."""
    return QueryDict(urlsplit(request.headers.get("HX-Current-URL", "")).query)
