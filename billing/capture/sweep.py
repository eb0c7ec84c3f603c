"""Finds what no doorbell announced: courses whose charges rest on something that has changed since."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from billing.capture.basis import stale_courses
from billing.capture.batch import Captured, capture_courses

logger = logging.getLogger(__name__)

BATCH = 100
LIMIT = 10_000
"""Courses of one sweep; the next one, a minute later, takes the rest."""


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep found, and what came of each course that it derived."""

    stale: int
    courses: tuple[Captured, ...]

    @property
    def captured(self) -> int:
        """Return how many courses were derived; those under other hands are not."""
        return len(self.courses)


def sweep(*, limit: int = LIMIT) -> Swept:
    """Capture every stale course, in batches of their own transactions. A second sweep finds nothing.

    Courses under other hands are left out: whoever holds them captures them, or the next sweep does.
    """
    stale = stale_courses(limit=limit)
    done: list[Captured] = []
    for batch in _batches(stale):
        done += capture_courses(course_ids=batch, wait=False)
    if stale:
        failed = sum(1 for captured in done if captured.error)
        logger.info("sweep: %d courses stale, %d captured, %d failed", len(stale), len(done), failed)
    return Swept(len(stale), tuple(done))


def _batches(courses: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(courses), BATCH):
        yield courses[start : start + BATCH]
