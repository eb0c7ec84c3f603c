"""Claims to the next payer: the same lines, with what the payer before decided about them, to the cent, or not yet."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from billing import follow_ups, worklist
from billing.models import Claim, ClaimFile, ClaimLine, FollowUp, LedgerEntry, Review, StandingFinding, WaitingLine
from billing.x12.inspect_837 import inspect_837
from courses.models import Course
from patients.models import Coverage, Payer
from patients.registration import correct_coverage
from patients.roles import Role
from tests import cast
from tests.cast import Treated, local, user
from tests.exports import export, line, partner, release, segments, text_of
from tests.follow_ups import decided, error_of, instead, reverse, sent, sent_as
from tests.remittances import Cas, PaidClaim, PaidLine, Pays, answered, edi, post_file
from tests.validators import claim_numbers_read_by_x12sdk, pyx12_report

pytestmark = pytest.mark.django_db

NEXT = FollowUp.Kind.NEXT_PAYER
LATER = local("2026-04-20 01:00")


@pytest.fixture(autouse=True)
def outbox(settings: Settings, tmp_path: Path) -> None:
    settings.CLAIM_OUTBOX = tmp_path
    partner()


def coverage(treated: Treated, rank: str = "secondary", **values: Any) -> Coverage:
    payer = Payer.objects.get_or_create(
        name=f"Beacon {rank}",
        defaults={"kind": "commercial", "payer_id": f"BEACON{rank[0].upper()}", "filing_indicator": "CI"},
    )[0]
    made = {
        "payer": payer,
        "member_id": f"B{rank[0]}-{treated.patient.pk}",
        "effective_from": date(2010, 1, 1),
        **values,
    }
    return Coverage.objects.create(patient=treated.patient, rank=rank, **made)


def technical(treated: Treated, **values: Any) -> LedgerEntry:
    return line(treated, **{"claim_kind": "institutional", "place_of_service": "22", **values})


def pays(*claims: PaidClaim, **values: Any) -> None:
    """Let the payer's remittance come and be posted."""
    (posted,) = post_file(edi(Pays(list(claims), **values)), name=f"{values.get('trace', 'era')}.835")
    assert posted is not None


def export_later() -> ClaimFile:
    assert export(at=LATER).errors == []
    return ClaimFile.objects.latest("pk")


@pytest.mark.parametrize("make", [line, technical])
def test_the_next_payer_is_asked_for_the_same_lines_with_what_the_first_decided(make: Any, tmp_path: Path) -> None:
    boris = cast.boris()
    place = {"place_of_service": "22"}
    claim = sent(make(boris, **place), make(boris, **place, service_on=date(2026, 3, 3)))
    pays(answered(claim), npi=boris.course.facility.npi)
    follow_up = decided(claim, NEXT, coverage=coverage(boris))
    text = text_of(export_later())
    secondary = sent_as(follow_up)
    assert (secondary.sequence, secondary.frequency, secondary.replaces) == ("S", "1", None)
    assert list(secondary.lines.values_list("entry_id", flat=True)) == list(
        claim.lines.values_list("entry_id", flat=True)
    )
    assert ClaimLine.objects.filter(ended_at=None).count() == 4 and not WaitingLine.objects.exists()
    assert [segment.split("*")[1] for segment in segments(text, "SBR")] == ["S", "P"]
    assert segments(text, "AMT") == ["AMT*D*1456", "AMT*EAF*91", "AMT*EAF*91"]
    assert f"REF*F8*ICN{claim.pk}" in segments(text, "REF")
    assert segments(text, "CAS") == ["CAS*CO*45*91", "CAS*PR*2*91"] * 2
    assert [segment.split("*")[2] for segment in segments(text, "SVD")] == ["728", "728"]
    assert [segment for segment in segments(text, "DTP") if "*573*" in segment] == ["DTP*573*D8*20260409"] * 2
    assert inspect_837(text, today=LATER.date()) == []
    assert claim_numbers_read_by_x12sdk(text) == [secondary.control_number]
    is_valid, errors = pyx12_report(text, tmp_path)
    assert is_valid, errors


def test_the_third_payer_hears_what_both_before_it_decided() -> None:
    ada = cast.ada()
    claim = sent(line(ada))
    pays(answered(claim))
    second = decided(claim, NEXT, coverage=coverage(ada))
    export_later()
    pays(answered(sent_as(second), paid="0.05", patient="0.05"), trace="EFT2", on=date(2026, 4, 12))
    third = decided(sent_as(second), NEXT, coverage=coverage(ada, "tertiary"))
    text = text_of(export_later())
    assert sent_as(third).sequence == "T"
    assert [segment.split("*")[1] for segment in segments(text, "SBR")] == ["T", "P", "S"]
    assert [segment.split("*")[1:3] for segment in segments(text, "SVD")] == [["ACME1", "728"], ["BEACONS", "45.5"]]
    assert inspect_837(text, today=LATER.date()) == []


@pytest.mark.parametrize("make", [line, technical])
def test_the_referral_number_stays_with_the_payer_that_gave_it(make: Any) -> None:
    boris = cast.boris()
    Course.objects.filter(pk=boris.course.pk).update(referral_number="R 4711", referring_provider=cast.physician())
    claim = sent(make(boris, place_of_service="22"))
    pays(answered(claim), npi=boris.course.facility.npi)
    decided(claim, NEXT, coverage=coverage(boris))
    text = text_of(export_later())
    assert text.count("REF*9F*R 4711") == 1
    assert text.index("REF*9F*R 4711") > text.index("~SBR*P*")
    assert inspect_837(text, today=LATER.date()) == []


@pytest.mark.parametrize(("paid", "patient", "value"), [("0.8", "0.1", "1456"), ("0", "0.9", "0")])
def test_a_hospital_tells_medicare_why_it_pays_later_and_what_was_paid_before(
    tmp_path: Path, paid: str, patient: str, value: str
) -> None:
    treated = cast.treated(
        mrn="M-1", last_name="Marsh", first_name="Mona", facility=cast.hospital(), payer=cast.commercial(),
        opened_on=date(2026, 2, 2), diagnosis="C61", site="prostate", fractions=20,
    )  # fmt: skip
    claim = sent(technical(treated), technical(treated, service_on=date(2026, 3, 3)))
    pays(answered(claim, paid=paid, patient=patient), npi=treated.course.facility.npi)
    medicare = coverage(treated, payer=cast.medicare(), member_id="1EG4TE5MK73")
    decided(claim, NEXT, coverage=medicare, reason_code="43")
    text = text_of(export_later())
    assert f"HI*BE:43:::{value}" in segments(text, "HI")
    assert inspect_837(text, today=LATER.date()) == []
    is_valid, errors = pyx12_report(text, tmp_path)
    assert is_valid, errors


def test_a_decision_about_the_claim_alone_has_its_day_at_the_claim() -> None:
    ada = cast.ada()
    claim = sent(line(ada))
    whole = PaidClaim(
        claim.control_number, [], payer_number="ICN9", charge=Decimal("910"), paid=Decimal("700"),
        cas=[Cas("CO", "45", Decimal("200")), Cas("PR", "1", Decimal("10"))],
    )  # fmt: skip
    pays(whole)
    decided(claim, NEXT, coverage=coverage(ada))
    text = text_of(export_later())
    assert segments(text, "SVD") == [] and "DTP*573*D8*20260409" in segments(text, "DTP")
    assert segments(text, "CAS") == ["CAS*CO*45*200", "CAS*PR*1*10"] and "~AMT*D*700~AMT*EAF*10~" in text
    assert inspect_837(text, today=LATER.date()) == []


def test_what_the_payer_said_last_is_what_it_decided() -> None:
    ada = cast.ada()
    claim = sent(line(ada))
    pays(answered(claim, paid="0.5"))
    follow_up = decided(claim, NEXT, coverage=coverage(ada))
    pays(
        answered(claim, paid="0.5", sign=-1), trace="EFT2", on=date(2026, 4, 10), plb=[("FB", "OWED", Decimal("-455"))]
    )
    export(at=LATER)
    assert error_of(follow_up) == "Acme Health took its decision back. Wait for the one that follows."
    pays(answered(claim, paid="0.6"), trace="EFT3", on=date(2026, 4, 11))
    assert [segment.split("*")[2] for segment in segments(text_of(export_later()), "SVD")] == ["546"]


@pytest.mark.parametrize("is_reversed_first", [True, False])
def test_a_decision_that_is_taken_back_and_made_anew_in_one_remittance_is_the_new_one(is_reversed_first: bool) -> None:
    ada = cast.ada()
    claim = sent(line(ada))
    pays(answered(claim, paid="0.5"))
    decided(claim, NEXT, coverage=coverage(ada))
    both = [answered(claim, paid="0.5", sign=-1), answered(claim, paid="0.6")]
    pays(*(both if is_reversed_first else reversed(both)), trace="EFT2", on=date(2026, 4, 10))
    pays(answered(claim, paid="0", patient="0", status="25"), trace="EFT3", on=date(2026, 4, 11))
    assert [segment.split("*")[2] for segment in segments(text_of(export_later()), "SVD")] == ["546"]


def test_before_the_payer_has_decided_the_next_is_not_asked() -> None:
    ada = cast.ada()
    claim = sent(line(ada))
    follow_up = decided(claim, NEXT, coverage=coverage(ada))
    assert export().follow_ups_left == 1
    assert "Acme Health has not decided about these lines yet" in error_of(follow_up)
    assert Claim.objects.count() == 1


def test_a_remittance_about_a_part_of_the_claim_keeps_it_until_the_rest_is_decided() -> None:
    ada = cast.ada()
    claim = sent(line(ada), line(ada, service_on=date(2026, 3, 3)))
    first = claim.lines.order_by("number").first()
    assert first is not None
    half = PaidLine("77386", Decimal("910"), Decimal("700"), date(2026, 3, 2), f"L{first.entry_id}",
                    [Cas("CO", "45", Decimal("210"))])  # fmt: skip
    pays(PaidClaim(claim.control_number, [half], payer_number="ICN1"))
    follow_up = decided(claim, NEXT, coverage=coverage(ada))
    export(at=LATER)
    assert error_of(follow_up) == "Acme Health has decided about 910.00 of 1820.00 so far. Wait for the rest."


def test_a_line_that_was_reversed_since_asks_for_the_correction_first() -> None:
    ada = cast.ada()
    gone = line(ada)
    claim = sent(gone, line(ada, service_on=date(2026, 3, 3)))
    pays(answered(claim))
    reverse(gone)
    follow_up = decided(claim, NEXT, coverage=coverage(ada))
    export(at=LATER)
    assert "Send its correction first" in error_of(follow_up)


def test_a_line_is_never_on_two_claims_to_payers_of_one_rank() -> None:
    ada = cast.ada()
    claim = sent(line(ada))
    pays(answered(claim))
    second = coverage(ada)
    decided(claim, NEXT, coverage=second)
    export_later()
    again = decided(claim, NEXT, coverage=second)
    export(at=LATER)
    assert "on a claim to a payer of this rank already" in error_of(again)


def test_a_coverage_that_does_not_pay_later_is_refused() -> None:
    ada = cast.ada()
    claim = sent(line(ada))
    pays(answered(claim))
    follow_up = decided(claim, NEXT, coverage=ada.coverage)
    export(at=LATER)
    assert "Choose the coverage that pays next" in error_of(follow_up)


def test_medicare_as_the_next_payer_hears_why_it_is_not_the_first() -> None:
    ada = cast.ada()
    claim = sent(line(ada))
    pays(answered(claim))
    follow_up = decided(claim, NEXT, coverage=coverage(ada, payer=cast.medicare()))
    export(at=LATER)
    assert "Say why Medicare is not the primary payer" in error_of(follow_up)
    FollowUp.objects.filter(pk=follow_up.pk).update(reason_code="12")
    text = text_of(export_later())
    assert segments(text, "SBR")[0] == "SBR*S*18***12****MB"
    assert inspect_837(text, today=LATER.date()) == []


def test_corrections_of_a_claim_to_medicare_say_again_why_it_is_not_the_first() -> None:
    ada = cast.ada()
    claim = sent(line(ada), line(ada, service_on=date(2026, 3, 3)))
    pays(answered(claim))
    follow_up = decided(claim, NEXT, coverage=coverage(ada, payer=cast.medicare()), reason_code="12")
    export_later()
    for kind in (FollowUp.Kind.REPLACEMENT, FollowUp.Kind.VOID):
        follow_up = decided(sent_as(follow_up), kind)
        text = text_of(export_later())
        assert segments(text, "SBR")[0] == "SBR*S*18***12****MB"
        assert sent_as(follow_up).sequence == "S" and inspect_837(text, today=LATER.date()) == []


def test_the_spouse_who_holds_the_first_policy_stands_on_the_claim_to_the_second() -> None:
    ada = cast.ada()
    Coverage.objects.filter(pk=ada.coverage.pk).update(
        relationship="spouse", subscriber_last_name="Abbott", subscriber_first_name="Alan", group_number="G77"
    )
    claim = sent(line(ada))
    pays(answered(claim))
    decided(claim, NEXT, coverage=coverage(ada))
    text = text_of(export_later())
    assert segments(text, "SBR")[1] == "SBR*P*01*G77******CI" and "~NM1*IL*1*ABBOTT*ALAN****MI*MA1001~" in text
    assert inspect_837(text, today=LATER.date()) == []


def test_a_replacement_of_the_secondary_claim_says_again_what_the_first_payer_decided() -> None:
    ada = cast.ada()
    claim = sent(line(ada))
    pays(answered(claim))
    second = decided(claim, NEXT, coverage=coverage(ada))
    export_later()
    void = decided(sent_as(second), FollowUp.Kind.VOID)
    text = text_of(export_later())
    assert (sent_as(void).sequence, sent_as(void).replaces) == ("S", sent_as(second))
    assert [segment.split("*")[1] for segment in segments(text, "SBR")] == ["S", "P"]
    assert claim.lines.filter(ended_at=None).count() == 1


@pytest.mark.parametrize("story", ["in one remittance", "under one number", "one by one", "one part decided anew"])
def test_the_next_payer_hears_all_parts_of_a_claim_that_the_payer_split(story: str) -> None:
    ada = cast.ada()
    claim = sent(line(ada), line(ada, service_on=date(2026, 3, 3)))
    decided(claim, NEXT, coverage=coverage(ada))

    def part(number: int, **values: Any) -> PaidClaim:
        whole = answered(claim, **values)
        return replace(whole, lines=[whole.lines[number]], payer_number=whole.payer_number or f"ICN-{number}")

    days = ["20260409", "20260409"]
    if story == "in one remittance":
        pays(part(0, payer_number=""), part(1, payer_number=""))
    elif story == "under one number":
        pays(part(0, payer_number="ICN"), part(1, payer_number="ICN"))
    else:
        pays(part(0, payer_number=""))
        days[1] = "20260412"
        pays(part(1, payer_number=""), trace="EFT2", on=date(2026, 4, 12))
    if story == "one part decided anew":
        days[0] = "20260416"
        anew = part(0, payer_number="ICN-ANEW")
        pays(part(0, payer_number="", sign=-1), anew, trace="EFT3", on=date(2026, 4, 16))
    text = text_of(export_later())
    assert "AMT*D*1456" in segments(text, "AMT") and text.count("~SVD*ACME1*728*") == len(days)
    assert [segment.split("*")[3] for segment in segments(text, "DTP") if "*573*" in segment] == days
    assert inspect_837(text, today=LATER.date()) == []


def test_the_next_payer_is_not_asked_before_the_day_on_which_the_first_one_pays() -> None:
    ada = cast.ada()
    claim = sent(line(ada))
    pays(answered(claim), on=date(2026, 4, 22))
    follow_up = decided(claim, NEXT, coverage=coverage(ada))
    export(at=LATER)
    assert error_of(follow_up) == "Acme Health pays on 2026-04-22; the next payer is asked from that day on."
    export(at=LATER + timedelta(days=2))
    assert sent_as(follow_up).sequence == "S"


def decided_by_the_first() -> tuple[Claim, Coverage]:
    """A claim that its payer paid, whose patient has a second one."""
    ada = cast.ada()
    claim = sent(line(ada))
    pays(answered(claim))
    return claim, coverage(ada)


def test_next_payer_that_was_told_by_hand_to_drop_its_claim_may_be_asked_anew() -> None:
    claim, second = decided_by_the_first()
    decision = decided(claim, NEXT, coverage=second)
    export_later()
    follow_ups.note_told_by_hand(claim_id=sent_as(decision).pk, note="By phone", by=user(Role.BILLER), at=LATER)
    assert list(follow_ups.claims_for_next_payer()) == [claim]
    again = follow_ups.send_to_next_payer(claim_ids=[claim.pk], by=user(Role.BILLER), at=LATER).decided
    export_later()
    assert sent_as(again[0]).sequence == "S"


def test_next_payer_is_not_asked_while_the_claim_before_is_to_be_voided() -> None:
    claim, second = decided_by_the_first()
    decision, void = decided(claim, NEXT, coverage=second), decided(claim, "8")
    (row,) = follow_ups.next_payers_of([claim.pk])
    assert row.is_changed and not row.may_send
    export_later()
    assert sent_as(void).frequency == "8" and not Claim.objects.filter(sequence="S").exists()
    assert "A correction of the claim is decided, and goes first" in error_of(decision)


def test_correction_that_is_taken_back_keeps_the_next_payer_from_nothing() -> None:
    claim, second = decided_by_the_first()
    decision, void = decided(claim, NEXT, coverage=second), decided(claim, "8")
    follow_ups.cancel(follow_up_id=void.pk, by=user(Role.BILLER), at=LATER)
    export_later()
    assert sent_as(decision).sequence == "S"


def test_line_that_a_payer_has_as_the_second_is_not_released_to_it_as_the_first() -> None:
    claim, second = decided_by_the_first()
    decision = decided(claim, NEXT, coverage=second)
    export_later()
    later, kept = sent_as(decision), claim.lines.get().entry
    follow_ups.note_told_by_hand(claim_id=claim.pk, note="By phone", by=user(Role.BILLER), at=LATER)
    first = claim.coverage
    for one, rank in ((second, "tertiary"), (first, "secondary"), (second, "primary")):
        correct_coverage(
            coverage=one, payer=one.payer, member_id=one.member_id, effective_from=one.effective_from, rank=rank
        )
    (refused,) = worklist.release(entry_ids=[kept.pk], by=user(Role.BILLER), at=LATER).refused
    assert refused.findings == ("duplicate-line",) and later.control_number in refused.reason
    follow_ups.note_told_by_hand(claim_id=later.pk, note="By phone", by=user(Role.BILLER), at=LATER)
    worklist.release(entry_ids=[kept.pk], by=user(Role.BILLER), at=LATER)
    assert not StandingFinding.objects.filter(code="duplicate-line", resolved_at=None).exists()
    Review.objects.filter(entry=kept).update(state="released")
    export_later()
    assert [row.claim.payer for row in ClaimLine.objects.filter(ended_at=None)] == [second.payer]


@pytest.mark.parametrize("kind", ["7", "8", "by hand"])
def test_decision_to_ask_the_next_payer_ends_with_the_claim_that_it_was_about(kind: str) -> None:
    ada = cast.ada()
    kept, changed = line(ada), line(ada, service_on=date(2026, 3, 3))
    claim = sent(kept, changed)
    pays(answered(claim))
    decision = decided(claim, NEXT, coverage=coverage(ada))
    if kind == "by hand":
        follow_ups.note_told_by_hand(claim_id=claim.pk, note="By phone", by=user(Role.BILLER), at=LATER)
    else:
        release(instead(changed, code="77385"))
        decided(claim, kind)
        export(at=LATER)
    assert export(at=LATER).follow_ups_left == 0
    decision.refresh_from_db()
    assert decision.cancelled_at is not None and not Claim.objects.filter(sequence="S").exists()
