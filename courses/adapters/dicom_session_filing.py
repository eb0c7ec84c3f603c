"""Make or amend the sessions that gathered beams stand for.

A session that a person logged is found again, not made twice, and what a person corrected is never overwritten.
What the records leave in doubt is entered unsigned: it earns nothing until a person signs it. Image guidance is
not in a treatment record and is not claimed from one.
"""

from collections.abc import Sequence
from typing import cast

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction

from courses.adapters.dicom_answer import Answer, faults_in_words, joined, refused, taken
from courses.adapters.dicom_course_beams import CourseBeams, row_of
from courses.adapters.dicom_file import DicomRefused
from courses.adapters.dicom_sessions import SAME_VISIT, Piece, Sitting, Verdict, judge
from courses.delivery import amend_session, log_session, sign_session
from courses.models import Course, DeliveredBeam, Fraction, Machine, Plan, Session
from courses.terms import Guidance, SessionStatus

AMENDED = "Further machine records arrived."
"""The reason of our own amendments. Another reason is a person's: that session is left as it stands."""
SOURCE = "dicom:"


class SessionFiling:
    """The sessions of one course, while its records come in."""

    def __init__(self, course: Course, beams: CourseBeams, by: User) -> None:
        self._course, self._beams, self._by = course, beams, by
        self._machines = {one.name: one for one in Machine.objects.filter(facility=course.facility)}
        self._sittings: list[Sitting] = []

    def file(self, sittings: Sequence[Sitting], fresh: Sequence[Piece]) -> dict[str, Answer]:
        """Store the fresh beams, and the sessions that they make or change, in order of time."""
        self._sittings = list(sittings)
        answers: dict[str, Answer] = {}
        arrived = [[piece for piece in sitting.pieces if piece in fresh] for sitting in sittings]
        for sitting, new in zip(sittings, arrived, strict=True):
            if new:
                answer = self._answer(sitting, new)
                for piece in new:
                    answers[piece.record_uid] = joined(answers.get(piece.record_uid), answer)
        return answers

    def _answer(self, sitting: Sitting, new: Sequence[Piece]) -> Answer:
        stood = sitting.session
        try:
            with transaction.atomic():
                return self._file_sitting(sitting, new)
        except DicomRefused as refusal:
            words = str(refusal)
        except ValidationError as error:
            words = faults_in_words(error)
        # What was not filed must not count as delivered when the next sitting is judged.
        sitting.pieces = [piece for piece in sitting.pieces if piece not in new]
        sitting.session = stood
        return refused(words)

    def _file_sitting(self, sitting: Sitting, new: Sequence[Piece]) -> Answer:
        verdict = self._judged(sitting)
        if sitting.session is None:
            session, said = self._first_session(sitting, verdict)
        else:
            session, said = self._followed(_session_of(sitting), sitting, verdict)
        sitting.session = session.pk
        DeliveredBeam.objects.bulk_create(row_of(piece, session) for piece in new)
        what = " and ".join(_fraction_said(plan, number) for plan, number in sitting.deliveries)
        override = ", verified with an override" if verdict.is_overridden else ""
        waits = session.signed_at is None
        doubt = f" Not signed, so it earns nothing yet: {verdict.doubt}. Check it, then sign it." if waits else ""
        return taken(
            f"session {session.pk}, {what}: {said}{override}.{self._machine_said(sitting)}{doubt}", waits=waits
        )

    def _machine_said(self, sitting: Sitting) -> str:
        name = sitting.pieces[0].machine
        return f" No machine of the facility is called {name}." if name and name not in self._machines else ""

    def _judged(self, sitting: Sitting) -> Verdict:
        """Judge a sitting with what earlier sittings gave of the same fractions."""
        before = [
            piece
            for other in self._sittings
            if other is not sitting and other.session is not None and other.begins_at < sitting.begins_at
            for piece in other.pieces
            if piece.delivery in sitting.deliveries and piece.fraction is not None
        ]
        return judge(sitting, before, self._beams.planned(sitting.deliveries))

    # --- a sitting that no session stands for yet ---------------------------------------------------------------------

    def _first_session(self, sitting: Sitting, verdict: Verdict) -> tuple[Session, str]:
        entered = self._entered_by_a_person(sitting)
        if entered is not None:
            return entered, _compared(entered, verdict)
        continued = self._continued_later(sitting) if verdict.status is SessionStatus.PARTIAL else []
        for later in continued:
            self._give_way(later)
        session = self._log(sitting, verdict)
        sitting.session = session.pk
        for later in continued:
            self._amend(later, self._judged(later), resumes=session)
        resumed = f", resumes session {session.resumes_id}" if session.resumes_id else ""
        return session, f"{session.status}{resumed}"

    def _log(self, sitting: Sitting, verdict: Verdict) -> Session:
        first = sitting.pieces[0]
        numbers = self._numbers(sitting)
        logged = log_session(
            course=self._course,
            plans=list(numbers),
            at=sitting.begins_at,
            by=self._by,
            status=verdict.status,
            machine=self._machines.get(first.machine),
            numbers=numbers,
            source_key=f"{SOURCE}{first.record_uid}:{first.position}",
            is_signed=not verdict.doubt,
            status_reason=verdict.reason,
            resumes=self._open_partial(sitting),
            guidance=Guidance.NONE,
            mixed_electrons=verdict.mixes_electrons,
        )
        if not logged.is_new:
            raise DicomRefused(f"{logged.message} See session {logged.session.pk}.")
        return logged.session

    def _numbers(self, sitting: Sitting) -> dict[Plan, int | None]:
        return {self._beams.plans[plan]: number for plan, number in sitting.deliveries}

    def _entered_by_a_person(self, sitting: Sitting) -> Session | None:
        """Return the session of this day in which a person logged one of these fractions, nearest in time.

        Where the records number no fraction it is the session of their plans that began about then.

        Raises:
            DicomRefused: the fraction stands on another day.
        """
        day = self._course.facility.day_of(sitting.begins_at)
        found = self._entered_about_then(sitting)
        for fraction in self._fractions(sitting):
            session = fraction.session
            if session.beams.exists():
                continue
            if session.treated_on == day:
                found.append(session)
            elif fraction.is_standing:
                raise DicomRefused(
                    f"{_fraction_said(fraction.plan_id, fraction.number).capitalize()} was entered for "
                    f"{session.treated_on}, session {session.pk}; the record is of {day}. Correct the session first."
                )
        return min(found, key=lambda one: abs(one.starts_at - sitting.begins_at), default=None)

    def _entered_about_then(self, sitting: Sitting) -> list[Session]:
        unnumbered = [plan for plan, number in sitting.deliveries if number is None]
        if not unnumbered:
            return []
        about_then = sitting.begins_at - SAME_VISIT, sitting.begins_at + SAME_VISIT
        rows = Session.objects.filter(
            course=self._course, fractions__plan__in=unnumbered, starts_at__range=about_then, cancelled_at__isnull=True
        )
        return list(rows.filter(beams=None).select_related("course__facility").distinct())

    def _open_partial(self, sitting: Sitting) -> Session | None:
        """Return the last partial session of one of these fractions that nothing has completed."""
        earlier = [
            fraction.session
            for fraction in self._fractions(sitting)
            if fraction.session.status == SessionStatus.PARTIAL and fraction.session.starts_at < sitting.begins_at
        ]
        for session in sorted(earlier, key=lambda one: one.starts_at, reverse=True):
            completions = session.resumptions.filter(cancelled_at__isnull=True)
            if not completions.exclude(status=SessionStatus.ABORTED).exists():
                return session
        return None

    def _fractions(self, sitting: Sitting) -> list[Fraction]:
        """Return the rows of these fractions, numbered ones, whose session stands."""
        numbers = [number for _, number in sitting.deliveries if number is not None]
        rows = Fraction.objects.filter(course=self._course, number__in=numbers, session__cancelled_at__isnull=True)
        rows = rows.select_related("session__course__facility").order_by("session__starts_at", "pk")
        return [row for row in rows if (row.plan_id, row.number) in sitting.deliveries]

    # --- parts of one fraction that arrive in the wrong order ---------------------------------------------------------

    def _continued_later(self, sitting: Sitting) -> list[Sitting]:
        """Return the sittings, filed before this one, that continued what it began."""
        return [
            other
            for other in self._sittings
            if other.session is not None
            and other.begins_at > sitting.begins_at
            and any(number is not None and (plan, number) in sitting.deliveries for plan, number in other.deliveries)
        ]

    def _give_way(self, later: Sitting) -> None:
        """Let a later part let go of its fraction, so that the earlier one can take it and be resumed."""
        session = _session_of(later)
        if not _is_ours(session):
            raise DicomRefused(
                f"Session {session.pk} continues this one, and a person corrected it. Enter this by hand."
            )
        amend_session(session=session, by=self._by, reason=AMENDED, numbers=dict.fromkeys(self._numbers(later)))

    # --- a sitting whose session stands -------------------------------------------------------------------------------

    def _followed(self, session: Session, sitting: Sitting, verdict: Verdict) -> tuple[Session, str]:
        if not _is_ours(session):
            return session, _compared(session, verdict)
        session = self._amend(sitting, verdict, resumes=session.resumes)
        return session, f"{session.status}, with the beams that arrived before"

    def _amend(self, sitting: Sitting, verdict: Verdict, *, resumes: Session | None) -> Session:
        session = amend_session(
            session=_session_of(sitting),
            by=self._by,
            reason=AMENDED,
            at=sitting.begins_at,
            status=verdict.status,
            status_reason=verdict.reason,
            numbers=self._numbers(sitting),
            mixed_electrons=verdict.mixes_electrons,
            resumes=resumes,
        )
        return session if verdict.doubt else sign_session(session=session, by=self._by)


def _session_of(sitting: Sitting) -> Session:
    return Session.objects.select_related("course").get(pk=cast(int, sitting.session))


def _is_ours(session: Session) -> bool:
    """Whether only imports of records have written this session."""
    return (session.source_key or "").startswith(SOURCE) and session.amendment_reason in ("", AMENDED)


def _compared(session: Session, verdict: Verdict) -> str:
    """Say that a person's entry stands, and whether the record says otherwise."""
    if session.status == verdict.status:
        return f"{session.status}, as a person entered it"
    return f"{session.status}, as a person entered it; the machine says {verdict.status}: check it"


def _fraction_said(plan_id: int, number: int | None) -> str:
    return f"fraction {number} of plan {plan_id}" if number else f"a fraction of plan {plan_id}"
