"""``manage.py load_cms FILE...``: load Medicare's code files, all of them or none."""

import sys
from argparse import ArgumentParser, ArgumentTypeError
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from billing.cms.faults import CodeFileRefused
from billing.cms.kinds import TITLES, FileKind
from billing.reference import Loaded, Wanted, load_code_files

FAULTY_INPUT = 2


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"'{text}' is no day. Write it as 2026-07-01.") from error


class Command(BaseCommand):
    """Loads all files or none: the faults of all are shown on stderr, exit code 2. Progress only on a terminal."""

    help = (
        "Loads NCCI pairs, MUE, PPRRVU, GPCI, OPPS Addendum B, add-on codes, ICD-10-CM and HCPCS files, plain or in a "
        "zip. The same bytes again change nothing; a corrected file of the same quarter takes the place of the old one."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE", type=Path, help="TXT, CSV, or a zip that holds them")
        parser.add_argument("--effective", metavar="DAY", type=_day, help="first day of the quarter, as 2026-07-01")
        parser.add_argument("--kind", choices=[kind.value for kind in FileKind], help="where a file does not tell")
        parser.add_argument("--member", default="", metavar="NAME", help="only this file of a zip")
        parser.add_argument(
            "--accept-fewer", action="store_true", help="take a file with far fewer rows than the one before it"
        )

    def handle(self, *args: object, files: list[Path], **options: Any) -> None:
        kind = FileKind(options["kind"]) if options["kind"] else None
        wanted = [
            Wanted(
                path, kind=kind, effective=options["effective"], member=options["member"],
                accept_fewer=options["accept_fewer"],
            )
            for path in files
        ]  # fmt: skip
        meter = _Meter()
        try:
            loaded = load_code_files(wanted=wanted, by="command", progress=meter.show)
        except CodeFileRefused as refusal:
            meter.clear()
            self.stderr.write("\n".join([*refusal.faults, "Nothing was loaded."]))
            sys.exit(FAULTY_INPUT)
        meter.clear()
        for one in loaded:
            self.stdout.write(_said(one))


class _Meter:
    """A line of progress that writes over itself; nothing where the output is no terminal."""

    def __init__(self) -> None:
        self._is_shown = sys.stderr.isatty()

    def show(self, name: str, rows: int, share: float) -> None:
        """Show how far a file is."""
        if self._is_shown:
            step = f"{rows:,} rows, {share:.0%}" if share < 1 else f"{rows:,} rows read; storing them"
            sys.stderr.write(f"\r\x1b[K{name}: {step}")
            sys.stderr.flush()

    def clear(self) -> None:
        """Take the line away."""
        if self._is_shown:
            sys.stderr.write("\r\x1b[K")


def _said(one: Loaded) -> str:
    file = one.file
    title = TITLES[FileKind(file.kind)]
    besides = " ".join(filter(None, (file.version, file.edition, f"part {file.part}" if file.part else "")))
    what = f"{file.name}: {title}{', ' + besides if besides else ''}, from {file.effective_from}"
    if not one.is_new:
        return f"{what}: already loaded on {file.loaded_at:%Y-%m-%d} ({file.row_count:,} rows)."
    repeated = f", {one.repeated:,} repeated" if one.repeated else ""
    replaced = f" In place of {one.replaced}." if one.replaced else ""
    return f"{what}: loaded, {file.row_count:,} rows{repeated}.{replaced}"
