"""``manage.py load_descriptors FILE``: load the descriptors that the practice has a licence for, or take them away."""

import sys
from argparse import ArgumentParser, ArgumentTypeError
from datetime import date
from pathlib import Path

from django.core.management.base import BaseCommand

from billing.cms.faults import CodeFileRefused
from billing.codes.descriptors import LoadedDescriptors, load_descriptors, remove_descriptors
from billing.models import DescriptorFile

FAULTY_INPUT = 2


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"'{text}' is no day. Write it as 2026-01-01.") from error


class Command(BaseCommand):
    """Loads a file whole or not at all: all its faults are shown on stderr, exit code 2."""

    help = (
        "Loads official code descriptors from a file of yours, CSV or text, into the practice's own database. They are "
        "shown beside the program's own names, with the notice that your licence asks for. --remove takes them away."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, help="CSV with code and descriptor, or lines CODE descriptor")
        parser.add_argument("--effective", type=_day, metavar="DAY", help="first day of the edition, as 2026-01-01")
        parser.add_argument("--notice", default="", help="what the licence asks to be shown beside each descriptor")
        parser.add_argument("--remove", type=_day, metavar="DAY", help="take the edition of this first day away")

    def handle(
        self, *args: object, file: Path | None, effective: date | None, notice: str, remove: date | None,
        **options: object,
    ) -> None:  # fmt: skip
        if remove is not None:
            self._remove(remove)
        elif file is None or effective is None:
            self._refuse(["Say which FILE, and with --effective the first day of its edition."])
        else:
            self._load(file, effective, notice)

    def _load(self, file: Path, effective: date, notice: str) -> None:
        try:
            content = file.read_bytes()
            loaded = load_descriptors(
                content=content, name=file.name, effective_from=effective, notice=notice, by="command"
            )
        except OSError as error:
            self._refuse([f"{file.name}: {error.strerror}. Name a file that can be read."])
        except CodeFileRefused as refusal:
            self._refuse([*refusal.faults, "Nothing was loaded."])
        else:
            self.stdout.write(said(loaded))

    def _remove(self, day: date) -> None:
        file = DescriptorFile.objects.filter(effective_from=day).first()
        if file is None:
            self._refuse([f"No descriptors of an edition from {day} are loaded."])
        else:
            remove_descriptors(file_id=file.pk)
            self.stdout.write(f"{file.name}: removed, with the descriptors of {file.row_count:,} codes.")

    def _refuse(self, faults: list[str]) -> None:
        self.stderr.write("\n".join(faults))
        sys.exit(FAULTY_INPUT)


def said(loaded: LoadedDescriptors) -> str:
    """Say what became of a file, for command and page alike."""
    file = loaded.file
    what = f"{file.name}: descriptors of {file.row_count:,} codes from {file.effective_from}"
    if not loaded.is_new:
        return f"{what}: already loaded."
    return f"{what}: loaded.{f' In place of {loaded.replaced}.' if loaded.replaced else ''}"
