"""One run of the export: every active partner in turn, batch by batch, then the delivery of all that is sealed.

A partner that fails is reported and does not stop the others, nor does one of its batches stop the next. A run killed
anywhere, run twice or run beside another does no harm: what is sealed is sealed once, what is not waits for the next.
"""

import logging
import traceback
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.db import DatabaseError, OperationalError, transaction
from django.db.models.functions import Now

from billing import claims
from billing.models import ExportRun, TradingPartner
from billing.submission.delivery import Delivered, deliver_sealed
from billing.submission.sealing import Sealed, SubmissionError, seal
from billing.x12.syntax import X12Fault

logger = logging.getLogger(__name__)

TRIES = 3
_DEADLOCK, _SERIALIZATION = "40P01", "40001"
ERROR_LENGTH = 200


@dataclass(slots=True)
class PartnerOutcome:
    """What a run did for one partner: batches of which something waited; ``error`` where one could not be sealed."""

    name: str
    sealed: list[Sealed] = field(default_factory=list)
    delivered: list[Delivered] = field(default_factory=list)
    error: str = ""


@dataclass(slots=True)
class Exported:
    """What a run did, for the command, the task and the screen."""

    partners: list[PartnerOutcome]
    unroutable: list[claims.Held]
    is_dry: bool

    @property
    def sealed(self) -> list[Sealed]:
        """Every batch of every partner."""
        return [sealed for outcome in self.partners for sealed in outcome.sealed]

    @property
    def claims(self) -> int:
        return sum(sealed.totals.claims for sealed in self.sealed)

    @property
    def lines(self) -> int:
        return sum(sealed.totals.lines for sealed in self.sealed)

    @property
    def held_back(self) -> int:
        """Lines that stay behind. Those of follow-ups are not among them: they stand on the claim that was sent."""
        kept_back = sum(sealed.lines_kept_back for sealed in self.sealed if not sealed.batch.is_follow_up)
        return kept_back + sum(held.lines for held in self.unroutable)

    @property
    def follow_ups_left(self) -> int:
        """Decided follow-ups that cannot be sent as things are; each says why."""
        return sum(sealed.follow_ups_left for sealed in self.sealed)

    @property
    def errors(self) -> list[str]:
        """What a person must look at, a sentence each."""
        failed = [f"{outcome.name}: {outcome.error}" for outcome in self.partners if outcome.error]
        stuck = [
            f"{delivered.name}: {delivered.error}"
            for outcome in self.partners
            for delivered in outcome.delivered
            if delivered.error
        ]
        return failed + stuck


def export_claims(*, at: datetime, started_by: str, partner_name: str = "", dry_run: bool = False) -> Exported:
    """Seal and deliver what waits. Safe to run twice, at once, and after being killed.

    Args:
        at: the moment of the export.
        started_by: ``nightly``, ``command`` or the user's id; kept with the run.
        partner_name: only this partner; all active ones otherwise.
        dry_run: say what would go and why not; store and send nothing.

    Raises:
        SubmissionError: no active partner has that name.
    """
    partners = _partners(partner_name)
    run = None if dry_run else ExportRun.objects.create(started_at=at, started_by=started_by)
    outcomes = [_export_to(partner, at, run, dry_run) for partner in partners]
    # Last, when all that could go has gone: what is left is little to look through.
    exported = Exported(outcomes, _hold_unroutable(at, dry_run), dry_run)
    if run is not None:
        _finish(run, exported)
    return exported


def _partners(name: str) -> list[TradingPartner]:
    partners = list(TradingPartner.objects.filter(is_active=True))
    if not name:
        return partners
    named = [partner for partner in partners if partner.name == name]
    if not named:
        known = ", ".join(partner.name for partner in partners) or "none"
        raise SubmissionError(f"There is no active trading partner {name!r}. Active partners: {known}.")
    return named


def _hold_unroutable(at: datetime, dry_run: bool) -> list[claims.Held]:
    with transaction.atomic():
        held = claims.hold_unroutable(at=at)
        transaction.set_rollback(dry_run)
    return held


def _export_to(partner: TradingPartner, at: datetime, run: ExportRun | None, dry_run: bool) -> PartnerOutcome:
    outcome = PartnerOutcome(partner.name)
    errors: list[str] = []
    batches = [claims.FIRST]
    for batch in batches:  # it grows: the first batch says which others wait
        try:
            sealed = _seal_patiently(partner, batch, at, run, dry_run)
        except Exception as error:  # One batch must not cost the others their night; it is reported and logged.
            errors.append(_in_words(error))
            logger.error("export to partner %s failed: %s at %s", partner.pk, type(error).__name__, _place(error))
            if batch == claims.FIRST and not isinstance(error, SubmissionError):
                batches += claims.BATCHES[1:]
            continue
        batches += sealed.also_waiting
        if not sealed.is_empty:
            outcome.sealed.append(sealed)
    outcome.error = " ".join(dict.fromkeys(errors))
    if not dry_run:
        # Also what an earlier run sealed and could not deliver, and whether or not this one could seal. A person who
        # asks is not told to wait; the nightly run leaves alone who failed and is not due.
        is_nightly = run is not None and run.started_by == "nightly"
        outcome.delivered = deliver_sealed(partner_id=partner.pk, due_at=at if is_nightly else None)
    return outcome


def _in_words(error: Exception) -> str:
    """Say what went wrong, without a value that could be a patient's."""
    if isinstance(error, SubmissionError | X12Fault):
        return str(error)
    if isinstance(error, OSError):
        reason = (error.strerror or type(error).__name__).lower()
        return f"The file could not be prepared in the temporary folder: {reason}. Nothing was sealed."
    if isinstance(error, DatabaseError):
        return f"The database did not take it ({type(error).__name__}). Nothing was sealed; the next run tries again."
    return f"Something is wrong in the program ({type(error).__name__}). Nothing was sealed; tell the administrator."


def _place(error: BaseException) -> str:
    """Return the line of ours in which it happened: an error's own text may quote rows, so it is not logged."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "billing" in Path(frame.filename).parts]
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "an unknown place"


def _seal_patiently(
    partner: TradingPartner, batch: claims.Batch, at: datetime, run: ExportRun | None, dry_run: bool
) -> Sealed:
    """Seal; where the database ended our transaction in favour of somebody else's, do it again."""
    for tries_left in reversed(range(TRIES)):
        try:
            return seal(partner_id=partner.pk, batch=batch, at=at, run=run, dry_run=dry_run)
        except OperationalError as error:
            code = getattr(error.__cause__, "sqlstate", None)
            if not tries_left or code not in (_DEADLOCK, _SERIALIZATION):
                raise
    raise AssertionError("unreachable: the last try returns or raises")


def _finish(run: ExportRun, exported: Exported) -> None:
    ExportRun.objects.filter(pk=run.pk).update(
        finished_at=Now(),
        claims=exported.claims,
        lines=exported.lines,
        held_back=exported.held_back,
        error="; ".join(exported.errors)[:ERROR_LENGTH],
    )
