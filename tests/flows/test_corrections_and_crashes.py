"""Corrections and first claims, killed anywhere, run at once: each decision goes once, each line stands once."""

import signal
from pathlib import Path

import pytest
from pytest_django import Settings

from billing.models import Claim, ClaimFile, ClaimLine, FollowUp, WaitingLine
from tests import cast
from tests.exports import export, line, partner, release, segments, text_of
from tests.flows.test_export_crashes import end_of, worker
from tests.follow_ups import decided, instead, sent

pytestmark = pytest.mark.django_db(transaction=True)

# What a run calls, in order, from the first batch to the last; killed at each, before and after.
POINTS = [
    (f"billing.{place}", when)
    for place in (
        "claims.gather", "claims.earlier_payers", "claims.posting_statements", "claims.hold_back",
        "submission.sealing._close_file", "submission.export.seal", "submission.delivery.release",
    )
    for when in ("before", "after")
]  # fmt: skip


@pytest.fixture(autouse=True)
def outbox(settings: Settings, tmp_path: Path) -> Path:
    settings.CLAIM_OUTBOX = tmp_path
    partner()
    return tmp_path


def decided_in_every_way() -> None:
    """A replacement and a void, professional and institutional, and first claims of the same courses."""
    claims = []
    for treated, kind in ((cast.ada(), "professional"), (cast.boris(), "institutional")):
        values = {"claim_kind": kind, "place_of_service": "22"}
        changed = line(treated, **values)
        claims.append((sent(changed, line(treated, **values)), FollowUp.Kind.REPLACEMENT))
        claims.append((sent(line(treated, **values)), FollowUp.Kind.VOID))
        release(instead(changed, code="77385"), line(treated, **values))
    for claim, kind in claims:
        decided(claim, kind)


def all_is_well(outbox: Path) -> None:
    files = list(ClaimFile.objects.all())
    lying = {path.name: path.read_bytes() for path in (outbox / "bayclearing").iterdir()}
    assert lying == {file.name: text_of(file).encode() for file in files}
    assert ClaimLine.objects.count() == sum(len(segments(text_of(file), "LX")) for file in files)
    assert len({file.control_number for file in files}) == len(files)
    assert not FollowUp.objects.filter(sent_as=None).exists() and not WaitingLine.objects.exists()
    assert sorted(Claim.objects.values_list("frequency", flat=True)) == ["1"] * 6 + ["7", "7", "8", "8"]
    ended = ClaimLine.objects.exclude(ended_at=None)
    assert ended.count() == 6 and not ended.filter(successor=None).exists()
    live = list(ClaimLine.objects.filter(ended_at=None).values_list("entry", flat=True))
    assert len(live) == len(set(live)) == 8


@pytest.mark.parametrize(("point", "when"), POINTS)
def test_killed_here_and_run_again_every_decision_is_sent_once(outbox: Path, point: str, when: str) -> None:
    decided_in_every_way()
    assert end_of(worker(outbox, point, when)) == -signal.SIGKILL
    assert export().errors == []
    all_is_well(outbox)


def test_three_exports_at_once_send_every_decision_once(outbox: Path) -> None:
    decided_in_every_way()
    runs = [worker(outbox, "billing.claims.gather", "never") for _ in range(3)]
    assert [end_of(run) for run in runs] == [0, 0, 0]
    assert export().errors == []
    all_is_well(outbox)
