"""Two people at the same prices at once: one of them saves, the other is asked to look again; no day has two prices."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from itertools import pairwise
from threading import Barrier

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from billing.fees.prices import WantedPrice
from billing.fees.saving import make_draft, preview_draft, save_draft, save_prices
from billing.models import FeeLine, FeeSchedule
from patients.roles import Role
from tests.captures import practice_fees
from tests.cast import local, user

pytestmark = pytest.mark.django_db(transaction=True)

NOW = local("2025-03-20 12:00")
AT_ONCE = 4


def want(amount: int, since: date) -> WantedPrice:
    return WantedPrice("77385", "", Decimal(amount), since)


def test_of_drafts_that_are_saved_at_once_one_is_taken_and_the_others_are_shown_again() -> None:
    practice = practice_fees({"77385": "845.00"})
    drafts = [
        make_draft(
            schedule=practice, prices=[want(900 + n, date(2026, 1, 1))], origin="a test",
            by=user(Role.BILLING_MANAGER, f"manager{n}"),
        )
        for n in range(AT_ONCE)
    ]  # fmt: skip
    seen = preview_draft(drafts[0]).revision
    together = Barrier(AT_ONCE)

    def save(draft_id: int) -> str:
        together.wait()
        try:
            save_draft(draft_id=draft_id, revision=seen, at=NOW)
        except ValidationError as error:
            return error.messages[0]
        finally:
            connection.close()
        return "saved"

    with ThreadPoolExecutor(AT_ONCE) as pool:
        said = sorted(pool.map(save, [draft.pk for draft in drafts]))
    assert said[:-1] == ["The schedule changed while you looked. Look again at what would change, then save."] * 3
    assert said[-1] == "saved"
    assert FeeLine.objects.filter(code="77385", modifier="", effective_from=date(2026, 1, 1)).count() == 1


def test_files_that_are_loaded_at_once_follow_one_another() -> None:
    practice = practice_fees({"77385": "845.00"})
    together = Barrier(AT_ONCE)

    def load(n: int) -> None:
        try:
            schedule = FeeSchedule.objects.get(pk=practice.pk)
            together.wait()
            save_prices(schedule, [want(900 + n, date(2026, 1 + n, 1))], at=NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(load, range(AT_ONCE)))
    rows = FeeLine.objects.filter(code="77385", modifier="", withdrawn_at=None).order_by("effective_from")
    days = [(row.effective_from, row.effective_to) for row in rows]
    assert all(earlier[1] is not None and earlier[1] < later[0] for earlier, later in pairwise(days))
    assert len(days) == 1 + AT_ONCE
    assert days[-1][1] is None
