"""Why a remittance may not count by itself, in words: what was not read, what is not even, what is not for us."""

from collections.abc import Iterator
from decimal import Decimal

from django.db import connection

from billing.models import Remittance
from billing.x12.remit_835 import Closing
from patients.models import Facility

NAMED_AT_MOST = 20
"""So many uneven claims are named; the others are counted."""
_LONGEST = 300

_UNEVEN = """
    SELECT control_number, charge, adjusted, paid FROM (
        SELECT p.number, p.control_number, p.charge, p.paid,
               COALESCE((SELECT sum(a) FROM unnest(p.adjusted) AS a), 0)
               + COALESCE((SELECT sum(a) FROM paid_line l, unnest(l.adjusted) AS a
                            WHERE l.claim_number = p.number), 0) AS adjusted
          FROM paid_claim p) AS claim
     WHERE charge - adjusted <> paid ORDER BY number
"""
_UNEVEN_LINES = """
    SELECT p.control_number, l.number, l.charge, l.taken, l.paid
      FROM (SELECT *, COALESCE((SELECT sum(a) FROM unnest(adjusted) AS a), 0) AS taken FROM paid_line) l
      JOIN paid_claim p ON p.number = l.claim_number
     WHERE l.charge - l.taken <> l.paid ORDER BY p.number, l.number
"""


def reasons_to_hold(*, remittance: Remittance, closing: Closing, is_fine: bool, is_test: bool) -> list[str]:
    """Return why the staged remittance may not count, in words; none if it may. Few statements, more only for faults.

    Args:
        remittance: not yet saved; its identity and sums.
        closing: what the reader knows at the end.
        is_fine: an amount of it is finer than a cent.
        is_test: the interchange says that it is a test, its partner works in production.
    """
    found = [*_of_identity(remittance, is_test), *_of_reading(closing), *_of_sums(closing)]
    if is_fine:
        found.append("An amount is finer than a cent.")
    return [reason[:_LONGEST] for reason in found]


def _of_identity(remittance: Remittance, is_test: bool) -> Iterator[str]:
    if is_test:
        yield "The interchange says that it is a test (ISA15), but its partner works in production."
    if not remittance.trace_number:
        yield "The payment has no number (TRN02), so that it cannot be told from another."
    if remittance.amount < 0:
        yield "The payer takes money instead of giving it (BPR02 is below 0, or BPR03 is D)."
    if not _is_payee(remittance):
        yield (
            f"It pays {remittance.payee_name or 'somebody'} (NPI {remittance.payee_npi or 'not given'}, tax id"
            f" {remittance.payee_tax_id or 'not given'}): no facility of this practice has either number."
        )
    other = _same_payment(remittance)
    if other is not None:
        yield (
            f"Payment {remittance.trace_number} came before as remittance {other}, with other content."
            " Compare the two before you post this one."
        )


def _is_payee(remittance: Remittance) -> bool:
    """Whether NPI or tax id are a facility's: one statement. A file without either is not known to be ours."""
    npi, tax_id = remittance.payee_npi, remittance.payee_tax_id.replace("-", "")
    numbers = Facility.objects.values_list("npi", "tax_id")
    return any((npi and npi == own) or (tax_id and tax_id == tax.replace("-", "")) for own, tax in numbers)


def _same_payment(remittance: Remittance) -> int | None:
    if not remittance.trace_number:
        return None
    same = Remittance.objects.filter(
        payer_identifier=remittance.payer_identifier, trace_number=remittance.trace_number
    ).exclude(state=Remittance.State.REPEATED)
    return same.order_by("id").values_list("pk", flat=True).first()


def _of_reading(closing: Closing) -> Iterator[str]:
    if not closing.is_complete:
        yield "The file ends before the remittance does: its end (SE) is missing."
    if closing.lost_segments:
        yield f"Its end promises {closing.lost_segments} more segments than were read."
    if closing.unreadable:
        yield f"{closing.unreadable} amounts or segments could not be read; the receipt's warnings name them."


def _of_sums(closing: Closing) -> Iterator[str]:
    balance = closing.balance
    if not balance.is_even:
        yield (
            f"The claims pay {_usd(closing.claims_paid)}, less {_usd(closing.adjusted_outside)} outside of claims gives"
            f" {_usd(balance.expected)}, but the payment is {_usd(balance.printed)}:"
            f" {_usd(abs(balance.difference))} too {'much' if balance.difference > 0 else 'little'}."
        )
    with connection.cursor() as cursor:
        if closing.uneven_claims:
            cursor.execute(_UNEVEN)
            yield from _named([
                f"Claim {number or '(no number)'}: {_usd(charge)} charged less {_usd(adjusted)} adjusted gives"
                f" {_usd(charge - adjusted)}, but {_usd(paid)} is paid."
                for number, charge, adjusted, paid in cursor.fetchall()
            ], "claims")  # fmt: skip
        if closing.uneven_services:
            cursor.execute(_UNEVEN_LINES)
            yield from _named([
                f"Claim {number or '(no number)'}, line {line}: {_usd(charge)} charged less {_usd(adjusted)} adjusted"
                f" gives {_usd(charge - adjusted)}, but {_usd(paid)} is paid."
                for number, line, charge, adjusted, paid in cursor.fetchall()
            ], "lines")  # fmt: skip


def _named(sentences: list[str], what: str) -> Iterator[str]:
    yield from sentences[:NAMED_AT_MOST]
    if len(sentences) > NAMED_AT_MOST:
        yield f"And {len(sentences) - NAMED_AT_MOST} more uneven {what}."


def _usd(amount: Decimal) -> str:
    return f"{amount:,.2f}"
