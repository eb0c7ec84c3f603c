"""Corrections of claims that were sent, and the patients' next payers: what is read, decided, taken back and sent."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from billing import follow_ups, worklist
from billing.capture import capture_course, capture_courses
from billing.models import Claim, ClaimEvent, ClaimLine, ClaimStanding, FollowUp, LedgerEntry, Review
from courses.models import Session
from patients.models import Coverage, Payer, PayerPolicy
from patients.roles import Role
from tests import cast, remittances
from tests.captures import cancel, deliver_days, open_codes, practice_fees, standing
from tests.cast import Treated, local, user
from tests.exports import export, partner
from tests.follow_ups import sent_as
from tests.remittances import post_payment

pytestmark = pytest.mark.django_db

NOW = local("2025-03-20 12:00")
NIGHT = local("2025-03-21 01:00")
LATER = local("2026-04-21 01:00")
"""After the remittance of 9 April 2026."""


@pytest.fixture
def ada() -> Treated:
    """Ada, whose plan and three sessions went out on one claim."""
    practice_fees()
    partner()
    patient = cast.ada()
    deliver_days(patient, date(2025, 3, 4), 3)
    capture(patient)
    lines = standing(patient, with_the_plan=True)
    assert worklist.release(entry_ids=[line.pk for line in lines], by=biller(), at=NOW).refused == ()
    assert export(at=NIGHT).errors == []
    return patient


def biller() -> User:
    return user(Role.BILLER)


def capture(patient: Treated) -> None:
    capture_course(course_id=patient.course.pk)


def claim_of(patient: Treated) -> Claim:
    return Claim.objects.get(course=patient.course, frequency="1", sequence="P")


def sessions(patient: Treated) -> list[Session]:
    return list(patient.course.sessions.order_by("starts_at"))


def shorten(patient: Treated, session: Session) -> None:
    """Find out after the claim that the session was stopped part way: half the price."""
    Session.objects.filter(pk=session.pk).update(status="partial", status_reason="Machine fault")
    capture(patient)
    held = worklist.lines().filter(course=patient.course)
    for line in held:
        for finding in line.open_findings:
            if finding.severity == "hold":
                manager = user(Role.BILLING_MANAGER)
                worklist.override_finding(finding_id=finding.pk, reason="Seen the record", by=manager, at=NOW)


def decide(claim: Claim, kind: str = "7", number: str = "PAYER-77", reason: str = "") -> FollowUp:
    return follow_ups.decide_correction(
        claim_id=claim.pk, kind=kind, payer_claim_number=number, reason_code=reason, by=biller(), at=NOW
    )


def correction_of(patient: Treated) -> follow_ups.Correction:
    found = follow_ups.correction_of(claim_of(patient).pk)
    assert found is not None
    return found


def answered(claim: Claim, outcome: str, *codes: str, number: str = "") -> None:
    """Note what a remittance said of the claim, and where the claim stands since."""
    ClaimEvent.objects.create(
        claim=claim, level="remittance", outcome=outcome, codes=list(codes), payer_claim_number=number, by=biller()
    )
    ClaimStanding.objects.update_or_create(
        claim=claim,
        defaults={
            "state": outcome, "level": "remittance", "payer_claim_number": number,
            "is_forwarded": bool({"19", "20", "21"} & set(codes)),
        },
    )  # fmt: skip


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
    assert queries() == one <= 9


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


# --- told by hand -----------------------------------------------------------------------------------------------------


def test_payer_that_takes_no_corrections_is_told_by_hand_and_the_rest_goes_out_as_new(ada: Treated) -> None:
    payer = claim_of(ada).payer
    PayerPolicy.objects.create(payer=payer, effective_from=date(2020, 1, 1), takes_corrections=False)
    shorten(ada, sessions(ada)[1])
    (changed,) = correction_of(ada).changed
    assert changed.after is not None
    with pytest.raises(ValidationError, match="takes no corrected claims"):
        decide(claim_of(ada))
    follow_ups.note_told_by_hand(claim_id=claim_of(ada).pk, note="By phone, ref 4711", by=biller(), at=NOW)
    done = FollowUp.objects.get()
    assert (done.kind, done.done_note, done.done_by) == ("7", "By phone, ref 4711", biller())
    assert not follow_ups.claims_to_correct().exists()
    assert not open_codes(ada) & {"correction-to-send", "replaces-claimed-line"}
    capture(ada)
    worklist.release(entry_ids=[changed.after.pk], by=biller(), at=NOW)
    export(at=NIGHT + timedelta(days=1))
    assert changed.after.claim_lines.get().claim.frequency == "1"


def test_telling_by_hand_needs_a_note_and_something_to_tell(ada: Treated) -> None:
    with pytest.raises(ValidationError, match="Nothing of this claim changed"):
        follow_ups.note_told_by_hand(claim_id=claim_of(ada).pk, note="Why not", by=biller(), at=NOW)
    shorten(ada, sessions(ada)[1])
    with pytest.raises(ValidationError, match="Say how"):
        follow_ups.note_told_by_hand(claim_id=claim_of(ada).pk, note="  ", by=biller(), at=NOW)


# --- next payers ------------------------------------------------------------------------------------------------------


def second_coverage(patient: Treated, **values: object) -> Coverage:
    return Coverage.objects.create(**{
        "patient": patient.patient, "payer": cast.medicare(), "rank": "secondary", "member_id": "S-1",
        "effective_from": date(2020, 1, 1), **values,
    })  # fmt: skip


def waiting() -> list[int]:
    return list(follow_ups.claims_for_next_payer().values_list("pk", flat=True))


def send_on(claim_ids: list[int]) -> follow_ups.Sending:
    """Let the next payers be asked, Medicare because a spouse's group plan paid first."""
    reasons = dict.fromkeys(claim_ids, "12")
    return follow_ups.send_to_next_payer(claim_ids=claim_ids, by=biller(), at=NOW, reasons=reasons)


@pytest.mark.parametrize("outcome", ["paid", "denied"])
def test_claim_waits_for_the_second_payer_once_the_first_has_decided(ada: Treated, outcome: str) -> None:
    second = second_coverage(ada)
    assert waiting() == []
    answered(claim_of(ada), outcome)
    assert waiting() == [claim_of(ada).pk]
    (row,) = follow_ups.next_payers_of(waiting())
    assert (row.coverage, row.may_send, row.first_day) == (second, True, standing(ada)[0].service_on)


def test_coverage_of_another_day_is_no_next_payer(ada: Treated) -> None:
    second_coverage(ada, effective_from=date(2026, 1, 1))
    answered(claim_of(ada), "paid")
    assert waiting() == []


def test_claim_that_the_payer_sent_on_itself_is_shown_and_not_offered(ada: Treated) -> None:
    second_coverage(ada)
    answered(claim_of(ada), "paid", "19")
    assert waiting() == []
    assert list(follow_ups.forwarded_claims()) == [claim_of(ada)]
    sending = send_on([claim_of(ada).pk])
    assert sending.decided == () and len(sending.refused) == 1


def test_sending_on_is_decided_once_and_may_be_taken_back(ada: Treated) -> None:
    second = second_coverage(ada)
    answered(claim_of(ada), "paid")
    for _ in range(2):
        (decision,) = send_on(waiting()).decided
    assert (FollowUp.objects.count(), decision.coverage) == (1, second)
    (row,) = follow_ups.next_payers_of(waiting())
    assert not row.may_send
    follow_ups.cancel(follow_up_id=decision.pk, by=biller(), at=NOW)
    (row,) = follow_ups.next_payers_of(waiting())
    assert row.may_send


def test_claim_that_is_not_sent_on_leaves_the_list_with_a_note(ada: Treated) -> None:
    second_coverage(ada)
    answered(claim_of(ada), "paid")
    follow_ups.not_sent(claim_id=claim_of(ada).pk, note="Nothing is left", by=biller(), at=NOW)
    assert waiting() == []
    assert FollowUp.objects.get().done_note == "Nothing is left"


def test_claim_that_changed_is_corrected_before_the_next_payer_is_asked(ada: Treated) -> None:
    second_coverage(ada)
    answered(claim_of(ada), "paid")
    shorten(ada, sessions(ada)[1])
    (row,) = follow_ups.next_payers_of(waiting())
    assert row.is_changed and not row.may_send
    sending = send_on(waiting())
    assert sending.decided == () and "correction first" in sending.refused[0][1]


def test_bulk_names_the_claims_that_wait_for_nobody(ada: Treated) -> None:
    second_coverage(ada)
    answered(claim_of(ada), "paid")
    sending = send_on([claim_of(ada).pk, 999_999])
    assert [one.claim_id for one in sending.decided] == [claim_of(ada).pk]
    assert [claim_id for claim_id, _reason in sending.refused] == [999_999]


def test_reversals_balance_after_a_replacement(ada: Treated) -> None:
    shorten(ada, sessions(ada)[1])
    decision = decide(claim_of(ada))
    export(at=NIGHT + timedelta(days=1))
    on_claim = LedgerEntry.objects.filter(claim_lines__claim=sent_as(decision), claim_lines__ended_at=None)
    assert sorted(on_claim.values_list("pk", flat=True)) == sorted(
        line.pk for line in standing(ada, with_the_plan=True)
    )


def test_claim_to_the_second_payer_is_corrected_after_the_first_ones(ada: Treated) -> None:
    first = cast.commercial()
    values = {
        name: getattr(first, name) for name in ("kind", "filing_indicator", "street", "city", "state", "zip_code")
    }
    second_coverage(ada, payer=Payer.objects.create(name="Second Health", payer_id="SECOND1", **values))
    post_payment(remittances.answered(claim_of(ada)))
    (sending_on,) = send_on(waiting()).decided
    export(at=LATER)
    second = sent_as(sending_on)
    shorten(ada, sessions(ada)[1])
    assert list(follow_ups.claims_to_correct()) == [claim_of(ada), second]
    decide(claim_of(ada))
    export(at=LATER + timedelta(days=1))
    capture_courses(course_ids=[ada.course.pk], again=True)
    assert list(follow_ups.claims_to_correct()) == [second]
    correction = follow_ups.correction_of(second.pk)
    assert correction is not None
    (changed,) = correction.changed
    assert changed.after is not None and changed.held == "" and correction.proposal == "7"
    assert decide(second).kind == "7"
