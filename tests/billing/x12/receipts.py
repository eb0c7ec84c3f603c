"""Reads the golden receipts, and keeps what was noted on the way."""

from collections.abc import Iterable
from pathlib import Path

from billing.x12.ack_277ca import ClaimAcknowledgment, read_277ca
from billing.x12.ack_999 import GroupAcknowledgment, read_999
from billing.x12.ack_ta1 import InterchangeAcknowledged, read_ta1
from billing.x12.reading import Deviation, InboundFile
from billing.x12.receipts import read_receipts
from billing.x12.remit_835 import Remittance, read_835

GOLDEN = Path(__file__).parents[2] / "golden"
KINDS = ("ta1", "999", "277ca", "835")

Value = InterchangeAcknowledged | GroupAcknowledgment | ClaimAcknowledgment | Remittance


def golden(name: str) -> bytes:
    """Return a golden receipt by folder and story: ``835/ada_week_of_imrt_paid``."""
    return (GOLDEN / f"{name}.edi").read_bytes()


def golden_files() -> list[Path]:
    """Return every golden receipt."""
    return sorted(path for kind in KINDS for path in (GOLDEN / kind).iterdir())


def values_of(source: bytes | Iterable[bytes]) -> tuple[list[Value], list[Deviation]]:
    """Return what a file says, whole transactions in memory, and how it deviates."""
    deviations: list[Deviation] = []
    values: list[Value] = []
    for transaction in InboundFile(source, deviations.append):
        match transaction.kind:
            case "TA1":
                values.append(read_ta1(transaction))
            case "999" | "997":
                values.append(read_999(transaction))
            case "277":
                values.append(read_277ca(transaction))
            case "835":
                values.append(read_835(transaction))
    return values, deviations


def the_remittance(source: bytes) -> tuple[Remittance, list[Deviation]]:
    """Return the one remittance of a file."""
    (value,), deviations = values_of(source)
    assert isinstance(value, Remittance)
    return value, deviations


def the_999(source: bytes) -> tuple[GroupAcknowledgment, list[Deviation]]:
    """Return the one 999 of a file."""
    (value,), deviations = values_of(source)
    assert isinstance(value, GroupAcknowledgment)
    return value, deviations


def the_277ca(source: bytes) -> tuple[ClaimAcknowledgment, list[Deviation]]:
    """Return the one 277CA of a file."""
    (value,), deviations = values_of(source)
    assert isinstance(value, ClaimAcknowledgment)
    return value, deviations


def noted(deviations: Iterable[Deviation]) -> list[tuple[str, str, int]]:
    """Return code, segment and element of each deviation."""
    return [(found.code, found.segment, found.element) for found in deviations]


def read_through(source: bytes | Iterable[bytes]) -> list[Deviation]:
    """Read everything through the door, each claim and each closing, and return the deviations."""
    deviations: list[Deviation] = []
    for receipt in read_receipts(source, deviations.append):
        for _ in receipt.reading:
            pass
        if hasattr(receipt.reading, "closing"):
            assert receipt.reading.closing is not None
    return deviations
