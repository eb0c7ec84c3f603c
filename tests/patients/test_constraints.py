"""Truths about who is treated that the database itself holds."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from patients.models import Payer, PayerPolicy
from tests.history import history_of

pytestmark = pytest.mark.django_db


def test_two_policies_of_a_payer_cannot_overlap() -> None:
    payer = Payer.objects.create(name="Acme Health", kind="commercial", payer_id="ACME1")
    PayerPolicy.objects.create(payer=payer, effective_from=date(2024, 1, 1), effective_to=date(2024, 12, 31))
    with pytest.raises(IntegrityError, match="payer_policy_periods_do_not_overlap"), transaction.atomic():
        PayerPolicy.objects.create(payer=payer, effective_from=date(2024, 12, 31))
    PayerPolicy.objects.create(payer=payer, effective_from=date(2025, 1, 1))
    payer.refresh_from_db()
    assert payer.revision == 3


def test_every_change_of_a_payer_is_in_its_history() -> None:
    payer = Payer.objects.create(name="Acme Health", kind="commercial", payer_id="ACME1")
    Payer.objects.filter(pk=payer.pk).update(name="Acme")
    assert [(row.pgh_label, row.name) for row in history_of(payer)] == [
        ("insert", "Acme Health"),
        ("update", "Acme"),
    ]
