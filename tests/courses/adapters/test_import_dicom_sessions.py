"""From treatment records to the sessions of a course, on a real database."""

from datetime import date
from random import Random

import pytest
from pydicom.dataset import Dataset

from courses.adapters.dicom_answer import Became
from courses.adapters.import_account import import_account
from courses.delivery import amend_session, cancel_session, log_session, sign_session
from courses.models import Course, DeliveredBeam, Plan, Session
from courses.terms import SessionStatus
from patients.roles import Role
from tests import cast
from tests.courses.adapters import rt_files as rt
from tests.courses.adapters.conftest import ImportAll

pytestmark = pytest.mark.django_db


def statuses(course: Course) -> list[tuple[str, bool]]:
    """Return status and whether it is signed of the sessions that stand."""
    rows = Session.objects.filter(course=course, cancelled_at__isnull=True)
    return [(session.status, session.signed_at is not None) for session in rows]


INTERRUPTED = [rt.delivered(1), rt.delivered(2), rt.delivered(3), rt.delivered(4, 40, status="MACHINE")]


def interrupted() -> Dataset:
    return rt.record("stop", fraction=2, at="20260106 091000", beams=INTERRUPTED)


def continued() -> Dataset:
    rest = rt.delivered(4, 60, kind="CONTINUATION")
    return rt.record("rest", fraction=2, at="20260106 094500", beams=[rest])


def test_a_record_is_a_signed_session_on_the_departments_clock(plan: Plan, take: ImportAll) -> None:
    answer = take(fx1=rt.whole_fraction("r1", fraction=1, at="20260105 223000"))["fx1"]
    session = Session.objects.get()
    assert answer.words == f"session {session.pk}, fraction 1 of plan {plan.pk}: treated."
    assert (session.starts_at, session.treated_on) == (cast.local("2026-01-05 22:30"), date(2026, 1, 5))
    assert (session.status, session.signed_by, session.guidance) == ("treated", import_account(), "none")
    assert session.machine == plan.machine
    assert list(session.fractions.values_list("number", "is_standing")) == [(1, True)]


def test_staff_names_are_kept_nowhere(plan: Plan, take: ImportAll) -> None:
    take(fx1=rt.whole_fraction("r1", fraction=1, at="20260105 091000"))
    kept = repr([row.__dict__ for row in (*DeliveredBeam.objects.all(), *Session.objects.all())])
    assert "Staff" not in kept


def test_second_import_changes_nothing(plan: Plan, take: ImportAll) -> None:
    files = {
        "plan": rt.imrt_plan(),
        "fx1": rt.whole_fraction("r1", fraction=1, at="20260105 091000"),
        "stop": interrupted(),
        "rest": continued(),
    }
    take(**files)
    before = (Course.objects.get().revision, Session.objects.count(), DeliveredBeam.objects.count())
    again = take(**files)
    assert {answer.became for answer in again.values()} == {Became.IGNORED}
    assert (Course.objects.get().revision, Session.objects.count(), DeliveredBeam.objects.count()) == before


def test_continuation_on_the_same_day_resumes_the_interrupted_session(plan: Plan, take: ImportAll) -> None:
    answers = take(stop=interrupted(), rest=continued())
    first, second = Session.objects.all()
    assert (first.status, first.status_reason) == ("partial", "Machine record: beam 4 stopped by machine")
    assert (second.status, second.resumes) == ("treated", first)
    assert list(second.fractions.values_list("number", "is_standing")) == [(2, False)]
    assert answers["rest"].words == (
        f"session {second.pk}, fraction 2 of plan {plan.pk}: treated, resumes session {first.pk}."
    )


def test_continuation_that_arrives_first_is_put_behind_the_interrupted_session(plan: Plan, take: ImportAll) -> None:
    take(rest=continued())
    lone = Session.objects.get()
    assert (lone.status, lone.signed_at) == ("partial", None)
    take(stop=interrupted())
    first, second = Session.objects.order_by("starts_at")
    assert second == lone
    assert (first.status, second.status, second.resumes) == ("partial", "treated", first)
    assert second.signed_at is not None


def test_continuation_within_minutes_belongs_to_the_same_visit(plan: Plan, take: ImportAll) -> None:
    take(stop=interrupted())
    assert statuses(plan.course) == [("partial", True)]
    at_once = rt.record("rest", fraction=2, at="20260106 091800", beams=[rt.delivered(4, 60, kind="CONTINUATION")])
    take(rest=at_once)
    assert statuses(plan.course) == [("treated", True)]
    assert Session.objects.get().amendment_reason == "Further machine records arrived."


def test_twice_a_day_is_two_sessions(plan: Plan, take: ImportAll) -> None:
    take(
        pm=rt.whole_fraction("pm", fraction=4, at="20260107 143000"),
        am=rt.whole_fraction("am", fraction=3, at="20260107 080000"),
    )
    assert [session.fractions.get().number for session in Session.objects.all()] == [3, 4]
    assert statuses(plan.course) == [("treated", True)] * 2


def test_one_record_a_beam_is_one_session_however_many_imports_bring_it(plan: Plan, take: ImportAll) -> None:
    def beam(number: int) -> Dataset:
        return rt.record(f"b{number}", fraction=1, at=f"20260105 09{10 + number}00", beams=[rt.delivered(number)])

    first = take(b1=beam(1), b2=beam(2))
    assert statuses(plan.course) == [("partial", False)]
    assert first["b2"].waits
    assert "no record of beam 3, 4 yet. Check it, then sign it." in first["b2"].words
    take(b4=beam(4))
    last = take(b3=beam(3))
    assert statuses(plan.course) == [("treated", True)]
    assert not last["b3"].waits
    assert DeliveredBeam.objects.count() == 4


def test_unknown_ending_is_entered_unsigned_and_counts_once_a_person_signs(plan: Plan, take: ImportAll) -> None:
    beams = [rt.delivered(1), rt.delivered(2), rt.delivered(3), rt.delivered(4, 99, status="UNKNOWN")]
    answer = take(fx1=rt.record("r1", fraction=1, at="20260105 091000", beams=beams))["fx1"]
    session = Session.objects.get()
    assert (session.status, session.counts, answer.waits) == ("partial", False, True)
    assert "beam 4 ended UNKNOWN, 99 of 100 MU" in session.status_reason
    therapist = cast.user(Role.THERAPIST)
    amend_session(session=session, by=therapist, reason="Console shows it whole", status=SessionStatus.TREATED)
    sign_session(session=session, by=therapist)
    session.refresh_from_db()
    assert (session.counts, session.signed_by) == (True, therapist)


def test_nothing_delivered_is_an_aborted_session_with_its_reason(plan: Plan, take: ImportAll) -> None:
    stopped = rt.record("r1", fraction=1, at="20260105 091000", beams=[rt.delivered(1, 0, status="OPERATOR")])
    take(stop=stopped, later=rt.whole_fraction("r2", fraction=1, at="20260105 140000"))
    first, second = Session.objects.all()
    assert (first.status, first.status_reason) == ("aborted", "Machine record: beam 1 stopped by operator")
    assert (second.status, second.resumes) == ("treated", None)


def test_override_is_noted(plan: Plan, take: ImportAll) -> None:
    beams = [rt.delivered(number, TreatmentVerificationStatus="VERIFIED_OVR") for number in range(1, 5)]
    answer = take(fx1=rt.record("r1", fraction=1, at="20260105 091000", beams=beams))["fx1"]
    assert answer.words.endswith("treated, verified with an override.")
    assert set(DeliveredBeam.objects.values_list("verification", flat=True)) == {"VERIFIED_OVR"}


def test_port_film_alone_makes_no_session(plan: Plan, take: ImportAll) -> None:
    film = rt.record("film", fraction=None, at="20260105 085500", beams=[rt.delivered(1, kind="OPEN_PORTFILM")])
    answer = take(film=film)["film"]
    assert (answer.became, Session.objects.count()) == (Became.IGNORED, 0)


def test_same_fraction_from_another_record_is_a_conflict(plan: Plan, take: ImportAll) -> None:
    take(fx1=rt.whole_fraction("r1", fraction=1, at="20260105 091000"))
    answer = take(double=rt.whole_fraction("r2", fraction=1, at="20260106 091000"))["double"]
    assert answer.became is Became.REFUSED
    assert answer.words.startswith(f"Beam 1 of fraction 1 of plan {plan.pk} was delivered on 2026-01-05 by another")
    assert Session.objects.count() == 1


def test_same_record_with_other_content_is_a_conflict(plan: Plan, take: ImportAll) -> None:
    take(fx1=rt.whole_fraction("r1", fraction=1, at="20260105 091000"))
    answer = take(forged=rt.whole_fraction("r1", fraction=1, at="20260105 101000"))["forged"]
    assert answer.became is Became.REFUSED
    assert "of the same SOPInstanceUID with other content" in answer.words


def test_two_files_of_one_record_are_one_and_a_forged_copy_is_refused(plan: Plan, take: ImportAll) -> None:
    record = rt.whole_fraction("r1", fraction=1, at="20260105 091000")
    answers = take(a=record, b=record, c=rt.whole_fraction("r1", fraction=1, at="20260105 101000"))
    assert [str(answers[name].became) for name in "abc"] == ["taken", "ignored", "refused"]
    assert Session.objects.count() == 1


def test_machine_that_is_not_entered_is_said(plan: Plan, take: ImportAll) -> None:
    other = [rt.filled(TreatmentMachineName="Halcyon")]
    record = rt.whole_fraction("r1", fraction=1, at="20260105 091000", TreatmentMachineSequence=other)
    assert take(fx=record)["fx"].words.endswith("treated. No machine of the facility is called Halcyon.")
    assert Session.objects.get().machine is None


def test_record_of_a_patient_who_is_not_the_plans_is_refused(plan: Plan, take: ImportAll) -> None:
    answer = take(fx1=rt.whole_fraction("r1", fraction=1, at="20260105 091000", PatientID="SOMEONE-ELSE"))["fx1"]
    assert (answer.became, Session.objects.count()) == (Became.REFUSED, 0)
    assert answer.words.startswith(f"PatientID is not that of the patient of plan {plan.pk}.")
    assert "SOMEONE" not in answer.words


def test_record_without_its_plan_is_refused_with_what_to_do(course: Course, take: ImportAll) -> None:
    answer = take(fx1=rt.whole_fraction("r1", fraction=1, at="20260105 091000"))["fx1"]
    assert answer.words == "Its plan is not here. Import the RT Plan, then this record again."


def test_record_of_a_day_to_come_is_refused(plan: Plan, take: ImportAll) -> None:
    answer = take(fx1=rt.whole_fraction("r1", fraction=1, at="20980105 091000"))["fx1"]
    assert answer.became is Became.REFUSED
    assert "future" in answer.words


def test_fractions_of_a_second_group_count_on(course: Course, take: ImportAll) -> None:
    phases = rt.imrt_plan()
    phases.FractionGroupSequence = [rt.group(1, 5, [1, 2]), rt.group(2, 3, [3, 4])]
    boost = [rt.delivered(3), rt.delivered(4)]
    record = rt.record("r6", fraction=1, at="20260112 091000", beams=boost, ReferencedFractionGroupNumber=2)
    answers = take(plan=phases, boost=record)
    assert Session.objects.get().fractions.get().number == 6
    assert answers["boost"].became is Became.TAKEN
    lost = rt.record("r7", fraction=2, at="20260113 091000", beams=boost, ReferencedFractionGroupNumber=9)
    assert "names none of them" in take(lost=lost)["lost"].words


def test_photons_and_electrons_of_one_visit_are_mixed(course: Course, take: ImportAll) -> None:
    mixed = rt.plan([rt.static(1), rt.electrons(2)])
    beams = [rt.delivered(1), rt.delivered(2, RadiationType="ELECTRON")]
    take(plan=mixed, fx1=rt.record("r1", fraction=1, at="20260105 091000", beams=beams))
    assert Session.objects.get().mixed_electrons


def test_two_plans_of_one_visit_are_one_session(plan: Plan, take: ImportAll) -> None:
    other = rt.plan([rt.static(1)], SOPInstanceUID=rt.uid("other"), RTPlanLabel="P2")
    reference = [rt.filled(ReferencedSOPInstanceUID=rt.uid("other"))]
    take(
        plan2=other,
        fx1=rt.whole_fraction("r1", fraction=1, at="20260105 091000"),
        fx2=rt.record(
            "r2", fraction=1, at="20260105 092000", beams=[rt.delivered(1)], ReferencedRTPlanSequence=reference
        ),
    )
    session = Session.objects.get()
    assert session.fractions.count() == 2


# --- beside people ----------------------------------------------------------------------------------------------------


def logged_by_hand(plan: Plan, at: str, number: int, status: str = "treated") -> Session:
    return log_session(
        course=plan.course, plans=[plan], at=cast.local(at), by=cast.user(Role.THERAPIST), numbers={plan: number},
        status=status, status_reason="" if status == "treated" else "patient unwell",
    ).session  # fmt: skip


def test_session_that_a_therapist_logged_is_found_and_not_made_twice(plan: Plan, take: ImportAll) -> None:
    session = logged_by_hand(plan, "2026-01-05 09:14", 1)
    answer = take(fx1=rt.whole_fraction("r1", fraction=1, at="20260105 091000"))["fx1"]
    assert Session.objects.get() == session
    assert answer.words == f"session {session.pk}, fraction 1 of plan {plan.pk}: treated, as a person entered it."
    assert session.beams.count() == 4


def test_record_that_numbers_no_fraction_belongs_to_the_session_that_was_logged_about_then(
    plan: Plan, take: ImportAll
) -> None:
    session = logged_by_hand(plan, "2026-01-05 09:14", 1)
    logged_by_hand(plan, "2026-01-05 15:30", 2)
    whole = [rt.delivered(number) for number in range(1, 5)]
    answer = take(fx1=rt.record("r1", fraction=None, at="20260105 091000", beams=whole))["fx1"]
    assert f"session {session.pk}, a fraction of plan {plan.pk}: treated, as a person entered it" in answer.words
    assert (Session.objects.count(), session.beams.count()) == (2, 4)


def test_record_of_some_beams_that_numbers_no_fraction_waits_for_the_others(plan: Plan, take: ImportAll) -> None:
    some, rest = [rt.delivered(1), rt.delivered(2)], [rt.delivered(3), rt.delivered(4)]
    answer = take(some=rt.record("r1", fraction=None, at="20260105 091000", beams=some))["some"]
    assert "no record of beam 3, 4 yet" in answer.words
    assert statuses(plan.course) == [("partial", False)]
    take(rest=rt.record("r2", fraction=None, at="20260105 091500", beams=rest))
    assert statuses(plan.course) == [("treated", True)]


def test_record_of_an_hour_that_was_shown_twice_is_known_again(plan: Plan, take: ImportAll) -> None:
    take(fx1=rt.whole_fraction("r1", fraction=1, at="20251102 013000"))
    again = take(fx1=rt.whole_fraction("r1", fraction=1, at="20251102 013000"))["fx1"]
    assert again.words == f"filed before, session {Session.objects.get().pk}."


def test_a_beam_given_in_the_evening_is_named_by_the_departments_day(plan: Plan, take: ImportAll) -> None:
    take(fx1=rt.whole_fraction("r1", fraction=1, at="20260105 223000"))
    answer = take(twice=rt.whole_fraction("r2", fraction=1, at="20260106 091000"))["twice"]
    assert "was delivered on 2026-01-05 by another record" in answer.words


def test_a_therapist_who_logs_what_a_record_left_in_doubt_is_told_to_sign_it(plan: Plan, take: ImportAll) -> None:
    take(some=rt.record("r1", fraction=1, at="20260105 091000", beams=[rt.delivered(1)]))
    logged = log_session(
        course=plan.course, plans=[plan], at=cast.local("2026-01-05 09:12"), by=cast.user(Role.THERAPIST),
        numbers={plan: 1},
    )  # fmt: skip
    assert (logged.is_new, logged.session.signed_at) == (False, None)
    assert "earns nothing until then: open it, correct it if need be, and sign it." in logged.message


def test_difference_between_person_and_machine_is_said_and_the_person_stands(plan: Plan, take: ImportAll) -> None:
    session = logged_by_hand(plan, "2026-01-06 09:10", 2)
    answer = take(stop=interrupted())["stop"]
    assert "treated, as a person entered it; the machine says partial: check it." in answer.words
    session.refresh_from_db()
    assert session.status == "treated"


def test_fraction_that_a_person_entered_for_another_day_is_refused(plan: Plan, take: ImportAll) -> None:
    session = logged_by_hand(plan, "2026-01-04 09:10", 1)
    answer = take(fx1=rt.whole_fraction("r1", fraction=1, at="20260105 091000"))["fx1"]
    assert answer.became is Became.REFUSED
    assert f"was entered for 2026-01-04, session {session.pk}; the record is of 2026-01-05" in answer.words
    assert session.beams.count() == 0


def test_what_a_person_corrected_is_not_overwritten_by_later_beams(plan: Plan, take: ImportAll) -> None:
    take(stop=interrupted())
    session = Session.objects.get()
    amend_session(session=session, by=cast.user(Role.THERAPIST), reason="Rest given at once", status="treated")
    rest = rt.record("rest", fraction=2, at="20260106 091800", beams=[rt.delivered(4, 30, status="OPERATOR")])
    answer = take(rest=rest)["rest"]
    session.refresh_from_db()
    assert (session.status, session.amendment_reason) == ("treated", "Rest given at once")
    assert "the machine says partial: check it" in answer.words


def test_record_of_a_cancelled_session_stays_out(plan: Plan, take: ImportAll) -> None:
    take(fx1=rt.whole_fraction("r1", fraction=1, at="20260105 091000"))
    session = Session.objects.get()
    cancel_session(session=session, by=cast.user(Role.THERAPIST), reason="Phantom on the table")
    answer = take(fx1=rt.whole_fraction("r1", fraction=1, at="20260105 091000"))["fx1"]
    assert answer.words == f"filed before, session {session.pk}, which was cancelled since."
    assert statuses(plan.course) == []


def test_a_bad_record_keeps_no_good_one_out(plan: Plan, take: ImportAll) -> None:
    good = rt.whole_fraction("r1", fraction=1, at="20260105 091000")
    answers = take(good=good, cut=rt.as_bytes(good)[:-40], text=b"no plan\n" * 40, late=continued())
    assert {name: str(answer.became) for name, answer in answers.items()} == {
        "good": "taken",
        "cut": "refused",
        "text": "refused",
        "late": "taken",
    }


def test_damaged_files_are_stored_soundly_or_refused_and_never_end_the_import(plan: Plan, take: ImportAll) -> None:
    dice = Random(2026)
    for turn in range(40):
        fresh = rt.imrt_plan(SOPInstanceUID=rt.uid(f"plan {turn}"))
        record = rt.whole_fraction(f"r{turn}", fraction=turn + 1, at=f"202602{turn % 28 + 1:02} 091000")
        damaged = {}
        for name, dataset in (("plan", fresh), ("record", record)):
            data = bytearray(rt.as_bytes(dataset))
            for _ in range(dice.randint(1, 3)):
                data[dice.randrange(len(data))] ^= dice.randint(1, 255)
            damaged[name] = bytes(data)
        answers = take(**damaged)
        assert all(answer.words.endswith(".") for answer in answers.values())
    # What stands after all that is sound: every beam belongs to a fraction that its session delivered.
    for beam in DeliveredBeam.objects.all():
        assert beam.session.fractions.filter(plan=beam.plan, number=beam.fraction_number).exists()
