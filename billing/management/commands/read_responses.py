"""Fetches and reads what partners answered, now, and says what came; the task of every few minutes does the same."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from billing import receipts
from billing.models import Receipt, TradingPartner


class Command(BaseCommand):
    """``manage.py read_responses [--partner NAME]``. Does what it can; fails if anything is stuck."""

    help = "Fetch acknowledgments and remittances from the partners and read them. Safe to run twice, or at once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--partner", default="", metavar="NAME", help="only this trading partner")

    def handle(self, *args: object, **options: str | bool) -> None:
        name = str(options["partner"])
        partner_id = _partner_id(name) if name else None
        taken_in = receipts.take_in(at=timezone.now(), partner_id=partner_id, is_asked=True)
        for fetched in taken_in.fetched:
            unfinished = f", {fetched.unfinished} without an end yet" if fetched.unfinished else ""
            self.stdout.write(f"{fetched.partner}: {len(fetched.receipt_ids)} new{unfinished}.")
        for receipt in Receipt.objects.filter(pk__in=[one.receipt_id for one in taken_in.read if one.is_read]):
            kinds = ", ".join(receipt.kinds) or "nothing that can be read"
            self.stdout.write(f"  receipt {receipt.pk}: {kinds}; warnings: {receipt.warning_count}.")
        if taken_in.errors:
            raise CommandError("Not everything went: " + " ".join(taken_in.errors))


def _partner_id(name: str) -> int:
    found = TradingPartner.objects.filter(name=name, is_active=True).first()
    if found is None:
        known = ", ".join(TradingPartner.objects.filter(is_active=True).values_list("name", flat=True)) or "none"
        raise CommandError(f"There is no active trading partner {name!r}. Active partners: {known}.")
    return found.pk
