"""What a biller asks a clinical user about a line, and what the answer was. The thread stays; nothing in it changes."""

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q

from billing.models.ledger import LedgerEntry
from billing.models.review import ASKED

# Two who answer at once, or one who answers what was closed a moment ago: the second changes nothing.
_REFUSES_ANOTHER_WORD = """
    IF ROW(NEW.text, NEW.asked_by_id, NEW.asked_at, NEW.asked_of_id, NEW.asked_role, NEW.follows_id)
       IS DISTINCT FROM ROW(OLD.text, OLD.asked_by_id, OLD.asked_at, OLD.asked_of_id, OLD.asked_role, OLD.follows_id)
    THEN
        RAISE EXCEPTION 'question % was asked and does not change', OLD.id
              USING ERRCODE = 'check_violation', CONSTRAINT = 'question_stays_as_asked';
    END IF;
    IF (OLD.answered_at IS NOT NULL OR OLD.closed_at IS NOT NULL)
       AND ROW(NEW.answer, NEW.answered_by_id, NEW.answered_at, NEW.closed_at, NEW.closed_by_id, NEW.closed_reason)
           IS DISTINCT FROM
           ROW(OLD.answer, OLD.answered_by_id, OLD.answered_at, OLD.closed_at, OLD.closed_by_id, OLD.closed_reason)
    THEN
        RAISE EXCEPTION 'question % is answered or closed already', OLD.id
              USING ERRCODE = 'check_violation', CONSTRAINT = 'question_is_answered_once';
    END IF;
    RETURN NEW;
"""


@pghistory.track()
class Question(models.Model):
    """One question about a line to one person or one role; open until it is answered or closed with words.

    While it is open its line is held for it, until ``due_on`` of the hold; an answer stands on the line until a biller
    has read it (``seen_at``). ``entry`` is the standing line: where that is replaced, the question goes with it.
    """

    entry = models.ForeignKey(LedgerEntry, on_delete=models.PROTECT, related_name="questions")
    follows = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="next")
    text = models.CharField(max_length=400)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="asked_questions")
    asked_at = models.DateTimeField()
    asked_of = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="questions_to_answer"
    )
    asked_role = models.CharField(max_length=20, blank=True, default="")
    answer = models.CharField(max_length=600, blank=True, default="")
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="answered_questions"
    )
    answered_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="closed_questions"
    )
    closed_reason = models.CharField(max_length=200, blank=True, default="")
    seen_at = models.DateTimeField(null=True)
    seen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="read_answers"
    )

    class Meta:
        ordering = ("asked_at", "id")
        constraints = (
            models.CheckConstraint(name="question_has_text", condition=~Q(text="")),
            models.CheckConstraint(
                name="question_is_put_to_a_person_or_a_role",
                condition=Q(asked_of__isnull=False, asked_role="")
                | Q(asked_of__isnull=True, asked_role__in=sorted(role.value for role in ASKED)),
            ),
            models.CheckConstraint(
                name="question_answer_has_words_and_user",
                condition=Q(answered_at__isnull=True, answered_by__isnull=True, answer="")
                | (Q(answered_at__isnull=False, answered_by__isnull=False) & ~Q(answer="")),
            ),
            models.CheckConstraint(
                name="question_closed_has_words",
                condition=Q(closed_at__isnull=True, closed_by__isnull=True, closed_reason="")
                | (Q(closed_at__isnull=False) & ~Q(closed_reason="")),
            ),
            models.CheckConstraint(
                name="question_is_answered_or_closed", condition=Q(answered_at__isnull=True) | Q(closed_at__isnull=True)
            ),
            models.CheckConstraint(
                name="question_read_has_answer_and_reader",
                condition=Q(seen_at__isnull=True, seen_by__isnull=True)
                | Q(seen_at__isnull=False, seen_by__isnull=False, answered_at__isnull=False),
            ),
            models.UniqueConstraint(
                name="question_stands_once_on_a_line",
                fields=("entry",),
                condition=Q(answered_at__isnull=True, closed_at__isnull=True),
            ),
        )
        indexes = (
            models.Index(
                fields=("asked_at",),
                name="question_open",
                condition=Q(answered_at__isnull=True, closed_at__isnull=True),
            ),  # reader: the lists of those who are asked
            models.Index(
                fields=("asked_by",), name="question_unread", condition=Q(answered_at__isnull=False, seen_at=None)
            ),  # reader: the worklist of the biller who asked
        )
        triggers = (
            pgtrigger.Protect(name="thread_stays", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="answered_once", when=pgtrigger.Before, operation=pgtrigger.Update, func=_REFUSES_ANOTHER_WORD
            ),
        )

    def __str__(self) -> str:
        return f"question {self.pk}"

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to answer it."""
        return self.answered_at is None and self.closed_at is None

    @property
    def is_unread(self) -> bool:
        """Whether it was answered and no biller has read the answer yet."""
        return self.answered_at is not None and self.seen_at is None
