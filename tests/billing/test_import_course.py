"""Course files become courses: whole or not at all, once, and brought up to a changed file."""

from contextlib import AbstractContextManager
from datetime import date

import pghistory
import pytest

from billing.capture import capture_course
from billing.intake import Imported, IntakeRefused, Wishes, import_course_files
from billing.models import Authorization, CaptureMark, LedgerEntry, ManualLine
from billing.rules.course_file import CourseFile, read_course
from billing.x12.check_837p import check_claim
from courses.adapters.import_account import import_account
from courses.delivery import amend_session, cancel_session, review_guidance
from courses.models import ClinicalEvent, Course, Plan, Session
from courses.planning import (
    amend_event,
    approve_plan,
    close_course,
    confirm_plan,
    reopen_course,
    set_diagnoses,
)
from courses.signals import course_changed
from patients.models import Coverage, Facility, Patient, Payer
from patients.registration import add_coverage
from patients.roles import Role
from tests import cast
from tests.billing.course_texts import HEAD, PLAN, WHOLE
from tests.billing.x12 import claims

pytestmark = pytest.mark.django_db


def file(text: str = WHOLE) -> CourseFile:
    return read_course(text, "lung.toml")


def take(text: str = WHOLE, **wishes: Facility | Payer) -> Imported:
    """Import one file."""
    (imported,) = import_course_files([("lung.toml", file(text))], by=import_account(), wishes=Wishes(**wishes))  # type: ignore[arg-type]
    return imported


def refused(*texts: str) -> list[str]:
    """Return the faults for which the files are refused; nothing may be stored."""
    files = [(f"{place}.toml", read_course(text, f"{place}.toml")) for place, text in enumerate(texts, start=1)]
    before = _everything()
    with pytest.raises(IntakeRefused) as caught:
        import_course_files(files, by=import_account(), wishes=Wishes())
    assert _everything() == before
    return list(caught.value.faults)


def by_hand() -> AbstractContextManager[object]:
    """Let what is done inside be a person's, as on a page."""
    return pghistory.context(user=cast.user(Role.PHYSICIAN).pk)


def _everything() -> list[object]:
    tables = (Patient, Facility, Payer, Coverage, Course, Plan, Session, ClinicalEvent, Authorization, ManualLine)
    return [list(table._default_manager.order_by("pk").values()) for table in tables]


# --- what is stored ---------------------------------------------------------------------------------------------------


def test_course_file_becomes_a_course_with_all_that_it_says() -> None:
    imported = take()
    course = Course.objects.select_related("patient", "facility").get(pk=imported.course_id)
    assert imported.is_new
    assert (course.title, course.opened_on, course.closed_on) == ("Lung, five fractions", date(2025, 3, 3), None)
    assert list(course.diagnoses.values_list("code", flat=True)) == ["C34.11", "Z85.3"]
    assert (course.patient.mrn, course.patient.birth_date) == ("F-3001", date(1950, 5, 6))
    assert (course.facility.setting, course.facility.bills) == ("freestanding", "global")
    plan = course.plans.get()
    assert (plan.key, plan.static_fields, plan.approved_on, plan.approved_by) == ("P1", 7, date(2025, 3, 7), None)
    assert course.sessions.count() == 5
    assert course.events.count() == 2
    assert Authorization.objects.get(course=course).codes == ["77385", "77386"]
    assert ManualLine.objects.get(course=course).narrative == "Biological planning, see report."


def test_sessions_are_signed_on_the_facilitys_clock_and_resume_one_another() -> None:
    facility = cast.center()
    Facility.objects.filter(pk=facility.pk).update(time_zone="America/Denver")
    take()
    first, partial, rest, *_ = Session.objects.order_by("starts_at")
    assert first.starts_at.isoformat() == "2025-03-10T15:00:00+00:00"
    assert all(session.counts for session in Session.objects.all())
    assert (partial.status, rest.resumes) == ("partial", partial)
    assert list(first.fractions.values_list("number", flat=True)) == [1]


def test_doorbell_rings_for_what_changed_and_not_for_the_same_file_again() -> None:
    rung: list[object] = []

    def hear(course_id: int, **_: object) -> None:
        rung.append(course_id)

    course_changed.connect(hear, weak=False)
    try:
        imported = take()
        assert imported.course_id in rung
        rung.clear()
        take()
        assert rung == []
    finally:
        course_changed.disconnect(hear)
    capture_course(course_id=imported.course_id)
    assert CaptureMark.objects.get(course=imported.course_id).error == ""
    assert "77301" in LedgerEntry.objects.filter(course=imported.course_id).values_list("code", flat=True)


def test_facility_that_bills_so_is_taken_and_one_is_made_where_none_does() -> None:
    center = cast.center()
    assert Course.objects.get(pk=take().course_id).facility == center
    hospital = WHOLE.replace('"freestanding"', '"hospital"').replace('"global"', '"both"').replace("lung-2025", "h")
    hospital = hospital.replace("F-3001", "F-3002")
    made = Course.objects.get(pk=take(hospital).course_id).facility
    assert made.name == "Course files: hospital, both, 22"


def test_two_facilities_that_bill_so_are_a_question() -> None:
    center = cast.center()
    Facility.objects.create(name="Second", setting="freestanding", bills="global")
    assert refused(WHOLE) == [
        f"1.toml: practice: found {center.name}, Second, which all bill so. "
        "Repeat with --facility and one of these names."
    ]
    assert Course.objects.get(pk=take(facility=center).course_id).facility == center


def test_coverage_of_unknown_payer_cannot_reach_a_claim() -> None:
    take()
    coverage = Coverage.objects.get()
    assert (coverage.payer.name, coverage.payer.kind) == ("Course files: commercial", "commercial")
    assert (coverage.member_id, coverage.payer.payer_id) == ("?", "?")
    assert coverage.effective_from == date(2025, 3, 3)
    claim = claims.a_claim()
    unknown = claim._replace(
        subscriber=claim.subscriber._replace(member_id=coverage.member_id),
        payer=claim.payer._replace(payer_id=coverage.payer.payer_id),
    )
    assert check_claim(claim, today=date(2026, 6, 1)) == []
    faults = check_claim(unknown, today=date(2026, 6, 1))
    assert {fault.field for fault in faults} == {"subscriber.member_id", "payer.payer_id"}


def test_payers_of_one_kind_and_policy_are_one() -> None:
    policy = 'kind = "commercial"\n[payer.policy]\nsecond_session_modifier = "59"\nminimum_hours_between_sessions = 4.5'
    other = WHOLE.replace('kind = "commercial"', policy)
    take()
    take(other.replace("lung-2025", "b").replace("F-3001", "F-3002"))
    take(other.replace("lung-2025", "c").replace("F-3001", "F-3003"))
    assert Payer.objects.count() == 2
    made = Payer.objects.exclude(name="Course files: commercial").get()
    row = made.policies.get()
    assert (row.second_session_modifier, float(row.minimum_hours_between_sessions)) == ("59", 4.5)


def test_coverage_that_a_registered_patient_has_is_used_and_one_of_another_kind_refused() -> None:
    patient = Patient.objects.create(mrn="F-3001", last_name="Frey", birth_date=date(1950, 5, 6))
    add_coverage(patient=patient, payer=cast.commercial(), member_id="M1", effective_from=date(2020, 1, 1))
    take()
    assert Coverage.objects.get().member_id == "M1"
    medicare = WHOLE.replace('"commercial"', '"medicare"').replace("lung-2025", "again")
    (fault,) = refused(medicare)
    assert fault.startswith("1.toml: payer: found medicare, but the patient is covered by payer")


def test_birth_date_of_another_is_refused_without_showing_it() -> None:
    Patient.objects.create(mrn="F-3001", last_name="Frey", birth_date=date(1951, 5, 6))
    (fault,) = refused(WHOLE)
    assert "patient.birth_date: is not that of patient" in fault
    assert "195" not in fault


def test_earlier_course_of_a_patient_lets_the_made_coverage_begin_earlier() -> None:
    take()
    earlier = WHOLE.replace("lung-2025", "earlier").replace("2025-", "2024-")
    take(earlier)
    assert Coverage.objects.get().effective_from == date(2024, 3, 3)


def test_file_without_a_patient_gets_one_of_its_own() -> None:
    anonymous = WHOLE.replace('mrn = "F-3001"\n', "")
    take(anonymous)
    assert Patient.objects.get().mrn.startswith("CF-LUNG-2025-")
    assert take(anonymous).changes == ()


def test_session_that_arrived_twice_is_stored_once() -> None:
    twice = WHOLE.replace(
        "[[session_run]]",
        '[[session]]\nkey = "s1"\nat = 2025-03-10T09:00:00\nplans = ["P1"]\nfraction = 1\n[[session_run]]',
    )
    take(twice)
    assert Session.objects.count() == 5


# --- again, and changed -----------------------------------------------------------------------------------------------


def test_second_import_changes_nothing() -> None:
    first = take()
    before = _everything()
    again = take()
    assert (again.course_id, again.is_new, again.changes, again.kept) == (first.course_id, False, (), ())
    assert _everything() == before


def test_changed_file_adds_amends_cancels_and_says_so() -> None:
    imported = take()
    changed = WHOLE.replace('key = "s1"\nat = 2025-03-10T09:00:00', 'key = "s1"\nat = 2025-03-10T09:30:00')
    changed = changed.replace("count = 2", "count = 1").replace('by = "physician"', 'by = "nurse_practitioner"')
    changed += '[[session]]\nkey = "s9"\nat = 2025-03-20T09:00:00\nplans = ["P1"]\n'
    changed = changed.replace("opened_on = 2025-03-03", "opened_on = 2025-03-03\nclosed_on = 2025-03-25")
    changed = changed.replace("units = 30", "units = 20").replace("see report.", "see the report.")
    assert take(changed).changes == (
        "session 2025-03-13T09:00:00 cancelled",
        "session s1 amended",
        "session s9 logged",
        "event visit of 2025-03-11 cancelled",
        "event visit 2025-03-11 recorded",
        "authorization of 77385, 77386 removed",
        "authorization 1 entered",
        "keyed line 77299 of 2025-03-12 cancelled",
        "keyed line 77299 2025-03-12 entered",
        "course closed on 2025-03-25",
    )
    course = Course.objects.get(pk=imported.course_id)
    assert course.sessions.filter(cancelled_at=None).count() == 5
    assert course.closed_on == date(2025, 3, 25)
    assert take(changed).changes == ()


def test_plan_is_corrected_and_approved_by_a_later_file() -> None:
    unapproved = WHOLE.replace("approved_on = 2025-03-07\n", "")
    take(unapproved)
    assert take(unapproved.replace("static_fields = 7", "static_fields = 9")).changes == ("plan P1: static_fields",)
    approved = WHOLE.replace("static_fields = 7", "static_fields = 9")
    assert take(approved).changes == ("plan P1 approved on 2025-03-07",)
    assert take(approved.replace("2025-03-07", "2025-03-08")).changes == ("plan P1 approved on 2025-03-08",)


def test_approved_plan_is_not_changed_by_a_file() -> None:
    take()
    (fault,) = refused(WHOLE.replace('technique = "imrt"', 'technique = "sbrt"'))
    assert fault.startswith("1.toml: plan P1: differs in technique, imrt_planned from the approved plan")


def test_plan_that_is_gone_from_the_file_is_refused() -> None:
    second = PLAN.replace("P1", "P2").replace("2025-03-07", "2025-03-08")
    take(HEAD + PLAN + second)
    assert refused(HEAD + PLAN) == [
        "1.toml: plan: P2 is gone from the file. Put it back, or retire it on its page first."
    ]


def test_other_patient_practice_or_opening_under_a_known_id_is_refused() -> None:
    take()
    assert "patient.mrn" in refused(WHOLE.replace("F-3001", "F-9999"))[0]
    other = WHOLE.replace('"global"', '"technical"').replace("opened_on = 2025-03-03", "opened_on = 2025-03-02")
    practice, opened = refused(other)
    assert "practice: found freestanding, technical, 11, but" in practice
    assert "course.opened_on: found 2025-03-02, but the course was opened on 2025-03-03" in opened


def test_what_a_person_corrected_stays_and_is_named() -> None:
    take()
    therapist = cast.user(Role.THERAPIST)
    first = Session.objects.get(source_key="file:s1")
    amend_session(session=first, by=therapist, reason="Clock was wrong", at=cast.local("2025-03-10 10:00"))
    last = Session.objects.order_by("starts_at").last()
    assert last is not None
    cancel_session(session=last, by=therapist, reason="Not treated")
    again = take()
    assert again.changes == ()
    assert again.kept == (
        "session s1: as a person corrected it",
        "session 2025-03-13T09:00:00: as a person corrected it",
    )
    first.refresh_from_db()
    assert first.starts_at == cast.local("2025-03-10 10:00")


def test_course_that_a_person_closed_or_opened_again_stays_so() -> None:
    course = Course.objects.get(pk=take().course_id)
    with by_hand():
        close_course(course=course, on=date(2025, 3, 20))
    assert (take().changes, take().kept) == ((), ("course closed on 2025-03-20: as a person left it",))
    closed = WHOLE.replace("opened_on = 2025-03-03", "opened_on = 2025-03-03\nclosed_on = 2025-03-20")
    assert (take(closed).changes, take(closed).kept) == ((), ())
    with by_hand():
        reopen_course(course=course, reason="Two more fractions")
    assert (take(closed).changes, take(closed).kept) == ((), ("course open: as a person left it",))


def test_course_that_a_file_closed_is_opened_again_by_a_file() -> None:
    take(WHOLE.replace("opened_on = 2025-03-03", "opened_on = 2025-03-03\nclosed_on = 2025-03-20"))
    assert take().changes == ("course opened again",)


def test_diagnoses_that_a_person_entered_stay_and_those_of_a_file_follow_it() -> None:
    course = Course.objects.get(pk=take().course_id)
    assert take(WHOLE.replace("C34.11", "C34.12")).changes == ("diagnoses",)
    with by_hand():
        set_diagnoses(course=course, codes=["C34.31"])
    assert (take().changes, take().kept) == ((), ("diagnoses: as a person entered them",))
    assert list(course.diagnoses.values_list("code", flat=True)) == ["C34.31"]


def test_images_that_a_physician_reviewed_here_stay_reviewed() -> None:
    text = HEAD + PLAN + '[[session]]\nkey = "s1"\nat = 2025-03-10T09:00:00\nplans = ["P1"]\nguidance = "cbct"\n'
    take(text)
    session = review_guidance(session=Session.objects.get(), by=cast.user(Role.PHYSICIAN)).session
    again = take(text.replace("09:00:00", "09:10:00"))
    session.refresh_from_db()
    assert (again.changes, session.guidance_reviewed) == (("session s1 amended",), True)
    assert again.kept == ("session s1: its images as a physician reviewed them here",)


def test_what_a_person_amended_beside_the_sessions_is_not_doubled_or_taken_back() -> None:
    take()
    authorization = Authorization.objects.get()
    authorization.number, authorization.amendment_reason = "AB-77", "The payer's number"
    authorization.save()
    ManualLine.objects.update(units=2, amendment_reason="Two plans")
    simulation = ClinicalEvent.objects.get(family="simulation_complex")
    amend_event(event=simulation, by=cast.user(Role.PHYSICIAN), why="A day later", on=date(2025, 3, 5))
    changed = WHOLE.replace("units = 30", "units = 20").replace("see report.", "see the report.")
    again = take(changed.replace("on = 2025-03-04", "on = 2025-03-05"))
    assert again.changes == ()
    assert again.kept == (
        "event simulation_complex of 2025-03-05: as a person corrected it",
        "authorization of 77385, 77386: as a person changed it",
        "keyed line 77299 of 2025-03-12: as a person amended it",
    )
    assert (Authorization.objects.get().number, ManualLine.objects.get().units) == ("AB-77", 2)


def test_what_was_gone_from_the_file_and_is_in_it_again_is_entered_again() -> None:
    take()
    for _ in range(2):
        take(HEAD + PLAN)
        assert not Session.objects.filter(cancelled_at=None).exists()
        again = take()
        assert (again.kept, take().changes) == ((), ())
    assert [row.source_key for row in Session.objects.filter(cancelled_at=None)][:3] == [
        "file:s1 (again 3)",
        "file:s2 (again 3)",
        "file:s3 (again 3)",
    ]
    assert Session.objects.get(source_key="file:s3 (again 3)").resumes == Session.objects.get(
        source_key="file:s2 (again 3)"
    )
    assert ClinicalEvent.objects.filter(cancelled_at=None).count() == 2
    assert ManualLine.objects.filter(cancelled_at=None).count() == 1


def test_technique_that_an_authorization_names_is_stored_with_it() -> None:
    take(WHOLE.replace("units = 30", 'units = 30\ntechnique = "sbrt"'))
    assert Authorization.objects.get().technique == "sbrt"


def test_session_of_an_hour_that_was_shown_twice_is_known_again() -> None:
    text = HEAD + PLAN + '[[session]]\nkey = "s1"\nat = 2025-11-02T01:30:00\nplans = ["P1"]\n'
    take(text)
    assert take(text).changes == ()


def test_plan_that_a_person_confirmed_and_approved_stays() -> None:
    unapproved = WHOLE.replace("approved_on = 2025-03-07\n", "")
    take(unapproved)
    plan = Plan.objects.get()
    confirm_plan(plan=plan, by=cast.user(Role.PHYSICIST), static_fields=8)
    approve_plan(plan=plan, by=cast.user(Role.PHYSICIAN), on=date(2025, 3, 6))
    again = take()
    assert again.changes == ()
    assert again.kept == (
        "plan P1: static_fields as a person entered it",
        "plan P1: approval as a physician left it",
    )


# --- refused ----------------------------------------------------------------------------------------------------------


def test_faults_of_all_files_come_together_and_none_is_stored() -> None:
    future = WHOLE.replace("2025-03-10T09:00:00", "2098-03-10T09:00:00").replace("lung-2025", "future")
    both = WHOLE.replace("static_fields = 7", "static_fields = 7\narcs = 2").replace("lung-2025", "both")
    faults = refused(WHOLE, future.replace("F-3001", "F-3002"), both.replace("F-3001", "F-3003"))
    assert faults == [
        "2.toml: session s1.at: The session lies in the future; it can be logged once it was treated.",
        "3.toml: plan P1.arcs: A plan has static fields or arcs, not both.",
    ]


def test_approval_and_keyed_line_of_a_day_to_come_are_refused() -> None:
    ahead = WHOLE.replace("approved_on = 2025-03-07", "approved_on = 2098-03-07")
    assert refused(ahead.replace('code = "77299"\non = 2025', 'code = "77299"\non = 2098')) == [
        "1.toml: plan P1.approved_on: 2098-03-07 is still to come. Leave the day out until the plan is approved.",
        "1.toml: manual_line 77299 2098-03-12.on: 2098-03-12 is still to come. A line is keyed once it was done.",
    ]


def test_close_of_a_day_to_come_is_refused_under_the_key_that_the_file_has_for_it() -> None:
    (fault,) = refused(WHOLE.replace("opened_on = 2025-03-03", "opened_on = 2025-03-03\nclosed_on = 2098-03-25"))
    assert fault.startswith("1.toml: course.closed_on: 2098-03-25 is still to come.")


def test_fraction_delivered_twice_is_refused_and_the_fault_says_what_to_mend() -> None:
    twice = WHOLE + '[[session]]\nkey = "s9"\nat = 2025-03-20T09:00:00\nplans = ["P1"]\nfraction = 1\n'
    (fault,) = refused(twice)
    assert fault.startswith("1.toml: session s9: Fraction 1 of P1 was already logged")
    assert fault.endswith("Mend the number of the fraction, or take the session out of the file.")


def test_two_files_of_one_id_are_refused() -> None:
    (fault,) = refused(WHOLE, WHOLE)
    assert fault == '2.toml: id: found "lung-2025", which another of these files has. Import one of them.'


def test_what_fits_an_estimate_but_no_database_is_refused() -> None:
    long = WHOLE.replace("lung-2025", "x" * 90)
    assert refused(long) == ["1.toml: id: has 90 characters. A stored course's has at most 75."]
    wide = WHOLE.replace("Lung, five fractions", "x" * 150).replace(
        'key = "P1"', 'key = "P1"\nisocenter_group = "' + "g" * 30 + '"'
    )
    assert any("course.title" in fault for fault in refused(wide))
    bare = WHOLE.replace('["C34.11", "Z85.3"]', "[]")
    assert refused(bare) == ["1.toml: course.diagnoses: A course needs at least its principal diagnosis."]
