"""What counts as one session: each arrival once, resumed pairs joined, fractions numbered (S2, S4, S9, S10).

Pure counting over the sessions of a course, whatever codes they earn and whoever bills; delivery.py judges them.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from billing.rules.facts import PlanFacts, SessionFacts
from courses.terms import MotionManagement, SessionStatus


@dataclass(frozen=True, slots=True)
class DeliveredSession:
    """A session in which beam was delivered, with the resumptions of its own day.

    ``key`` and ``at`` are the first part's. ``plans`` are in the order of the file, ``fraction_numbers`` go with them.
    """

    key: str
    at: datetime
    on: date
    ordinal: int
    parts: tuple[SessionFacts, ...]
    plans: tuple[PlanFacts, ...]
    fraction_numbers: tuple[int, ...]
    is_partial: bool
    is_inpatient: bool

    @property
    def mixes_electrons(self) -> bool:
        """Whether the record of any part says that photons were mixed with electrons."""
        return any(part.mixed_electrons for part in self.parts)

    @property
    def likeness(self) -> tuple[tuple[object, ...], ...]:
        """All that two sessions of one course must share to be classified alike in one era and under one policy."""
        return tuple(
            (
                part.plans,
                part.active_motion_management,
                part.motion_record_complete,
                part.isocenters,
                part.mixed_electrons,
            )
            for part in self.parts
        )

    def parts_with_motion(self) -> list[SessionFacts]:
        """Return the parts whose beam was controlled against motion: as the session states it, else its plans (L6)."""
        moving = {plan.key for plan in self.plans if plan.active_motion_management is not MotionManagement.NONE}
        return [
            part
            for part in self.parts
            if (
                part.active_motion_management is not MotionManagement.NONE
                if part.active_motion_management is not None
                else not moving.isdisjoint(part.plans)
            )
        ]


@dataclass(frozen=True, slots=True)
class SessionCount:
    """The sessions of a course as the rules count them, by time, and those that are none of their own."""

    delivered: tuple[DeliveredSession, ...]
    resumed_another_day: tuple[SessionFacts, ...]
    repeated_otherwise: tuple[SessionFacts, ...]


def count_sessions(sessions: Iterable[SessionFacts], plans: Mapping[str, PlanFacts]) -> SessionCount:
    """Join and number the sessions of a course.

    1. A session that arrived twice (same key, same time) is one; the first arrival stands (S10).
    2. An aborted session delivered nothing: it is no session, and completes nothing (S2, S4).
    3. A resumption joins the partial session that it names if both are of one day (S4).
    4. A resumption on another day is no session of its own; the first stays partial (S4).
    5. Fractions are numbered by plan over what is left, unless the record numbers them (S9).
    """
    once, otherwise = once_each(sessions)
    with_beam: dict[str, SessionFacts] = {}
    root_of: dict[str, str | None] = {}
    groups: dict[str, list[SessionFacts]] = {}
    strays: list[SessionFacts] = []
    for session in once:
        if session.status is SessionStatus.ABORTED:
            continue
        resumed = with_beam.get(session.resumes) if session.resumes is not None else None
        with_beam[session.key] = session
        root = _root(session, resumed, root_of)
        root_of[session.key] = root
        if root is None:
            strays.append(session)
        else:
            groups.setdefault(root, []).append(session)
    return SessionCount(tuple(_numbered(groups.values(), plans)), tuple(strays), otherwise)


def once_each(sessions: Iterable[SessionFacts]) -> tuple[list[SessionFacts], tuple[SessionFacts, ...]]:
    """Return each session once, by time; and the repeats that tell another story than their first arrival.

    >>> first = SessionFacts("rv-551", datetime(2026, 5, 19, 9), ("P1",))
    >>> once, otherwise = once_each([first, replace(first, ordinal=1)])
    >>> len(once), otherwise
    (1, ())
    """
    seen: dict[str, SessionFacts] = {}
    otherwise: list[SessionFacts] = []
    for session in sorted(sessions, key=lambda session: (session.at, session.ordinal)):
        first = seen.setdefault(session.key, session)
        if first is not session and replace(session, ordinal=first.ordinal) != first:
            otherwise.append(session)
    return list(seen.values()), tuple(otherwise)


def _root(session: SessionFacts, resumed: SessionFacts | None, root_of: Mapping[str, str | None]) -> str | None:
    """Return the key of the session that this one belongs to; ``None`` if it completes one of another day."""
    if resumed is None or resumed.status is not SessionStatus.PARTIAL:
        return session.key
    return root_of[resumed.key] if resumed.on == session.on else None


def _numbered(groups: Iterable[Sequence[SessionFacts]], plans: Mapping[str, PlanFacts]) -> Iterable[DeliveredSession]:
    treated: Counter[str] = Counter()
    in_order: dict[tuple[str, ...], tuple[PlanFacts, ...]] = {}
    for parts in groups:
        first = parts[0]
        keys = first.plans if len(parts) == 1 else tuple({key: None for part in parts for key in part.plans})
        given = next((part.fraction for part in parts if part.fraction is not None), None)
        treated.update(keys)
        of_session = in_order.get(keys)
        if of_session is None:
            of_session = tuple(sorted((plans[key] for key in keys), key=lambda plan: (plan.ordinal, plan.key)))
            in_order[keys] = of_session
        yield DeliveredSession(
            key=first.key,
            at=first.at,
            on=first.at.date(),
            ordinal=first.ordinal,
            parts=tuple(parts),
            plans=of_session,
            fraction_numbers=tuple(treated[plan.key] if given is None else given for plan in of_session),
            is_partial=all(part.status is SessionStatus.PARTIAL for part in parts),
            is_inpatient=any(part.inpatient for part in parts),
        )
