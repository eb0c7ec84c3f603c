"""What was sealed stays: the database refuses every change; and a night of any size costs the same statements."""

import tempfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from pytest_django import Settings

from billing.models import (
    Claim,
    ClaimFile,
    ClaimLine,
    TradingPartner,
)
from tests import cast
from tests.exports import (
    NIGHT,
    department,
    export,
    line,
    partner,
    places,
    released_line,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def outbox(settings: Settings, tmp_path: Path) -> Path:
    settings.CLAIM_OUTBOX = tmp_path
    return tmp_path


@pytest.fixture(autouse=True)
def clearing() -> TradingPartner:
    return partner()


# --- what the database refuses --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE oncocharge_billing_claimfile SET sha256 = repeat('0', 64)",
        "UPDATE oncocharge_billing_claimfile SET line_count = line_count + 1",
        "UPDATE oncocharge_billing_claimfile SET name = 'other.x12'",
        "DELETE FROM oncocharge_billing_claimfile",
        "UPDATE oncocharge_billing_claimfilepart SET content = ''",
        "DELETE FROM oncocharge_billing_claimfilepart",
        "UPDATE oncocharge_billing_claim SET total_amount = 1",
        "DELETE FROM oncocharge_billing_claim",
        "UPDATE oncocharge_billing_claimline SET amount = 1",
        "DELETE FROM oncocharge_billing_claimline",
    ],
)
def test_what_was_sealed_cannot_be_changed_in_sql(statement: str) -> None:
    released_line(cast.ada())
    export()
    with (
        pytest.raises(DatabaseError, match=r"Cannot (update|delete)"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_an_unsealed_file_cannot_be_committed(clearing: TradingPartner) -> None:
    ClaimFile.objects.create(
        partner=clearing, usage="T", control_number=1, batch_id="1", name="1.x12", sealed_at=NIGHT, byte_count=0,
        claim_count=1, line_count=1, total_amount=0,
    )  # fmt: skip
    with pytest.raises(IntegrityError, match="was not sealed"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    ClaimFile.objects.filter(control_number=1).update(sha256="0" * 64)


def test_a_line_cannot_be_on_two_claims() -> None:
    entry = released_line(cast.ada())
    export()
    with pytest.raises(IntegrityError), transaction.atomic():
        ClaimLine.objects.create(entry=entry, claim=Claim.objects.get(), number=2, amount=Decimal("910.00"))


@pytest.mark.parametrize("difference", ["course", "place", "amount", "kind"])
def test_a_claim_takes_no_line_that_is_not_its_own(difference: str) -> None:
    ada = cast.ada()
    released_line(ada)
    export()
    different: dict[str, dict[str, Any]] = {
        "course": {"course": cast.clara().course}, "place": {"place_of_service": "22"}, "amount": {},
        "kind": {"claim_kind": "institutional"},
    }  # fmt: skip
    other = line(ada, **different[difference])
    amount = Decimal("1.00" if difference == "amount" else "910.00")
    with pytest.raises(IntegrityError, match="no charge of its claim"), transaction.atomic():
        ClaimLine.objects.create(entry=other, claim=Claim.objects.get(), number=2, amount=amount)


def test_a_claim_is_of_its_courses_patient_and_its_coverages_payer() -> None:
    ada, clara = cast.ada(), cast.clara()
    released_line(ada)
    export()
    claim = Claim.objects.get()
    for wrong in ({"patient": clara.patient}, {"coverage": clara.coverage}, {"payer": cast.medicare()}):
        values = {
            "file": claim.file, "course": ada.course, "patient": ada.patient, "payer": ada.coverage.payer,
            "coverage": ada.coverage, "facility": ada.course.facility, "rendering_provider": None,
            "place_of_service": "11", "diagnoses": ["C61"], "total_amount": 1, "control_number": "OC1", **wrong,
        }  # fmt: skip
        with pytest.raises(IntegrityError, match="do not belong together"), transaction.atomic():
            Claim.objects.create(**values)


def test_the_coverage_of_a_claim_cannot_be_deleted_not_even_until_the_commit() -> None:
    ada = cast.ada()
    released_line(ada)
    export()
    with pytest.raises(IntegrityError, match="billing_claim"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM oncocharge_patients_coverage WHERE id = %s", [ada.coverage.pk])


# --- cost -----------------------------------------------------------------------------------------------------------


def statements_sent(step: Callable[[], object]) -> int:
    """Count what really goes to the server, on whatever path: libpq's own trace of the connection."""
    connection.ensure_connection()
    pgconn = connection.connection.pgconn
    with tempfile.TemporaryFile("w+") as trace:
        pgconn.trace(trace.fileno())
        try:
            step()
        finally:
            pgconn.untrace()
        trace.seek(0)
        sent = [row.split("\t") for row in trace]
    return sum(1 for row in sent if len(row) > 3 and row[1] == "F" and row[3].strip() in ("Query", "Execute"))


def a_first_export() -> None:
    """Export once: from then on it is known how reaching the partner went."""
    department(1)
    export()


def test_the_number_of_statements_does_not_grow_with_the_night() -> None:
    a_first_export()
    counts = []
    for size in (10, 300):
        department(size, lines=3)
        counts.append(statements_sent(export))
        file = ClaimFile.objects.latest("pk")
        assert (file.claim_count, file.line_count) == (size, 3 * size)
    assert counts[0] == counts[1] > 20


def test_nor_does_it_grow_with_the_claims_kept_back() -> None:
    a_first_export()
    counts = []
    for size in (5, 60):
        department(size, street="")
        department(size)
        counts.append(statements_sent(export))
    assert counts[0] == counts[1]
    assert places() == {"held": 65, "sealed": 66}
