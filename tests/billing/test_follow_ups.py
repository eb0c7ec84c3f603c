"""Corrections of claims that were sent: what is read, decided, taken back and sent."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from billing import follow_ups, worklist
from billing.models import Claim, ClaimEvent, ClaimLine, FollowUp, Receipt, Review, TradingPartner
from courses.models import Session
from patients.roles import Role
from tests import cast
from tests.billing.claimed_ada import (
    NIGHT,
    NOW,
    ada_on_a_claim,
    answered,
    biller,
    capture,
    claim_of,
    correction_of,
    decide,
    sessions,
    shorten,
)
from tests.captures import cancel, deliver_days, open_codes, standing
from tests.cast import Treated, user
from tests.exports import export
from tests.follow_ups import sent_as

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> Treated:
    return ada_on_a_claim()


# --- what changed ---------------------------------------------------------------------------------------------------


def test_nothing_asks_for_a_correction_while_the_claim_is_as_it_was_sent(ada: Treated) -> None:
    assert not follow_ups.claims_to_correct().exists()
    assert correction_of(ada).changed == ()


def test_changed_line_is_shown_with_what_came_instead_before_and_after(ada: Treated) -> None:
    before = claim_of(ada).total_amount
    shorten(ada, sessions(ada)[1])
    assert list(follow_ups.claims_to_correct()) == [claim_of(ada)]
    correction = correction_of(ada)
    (changed,) = correction.changed
    assert changed.after is not None
    assert (changed.before.modifiers, changed.after.modifiers) == ([], ["52"])
    assert "modifiers none -> 52" in changed.reason
    assert changed.before.amount is not None and changed.after.amount is not None
    assert correction.before == before
    assert correction.after == before - changed.before.amount + changed.after.amount
    assert correction.proposal == "7"


def test_claim_of_which_nothing_is_left_is_proposed_for_a_void(ada: Treated) -> None:
    ClaimLine.objects.exclude(entry__session__isnull=False).update(ended_at=NOW)
    for session in sessions(ada):
        cancel(session)
    capture(ada)
    correction = correction_of(ada)
    assert (correction.proposal, correction.after, len(correction.changed)) == ("8", Decimal(0), 3)


def test_corrections_of_many_claims_take_the_queries_of_one(ada: Treated) -> None:
    shorten(ada, sessions(ada)[1])

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert follow_ups.corrections_of(follow_ups.claims_to_correct().values_list("pk", flat=True))
        return len(asked)

    one = queries()
    eva = cast.treated(
        mrn="E-1", last_name="Eng", facility=cast.center(), payer=cast.commercial(), opened_on=date(2025, 3, 3),
        diagnosis="C61",
    )  # fmt: skip
    deliver_days(eva, date(2025, 3, 4), 2)
    capture(eva)
    lines = standing(eva, with_the_plan=True)
    worklist.release(entry_ids=[line.pk for line in lines], by=biller(), at=NOW)
    export(at=NIGHT + timedelta(days=1))
    shorten(eva, sessions(eva)[0])
    assert follow_ups.claims_to_correct().count() == 2
    assert queries() == one <= 10


@pytest.mark.parametrize("is_late", [False, True])
def test_payers_number_is_the_one_nearest_to_the_money_whatever_came_first(ada: Treated, is_late: bool) -> None:
    claim, receipt = claim_of(ada), Receipt.objects.create(
        partner=TradingPartner.objects.get(), name="x", sha256="0" * 64, byte_count=1
    )  # fmt: skip
    said = [("payer", "OLD", date(2026, 4, 2)), ("remittance", "NEW", date(2026, 4, 9))]
    for position, (level, number, on) in enumerate(reversed(said) if is_late else said):
        ClaimEvent.objects.create(
            claim=claim, receipt=receipt, position=position, level=level, outcome="noted", said_on=on,
            payer_claim_number=number,
        )  # fmt: skip
    assert follow_ups.payer_claim_numbers([claim]) == {claim.pk: "NEW"}
    ClaimEvent.objects.create(
        claim=claim, level="person", outcome="noted", by=biller(), payer_claim_number="BY PHONE"
    )  # fmt: skip
    assert follow_ups.payer_claim_numbers([claim]) == {claim.pk: "BY PHONE"}
    ClaimEvent.objects.create(
        claim=claim, receipt=receipt, position=9, level="remittance", outcome="noted", said_on=date(2100, 1, 1),
        payer_claim_number="NEWEST",
    )  # fmt: skip
    assert follow_ups.payer_claim_numbers([claim]) == {claim.pk: "NEWEST"}


# --- replacement and void ---------------------------------------------------------------------------------------------


def test_replacement_goes_out_with_the_next_export_and_takes_the_place_of_the_claim(ada: Treated) -> None:
    shorten(ada, sessions(ada)[1])
    expected = correction_of(ada).after
    decision = decide(claim_of(ada))
    export(at=NIGHT + timedelta(days=1))
    replacement = sent_as(decision)
    assert (replacement.frequency, replacement.replaces, replacement.payer_claim_number) == (
        "7", claim_of(ada), "PAYER-77",
    )  # fmt: skip
    assert replacement.total_amount == expected
    capture(ada)
    assert not follow_ups.claims_to_correct().exists()
    assert not open_codes(ada) & {"correction-to-send", "replaces-claimed-line"}


def test_what_came_instead_never_goes_out_as_new_before_the_claim_is_corrected(ada: Treated) -> None:
    shorten(ada, sessions(ada)[1])
    (changed,) = correction_of(ada).changed
    assert changed.after is not None
    assert worklist.release(entry_ids=[changed.after.pk], by=biller(), at=NOW).done == (changed.after.pk,)
    export(at=NIGHT + timedelta(days=1))
    assert not changed.after.claim_lines.exists()


def test_deciding_releases_the_lines_that_the_replacement_brings(ada: Treated) -> None:
    shorten(ada, sessions(ada)[1])
    decide(claim_of(ada))
    (changed,) = correction_of(ada).changed
    assert changed.after is not None
    assert Review.objects.get(entry=changed.after).state == "released"


def test_replacement_is_refused_whole_while_a_finding_holds_what_came_instead(ada: Treated) -> None:
    Session.objects.filter(pk=sessions(ada)[1].pk).update(status="partial", status_reason="Machine fault")
    capture(ada)
    (waits, *_) = correction_of(ada).waits_for
    assert "stopped part way" in waits
    with pytest.raises(ValidationError, match="stopped part way"):
        decide(claim_of(ada))
    assert not FollowUp.objects.exists() and not ClaimEvent.objects.exists()


def test_replacement_goes_without_a_line_that_a_person_holds(ada: Treated) -> None:
    shorten(ada, sessions(ada)[1])
    (changed,) = correction_of(ada).changed
    assert changed.after is not None
    worklist.hold(entry_ids=[changed.after.pk], reason="Ask the physicist", by=biller(), at=NOW)
    decision = decide(claim_of(ada))
    export(at=NIGHT + timedelta(days=1))
    assert sent_as(decision).total_amount == correction_before(ada) - (changed.before.amount or 0)


def correction_before(patient: Treated) -> Decimal:
    return claim_of(patient).total_amount


def test_correction_without_the_payers_number_is_asked_for_it(ada: Treated) -> None:
    shorten(ada, sessions(ada)[1])
    with pytest.raises(ValidationError) as refusal:
        decide(claim_of(ada), number="")
    assert list(refusal.value.message_dict) == ["payer_claim_number"]
    with pytest.raises(ValidationError, match="is no claim number"):
        decide(claim_of(ada), number="77~88")


def test_number_that_is_typed_in_is_kept_as_an_event_with_who(ada: Treated) -> None:
    shorten(ada, sessions(ada)[1])
    decide(claim_of(ada), number="ICN 4711")
    event = ClaimEvent.objects.get()
    assert (event.level, event.outcome, event.payer_claim_number, event.by) == (
        "person", "noted", "ICN 4711", biller(),
    )  # fmt: skip
    decide(claim_of(ada), number="")
    assert ClaimEvent.objects.count() == 1
    assert correction_of(ada).payer_claim_number == "ICN 4711"


def test_number_of_the_remittance_is_taken_as_it_is_known(ada: Treated) -> None:
    answered(claim_of(ada), "paid", "1", number="835-NUMBER")
    shorten(ada, sessions(ada)[1])
    assert decide(claim_of(ada), number="").payer_claim_number == "835-NUMBER"
    assert not ClaimEvent.objects.filter(level="person").exists()


def test_deciding_twice_is_deciding_once_and_the_other_kind_takes_its_place(ada: Treated) -> None:
    shorten(ada, sessions(ada)[1])
    first = decide(claim_of(ada))
    assert decide(claim_of(ada)).pk == first.pk
    void = decide(claim_of(ada), kind="8")
    first.refresh_from_db()
    assert first.cancelled_at == NOW and void.kind == "8"


def test_decision_is_taken_back_until_it_went_out(ada: Treated) -> None:
    shorten(ada, sessions(ada)[1])
    decision = decide(claim_of(ada))
    follow_ups.cancel(follow_up_id=decision.pk, by=biller(), at=NOW)
    export(at=NIGHT + timedelta(days=1))
    assert Claim.objects.count() == 1
    decision = decide(claim_of(ada))
    export(at=NIGHT + timedelta(days=2))
    with pytest.raises(ValidationError, match="went out already"):
        follow_ups.cancel(follow_up_id=decision.pk, by=biller(), at=NOW)


def test_claim_as_it_was_sent_is_not_replaced_but_may_be_voided(ada: Treated) -> None:
    with pytest.raises(ValidationError, match="Nothing of this claim changed"):
        decide(claim_of(ada))
    decision = decide(claim_of(ada), kind="8")
    export(at=NIGHT + timedelta(days=1))
    assert sent_as(decision).frequency == "8"


def test_who_does_not_bill_decides_nothing(ada: Treated) -> None:
    shorten(ada, sessions(ada)[1])
    for role in (Role.THERAPIST, Role.AUDITOR):
        with pytest.raises(PermissionDenied):
            follow_ups.decide_correction(
                claim_id=claim_of(ada).pk, kind="7", payer_claim_number="1", reason_code="", by=user(role), at=NOW
            )
