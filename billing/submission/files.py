"""What the screens read: sealed files with their claims and bytes, and where each released line stands."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection
from django.db.models import QuerySet

from billing.models import Claim, ClaimFile, ExportRun
from billing.submission.delivery import read_parts

# One row a released line that stands; which of the three it is follows from what else stands, never from a flag.
_STANDING = """
    SELECT e.claim_kind,
           CASE WHEN l.entry_id IS NOT NULL THEN 'sealed'
                WHEN f.code IS NOT NULL THEN 'held' ELSE 'waiting' END AS place,
           COALESCE(f.code, '') AS reason
      FROM oncocharge_billing_review r
      JOIN oncocharge_billing_ledgerentry e ON e.id = r.entry_id AND e.kind = 'charge'
      LEFT JOIN oncocharge_billing_claimline l ON l.entry_id = e.id AND l.sequence = 'P' AND l.ended_at IS NULL
      LEFT JOIN LATERAL (
        SELECT h.code FROM oncocharge_billing_standingfinding h
         WHERE h.entry_id = e.id AND h.severity = 'hold' AND h.resolved_at IS NULL AND h.overridden_at IS NULL
         ORDER BY h.id LIMIT 1) AS f ON l.entry_id IS NULL
     WHERE r.state = 'released'
       AND (l.entry_id IS NOT NULL
            OR NOT EXISTS (SELECT FROM oncocharge_billing_ledgerentry u WHERE u.reverses_id = e.id))
"""
_COUNTS = f"SELECT claim_kind, place, reason, count(*) FROM ({_STANDING}) AS s GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"


@dataclass(frozen=True, slots=True)
class LineCount:
    """How many released lines of a kind of claim are ``waiting``, in one ``sealed`` file, or ``held`` for a reason."""

    claim_kind: str
    place: str
    reason: str
    """The finding's code, where held."""
    lines: int


def status_counts() -> list[LineCount]:
    """Return where the released lines stand; each is counted once. A line reversed before it went out has no place."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS)
        return [LineCount(*row) for row in cursor.fetchall()]


def recent_files() -> QuerySet[ClaimFile]:
    """Return the sealed files with their partners, the latest first."""
    return ClaimFile.objects.select_related("partner")


def undelivered_files() -> QuerySet[ClaimFile]:
    """Return the sealed files that no partner has yet, the oldest first."""
    return recent_files().filter(delivered_at=None).order_by("sealed_at", "id")


def recent_runs() -> QuerySet[ExportRun]:
    """Return the runs of the export with their files, the latest first."""
    return ExportRun.objects.prefetch_related("files")


def claims_of(*, file_id: int) -> QuerySet[Claim]:
    """Return the claims of a file in its order, with whom they are about."""
    return (
        Claim.objects.filter(file_id=file_id)
        .select_related("patient", "payer", "facility", "rendering_provider", "course")
        .order_by("pk")
    )


def file_bytes(*, file_id: int) -> Iterator[bytes]:
    """Yield the sealed bytes of a file, part by part, for a download."""
    return read_parts(file_id=file_id)
