"""From RT Plans to the plans of a course, on a real database."""

from datetime import date

import pytest

from courses.adapters.dicom_answer import Became
from courses.adapters.dicom_placing import Wishes
from courses.adapters.import_account import import_account
from courses.models import Course, Machine, Plan
from courses.planning import approve_plan, close_course, confirm_plan, open_course
from courses.terms import PlanKind, Technique
from patients.models import Facility, Patient
from patients.roles import Role
from tests import cast
from tests.courses.adapters import rt_files as rt
from tests.courses.adapters.conftest import ImportAll

pytestmark = pytest.mark.django_db


def test_plan_comes_in_as_a_proposal_that_a_person_confirms_and_a_physician_approves(plan: Plan) -> None:
    assert (plan.key, plan.technique, plan.static_fields, plan.arcs) == ("P1", Technique.IMRT, 4, None)
    assert (plan.fractions, plan.isocenters, plan.kind) == (7, 1, PlanKind.INITIAL)
    assert plan.machine is not None and plan.machine.name == "TrueBeam 1"
    assert (plan.confirmed_at, plan.approved_on, plan.dicom_uid) == (None, None, rt.uid("plan"))
    assert "20 leaf shapes in a beam." in plan.evidence["sentences"]
    confirm_plan(plan=plan, by=cast.user(Role.PHYSICIST), site="breast")
    approve_plan(plan=plan, by=cast.user(Role.PHYSICIAN))
    plan.refresh_from_db()
    assert plan.is_approved


def test_same_plan_again_changes_nothing_even_after_a_person_corrected_it(plan: Plan, take: ImportAll) -> None:
    confirm_plan(plan=plan, by=cast.user(Role.PHYSICIST), key="Boost", technique="conformal_3d")
    answer = take(again=rt.imrt_plan())["again"]
    assert (answer.became, answer.words) == (
        Became.IGNORED,
        f"already here as plan {plan.pk} of course {plan.course_id}.",
    )
    plan.refresh_from_db()
    assert (plan.key, plan.technique) == ("Boost", "conformal_3d")


def test_unknown_patient_is_refused_until_told_to_register(facility: Facility, take: ImportAll) -> None:
    refused = take(plan=rt.imrt_plan())["plan"]
    assert refused.became is Became.REFUSED
    assert refused.words == "No patient has this PatientID as MRN. Register the patient, or repeat with --register."
    wishes = Wishes(by=import_account(), registers=True, diagnoses=["C61"])
    taken = take(wishes, plan=rt.imrt_plan(), fx=rt.whole_fraction("r1", fraction=1, at="20260105 091000"))
    patient = Patient.objects.get(mrn=rt.MRN)
    course = Course.objects.get(patient=patient)
    assert (patient.last_name, patient.first_name, patient.sex) == ("Nobody", "Test", "F")
    assert course.opened_on == date(2025, 12, 30)
    assert taken["plan"].words.startswith(f"plan {Plan.objects.get().pk} of course {course.pk}, opened for it on 2025")
    assert taken["fx"].became is Became.TAKEN


def test_course_is_opened_by_the_first_treatment_where_the_plan_has_no_day(facility: Facility, take: ImportAll) -> None:
    wishes = Wishes(by=import_account(), registers=True, diagnoses=["C61"])
    undated = rt.imrt_plan(RTPlanDate="19010101")
    take(wishes, plan=undated, fx=rt.whole_fraction("r1", fraction=1, at="20260105 091000"))
    assert Course.objects.get().opened_on == date(2026, 1, 5)


def test_no_course_is_opened_without_a_diagnosis(course: Course, take: ImportAll) -> None:
    close_course(course=course, on=date(2025, 12, 31))
    answer = take(plan=rt.imrt_plan())["plan"]
    assert answer.words == "No course is open. Open one, or repeat with --diagnosis and its ICD-10-CM codes."
    assert Course.objects.count() == 1


def test_two_open_courses_are_a_question_for_the_person(course: Course, take: ImportAll) -> None:
    second = open_course(
        patient=course.patient, facility=course.facility, title="2", opened_on=date(2026, 1, 2), diagnoses=["C79.51"]
    )
    assert take(plan=rt.imrt_plan())["plan"].words.startswith(f"Courses {course.pk}, {second.pk} are open.")
    take(Wishes(by=import_account(), course=second), plan=rt.imrt_plan())
    assert Plan.objects.get().course == second


def test_course_of_another_patient_is_refused(course: Course, take: ImportAll) -> None:
    other = cast.ada().course
    answer = take(Wishes(by=import_account(), course=other), plan=rt.imrt_plan())["plan"]
    assert answer.words == f"Course {other.pk} is another patient's. Name a course of this one."


def test_other_birth_date_under_the_same_mrn_is_refused(course: Course, take: ImportAll) -> None:
    answer = take(plan=rt.imrt_plan(PatientBirthDate="19610101"))["plan"]
    assert answer.became is Became.REFUSED
    assert answer.words.startswith(f"The birth date is not that of patient {course.patient_id}.")
    assert "1961" not in answer.words


def test_facility_that_cannot_be_told_is_asked_for(course: Course, take: ImportAll) -> None:
    hospital = cast.hospital()
    cast.machine(hospital, "TrueBeam 1")
    assert "--facility" in take(plan=rt.imrt_plan())["plan"].words
    assert take(Wishes(by=import_account(), facility=course.facility), plan=rt.imrt_plan())["plan"].became == "taken"


def test_machine_that_nobody_entered_is_left_empty_and_said(course: Course, take: ImportAll) -> None:
    Machine.objects.all().delete()
    take(plan=rt.imrt_plan())
    plan = Plan.objects.get()
    assert plan.machine is None
    assert plan.evidence["warnings"][-1].startswith("No machine called TrueBeam 1 at Lakeside")


def test_second_plan_of_a_label_gets_its_own_key_and_a_question(plan: Plan, take: ImportAll) -> None:
    take(boost=rt.imrt_plan(SOPInstanceUID=rt.uid("boost")))
    second = Plan.objects.latest("pk")
    assert (second.key, second.kind, second.new_planning_ct) == ("P1 (2)", PlanKind.INITIAL, False)
    assert second.evidence["questions"][-1].startswith("The course has a plan already")


def test_plan_that_names_an_earlier_one_is_proposed_as_its_revision(plan: Plan, take: ImportAll) -> None:
    prior = rt.filled(ReferencedSOPInstanceUID=rt.uid("plan"), RTPlanRelationship="PRIOR")
    take(
        next=rt.imrt_plan(
            SOPInstanceUID=rt.uid("next"), ReferencedRTPlanSequence=[prior], FrameOfReferenceUID=rt.uid("ct2")
        )
    )
    revised = Plan.objects.latest("pk")
    assert (revised.kind, revised.new_planning_ct) == (PlanKind.REVISION, True)
