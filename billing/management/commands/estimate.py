"""``manage.py estimate FILE...``: what would these courses charge? Stores nothing, needs no database and no broker."""

import sys
from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand

from billing.rules import charge_lines, load_codebook
from billing.rules.course_fields import CourseFileError
from billing.rules.course_file import CourseFile, open_course_file
from billing.rules.estimate import estimate, in_words, to_json

FAULTY_INPUT = 2


class Command(BaseCommand):
    """Reads all files first: a fault in any of them gives no answer at all, every fault on stderr, exit code 2."""

    help = "Says what each course file would charge, and why. Nothing is stored."
    requires_system_checks = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE", type=Path, help="course file, TOML or .json")
        parser.add_argument("--json", action="store_true", dest="as_json", help="one JSON object a line, in order")

    def handle(self, *args: object, files: list[Path], as_json: bool, **options: object) -> None:
        course_files = self._read(files)
        codebook = load_codebook()
        answers = [(file, charge_lines(file.facts, codebook)) for file in course_files]
        if as_json:
            written = "".join(f"{to_json(estimate(file.facts.id, outcome))}\n" for file, outcome in answers)
        else:
            written = "\n".join(in_words(file.facts.id, file.title, outcome) for file, outcome in answers)
        self.stdout.write(_printable(written), ending="")

    def _read(self, files: list[Path]) -> list[CourseFile]:
        read: list[CourseFile] = []
        faults: list[str] = []
        for path in files:
            try:
                read.append(open_course_file(path))
            except CourseFileError as error:
                faults += error.faults
        if faults:
            self.stderr.write("\n".join(faults))
            sys.exit(FAULTY_INPUT)
        return read


def _printable(text: str) -> str:
    """Return the text as a terminal of any encoding can show it."""
    encoding = sys.stdout.encoding or "ascii"
    return text.encode(encoding, "backslashreplace").decode(encoding)
