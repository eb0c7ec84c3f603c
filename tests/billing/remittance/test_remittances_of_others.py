"""Remittances that others wrote: each is stored and posted or held, its totals are those that oxedi reads."""

import os
from decimal import Decimal
from pathlib import Path

import pytest

from billing.models import (
    ClaimEvent,
    ProviderAdjustment,
    Remittance,
    RemittanceAdjustment,
    RemittanceClaim,
    RemittanceLine,
)
from tests.billing.x12.receipts import golden_files
from tests.remittances import post_file

SAMPLES = os.environ.get("ONCOCHARGE_X12_SAMPLES", "")
GOLDEN = [path for path in golden_files() if path.parent.name == "835"]


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_golden_remittance_is_stored_whole_and_moves_no_claim_of_ours(path: Path) -> None:
    posted = post_file(path.read_bytes(), name=path.name)
    assert posted
    for one in Remittance.objects.exclude(state="repeated"):
        assert one.claims.count() == one.claim_count
        assert RemittanceLine.objects.filter(remittance_claim__remittance=one).count() == one.line_count
        assert (one.state == "held") == bool(one.why_held)
    assert not RemittanceClaim.objects.exclude(matched_by="").exists()
    assert not ClaimEvent.objects.exists()


@pytest.mark.skipif(not SAMPLES, reason="ONCOCHARGE_X12_SAMPLES is not set: it names a folder of remittances to read.")
def test_every_sample_is_stored_and_its_totals_are_what_oxedi_reads() -> None:
    oxedi = pytest.importorskip("oxedi", reason="oxedi is not installed.")
    paths = sorted(path for path in Path(SAMPLES).rglob("*") if path.is_file() and path.name.startswith("835"))
    assert paths
    for path in paths:
        content = path.read_bytes()
        before = set(Remittance.objects.values_list("pk", flat=True))
        posted = post_file(content, name=path.name)
        stored = Remittance.objects.exclude(pk__in=before)
        assert len(posted) == stored.count() > 0, path.name
        theirs = oxedi.parse(content)
        whole = [one.repeats_id or one.pk for one in stored]
        ours = {
            "payments": len(whole),
            "claims": RemittanceClaim.objects.filter(remittance__in=whole).count(),
            "services": RemittanceLine.objects.filter(remittance_claim__remittance__in=whole).count(),
            "adjustments": RemittanceAdjustment.objects.filter(remittance_claim__remittance__in=whole).count(),
            "provider_adjustments": ProviderAdjustment.objects.filter(remittance__in=whole).count(),
        }
        assert ours == {kind: len(theirs.tables[kind]) for kind in theirs.tables}, path.name
        paid = sum((abs(one.amount) for one in stored), Decimal(0))
        assert paid == Decimal(str(theirs.sum_payments())), path.name
