"""What a therapist should hear before saving: one sentence each. Nothing here forbids the entry.

Authorizations are known upstairs, in billing; its warning comes from there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from django.db.models import Q
from django.utils import timezone

from courses.delivery.entries import name_of
from courses.delivery.proposals import Standing, isocenters_of, next_number, sessions_of_day, standing_numbers
from courses.models import Course, Plan, Session
from courses.terms import SessionStatus
from patients.models import Coverage, Encounter, PayerPolicy
from patients.terms import CoverageRank

DEFAULT_HOURS = Decimal(6)
JUST_NOW = timedelta(minutes=15)
SAME_TIME = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Caution:
    """A stable kebab-case code and a sentence in the therapist's words."""

    code: str
    message: str


def warnings(
    *,
    course: Course,
    numbers: Mapping[Plan, int | None],
    at: datetime,
    status: SessionStatus | str = SessionStatus.TREATED,
    resumes: Session | None = None,
    isocenters: int | None = None,
    leaving_out: Session | None = None,
) -> list[Caution]:
    """Return what speaks against an entry as it stands (a fixed number of queries).

    Args:
        numbers: the plans of the entry, each with its fraction.
        isocenters: how many were treated, if the entry says so.
        leaving_out: the session that is being corrected.
    """
    at, day = at.astimezone(UTC), course.facility.day_of(at)
    standing = standing_numbers(course, leaving_out=leaving_out)
    said = [] if resumes else _about_numbers(numbers, standing)
    said += _about_plans(numbers, day)
    said += _about_isocenters(list(numbers), isocenters)
    said += _about_course(course, day)
    said += _about_coverage(course, day)
    said += _about_stay(course, day)
    today = [one for one in sessions_of_day(course, day) if one != leaving_out]
    if resumes is None and status != SessionStatus.ABORTED:
        said += _about_gap(course, today, at)
    said += _about_colleagues([one for one in today if one != resumes], at, timezone.now())
    return said


def minimum_hours(course: Course, day: date) -> Decimal:
    """Return the hours that the primary payer wants between two sessions of a day (one query)."""
    on_day = Q(effective_from__lte=day) & (Q(effective_to__isnull=True) | Q(effective_to__gte=day))
    covered = Q(payer__coverages__patient_id=course.patient_id, payer__coverages__rank=CoverageRank.PRIMARY)
    covered &= Q(payer__coverages__effective_from__lte=day)
    covered &= Q(payer__coverages__effective_to__isnull=True) | Q(payer__coverages__effective_to__gte=day)
    hours = (
        PayerPolicy.objects.filter(on_day & covered).values_list("minimum_hours_between_sessions", flat=True).first()
    )
    return DEFAULT_HOURS if hours is None else hours


def gap_in_words(gap: timedelta) -> str:
    """Return a gap as a therapist reads it: '5 h 40 min'."""
    minutes = int(gap.total_seconds()) // 60
    return f"{minutes // 60} h {minutes % 60:02d} min" if minutes >= 60 else f"{minutes} min"  # noqa: PLR2004


def _about_numbers(numbers: Mapping[Plan, int | None], standing: Standing) -> list[Caution]:
    said = []
    for plan, number in numbers.items():
        expected = next_number(standing.get(plan.pk, ()))
        if number is not None and number != expected:
            said.append(
                Caution(
                    "not-the-next-fraction",
                    f"Fraction {number} of {plan.key} is not the next one, which is {expected}.",
                )
            )
        if (beyond := beyond_prescription(plan, number)) is not None:
            said.append(beyond)
    return said


def beyond_prescription(plan: Plan, number: int | None) -> Caution | None:
    """Say that the plan prescribes fewer fractions than this; nothing where it does not."""
    if plan.fractions is None or number is None or number <= plan.fractions:
        return None
    message = f"Fraction {number} of {plan.key} is beyond the {plan.fractions} prescribed."
    return Caution("beyond-prescription", message)


def _about_plans(numbers: Mapping[Plan, int | None], day: date) -> list[Caution]:
    said = []
    for plan in numbers:
        if plan.approved_on is None:
            said.append(Caution("plan-not-approved", f"Plan {plan.key} is not approved by a physician."))
        elif plan.approved_on > day:
            said.append(
                Caution("plan-not-approved", f"Plan {plan.key} was approved on {plan.approved_on}, after this day.")
            )
        if plan.retired_on is not None and plan.retired_on < day:
            said.append(Caution("plan-retired", f"Plan {plan.key} was retired on {plan.retired_on}."))
    return said


def _about_course(course: Course, day: date) -> list[Caution]:
    if course.closed_on is not None and course.closed_on < day:
        return [Caution("course-closed", f"The course was closed on {course.closed_on}.")]
    if day < course.opened_on:
        return [Caution("before-the-course", f"The course was opened on {course.opened_on}, after this day.")]
    return []


def _about_isocenters(plans: Sequence[Plan], treated: int | None) -> list[Caution]:
    planned = isocenters_of(plans)
    if treated is None or planned is None or treated == planned:
        return []
    return [
        Caution("isocenters-not-as-planned", f"The entry says {_isocenters(treated)}, the plans say {planned}."),
    ]


def _isocenters(count: int) -> str:
    return "1 isocenter" if count == 1 else f"{count} isocenters"


def _about_coverage(course: Course, day: date) -> list[Caution]:
    """Say that nobody is asked first for what is done that day (one query)."""
    rows = Coverage.objects.filter(patient=course.patient_id, rank=CoverageRank.PRIMARY)
    found = list(rows.values_list("payer__name", "effective_from", "effective_to").order_by("effective_from"))
    if any(first <= day and (last is None or last >= day) for _, first, last in found):
        return []
    ended = [(payer, last) for payer, _, last in found if last is not None and last < day]
    if not ended:
        return [Caution("no-coverage", "No coverage of the patient is entered for this day.")]
    payer, last = max(ended, key=lambda row: row[1])
    return [Caution("coverage-ended", f"The coverage by {payer} ended on {last}; none is entered for this day.")]


def _about_stay(course: Course, day: date) -> list[Caution]:
    """Say that the practice system has the patient in hospital: what the entry itself says is another's to tell.

    A stay makes the sessions of its days an inpatient's as long as it stands; were it copied into them, a discharge
    that is told late would not free them.
    """
    stays = Encounter.objects.filter(patient=course.patient_id, is_inpatient=True, starts_on__lte=day)
    if not stays.exclude(ends_on__lt=day).exists():
        return []
    return [Caution("inpatient-stay", "The patient is recorded as an inpatient of this day.")]


def _about_gap(course: Course, today: Sequence[Session], at: datetime) -> list[Caution]:
    beamed = [one.starts_at for one in today if one.status != SessionStatus.ABORTED]
    if not beamed:
        return []
    gap = min(abs(at - moment) for moment in beamed)
    hours = minimum_hours(course, course.facility.day_of(at))
    if gap >= timedelta(hours=float(hours)):
        return []
    return [
        Caution(
            "under-minimum-gap",
            f"Only {gap_in_words(gap)} from the other session of this day; the payer wants {hours.normalize():f} h.",
        )
    ]


def _about_colleagues(today: Sequence[Session], at: datetime, now: datetime) -> list[Caution]:
    """Say that a session of about this time was logged minutes ago: most likely it is this one."""
    fresh = [one for one in today if one.logged_at >= now - JUST_NOW and abs(one.starts_at - at) < SAME_TIME]
    return [
        Caution(
            "just-logged", f"{name_of(one.logged_by)} logged a session of this patient {_ago(now - one.logged_at)}."
        )
        for one in fresh[-1:]
    ]


def _ago(span: timedelta) -> str:
    minutes = int(span.total_seconds()) // 60
    if minutes < 1:
        return "less than a minute ago"
    return "1 minute ago" if minutes == 1 else f"{minutes} minutes ago"
