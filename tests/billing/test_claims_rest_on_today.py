"""A line is released and claimed only while what it was derived from still stands; else it waits for a capture."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from pytest_django import Settings

from billing import worklist
from billing.capture import capture_course
from billing.models import Claim, LedgerEntry
from patients.models import Coverage, Facility, PayerPolicy
from patients.registration import correct_coverage
from patients.roles import Role
from tests import cast
from tests.billing.claimed_ada import NIGHT, NOW
from tests.captures import deliver_days, practice_fees, standing
from tests.exports import export, partner

pytestmark = pytest.mark.django_db
Change = Callable[[cast.Treated], object]


def other_payer(ada: cast.Treated) -> None:
    own = Coverage.objects.get(patient=ada.patient)
    correct_coverage(coverage=own, payer=cast.medicare(), member_id="1EG4TE5MK73", effective_from=own.effective_from)


def other_policy(ada: cast.Treated) -> None:
    PayerPolicy.objects.create(payer=ada.coverage.payer, effective_from=date(2025, 1, 1), delivery_code_set="hcpcs_g")


def other_setting(ada: cast.Treated) -> None:
    Facility.objects.filter(pk=ada.course.facility_id).update(place_of_service="19")


CHANGES = [other_payer, other_policy, other_setting]


@pytest.fixture
def ada(settings: Settings, tmp_path: Path) -> cast.Treated:
    """Ada, whose three sessions were charged."""
    settings.CLAIM_OUTBOX = tmp_path
    partner()
    practice_fees()
    found = cast.ada()
    deliver_days(found, date(2025, 3, 4), 3)
    capture_course(course_id=found.course.pk)
    return found


def released(ada: cast.Treated) -> tuple[list[LedgerEntry], tuple[worklist.Refusal, ...]]:
    lines = standing(ada)
    decided = worklist.release(entry_ids=[line.pk for line in lines], by=cast.user(Role.BILLER), at=NOW)
    return lines, tuple(decided.refused)


@pytest.mark.parametrize("change", CHANGES)
def test_released_lines_wait_for_the_capture_that_a_change_asks_for(ada: cast.Treated, change: Change) -> None:
    _, refused = released(ada)
    assert refused == ()
    change(ada)
    assert (export(at=NIGHT).claims, Claim.objects.count()) == (0, 0)
    capture_course(course_id=ada.course.pk)
    _, refused = released(ada)
    assert refused == ()
    exported = export(at=NIGHT)
    assert exported.lines == len(standing(ada))
    assert {claim.payer for claim in Claim.objects.all()} == {Coverage.objects.get(patient=ada.patient).payer}


@pytest.mark.parametrize("change", CHANGES)
def test_lines_of_yesterdays_facts_are_not_released(ada: cast.Treated, change: Change) -> None:
    change(ada)
    lines, refused = released(ada)
    assert [one.entry_id for one in refused] == [line.pk for line in lines]
    assert {one.reason for one in refused} == {
        "The course changed, and its charges are being derived again. Try again in a minute."
    }
