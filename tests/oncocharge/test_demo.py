"""The demo is the same for the same day, can be loaded twice, and shows what a department's worklist shows."""

from collections import Counter
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from pytest_django import Settings

from billing.hindsight.comparing import Days
from billing.hindsight.looking import Question, begun, go_on
from billing.models import (
    ClaimFile,
    ClaimStanding,
    Denial,
    LedgerEntry,
    Proof,
    ProofGap,
    Receipt,
    ReceiptWarning,
    Remittance,
    Review,
    StandingFinding,
)
from courses.models import ClinicalEvent
from oncocharge.demo.around import draw_events, draw_unreviewed
from oncocharge.demo.caseload import draw_caseload

TODAY = date(2026, 11, 20)


def load() -> list[str]:
    said = StringIO()
    call_command("demo", today=TODAY, stdout=said)
    return said.getvalue().splitlines()


@pytest.mark.django_db
def test_demo_has_every_service_of_a_course_priced_and_what_a_department_forgets(
    settings: Settings, tmp_path: Path
) -> None:
    settings.CLAIM_OUTBOX = tmp_path
    load()
    charges = LedgerEntry.objects.filter(kind="charge", reversal=None)
    assert {
        *("77301", "77338", "77300", "77263", "77293", "77386", "77407", "77373"),
        *("77427", "77336", "77387", "77014", "77417", "77435"),
    } <= set(charges.values_list("code", flat=True))
    assert not charges.filter(amount=None).exists()
    standing = StandingFinding.objects.filter(resolved_at=None)
    assert {
        *("visit-missing", "physics-check-missing", "guidance-not-reviewed", "code-status-unconfirmed"),
        *("documentation-missing", "bundled-into-plan"),
    } <= set(standing.values_list("code", flat=True))
    for code in ("visit-missing", "physics-check-missing"):
        of_code = "77427" if code == "visit-missing" else "77336"
        assert standing.filter(code=code).count() < charges.filter(code=of_code).count() / 5, code
    assert not ClinicalEvent.objects.filter(entered_by=None).exists()
    held = Review.objects.filter(state="held").values_list("code", flat=True)
    assert Counter(held) == {"coverage": 1, "documentation": 1, "authorization": 1, "question": 2}
    look = begun(Question(Days(date(2020, 1, 1), TODAY)))
    while not look.is_done:
        go_on(look)
    assert (look.figures.courses > 50, look.figures.lines, look.figures.failed) == (True, 0, 0)
    # Billed month by month, nothing was too late for its payer.
    assert not standing.filter(code="filing-limit-passed").exists()
    assert ClaimFile.objects.count() > 20
    assert Remittance.objects.exists() and not Remittance.objects.exclude(state="posted").exists()
    assert not Receipt.objects.filter(read_at=None).exists()
    assert not ReceiptWarning.objects.exists(), list(ReceiptWarning.objects.values_list("code", "found"))
    states = Counter(ClaimStanding.objects.values_list("state", flat=True))
    assert states["paid"] > 20 * states["rejected"] > 0
    assert Denial.objects.exists()
    assert Proof.objects.latest("proved_at").unreconciled == 0, list(ProofGap.objects.values_list("kind", "why"))
    entries = LedgerEntry.objects.count()
    assert load()[0] == "The demo's patients are there already."
    assert LedgerEntry.objects.count() == entries


def test_courses_of_the_demo_are_the_same_for_the_same_day() -> None:
    once, again = draw_caseload(TODAY), draw_caseload(TODAY)
    assert once == again
    assert [draw_events(case) for case in once] == [draw_events(case) for case in again]
    assert [draw_unreviewed(case, TODAY) for case in once] == [draw_unreviewed(case, TODAY) for case in again]


def test_demo_of_a_weekend_treats_on_that_day_and_missed_no_weekend_before() -> None:
    sunday = date(2026, 11, 22)
    current = [case for case in draw_caseload(sunday) if case.is_current]
    assert {case.plans[0].values["weekdays"] for case in current} == {"123457"}
    days = Counter(session.at.isoweekday() for case in current for session in case.sessions)
    assert (days[6], days[7] > 0) == (0, True)


def test_nothing_of_the_demo_lies_before_its_course_or_after_today() -> None:
    for case in draw_caseload(TODAY):
        days = [event.on for event in draw_events(case)]
        assert case.opened_on <= min(days)
        assert max(days) <= TODAY
