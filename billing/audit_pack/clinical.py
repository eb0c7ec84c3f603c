"""The clinical sections of a pack: course, plans and signatures, sessions, events, days missed, authorizations."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from django.contrib.auth.models import User
from django.db.models import Count, QuerySet, Sum

from billing.audit_pack.sections import Cell, Row, Section, columns, joined, yes
from billing.models import Authorization
from courses.forms.words import GUIDANCE, TECHNIQUES
from courses.models import Absence, ClinicalEvent, Course, DeliveredBeam, Plan, PlanSignature, Session
from patients.models import Coverage

USERS = (
    "logged_by", "signed_by", "cancelled_by", "amended_by", "guidance_reviewed_by",
)  # fmt: skip


def named(user: User | None) -> str:
    """Name a user for a file: full name and sign-in name, or nobody."""
    if user is None:
        return ""
    full = user.get_full_name()
    return f"{full} ({user.username})" if full else user.username


def said_at(words: str, at: datetime | None, by: User | None) -> list[Cell]:
    """Return a deed as the cells when and who, both empty where it was not done."""
    return [at, f"{words}{named(by)}" if at else ""]


def clinical_sections(course: Course) -> Iterator[Section]:
    """Yield the sections: nine queries."""
    yield _course(course)
    plans = list(Plan.objects.filter(course=course).select_related("approved_by", "confirmed_by", "follows", "machine"))
    yield _plans(plans)
    yield _signatures(plans)
    yield from _sessions(course)
    yield _events(course)
    yield _absences(course)
    yield _authorizations(course)


def _course(course: Course) -> Section:
    patient, facility = course.patient, course.facility
    diagnoses = ", ".join(f"{one.position}. {one.code}" for one in course.diagnoses.all())
    facts: list[Row] = [
        ("Course", f"{course.pk}: {course.title}"),
        ("Patient", joined([patient.full_name, patient.middle_name], " ")),
        ("MRN", patient.mrn),
        ("Date of birth", patient.birth_date),
        ("Facility", joined([facility.name, facility.street, facility.city, facility.state], ", ")),
        ("Setting, bills", f"{facility.get_setting_display()}, {facility.get_bills_display()}"),
        ("Opened on", course.opened_on),
        ("Closed on", course.closed_on or "open"),
        ("Opened again because", course.amendment_reason),
        ("Diagnoses (ICD-10-CM)", diagnoses or "none entered"),
        *((words, _provider(course, name)) for words, name in (
            ("Physician", "physician"), ("Referring provider", "referring_provider"),
            ("Supervising provider", "supervising_provider"), ("Ordering provider", "ordering_provider"),
        )),
        ("Referral number", course.referral_number),
    ]  # fmt: skip
    facts += [_covered(one) for one in Coverage.objects.filter(patient=patient).select_related("payer")]
    about = "Who was treated where, by whom, for what, and who pays."
    return Section(
        "course", "Course", about, columns(("What", 1.0), ("Is", 3.0)), tuple(row for row in facts if row[1])
    )


def _provider(course: Course, name: str) -> str:
    provider = getattr(course, name)
    return f"{provider}, NPI {provider.npi}" if provider else ""


def _covered(one: Coverage) -> Row:
    until = f"to {one.effective_to:%d %b %Y}" if one.effective_to else "on"
    said = (
        f"{one.payer.name} ({one.payer.payer_id}), member {one.member_id}, from {one.effective_from:%d %b %Y} {until}"
    )
    return (f"Coverage, {one.rank}", said)


def _plans(plans: list[Plan]) -> Section:
    return Section(
        "plans",
        "Prescription and plans",
        "Each plan as it stands, with its approval; signatures follow.",
        columns(("Plan", 1.3), ("Site", 1.1), ("Technique", 1.1), ("Prescribed", 1.2), ("Approved on", 0.9),
                ("Approved at", 1.2), ("Approved by", 1.3), ("Particulars", 3.4)),
        tuple(_plan(one) for one in plans),
    )  # fmt: skip


def _plan(one: Plan) -> Row:
    site = joined([one.get_site_display(), one.laterality, "with nodes" if one.includes_nodes else ""], ", ")
    technique = TECHNIQUES.get(one.technique, one.technique)
    prescribed = f"{one.fractions} fractions" if one.fractions else "not stated"
    if one.sessions_per_day > 1:
        prescribed += f", {one.sessions_per_day} a day"
    return (
        f"{one.key}, {one.kind}", site, technique, prescribed, one.approved_on, one.approved_at,
        named(one.approved_by), joined(_particulars(one)),
    )  # fmt: skip


def _counted(count: int | None, noun: str) -> str:
    return f"{count} {noun}{'s' * (count != 1)}" if count else ""


def _particulars(one: Plan) -> list[str]:
    return [
        f"planned {one.planning_method}",
        f"follows {one.follows.key}" if one.follows else "",
        _counted(one.static_fields, "field") or _counted(one.arcs, "arc"),
        _counted(one.isocenters, "isocenter"),
        "histograms documented" if one.dvh_documented else "no histograms documented",
        f"motion: {one.get_active_motion_management_display()}" if one.active_motion_management != "none" else "",
        "compensator" if one.has_compensator else "",
        f"planning CT of {one.planning_ct_on:%d %b %Y}" if one.planning_ct_on else "",
        f"necessity: {one.necessity_note}" if one.necessity_note else "",
        f"confirmed by {named(one.confirmed_by)}" if one.confirmed_at else "",
        f"retired on {one.retired_on:%d %b %Y}" if one.retired_on else "",
        f"because: {one.amendment_reason}" if one.amendment_reason else "",
        f"DICOM {one.dicom_uid}" if one.dicom_uid else "",
    ]


def _signatures(plans: list[Plan]) -> Section:
    rows = []
    found = PlanSignature.objects.filter(plan__in=plans).select_related("plan", "signed_by").order_by("signed_at", "id")
    for one in found:
        holds = "yes" if one.plan.approved_at == one.signed_at else "no"
        rows.append((one.plan.key, one.signed_at, named(one.signed_by), one.approved_on, holds, one.digest))
    return Section(
        "signatures",
        "Signatures under plans",
        "Every signature, for good. The digest is the SHA-256 of the plan as it was signed.",
        columns(("Plan", 1.0), ("Signed at", 1.2), ("Signed by", 1.5), ("Approved on", 0.9), ("Holds today", 0.7),
                ("Digest", 3.4)),
        tuple(rows),
    )  # fmt: skip


def _sessions(course: Course) -> Iterator[Section]:
    found = list(
        Session.objects.filter(course=course)
        .select_related("machine", "resumes", *USERS)
        .prefetch_related("fractions__plan")
        .order_by("starts_at", "id")
    )
    beams = _beams(course)
    yield Section(
        "sessions",
        "Sessions",
        "Every session, cancelled ones too: when, what, on which machine, and who logged and signed it.",
        columns(("Session", 0.8, True), ("Began", 1.3), ("Machine", 0.9), ("Fractions", 1.1), ("Status", 1.3),
                ("Image guidance", 1.5), ("Logged", 1.3), ("Logged by", 1.3), ("Signed", 1.3), ("Signed by", 1.3)),
        tuple(_session(one) for one in found),
    )  # fmt: skip
    yield Section(
        "session_evidence",
        "Evidence and corrections of sessions",
        "What the level of a delivery rests on, what the machine's own records say, and why an entry was corrected.",
        columns(("Session", 0.7, True), ("Day", 0.9), ("Evidence", 3.2), ("Machine's records", 1.8),
                ("Corrected", 1.1), ("By", 1.2), ("Why", 2.2)),
        tuple(_evidence(one, beams.get(one.pk, "")) for one in found),
    )  # fmt: skip


def _session(one: Session) -> Row:
    fractions = ", ".join(
        f"{fraction.plan.key}: {fraction.number or '?'}{'' if fraction.is_standing else ' (not counted)'}"
        for fraction in one.fractions.all()
    )
    status = joined([one.get_status_display(), one.status_reason], ": ")
    if one.cancelled_at:
        status = f"CANCELLED, was {status}"
    elif one.resumes_id:
        status += f", resumes session {one.resumes_id}"
    reviewed = f", reviewed {'in time' if one.guidance_reviewed else 'late'} by {named(one.guidance_reviewed_by)}"
    guidance = GUIDANCE.get(one.guidance, one.get_guidance_display()) + (reviewed if one.guidance_reviewed_at else "")
    return (
        one.pk, one.starts_at, one.machine.name if one.machine else "", fractions, status, guidance, one.logged_at,
        named(one.logged_by), one.signed_at, named(one.signed_by) or "NOT SIGNED",
    )  # fmt: skip


def _evidence(one: Session, beams: str) -> Row:
    facts = [
        f"motion: {one.get_active_motion_management_display()}" if one.active_motion_management else "",
        f"motion record complete: {yes(one.motion_record_complete)}" if one.motion_record_complete is not None else "",
        one.motion_system,
        f"threshold {one.motion_threshold}" if one.motion_threshold else "",
        f"beam hold {one.motion_beam_hold}" if one.motion_beam_hold else "",
        _counted(one.isocenters, "isocenter"),
        "mixed with electrons" if one.mixed_electrons else "",
        "adapted online" if one.adapted_online else "",
        "inpatient" if one.is_inpatient else "",
        f"second session: {one.second_session_reason}" if one.second_session_reason else "",
    ]
    at, by = (one.cancelled_at, one.cancelled_by) if one.cancelled_at else (one.amended_at, one.amended_by)
    return (one.pk, one.treated_on, joined(facts) or "by technique", beams, at, named(by), one.amendment_reason)


def _beams(course: Course) -> dict[int, str]:
    counted = (
        DeliveredBeam.objects.filter(session__course=course)
        .order_by()
        .values_list("session")
        .annotate(beams=Count("pk"), units=Sum("delivered_mu"))
    )
    return {session: f"{beams} beams, {units or Decimal(0):,.1f} MU" for session, beams, units in counted}


def _events(course: Course) -> Section:
    found = ClinicalEvent.objects.filter(course=course).select_related("entered_by", "amended_by", "cancelled_by")
    return Section(
        "events",
        "Clinical events",
        "Simulations, notes, visits, physics checks, devices; those taken back too.",
        columns(("Event", 0.6, True), ("Day", 0.8), ("Kind", 1.5), ("Done by", 1.1), ("Units", 0.5, True),
                ("Particulars", 2.2), ("Entered", 1.1), ("Entered by", 1.2), ("Corrected or taken back", 2.2)),
        tuple(_event(one) for one in found.order_by("happened_on", "id")),
    )  # fmt: skip


def _event(one: ClinicalEvent) -> Row:
    facts = [
        one.get_site_display(), "separate work" if one.distinct_service else "",
        "" if one.documented else "not documented", one.reason,
    ]  # fmt: skip
    deed = ""
    if one.cancelled_at:
        deed = f"taken back by {named(one.cancelled_by)}: {one.amendment_reason}"
    elif one.amended_at:
        deed = f"corrected by {named(one.amended_by)}: {one.amendment_reason}"
    return (
        one.pk, one.happened_on, one.get_family_display(), one.get_performer_display(), one.units, joined(facts),
        one.entered_at, named(one.entered_by), deed,
    )  # fmt: skip


def _absences(course: Course) -> Section:
    found = Absence.objects.filter(course=course).select_related("noted_by", "undone_by").order_by("missed_on", "id")
    return Section(
        "absences",
        "Days missed",
        "Days on which the patient was due and did not come.",
        columns(("Day", 0.8), ("Reason", 2.5), ("Noted", 1.1), ("Noted by", 1.3), ("Taken back", 1.1), ("By", 1.3)),
        tuple(
            (one.missed_on, one.reason, one.noted_at, named(one.noted_by), one.undone_at, named(one.undone_by))
            for one in found
        ),
    )


def _authorizations(course: Course) -> Section:
    found: QuerySet[Authorization] = Authorization.objects.filter(course=course)
    rows = tuple(
        (
            one.number or "without a number", one.get_status_display(), " ".join(one.codes), one.units,
            one.effective_from, one.effective_to, one.requested_on, one.decided_on,
            one.coverage.payer.name if one.coverage else "", named(one.entered_by), one.amendment_reason,
        )
        for one in found.select_related("coverage__payer", "entered_by").order_by("effective_from", "id")
    )  # fmt: skip
    return Section(
        "authorizations",
        "Authorizations",
        "What payers were asked for, and what they approved.",
        columns(("Number", 1.1), ("Status", 0.9), ("Codes", 1.4), ("Units", 0.5, True), ("From", 0.8), ("To", 0.8),
                ("Asked on", 0.8), ("Decided on", 0.8), ("Payer", 1.2), ("Entered by", 1.2), ("Changed because", 1.4)),
        rows,
    )  # fmt: skip
