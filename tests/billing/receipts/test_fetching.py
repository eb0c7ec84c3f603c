"""What lies at the partners is fetched once, stored as it came, put away only then; one that is down stops no other."""

from datetime import timedelta
from pathlib import Path

import pytest
from pytest_django import Settings

from billing import receipts
from billing.adapters import ssh
from billing.adapters.door import PartnerError
from billing.models import PartnerConnection, Receipt, ReceiptSighting, TradingPartner
from billing.receipts import Fetched
from tests.answers import AT, folder_of, interchange, joined
from tests.exports import partner
from tests.partners import put_secret, sftp_partner
from tests.sftp_server import free_port, sftp_server

pytestmark = pytest.mark.django_db
WHOLE = interchange("AK1*HC*1~AK9*A*1*1*1~")


@pytest.fixture(autouse=True)
def outbox(settings: Settings, tmp_path: Path) -> Path:
    settings.CLAIM_OUTBOX = tmp_path / "outbox"
    return tmp_path / "outbox"


@pytest.fixture
def bay() -> TradingPartner:
    return partner()


def fetch(minutes: int = 0) -> list[Fetched]:
    return receipts.fetch_answers(at=AT + timedelta(minutes=minutes))


def look_again() -> list[Fetched]:
    """Look once more when what lay there before has lain there for a while."""
    ReceiptSighting.objects.update(seen_at=AT)
    return fetch(2)


def lay(bay: TradingPartner, name: str, text: str = WHOLE) -> Path:
    path = folder_of(bay) / name
    path.write_bytes(text.encode())
    return path


def test_bytes_and_hash_are_stored_as_they_came(bay: TradingPartner) -> None:
    text = f"\ufeff{WHOLE}\r\n\x00"
    lay(bay, "a.999", text)
    assert [len(one.receipt_ids) for one in fetch()] == [0]  # no end yet: looked at again
    ReceiptSighting.objects.update(seen_at=AT)
    (one,) = fetch(2)
    receipt = Receipt.objects.get(pk=one.receipt_ids[0])
    assert joined(receipts.receipt_bytes(receipt_id=receipt.pk)) == text.encode()
    assert (receipt.name, receipt.byte_count, receipt.read_at) == ("a.999", len(text.encode()), None)


def test_what_was_fetched_is_not_fetched_again(bay: TradingPartner, monkeypatch: pytest.MonkeyPatch) -> None:
    lay(bay, "a.999")
    fetch()
    monkeypatch.setattr("billing.adapters.folder.Folder.fetch", None)
    assert fetch() == [Fetched("Bay Clearing")]


def test_the_same_bytes_under_another_name_or_from_another_partner_are_one_receipt(bay: TradingPartner) -> None:
    other = partner("Cove Clearing", is_default=False)
    for one, name in ((bay, "a.999"), (bay, "b.999"), (other, "c.999")):
        lay(one, name)
    fetch()
    assert Receipt.objects.count() == 1
    assert ReceiptSighting.objects.filter(receipt=Receipt.objects.get()).count() == 3


def test_the_same_name_with_other_bytes_is_another_receipt(bay: TradingPartner) -> None:
    lay(bay, "a.999")
    fetch()
    lay(bay, "a.999", interchange("AK1*HC*2~AK9*A*1*1*1~"))
    fetch()
    assert Receipt.objects.count() == 2


@pytest.mark.parametrize(("wish", "left"), [("leave", ["a.999"]), ("move", ["done/a.999"]), ("delete", [])])
def test_an_answer_is_put_away_as_the_partner_wants_it(bay: TradingPartner, wish: str, left: list[str]) -> None:
    TradingPartner.objects.update(after_fetching=wish)
    folder = lay(bay, "a.999").parent
    fetch()
    look_again()
    assert sorted(str(path.relative_to(folder)) for path in folder.rglob("*.999")) == left
    assert Receipt.objects.count() == 1
    assert (ReceiptSighting.objects.get().put_away_at is not None) == (wish != "leave")


def test_what_was_stored_and_not_put_away_is_put_away_by_the_next_look(
    bay: TradingPartner, monkeypatch: pytest.MonkeyPatch
) -> None:
    TradingPartner.objects.update(after_fetching="delete")
    path = lay(bay, "a.999")
    fetch()
    with monkeypatch.context() as patch:
        patch.setattr("billing.adapters.folder.Folder.done_with", _crash)
        look_again()
    assert path.exists()
    assert Receipt.objects.count() == 1
    receipts.fetch_answers(at=AT + timedelta(minutes=2), is_asked=True)
    assert not path.exists()
    assert Receipt.objects.count() == 1


@pytest.mark.parametrize("wish", ["move", "delete"])
def test_an_answer_that_grows_behind_the_end_of_an_interchange_is_not_put_away_before_all_of_it_is_stored(
    bay: TradingPartner, wish: str
) -> None:
    TradingPartner.objects.update(after_fetching=wish)
    both = WHOLE + interchange("AK1*HC*2~AK9*A*1*1*1~", number=302)
    path = lay(bay, "a.999")
    assert len(fetch()[0].receipt_ids) == 1  # the partner is not done: it is between two interchanges
    assert path.exists()
    path.write_bytes(both.encode())
    (one,) = look_again()
    assert joined(receipts.receipt_bytes(receipt_id=one.receipt_ids[0])) == both.encode()
    assert path.exists()
    look_again()
    assert not path.exists()


def _crash(*_: object) -> None:
    raise PartnerError("The wire was cut.")


def test_a_file_without_an_end_waits_until_it_lies_there_unchanged(bay: TradingPartner) -> None:
    lay(bay, "a.999", WHOLE[:150])
    assert fetch()[0].unfinished == 1
    assert fetch()[0].unfinished == 1  # too soon after the first look
    lay(bay, "a.999", WHOLE[:200])
    assert fetch(5)[0].unfinished == 1  # it grew
    assert not Receipt.objects.exists()
    ReceiptSighting.objects.update(seen_at=AT)
    assert len(fetch(5)[0].receipt_ids) == 1
    assert Receipt.objects.get().byte_count == 200


def test_a_partner_that_is_down_stops_only_its_own_answers(
    bay: TradingPartner, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ssh, "CONNECT_SECONDS", 2)
    with sftp_server(tmp_path / "server") as server:
        down = sftp_partner(server, "Atoll Clearing", is_default=False, port=free_port())
    settings.PARTNER_SECRETS = tmp_path / "secrets"
    put_secret(tmp_path / "secrets")
    lay(bay, "a.999")
    first, second = fetch()
    assert (first.partner, bool(first.errors)) == ("Atoll Clearing", True)
    assert len(second.receipt_ids) == 1
    assert PartnerConnection.objects.get(partner=down).failures == 1
    assert "Next try at" in fetch()[0].errors[0]


def test_answers_come_by_sftp_and_are_moved_into_the_archive(settings: Settings, tmp_path: Path) -> None:
    settings.PARTNER_SECRETS = tmp_path / "secrets"
    put_secret(tmp_path / "secrets")
    with sftp_server(tmp_path / "server") as server:
        sftp_partner(server, after_fetching="move")
        (server.root / "inbox" / "a.999").write_text(WHOLE)
        (one,) = fetch()
        assert (one.errors, look_again()[0].errors) == ((), ())
        assert (server.names("inbox"), server.names("archive")) == ([], ["a.999"])
    assert Receipt.objects.get(pk=one.receipt_ids[0]).byte_count == len(WHOLE)
    assert ReceiptSighting.objects.get().put_away_at is not None


def test_a_fault_of_the_program_at_one_partner_stops_only_that_one(
    bay: TradingPartner, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    lay(bay, "a.999")
    monkeypatch.setattr("billing.receipts.fetching.store", lambda **_: 1 / 0)
    (one,) = fetch()
    assert one.errors[0].startswith("Something is wrong in the program (ZeroDivisionError)")
    assert "ZeroDivisionError at" in caplog.text


def test_an_inactive_partner_is_not_asked(bay: TradingPartner) -> None:
    lay(bay, "a.999")
    TradingPartner.objects.update(is_active=False)
    assert fetch() == []


def test_names_that_lead_elsewhere_or_are_half_written_are_left(bay: TradingPartner) -> None:
    for name in (".hidden", "a.part", "b.tmp"):
        lay(bay, name)
    assert fetch()[0].receipt_ids == ()
