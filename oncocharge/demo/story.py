"""Writes the demo: rows of the department and the caseload, then all the real steps: capture to payment."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone

from billing.capture import sweep
from billing.reconciliation.proving import prove_and_keep
from billing.submission import export_claims
from billing.worklist import Filters, LineState, lines, release
from courses.models import ClinicalEvent, Course, CourseDiagnosis, Fraction, Plan, Session
from courses.planning.signature import write_signature
from oncocharge.demo.answers import answer_files
from oncocharge.demo.around import draw_events, draw_unreviewed
from oncocharge.demo.caseload import FIRST_DAY, CourseCase, SessionCase, draw_caseload
from oncocharge.demo.department import Department, build_department
from oncocharge.demo.questions import hold_and_ask
from patients.models import Coverage, Facility, Patient

REVIEWED_UNTIL_DAYS = 14
SENT_AT = time(20, 0)


def is_written() -> bool:
    """Whether the demo's rows are there (they come in one transaction, or not at all)."""
    return Facility.objects.filter(name="Lakeside Radiation Center", machines__name="Linac 2").exists()


@transaction.atomic
def write_rows(today: date) -> int:
    """Write the department and its courses; return how many patients."""
    department = build_department()
    cases = draw_caseload(today)
    for case in cases:
        _write_case(case, department, today)
    return len(cases)


def _write_case(case: CourseCase, department: Department, today: date) -> None:
    patient = Patient.objects.create(
        mrn=f"DEMO-{case.number + 1:04d}", last_name=case.last_name, first_name=case.first_name,
        birth_date=case.birth_date, sex=case.sex, street=f"{10 + case.number} Elm Street",
        city="Springfield", state="MA", zip_code="01103",
    )  # fmt: skip
    Coverage.objects.create(
        patient=patient, payer=department.payers[case.payer], member_id=f"M{100000 + case.number * 37}",
        effective_from=date(2024, 1, 1),
    )  # fmt: skip
    course = Course.objects.create(
        patient=patient, facility=department.facility, physician=department.physicians[case.physician],
        title=f"{case.site.replace('_', ' ').capitalize()}, course 1",
        opened_on=case.opened_on, closed_on=case.closed_on,
    )  # fmt: skip
    if case.diagnosis:
        CourseDiagnosis.objects.create(course=course, position=1, code=case.diagnosis)
    plans = [_write_plan(case, index, course, department) for index in range(len(case.plans))]
    _write_sessions(case, course, plans, department, draw_unreviewed(case, today))
    _write_events(case, course, department)


def _write_plan(case: CourseCase, index: int, course: Course, department: Department) -> Plan:
    plan = case.plans[index]
    signed: dict[str, object] = {}
    if plan.approved_on:
        moment = datetime.combine(plan.approved_on, case.slot, department.facility.zone)
        signed = {"approved_on": plan.approved_on, "approved_at": moment, "approved_by": department.staff["dana"]}
    made = Plan.objects.create(
        course=course, key=plan.key, machine=department.machines[case.machine], usual_time=case.slot,
        **{"new_planning_ct": True, **plan.values, **signed},
    )  # fmt: skip
    if signed:
        write_signature(made)
    return made


def _write_events(case: CourseCase, course: Course, department: Department) -> None:
    entered_by = {"physician": "dana", "physicist": "phil", "therapist": "tess", "nurse_practitioner": "dana"}
    ClinicalEvent.objects.bulk_create(
        ClinicalEvent(
            course=course, family=event.family, happened_on=event.on, performer=event.performer, site=event.site,
            documented=event.is_documented, entered_by=department.staff[entered_by[event.performer]],
        )
        for event in draw_events(case)
    )  # fmt: skip


def _write_sessions(
    case: CourseCase, course: Course, plans: list[Plan], department: Department, unreviewed: set[int]
) -> None:
    therapist = department.staff["tess" if case.machine == 0 else "theo"]
    rows: list[Session] = []
    for place, session in enumerate(case.sessions):
        starts_at = session.at.replace(tzinfo=department.facility.zone).astimezone(UTC)
        row = Session(
            course=course, machine=department.machines[case.machine], starts_at=starts_at, treated_on=session.at.date(),
            status=session.status, status_reason=session.reason,
            guidance=plans[session.plan].default_guidance or "none",
            guidance_reviewed=place not in unreviewed,
            active_motion_management=session.motion, motion_record_complete=session.motion_record_complete,
            logged_by=therapist, signed_at=starts_at + timedelta(minutes=12), signed_by=therapist,
        )  # fmt: skip
        rows.append(row)
    _save_in_order(case.sessions, rows)
    Fraction.objects.bulk_create(
        Fraction(
            course=course, session=row, plan=plans[session.plan], number=session.number, is_standing=_stands(session)
        )
        for session, row in zip(case.sessions, rows, strict=True)
    )


def _save_in_order(cases: Sequence[SessionCase], rows: list[Session]) -> None:
    """Save what resumes nothing in one go; then, one by one, what resumes the session before it."""
    Session.objects.bulk_create(row for case, row in zip(cases, rows, strict=True) if not case.resumes_previous)
    for place, case in enumerate(cases):
        if case.resumes_previous:
            rows[place].resumes = rows[place - 1]
            rows[place].save()


def _stands(session: SessionCase) -> bool:
    return session.status != "aborted" and not session.resumes_previous


def now_day() -> date:
    """Return today on the department's clock."""
    return timezone.localdate()


def work_off(today: date) -> Iterator[str]:
    """Capture, release what is clean and old enough, export: by the steps that the product itself uses.

    Safe to repeat: what is captured, released or exported already stays so.
    """
    swept = sweep()
    posted = sum(captured.posted for captured in swept.courses)
    yield f"Captured {swept.captured} courses: {posted} charge lines."
    _count_rows()
    released = claimed = answers = 0
    for last_day, at in _closings(today):
        fresh = _release_lines(until=last_day, at=at)
        released += fresh
        claimed += export_claims(at=at, started_by="demo").claims if fresh else 0
        answers += answer_files(sealed_at=at, today=today)
    yield f"Released {released} clean lines of the time before {today - timedelta(days=REVIEWED_UNTIL_DAYS)}."
    yield f"Exported {claimed} claims, month by month; {answers} answers came to them."
    held, asked = hold_and_ask(timezone.now())
    yield f"Held {held} lines and asked about {asked}."
    proof = prove_and_keep(to_on=today, started_by="nightly")
    yield f"Proved {proof.sessions} sessions and {proof.lines} delivery lines; unreconciled: {proof.unreconciled}."


def _count_rows() -> None:
    """Let PostgreSQL see how full the tables are now, and not only when it next looks by itself, a minute later.

    What follows here, and the first pages that somebody opens, would be planned for empty tables.
    """
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _closings(today: date) -> Iterator[tuple[date, datetime]]:
    """Yield the last day of each month and the moment, two weeks later, at which the department sends its claims.

    The last one is the present: what is older than two weeks goes now. Sent all at once today, the claims of the
    first year would be too late for their payers.
    """
    month = FIRST_DAY.replace(day=1)
    while (following := (month + timedelta(days=31)).replace(day=1)) <= today - timedelta(days=REVIEWED_UNTIL_DAYS):
        sent_on = following + timedelta(days=REVIEWED_UNTIL_DAYS - 1)
        yield following - timedelta(days=1), datetime.combine(sent_on, SENT_AT, tzinfo=UTC)
        month = following
    yield today - timedelta(days=REVIEWED_UNTIL_DAYS), timezone.now()


def _release_lines(*, until: date, at: datetime) -> int:
    biller = User.objects.get(username="bill")
    clean = lines(Filters(states=[LineState.OPEN], last_day=until)).filter(is_blocked=False)
    entries = list(clean.values_list("pk", flat=True))
    return len(release(entry_ids=entries, by=biller, at=at).done)
