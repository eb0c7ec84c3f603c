"""Posts one remittance: reads, stores and matches it, and lets it count if every sum of it is even."""

import hashlib
import logging
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from django.db import connection, transaction

from billing.models import Receipt, Remittance
from billing.remittance.codes import known_codes
from billing.remittance.effects import take_effect
from billing.remittance.holding import reasons_to_hold
from billing.remittance.spooling import Spool
from billing.remittance.staging import match_claims, stage
from billing.remittance.storing import store
from billing.x12.remit_835 import Closing, Party, Payment, RemittanceReader

logger = logging.getLogger(__name__)

_ONE_PAYMENT = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 835))"
_TEST, _PRODUCTION = "T", "P"


class Posted(NamedTuple):
    """What became of one remittance. ``state``: posted, held or repeated (it was there already)."""

    remittance_id: int
    state: str
    claims: int
    unmatched: int
    """Claims of which none of ours was found; they wait in their queue."""


def post(*, receipt_id: int, reader: RemittanceReader, at: datetime) -> Posted:
    """Store one 835 transaction of a receipt, match it, and post it if every sum is even; otherwise it is held.

    To be called inside the transaction that notes the receipt as read. The reader must not read from the database: the
    connection takes the lines meanwhile; codes that no list of ours knows are noted to it
    (``unknown-code``). Called again for the same place of the same receipt, or for the same content in
    another, it posts nothing. A fixed number of statements, whatever the remittance holds.

    Args:
        receipt_id: the stored receipt.
        reader: nothing of it taken yet.
        at: the moment of the posting.
    """
    receipt = Receipt.objects.select_related("partner").get(pk=receipt_id)
    transaction_set = reader.transaction
    is_test = transaction_set.interchange.usage == _TEST and receipt.partner.usage == _PRODUCTION
    remittance = remittance_of(reader.payment)
    remittance.receipt, remittance.position = receipt, transaction_set.position
    spool = Spool(reader, known_codes(at.date()))
    with transaction.atomic():
        return post_spooled(remittance=remittance, spool=spool, close=lambda: reader.closing, at=at, is_test=is_test)


def post_spooled(
    *, remittance: Remittance, spool: Spool, close: Callable[[], Closing], at: datetime, is_test: bool = False
) -> Posted:
    """Read what ``spool`` reads and post it as ``remittance``, which is not saved yet."""
    stage(spool)
    closing = close()
    _fill(remittance, spool, closing)
    lock_payment(remittance)
    earlier = _earlier(remittance)
    if earlier is not None:
        return _repeat(remittance, earlier)
    why = reasons_to_hold(remittance=remittance, closing=closing, is_fine=spool.is_finer_than_a_cent, is_test=is_test)
    remittance.state = Remittance.State.HELD if why else Remittance.State.POSTED
    remittance.why_held = why
    unmatched = match_claims()
    remittance.save(force_insert=True)
    store(remittance=remittance, closing=closing)
    if not why:
        take_effect(remittance_id=remittance.pk, at=at)
    logger.info("remittance %s %s: %d claims", remittance.pk, remittance.state, remittance.claim_count)
    return Posted(remittance.pk, remittance.state, remittance.claim_count, unmatched)


def remittance_of(payment: Payment) -> Remittance:
    """Return the row of a payment, without its place, sums and state."""
    payer, payee = payment.payer, payment.payee
    return Remittance(
        payer_identifier=payment.payer_identifier[:80],
        trace_number=payment.trace_number[:80],
        amount=payment.amount if payment.is_credit else -payment.amount,
        method=payment.method[:10],
        handling=payment.handling[:10],
        paid_on=payment.paid_on,
        produced_on=payment.produced_on,
        payer_name=payer.name[:120],
        payer_number=(payer.identifier or _reference(payer, "2U"))[:80],
        payee_name=payee.name[:120],
        payee_npi=(payee.identifier if payee.id_qualifier == "XX" else _reference(payee, "HPI"))[:80],
        payee_tax_id=(payee.identifier if payee.id_qualifier == "FI" else _reference(payee, "TJ"))[:80],
    )


def _reference(party: Party, qualifier: str) -> str:
    return next((value for asked, value in party.references if asked == qualifier), "")


def _fill(remittance: Remittance, spool: Spool, closing: Closing) -> None:
    """Give the row its sums, and the fingerprint of everything that decides what it means."""
    remittance.claims_paid = closing.claims_paid
    remittance.adjusted_outside = closing.adjusted_outside
    remittance.claim_count, remittance.line_count = spool.claim_count, spool.line_count
    outside = [(one.reason, one.reference, one.amount) for one in closing.provider_adjustments]
    identity = (
        remittance.payer_identifier, remittance.trace_number, remittance.amount, remittance.method,
        remittance.paid_on, remittance.payee_npi, remittance.payee_tax_id, outside, closing.is_complete,
        closing.unreadable, closing.lost_segments, spool.content_hash,
    )  # fmt: skip
    remittance.fingerprint = hashlib.sha256(repr(identity).encode()).hexdigest()


def lock_payment(remittance: Remittance) -> None:
    """Let nobody else post a remittance of the same payer and payment number until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(_ONE_PAYMENT, [f"{remittance.payer_identifier} {remittance.trace_number}"])


def _earlier(remittance: Remittance) -> Remittance | None:
    """Return the remittance of the same place, or else of the same content."""
    place = Remittance.objects.filter(receipt=remittance.receipt_id, position=remittance.position)
    found = place.first() if remittance.receipt_id else None
    same = Remittance.objects.filter(fingerprint=remittance.fingerprint).exclude(state=Remittance.State.REPEATED)
    return found or same.first()


def _repeat(remittance: Remittance, earlier: Remittance) -> Posted:
    """Note that the content was there already; a second reading of the same place notes nothing."""
    if earlier.receipt_id == remittance.receipt_id and earlier.position == remittance.position:
        return Posted(earlier.pk, earlier.state, earlier.claim_count, 0)
    remittance.state, remittance.repeats = Remittance.State.REPEATED, earlier
    remittance.save(force_insert=True)
    logger.info("remittance %s repeats %s", remittance.pk, earlier.pk)
    return Posted(remittance.pk, remittance.state, remittance.claim_count, 0)
