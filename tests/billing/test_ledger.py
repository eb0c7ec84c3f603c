"""The ledger: nothing in it changes, a line stands once, a reversal mirrors its charge, one door leads to it."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from billing import ledger
from billing.ledger import LedgerError, NewCharge
from billing.models import LedgerEntry
from tests import cast

pytestmark = pytest.mark.django_db

TABLE = LedgerEntry._meta.db_table


def a_charge(course_id: int, **values: object) -> NewCharge:
    charge = NewCharge(
        course_id=course_id, session_id=None, plan_id=None, line_key="delivery/session:1/professional", generation=1,
        family="delivery", code="77385", modifiers=["76"], service_on=date(2025, 3, 4), units=1,
        claim_kind="professional", place_of_service="11", unit_amount=Decimal("845.00"), amount=Decimal("845.00"),
        fee_line_id=None, narrative="", attachment="", diagnoses=[], provider_id=None,
        rule="L1", because="{}", replaces_id=None,
    )  # fmt: skip
    return replace(charge, **values)  # type: ignore[arg-type]


def posted(**values: object) -> LedgerEntry:
    """One charge in the ledger of Ada's course."""
    (entry_id,) = ledger.append(charges=[a_charge(cast.ada().course.pk, **values)])
    return LedgerEntry.objects.get(pk=entry_id)


@pytest.mark.parametrize(
    "statement",
    [
        f"UPDATE {TABLE} SET amount = 1",
        f"UPDATE {TABLE} SET because = because",
        f"DELETE FROM {TABLE}",
        f"TRUNCATE {TABLE} CASCADE",
        f"INSERT INTO {TABLE} SELECT * FROM {TABLE} ON CONFLICT (id) DO UPDATE SET units = 2",
    ],
)
def test_the_database_refuses_to_change_or_remove_an_entry(statement: str) -> None:
    entry = posted()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # Or PostgreSQL has its own reason to refuse TRUNCATE.
        with pytest.raises(DatabaseError, match=r"Cannot (update|delete)|append-only"), transaction.atomic():
            cursor.execute(statement)
    assert LedgerEntry.objects.get() == entry


def _bulk_update(entry: LedgerEntry) -> None:
    entry.units = 9
    LedgerEntry.objects.bulk_update([entry], ["units"])


@pytest.mark.parametrize(
    "change",
    [
        lambda entry: LedgerEntry.objects.update(units=9),
        lambda entry: LedgerEntry.objects.all().delete(),
        lambda entry: LedgerEntry.objects.all()._raw_delete("default"),
        lambda entry: entry.save(),
        lambda entry: entry.delete(),
        _bulk_update,
    ],
    ids=["update", "delete", "raw delete", "save", "delete one", "bulk_update"],
)
def test_no_call_of_the_orm_changes_or_removes_an_entry(change: Callable[[LedgerEntry], object]) -> None:
    entry = posted()
    with pytest.raises(DatabaseError, match=r"Cannot (update|delete)"), transaction.atomic():
        change(entry)
    assert LedgerEntry.objects.get().units == 1


def test_a_reversal_mirrors_its_charge_and_brings_the_balance_to_nothing() -> None:
    entry = posted(units=2, amount=Decimal("1690.00"))
    (reversal_id,) = ledger.reverse(reasons={entry.pk: "Wrong patient."}).values()
    reversal = LedgerEntry.objects.get(pk=reversal_id)
    assert (reversal.reverses, reversal.amount, reversal.unit_amount) == (
        entry,
        Decimal("-1690.00"),
        Decimal("-845.00"),
    )
    assert (reversal.modifiers, reversal.units, reversal.because) == (["76"], 2, {"reason": "Wrong patient."})
    assert ledger.balance(course_id=entry.course_id) == 0


def test_a_charge_is_reversed_once() -> None:
    entry = posted()
    ledger.reverse(reasons={entry.pk: "Wrong patient."})
    with pytest.raises(IntegrityError), transaction.atomic():
        ledger.reverse(reasons={entry.pk: "Wrong patient."})


def test_only_a_charge_is_reversed() -> None:
    entry = posted()
    (reversal,) = ledger.reverse(reasons={entry.pk: "Wrong patient."}).values()
    with pytest.raises(LedgerError, match="are no charges"), transaction.atomic():
        ledger.reverse(reasons={reversal: "Once more."})
    assert LedgerEntry.objects.count() == 2


def test_a_line_stands_once() -> None:
    entry = posted()
    again = a_charge(entry.course_id)
    with pytest.raises(IntegrityError, match="ledger_line_is_posted_once"), transaction.atomic():
        ledger.append(charges=[again])
    with pytest.raises(IntegrityError, match="posted before generation 1 is reversed"), transaction.atomic():
        ledger.append(charges=[replace(again, generation=2)])
    ledger.reverse(reasons={entry.pk: "Wrong units."})
    assert len(ledger.append(charges=[replace(again, generation=2, replaces_id=entry.pk)])) == 1


@pytest.mark.parametrize(
    ("column", "value"),
    [("amount", "-1.00"), ("code", "'77386'"), ("units", "7"), ("service_on", "'2025-03-05'"), ("generation", "3")],
)
def test_the_database_refuses_a_reversal_that_does_not_mirror_its_charge(column: str, value: str) -> None:
    entry = posted()
    columns = {
        "kind": "'reversal'", "course_id": "course_id", "line_key": "line_key", "generation": "generation",
        "family": "family", "code": "code", "modifiers": "modifiers", "service_on": "service_on", "units": "units",
        "claim_kind": "claim_kind", "place_of_service": "place_of_service", "unit_amount": "-unit_amount",
        "amount": "-amount", "narrative": "''", "attachment": "''", "rule": "rule", "because": "'{}'",
        "reverses_id": "id",
    } | {column: value}  # fmt: skip
    statement = f"INSERT INTO {TABLE} ({', '.join(columns)}) SELECT {', '.join(columns.values())} FROM {TABLE}"
    with pytest.raises(IntegrityError, match="does not mirror"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert LedgerEntry.objects.get() == entry


def test_the_balance_counts_lines_without_a_fee_as_nothing() -> None:
    entry = posted()
    ledger.append(
        charges=[a_charge(entry.course_id, line_key="plan/plan:1/professional", unit_amount=None, amount=None)]
    )
    assert ledger.balance(course_id=entry.course_id) == Decimal("845.00")


def test_one_file_alone_writes_to_the_ledger() -> None:
    house = Path(__file__).resolve().parents[2]
    writes = re.compile(
        rf"(?<!class )LedgerEntry\(|LedgerEntry\.objects\.(create|bulk_create|get_or_create|update_or_create|update)\("
        rf"|(INSERT INTO|UPDATE|DELETE FROM|copy_rows\() *(oncocharge_billing_ledgerentry|{TABLE}|LedgerEntry)"
    )
    files = [
        path
        for storey in ("oncocharge", "patients", "courses", "billing")
        for path in (house / storey).rglob("*.py")
        if "migrations" not in path.parts
    ]
    doors = {path.relative_to(house).as_posix() for path in files if writes.search(path.read_text())}
    assert doors == {"billing/ledger.py"}
