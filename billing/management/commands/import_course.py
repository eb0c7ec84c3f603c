"""``manage.py import_course FILE...``: store course files as courses of the practice."""

import sys
from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from billing.intake import Imported, IntakeRefused, Wishes, import_course_files
from billing.rules.course_fields import CourseFileError
from billing.rules.course_file import CourseFile, open_course_file
from courses.adapters.import_account import import_account
from patients.models import Facility, Payer

FAULTY_INPUT = 2


class Command(BaseCommand):
    """Stores all files or none: a fault in any of them is shown with all others on stderr, exit code 2."""

    help = "Stores course files as courses. The same file again changes nothing; a changed one brings its course up."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE", type=Path, help="course file, TOML or .json")
        parser.add_argument("--facility", metavar="NAME", help="where the courses are, if several facilities bill so")
        parser.add_argument("--payer", metavar="NAME", help="who covers patients that have no coverage yet")

    def handle(self, *args: object, files: list[Path], **options: Any) -> None:
        wishes = Wishes(facility=_named_facility(options["facility"]), payer=_named_payer(options["payer"]))
        by = import_account()
        named, faults = _read(files)
        try:
            # With a file unread the others are still tried, so that every fault is shown; none is stored.
            imported = import_course_files(named, by=by, wishes=wishes, is_trial=bool(faults))
        except IntakeRefused as refusal:
            faults += refusal.faults
        if faults:
            self.stderr.write("\n".join([*faults, "Nothing was stored."]))
            sys.exit(FAULTY_INPUT)
        for one in imported:
            self.stdout.write(_said(one))


def _read(files: list[Path]) -> tuple[list[tuple[str, CourseFile]], list[str]]:
    named: list[tuple[str, CourseFile]] = []
    faults: list[str] = []
    for path in files:
        try:
            named.append((str(path), open_course_file(path)))
        except CourseFileError as error:
            faults += error.faults
    return named, faults


def _named_facility(name: str | None) -> Facility | None:
    found = Facility.objects.filter(name=name).first() if name else None
    if name and found is None:
        known = ", ".join(Facility.objects.values_list("name", flat=True)) or "none"
        raise CommandError(f"There is no facility '{name}'. There are: {known}.", returncode=FAULTY_INPUT)
    return found


def _named_payer(name: str | None) -> Payer | None:
    found = Payer.objects.filter(name=name).first() if name else None
    if name and found is None:
        known = ", ".join(Payer.objects.values_list("name", flat=True)) or "none"
        raise CommandError(f"There is no payer '{name}'. There are: {known}.", returncode=FAULTY_INPUT)
    return found


def _said(one: Imported) -> str:
    """Return what became of a file: a new course in numbers, a known one change by change."""
    if one.is_new:
        counted = Counter(change.split()[0] for change in one.changes)
        numbers = ", ".join(f"{word} {count}" for word, count in counted.items())
        return f"{one.name}: course {one.course_id}, new ({numbers})."
    head = f"{one.name}: course {one.course_id}, {'changed' if one.changes else 'unchanged'}."
    return "\n".join([head, *(f"  {change}" for change in one.changes), *(f"  kept: {what}" for what in one.kept)])
