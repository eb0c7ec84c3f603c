"""Seals and delivers what waits, now, and says in words what it did; the nightly task does the same by itself."""

from argparse import ArgumentParser
from collections import Counter

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from billing.money import print_dollars
from billing.submission import Exported, PartnerOutcome, Sealed, SubmissionError, export_claims

MOST_REASONS = 10


class Command(BaseCommand):
    """``manage.py export_claims [--partner NAME] [--dry-run]``. Does what it can; fails if anything is stuck."""

    help = "Seal the released lines into claim files and deliver them. Safe to run twice, at once, or after a crash."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--partner", default="", metavar="NAME", help="only this trading partner")
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would go and why not; store and send nothing"
        )

    def handle(self, *args: object, **options: str | bool) -> None:
        try:
            exported = export_claims(
                at=timezone.now(),
                started_by="command",
                partner_name=str(options["partner"]),
                dry_run=bool(options["dry_run"]),
            )
        except SubmissionError as error:
            raise CommandError(str(error)) from error
        for outcome in exported.partners:
            self._tell(outcome, exported.is_dry)
        self._tell_rest(exported)
        if exported.errors:
            raise CommandError("Not everything went: " + " ".join(exported.errors))

    def _tell(self, outcome: PartnerOutcome, is_dry: bool) -> None:
        if outcome.error or not outcome.sealed:
            self.stdout.write(f"{outcome.name}: {outcome.error or 'nothing waits.'}")
        for sealed in outcome.sealed:
            self._tell_sealed(outcome.name, sealed, is_dry)
        for delivered in outcome.delivered:
            self.stdout.write(
                f"  {delivered.name}: " + (f"NOT delivered. {delivered.error}" if delivered.error else "delivered.")
            )

    def _tell_sealed(self, name: str, sealed: Sealed, is_dry: bool) -> None:
        totals, file = sealed.totals, sealed.file
        if file is None:
            self.stdout.write(f"{name}: no claim could go.")
        else:
            made = "would seal" if is_dry else f"sealed {file.name}:"
            amount = print_dollars(totals.amount)
            self.stdout.write(
                f"{name}: {made} {_count(totals.claims, 'claim')}, {_count(totals.lines, 'line')}, {amount}."
            )
        if sealed.characters_replaced:
            replaced = _count(sealed.characters_replaced, "character")
            self.stdout.write(f"  {replaced} that X12 cannot carry became blanks.")
        if sealed.follow_ups_left:
            left = _count(sealed.follow_ups_left, "correction or claim to a next payer", "corrections or such claims")
            self.stdout.write(f"  {left} cannot be sent as things are; each says why.")
        elif sealed.lines_kept_back:
            claims = _count(sealed.kept_back.claims, "claim")
            self.stdout.write(f"  kept back: {claims}, {_count(sealed.lines_kept_back, 'line')}, because:")
            self._tell_reasons(Counter({reason.message: count for reason, count in sealed.kept_back.by_reason.items()}))

    def _tell_reasons(self, reasons: Counter[str]) -> None:
        for message, count in reasons.most_common(MOST_REASONS):
            self.stdout.write(f"    {count} x {message}")
        if len(reasons) > MOST_REASONS:
            self.stdout.write(f"    and {len(reasons) - MOST_REASONS} more reasons; the worklist shows all.")

    def _tell_rest(self, exported: Exported) -> None:
        for held in exported.unroutable:
            self.stdout.write(f"Held: {_count(held.lines, 'line')}. {held.message}")
        if exported.is_dry:
            self.stdout.write("Dry run: nothing was stored, nothing sent.")


def _count(number: int, noun: str, several: str = "") -> str:
    return f"{number:,} {noun if number == 1 else several or noun + 's'}"
