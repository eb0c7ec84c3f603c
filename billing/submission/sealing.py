"""Seals one batch of a partner: lines -> claims -> text -> rows, in one transaction that either happens or does not.

1. Lock the partner's row: one export of a partner at a time, and its control numbers are taken in turn.
2. Gather the released lines, or the decided follow-ups, into claims (billing/claims) and read them once.
3. Append file, claims and lines; meanwhile check each claim and write the sound ones to a spool.
4. If some are not sound, take the rows back, say why, append the others.
5. Append the spool's bytes, seal the file with its hash, raise the control number.

Before the commit nothing has happened; after it the file exists, whole, and only has to be delivered.
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from itertools import chain
from typing import Literal, NamedTuple, TypeVar, cast

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from billing import claims
from billing.models import ClaimFile, ExportRun, TradingPartner
from billing.partners.naming import file_name, separators_of
from billing.submission.spool import Spool
from billing.x12 import claim_837i, claim_837p
from billing.x12.envelope import Envelope, Receiver, Submitter
from billing.x12.interchange import Written

logger = logging.getLogger(__name__)

LAST_CONTROL_NUMBER = 999_999_999


class SubmissionError(Exception):
    """A partner's file cannot be made as things are; the message says what to do."""


class Sealed(NamedTuple):
    """What came of one batch. Without claims that could go there is no file."""

    batch: claims.Batch
    file: ClaimFile | None
    totals: claims.Totals
    kept_back: claims.KeptBack
    lines_kept_back: int
    characters_replaced: int
    follow_ups_left: int = 0
    """Decided follow-ups that cannot be sent as things are; each says why."""
    also_waiting: tuple[claims.Batch, ...] = ()
    """Other batches of the partner of which something may wait; told by the first batch."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all waited."""
        return self.file is None and not self.kept_back.claims and not self.lines_kept_back and not self.follow_ups_left


def seal(
    *,
    partner_id: int,
    at: datetime,
    run: ExportRun | None = None,
    dry_run: bool = False,
    batch: claims.Batch = claims.FIRST,
) -> Sealed:
    """Seal one batch as the partner's next file. The same number of statements whatever waits.

    Args:
        at: the moment of the export; it dates the file and decides what is in the future.
        dry_run: do everything, then undo it.
        batch: professional or institutional, first claims or follow-ups.

    Raises:
        SubmissionError: this partner's files cannot be made as things are.
    """
    with transaction.atomic(durable=True):
        partner = TradingPartner.objects.select_for_update(no_key=True).get(pk=partner_id)
        refuse_production_elsewhere(partner.usage)
        number = _next_control_number(partner)
        gathered = claims.gather(batch=batch, payer_ids=claims.payers_of(partner=partner), at=at)
        if gathered.claims:
            with Spool() as spool:
                sealed = _seal_gathered(_Opening(batch, partner, envelope_of(partner, number, at), at, run), spool)
        else:
            sealed = Sealed(batch, None, claims.Totals(0, 0, Decimal(0)), claims.KeptBack(), 0, 0)
        transaction.set_rollback(dry_run)
    if sealed.file and not dry_run:
        logger.info("claim file %s sealed: %d claims", sealed.file.pk, sealed.totals.claims)
    return sealed._replace(
        lines_kept_back=sealed.lines_kept_back + gathered.late,
        follow_ups_left=gathered.left + (sealed.kept_back.claims if batch.is_follow_up else 0),
        also_waiting=gathered.also_waiting,
    )


def refuse_production_elsewhere(usage: str) -> None:
    """Refuse files for a payer's production system anywhere but in our own production.

    Raises:
        SubmissionError: this is a development or test site.
    """
    if usage == TradingPartner.Usage.PRODUCTION and not settings.IS_PRODUCTION:
        raise SubmissionError(
            "The partner's usage is P, production, and this site is not. Set ONCOCHARGE_ENV=production, or usage T."
        )


def _next_control_number(partner: TradingPartner) -> int:
    if partner.last_control_number >= LAST_CONTROL_NUMBER:
        raise SubmissionError(
            "The nine digits of this partner's control numbers are used up. Agree on a new sender id with the partner "
            "and enter it as a new partner; a number must never come twice."
        )
    return partner.last_control_number + 1


class _Opening(NamedTuple):
    """What a file is opened with."""

    batch: claims.Batch
    partner: TradingPartner
    envelope: Envelope
    at: datetime
    run: ExportRun | None


def _seal_gathered(opening: _Opening, spool: Spool) -> Sealed:
    batch, partner, envelope = opening.batch, opening.partner, opening.envelope
    earlier = claims.earlier_payers() if batch.is_follow_up else None
    checker = claims.Checker(
        batch=batch, parties=claims.read_parties(), envelope=envelope, at=opening.at, earlier=earlier
    )
    before = transaction.savepoint()
    with claims.spooled_rows(batch=batch) as rows:
        file = _open_file(opening)
        with _meanwhile(claims.posting_statements(batch=batch, file_id=file.pk)) as posted:
            written = _render(opening, checker, rows, spool)
    if checker.kept_back.claims:
        # Whether the database took the unsound ones too or refused them: none of it stands.
        transaction.savepoint_rollback(before)
    else:
        with connection.wrap_database_errors:
            posted.result()
    lines_kept_back = claims.hold_back(batch=batch, kept_back=checker.kept_back, at=opening.at)
    totals = claims.totals()
    if written is None:
        return Sealed(batch, None, totals, checker.kept_back, lines_kept_back, 0)
    if checker.kept_back.claims:
        file = _open_file(opening)
        claims.post_claims(batch=batch, file_id=file.pk)
    if written.claims != totals.claims:
        raise SubmissionError(f"{written.claims} claims were written, {totals.claims} gathered. Nothing was sealed.")
    _close_file(file, totals, spool)
    partner.last_control_number = envelope.interchange_number
    partner.save(update_fields=["last_control_number"])
    return Sealed(batch, file, totals, checker.kept_back, lines_kept_back, len(written.replacements))


@contextmanager
def _meanwhile(statements: Sequence[str]) -> Iterator[Future[None]]:
    """Let PostgreSQL run the statements while the body works without the database; leave when both are done.

    They run on our own connection, inside our transaction, from a second thread that does nothing but wait: appending
    rows and writing text take about as long as each other, on two processors. Ask the future how it went.
    """
    raw = connection.connection

    def run() -> None:
        for statement in statements:
            raw.execute(statement)

    with ThreadPoolExecutor(1, thread_name_prefix="posting") as pool:
        yield pool.submit(run)


def envelope_of(partner: TradingPartner, number: int, at: datetime) -> Envelope:
    """Return the outside of the partner's file with this control number."""
    return Envelope(
        sender_id=partner.sender_id,
        receiver_id=partner.receiver_id,
        submitter=Submitter(partner.submitter_name, partner.submitter_id, partner.contact_name, partner.contact_phone),
        receiver=Receiver(partner.receiver_name, partner.receiver_code),
        interchange_number=number,
        group_number=number,
        batch_id=f"{partner.pk}-{number:09}",
        written_at=timezone.localtime(at),
        usage=cast(Literal["T", "P"], partner.usage),
        sender_qualifier=partner.sender_qualifier,
        receiver_qualifier=partner.receiver_qualifier,
        separators=separators_of(partner),
        group_sender=partner.application_sender,
        group_receiver=partner.application_receiver,
        extended_characters=partner.uses_extended_characters,
        claims_per_transaction=partner.claims_per_set,
    )


def _render(opening: _Opening, checker: claims.Checker, rows: Iterator[claims.Row], spool: Spool) -> Written | None:
    """Write the sound claims into the spool; ``None`` if there was not one."""
    if opening.batch.is_institutional:
        bills = _unless_empty(checker.sound_bills(rows))
        return None if bills is None else claim_837i.write_interchange(opening.envelope, bills, spool.write)
    sound = _unless_empty(checker.sound_claims(rows))
    return None if sound is None else claim_837p.write_interchange(opening.envelope, sound, spool.write)


Claim = TypeVar("Claim")


def _unless_empty(found: Iterator[Claim]) -> Iterator[Claim] | None:
    first = next(found, None)
    return None if first is None else chain((first,), found)


def _open_file(opening: _Opening) -> ClaimFile:
    """Append the file's row, for its claims to point at; it has no hash yet, and could not be committed so."""
    partner, number, kind = opening.partner, opening.envelope.interchange_number, opening.batch.claim_kind.value
    return ClaimFile.objects.create(
        partner=partner,
        run=opening.run,
        usage=partner.usage,
        claim_kind=kind,
        control_number=number,
        batch_id=opening.envelope.batch_id,
        name=file_name(partner=partner, claim_kind=kind, number=number, at=opening.envelope.written_at),
        sealed_at=opening.at,
        byte_count=0,
        claim_count=1,
        line_count=1,
        total_amount=0,
    )


def _close_file(file: ClaimFile, totals: claims.Totals, spool: Spool) -> None:
    """Store the bytes, then seal the file: from its hash on nothing of it changes."""
    _store_parts(file.pk, spool.parts())
    file.byte_count, file.sha256 = spool.byte_count, spool.sha256
    file.claim_count, file.line_count, file.total_amount = totals
    file.save(update_fields=["byte_count", "sha256", "claim_count", "line_count", "total_amount"])


def _store_parts(file_id: int, parts: Iterable[bytes]) -> None:
    """Store the file's bytes: one COPY."""
    statement = "COPY oncocharge_billing_claimfilepart (file_id, number, content) FROM STDIN (FORMAT BINARY)"
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(statement) as copy:
        copy.set_types(("int8", "int4", "bytea"))
        for number, part in enumerate(parts, 1):
            copy.write_row((file_id, number, part))
