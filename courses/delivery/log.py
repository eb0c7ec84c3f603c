"""Log a session: record and sign it in one go, once, however often and by however many hands it is sent."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Unpack
from uuid import UUID

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from courses.delivery.checks import faults_of, hold, written_session
from courses.delivery.entries import (
    EntryConflict,
    Logged,
    Particulars,
    digest_of_entry,
    name_of,
    raise_faults,
    when,
)
from courses.delivery.proposals import next_number, standing_numbers
from courses.delivery.review import judge_reviews
from courses.models import Course, Fraction, Machine, Plan, Session
from courses.signals import ring
from courses.terms import SessionStatus
from patients.prepared import read_prepared

SAME_VISIT = timedelta(minutes=10)
"""Two entries of one plan closer than this, and no fraction named, are one visit to the machine."""


def log_session(
    *,
    course: Course,
    plans: Sequence[Plan],
    at: datetime,
    by: User,
    status: SessionStatus | str = SessionStatus.TREATED,
    machine: Machine | None = None,
    numbers: Mapping[Plan, int | None] | None = None,
    entry_key: UUID | None = None,
    source_key: str | None = None,
    is_signed: bool = True,
    **particulars: Unpack[Particulars],
) -> Logged:
    """Record and sign a session; the same entry or the same fraction a second time makes no second session.

    1. The same ``entry_key`` (a double click, a resend, a retry) or ``source_key`` (the machine's own) gives
       the session that it made the first time.
    2. A fraction that already stands gives the session in which it stands, and says who logged it and when.
    3. ``numbers`` names the fraction of each plan, None for a session whose source gives none; without
       ``numbers`` each plan gets its next one, unless a session of the plan began within ten minutes: that is it.

    Args:
        at: the aware moment at which the session began; its day is the day of the facility's zone.
        is_signed: False for a source that leaves a doubt: the session counts once ``sign_session`` was called.

    Raises:
        ValidationError: every faulty field at once; nothing is stored.
        EntryConflict: the key came before, with other content.
    """
    digest = digest_of_entry(
        at=at, status=status, plans=plans, numbers=numbers, machine=machine, particulars=particulars
    )
    session = Session(course=course, entry_key=entry_key, source_key=source_key, entry_digest=digest, logged_by=by)
    written_session(session, at=at, status=status, machine=machine, plans=plans, said=particulars)
    try:
        with transaction.atomic():
            hold(course)
            faults = faults_of(session, plans=plans, numbers=numbers)
            fractions = [] if faults else _fractions(session, plans, numbers)
            found = _standing_already(session, fractions, named=numbers is not None) if fractions else None
            if faults or found:
                # Only now it is asked whether this very entry came before; else its key would stand in its own way.
                if found := _sent_before(course, entry_key, source_key, digest) or found:
                    return found
                raise_faults(faults)
            if is_signed:
                session.signed_at, session.signed_by = timezone.now(), by
            return _store(session, fractions)
    except IntegrityError:
        # The database's own constraints speak last, should a hand have gone past the lock.
        session.pk = None
        fractions = _fractions(session, plans, numbers)
        if found := _sent_before(course, entry_key, source_key, digest) or _standing_already(
            session, fractions, named=True
        ):
            return found
        raise


def _sent_before(course: Course, entry_key: UUID | None, source_key: str | None, digest: str) -> Logged | None:
    """Return the session that this very entry made before.

    Raises:
        EntryConflict: the key is known, the content is not.
    """
    if entry_key is None and source_key is None:
        return None
    by_entry = Q(entry_key=entry_key) if entry_key else Q(pk=None)
    by_source = Q(course=course, source_key=source_key) if source_key else Q(pk=None)
    # Asked for by id alone: nearly always there is none, and a therapist waits.
    known = Session.objects.filter(by_entry | by_source).order_by().values_list("pk", "entry_key")
    ids = [pk for pk, _ in sorted(known, key=lambda row: row[1] != entry_key)]
    if not ids:
        return None
    found = Session.objects.select_related("course__facility", "logged_by").get(pk=ids[0])
    if found.entry_digest not in ("", digest) or found.course_id != course.pk:
        raise EntryConflict(
            f"This entry was saved before with other content, as the session of {when(found)}. "
            "Nothing was changed. To correct that session, open it and amend it.",
            found,
        )
    if found.cancelled_at is not None:
        return Logged(found, False, f"This entry was saved before and cancelled since: {found.amendment_reason}.")
    return Logged(found, False, f"Already saved: {sentence_of(found)}")


def _fractions(session: Session, plans: Sequence[Plan], numbers: Mapping[Plan, int | None] | None) -> list[Fraction]:
    """Return the session's fractions, unsaved; a resumption names the fraction that it completes, not standing."""
    standing = standing_numbers(session.course) if numbers is None else {}
    resumed = {one.plan_id: one.number for one in session.resumes.fractions.all()} if session.resumes else {}
    made = []
    for plan in plans:
        if plan.pk in resumed:
            number, stands = resumed[plan.pk], False
        else:
            number = next_number(standing.get(plan.pk, ())) if numbers is None else numbers.get(plan)
            stands = session.status != SessionStatus.ABORTED
        made.append(Fraction(course=session.course, session=session, plan=plan, number=number, is_standing=stands))
    return made


def _standing_already(session: Session, fractions: Sequence[Fraction], *, named: bool) -> Logged | None:
    """Return the session that delivered one of these fractions, or that began at the same time."""
    wanted = {(one.plan_id, one.number) for one in fractions if one.is_standing}
    # As above: found by narrow rows, told by whole ones.
    for pk, plan_id, number in _of_same_fractions(wanted) if named else _of_same_visit(session, fractions):
        if not named or (plan_id, number) in wanted:
            whole = Fraction.objects.select_related("session__course__facility", "session__logged_by", "plan")
            return _already(whole.get(pk=pk), len(fractions))
    return None


# Asked before every session is stored: written out, and kept planned.
_SAME_FRACTIONS = """
    SELECT id, plan_id, number FROM oncocharge_courses_fraction
     WHERE is_standing AND plan_id = ANY(%s::bigint[]) AND number = ANY(%s::int[])
     ORDER BY id
"""


def _of_same_fractions(wanted: Collection[tuple[int, int | None]]) -> list[tuple[int, int, int]]:
    plans, numbers = zip(*wanted, strict=True) if wanted else ((), ())
    return read_prepared(_SAME_FRACTIONS, [list(plans), [number for number in numbers if number is not None]])


def _of_same_visit(session: Session, fractions: Sequence[Fraction]) -> QuerySet[Fraction, tuple[int, int, int | None]]:
    rows = Fraction.objects.filter(
        course=session.course,
        is_standing=True,
        plan__in=[one.plan for one in fractions],
        session__starts_at__range=(session.starts_at - SAME_VISIT, session.starts_at + SAME_VISIT),
        session__resumes=session.resumes,
    )
    return rows.order_by("pk").values_list("pk", "plan_id", "number")


def _already(row: Fraction, count: int) -> Logged:
    others = " None of this entry was stored." if count > 1 else ""
    if row.session.signed_at is None:
        others += " It waits for a signature and earns nothing until then: open it, correct it if need be, and sign it."
    return Logged(
        row.session,
        False,
        f"{_fraction_in_words(row)} was already logged by {name_of(row.session.logged_by)}, for {when(row.session)}. "
        f"It was not logged twice.{others}",
    )


def _store(session: Session, fractions: Sequence[Fraction]) -> Logged:
    session.save(force_insert=True)
    Fraction.objects.bulk_create(fractions)
    judge_reviews(session.course_id, since=session.starts_at)
    ring(session.course_id)
    return Logged(session, True, f"Saved: {sentence_of(session, fractions)}")


def sentence_of(session: Session, fractions: Sequence[Fraction] | None = None) -> str:
    """Return the session in words: 'fraction 7 of P1, Mar 3, 09:04, logged by Kim Lee.'"""
    rows = list(session.fractions.select_related("plan")) if fractions is None else fractions
    what = " and ".join(_fraction_in_words(row) for row in rows)
    how = "" if session.status == SessionStatus.TREATED else f", {session.status}"
    return f"{what[:1].lower()}{what[1:]}{how}, {when(session)}, logged by {name_of(session.logged_by)}."


def _fraction_in_words(row: Fraction) -> str:
    return f"Fraction {row.number} of {row.plan.key}" if row.number else f"A fraction of {row.plan.key}"
