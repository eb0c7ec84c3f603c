"""What capture reads: the clinic's clock, the payer of the day, inpatient stays; and what it leaves out."""

from datetime import date, datetime

import pytest

from billing.capture import capture_course
from billing.capture.facts import load_courses
from billing.models import ManualLine
from billing.reconciliation.courses import compare_courses
from billing.rules.facts import CourseFacts
from courses.models import ClinicalEvent, Fraction, Plan, Session
from courses.terms import Performer, SessionStatus, Site, Technique
from patients.models import Coverage, Encounter, Facility, PayerPolicy
from patients.terms import PayerKind
from tests import cast
from tests.captures import codes, deliver, deliver_days, open_codes, practice_fees, standing
from tests.cast import Treated

pytestmark = pytest.mark.django_db


def facts_of(patient: Treated) -> CourseFacts:
    return load_courses([patient.course.pk])[patient.course.pk].facts


def test_a_session_late_at_night_belongs_to_the_day_of_the_clinics_own_clock() -> None:
    ada = cast.ada()
    deliver(ada, "2025-03-04 23:30", number=1)
    (session,) = facts_of(ada).sessions
    assert session.at == datetime(2025, 3, 4, 23, 30)  # noqa: DTZ001  # facts are clinic-local
    Facility.objects.update(time_zone="America/Los_Angeles")
    (session,) = facts_of(ada).sessions
    assert session.at == datetime(2025, 3, 4, 20, 30)  # noqa: DTZ001


def test_only_signed_sessions_and_uncancelled_events_and_lines_are_facts() -> None:
    ada = cast.ada()
    good = deliver(ada, "2025-03-04 09:00", number=1)
    deliver(ada, "2025-03-05 09:00", number=2, signed_at=None, signed_by=None)
    gone = {"cancelled_at": good.starts_at}
    deliver(ada, "2025-03-06 09:00", number=3, cancelled_by=good.signed_by, amendment_reason="Wrong", **gone)
    event = {"course": ada.course, "family": "visit", "happened_on": date(2025, 3, 4), "performer": "physician"}
    ClinicalEvent.objects.create(**event)
    ClinicalEvent.objects.create(**event, **gone, cancelled_by=good.signed_by, amendment_reason="Wrong")
    ManualLine.objects.create(course=ada.course, code="77470", service_on=date(2025, 3, 4), **gone)
    facts = facts_of(ada)
    assert [session.key for session in facts.sessions] == [str(good.pk)]
    assert [fact.by for fact in facts.events] == [Performer.PHYSICIAN]
    assert facts.manual_lines == ()


def test_words_and_blanks_of_the_tables_become_the_facts_vocabulary() -> None:
    ada = cast.ada()
    deliver(ada, "2025-03-04 09:00", number=7, status="partial", status_reason="Fault")
    facts = facts_of(ada)
    (plan,), (session,) = facts.plans, facts.sessions
    assert (plan.site, plan.technique, plan.imrt_planned) == (Site.PROSTATE, Technique.VMAT, True)
    assert (plan.laterality, plan.isocenter_group) == (None, None)
    assert (session.status, session.fraction, session.plans) == (SessionStatus.PARTIAL, 7, (plan.key,))
    assert session.active_motion_management is None
    assert facts.diagnoses == ("C61",)


def test_a_session_of_two_plans_at_different_fractions_states_no_fraction_of_its_own() -> None:
    ada = cast.ada()
    boost = Plan.objects.create(course=ada.course, key="P2", site="prostate", technique="vmat", fractions=5)
    session = deliver(ada, "2025-03-04 09:00", number=20)
    Fraction.objects.create(course=ada.course, session=session, plan=boost, number=1)
    (fact,) = facts_of(ada).sessions
    assert (fact.plans, fact.fraction) == ((str(ada.plan.pk), str(boost.pk)), None)


def test_insurance_that_changes_in_the_middle_of_a_course_changes_the_codes_from_that_day() -> None:
    practice_fees()
    ada = cast.ada()
    deliver_days(ada, date(2025, 3, 4), 3)
    Coverage.objects.filter(pk=ada.coverage.pk).update(effective_to=date(2025, 3, 4))
    Coverage.objects.create(
        patient=ada.patient, payer=cast.medicare(), member_id="1EG4TE5MK73", effective_from=date(2025, 3, 5)
    )
    capture_course(course_id=ada.course.pk)
    assert codes(standing(ada)) == ["77301", "77385", "G6015", "G6015"]


def test_a_policy_holds_on_the_days_on_which_its_payer_is_asked() -> None:
    ada = cast.ada()
    payer = ada.coverage.payer
    PayerPolicy.objects.create(payer=payer, effective_from=date(2025, 3, 5), requires_authorization=True)
    Coverage.objects.filter(pk=ada.coverage.pk).update(effective_to=date(2025, 3, 6))
    facts = facts_of(ada).payer
    days = [date(2025, 3, day) for day in (4, 5, 6, 7)]
    assert [facts.policy_on(day).requires_authorization for day in days] == [False, True, True, False]
    assert [facts.kind_on(day) for day in days] == [PayerKind.COMMERCIAL] * 3 + [PayerKind.SELF_PAY]


def test_a_secondary_coverage_is_not_asked() -> None:
    ada = cast.ada()
    Coverage.objects.update(rank="secondary")
    assert facts_of(ada).payer.kind_on(date(2025, 3, 4)) is PayerKind.SELF_PAY


@pytest.mark.parametrize(("day", "is_inpatient"), [(3, False), (4, True), (6, True), (7, False)])
def test_an_inpatient_stay_over_the_day_makes_the_session_inpatient(day: int, is_inpatient: bool) -> None:
    boris = cast.boris()
    Encounter.objects.create(
        patient=boris.patient, facility=boris.course.facility, visit_number="V1", is_inpatient=True,
        starts_on=date(2025, 6, 4), ends_on=date(2025, 6, 6),
    )  # fmt: skip
    Encounter.objects.create(
        patient=boris.patient, facility=boris.course.facility, visit_number="V2", starts_on=date(2025, 6, 1)
    )
    deliver(boris, f"2025-06-{day:02d} 09:00", number=1)
    assert [session.inpatient for session in facts_of(boris).sessions] == [is_inpatient]


def test_a_stay_entered_late_takes_the_technical_line_back() -> None:
    practice_fees()
    boris = cast.boris()
    deliver(boris, "2025-06-04 09:00", number=1)
    capture_course(course_id=boris.course.pk)
    assert "77386" in codes(standing(boris))
    Encounter.objects.create(
        patient=boris.patient, facility=boris.course.facility, visit_number="V1", is_inpatient=True,
        starts_on=date(2025, 6, 1),
    )  # fmt: skip
    capture_course(course_id=boris.course.pk)
    assert "77386" not in codes(standing(boris))
    assert "inpatient-technical" in open_codes(boris)


def test_a_stay_entered_late_leaves_a_plan_and_events_their_physicians_part() -> None:
    practice_fees()
    boris = cast.boris()
    event = {"course": boris.course, "happened_on": date(2025, 5, 6), "performer": "physician"}
    ClinicalEvent.objects.create(**event, family="special_treatment")
    ManualLine.objects.create(course=boris.course, code="77470", service_on=date(2025, 5, 6), modifiers=["26"])
    capture_course(course_id=boris.course.pk)
    before = standing(boris, with_the_plan=True)
    assert {entry.claim_kind for entry in before} == {"professional", "institutional"}
    stay = Encounter.objects.create(
        patient=boris.patient, facility=boris.course.facility, visit_number="V1", is_inpatient=True,
        starts_on=date(2025, 5, 1), ends_on=date(2025, 5, 31),
    )  # fmt: skip
    capture_course(course_id=boris.course.pk)
    after = standing(boris, with_the_plan=True)
    assert {(entry.claim_kind, entry.modifiers[0], entry.place_of_service) for entry in after} == {
        ("professional", "26", "21")
    }
    assert not {entry.pk for entry in before} & {entry.pk for entry in after}
    assert {"inpatient-technical", "duplicate-line"} <= open_codes(boris)
    assert compare_courses([boris.course.pk])[boris.course.pk].comparison.unexplained == []
    stay.delete()
    capture_course(course_id=boris.course.pk)
    assert codes(standing(boris, with_the_plan=True)) == codes(before)


def test_the_facts_of_two_courses_do_not_mix() -> None:
    ada, clara = cast.ada(), cast.clara()
    mine = deliver(ada, "2025-03-04 09:00", number=1)
    deliver(clara, "2026-02-03 09:00", number=1)
    loaded = load_courses([ada.course.pk, clara.course.pk])
    assert [fact.key for fact in loaded[ada.course.pk].facts.sessions] == [str(mine.pk)]
    assert [fact.key for fact in loaded[clara.course.pk].facts.plans] == [str(clara.plan.pk)]
    assert Session.objects.count() == 2
