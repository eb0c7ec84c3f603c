"""``manage.py audit_pack COURSE -o FOLDER``: all of a course as PDF and CSV. Reads only, but notes who looked."""

import os
from argparse import ArgumentParser
from pathlib import Path

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from billing.audit_pack.making import make_files
from courses.models import Course
from patients.roles import READS_MONEY, has_role

_OURS_ALONE = 0o600


class Command(BaseCommand):
    """Writes both files, readable by their owner alone; files of the same name are replaced."""

    help = "Writes the audit pack of a course, PDF and CSV, into a folder."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("course_id", type=int, metavar="COURSE", help="number of the course")
        parser.add_argument("-o", "--output", type=Path, default=Path(), metavar="FOLDER", help="default: this one")
        parser.add_argument(
            "--by", required=True, metavar="USER", help="who makes it: stands on the cover and in the log of looks"
        )

    def handle(self, *args: object, course_id: int, output: Path, by: str, **options: object) -> None:
        course = Course.objects.only("patient_id").filter(pk=course_id).first()
        if course is None:
            raise CommandError(f"There is no course {course_id}. Its number stands in the address of its page.")
        if not output.is_dir():
            raise CommandError(f"{output} is no folder. Make it first, where only those read who may see the course.")
        for name, content in make_files(course=course, by=_user(by), at=timezone.now()).items():
            _write(output / name, content)
            self.stdout.write(str(output / name))


def _user(username: str) -> User:
    user = User.objects.filter(username=username).first()
    if user is None or not has_role(user, *READS_MONEY):
        raise CommandError(f"{username!r} may read no charges. Name a biller, manager, auditor or administrator.")
    return user


def _write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, for its owner alone from the first byte on."""
    draft = path.with_name(f".{path.name}.part")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OURS_ALONE), "wb") as file:
        file.write(content)
    draft.replace(path)
