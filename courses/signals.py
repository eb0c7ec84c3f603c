"""The house's ONE doorbell: a course changed, whoever derives something from it may look again.

Steps ring it inside their transaction; a receiver that leaves the database does so with ``on_commit``.
Nothing may depend on it for correctness: a change that rings nothing (a bulk load, SQL by hand) is
found by the course's revision.
"""

from django.dispatch import Signal

course_changed = Signal()
"""Sent with ``course_id``: the course, or its plans, sessions, diagnoses or events changed."""


def ring(course_id: int) -> None:
    """Say that the course changed."""
    course_changed.send(sender=None, course_id=course_id)
