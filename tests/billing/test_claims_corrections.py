"""Corrections of sent claims: what a replacement and a void carry, what they end, and what keeps one from going."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from billing.models import Claim, ClaimFile, ClaimLine, FollowUp, LedgerEntry, Review, WaitingLine
from billing.x12.inspect_837 import inspect_837
from patients.models import Coverage, PayerPolicy
from tests import cast
from tests.cast import Treated
from tests.exports import NIGHT, export, line, partner, release, segments, text_of
from tests.follow_ups import decided, instead, reverse, sent, sent_as, sent_as_after
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
