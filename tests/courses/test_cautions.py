"""What is said before an entry is saved: one sentence each, and none where nothing speaks against it."""

from datetime import date
from decimal import Decimal

import pytest

from courses.delivery import warnings
from courses.delivery.cautions import minimum_hours
from courses.models import Plan
from courses.terms import SessionStatus
from patients.models import Coverage, PayerPolicy
from tests import cast
from tests.courses.logbook import log

pytestmark = pytest.mark.django_db


def said(treated: cast.Treated, at: str, number: int, **more: object) -> list[tuple[str, str]]:
    treated.plan.refresh_from_db()
    found = warnings(course=treated.course, numbers={treated.plan: number}, at=cast.local(at), **more)  # type: ignore[arg-type]
    return [(caution.code, caution.message) for caution in found]


def test_an_ordinary_fraction_needs_no_warning() -> None:
    ada = cast.ada()
    log(ada, "2025-03-04 09:00")
    assert said(ada, "2025-03-05 09:00", 2) == []


def test_a_fraction_out_of_turn_is_named_with_the_one_expected() -> None:
    ada = cast.ada()
    log(ada, "2025-03-04 09:00")
    assert said(ada, "2025-03-05 09:00", 4) == [
        ("not-the-next-fraction", "Fraction 4 of P1 is not the next one, which is 2.")
    ]


def test_a_fraction_beyond_the_prescription_is_said() -> None:
    ada = cast.ada()
    Plan.objects.update(fractions=1)
    log(ada, "2025-03-04 09:00")
    assert said(ada, "2025-03-05 09:00", 2) == [("beyond-prescription", "Fraction 2 of P1 is beyond the 1 prescribed.")]


@pytest.mark.parametrize(
    ("approved_on", "sentence"),
    [
        (None, "Plan P1 is not approved by a physician."),
        (date(2025, 3, 5), "Plan P1 was approved on 2025-03-05, after this day."),
    ],
)
def test_a_plan_not_approved_that_day_is_said(approved_on: date | None, sentence: str) -> None:
    ada = cast.ada()
    Plan.objects.update(approved_on=approved_on)
    assert said(ada, "2025-03-04 09:00", 1) == [("plan-not-approved", sentence)]


def test_a_gap_under_six_hours_is_said_and_exactly_six_is_not() -> None:
    boris = cast.boris()
    log(boris, "2025-05-06 08:00")
    assert said(boris, "2025-05-06 13:59", 2) == [
        ("under-minimum-gap", "Only 5 h 59 min from the other session of this day; the payer wants 6 h.")
    ]
    assert said(boris, "2025-05-06 14:00", 2) == []


def test_the_gap_that_the_payer_wants_on_that_day_decides() -> None:
    boris = cast.boris()
    PayerPolicy.objects.create(
        payer=boris.coverage.payer, effective_from=date(2025, 5, 1), effective_to=date(2025, 5, 31),
        minimum_hours_between_sessions=Decimal("4.5"),
    )  # fmt: skip
    log(boris, "2025-05-06 08:00")
    assert said(boris, "2025-05-06 12:30", 2) == []
    assert minimum_hours(boris.course, date(2025, 5, 6)) == Decimal("4.5")
    assert minimum_hours(boris.course, date(2025, 6, 1)) == Decimal(6)


def test_the_gap_runs_over_the_change_of_the_clocks_in_real_hours() -> None:
    clara = cast.clara()
    log(clara, "2026-03-08 00:30")
    # 06:30 on the wall is five hours later: the clock jumped from 02:00 to 03:00.
    assert [code for code, _ in said(clara, "2026-03-08 06:30", 2)] == ["under-minimum-gap"]
    assert said(clara, "2026-03-08 07:30", 2) == []


def test_a_colleagues_entry_of_minutes_ago_is_said() -> None:
    clara = cast.clara()
    log(clara, "2026-02-03 09:50", therapist="kim")
    found = said(clara, "2026-02-03 09:58", 2, status=SessionStatus.ABORTED)
    assert found == [("just-logged", "Therapist Tester logged a session of this patient less than a minute ago.")]


def test_a_resumption_is_not_out_of_turn_and_too_close() -> None:
    ada = cast.ada()
    partial = log(ada, "2025-03-04 09:00", status=SessionStatus.PARTIAL).session
    assert said(ada, "2025-03-04 11:00", 1, resumes=partial) == []


def test_a_coverage_that_ended_is_said_with_its_day_and_another_one_settles_it() -> None:
    ada = cast.ada()
    Coverage.objects.update(effective_to=date(2025, 3, 31))
    assert said(ada, "2025-03-31 09:00", 1) == []
    assert said(ada, "2025-04-01 09:00", 1) == [
        ("coverage-ended", "The coverage by Acme Health ended on 2025-03-31; none is entered for this day.")
    ]
    Coverage.objects.create(
        patient=ada.patient, payer=cast.medicare(), member_id="M2", effective_from=date(2025, 4, 1), rank="secondary"
    )
    assert [code for code, _ in said(ada, "2025-04-01 09:00", 1)] == ["coverage-ended"]
    Coverage.objects.create(patient=ada.patient, payer=cast.medicare(), member_id="M1", effective_from=date(2025, 4, 1))
    assert said(ada, "2025-04-01 09:00", 1) == []


def test_a_patient_without_any_coverage_is_said() -> None:
    ada = cast.ada()
    Coverage.objects.all().delete()
    assert said(ada, "2025-03-04 09:00", 1) == [("no-coverage", "No coverage of the patient is entered for this day.")]


def test_isocenters_that_are_not_as_planned_are_said() -> None:
    ada = cast.ada()
    assert said(ada, "2025-03-04 09:00", 1, isocenters=1) == []
    assert said(ada, "2025-03-04 09:00", 1, isocenters=2) == [
        ("isocenters-not-as-planned", "The entry says 2 isocenters, the plans say 1.")
    ]
    Plan.objects.update(isocenters=None)
    assert said(ada, "2025-03-04 09:00", 1, isocenters=2) == []


def test_a_day_outside_the_course_is_said() -> None:
    ada = cast.ada()
    ada.course.closed_on = date(2025, 3, 10)
    ada.course.save()
    assert [code for code, _ in said(ada, "2025-03-11 09:00", 1)] == ["course-closed"]
    assert [code for code, _ in said(ada, "2025-03-01 09:00", 1)] == ["plan-not-approved", "before-the-course"]
