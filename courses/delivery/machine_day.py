"""What a machine has to do on a day: who is due, who was treated, which fraction comes next.

Due is who has a living plan on the machine whose weekdays name the day. The same few statements
are asked however many patients there are.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any, cast

from django.contrib.auth.models import User
from django.db.models import Count, OuterRef, Prefetch, Q, QuerySet, Subquery, Sum

from courses.delivery.proposals import FRACTIONS, Standing, due_plans, is_open_partial, next_number
from courses.models import Absence, Course, Fraction, Machine, Plan, Session
from courses.terms import SessionStatus
from patients.prepared import read_prepared

LAST = time.max


class RowState(StrEnum):
    """How a patient's day at the machine stands."""

    DUE = "due"
    SECOND_DUE = "second due"
    TREATED = "treated"
    PARTIAL = "partial"
    ABORTED = "aborted"
    NO_SHOW = "no show"
    NOT_DUE = "not due"


@dataclass(frozen=True, slots=True)
class NextFraction:
    """The fraction of a plan that comes next, of how many."""

    plan: Plan
    number: int

    @property
    def is_beyond(self) -> bool:
        """Whether it lies beyond the prescription."""
        return self.plan.fractions is not None and self.number > self.plan.fractions


@dataclass(frozen=True, slots=True)
class DayRow:
    """One course on the machine's day."""

    course: Course
    state: RowState
    usual_time: time | None
    """When the patient usually comes: as planned, else as the last time; None if neither is known."""
    coming: tuple[NextFraction, ...]
    """What the next session would deliver; empty when all is delivered or nothing has begun."""
    sessions: tuple[Session, ...]
    """The day's sessions that stand, on whichever machine."""
    absence: Absence | None = None
    """Why the patient did not come; None once a session says otherwise."""


@dataclass(frozen=True, slots=True)
class MachineDay:
    """The day's list in order of time, and who else has a course on this machine but is not due."""

    machine: Machine
    day: date
    rows: tuple[DayRow, ...]
    others: tuple[DayRow, ...]


def machine_day(*, machine: Machine, day: date) -> MachineDay:
    """Return the machine's list of a day (eight queries)."""
    rows = _rows(_listed(machine, day), day, machine)
    listed = [row for row in rows if row.state != RowState.NOT_DUE]
    return MachineDay(machine, day, tuple(listed), tuple(row for row in rows if row.state == RowState.NOT_DUE))


def state_of_day(*, machine: Machine, day: date) -> str:
    """Return a word that changes whenever anything on the machine's list does (one statement).

    Every change of what was planned or delivered raises its course's revision, whoever made it and however.
    """
    found = _listed(machine, day).aggregate(courses=Count("pk"), revisions=Sum("revision"), patients=Sum("pk"))
    return f"{found['courses']}.{found['patients'] or 0}.{found['revisions'] or 0}"


def _listed(machine: Machine, day: date) -> QuerySet[Course]:
    facility = machine.facility
    here = Q(machine=machine) | Q(machine__isnull=True, course__facility=facility)
    open_then = Q(course__opened_on__lte=day) & (Q(course__closed_on__isnull=True) | Q(course__closed_on__gte=day))
    planned = Plan.objects.filter(here & open_then).exclude(retired_on__lt=day).values("course_id")
    treated = Session.objects.filter(machine=machine, treated_on=day, cancelled_at__isnull=True).values("course_id")
    return Course.objects.filter(Q(pk__in=planned) | Q(pk__in=treated))


def row_of_course(*, course: Course, machine: Machine, day: date) -> DayRow:
    """Return one course's row of the machine's day: one narrow statement beside the plans, if nobody read them yet.

    A therapist waits for it after each session, so it reads no more than the row shows.
    """
    plans = {plan.pk: plan for plan in course.plans.all()}
    sessions: dict[int, Session] = {}
    delivered: defaultdict[int, list[Fraction]] = defaultdict(list)
    standing: defaultdict[int, list[int | None]] = defaultdict(list)
    last_at = None
    for *shown, fraction_id, plan_id, number, is_standing in _delivered(course):
        if is_standing:
            standing[plan_id].append(number)
        session_id, _machine_id, starts_at, treated_on = shown[:4]
        if treated_on < day:
            last_at = starts_at
        if treated_on != day:
            continue
        if session_id not in sessions:
            sessions[session_id] = _shown_session(shown, course, machine)
        if fraction_id is not None:
            one = Fraction(pk=fraction_id, course=course, plan=plans[plan_id], number=number, is_standing=is_standing)
            delivered[session_id].append(one)
    for session_id, session in sessions.items():
        _tell_fractions(session, sorted(delivered[session_id], key=lambda one: _order_of(one.plan)))
    of_the_day = list(sessions.values())
    return _row(course, of_the_day, standing, day=day, machine=machine, last_before=lambda: last_at)


# In the order of the model's fields, as ``from_db`` wants them; then who logged it, then each fraction.
_SHOWN = (
    "id", "machine_id", "starts_at", "treated_on", "status", "status_reason", "resumes_id", "logged_by_id", "signed_at",
)  # fmt: skip
_DELIVERED = f"""
    SELECT {", ".join(f"s.{column}" for column in _SHOWN)}, u.username, u.first_name, u.last_name,
           f.id, f.plan_id, f.number, f.is_standing
      FROM oncocharge_courses_session s
      LEFT JOIN auth_user u ON u.id = s.logged_by_id
      LEFT JOIN oncocharge_courses_fraction f ON f.session_id = s.id
     WHERE s.course_id = %s AND s.cancelled_at IS NULL
     ORDER BY s.starts_at, s.id
"""


def _delivered(course: Course) -> Iterable[tuple[Any, ...]]:
    """Return the course's sessions that stand, in order of time, each once for every fraction of it."""
    return read_prepared(_DELIVERED, [course.pk])


def _shown_session(values: Sequence[Any], course: Course, machine: Machine) -> Session:
    session = Session.from_db("default", _SHOWN, values[: len(_SHOWN)])
    session.course = course
    if session.machine_id == machine.pk:
        session.machine = machine
    if session.logged_by_id is not None:
        username, first_name, last_name = values[len(_SHOWN) :]
        session.logged_by = User(pk=session.logged_by_id, username=username, first_name=first_name, last_name=last_name)
    return session


def _tell_fractions(session: Session, fractions: list[Fraction]) -> None:
    """Let ``session.fractions.all()`` answer these without asking, as a prefetch would."""
    found = session.fractions.all()
    found._result_cache = fractions
    session._prefetched_objects_cache = {"fractions": found}  # type: ignore[attr-defined]  # Django's own name for it


def _order_of(plan: Plan) -> tuple[date, int]:
    return plan.approved_on or date.max, plan.pk


def _rows(courses: QuerySet[Course], day: date, machine: Machine) -> list[DayRow]:
    before = Session.objects.filter(course=OuterRef("pk"), treated_on__lt=day, cancelled_at__isnull=True)
    found = courses.select_related("patient", "facility").prefetch_related(
        "plans",
        Prefetch(
            "sessions",
            Session.objects.filter(treated_on=day, cancelled_at__isnull=True)
            .select_related("logged_by", "machine")
            .prefetch_related(FRACTIONS)
            .order_by("starts_at", "pk"),
            to_attr="of_the_day",
        ),
        Prefetch("absences", Absence.objects.filter(missed_on=day, undone_at__isnull=True), to_attr="missed"),
        Prefetch("delivered_fractions", Fraction.objects.filter(is_standing=True), to_attr="standing"),
    )
    found = found.annotate(last_at=Subquery(before.order_by("-starts_at").values("starts_at")[:1]))
    rows = [_listed_row(course, day, machine) for course in found]
    return sorted(rows, key=lambda row: (row.usual_time or LAST, row.course.patient.last_name, row.course.pk))


def _listed_row(course: Course, day: date, machine: Machine) -> DayRow:
    standing: dict[int, list[int | None]] = defaultdict(list)
    for fraction in cast(list[Fraction], course.standing):  # type: ignore[attr-defined]  # prefetched above
        standing[fraction.plan_id].append(fraction.number)
    sessions = cast(list[Session], course.of_the_day)  # type: ignore[attr-defined]  # prefetched above
    (absence,) = cast(list[Absence], course.missed)[:1] or (None,)  # type: ignore[attr-defined]  # prefetched above
    last_at = cast(datetime | None, course.last_at)  # type: ignore[attr-defined]  # annotated above
    row = _row(course, sessions, standing, day=day, machine=machine, last_before=lambda: last_at)
    is_missed = absence is not None and not row.sessions
    return replace(row, state=RowState.NO_SHOW, absence=absence) if is_missed else row


def _row(
    course: Course,
    of_the_day: Sequence[Session],
    standing: Standing,
    *,
    day: date,
    machine: Machine,
    last_before: Callable[[], datetime | None],
) -> DayRow:
    """Return the row; ``last_before`` is asked only where no plan names the usual time."""
    every = list(course.plans.all())
    mine = {plan.pk for plan in every if plan.machine_id in (None, machine.pk)}
    sessions = [
        one
        for one in of_the_day
        if one.machine_id == machine.pk or any(fraction.plan_id in mine for fraction in one.fractions.all())
    ]
    # Of all its plans: what is due here may have been replaced by a plan of another machine, or wait for one there.
    due = [plan for plan in due_plans(every, standing, day) if plan.pk in mine]
    on_weekday = [plan for plan in due if str(day.isoweekday()) in plan.weekdays]
    state = _state(sessions, due, is_due=bool(on_weekday))
    return DayRow(
        course=course,
        state=state,
        usual_time=_usual_time(course, due, sessions, last_before),
        coming=_coming(state, sessions, on_weekday or due, standing),
        sessions=tuple(sessions),
    )


def _state(sessions: Sequence[Session], due: Sequence[Plan], *, is_due: bool) -> RowState:
    if not sessions:
        return RowState.DUE if is_due else RowState.NOT_DUE
    if _open_partial(sessions):
        return RowState.PARTIAL
    done = sum(one.status != SessionStatus.ABORTED and one.resumes_id is None for one in sessions)
    if done >= _per_day(sessions, due) or not due:
        return RowState.TREATED
    return RowState.ABORTED if sessions[-1].status == SessionStatus.ABORTED else RowState.SECOND_DUE


def _per_day(sessions: Iterable[Session], due: Iterable[Plan]) -> int:
    delivered = [fraction.plan for one in sessions for fraction in one.fractions.all()]
    return max((plan.sessions_per_day for plan in (*delivered, *due)), default=1)


def _open_partial(sessions: Sequence[Session]) -> Session | None:
    return next((one for one in reversed(sessions) if is_open_partial(one, sessions)), None)


def _coming(
    state: RowState, sessions: Sequence[Session], due: Iterable[Plan], standing: Standing
) -> tuple[NextFraction, ...]:
    partial = _open_partial(sessions) if state == RowState.PARTIAL else None
    if partial is not None:
        return tuple(NextFraction(fraction.plan, fraction.number or 1) for fraction in partial.fractions.all())
    return tuple(NextFraction(plan, next_number(standing.get(plan.pk, ()))) for plan in due)


def _usual_time(
    course: Course, due: Iterable[Plan], sessions: Sequence[Session], last_before: Callable[[], datetime | None]
) -> time | None:
    planned = [plan.usual_time for plan in due if plan.usual_time is not None]
    if planned:
        return min(planned)
    moment = last_before() or (sessions[0].starts_at if sessions else None)
    return moment.astimezone(course.facility.zone).time() if moment else None
