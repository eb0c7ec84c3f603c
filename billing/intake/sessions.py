"""The sessions of a course file: logged, amended, and taken back where the file no longer has them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.contrib.auth.models import User

from billing.intake.notes import AMENDED, GONE, OURS, SOURCE, Notes, key_again, plain_key
from billing.rules.facts import SessionFacts
from courses.delivery import EntryConflict, Particulars, amend_session, cancel_session, log_session
from courses.models import Course, Plan, Session
from courses.terms import SessionStatus

STATED = "As the course file says."


class SessionIntake:
    """The sessions of one course, brought up to its file."""

    def __init__(self, course: Course, plans: dict[str, Plan], by: User, notes: Notes) -> None:
        self._course, self._plans, self._by, self._notes = course, plans, by, notes
        self._zone: ZoneInfo = course.facility.zone
        rows = course.sessions.filter(source_key__startswith=SOURCE)
        rows = rows.select_related("course__facility", "resumes").prefetch_related("fractions")
        # Of an entry that was gone and came back, the last.
        self._standing = {_key_of(row): row for row in rows.order_by("pk")}

    def bring(self, wanted: Sequence[SessionFacts]) -> None:
        """Take back what is gone, amend what differs, log what is new; each in an order that finds its partners."""
        by_time = sorted(wanted, key=lambda one: (one.at, one.ordinal))
        once = {facts.key: facts for facts in reversed(by_time)}  # of a session that arrived twice, the first
        self._take_back(set(once))
        for facts in by_time:
            if facts is not once[facts.key] or not all(key in self._plans for key in facts.plans):
                continue
            with self._notes.part(f"session {facts.key}"):
                try:
                    self._bring(facts)
                except EntryConflict as conflict:
                    self._notes.fault(f"session {facts.key}", conflict.message)

    def _bring(self, facts: SessionFacts) -> None:
        session = self._standing.get(facts.key)
        if session is None:
            self._log(facts, f"{SOURCE}{facts.key}")
            return
        if session.cancelled_at is not None and session.amendment_reason == GONE:
            self._log(facts, key_again(session.source_key or ""))
            return
        if session.guidance_reviewed_at is not None and session.guidance_reviewed != facts.guidance_reviewed:
            self._notes.keep(f"session {facts.key}: its images as a physician reviewed them here")
            facts = replace(facts, guidance_reviewed=session.guidance_reviewed)
        if session.cancelled_at is not None or session.amendment_reason not in OURS:
            if self._differs(session, facts):
                self._notes.keep(f"session {facts.key}: as a person corrected it")
        elif self._differs(session, facts):
            self._standing[facts.key] = self._amend(session, facts)
            self._notes.changed(f"session {facts.key} amended")

    def _log(self, facts: SessionFacts, source_key: str) -> None:
        logged = log_session(
            course=self._course,
            plans=[self._plans[key] for key in facts.plans],
            at=self._moment(facts),
            by=self._by,
            status=facts.status,
            numbers=self._numbers(facts),
            source_key=source_key,
            **self._particulars(facts),
        )
        if not logged.is_new:
            remedy = "Mend the number of the fraction, or take the session out of the file."
            self._notes.fault(f"session {facts.key}", f"{logged.message} {remedy}")
            return
        self._standing[facts.key] = logged.session
        self._notes.changed(f"session {facts.key} logged")

    def _amend(self, session: Session, facts: SessionFacts) -> Session:
        return amend_session(
            session=session,
            by=self._by,
            reason=AMENDED,
            at=self._moment(facts),
            status=facts.status,
            numbers=self._numbers(facts),
            **self._particulars(facts),
        )

    def _take_back(self, wanted: set[str]) -> None:
        """Cancel the sessions that the file no longer has; what resumes another goes first."""
        gone = [(key, row) for key, row in self._standing.items() if key not in wanted and row.cancelled_at is None]
        for key, session in sorted(gone, key=lambda one: one[1].starts_at, reverse=True):
            if session.amendment_reason not in OURS:
                self._notes.keep(f"session {key}: gone from the file, stands as a person corrected it")
                continue
            with self._notes.part(f"session {key}"):
                cancel_session(session=session, by=self._by, reason=GONE)
                self._notes.changed(f"session {key} cancelled")

    # --- what a session says ------------------------------------------------------------------------------------------

    def _moment(self, facts: SessionFacts) -> datetime:
        # In UTC: Python never holds a time that the clocks showed twice equal to the same moment in another zone.
        return facts.at.replace(tzinfo=self._zone).astimezone(UTC)

    def _numbers(self, facts: SessionFacts) -> dict[Plan, int | None]:
        return {self._plans[key]: facts.fraction for key in facts.plans}

    def _particulars(self, facts: SessionFacts) -> Particulars:
        return Particulars(
            status_reason="" if facts.status is SessionStatus.TREATED else STATED,
            resumes=None if facts.resumes is None else self._standing.get(facts.resumes),
            guidance=facts.guidance,
            guidance_reviewed=facts.guidance_reviewed,
            active_motion_management=facts.active_motion_management or "",
            motion_record_complete=facts.motion_record_complete,
            mixed_electrons=facts.mixed_electrons,
            is_inpatient=facts.inpatient,
            adapted_online=facts.adapted_online,
        )

    def _differs(self, session: Session, facts: SessionFacts) -> bool:
        """Whether the file says otherwise than what stands; a resumed fraction has the number of the first part."""
        said = self._particulars(facts)
        columns: dict[str, object] = {**said, "starts_at": self._moment(facts), "status": facts.status}
        if session.cancelled_at is not None or any(getattr(session, name) != value for name, value in columns.items()):
            return True
        resumed = {row.plan_id for row in session.resumes.fractions.all()} if session.resumes else set()
        rows = {row.plan_id: None if row.plan_id in resumed else row.number for row in session.fractions.all()}
        return rows != {
            plan.pk: None if plan.pk in resumed else number for plan, number in self._numbers(facts).items()
        }


def _key_of(session: Session) -> str:
    return plain_key((session.source_key or "").removeprefix(SOURCE))
