"""What is prescribed: open and close a course; propose, confirm, approve and retire its plans; its events.

The steps behind the course page, the API and every import. Each locks the course and rings the doorbell
inside its transaction; each is safe to repeat. What the sessions delivered is delivery's.
"""

from courses.planning.course import close_course, open_course, reopen_course, set_diagnoses
from courses.planning.events import EventParticulars, amend_event, cancel_event, record_event, record_today
from courses.planning.following import FOLLOWING, facts_to_follow
from courses.planning.kinds import KINDS, EventKind, kind_of, kinds_at_once, kinds_for
from courses.planning.naming import name_on_claims
from courses.planning.plan import (
    PlanFacts,
    approve_plan,
    confirm_plan,
    propose_plan,
    record_approval,
    reinstate_plan,
    retire_plan,
    withdraw_approval,
)
from courses.planning.signature import SignatureState, digest_of_plan, signatures_of

__all__ = [
    "FOLLOWING",
    "KINDS",
    "EventKind",
    "EventParticulars",
    "PlanFacts",
    "SignatureState",
    "amend_event",
    "approve_plan",
    "cancel_event",
    "close_course",
    "confirm_plan",
    "digest_of_plan",
    "facts_to_follow",
    "kind_of",
    "kinds_at_once",
    "kinds_for",
    "name_on_claims",
    "open_course",
    "propose_plan",
    "record_approval",
    "record_event",
    "record_today",
    "reinstate_plan",
    "reopen_course",
    "retire_plan",
    "set_diagnoses",
    "signatures_of",
    "withdraw_approval",
]
