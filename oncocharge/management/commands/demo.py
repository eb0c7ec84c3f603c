"""``manage.py demo``: an invented department with two years of courses, so that there is something to look at.

Safe to run again: what is there stays, what an interrupted run left undone is done. Refuses a production site.
"""

from argparse import ArgumentParser
from datetime import date
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from oncocharge.demo import story
from oncocharge.demo.department import PASSWORD, STAFF


class Command(BaseCommand):
    """Writes the demo, or prints its logins."""

    help = "Loads demo data: 2 machines, 60 patients, courses of 2025 and 2026, some claimed, some with findings."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--logins", action="store_true", help="only print who can sign in")
        parser.add_argument("--logins-to", type=Path, help="write who can sign in into this file too")
        parser.add_argument("--today", type=date.fromisoformat, help="the day the demo is to end on (YYYY-MM-DD)")

    def handle(
        self, *args: object, logins: bool, logins_to: Path | None, today: date | None, **options: object
    ) -> None:
        if settings.IS_PRODUCTION:
            raise CommandError("ONCOCHARGE_ENV is production: demo data has no place there.")
        if not logins:
            self._load(today or story.now_day())
        self.stdout.write(_logins())
        if logins_to:
            logins_to.write_text(f"{_logins()}\n")

    def _load(self, today: date) -> None:
        if story.is_written():
            self.stdout.write("The demo's patients are there already.")
        else:
            self.stdout.write(f"Wrote {story.write_rows(today)} patients with their courses.")
        for line in story.work_off(today):
            self.stdout.write(line)


def _logins() -> str:
    width = max(len(username) for username, *_ in STAFF)
    rows = [f"  {username:{width}}  {role}" for username, _, _, role in STAFF]
    return "\n".join([f"Demo logins (password of all: {PASSWORD})", *rows])
