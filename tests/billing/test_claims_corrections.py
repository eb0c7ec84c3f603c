"""Corrections of sent claims: what a replacement and a void carry, what they end, and what keeps one from going."""

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
from billing.x12.inspect_837 import inspect_837
from patients.models import Coverage, PayerPolicy
from tests import cast
from tests.cast import Treated
from tests.exports import NIGHT, export, line, partner, release, released_line, segments, text_of, texts
from tests.follow_ups import decided, error_of, instead, reverse, sent, sent_as
from tests.holds import as_held
from tests.validators import claim_numbers_read_by_x12sdk, pyx12_report

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


def last_text() -> str:
    return text_of(ClaimFile.objects.latest("pk"))


def every_line_stands_once() -> None:
    """What the constraint says, and that what waits stands nowhere."""
    live = list(ClaimLine.objects.filter(ended_at=None, sequence="P").values_list("entry_id", flat=True))
    waiting = set(WaitingLine.objects.values_list("entry_id", flat=True))
    assert len(live) == len(set(live)) and not waiting & set(live)


# --- what goes ------------------------------------------------------------------------------------------------------


def test_a_replacement_carries_what_stands_and_what_came_instead_and_takes_the_old_claims_place() -> None:
    ada = cast.ada()
    kept, changed = line(ada), line(ada, service_on=date(2026, 3, 3))
    claim = sent(kept, changed)
    new = instead(changed, code="77385", amount=Decimal("845.00"), unit_amount=Decimal("845.00"))
    release(new)
    follow_up = decided(claim, REPLACEMENT)
    assert export().claims == 1
    correction = sent_as(follow_up)
    assert (correction.frequency, correction.replaces, correction.payer_claim_number) == ("7", claim, "PAYER-77")
    assert standing(correction) == [kept.pk, new.pk] and standing(claim) == []
    assert {row.successor_id for row in claim.lines.all()} == {correction.pk}
    assert correction.total_amount == Decimal("1755.00")
    text = last_text()
    assert segments(text, "CLM")[0].split("*")[5] == "11:B:7" and "REF*F8*PAYER-77" in segments(text, "REF")
    assert not WaitingLine.objects.exists()
    every_line_stands_once()
    assert export().claims == 0


def test_a_void_carries_the_lines_as_they_were_sent() -> None:
    ada = cast.ada()
    kept, gone = line(ada), line(ada, service_on=date(2026, 3, 3))
    claim = sent(kept, gone)
    reverse(gone)
    follow_up = decided(claim, VOID)
    export()
    void = sent_as(follow_up)
    assert void.frequency == "8" and standing(void) == [kept.pk, gone.pk] and standing(claim) == []
    assert void.total_amount == claim.total_amount
    assert segments(last_text(), "CLM")[0].split("*")[5] == "11:B:8"
    every_line_stands_once()


@pytest.mark.parametrize(
    ("kind", "reason", "bill_type"),
    [(REPLACEMENT, "D1", "13:A:7"), (REPLACEMENT, "E0", "13:A:7"), (VOID, "D5", "13:A:8"), (VOID, "D6", "13:A:8")],
)
def test_an_institutional_correction_says_why_by_a_condition_code(kind: str, reason: str, bill_type: str) -> None:
    boris = cast.boris()
    kept, changed = technical(boris), technical(boris, service_on=date(2026, 3, 3))
    claim = sent(kept, changed)
    release(instead(changed, code="77385"))
    correction = sent_as_after(decided(claim, kind, reason_code=reason))
    text = last_text()
    assert segments(text, "CLM")[0].split("*")[5] == bill_type
    assert f"HI*BG:{reason}" in segments(text, "HI")
    assert correction.file.claim_kind == "institutional" and "*X*005010X223A2~" in text
    every_line_stands_once()


def sent_as_after(follow_up: FollowUp) -> Claim:
    assert export().errors == []
    return sent_as(follow_up)


def test_the_reason_d9_says_in_the_remarks_what_was_changed() -> None:
    boris = cast.boris()
    kept, changed = technical(boris), technical(boris, service_on=date(2026, 3, 3))
    claim = sent(kept, changed)
    release(instead(changed, code="77385", modifiers=["59"]))
    sent_as_after(decided(claim, REPLACEMENT, reason_code="D9"))
    assert segments(last_text(), "NTE") == ["NTE*ADD*OUT 77386 20260303, IN 77385-59 20260303"]


def test_many_changes_are_counted_in_the_remarks() -> None:
    boris = cast.boris()
    entries = [technical(boris, service_on=date(2026, 3, day)) for day in range(2, 8)]
    claim = sent(*entries)
    release(*(instead(entry, code="77385") for entry in entries[1:]))
    sent_as_after(decided(claim, REPLACEMENT, reason_code="D9"))
    assert segments(last_text(), "NTE") == ["NTE*ADD*5 LINES TAKEN OUT, 5 PUT IN"]


def test_a_line_that_changed_twice_goes_as_it_is_now() -> None:
    ada = cast.ada()
    first = line(ada)
    claim = sent(first, line(ada, service_on=date(2026, 3, 3)))
    second = instead(first, code="77385")
    third = instead(second, code="77387")
    release(third)
    correction = sent_as_after(decided(claim, REPLACEMENT))
    assert third.pk in standing(correction) and second.pk not in standing(correction)


def test_a_correction_can_be_corrected() -> None:
    ada = cast.ada()
    entry = line(ada)
    claim = sent(entry, line(ada, service_on=date(2026, 3, 3)))
    second = instead(entry, code="77385")
    release(second)
    correction = sent_as_after(decided(claim, REPLACEMENT))
    third = instead(second, code="77387")
    release(third)
    again = sent_as_after(decided(correction, REPLACEMENT, payer_claim_number="PAYER-78"))
    assert again.replaces == correction and third.pk in standing(again)
    void = sent_as_after(decided(again, VOID))
    assert void.replaces == again
    every_line_stands_once()


def test_a_line_that_a_person_holds_stays_out_of_the_replacement() -> None:
    ada = cast.ada()
    kept, changed = line(ada), line(ada, service_on=date(2026, 3, 3))
    claim = sent(kept, changed)
    new = instead(changed, code="77385")
    Review.objects.create(entry=new, reason="Ask the physicist", at=NIGHT, **as_held(NIGHT))
    correction = sent_as_after(decided(claim, REPLACEMENT))
    assert standing(correction) == [kept.pk]
    assert WaitingLine.objects.filter(entry=new).exists()


def test_readers_find_nothing_wrong_with_corrections_of_both_kinds(tmp_path: Path) -> None:
    claims = []
    for make, treated in ((line, cast.ada()), (technical, cast.boris())):
        for kind in (REPLACEMENT, VOID):
            entry = make(treated, service_on=date(2026, 3, 2 + (kind == VOID)))
            claims.append((sent(entry, make(treated, service_on=date(2026, 3, 9 + (kind == VOID)))), kind))
            if kind == REPLACEMENT:
                release(instead(entry, code="77385"))
    for claim, kind in claims:
        decided(claim, kind)
    before = set(ClaimFile.objects.values_list("pk", flat=True))
    assert export().claims == 4
    files = ClaimFile.objects.exclude(pk__in=before).order_by("pk")
    assert [file.claim_kind for file in files] == ["professional", "institutional"]
    for file in files:
        text = text_of(file)
        assert inspect_837(text, today=NIGHT.date()) == []
        assert len(claim_numbers_read_by_x12sdk(text)) == 2
        is_valid, errors = pyx12_report(text, tmp_path)
        assert is_valid, errors


# --- what waits for a correction ------------------------------------------------------------------------------------


def test_what_takes_the_place_of_a_claimed_line_never_goes_out_as_a_first_claim() -> None:
    ada = cast.ada()
    entry = line(ada)
    claim = sent(entry)
    new = instead(instead(entry, code="77385"), code="77387")
    other = line(ada, service_on=date(2026, 3, 9))
    release(new, other)
    assert export().lines == 1
    assert WaitingLine.objects.filter(entry=new).exists() and standing(claim) == [entry.pk]
    correction = sent_as_after(decided(claim, REPLACEMENT))
    assert standing(correction) == [new.pk]


def test_after_the_payer_refused_the_claim_the_new_line_goes_out_by_itself() -> None:
    ada = cast.ada()
    entry = line(ada)
    claim = sent(entry)
    new = instead(entry, code="77385")
    release(new)
    claim.lines.update(ended_at=timezone.now())
    assert export().lines == 1
    assert Claim.objects.latest("pk").frequency == "1" and ClaimLine.objects.filter(entry=new).exists()


def test_after_the_void_was_taken_a_line_that_stands_may_go_to_another_payer() -> None:
    ada = cast.ada()
    entry = line(ada)
    claim = sent(entry)
    void = sent_as_after(decided(claim, VOID))
    assert not WaitingLine.objects.exists()
    void.lines.update(ended_at=timezone.now())
    assert WaitingLine.objects.get().entry == entry
    Coverage.objects.filter(pk=ada.coverage.pk).update(payer=cast.medicare())
    assert export().lines == 1
    again = Claim.objects.latest("pk")
    assert (again.payer, again.frequency, standing(again)) == (cast.medicare(), "1", [entry.pk])


def test_the_filing_limit_is_not_asked_of_a_correction() -> None:
    ada = cast.ada()
    entry = line(ada)
    claim = sent(entry)
    PayerPolicy.objects.create(payer=ada.coverage.payer, effective_from=date(2020, 1, 1), filing_limit_days=5)
    new = instead(entry, code="77385")
    release(new)
    assert export().held_back == 0
    correction = sent_as_after(decided(claim, REPLACEMENT))
    assert standing(correction) == [new.pk]


def test_a_rejected_correction_gives_the_lines_their_place_back() -> None:
    ada = cast.ada()
    kept, changed = line(ada), line(ada, service_on=date(2026, 3, 3))
    claim = sent(kept, changed)
    new = instead(changed, code="77385")
    release(new)
    correction = sent_as_after(decided(claim, REPLACEMENT))
    with connection.cursor() as cursor:  # as a rejection does
        cursor.execute(
            "UPDATE oncocharge_billing_claimline SET ended_at = now() WHERE claim_id = %s AND ended_at IS NULL",
            [correction.pk],
        )
        cursor.execute(
            "UPDATE oncocharge_billing_claimline SET ended_at = NULL, successor_id = NULL WHERE successor_id = %s",
            [correction.pk],
        )
    assert standing(claim) == [kept.pk, changed.pk] and standing(correction) == []
    assert [row.entry_id for row in WaitingLine.objects.all()] == [new.pk]
    every_line_stands_once()
    assert export().claims == 0
    again = sent_as_after(decided(claim, REPLACEMENT))
    assert standing(again) == [kept.pk, new.pk]


# --- what cannot go -------------------------------------------------------------------------------------------------


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
