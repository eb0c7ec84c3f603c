"""Charge lines, what stands in place of one, and authorizations, as rows of cells."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from billing.lists.cells import STRETCH, Rows, joined
from billing.models import Authorization, StandingFinding

_LINE_HEADS = (
    "line", "state", "day", "patient", "MRN", "course", "site", "machine", "code", "modifiers", "units", "amount",
    "family", "claim", "rule", "decided", "decided at", "decided by", "reason", "findings",
)  # fmt: skip


def line_rows(lines: "QuerySet[Any, Any]") -> Rows:
    """Yield charge lines.

    Args:
        lines: noted with where each stands, joined with course, patient, facility, review, session and machine, with
            the findings that stand as ``open_findings``.
    """
    yield _LINE_HEADS
    for line in lines.iterator(chunk_size=STRETCH):
        review = getattr(line, "review", None)
        machine = line.session.machine if line.session else None
        yield (
            line.pk, line.stands, line.service_on, line.course.patient.full_name, line.course.patient.mrn,
            line.course.title, line.course.facility.name, machine.name if machine else "", line.code,
            " ".join(line.modifiers), line.units, line.amount, line.family, line.claim_kind, line.rule,
            review.state if review else "open", review.at if review else None,
            review.by.username if review and review.by else "", review.reason if review else "",
            joined([_said(one) for one in line.open_findings]),
        )  # fmt: skip


def _said(finding: StandingFinding) -> str:
    overridden = f" (overridden: {finding.override_reason})" if finding.overridden_at else ""
    return f"{finding.severity} {finding.code}: {finding.message}{overridden}"


def loose_rows(findings: QuerySet[StandingFinding]) -> Rows:
    """Yield what stands in place of a line. Select course, patient and facility."""
    yield "finding", "severity", "code", "says", "day", "patient", "MRN", "course", "site", "found at"
    for one in findings.iterator(chunk_size=STRETCH):
        course = one.course
        yield (
            one.pk, one.severity, one.code, one.message, one.service_on, course.patient.full_name, course.patient.mrn,
            course.title, course.facility.name, one.found_at,
        )  # fmt: skip


def authorization_rows(lacking: Iterable[Any]) -> Rows:
    """Yield courses whose units do not reach, a row for each authorization, or one where there is none."""
    yield (
        "course", "patient", "MRN", "title", "site", "from", "says", "authorization", "status", "codes", "units",
        "first day", "last day", "payer",
    )  # fmt: skip
    for one in lacking:
        head = (
            one.course.pk, one.course.patient.full_name, one.course.patient.mrn, one.course.title,
            one.course.facility.name, one.on, one.sentence.text,
        )  # fmt: skip
        for authorization in one.authorizations:
            yield (*head, *_authorized(authorization))
        if not one.authorizations:
            yield (*head, "", "none", "", None, None, None, "")


def _authorized(one: Authorization) -> tuple[Any, ...]:
    payer = one.coverage.payer.name if one.coverage else ""
    return one.number, one.status, " ".join(one.codes), one.units, one.effective_from, one.effective_to, payer
