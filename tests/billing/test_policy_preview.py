"""What a payer's policy would change is shown before it is saved: lines, dollars, holds; nothing is written."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.apps import apps
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext

from billing import policies
from billing.capture import capture_course, capture_courses
from billing.capture.foresight import CourseForesight, Totals, Turn, words_of_change
from billing.capture.preview import World, foresee, reading_only
from billing.models import LedgerEntry
from billing.policies import DEFAULTS, Scope, Settings, Wanted
from billing.rules.facts import PolicyFacts
from patients.models import Coverage, Payer
from patients.terms import PhysicsTail, SecondSessionModifier
from tests import cast
from tests.captures import deliver, deliver_days, practice_fees, put_on_claim, standing
from tests.cast import Treated

pytestmark = pytest.mark.django_db

TODAY = date(2025, 4, 1)
XE = Settings(PolicyFacts(second_session_modifier=SecondSessionModifier.SEPARATE_ENCOUNTER))
SINCE = date(2025, 1, 1)


@pytest.fixture
def boris() -> Treated:
    """Boris, treated twice on one day at the centre, commercial: his second session carries 76."""
    practice_fees()
    patient = cast.treated(
        mrn="B-1002", last_name="Brandt", first_name="Boris", facility=cast.center(), payer=cast.commercial(),
        opened_on=date(2025, 3, 3), diagnosis="C61", sessions_per_day=2,
    )  # fmt: skip
    deliver(patient, "2025-03-20 08:00", number=1)
    deliver(patient, "2025-03-20 15:00", number=2)
    capture_course(course_id=patient.course.pk)
    return patient


def planned(payer: Payer, settings: Settings, first: date = SINCE, last: date | None = None) -> policies.Plan:
    return policies.planned(payer_id=payer.pk, wanted=Wanted(first, last, settings))


def scope(payer: Payer, settings: Settings, first: date = SINCE) -> Scope:
    return policies.scope_of(planned(payer, settings, first), payer_id=payer.pk, today=TODAY)


def foreseen(payer: Payer, settings: Settings, first: date = SINCE) -> tuple[CourseForesight, ...]:
    return tuple(one for one in policies.look(scope(payer, settings, first)).foreseen if not one.is_quiet)


def everything() -> dict[str, object]:
    """How many rows each table of the house has, and every row of the ledger."""
    counts = {model._meta.label: model._default_manager.count() for model in apps.get_models()}
    return {**counts, "ledger": list(LedgerEntry.objects.order_by("id").values())}


def test_another_modifier_is_foreseen_on_the_second_session_alone(boris: Treated) -> None:
    (course,) = foreseen(boris.coverage.payer, XE)
    (change,) = course.changes
    assert change.before is not None and change.after is not None
    assert (change.before.line.modifiers, change.after.line.modifiers) == (("76",), ("XE",))
    assert words_of_change(change.before, change.after) == ["modifiers 76 → XE"]
    assert (change.turn, change.because.rule, change.difference) == (Turn.CHANGED, "L1", Decimal("0.00"))


def test_what_is_foreseen_is_what_the_capture_does_after_saving(boris: Treated) -> None:
    payer = boris.coverage.payer
    (course,) = foreseen(payer, XE)
    expected = {change.shown.line.key: change.shown.line.modifiers for change in course.changes}
    before = {entry.line_key for entry in standing(boris, with_the_plan=True)}
    policies.save_period(payer_id=payer.pk, wanted=Wanted(SINCE, None, XE), reason="Letter of 3 March", today=TODAY)
    first_ids = set(LedgerEntry.objects.values_list("id", flat=True))
    capture_course(course_id=boris.course.pk)
    fresh = LedgerEntry.objects.filter(kind="charge").exclude(id__in=first_ids)
    assert {entry.line_key: tuple(entry.modifiers) for entry in fresh} == expected
    assert {entry.line_key for entry in standing(boris, with_the_plan=True)} == before


def test_a_look_writes_nothing_anywhere(boris: Treated) -> None:
    before = everything()
    policies.look(scope(boris.coverage.payer, XE))
    assert everything() == before


def test_a_look_could_not_write_if_it_tried(boris: Treated) -> None:
    with pytest.raises(DatabaseError, match="read-only transaction"), reading_only():
        Payer.objects.filter(pk=boris.coverage.payer.pk).update(name="Renamed")
    assert Payer.objects.get(pk=boris.coverage.payer.pk).name != "Renamed"


def test_after_a_look_the_surrounding_work_may_write_again(boris: Treated) -> None:
    policies.look(scope(boris.coverage.payer, XE))
    assert Payer.objects.filter(pk=boris.coverage.payer.pk).update(name="Renamed") == 1


def test_a_line_on_a_claim_is_foreseen_as_a_correction(boris: Treated) -> None:
    put_on_claim([entry for entry in standing(boris) if "76" in entry.modifiers])
    (course,) = foreseen(boris.coverage.payer, XE)
    assert [change.is_claimed for change in course.changes] == [True]
    totals = Totals()
    totals.add([course])
    assert totals.corrections == 1


def test_a_hold_that_appears_is_told_with_its_reason(boris: Treated) -> None:
    nine_hours = Settings(replace(DEFAULTS.policy, minimum_hours_between_sessions=9))
    (course,) = foreseen(boris.coverage.payer, nine_hours)
    assert [finding.code for finding in course.appearing] == ["sessions-too-close"]
    assert [(change.turn, change.shown.line.modifiers) for change in course.changes] == [(Turn.REMOVED, ("76",))]
    totals = Totals()
    totals.add([course])
    assert totals.difference == -Decimal("845.00") and totals.turns == {"removed": 1}


def test_an_authorization_that_the_payer_asks_for_holds_the_lines_and_says_what_they_come_to(boris: Treated) -> None:
    asking = Settings(replace(DEFAULTS.policy, requires_authorization=True))
    totals = Totals()
    totals.add(foreseen(boris.coverage.payer, asking))
    lines = standing(boris, with_the_plan=True)
    free = [line for line in lines if not line.findings.filter(severity="hold", source="rules").exists()]
    assert totals.appearing == {"authorization-missing": len(lines)}
    assert (totals.held, totals.difference) == (len(free), Decimal("0.00"))
    assert totals.held_amount == sum(line.amount or 0 for line in free)


def test_dollars_are_told_by_fee_schedule() -> None:
    practice = practice_fees()
    ada = cast.ada()
    ada.course.closed_on = date(2025, 3, 12)
    ada.course.save()
    deliver_days(ada, date(2025, 3, 4), 7)
    tail = Settings(replace(DEFAULTS.policy, physics_tail=PhysicsTail.ANY))
    totals = Totals()
    totals.add(foreseen(ada.coverage.payer, tail))
    assert totals.turns == {"added": 1}
    assert {key: one.after - one.before for key, one in totals.by_schedule.items()} == {practice.pk: Decimal("165.00")}


def test_days_before_the_period_keep_their_lines(boris: Treated) -> None:
    assert foreseen(boris.coverage.payer, XE, date(2025, 3, 20)) != ()
    assert foreseen(boris.coverage.payer, XE, date(2025, 3, 21)) == ()


def test_a_period_that_begins_later_is_tried_on_the_window(boris: Treated) -> None:
    tried = scope(boris.coverage.payer, XE, date(2025, 5, 1))
    assert tried.is_trial
    (course,) = (one for one in policies.look(tried).foreseen if not one.is_quiet)
    assert [change.shown.line.modifiers for change in course.changes] == [("XE",)]


def test_courses_of_other_payers_and_older_ones_are_not_looked_at(boris: Treated) -> None:
    ada = cast.ada(payer=cast.medicare())
    deliver_days(ada, date(2025, 3, 4), 2)
    old = cast.clara()
    Coverage.objects.filter(patient=old.patient).update(payer=boris.coverage.payer)
    deliver(old, "2024-12-30 09:00", number=1)
    asked = scope(boris.coverage.payer, XE, date(2024, 1, 1))
    assert [one.course_id for one in policies.look(asked).foreseen] == [boris.course.pk]
    assert policies.count_courses(asked) == 1
    plan = planned(boris.coverage.payer, XE, date(2024, 1, 1))
    assert policies.count_older_courses(plan, asked) == 1
    assert policies.count_older_courses(planned(boris.coverage.payer, XE, date(2025, 1, 1)), asked) == 0


def test_a_batch_ends_where_the_next_one_begins_and_none_is_left_out(boris: Treated) -> None:
    others = [cast.treated(
        mrn=f"B-{n}", last_name=f"Berg{n}", facility=cast.center(), payer=boris.coverage.payer,
        opened_on=date(2025, 3, 3), diagnosis="C61",
    ) for n in range(4)]  # fmt: skip
    for other in others:
        deliver(other, "2025-03-20 08:00", number=1)
    asked = scope(boris.coverage.payer, XE)
    seen: list[int] = []
    after: int | None = 0
    while after is not None:
        step = policies.look(asked, after_id=after, most=2)
        seen += [one.course_id for one in step.foreseen]
        after = step.last_id
    assert seen == sorted([boris.course.pk, *(other.course.pk for other in others)])
    assert policies.count_courses(asked) == len(seen)


def test_the_number_of_statements_of_a_look_does_not_grow_with_the_courses(boris: Treated) -> None:
    asked = scope(boris.coverage.payer, XE)
    with CaptureQueriesContext(connection) as one:
        policies.look(asked)
    for n in range(8):
        other = cast.treated(
            mrn=f"B-{n}", last_name=f"Berg{n}", facility=cast.center(), payer=boris.coverage.payer,
            opened_on=date(2025, 3, 3), diagnosis="C61",
        )  # fmt: skip
        deliver_days(other, date(2025, 3, 4), 3)
    capture_courses(course_ids=[row["course_id"] for row in LedgerEntry.objects.values("course_id").distinct()])
    with CaptureQueriesContext(connection) as nine:
        assert len(policies.look(asked).foreseen) == 9
    assert len(nine) == len(one)


def test_a_course_of_which_the_rules_cannot_answer_costs_the_others_nothing(boris: Treated) -> None:
    ada = cast.ada(payer=boris.coverage.payer)
    deliver_days(ada, date(2025, 3, 4), 1)

    def breaks(course: object) -> object:
        if course.facts.id == str(ada.course.pk):  # type: ignore[attr-defined]
            raise RuntimeError("Abbott, Ada")
        return course

    found = foresee(course_ids=[ada.course.pk, boris.course.pk], after=World(course=breaks))  # type: ignore[arg-type]
    by_id = {one.course_id: one for one in found}
    assert by_id[ada.course.pk].error == "RuntimeError"
    assert by_id[boris.course.pk].is_quiet


def test_the_same_policy_again_changes_nothing(boris: Treated) -> None:
    assert foreseen(boris.coverage.payer, DEFAULTS) == ()
