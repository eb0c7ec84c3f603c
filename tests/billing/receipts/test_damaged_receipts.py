"""Files as partners really send them: what can be read is posted, the rest is a warning, nothing is lost or fatal."""

import io
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_django import Settings
from pyx12.params import params
from pyx12.x12n_document import x12n_document

from billing import receipts
from billing.models import ClaimEvent, ClaimFile, Receipt
from billing.receipts.warnings import MOST_OF_A_CODE
from tests.answers import Says, ack, ack_set, codes, interchange, joined, numbers, states, statuses, ta1, take
from tests.billing.x12.receipts import golden_files
from tests.exports import department, export, partner, text_of

pytestmark = pytest.mark.django_db
SAMPLES = os.environ.get("ONCOCHARGE_X12_SAMPLES", "")


@pytest.fixture(autouse=True)
def outbox(settings: Settings, tmp_path: Path) -> None:
    settings.CLAIM_OUTBOX = tmp_path / "outbox"


@pytest.fixture
def file() -> ClaimFile:
    partner()
    department(3, lines=3)
    export()
    return ClaimFile.objects.select_related("partner").get()


def one_refused(file: ClaimFile) -> str:
    """A 277CA that takes the first claim and refuses the second."""
    first, second, _ = numbers()
    return statuses(file, Says(first), Says(second, "A7:21", "U"))


def posted() -> list[str]:
    return sorted(states().values())


def with_other_delimiters(text: str) -> str:
    return text.translate(str.maketrans("*:~", "|>'"))


@pytest.mark.parametrize(
    ("damage", "expected"),
    [
        (lambda text: f"\ufeff{text}", ["byte-order-mark"]),
        (lambda text: text.replace("~", "~\r\n"), []),
        (lambda text: f"\r\n\r\n  {text}", []),
        (with_other_delimiters, []),
        (lambda text: text.replace("~SE*", "~SE*9"), ["wrong-count"]),
        (lambda text: text.replace("GE*1*301", "GE*1*302"), ["wrong-control-number"]),
        (lambda text: text[: text.index("GE*")], ["missing-trailer", "missing-trailer"]),
        (lambda text: text[: text.index("SE*")], ["missing-trailer"] * 3),
        (lambda text: f"A note from the operator.\n{text}", ["junk"]),
        (lambda text: text.replace("BAYCLEARING    ", "SOMEBODYELSE   "), ["other-sender"]),
    ],
    ids=["mark", "crlf", "blanks", "delimiters", "count", "number", "no GE", "no SE", "note", "sender"],
)  # fmt: skip
def test_what_can_be_read_is_posted_and_the_rest_is_a_warning(
    file: ClaimFile, damage: "object", expected: list[str]
) -> None:
    assert callable(damage)
    receipt = take(damage(one_refused(file)))
    assert posted() == ["accepted", "rejected"]
    assert codes(receipt) == expected
    assert receipt.warning_count == len(expected)


def test_several_interchanges_in_one_file_are_all_read(file: ClaimFile) -> None:
    receipt = take(ta1(file) + ack(file, ack_set("A")) + one_refused(file))
    assert receipt.kinds == ["TA1", "999", "277CA"]
    assert posted() == ["accepted", "rejected"]
    assert file.replies.count() == 3


def test_a_997_is_read_as_the_999_whose_place_it_takes(file: ClaimFile) -> None:
    text = ack(file, ack_set("A")).replace("ST*999", "ST*997").replace("IK5", "AK5")
    take(text)
    assert file.replies.filter(set_number="0001", outcome="accepted").exists()


@pytest.mark.parametrize("text", ["", "\n", "no X12 at all", "ISA*00*", "\x00\x01\xff"])
def test_a_file_that_holds_nothing_is_kept_with_a_warning(text: str) -> None:
    partner()
    receipt = take(text)
    assert (receipt.error, receipt.kinds) == ("", [])
    assert receipt.read_at is not None
    assert "no-interchange" in codes(receipt)
    assert joined(receipts.receipt_bytes(receipt_id=receipt.pk)) == text.encode()


def test_unknown_numbers_are_warnings_and_never_an_exception(file: ClaimFile) -> None:
    file.control_number = 77
    receipt = take(
        ta1(file) + ack(file, ack_set("A"), number=302) + statuses(file, Says("OC9"), batch="9-000000001-0001")
    )
    assert codes(receipt) == ["unknown-file", "unknown-file", "unknown-batch", "unknown-claim"]
    assert not ClaimEvent.objects.exists()


@pytest.mark.parametrize(
    ("batch", "receiver", "charge", "is_taken"),
    [
        ("9-000000001-0001", "", "455", False), ("9-000000001-0001", "", "2730", True),
        ("9-000000001-0001", "", "0", True), ("", "SOMEBODYELSE", "455", False), ("", "SOMEBODYELSE", "2730", True),
        ("", "", "455", True),
    ],
)  # fmt: skip
def test_what_is_said_of_somebody_elses_claim_of_our_number_opens_nothing(
    file: ClaimFile, batch: str, receiver: str, charge: str, is_taken: bool
) -> None:
    number = numbers(file)[0]
    refused = Says(number, "A7:21", "U", number="ICN1", charge=charge, lines=["SVC*HC:77386*455", "STC*A7:21**U"])
    text = statuses(file, refused, batch=batch)
    receipt = take(text.replace(f"{file.partner.sender_id:15}", f"{receiver or file.partner.sender_id:15}", 1))
    assert states() == ({number: "rejected"} if is_taken else {})
    assert ("claim-of-another-charge" in codes(receipt)) == (not is_taken)
    assert ClaimEvent.objects.exists() == is_taken


@pytest.mark.parametrize(
    "refusal",
    [
        lambda file: ta1(file, "R", "010", receiver="SOMEBODYELSE"),
        lambda file: ack(file, ack_set("R", codes="*5"), closing="R*1*1*0", receiver="SOMEBODYELSE"),
        lambda file: ack(file, closing="R*1*1*0", receiver="SOMEBODYELSE"),
        lambda file: statuses(file, receiver="STC*A3:21*20260321*U~").replace("HARBOR01       ", "SOMEBODYELSE   ", 1),
    ],
    ids=["TA1", "999", "999 whole", "277CA whole"],
)
def test_a_file_of_our_number_that_was_refused_to_somebody_else_stays_as_it_is(
    file: ClaimFile, refusal: Callable[[ClaimFile], str]
) -> None:
    receipt = take(refusal(file))
    assert {"other-receiver", "refusal-for-another"} <= set(codes(receipt))
    file.refresh_from_db()
    assert (states(), file.refused_at) == ({}, None)


def test_an_answer_in_another_partners_folder_is_matched_by_its_identifiers(file: ClaimFile) -> None:
    cove = partner("Cove Clearing", is_default=False)
    receipt = take(ack(file, ack_set("A")), partner=cove)
    assert codes(receipt) == ["other-sender"]
    file.refresh_from_db()
    assert file.acknowledged_at is not None


def test_a_refusal_of_a_file_that_was_taken_before_is_a_warning_alone(file: ClaimFile) -> None:
    take(ack(file, ack_set("A")))
    assert codes(take(ta1(file, "R", "025"))) == ["contradicting-reply"]
    assert codes(take(ack(file, ack_set("R", codes="*23"), closing="R*1*1*0"))) == ["contradicting-reply"] * 2
    assert states() == {}


def test_a_file_that_is_taken_in_after_it_was_refused_is_a_warning(file: ClaimFile) -> None:
    take(ta1(file, "R", "010"))
    assert codes(take(ack(file, ack_set("A")))) == ["taken-after-refusal"]


def test_a_refused_group_refuses_every_claim_though_no_set_is_named(file: ClaimFile) -> None:
    take(ack(file, closing="R*1*1*0*1"))
    assert posted() == ["rejected"] * 3
    assert "The whole group was refused. The group is not supported." in ClaimEvent.objects.first().message  # type: ignore[union-attr]


def test_a_group_taken_in_part_without_a_refused_set_is_a_warning(file: ClaimFile) -> None:
    assert codes(take(ack(file, closing="P*2*2*1"))) == ["refusal-without-set"]


def test_faults_of_an_accepted_set_are_notes_on_the_claim_they_name(file: ClaimFile) -> None:
    second = numbers()[1]
    take(ack(file, ack_set("E", "IK3*CLM*22*2300*8", f"CTX*CLM01:{second}", "IK4*5:1*1331*7*ZZ"), closing="E*1*1*1"))
    (event,) = ClaimEvent.objects.select_related("claim")
    assert (event.claim.control_number, event.outcome, event.where) == (second, "noted", "CLM-05-1")
    assert "Found: ZZ." in event.message
    assert states() == {}


def test_a_fault_above_the_claims_concerns_every_claim_below(file: ClaimFile) -> None:
    take(ack(file, ack_set("R", "IK3*NM1*8*2010*8", "IK4*9**1"), closing="R*1*1*0"))
    assert set(ClaimEvent.objects.values_list("where", flat=True)) == {"NM1-09 of the billing provider"}


def test_a_fault_beyond_the_set_and_an_unknown_set_are_warnings(file: ClaimFile) -> None:
    faults = ack_set("R", "IK3*XX*99999*2400*8") + ack_set("R", "IK3*CLM*22*2300*8", number="0009")
    receipt = take(ack(file, faults, closing="R*2*2*0"))
    assert sorted(codes(receipt)) == ["counts-differ", "fault-not-placed", "unknown-set"]


def test_totals_that_are_not_what_was_sent_are_a_warning(file: ClaimFile) -> None:
    first, *_ = numbers()
    right = statuses(file, receiver="QTY*90*3~AMT*YU*8190~")
    assert codes(take(right)) == []
    wrong = statuses(file, Says(first), receiver="QTY*90*1~AMT*YU*910~")
    receipt = take(wrong)
    assert codes(receipt) == ["totals-differ"]
    assert receipt.warnings.get().expected == "3 claims, 8,190.00 USD"


def test_a_refused_provider_takes_its_claims_along(file: ClaimFile) -> None:
    take(statuses(file, provider="STC*A3:496:85*20260321*U*8190~"))
    assert posted() == ["rejected"] * 3


def test_a_refused_provider_that_the_batch_does_not_have_is_a_warning(file: ClaimFile) -> None:
    receipt = take(statuses(file, npi="1999999992", provider="STC*A3:496:85*20260321*U*8190~"))
    assert codes(receipt) == ["unknown-provider"]


def test_a_refused_batch_of_several_sets_leaves_the_other_sets_alone() -> None:
    partner(claims_per_set=2)
    department(5)
    export()
    file = ClaimFile.objects.select_related("partner").get()
    take(statuses(file, batch=f"{file.batch_id}-0002", receiver="STC*A8:746:40*20260321*U~QTY*AA*2~AMT*YY*1820~"))
    assert states() == dict.fromkeys(numbers()[2:4], "rejected")


def test_an_absurd_number_of_warnings_is_counted_not_kept(file: ClaimFile) -> None:
    receipt = take(interchange("AK1*HC*1~" + "ZZZ*1~" * (MOST_OF_A_CODE + 40) + "AK9*A*1*1*1~", file=file))
    kept = list(receipt.warnings.filter(code="unknown-segment").order_by("id").values_list("found", flat=True))
    assert len(kept) == MOST_OF_A_CODE + 1
    assert kept[-1] == "and 40 more of this kind"
    assert receipt.warning_count == MOST_OF_A_CODE + 40


def test_reading_fails_for_one_receipt_and_the_others_go_on(file: ClaimFile, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [ack(file, ack_set("A"), number=number) for number in (1, 2, 3)]
    ids = [receipts.store(partner_id=file.partner_id, name="x", chunks=[text.encode()]).receipt_id for text in texts]
    real = receipts.reading._read_all

    def fail_for_the_second(receipt: Receipt, *rest: object) -> None:
        if receipt.pk == ids[1]:
            raise ZeroDivisionError
        real(receipt, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr("billing.receipts.reading._read_all", fail_for_the_second)
    for _ in range(receipts.TRIES + 2):
        receipts.read_unread(at=file.sealed_at)
    second = Receipt.objects.get(pk=ids[1] or 0)
    assert (second.tries, second.read_at) == (receipts.TRIES, None)
    assert second.error.startswith("Something is wrong in the program (ZeroDivisionError)")
    assert Receipt.objects.exclude(read_at=None).count() == 2
    monkeypatch.undo()
    receipts.read_again(receipt_id=second.pk, at=file.sealed_at)
    assert not Receipt.objects.filter(read_at=None).exists()


@pytest.mark.parametrize(
    ("corrupt", "segment"),
    [
        (lambda text: text.replace("*11:B:1*", "*ZZ:B:1*", 1), "CLM"),
        (lambda text: text.replace("~N4*BOSTON", "~N9*BOSTON", 1), "N"),
        (lambda text: text.replace("472*D8*20260302", "472*D8*20261399", 1), "DTP"),
    ],
    ids=["claim", "segment", "day"],
)  # fmt: skip
def test_pyx12s_999_about_our_own_corrupted_file_names_the_claim(
    file: ClaimFile, tmp_path: Path, corrupt: "object", segment: str
) -> None:
    assert callable(corrupt)
    sent = text_of(file)
    wrong = tmp_path / "wrong.edi"
    wrong.write_text(corrupt(sent), encoding="ascii")
    assert wrong.read_text() != sent
    answer = io.StringIO()
    assert x12n_document(params(), str(wrong), answer, None) is False
    receipt = take(answer.getvalue())
    assert receipt.kinds == ["999"]
    assert file.replies.filter(outcome="rejected", set_number="0001").exists()
    named = ClaimEvent.objects.exclude(message__contains="because of others")
    assert named.exists()
    assert all(event.where.startswith(segment) for event in named)


@pytest.mark.parametrize("path", golden_files(), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_golden_receipt_is_read_whole_though_nothing_of_it_is_ours(path: Path) -> None:
    partner()
    receipt = take(path.read_bytes())
    assert receipt.error == ""
    assert receipt.read_at is not None
    assert not ClaimEvent.objects.exists()


@pytest.mark.skipif(not SAMPLES, reason="ONCOCHARGE_X12_SAMPLES is not set: a folder of receipts of others.")
def test_every_sample_of_others_is_read_and_lost_in_nothing() -> None:
    partner()
    for path in sorted(Path(SAMPLES).iterdir()):
        if path.name.split("_")[0] in ("ta1", "999", "277ca", "835"):
            content = path.read_bytes()
            receipt = take(content, name=path.name)
            assert receipt.error == "", path.name
            assert receipt.kinds, path.name
            assert joined(receipts.receipt_bytes(receipt_id=receipt.pk)) == content
