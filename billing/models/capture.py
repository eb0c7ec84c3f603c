"""What the last capture of a course had seen."""

from django.db import models
from django.db.models.functions import Now

from courses.models import Course


class CaptureMark(models.Model):
    """The basis (revisions of course, coverage, payer, facility, fees, tables) that a course's ledger was derived from.

    A course whose basis reads otherwise today, or that has no mark, is what the sweep looks for; an empty basis
    asks for a new capture. ``course_revision`` is the part of the basis that concerns the course alone; release and
    export ask for the patient's, facility's and payers' parts as well (``ledger.IS_CAPTURED``).
    The row is also the lock of the course's money: see ``ledger.lock_courses``.
    """

    course = models.OneToOneField(Course, on_delete=models.CASCADE, primary_key=True, related_name="capture_mark")
    basis = models.TextField(default="", blank=True)
    course_revision = models.PositiveIntegerField(default=0)
    captured_at = models.DateTimeField(db_default=Now())
    lines = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=200, blank=True, help_text="Why the last try failed, without patient data.")

    class Meta:
        ordering = ("course",)

    def __str__(self) -> str:
        return f"capture of course {self.course_id}"
