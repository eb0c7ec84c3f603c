"""Claims -> 837 file -> partner: seal in the database, stage, deliver; each step safe to repeat.

Not here: which lines make a claim (billing/claims), how a claim is written (billing/x12), what comes back
(acknowledgment, remittance).
"""

from billing.submission.delivery import Delivered, deliver_sealed, release, settle, stage
from billing.submission.export import Exported, PartnerOutcome, export_claims
from billing.submission.files import (
    LineCount,
    claims_of,
    file_bytes,
    recent_files,
    recent_runs,
    status_counts,
    undelivered_files,
)
from billing.submission.sealing import Sealed, SubmissionError, seal

__all__ = [
    "Delivered",
    "Exported",
    "LineCount",
    "PartnerOutcome",
    "Sealed",
    "SubmissionError",
    "claims_of",
    "deliver_sealed",
    "export_claims",
    "file_bytes",
    "recent_files",
    "recent_runs",
    "release",
    "seal",
    "settle",
    "stage",
    "status_counts",
    "undelivered_files",
]
