"""Acknowledgments and remittances that others wrote, and readers that others wrote, against ours."""

import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from x12sdk.io import X12ModelReader

from billing.x12.ack_999 import GroupAcknowledgmentReader
from billing.x12.reading import InboundFile
from billing.x12.receipts import read_receipts
from billing.x12.remit_835 import Remittance, RemittanceReader
from tests.billing.x12.receipts import golden_files, values_of
from tests.validators import pyx12_report

SAMPLES = os.environ.get("ONCOCHARGE_X12_SAMPLES", "")
needs_samples = pytest.mark.skipif(
    not SAMPLES,
    reason="ONCOCHARGE_X12_SAMPLES is not set: it names a folder of acknowledgments and remittances to read.",
)

PYX12_WANTS_MORE = {
    "batch_rejected_whole": "pyx12 wants a provider level below a receiver that is rejected whole",
    "as_997": "pyx12 has no map of the 997",
}
"""Golden files that pyx12 does not take, and why that is no fault of theirs."""

CLEAN = [path for path in golden_files() if not path.stem.startswith("fault") and path.parent.name != "ta1"]
REMITTANCES = [path for path in CLEAN if path.parent.name == "835"]


def name_of(path: Path) -> str:
    """Return kind and story."""
    return f"{path.parent.name}/{path.stem}"


@pytest.mark.parametrize("path", [p for p in CLEAN if not PYX12_WANTS_MORE.get(p.stem)], ids=name_of)
def test_pyx12_finds_nothing_in_a_golden_receipt(path: Path, tmp_path: Path) -> None:
    is_right, errors = pyx12_report(path.read_text("ascii"), tmp_path)
    assert is_right, errors


@pytest.mark.parametrize("path", REMITTANCES, ids=name_of)
def test_x12sdk_reads_the_same_claims_and_amounts(path: Path) -> None:
    theirs: list[tuple[str, Decimal, Decimal]] = []
    payments: list[Decimal] = []
    with X12ModelReader(path.read_text("ascii")) as reader:
        models: list[Any] = list(reader.models())
        for model in models:
            payments.append(model.header.bpr_segment.total_actual_provider_payment_amount)
            theirs += [_claim(loop) for header in model.loop_2000 or [] for loop in header.loop_2100 or []]
    remittances = [value for value in values_of(path.read_bytes())[0] if isinstance(value, Remittance)]
    assert payments == [value.payment.amount for value in remittances]
    assert theirs == [(c.control_number, c.charge, c.paid) for value in remittances for c in value.claims]


def _claim(loop: Any) -> tuple[str, Decimal, Decimal]:
    clp = loop.clp_segment
    return clp.patient_control_number, clp.total_claim_charge_amount, clp.claim_payment_amount


@pytest.mark.parametrize("path", REMITTANCES, ids=name_of)
def test_oxedi_reads_the_same_totals(path: Path) -> None:
    oxedi = pytest.importorskip("oxedi", reason="oxedi is not installed.")
    theirs = oxedi.parse(path.read_bytes())
    remittances = [value for value in values_of(path.read_bytes())[0] if isinstance(value, Remittance)]
    assert theirs.diagnostics == []
    assert _totals_of_oxedi(theirs) == _totals_of_ours(remittances)


def _totals_of_oxedi(theirs: Any) -> tuple[Decimal, dict[str, int]]:
    """Return the sum of all BPR02, and how many rows of each kind oxedi reads."""
    return Decimal(str(theirs.sum_payments())), {kind: len(theirs.tables[kind]) for kind in theirs.tables}


def _totals_of_ours(remittances: list[Remittance]) -> tuple[Decimal, dict[str, int]]:
    claims = [claim for value in remittances for claim in value.claims]
    lines = [line for claim in claims for line in claim.services]
    adjustments = [cas for claim in claims for cas in claim.adjustments]
    adjustments += [cas for line in lines for cas in line.adjustments]
    return sum((value.payment.amount for value in remittances), Decimal(0)), {
        "payments": len(remittances),
        "claims": len(claims),
        "services": len(lines),
        "adjustments": len(adjustments),
        "provider_adjustments": sum(len(value.closing.provider_adjustments) for value in remittances),
    }


# --- samples --------------------------------------------------------------------------------------------------------


def samples(*kinds: str) -> list[Path]:
    """Return the files of these kinds below the folder of samples."""
    found = (path for path in Path(SAMPLES).rglob("*") if path.is_file())
    return sorted(path for path in found if path.name.lower().startswith(kinds))


@needs_samples
def test_every_sample_is_read_and_holds_something() -> None:
    files = samples("ta1", "999", "277ca", "835")
    assert files
    for path in files:
        read = 0
        for receipt in read_receipts(path.read_bytes(), lambda deviation: None):
            read += sum(1 for _ in receipt.reading)
        assert read, path.name


@needs_samples
def test_every_remittance_of_the_samples_pays_the_sum_that_it_prints() -> None:
    files = samples("835")
    assert files
    for path in files:
        for transaction in InboundFile(path.read_bytes(), lambda deviation: None):
            reader = RemittanceReader(transaction)
            assert reader.closing.balance.is_even, path.name
            assert reader.closing.balance.printed == reader.payment.amount


@needs_samples
def test_oxedi_agrees_on_every_total_of_the_samples() -> None:
    oxedi = pytest.importorskip("oxedi", reason="oxedi is not installed.")
    for path in samples("835"):
        theirs = oxedi.parse(path.read_bytes())
        remittances = [value for value in values_of(path.read_bytes())[0] if isinstance(value, Remittance)]
        assert _totals_of_oxedi(theirs) == _totals_of_ours(remittances), path.name
        says_uneven = any("balancing rule" in str(diagnostic) for diagnostic in theirs.diagnostics)
        uneven = sum(value.closing.uneven_claims + value.closing.uneven_services for value in remittances)
        assert says_uneven is (uneven > 0), path.name


@needs_samples
def test_every_acknowledgment_of_the_samples_counts_the_sets_that_it_prints() -> None:
    for path in samples("999"):
        if "invalid" in path.name:
            continue
        for receipt in read_receipts(path.read_bytes(), lambda deviation: None):
            assert isinstance(receipt.reading, GroupAcknowledgmentReader)
            closing = receipt.reading.closing
            assert (closing.received, closing.accepted) == (closing.sets, closing.sets_accepted), path.name
