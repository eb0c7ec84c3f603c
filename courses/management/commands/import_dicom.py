"""``manage.py import_dicom FILE|FOLDER...``: plans become proposals, treatment records become sessions."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import pghistory
from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError

from courses.adapters.dicom_answer import Answer, Became
from courses.adapters.dicom_import import Misused, import_dicom, in_numbers
from courses.adapters.dicom_placing import Wishes
from courses.adapters.import_account import import_account
from courses.models import Course
from patients.identifiers import IdentifierError, validate_icd10
from patients.models import Facility

SOME_REFUSED = 1
BAD_USAGE = 2


class Command(BaseCommand):
    """One line a file: taken, ignored or refused, with the reason. Names no patient.

    Exit code 0: every file was taken or ignored; 1: some were refused; 2: the command was wrong, nothing was read.
    """

    help = "Imports RT Plans as proposals of plans, and RT Beams Treatment Records as sessions."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="+", metavar="FILE|FOLDER", type=Path)
        parser.add_argument("--course", type=int, metavar="ID", help="the course that the plans belong to")
        parser.add_argument("--facility", metavar="NAME", help="where the plans are treated, if that cannot be told")
        parser.add_argument(
            "--register", action="store_true", help="register unknown patients and machines from the files"
        )
        parser.add_argument(
            "--diagnosis", action="append", default=[], metavar="CODE",
            help="ICD-10-CM code of a course to be opened, principal first; may be repeated",
        )  # fmt: skip
        parser.add_argument("--by", metavar="USERNAME", help="who imports and signs; else the account of imports")

    def handle(self, *args: object, paths: list[Path], **options: Any) -> None:
        missing = [str(path) for path in paths if not path.exists()]
        if missing:
            raise CommandError(f"There is no {', no '.join(missing)}. Nothing was read.", returncode=BAD_USAGE)
        wishes = _wishes(**options)
        with pghistory.context(user=wishes.by.pk, command="import_dicom"):
            try:
                answers = import_dicom(paths, wishes)
            except Misused as misuse:
                raise CommandError(str(misuse), returncode=BAD_USAGE) from misuse
        for path, answer in answers.items():
            self.stdout.write(_printable(_line(path, answer)))
        self.stdout.write(in_numbers(answers.values()))
        if any(answer.became is Became.REFUSED for answer in answers.values()):
            sys.exit(SOME_REFUSED)


def _wishes(
    *, course: int | None, facility: str | None, register: bool, diagnosis: list[str], by: str | None, **_: Any
) -> Wishes:
    """Return what the options say.

    Raises:
        CommandError: an option names what is not there.
    """
    named_course = Course.objects.select_related("facility").filter(pk=course).first() if course else None
    if course and named_course is None:
        raise CommandError(f"There is no course {course}.", returncode=BAD_USAGE)
    named_facility = Facility.objects.filter(name=facility).first() if facility else None
    if facility and named_facility is None:
        known = ", ".join(Facility.objects.values_list("name", flat=True))
        raise CommandError(f"There is no facility '{facility}'. There are: {known}.", returncode=BAD_USAGE)
    if named_course and named_facility and named_course.facility_id != named_facility.pk:
        raise CommandError(f"Course {course} is at {named_course.facility.name}.", returncode=BAD_USAGE)
    user = User.objects.filter(username=by).first() if by else import_account()
    if user is None:
        raise CommandError(f"There is no user '{by}'.", returncode=BAD_USAGE)
    try:
        codes = tuple(validate_icd10(code) for code in diagnosis)
    except IdentifierError as error:
        raise CommandError(str(error), returncode=BAD_USAGE) from error
    return Wishes(by=user, course=named_course, facility=named_facility, registers=register, diagnoses=codes)


def _line(path: Path, answer: Answer) -> str:
    return f"{path}: {answer.became}: {answer.words}"


def _printable(text: str) -> str:
    """Return the text as a terminal of any encoding can show it; a file's name may be any bytes."""
    return text.encode(sys.stdout.encoding or "ascii", "backslashreplace").decode(sys.stdout.encoding or "ascii")
