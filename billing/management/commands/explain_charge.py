"""manage.py explain_charge ID: why a ledger entry stands, walked backwards from the entry to the facts.

Prints no name, MRN or birth date: what it shows may be pasted into a ticket.
"""

from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q

from billing.fees.computing import told
from billing.models import FeeLine, LedgerEntry
from billing.money import print_dollars
from billing.rules import load_codebook


class Command(BaseCommand):
    """Entry <- rule, table row, source, facts <- session or plan; with its reversals, findings, review and claim."""

    help = "Explains a ledger entry: rule, table row, source, facts, what it replaces, what became of it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the id of a ledger entry."""
        parser.add_argument("entry", type=int, metavar="ID", help="id of a ledger entry")

    def handle(self, *args: object, entry: int, **options: object) -> None:
        """Print the explanation of one entry."""
        found = (
            LedgerEntry.objects.select_related(
                "course", "session", "plan", "fee_line__schedule", "review", "reversal", "reverses", "replaces",
            ).filter(pk=entry).first()
        )  # fmt: skip
        if found is None:
            raise CommandError(f"There is no ledger entry {entry}. The worklist shows the id of each line.")
        for line in _explanation(found):
            self.stdout.write(line)


def _explanation(entry: LedgerEntry) -> Iterator[str]:
    yield from _what(entry)
    yield from _why(entry.reverses or entry)
    yield from _history(entry)
    yield from _fate(entry)


def _what(entry: LedgerEntry) -> Iterator[str]:
    procedure = load_codebook().procedure(entry.code, entry.service_on)
    written = "-".join((entry.code, *entry.modifiers))
    yield f"{entry.kind} {entry.pk}: {written} x {entry.units} on {entry.service_on}, {entry.claim_kind} claim"
    if procedure is not None:
        yield f"  {procedure.name}; family {entry.family}; place of service {entry.place_of_service}"
    if entry.amount is None:
        yield "  no price: no fee was known when it was posted"
    elif entry.fee_line is not None and entry.unit_amount is not None:
        price = f"{print_dollars(entry.amount)} = {entry.units} x {print_dollars(entry.unit_amount)}"
        yield f"  {price}, {entry.fee_line.schedule.name}"
        yield from _price(entry.fee_line)
    yield f"  posted {entry.posted_at:%Y-%m-%d %H:%M:%S %Z}, generation {entry.generation} of {entry.line_key}"


def _price(fee: FeeLine) -> Iterator[str]:
    days = f"from {fee.effective_from}" + (f" to {fee.effective_to}" if fee.effective_to else "")
    taken_back = f", taken back {fee.withdrawn_at:%Y-%m-%d}" if fee.withdrawn_at else ""
    yield f"  fee {fee.pk}: {fee.written} {print_dollars(fee.amount)} {days}{taken_back}"
    for term, value in told(fee.computation):
        yield f"    {term}: {value}"


def _why(entry: LedgerEntry) -> Iterator[str]:
    because = entry.because
    yield f"because rule {because.get('rule')}, {because.get('table')} row {because.get('row')}"
    yield f"  source: {because.get('source')}"
    for name, value in because.get("facts", {}).items():
        yield f"  {name}: {value}"
    yield from _edited(because.get("edit"))
    if entry.session is not None:
        session = entry.session
        cancelled = ", cancelled" if session.cancelled_at else ""
        yield f"earned by session {session.pk} of course {entry.course_id} on {session.treated_on}{cancelled}"
    elif entry.plan is not None:
        yield f"earned by plan {entry.plan.pk} of course {entry.course_id}, approved {entry.plan.approved_on}"
    else:
        _family, _slash, earner = entry.line_key.partition("/")
        yield f"earned by {earner.split('/')[0].replace(':', ' ')} of course {entry.course_id}"


def _edited(edit: dict[str, Any] | None) -> Iterator[str]:
    if edit:
        yield f"edited by {edit['by']} at {edit['at']}: {', '.join(edit['changes'])}"
        yield f"  reason: {edit['reason']}"
        was = edit["was"]
        listed = f"modifiers {'+'.join(was['modifiers']) or 'none'}, diagnoses {'+'.join(was['diagnoses']) or 'none'}"
        yield f"  the rules say: {was['units']} units, {listed}"


def _history(entry: LedgerEntry) -> Iterator[str]:
    reversal = getattr(entry, "reversal", None)
    if reversal is not None:
        yield f"reversed by entry {reversal.pk}: {reversal.because.get('reason')}"
    if entry.reverses is not None:
        yield f"reverses entry {entry.reverses_id}: {entry.because.get('reason')}"
    if entry.replaces is not None:
        yield f"replaces entry {entry.replaces_id}"
    for later in LedgerEntry.objects.filter(replaces=entry).order_by("id"):
        yield f"replaced by entry {later.pk}"


def _fate(entry: LedgerEntry) -> Iterator[str]:
    for finding in entry.findings.filter(Q(resolved_at=None)).order_by("id"):
        overridden = f"; overridden: {finding.override_reason}" if finding.overridden_at else ""
        yield f"{finding.severity} {finding.code}: {finding.message}{overridden}"
    review = getattr(entry, "review", None)
    if review is not None:
        yield f"review: {review.state}{', ' + review.reason if review.reason else ''}"
    for line in entry.claim_lines.select_related("claim__file").order_by("claim"):
        ended = ", which no longer holds it" if line.ended_at else ""
        yield f"on claim {line.claim.control_number}, line {line.number}, file {line.claim.file.name}{ended}"
