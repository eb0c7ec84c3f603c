"""``manage.py load_fees FILE --schedule NAME``: a price list from a CSV file, whole or not at all."""

import sys
from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

import pghistory
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from billing.fees.price_file import PriceFile, PriceFileError, read_price_file
from billing.fees.prices import PriceError, read_day
from billing.fees.saving import Preview, preview, save_prices
from billing.fees.timeline import Kind
from billing.models import FeeSchedule
from billing.rules import load_codebook

FAULTY_INPUT = 2


class Command(BaseCommand):
    """All rows or none; every fault on stderr by row and column, exit code 2. The same file again does nothing."""

    help = "Loads prices (code, modifier, amount, effective_from, effective_to) into a fee schedule."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the file, the schedule, and what rows without a day mean."""
        parser.add_argument("file", metavar="FILE", type=Path, help="CSV file with a header")
        parser.add_argument("--schedule", required=True, metavar="NAME", help="the schedule that it is for")
        parser.add_argument("--effective", metavar="DATE", help="first day of rows that name none; today if left out")
        parser.add_argument(
            "--whole", action="store_true", help="the file is the whole list: end what it does not name on that day"
        )
        parser.add_argument("--dry-run", action="store_true", help="say what would change, store nothing")

    def handle(self, *args: object, file: Path, schedule: str, **options: Any) -> None:
        """Load one file."""
        begins = _day(options["effective"])
        found = _schedule(schedule)
        read = self._read(file, begins)
        ends_others_on = begins if options["whole"] else None
        shown = preview(found, read.prices, ends_others_on=ends_others_on)
        if not options["dry_run"]:
            with pghistory.context(command="load_fees"):
                save_prices(found, read.prices, at=timezone.now(), ends_others_on=ends_others_on)
        for note in read.notes:
            self.stdout.write(f"note: {note}")
        self.stdout.write(_said(found, shown, is_dry=options["dry_run"]))

    def _read(self, path: Path, begins: date) -> PriceFile:
        codebook = load_codebook()
        try:
            content = path.read_bytes()
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}.", returncode=FAULTY_INPUT) from error
        try:
            return read_price_file(
                content, effective_from=begins, knows=lambda code, day: codebook.procedure(code, day) is not None
            )
        except PriceFileError as refused:
            self.stderr.write(
                "\n".join([*(f"{path.name}: {fault}" for fault in refused.faults), "Nothing was stored."])
            )
            sys.exit(FAULTY_INPUT)


def _day(text: str | None) -> date:
    if not text:
        return timezone.localdate()
    try:
        return read_day(text)
    except PriceError as error:
        raise CommandError(f"--effective: {error}", returncode=FAULTY_INPUT) from error


def _schedule(name: str) -> FeeSchedule:
    found = FeeSchedule.objects.filter(name=name).first()
    if found is None:
        known = ", ".join(FeeSchedule.objects.values_list("name", flat=True)) or "none"
        raise CommandError(
            f"There is no fee schedule '{name}'. There are: {known}. New ones are made on the page of fees.",
            returncode=FAULTY_INPUT,
        )
    return found


def _said(schedule: FeeSchedule, shown: Preview, *, is_dry: bool) -> str:
    counts = ", ".join(f"{shown.plan.count(kind)} {kind.value}" for kind in Kind)
    touched = shown.touched
    lines = f"{touched.repriced + touched.priced} open lines to be priced by the next sweep"
    lost = f", {touched.unpriced} lose their price" if touched.unpriced else ""
    kept = f", {touched.kept} released ones keep theirs" if touched.kept else ""
    return f"{schedule.name}: {counts}; {lines}{lost}{kept}.{' Nothing was stored.' if is_dry else ''}"
