"""Authorizations as a biller enters them: what is refused, what counts, for which payer, and what becomes of it."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from billing.authorizations import (
    change_authorization,
    end_authorization,
    enter_authorization,
    history_of,
    void_authorization,
)
from billing.capture import capture_course
from billing.models import Authorization, AuthorizedLine, StandingFinding
from patients.models import Coverage, PayerPolicy
from patients.roles import Role
from tests import cast
from tests.captures import deliver_days, practice_fees

pytestmark = pytest.mark.django_db
DELIVERY = "77386"


@pytest.fixture
def ada() -> cast.Treated:
    practice_fees()
    return cast.ada()


def said(**changed: Any) -> Any:
    return {
        "codes": [DELIVERY, "77385"], "units": 20, "effective_from": date(2025, 3, 1),
        "effective_to": date(2025, 5, 31), "number": "PA-1", **changed,
    }  # fmt: skip


def enter(treated: cast.Treated, **changed: Any) -> Authorization:
    made, _ = enter_authorization(course=treated.course, by=cast.user(Role.BILLER), said=said(**changed))
    return made


def faults(treated: cast.Treated, **changed: Any) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as refused:
        enter(treated, **changed)
    assert not Authorization.objects.exists()
    return refused.value.message_dict


def held(treated: cast.Treated) -> list[tuple[str, date | None]]:
    """The holds of R1 on delivery that stand after a capture, each with its day."""
    capture_course(course_id=treated.course.pk)
    found = StandingFinding.objects.filter(
        code__startswith="authorization-", severity="hold", resolved_at=None, entry__family="delivery"
    )
    return sorted(found.values_list("code", "service_on"), key=str)


def test_it_belongs_to_the_primary_coverage_of_its_first_day_unless_another_is_named(ada: cast.Treated) -> None:
    assert enter(ada).coverage == ada.coverage


def test_every_fault_is_named_by_field_and_nothing_is_stored(ada: cast.Treated) -> None:
    Coverage.objects.update(effective_to=date(2025, 4, 30))
    tomorrow = timezone.localdate() + timedelta(days=2)
    found = faults(
        ada, codes=["77386", "77386", "99499", "7738", ], units=0, effective_from=date(2009, 1, 1),
        effective_to=date(2008, 1, 1), coverage=ada.coverage, technique="magic", status="maybe",
        requested_on=date(2025, 3, 9), decided_on=date(2025, 3, 2), contact="x" * 121,
    )  # fmt: skip
    assert set(found) == {
        "codes", "units", "effective_from", "effective_to", "technique", "status", "decided_on", "contact"
    }  # fmt: skip
    assert len(found["codes"]) == 3
    assert set(faults(ada, requested_on=tomorrow, effective_to=date(2025, 5, 1))) == {"requested_on", "effective_to"}


@pytest.mark.parametrize("units", [0, -3, 10_000])
def test_units_that_cannot_be_are_refused_at_their_field(ada: cast.Treated, units: int) -> None:
    assert set(faults(ada, units=units)) == {"units"}


def test_an_end_before_the_start_is_refused_at_its_field(ada: cast.Treated) -> None:
    assert set(faults(ada, effective_to=date(2025, 2, 28))) == {"effective_to"}


def test_a_code_that_is_in_force_on_none_of_the_days_is_refused(ada: cast.Treated) -> None:
    (fault,) = faults(ada, codes=["77418"])["codes"]
    assert "not in force on any of these days" in fault


def test_days_before_the_coverage_are_refused(ada: cast.Treated) -> None:
    assert set(faults(ada, effective_from=date(2009, 1, 1))) == {"effective_from"}


def test_another_patients_coverage_is_refused(ada: cast.Treated) -> None:
    assert set(faults(ada, coverage=cast.clara().coverage)) == {"coverage"}


def test_the_same_number_for_the_same_code_and_days_is_refused_a_second_time(ada: cast.Treated) -> None:
    enter(ada)
    with pytest.raises(ValidationError) as refused:
        enter(ada)
    assert set(refused.value.message_dict) == {"number"}
    assert enter(ada, codes=["77301"]).pk
    assert Authorization.objects.count() == 2


def test_the_same_key_makes_one(ada: cast.Treated) -> None:
    by = cast.user(Role.BILLER)
    first, is_new = enter_authorization(course=ada.course, by=by, said=said(), source_key="form:1")
    again, is_new_again = enter_authorization(course=ada.course, by=by, said=said(), source_key="form:1")
    assert (first.pk, is_new, is_new_again) == (again.pk, True, False)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("approved", 0), ("approved_with_changes", 0), ("requested", 3), ("denied", 3), ("voided", 3),
    ],
)  # fmt: skip
def test_only_what_is_approved_counts(ada: cast.Treated, status: str, expected: int) -> None:
    PayerPolicy.objects.create(payer=ada.coverage.payer, effective_from=date(2020, 1, 1), requires_authorization=True)
    ada.plan.approved_on = None
    ada.plan.save()
    deliver_days(ada, date(2025, 3, 3), 3)
    enter(ada, status=status)
    assert [code for code, _ in held(ada)] == ["authorization-missing"] * expected


def test_the_session_beyond_the_units_is_held_and_a_change_lets_it_go(ada: cast.Treated) -> None:
    days = [session.treated_on for session in deliver_days(ada, date(2025, 3, 3), 4)]
    row = enter(ada, units=2)
    assert held(ada) == [("authorization-exceeded", days[2]), ("authorization-exceeded", days[3])]
    changed = change_authorization(
        authorization=row, by=cast.user(Role.BILLER), reason="Two more approved", said={"units": 4}
    )
    assert held(ada) == []
    assert changed.amendment_reason == "Two more approved"


def test_ending_it_earlier_holds_the_sessions_after_that_day_alone(ada: cast.Treated) -> None:
    days = [session.treated_on for session in deliver_days(ada, date(2025, 3, 3), 3)]
    row = enter(ada)
    end_authorization(authorization=row, by=cast.user(Role.BILLER), on=days[1], reason="Withdrawn by the payer")
    assert held(ada) == [("authorization-expired", days[2])]


def test_it_ends_within_its_dates_and_with_a_reason(ada: cast.Treated) -> None:
    row = enter(ada)
    with pytest.raises(ValidationError) as refused:
        end_authorization(authorization=row, by=cast.user(Role.BILLER), on=date(2026, 1, 1), reason=" ")
    assert set(refused.value.message_dict) == {"on", "reason"}


def test_a_voided_one_stays_with_its_reason_and_frees_its_number(ada: cast.Treated) -> None:
    row = void_authorization(authorization=enter(ada), by=cast.user(Role.BILLER), reason="Entered for another course")
    assert (row.status, row.amendment_reason) == ("voided", "Entered for another course")
    assert enter(ada).pk != row.pk


def test_after_a_change_of_payer_each_payers_approval_serves_its_own_days(ada: cast.Treated) -> None:
    days = [session.treated_on for session in deliver_days(ada, date(2025, 3, 3), 6)]
    old = enter(ada, units=30)
    Coverage.objects.filter(pk=ada.coverage.pk).update(effective_to=days[2])
    new = Coverage.objects.create(patient=ada.patient, payer=cast.medicare(), member_id="NEW1", effective_from=days[3])
    assert held(ada) == []  # The new payer asks for none; the old payer's is nothing to it.
    PayerPolicy.objects.create(payer=cast.medicare(), effective_from=date(2020, 1, 1), requires_authorization=True)
    assert {(code, day) for code, day in held(ada)} == {("authorization-missing", day) for day in days[3:]}
    enter(ada, units=2, effective_from=days[3], number="PA-2", coverage=new, codes=["G6015"])
    assert held(ada) == [("authorization-exceeded", days[5])]
    assert old.coverage == ada.coverage


def test_of_several_approvals_of_a_day_each_charge_names_the_one_whose_units_it_uses(ada: cast.Treated) -> None:
    deliver_days(ada, date(2025, 3, 3), 3)
    first = enter(ada, units=2, effective_to=date(2025, 4, 30))
    assert not AuthorizedLine.objects.exists()  # One approval: its days tell it.
    more = enter(ada, units=8, number="PA-2")

    def named() -> list[int]:
        capture_course(course_id=ada.course.pk)
        lines = AuthorizedLine.objects.filter(entry__family="delivery").order_by("entry__service_on")
        return list(lines.values_list("authorization_id", flat=True))

    assert named() == [first.pk, first.pk, more.pk]
    change_authorization(authorization=first, by=cast.user(Role.BILLER), reason="One more", said={"units": 3})
    assert named() == [first.pk] * 3


def test_an_approval_of_another_technique_is_a_warning(ada: cast.Treated) -> None:
    enter(ada, technique="conformal_3d")
    capture_course(course_id=ada.course.pk)
    warning = StandingFinding.objects.filter(code="authorization-of-another-technique").first()
    assert warning is not None and warning.severity == "warning"
    Authorization.objects.update(technique="imrt")
    capture_course(course_id=ada.course.pk)
    assert not StandingFinding.objects.filter(code=warning.code, resolved_at=None).exists()


def test_an_approval_whose_last_day_has_passed_reads_as_expired(ada: cast.Treated) -> None:
    row = enter(ada)
    assert (row.state_on(row.effective_to), row.state_on(row.effective_to + timedelta(days=1))) == (
        "approved", "expired",
    )  # fmt: skip


def test_its_history_says_what_changed_and_why(ada: cast.Treated) -> None:
    row = enter(ada)
    by = cast.user(Role.BILLER)
    row = change_authorization(
        authorization=row, by=by, reason="Extended", said={"units": 28, "effective_to": date(2025, 6, 30)}
    )
    void_authorization(authorization=row, by=by, reason="Wrong course")
    sentences = [(change.what, change.note) for change in history_of(row)]
    assert sentences == [
        ("Voided", "Wrong course"),
        ("Changed: last day from 31 May 2025 to 30 Jun 2025, units from 20 to 28", "Extended"),
        ("Entered as approved: 20 units of 77386, 77385", ""),
    ]
