"""Findings that stand on the worklist: raise, resolve, read. Steps say what they found; this writes it down.

What is wrong and when it is mended is the steps' business (capture, worklist, claims); a finding is
never changed in place but by an override, so that its history tells the story.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from billing.models import StandingFinding
from billing.models.copying import copy_rows
from patients.prepared import read_of_courses

MESSAGE_LENGTH = 400


@dataclass(frozen=True, slots=True)
class Override:
    """Who let a held line pass, when and why."""

    at: datetime
    by_id: int
    reason: str


@dataclass(frozen=True, slots=True)
class NewFinding:
    """A finding to raise. Without ``entry_id`` it stands alone, in place of a line."""

    course_id: int
    entry_id: int | None
    source: str
    severity: str
    code: str
    message: str
    subject: str = ""
    service_on: date | None = None
    override: Override | None = None

    @property
    def identity(self) -> tuple[object, ...]:
        """What makes it the same finding as one that stands: everything that a person was told."""
        return (self.course_id, self.entry_id, self.code, self.subject, self.severity, self.message[:MESSAGE_LENGTH])


@dataclass(frozen=True, slots=True)
class OpenFinding:
    """A finding that stands, overridden or not."""

    id: int
    course_id: int
    entry_id: int | None
    source: str
    severity: str
    code: str
    message: str
    subject: str
    override: Override | None

    @property
    def identity(self) -> tuple[object, ...]:
        """The same as of a ``NewFinding``."""
        return (self.course_id, self.entry_id, self.code, self.subject, self.severity, self.message)


_COLUMNS = (
    "course_id", "entry_id", "source", "severity", "code", "message", "subject", "service_on",
    "overridden_at", "overridden_by_id", "override_reason",
)  # fmt: skip
_OPEN = """
    SELECT id, course_id, entry_id, source, severity, code, message, subject,
           overridden_at, overridden_by_id, override_reason
      FROM oncocharge_billing_standingfinding
     WHERE course_id = ANY(%s) AND resolved_at IS NULL
     ORDER BY id
"""


def open_findings(*, course_ids: Collection[int]) -> list[OpenFinding]:
    """Return the unresolved findings of the courses: one statement."""
    return [_open_finding(row) for row in read_of_courses(_OPEN, [list(course_ids)], count=len(course_ids))]


def _open_finding(row: Sequence[Any]) -> OpenFinding:
    identity, course, entry, source, severity, code, message, subject, *override = row
    return OpenFinding(identity, course, entry, source, severity, code, message, subject, _override(*override))


def _override(at: datetime | None, by_id: int | None, reason: str) -> Override | None:
    return None if at is None or by_id is None else Override(at, by_id, reason)


def raise_findings(*, findings: Collection[NewFinding]) -> None:
    """Write findings down: one statement, none for none.

    Raises:
        IntegrityError: one of them stands already.
    """
    if findings:
        copy_rows(StandingFinding, _COLUMNS, (_row(finding) for finding in findings))


def _row(new: NewFinding) -> tuple[object, ...]:
    passed = (None, None, "") if new.override is None else (new.override.at, new.override.by_id, new.override.reason)
    return (
        new.course_id, new.entry_id, new.source, new.severity, new.code, new.message[:MESSAGE_LENGTH], new.subject,
        new.service_on, *passed,
    )  # fmt: skip


def resolve_findings(*, finding_ids: Iterable[int]) -> None:
    """Close findings whose cause is gone: one statement, none for none."""
    ids = list(finding_ids)
    if ids:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE oncocharge_billing_standingfinding SET resolved_at = now()"
                " WHERE id = ANY(%s) AND resolved_at IS NULL",
                [ids],
            )


def withdraw_claim_checks(*, entry_ids: Collection[int]) -> None:
    """Close what a claim's checks found about lines that are released no more: one statement, none for none.

    Only released lines are checked again, so that nobody else would ever withdraw it.
    """
    if entry_ids:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE oncocharge_billing_standingfinding SET resolved_at = now()"
                " WHERE entry_id = ANY(%s) AND source = 'claim' AND resolved_at IS NULL",
                [list(entry_ids)],
            )
