"""What a session or a plan earned, in words for the person who logged it: names, no prices."""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from billing.rules import load_codebook
from billing.rules.lines import Family
from patients.prepared import read_prepared

_FAMILIES = tuple(family.value for family in Family)
"""The plan before its device and calculations."""
_AWAITED = {"guidance-not-reviewed": "the physician's review of the images, before the next fraction"}
"""Holds that are the usual state of a fresh session: somebody's next step, and no fault of the entry."""


class Asked(NamedTuple):
    """The session or plan that was asked for: its course, and how a session stands (a plan counts)."""

    course_id: int
    counts: bool
    is_cancelled: bool


@dataclass(frozen=True, slots=True)
class Earned:
    """``charged``: the services by name; ``needs_review``: what a biller will look at, as short words.

    ``awaits``: what somebody else does next, and what then is charged too.
    """

    charged: tuple[str, ...]
    needs_review: tuple[str, ...]
    is_captured: bool
    awaits: tuple[str, ...] = ()
    asked: "Asked | None" = None
    """None: there is no such session or plan."""

    def __str__(self) -> str:
        """Say it in a sentence or two."""
        if not self.is_captured:
            return "The charge is being worked out."
        said = f"Charged: {'; '.join(self.charged)}." if self.charged else "No charge."
        said += f" Awaits {', '.join(self.awaits)}." if self.awaits else ""
        return f"{said} Needs review: {', '.join(self.needs_review)}." if self.needs_review else said


# One row: whether the charges rest on the newest facts; what stands for the session or plan; what holds that.
_EARNED = """
    SELECT * FROM (
    WITH standing AS MATERIALIZED (
        SELECT e.id, e.code, e.service_on, e.family
          FROM oncocharge_billing_ledgerentry e
         WHERE e.{subject}_id = %(id)s AND e.kind = 'charge'
           AND NOT EXISTS (SELECT FROM oncocharge_billing_ledgerentry v WHERE v.reverses_id = e.id))
    SELECT c.id, {counts}, {is_cancelled}, c.revision IS NOT DISTINCT FROM m.course_revision,
           (SELECT array_agg(s.code ORDER BY s.id) FROM standing s),
           (SELECT array_agg(s.service_on ORDER BY s.id) FROM standing s),
           (SELECT array_agg(s.family ORDER BY s.id) FROM standing s),
           (SELECT array_agg(f.code ORDER BY f.id)
              FROM oncocharge_billing_standingfinding f
             WHERE f.course_id = c.id AND f.severity = 'hold' AND f.resolved_at IS NULL AND f.overridden_at IS NULL
               AND (f.entry_id IN (SELECT s.id FROM standing s)
                    OR f.entry_id IS NULL AND f.subject = concat('{subject}:', o.id)))
      FROM oncocharge_courses_{subject} o
      JOIN oncocharge_courses_course c ON c.id = o.course_id
      LEFT JOIN oncocharge_billing_capturemark m ON m.course_id = c.id
     WHERE o.id = %(id)s) found
"""
_OF_SESSION = _EARNED.format(
    subject="session",
    counts="o.signed_at IS NOT NULL AND o.cancelled_at IS NULL",  # as Session.counts says it
    is_cancelled="o.cancelled_at IS NOT NULL",
)
_OF_PLAN = _EARNED.format(subject="plan", counts="true", is_cancelled="false")


def earned_by(*, session_id: int | None = None, plan_id: int | None = None) -> Earned:
    """Return what stands in the ledger for a session or a plan (give one of the two). One statement.

    Where the charges do not rest on the newest facts of the course, none are said.
    """
    statement, asked = (_OF_SESSION, session_id) if session_id is not None else (_OF_PLAN, plan_id)
    found = read_prepared(statement, {"id": asked})
    if not found:
        return Earned((), (), is_captured=False)
    course_id, counts, is_cancelled, is_captured, codes, days, families, holds = found[0]
    subject = Asked(course_id, counts, is_cancelled)
    if not is_captured:
        return Earned((), (), is_captured=False, asked=subject)
    services = [Service(*service) for service in zip(codes or (), days or (), families or (), strict=True)]
    services.sort(key=lambda service: _FAMILIES.index(service.family))
    held = list(dict.fromkeys(holds or ()))
    return Earned(
        charged=tuple(dict.fromkeys(_name(service) for service in services)),
        needs_review=tuple(code.replace("-", " ") for code in held if code not in _AWAITED),
        is_captured=True,
        awaits=tuple(_AWAITED[code] for code in held if code in _AWAITED),
        asked=subject,
    )


class Service(NamedTuple):
    """A charge that stands, as far as its name asks."""

    code: str
    service_on: date
    family: str


def _name(service: Service) -> str:
    """Return the service in our own words, without what the table adds for billers behind a semicolon."""
    procedure = load_codebook().procedure(service.code, service.service_on)
    return procedure.name.partition(";")[0] if procedure is not None else service.code
