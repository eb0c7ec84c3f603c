"""Where lines and claims stand: every standing is reached by its own steps, and both spellings of the table agree."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from billing import ledger, worklist
from billing.models import (
    Claim,
    ClaimEvent,
    ClaimFile,
    ClaimLine,
    ClaimStanding,
    Denial,
    LedgerEntry,
    RemittanceClaim,
    Review,
    TradingPartner,
)
from billing.standing import (
    ClaimFacts,
    LineFacts,
    Standing,
    claims_noted,
    claims_that_stand,
    noted,
    of_standing,
    standing_counts,
    standing_of,
    stands_as,
)
from billing.submission import seal
from patients.roles import Role
from tests.answers import Says, ack, ack_set, statuses, take
from tests.cast import Treated, user
from tests.exports import NIGHT, export, line, partner, patient, release, released_line
from tests.oncocharge.api_client import client_of
from tests.remittances import answered, post_payment

pytestmark = pytest.mark.django_db


@pytest.fixture
def nora() -> Treated:
    """A patient of a centre whose claims go to one clearinghouse."""
    partner()
    return patient(1)


def stands(entry: LedgerEntry) -> str:
    """Where the line stands, as SQL says it."""
    return noted(LedgerEntry.objects.filter(pk=entry.pk)).get().stands


def as_open(of: Treated) -> LedgerEntry:
    return line(of)


def as_held(of: Treated) -> LedgerEntry:
    entry = line(of)
    ledger.lock_courses(course_ids=[of.course.pk])
    worklist.hold(entry_ids=[entry.pk], reason="Waits for the note", by=user(Role.BILLER), at=NIGHT)
    return entry


def as_released(of: Treated) -> LedgerEntry:
    return released_line(of)


def as_claimed(of: Treated) -> LedgerEntry:
    entry = released_line(of)
    seal(partner_id=TradingPartner.objects.get().pk, at=NIGHT)
    return entry


def as_sent(of: Treated) -> LedgerEntry:
    entry = released_line(of)
    export()
    assert ClaimFile.objects.get().delivered_at is not None
    return entry


def as_acknowledged(of: Treated) -> LedgerEntry:
    entry = as_sent(of)
    take(ack(ClaimFile.objects.get(), ack_set("A")))
    return entry


def as_accepted(of: Treated) -> LedgerEntry:
    entry = as_acknowledged(of)
    take(statuses(ClaimFile.objects.get(), Says(Claim.objects.get().control_number, number="ICN1")))
    return entry


def as_rejected(of: Treated) -> LedgerEntry:
    entry = as_acknowledged(of)
    take(statuses(ClaimFile.objects.get(), Says(Claim.objects.get().control_number, "A3:21", "U")))
    return entry


def as_paid(of: Treated) -> LedgerEntry:
    entry = as_accepted(of)
    post_payment(answered(Claim.objects.get()))
    return entry


def as_denied(of: Treated) -> LedgerEntry:
    entry = as_accepted(of)
    post_payment(answered(Claim.objects.get(), refused="50", status="4"))
    return entry


def as_reversed(of: Treated) -> LedgerEntry:
    entry = line(of)
    ledger.reverse(reasons={entry.pk: "The session was cancelled."})
    return entry


WAYS = {
    Standing.OPEN: as_open,
    Standing.HELD: as_held,
    Standing.RELEASED: as_released,
    Standing.ON_CLAIM: as_claimed,
    Standing.SENT: as_sent,
    Standing.ACKNOWLEDGED: as_acknowledged,
    Standing.ACCEPTED: as_accepted,
    Standing.REJECTED: as_rejected,
    Standing.PAID: as_paid,
    Standing.DENIED: as_denied,
    Standing.REVERSED: as_reversed,
}


@pytest.mark.parametrize("standing", list(Standing))
def test_line_reaches_each_standing_by_its_own_steps(standing: Standing, nora: Treated) -> None:
    entry = WAYS[standing](nora)
    assert stands(entry) == standing
    charges = LedgerEntry.objects.filter(kind="charge")
    kept = [one for one in Standing if of_standing(charges, (one,)).filter(pk=entry.pk).exists()]
    assert kept == [standing]


@pytest.mark.parametrize("standing", list(Standing))
def test_counts_find_each_line_or_its_claim_where_it_stands(standing: Standing, nora: Treated) -> None:
    entry = WAYS[standing](nora)
    counts = {one.standing: (one.count, one.amount) for one in standing_counts() if one.count}
    assert counts == {standing: (1, entry.amount)}


@pytest.mark.parametrize("standing", list(Standing))
def test_fold_of_facts_and_sql_say_the_same(standing: Standing, nora: Treated) -> None:
    entry = WAYS[standing](nora)
    found = LedgerEntry.objects.select_related("review").get(pk=entry.pk)
    on_claim = found.claim_line
    claim = None
    if on_claim is not None:
        answer = ClaimStanding.objects.filter(claim=on_claim.claim_id).values_list("state", flat=True).first()
        file = on_claim.claim.file
        claim = ClaimFacts(answer or "", file.delivered_at is not None, file.acknowledged_at is not None)
    refused = found.claim_lines.filter(ended_at__isnull=False, claim__standing__state="rejected").exists()
    review = getattr(found, "review", None)
    facts = LineFacts(
        review.state if review else "open", LedgerEntry.objects.filter(reverses=found).exists(), claim, refused
    )
    assert stands_as(facts) == standing == stands(found)


def test_payment_taken_back_leaves_a_claim_unpaid(nora: Treated) -> None:
    entry = as_paid(nora)
    assert stands(entry) == Standing.PAID
    ClaimEvent.objects.create(
        claim=Claim.objects.get(), level="remittance", outcome="reversed", said_on=date(2026, 4, 20),
        by=user(Role.BILLER),
    )  # fmt: skip
    assert stands(entry) == Standing.DENIED == standing_of(ClaimFacts("reversed", is_delivered=True))


def test_line_that_the_payer_denied_within_a_paid_claim_is_denied(nora: Treated) -> None:
    entry = as_paid(nora)
    paid = RemittanceClaim.objects.get()
    denial = Denial.objects.create(
        remittance_claim=paid, line_number=1, claim=Claim.objects.get(), entry=entry, amount=Decimal("910.00"),
        denied_on=date(2026, 4, 9),
    )  # fmt: skip
    charges = LedgerEntry.objects.filter(kind="charge")
    assert stands(entry) == Standing.DENIED
    assert list(of_standing(charges, (Standing.DENIED,))) == [entry]
    assert not of_standing(charges, (Standing.PAID,)).exists()
    denial.state = "paid"
    denial.save()
    assert stands(entry) == Standing.PAID


def test_rejected_line_that_is_released_again_is_released(nora: Treated) -> None:
    entry = as_rejected(nora)
    assert stands(entry) == Standing.REJECTED
    Review.objects.update(state="released")
    assert stands(entry) == Standing.RELEASED


def test_claim_whose_lines_all_left_counts_no_more(nora: Treated) -> None:
    as_paid(nora)
    claim = Claim.objects.get()
    assert list(claims_that_stand(Claim.objects.all(), Standing.PAID)) == [claim]
    ClaimLine.objects.filter(claim=claim).update(ended_at=NIGHT)
    assert not claims_that_stand(Claim.objects.all(), Standing.PAID).exists()
    assert claims_noted(Claim.objects.all()).get().is_over
    assert next(one for one in standing_counts() if one.standing is Standing.PAID).count == 0


def test_counts_take_the_same_statements_whatever_there_is(nora: Treated) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as asked:
            standing_counts()
        return len(asked)

    before = statements()
    entries = [line(nora, service_on=date(2026, 3, day)) for day in range(2, 12)]
    release(*entries)
    export()
    assert statements() == before == 3


def test_api_says_and_filters_where_a_charge_stands(nora: Treated) -> None:
    sent, waiting = as_sent(nora), line(nora, service_on=date(2026, 3, 9))
    biller = client_of(Role.BILLER)
    rows = biller.get("/api/v1/charges/").json()["results"]
    assert {row["id"]: row["standing"] for row in rows} == {sent.pk: "sent", waiting.pk: "open"}
    asked = biller.get("/api/v1/charges/", {"standing": "sent"}).json()["results"]
    assert [row["id"] for row in asked] == [sent.pk]
    assert biller.get("/api/v1/charges/", {"standing": "lost"}).status_code == 400
