"""A released line whose filing limit has passed stays behind the export, held and open again; the others go."""

from datetime import date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from billing import worklist
from billing.models import ClaimFile, LedgerEntry, Review, StandingFinding
from patients.models import Coverage, PayerPolicy
from patients.roles import Role
from tests import cast
from tests.cast import Treated, local, user
from tests.exports import claimed, department, export, line, partner, patient, release, released_line

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def limited() -> Treated:
    """A patient of a payer that takes claims for 90 days."""
    partner()
    treated = patient(1)
    PayerPolicy.objects.create(payer=treated.coverage.payer, effective_from=date(2020, 1, 1), filing_limit_days=90)
    return treated


def standing(entry: LedgerEntry) -> list[tuple[str, str]]:
    rows = StandingFinding.objects.filter(entry=entry, resolved_at=None).order_by("id")
    return list(rows.values_list("code", "severity"))


def test_a_line_goes_on_the_last_day_of_its_limit_and_stays_behind_on_the_next(limited: Treated) -> None:
    entry = released_line(limited, service_on=date(2025, 12, 20))
    export(at=local("2026-03-21 01:00"))
    assert claimed([entry]) == [False]
    assert standing(entry) == [("filing-limit-passed", "hold")]
    entry = released_line(limited, service_on=date(2025, 12, 21))
    export(at=local("2026-03-21 23:59"))
    assert claimed([entry]) == [True]


def test_the_late_line_alone_stays_behind_and_is_open_again(limited: Treated) -> None:
    late = released_line(limited, service_on=date(2025, 12, 1))
    in_time = released_line(limited, service_on=date(2026, 3, 2))
    exported = export()
    assert claimed([late, in_time]) == [False, True]
    assert (exported.lines, exported.held_back, exported.errors) == (1, 1, [])
    review = Review.objects.get(entry=late)
    assert (review.state, review.reason) == (
        "open", "No longer released: The claim for 2025-12-01 had to arrive by 2026-03-01."
    )  # fmt: skip
    (row,) = worklist.lines()
    assert (row.pk, row.is_blocked) == (late.pk, True)


def test_where_every_line_is_late_there_is_no_file_and_nothing_fails(limited: Treated) -> None:
    late = released_line(limited, service_on=date(2025, 12, 1))
    exported = export()
    assert (ClaimFile.objects.count(), exported.held_back, exported.errors) == (0, 1, [])
    assert standing(late) == [("filing-limit-passed", "hold")]
    again = export()
    assert again.held_back == 0 and standing(late) == [("filing-limit-passed", "hold")]


def test_a_dry_run_holds_nothing(limited: Treated) -> None:
    late = released_line(limited, service_on=date(2025, 12, 1))
    export(dry_run=True)
    assert standing(late) == [] and Review.objects.get(entry=late).state == "released"


def test_a_line_that_a_manager_let_pass_goes_out_late(limited: Treated) -> None:
    late = released_line(limited, service_on=date(2025, 12, 1))
    export()
    manager, at = user(Role.BILLING_MANAGER), local("2026-03-20 09:00")
    finding = StandingFinding.objects.get(entry=late, resolved_at=None)
    worklist.override_finding(finding_id=finding.pk, reason="The payer granted two weeks", by=manager, at=at)
    assert worklist.release(entry_ids=[late.pk], by=manager, at=at).done == (late.pk,)
    export(at=local("2026-03-21 01:00"))
    assert claimed([late]) == [True]


def test_the_warning_of_the_release_gives_way_to_the_hold(limited: Treated) -> None:
    entry = line(limited, service_on=date(2025, 12, 1))
    release(entry)
    Review.objects.all().delete()
    worklist.release(entry_ids=[entry.pk], by=user(Role.BILLER), at=local("2026-02-27 09:00"))
    assert standing(entry) == [("filing-limit-near", "warning")]
    export()
    assert standing(entry) == [("filing-limit-passed", "hold")]


@pytest.mark.parametrize(
    ("at", "goes"), [("2026-02-28 01:00", True), ("2026-02-28 23:59", True), ("2026-03-01 00:01", False)]
)
def test_medicare_ends_a_leap_day_with_the_last_of_february(at: str, goes: bool) -> None:
    partner()
    treated = patient(1, payer=cast.medicare(), opened_on=date(2025, 2, 3))
    PayerPolicy.objects.create(payer=cast.medicare(), effective_from=date(2020, 1, 1), filing_limit_days=30)
    entry = released_line(treated, service_on=date(2025, 2, 28))
    export(at=local(at))
    assert claimed([entry]) == [goes]


def test_the_policy_and_the_payer_of_the_day_of_service_decide(limited: Treated) -> None:
    PayerPolicy.objects.update(effective_to=date(2025, 11, 30))
    no_longer_limited = released_line(limited, service_on=date(2025, 12, 1))
    Coverage.objects.filter(pk=limited.coverage.pk).update(effective_to=date(2025, 12, 1))
    Coverage.objects.create(
        patient=limited.patient, payer=cast.medicare(), member_id="M1", effective_from=date(2025, 12, 2)
    )
    of_medicare = released_line(limited, service_on=date(2025, 12, 2))
    export()
    assert claimed([no_longer_limited, of_medicare]) == [True, True]


@pytest.mark.parametrize("served_on", [date(2025, 12, 20), date(2025, 12, 21), date(2025, 12, 22)])
def test_release_and_export_agree_on_every_day(limited: Treated, served_on: date) -> None:
    at: datetime = local("2026-03-21 12:00")
    entry = line(limited, service_on=served_on)
    release(entry)
    Review.objects.all().delete()
    may_be_released = worklist.release(entry_ids=[entry.pk], by=user(Role.BILLER), at=at).done == (entry.pk,)
    StandingFinding.objects.all().delete()
    Review.objects.update_or_create(entry=entry, defaults={"state": "released", "at": at})
    export(at=at)
    assert claimed([entry]) == [may_be_released]


def test_the_number_of_statements_does_not_grow_with_the_late_lines(limited: Treated) -> None:
    def statements(size: int) -> int:
        department(size)
        with CaptureQueriesContext(connection) as counted:
            export(at=local("2026-08-20 01:00"))
        return len(counted)

    assert statements(1) == statements(12)
    assert StandingFinding.objects.filter(code="filing-limit-passed").count() == 13
