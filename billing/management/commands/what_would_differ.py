"""``manage.py what_would_differ --month 2026-03``: today's rules, or changed tables, on past days. Stores nothing."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from billing.forms.time_machine import DaysForm
from billing.hindsight.comparing import CourseDifference, Differing, Side
from billing.hindsight.looking import Look, Question, begun, go_on
from billing.hindsight.tables import changed_codebook, read_folder
from billing.money import print_dollars
from billing.rules.table_rows import TableError

FAULTY_INPUT = 2


class Command(BaseCommand):
    """Lists what would differ from what stands. Exit code 2, with every fault on stderr, where the question has any."""

    help = (
        "Runs today's rules, or those of changed tables, on past days and lists each line that would come, go or read "
        "otherwise than it stands, with the dollars by code. Nothing is stored: the database only lets it read."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--month", default="", metavar="YEAR-MONTH", help="the month of service, as 2026-03")
        parser.add_argument("--first", default="", metavar="DAY", help="or the first day of service, as 2026-03-01")
        parser.add_argument("--last", default="", metavar="DAY", help="and the last")
        parser.add_argument("--tables", type=Path, metavar="FOLDER", help="folder of changed tables; others stay")
        parser.add_argument("--json", action="store_true", help="as JSON, for programs")

    def handle(self, *args: object, tables: Path | None, **options: Any) -> None:
        form = DaysForm({name: options[name] for name in ("month", "first", "last")}, today=timezone.localdate())
        faults = [] if form.is_valid() else [f"--{name}: {text}" for name, said in form.errors.items() for text in said]
        changes: dict[str, str] = {}
        try:
            if tables is not None:
                changes = read_folder(tables)
                changed_codebook(changes)
        except TableError as error:
            faults += error.faults
        if faults:
            self.stderr.write("\n".join([*faults, "Nothing was looked at."]))
            sys.exit(FAULTY_INPUT)
        look = begun(Question(form.days(), changes))
        found = [course for course in self._courses(look) if not course.is_quiet]
        self.stdout.write(_as_json(look, found) if options["json"] else "\n".join(_in_words(look, found)))

    def _courses(self, look: Look) -> Iterator[CourseDifference]:
        while not look.is_done:
            yield from go_on(look)
            if sys.stderr.isatty():
                sys.stderr.write(f"\r\x1b[K{look.figures.courses:,} of {look.all_courses:,} courses")
                sys.stderr.flush()
        if sys.stderr.isatty():
            sys.stderr.write("\r\x1b[K")


def _in_words(look: Look, found: Iterable[CourseDifference]) -> Iterator[str]:
    figures, days = look.figures, look.question.days
    for course in found:
        yield f"course {course.course_id}{f': not derived ({course.error})' if course.error else ''}"
        for line in course.lines:
            yield f"  {line.shown.on} {line.turn.value:8} {_written(line)}: {line.what}{_money(line)}"
        for word, findings in (("appears", course.appearing), ("vanishes", course.vanishing)):
            for finding in findings:
                yield f"  {finding.on or ''} {finding.severity} {finding.code} {word}: {finding.message}"
    for code, one in sorted(figures.codes.items()):
        yield f"{code}: {one.lines:,} lines, {print_dollars(one.before)} -> {print_dollars(one.after)}"
    changed = f" with {', '.join(sorted(look.question.tables))} changed" if look.question.tables else ""
    yield (
        f"Services {days.first} to {days.last}{changed}: {figures.lines:,} lines differ in {figures.touched:,} of "
        f"{figures.courses:,} courses, {print_dollars(figures.difference)}. Nothing was stored."
    )


def _written(line: Differing) -> str:
    number = f"line {line.entry_id} " if line.entry_id else ""
    sides = dict.fromkeys(side.written for side in (line.before, line.after) if side is not None)
    return number + " -> ".join(sides)


def _money(line: Differing) -> str:
    return ", no fee" if line.is_unpriced else f", {print_dollars(line.difference)}"


def _as_json(look: Look, found: Iterable[CourseDifference]) -> str:
    figures, days = look.figures, look.question.days
    return json.dumps(
        {
            "first": days.first,
            "last": days.last,
            "changed_tables": sorted(look.question.tables),
            "courses": figures.courses,
            "differing_courses": figures.touched,
            "lines": figures.lines,
            "difference": figures.difference,
            "codes": {code: {"lines": one.lines, "before": one.before, "after": one.after}
                      for code, one in sorted(figures.codes.items())},
            "found": [
                {
                    "course": course.course_id,
                    "error": course.error or None,
                    "lines": [_told(line) for line in course.lines],
                    "findings_appearing": [finding.code for finding in course.appearing],
                    "findings_vanishing": [finding.code for finding in course.vanishing],
                }
                for course in found
            ],
        },
        default=_plain,
        indent=1,
    )  # fmt: skip


def _told(line: Differing) -> dict[str, object]:
    return {
        "turn": line.turn.value, "line": line.entry_id, "before": _side(line.before), "after": _side(line.after),
        "difference": line.difference, "on_a_claim": line.is_claimed, "rule": line.rule, "what": line.what,
    }  # fmt: skip


def _side(side: Side | None) -> dict[str, object] | None:
    if side is None:
        return None
    return {
        "code": side.code, "modifiers": side.modifiers, "units": side.units, "on": side.on, "amount": side.amount
    }  # fmt: skip


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)
