"""Corrections that cannot go, or are not to go: each says why, and nothing changes."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from billing.models import Claim, ClaimFile, ClaimLine, FollowUp, LedgerEntry, Review, TradingPartner, WaitingLine
from patients.models import Coverage, PayerPolicy
from tests import cast
from tests.cast import Treated
from tests.exports import NIGHT, export, line, partner, release, released_line, segments, texts
from tests.follow_ups import decided, error_of, instead, reverse, sent, sent_as, sent_as_after

pytestmark = pytest.mark.django_db
REPLACEMENT, VOID = FollowUp.Kind.REPLACEMENT, FollowUp.Kind.VOID


@pytest.fixture(autouse=True)
def outbox(settings: Settings, tmp_path: Path) -> None:
    settings.CLAIM_OUTBOX = tmp_path
    partner()


def technical(treated: Treated, **values: Any) -> LedgerEntry:
    return line(treated, **{"claim_kind": "institutional", "place_of_service": "22", **values})


def standing(claim: Claim) -> list[int]:
    """The entries that stand on a claim, in the order of its lines."""
    return list(claim.lines.filter(ended_at=None).order_by("number").values_list("entry_id", flat=True))


def every_line_stands_once() -> None:
    """What the constraint says, and that what waits stands nowhere."""
    live = list(ClaimLine.objects.filter(ended_at=None, sequence="P").values_list("entry_id", flat=True))
    waiting = set(WaitingLine.objects.values_list("entry_id", flat=True))
    assert len(live) == len(set(live)) and not waiting & set(live)


def undecided(claim: Claim, changed: LedgerEntry) -> FollowUp:
    instead(changed, code="77385")
    return decided(claim, REPLACEMENT)


def unpriced(claim: Claim, changed: LedgerEntry) -> FollowUp:
    release(instead(changed, code="77385", amount=None, unit_amount=None))
    return decided(claim, REPLACEMENT)


def empty(claim: Claim, changed: LedgerEntry) -> FollowUp:
    for entry in LedgerEntry.objects.filter(claim_lines__claim=claim):
        reverse(entry)
    return decided(claim, REPLACEMENT)


def unnumbered(claim: Claim, changed: LedgerEntry) -> FollowUp:
    return decided(claim, VOID, payer_claim_number="")


def refused(claim: Claim, changed: LedgerEntry) -> FollowUp:
    claim.lines.update(ended_at=timezone.now())
    Review.objects.update(state="open")
    return decided(claim, VOID)


def not_taken(claim: Claim, changed: LedgerEntry) -> FollowUp:
    PayerPolicy.objects.create(payer=claim.payer, effective_from=date(2020, 1, 1), takes_corrections=False)
    return decided(claim, VOID)


def elsewhere(claim: Claim, changed: LedgerEntry) -> FollowUp:
    release(instead(changed, place_of_service="22"))
    return decided(claim, REPLACEMENT)


def other_payer(claim: Claim, changed: LedgerEntry) -> FollowUp:
    Coverage.objects.filter(pk=claim.coverage_id).update(payer=cast.medicare())
    return decided(claim, REPLACEMENT)


@pytest.mark.parametrize(
    ("happens", "words"),
    [
        (undecided, "not decided. Release them, or hold those that must not go"),
        (unpriced, "not decided. Release them, or hold those that must not go"),
        (empty, "No line of the claim is left to send. Void it instead."),
        (unnumbered, "the payer's own number of the claim, and none is known"),
        (refused, "stands no longer: the payer refused it"),
        (not_taken, "takes no replacements and voids. Tell the payer by hand"),
        (elsewhere, "more than one place of service now. Void the claim"),
        (other_payer, "The coverage of the claim is of another payer now"),
    ],
)
def test_a_correction_that_cannot_go_says_why_and_changes_nothing(
    happens: Callable[[Claim, LedgerEntry], FollowUp], words: str
) -> None:
    ada = cast.ada()
    kept, changed = line(ada), line(ada, service_on=date(2026, 3, 3))
    claim = sent(kept, changed)
    follow_up = happens(claim, changed)
    before = standing(claim)
    exported = export()
    assert (exported.claims, exported.follow_ups_left, exported.errors) == (0, 1, [])
    assert words in error_of(follow_up)
    assert standing(claim) == before and ClaimFile.objects.count() == 1
    export()
    assert words in error_of(follow_up)


def test_a_void_of_a_void_is_refused_in_words() -> None:
    claim = sent(line(cast.ada()))
    void = sent_as_after(decided(claim, VOID))
    follow_up = decided(void, VOID)
    export()
    assert "a void itself, which cannot be corrected" in error_of(follow_up)


def test_what_the_claim_lacks_is_the_follow_ups_error_and_mended_it_goes() -> None:
    boris = cast.boris()
    changed = technical(boris)
    claim, other = sent(changed, technical(boris, service_on=date(2026, 3, 3))), sent(technical(cast.dora()))
    release(instead(changed, code="77385"))
    follow_up, sound = decided(claim, REPLACEMENT, reason_code="D5"), decided(other, VOID)
    exported = export()
    assert (exported.claims, exported.follow_ups_left, exported.held_back) == (1, 1, 0)
    assert sent_as(sound).frequency == "8"
    assert "It is no reason of a bill of frequency 7" in error_of(follow_up)
    FollowUp.objects.filter(pk=follow_up.pk).update(reason_code="D2")
    sent_as_after(follow_up)
    follow_up.refresh_from_db()
    assert follow_up.error == ""


@pytest.mark.parametrize("ends", [{"cancelled_at": NIGHT}, {"done_at": NIGHT, "done_note": "By phone"}])
def test_what_was_taken_back_or_done_by_hand_is_not_sent(ends: dict[str, Any]) -> None:
    claim = sent(line(cast.ada()))
    follow_up = decided(claim, VOID)
    values = {**ends, "done_by": follow_up.decided_by} if "done_at" in ends else ends
    FollowUp.objects.filter(pk=follow_up.pk).update(**values)
    assert export().claims == 0
    assert error_of(follow_up) == ""


def test_a_payer_without_a_partner_is_said_at_the_follow_up() -> None:
    claim = sent(line(cast.ada()))
    follow_up = decided(claim, VOID)
    TradingPartner.objects.update(is_default=False)
    export()
    assert "No trading partner takes this payer's claims" in error_of(follow_up)
    TradingPartner.objects.update(is_default=True)
    sent_as_after(follow_up)


def test_a_dry_run_of_corrections_changes_nothing() -> None:
    claim, other = sent(line(cast.ada())), sent(line(cast.clara()))
    follow_up, left = decided(claim, VOID), decided(other, VOID, payer_claim_number="")
    dry = export(dry_run=True)
    assert (dry.claims, dry.follow_ups_left) == (1, 1)
    assert (error_of(follow_up), error_of(left)) == ("", "") and ClaimFile.objects.count() == 2


def test_the_number_of_statements_does_not_grow_with_the_corrections() -> None:
    def statements(size: int) -> int:
        entries = [line(cast.treated(
            mrn=f"S-{size:02}{number:02}", last_name="Stone", facility=cast.center(), payer=cast.commercial(),
            opened_on=date(2026, 2, 2), diagnosis="C61",
        )) for number in range(size)]  # fmt: skip
        release(*entries)
        export()
        for claim in Claim.objects.filter(lines__entry__in=entries):
            decided(claim, VOID)
        with CaptureQueriesContext(connection) as counted:
            assert export().claims == size
        return len(counted)

    assert statements(1) == statements(9)


def test_money_of_a_corrected_claim_is_that_of_its_lines() -> None:
    ada = cast.ada()
    entry = line(ada)
    claim = sent(entry, line(ada, service_on=date(2026, 3, 3)))
    release(instead(entry, amount=Decimal("100.00"), unit_amount=Decimal("100.00")))
    correction = sent_as_after(decided(claim, REPLACEMENT))
    lines = ClaimLine.objects.filter(claim=correction).aggregate(total=Sum("amount"))
    assert correction.total_amount == lines["total"] == Decimal("1010.00") == correction.file.total_amount


def test_first_claims_and_corrections_of_a_course_leave_together_in_files_of_their_own() -> None:
    ada = cast.ada()
    entry = line(ada)
    claim = sent(entry)
    release(instead(entry, code="77385"))
    released_line(ada, service_on=date(2026, 3, 9))
    decided(claim, REPLACEMENT)
    assert export().claims == 2
    assert [segment.split("*")[5] for text in texts() for segment in segments(text, "CLM")] == [
        "11:B:1", "11:B:1", "11:B:7",
    ]  # fmt: skip
    every_line_stands_once()
