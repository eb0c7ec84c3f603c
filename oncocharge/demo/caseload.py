"""Sixty invented courses, drawn from a fixed seed: sites, fractions and techniques as departments report them.

Pure: no database and no clock; the day on which the demo is "today" is given. Mix of sites and
fractions after the figures of published case mixes; the rates of troubles are chosen so that
every kind of finding can be met on the worklist.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

SEED = 20260105
PAST_COURSES = 46
CURRENT_COURSES = 14
FIRST_DAY = date(2025, 1, 6)

FIRST_NAMES = (
    "Alma", "Bruno", "Celia", "Dario", "Edith", "Felix", "Greta", "Hugo", "Iris", "Jonas", "Klara", "Leon", "Mona",
    "Nils", "Olga", "Pablo", "Rita", "Simon", "Tilda", "Uwe", "Vera", "Walter", "Yara", "Zeno",
)  # fmt: skip
LAST_NAMES = (
    "Ashby", "Birch", "Calder", "Denholm", "Eastman", "Farrow", "Granger", "Holt", "Ingram", "Jessop", "Kendal",
    "Lowry", "Marlow", "Norcross", "Oakes", "Penrose", "Quill", "Rowan", "Selby", "Thorne", "Upton", "Vance",
    "Wexford", "Yarrow", "Zeller", "Ambrose", "Bexley", "Corbin", "Dunmore", "Ellery",
)  # fmt: skip

# site: share, diagnosis, ((fractions, weight), ...), share of VMAT, otherwise
SITES: tuple[tuple[str, float, str, tuple[tuple[int, float], ...], float, str], ...] = (
    ("breast", 0.25, "C50.911", ((15, 0.5), (20, 0.2), (25, 0.2), (5, 0.1)), 0.35, "conformal_3d"),
    ("bone", 0.17, "C79.51", ((10, 0.35), (5, 0.5), (15, 0.15)), 0.3, "conformal_3d"),
    ("prostate", 0.14, "C61", ((28, 0.5), (20, 0.3), (39, 0.2)), 0.95, "sbrt"),
    ("lung", 0.12, "C34.11", ((30, 0.6), (15, 0.4)), 0.8, "sbrt"),
    ("head_neck", 0.10, "C10.9", ((33, 0.75), (30, 0.25)), 1.0, "imrt"),
    ("brain", 0.09, "C71.1", ((30, 0.6), (10, 0.4)), 0.8, "conformal_3d"),
    ("rectum", 0.07, "C20", ((25, 0.7), (5, 0.3)), 0.8, "conformal_3d"),
    ("cervix", 0.06, "C53.9", ((25, 1.0),), 0.9, "imrt"),
)
TROUBLES = (
    "partial", "aborted", "nodes", "motion_without_record", "late_approval", "beyond", "second_session",
    "too_close", "no_isocenters", "no_dvh", "no_diagnosis", "replan", "twice_daily", "resumed", "forward",
)  # fmt: skip
SATURDAY = 5
MISSED_DAYS = 0.03


@dataclass
class SessionCase:
    """One session to be."""

    at: datetime
    status: str = "treated"
    reason: str = ""
    resumes_previous: bool = False
    number: int | None = None
    plan: int = 0
    motion: str = ""
    motion_record_complete: bool | None = None


@dataclass
class PlanCase:
    """One plan to be; ``values`` are the model's fields that differ from the defaults."""

    key: str
    approved_on: date | None
    values: dict[str, object] = field(default_factory=dict)


@dataclass
class CourseCase:
    """One patient with one course."""

    number: int
    first_name: str
    last_name: str
    sex: str
    birth_date: date
    payer: int
    physician: int
    machine: int
    diagnosis: str
    site: str
    opened_on: date
    closed_on: date | None
    plans: list[PlanCase]
    sessions: list[SessionCase]
    slot: time
    is_current: bool


def draw_caseload(today: date) -> list[CourseCase]:
    """Return the same sixty courses for the same day: most over, fourteen under treatment."""
    dice = random.Random(SEED)  # invented patients, not secrets
    cases = [_past_course(dice, number, today) for number in range(PAST_COURSES)]
    cases += [_current_course(dice, number, today) for number in range(PAST_COURSES, PAST_COURSES + CURRENT_COURSES)]
    return cases


def _past_course(dice: random.Random, number: int, today: date) -> CourseCase:
    last = max(today - timedelta(days=75), FIRST_DAY + timedelta(days=400))
    start = FIRST_DAY + (last - FIRST_DAY) * number // PAST_COURSES
    case = _course(dice, number, weekday_from(start), today, is_current=False)
    _trouble(case, TROUBLES[number % len(TROUBLES)])
    return case


def _current_course(dice: random.Random, number: int, today: date) -> CourseCase:
    days_ago = 4 + 2 * (number - PAST_COURSES)
    return _course(dice, number, weekday_from(today - timedelta(days=days_ago)), today, is_current=True)


def _course(dice: random.Random, number: int, start: date, today: date, *, is_current: bool) -> CourseCase:
    weights = [row[1] for row in SITES]
    site, _, diagnosis, lengths, vmat_share, other = dice.choices(SITES, weights)[0]
    fractions = dice.choices([count for count, _ in lengths], [weight for _, weight in lengths])[0]
    technique = "vmat" if dice.random() < vmat_share else other
    if technique == "sbrt":
        fractions = 5
    if is_current:
        fractions = max(fractions, 25 if technique != "sbrt" else 5)
        technique = "vmat" if technique == "sbrt" else technique
    slot = time(8 + (number % 14) // 2, 30 * (number % 2))
    plan = PlanCase("P1", start - timedelta(days=3), _plan_values(dice, site, technique, fractions))
    weekdays = "12345"
    if is_current and today.weekday() >= SATURDAY:
        # So that a tour on a weekend finds patients on the machine, and no day before it looks missed.
        weekdays = plan.values["weekdays"] = f"{weekdays}{today.isoweekday()}"
    sessions = _daily(dice, start, fractions, slot, today=today, weekdays=weekdays)
    return CourseCase(
        number=number, first_name=FIRST_NAMES[number % len(FIRST_NAMES)],
        last_name=LAST_NAMES[number % len(LAST_NAMES)],
        sex="M" if site == "prostate" else "F" if site in {"breast", "cervix"} else dice.choice("FM"),
        birth_date=date(1938 + dice.randrange(45), 1 + dice.randrange(12), 1 + dice.randrange(28)),
        payer=dice.choices(range(5), (0.4, 0.15, 0.25, 0.08, 0.12))[0], physician=number % 2, machine=number % 2,
        diagnosis=diagnosis, site=site, opened_on=start - timedelta(days=12),
        closed_on=None if is_current or not sessions else sessions[-1].at.date() + timedelta(days=2),
        plans=[plan], sessions=sessions, slot=slot, is_current=is_current,
    )  # fmt: skip


def _plan_values(dice: random.Random, site: str, technique: str, fractions: int) -> dict[str, object]:
    values: dict[str, object] = {"site": site, "technique": technique, "fractions": fractions, "isocenters": 1}
    values |= (
        {"static_fields": 9}
        if technique == "imrt"
        else {"static_fields": 4}
        if technique == "conformal_3d"
        else {"arcs": 2}
    )
    if site == "breast":
        values["laterality"] = dice.choice(("left", "right"))
    values["default_guidance"] = "kv" if technique == "conformal_3d" else "cbct"
    return values


def _daily(
    dice: random.Random, start: date, fractions: int, slot: time, *, today: date, weekdays: str
) -> list[SessionCase]:
    sessions: list[SessionCase] = []
    day = start
    while len(sessions) < fractions and day < today:
        if str(day.isoweekday()) in weekdays and dice.random() > MISSED_DAYS:  # a missed day now and then
            minute = dice.randrange(-6, 12)
            at = datetime.combine(day, slot) + timedelta(minutes=minute)
            sessions.append(SessionCase(at, number=len(sessions) + 1))
        day += timedelta(days=1)
    return sessions


def weekday_from(day: date) -> date:
    """Return the day, or the Monday after a weekend."""
    return day + timedelta(days=(7 - day.weekday()) % 7) if day.weekday() >= SATURDAY else day


def _trouble(case: CourseCase, kind: str) -> None:
    """Give the course one trouble of the kind, so that each kind of finding is met."""
    if kind in PLAN_TROUBLES:
        case.plans[0].values.update(PLAN_TROUBLES[kind])
    else:
        STORIES[kind](case)


def _partial(case: CourseCase) -> SessionCase:
    middle = case.sessions[len(case.sessions) // 2]
    middle.status, middle.reason = "partial", "Machine fault"
    return middle


def _tell_partial(case: CourseCase) -> None:
    _partial(case)


def _tell_resumed(case: CourseCase) -> None:
    middle = _partial(case)
    after = SessionCase(middle.at + timedelta(hours=2), resumes_previous=True, number=middle.number)
    case.sessions.insert(case.sessions.index(middle) + 1, after)


def _tell_aborted(case: CourseCase) -> None:
    middle = case.sessions[len(case.sessions) // 2]
    middle.status, middle.reason, middle.number = "aborted", "Patient unwell", None
    standing = [session for session in case.sessions if session.status != "aborted"]
    for number, session in enumerate(standing, 1):
        session.number = number


def _tell_second_session(case: CourseCase) -> None:
    _second(case, hours=7)


def _tell_too_close(case: CourseCase) -> None:
    _second(case, hours=2)


def _second(case: CourseCase, *, hours: int) -> None:
    last = case.sessions[-1]
    case.sessions.append(SessionCase(last.at + timedelta(hours=hours), number=len(case.sessions) + 1))


def _tell_motion_without_record(case: CourseCase) -> None:
    middle = case.sessions[len(case.sessions) // 2]
    middle.motion, middle.motion_record_complete = "breath_hold", False


def _tell_late_approval(case: CourseCase) -> None:
    case.plans[0].approved_on = case.sessions[2].at.date()


def _tell_beyond(case: CourseCase) -> None:
    case.plans[0].values["fractions"] = len(case.sessions) - 1


def _tell_no_diagnosis(case: CourseCase) -> None:
    case.diagnosis = ""


def _tell_twice_daily(case: CourseCase) -> None:
    case.plans[0].values["sessions_per_day"] = 2
    for first, second in zip(case.sessions[::2], case.sessions[1::2], strict=False):
        second.at = first.at + timedelta(hours=6, minutes=30)


def _tell_replan(case: CourseCase) -> None:
    cut = len(case.sessions) // 2
    values = {**case.plans[0].values, "kind": "replan", "necessity_documented": case.number % 2 == 0}
    values["fractions"] = len(case.sessions) - cut
    case.plans.append(PlanCase("P2", case.sessions[cut].at.date() - timedelta(days=1), values))
    for number, session in enumerate(case.sessions[cut:], 1):
        session.plan, session.number = 1, number


PLAN_TROUBLES: dict[str, dict[str, object]] = {
    "nodes": {"includes_nodes": True},
    "no_isocenters": {"isocenters": None},
    "no_dvh": {"dvh_documented": False},
    "forward": {"planning_method": "forward"},
}
STORIES: dict[str, Callable[[CourseCase], None]] = {
    "partial": _tell_partial,
    "aborted": _tell_aborted,
    "resumed": _tell_resumed,
    "second_session": _tell_second_session,
    "too_close": _tell_too_close,
    "motion_without_record": _tell_motion_without_record,
    "late_approval": _tell_late_approval,
    "beyond": _tell_beyond,
    "no_diagnosis": _tell_no_diagnosis,
    "replan": _tell_replan,
    "twice_daily": _tell_twice_daily,
}
