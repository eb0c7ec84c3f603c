"""What TA1, 999 and 277CA do to files and claims: who stands where, who is open again and why."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from billing.models import Claim, ClaimEvent, ClaimFile, ClaimLine, ClaimStanding, LedgerEntry, Review, StandingFinding
from tests.answers import Says, ack, ack_set, codes, numbers, states, statuses, ta1, take
from tests.exports import department, export, partner, segments, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def outbox(settings: Settings, tmp_path: Path) -> Path:
    settings.CLAIM_OUTBOX = tmp_path / "outbox"
    return tmp_path / "outbox"


@pytest.fixture
def file() -> Iterator[ClaimFile]:
    """Three claims of three lines each, delivered to one partner."""
    partner()
    department(3, lines=3)
    export()
    yield ClaimFile.objects.select_related("partner").get()


def place_in_set(file: ClaimFile, wanted: str, *, claim: int) -> int:
    """Which segment of the set, from ST, is the first of this kind of a claim of the file, from 0."""
    text = text_of(file)
    body = text[text.index("ST*") :].split("~")
    begins = [place for place, segment in enumerate(body) if segment.startswith("CLM*")]
    return next(place + 1 for place in range(begins[claim], len(body)) if body[place].startswith(wanted))


def open_again() -> set[str]:
    """Numbers of the claims whose lines have ended."""
    ended = ClaimLine.objects.filter(ended_at__isnull=False, successor=None)
    return set(ended.values_list("claim__control_number", flat=True))


def reasons(number: str) -> set[str]:
    """What the open findings of the payer say of the lines of a claim."""
    found = StandingFinding.objects.filter(resolved_at=None, source="payer", subject=f"claim {number}")
    return set(found.values_list("message", flat=True))


def test_accepted_set_is_noted_on_the_file_and_on_no_claim(file: ClaimFile) -> None:
    receipt = take(ack(file, ack_set("A")))
    file.refresh_from_db()
    assert (receipt.kinds, receipt.warning_count, receipt.error) == (["999"], 0, "")
    assert file.acknowledged_at is not None
    assert file.refused_at is None
    assert [(reply.kind, reply.set_number, reply.outcome) for reply in file.replies.all()] == [
        ("999", "0001", "accepted"),
        ("999", "", "accepted"),
    ]
    assert not ClaimEvent.objects.exists()


def test_refused_set_tells_the_faulty_claim_where_and_the_others_why(file: ClaimFile) -> None:
    first, second, third = numbers()
    place = place_in_set(file, "SV1", claim=1) + 4  # SV1 of the second line: LX, SV1, DTP, REF each
    fault = [f"IK3*SV1*{place}*2400*8", "IK4*3*355*1"]
    receipt = take(ack(file, ack_set("R", *fault, codes="*5"), closing="R*1*1*0"))
    assert codes(receipt) == []
    assert states() == dict.fromkeys((first, second, third), "rejected")
    told = {event.claim.control_number: event for event in ClaimEvent.objects.select_related("claim")}
    assert told[second].where == "SV1-03 of line 2"
    assert told[second].message == "SV1-03 of line 2: A required element is missing."
    assert told[second].codes == ["8", "1"]
    assert "because of others" in told[first].message
    assert open_again() == {first, second, third}
    (reason,) = reasons(second)
    assert reason == (f"The partner (999) rejected claim {second}: SV1-03 of line 2: A required element is missing.")


def test_refused_lines_are_open_waiting_and_say_why(file: ClaimFile) -> None:
    take(ack(file, ack_set("R", codes="*4"), closing="R*1*1*0"))
    assert set(Review.objects.values_list("state", flat=True)) == {"open"}
    assert all("The number of segments in SE is not right." in review.reason for review in Review.objects.all())
    assert LedgerEntry.objects.filter(waiting__isnull=False).count() == 9
    file.refresh_from_db()
    assert file.refused_at is not None


def test_refused_file_takes_every_claim_with_it(file: ClaimFile) -> None:
    receipt = take(ta1(file, "R", "010"))
    assert receipt.kinds == ["TA1"]
    assert set(states().values()) == {"rejected"}
    assert ClaimStanding.objects.filter(level="interchange").count() == 3
    assert open_again() == set(numbers())


def test_277ca_settles_each_claim_apart_and_keeps_the_payers_number(file: ClaimFile) -> None:
    first, second, third = numbers()
    line = second_line(second)
    receipt = take(
        statuses(
            file, Says(first, number="PAYER-1"),
            Says(second, "A7:562:85", "U", lines=["SVC*HC:77386*910*****1", "STC*A7:453*20260321*U", f"REF*FJ*{line}"]),
        )
    )  # fmt: skip
    assert receipt.kinds == ["277CA"]
    assert states() == {first: "accepted", second: "rejected"}
    assert ClaimStanding.objects.get(claim__control_number=first).payer_claim_number == "PAYER-1"
    assert open_again() == {second}
    told = reasons(second)
    assert len(told) == 2
    assert any("Procedure modifiers" in reason for reason in told)
    assert all("information is not valid. NPI of the billing provider." in reason for reason in told)
    assert third not in states()


def second_line(number: str) -> str:
    """REF*6R of the second line of a claim."""
    line = ClaimLine.objects.get(claim__control_number=number, number=2)
    return f"L{line.entry_id}"


def test_order_of_arrival_does_not_matter(file: ClaimFile) -> None:
    first, *_ = numbers()
    take(statuses(file, Says(first), role="PR", on="20260323"), name="payer")
    take(statuses(file, Says(first, "A3:21", "U"), role="AY", on="20260322"), name="clearinghouse, late")
    assert states()[first] == "accepted"
    assert open_again() == set()


def test_the_same_file_again_changes_nothing(file: ClaimFile) -> None:
    text = statuses(file, Says(numbers()[0], "A7:21", "U"))
    receipt = take(text)
    assert take(text, name="other name") == receipt
    receipt.read_at = None
    receipt.save()
    take(text)
    assert ClaimEvent.objects.count() == 1
    assert StandingFinding.objects.count() == 3


def test_unknown_claim_is_a_warning(file: ClaimFile) -> None:
    receipt = take(statuses(file, Says("OC9999999999", "A7:21", "U"), Says(numbers()[0])))
    assert codes(receipt) == ["unknown-claim"]
    assert receipt.warnings.get().found == "OC9999999999"


def test_refused_batch_refuses_all_though_none_is_named(file: ClaimFile) -> None:
    take(statuses(file, receiver="STC*A8:746:40*20260321*U*8190~QTY*AA*3~AMT*YY*8190~"))
    assert set(states().values()) == {"rejected"}
    assert Claim.objects.filter(standing__state="rejected").count() == 3


def test_line_that_goes_out_again_loses_its_finding(file: ClaimFile) -> None:
    number = numbers()[0]
    take(statuses(file, Says(number, "A7:562:85", "U")))
    Review.objects.filter(state="open").update(state="released")
    export()
    again = ClaimFile.objects.exclude(pk=file.pk).get()
    assert again.claim_count == 1
    assert reasons(number) == set()
    assert len(segments(text_of(again), "CLM")) == 1
