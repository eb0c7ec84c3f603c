"""Two postings at once, and one that is killed in the middle: the payment is there once, whole, or not at all."""

import signal
from multiprocessing import get_context
from multiprocessing.process import BaseProcess

import pytest
from django.db import connection

from billing.models import ClaimEvent, EntryBalance, Remittance, RemittanceClaim, RemittanceLine
from tests.billing.remittance.dying import post_until_killed
from tests.remittances import Pays, answered, edi, exported, post_file

pytestmark = pytest.mark.django_db(transaction=True)

FORKS = get_context("forkserver")
FORKS.set_forkserver_preload(["tests.billing.remittance.dying"])
STEPS = ("stage", "match_claims", "store", "take_effect")


def worker(content: bytes, step: str = "", when: str = "never") -> BaseProcess:
    database = {name: connection.settings_dict[name] for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT")}
    place = f"billing.remittance.posting.{step}"
    process = FORKS.Process(target=post_until_killed, args=(database, content, place, when))
    process.start()
    return process


def end_of(process: BaseProcess) -> int | None:
    process.join(timeout=180)
    return process.exitcode


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", STEPS)
def test_killed_here_nothing_is_posted_and_again_everything_is(step: str, when: str) -> None:
    claims = exported(3, lines=2)
    content = edi(Pays(claims=[answered(claim) for claim in claims]))
    assert end_of(worker(content, step, when)) == -signal.SIGKILL
    assert not Remittance.objects.exists()
    assert not RemittanceClaim.objects.exists()
    assert not ClaimEvent.objects.exists()
    assert [posted.state for posted in post_file(content)] == ["posted"]
    assert (RemittanceLine.objects.count(), ClaimEvent.objects.count()) == (6, 3)


def test_the_same_payment_from_four_places_at_once_is_posted_once() -> None:
    claims = exported(20, lines=2)
    content = edi(Pays(claims=[answered(claim) for claim in claims]))
    workers = [worker(content) for _ in range(4)]
    assert [end_of(one) for one in workers] == [0] * 4
    states = sorted(Remittance.objects.values_list("state", flat=True))
    assert states == ["posted", "repeated", "repeated", "repeated"]
    assert (RemittanceClaim.objects.count(), ClaimEvent.objects.count()) == (20, 20)
    assert {str(balance.paid) for balance in EntryBalance.objects.all()} == {"728.00"}
