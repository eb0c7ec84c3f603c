"""manage.py capture_charges: derive charges now, instead of waiting for the doorbell or the sweep."""

from argparse import ArgumentParser
from collections.abc import Iterator

from django.core.management.base import BaseCommand, CommandError

from billing.capture import Captured, capture_courses, sweep
from courses.models import Course

BATCH = 100


class Command(BaseCommand):
    """Without arguments: every course whose charges are out of date. Safe to run twice and beside the worker."""

    help = "Derives charges from signed sessions and approved plans and posts what the ledger does not show yet."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take course ids and --again."""
        parser.add_argument(
            "courses", nargs="*", type=int, metavar="COURSE", help="id of a course; none: all stale ones"
        )
        parser.add_argument(
            "--again", action="store_true", help="derive even where nothing changed (all courses, or those)"
        )

    def handle(self, *args: object, courses: list[int], again: bool, **options: object) -> None:
        """Capture, then say what was posted; failed courses are named and make the exit code 1."""
        done = list(self._capture(courses, again))
        posted, reversals = sum(one.posted for one in done), sum(one.reversed for one in done)
        self.stdout.write(f"{len(done)} courses derived, {posted} charges posted, {reversals} reversed.")
        if failed := [f"course {one.course_id}: {one.error}" for one in done if one.error]:
            raise CommandError("\n".join(failed))

    def _capture(self, courses: list[int], again: bool) -> Iterator[Captured]:
        if not courses and not again:
            while (swept := sweep()).captured:
                yield from swept.courses
            return
        ids = self._known(courses) if courses else list(Course.objects.order_by("id").values_list("id", flat=True))
        for start in range(0, len(ids), BATCH):
            yield from capture_courses(course_ids=ids[start : start + BATCH], again=again)

    def _known(self, courses: list[int]) -> list[int]:
        known = set(Course.objects.filter(id__in=courses).values_list("id", flat=True))
        if unknown := sorted(set(courses) - known):
            raise CommandError(f"There is no course {', '.join(map(str, unknown))}. Nothing was captured.")
        return sorted(known)
