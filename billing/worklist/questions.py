"""A line goes back to a clinical user with one question; the answer brings it back to its place.

While a question is open its line is held for it, with the asked one as owner; the answer ends the hold, and stands on
the line until a biller has read it. Nobody is asked twice at once about a line; a follow-up comes after the answer. Who
answers a moment after somebody else is told what was said, and overwrites nothing: the database refuses it too.
"""

import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Prefetch, Q, QuerySet

from billing import ledger
from billing.models import ASKED, QUESTION, HoldReason, LedgerEntry, Question, Review
from billing.worklist.checks import LineAtRelease, read_lines
from billing.worklist.decisions import Decided, Refusal, judge, locked_lines, not_changeable, open_again
from billing.worklist.holds import Hold, put_on_hold
from billing.worklist.threads import note_answers_read
from patients.roles import BILLING, Role, has_role, roles_of

logger = logging.getLogger(__name__)

QUESTION_LENGTH = 400
ANSWER_LENGTH = 600
_DAYS = 2
"""Until a question comes back unanswered, where the practice took its reason from the list."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Who is asked: a person, or whoever of a role answers first."""

    user: User | None = None
    role: Role | None = None

    def __str__(self) -> str:
        """Say who it is."""
        if self.user is not None:
            return self.user.get_full_name() or self.user.get_username()
        return f"any {self.role}"


def asked_of(question: Question) -> Asked:
    """Return whom a question is put to."""
    return Asked(question.asked_of, Role(question.asked_role) if question.asked_role else None)


def ask(*, entry_ids: Collection[int], asked: Asked, text: str, by: User, at: datetime) -> Decided:
    """Put a question about each of the lines (as a rule one) and hold them until it is answered.

    Refused is a line that nobody may decide about any more, and one on which a question is open already. Where the
    last question of a line was answered, this one follows it.

    Raises:
        ValidationError: no question, one too long, or nobody who could answer.
    """
    said = _checked(text, "text", "Write the question.", QUESTION_LENGTH)
    _refuse_wrong_person(asked)
    with transaction.atomic():
        lines, unknown = locked_lines(entry_ids)
        waiting = {one.entry_id: one for one in open_questions().filter(entry__in=[line.id for line in lines])}
        decided = judge(lines, lambda line: not_changeable(line) or _refused_second(waiting.get(line.id)), unknown)
        held = [line for line in lines if line.id in set(decided.done)]
        before = _last_answered(decided.done)
        hold = Hold(_reason(), f"Question to {asked}", asked.user, str(asked.role or ""))
        put_on_hold(lines=held, hold=hold, by=by, at=at)
        Question.objects.bulk_create(
            Question(
                entry_id=line.id, follows=before.get(line.id), text=said, asked_by=by, asked_at=at,
                asked_of=asked.user, asked_role=asked.role or "",
            )
            for line in held
        )  # fmt: skip
    logger.info("%d lines went back with a question", len(held))
    return decided


def answer(*, question_id: int, text: str, by: User, at: datetime) -> Question:
    """Answer a question; its line is open again, and says who answered what.

    Raises:
        PermissionDenied: the question is put to somebody else.
        ValidationError: no answer, or one too long; or somebody else answered or closed it before.
    """
    said = _checked(text, "answer", "Write the answer.", ANSWER_LENGTH)
    with transaction.atomic():
        question, lines = _locked(question_id)
        if not may_answer(by, question):
            raise PermissionDenied("This question is put to somebody else.")
        _refuse_settled(question)
        question.answer, question.answered_by, question.answered_at = said, by, at
        question.save(update_fields=["answer", "answered_by", "answered_at"])
        _end_hold(lines, f"Answered by {_name(by)}.", by, at)
    logger.info("question %d is answered", question.pk)
    return question


def withdraw(*, question_id: int, by: User, at: datetime) -> Question:
    """Take a question back before it is answered; its line is open again.

    Raises:
        PermissionDenied: the user does not decide about lines.
        ValidationError: somebody answered or closed it before.
    """
    if not has_role(by, *BILLING):
        raise PermissionDenied("Only a biller takes a question back.")
    with transaction.atomic():
        question, lines = _locked(question_id)
        _refuse_settled(question)
        question.closed_at, question.closed_by, question.closed_reason = at, by, "The question was taken back."
        question.save(update_fields=["closed_at", "closed_by", "closed_reason"])
        _end_hold(lines, "The question was taken back.", by, at)
    return question


def read_answer(*, question_id: int, by: User, at: datetime) -> Question:
    """Note that a biller has read an answer: its line no longer shows it first. Twice is once."""
    with transaction.atomic():
        question, _lines = _locked(question_id)
        note_answers_read(entry_ids=[question.entry_id], by=by, at=at)
    question.refresh_from_db()
    return question


def may_answer(user: User, question: Question) -> bool:
    """Whether the user is asked, or has the role that is: colleagues answer for one another."""
    if question.asked_of_id == user.pk:
        return True
    roles = roles_of(question.asked_of) if question.asked_of else {Role(question.asked_role)}
    return bool(roles & roles_of(user) & ASKED)


def open_questions() -> "QuerySet[Question, Question]":
    """Return what is asked and neither answered nor closed, the oldest first, with what a page says of it."""
    return with_line().filter(answered_at=None, closed_at=None)


def unread_answers() -> "QuerySet[Question, Question]":
    """Return the answers that no biller has read, the oldest first."""
    return with_line().filter(answered_at__isnull=False, seen_at=None)


def put_to(user: User) -> Q:
    """Return which questions are put to the user: by name, or by one of the user's roles."""
    return Q(asked_of=user) | Q(asked_role__in=_asked_roles(user))


def put_to_colleagues(user: User) -> Q:
    """Return which questions are put by name to somebody whom the user may answer for."""
    return Q(asked_of__groups__name__in=_asked_roles(user)) & ~Q(asked_of=user)


def of_line() -> "Prefetch[str]":
    """Return what a row shows of the questions on its line: what is open, and what is answered and unread."""
    shown = Question.objects.filter(closed_at=None, seen_at=None).order_by("id")
    related = ("asked_by", "asked_of", "answered_by")
    return Prefetch("questions", queryset=shown.select_related(*related), to_attr="shown_questions")


def with_line() -> "QuerySet[Question, Question]":
    """Return questions with the line, course and people that a page names; the oldest first."""
    related = ("asked_by", "asked_of", "answered_by", "entry__course__patient", "entry__course__facility",
               "entry__session", "entry__plan", "follows__answered_by")  # fmt: skip
    return Question.objects.select_related(*related).order_by("asked_at", "id")


def _asked_roles(user: User) -> list[str]:
    return sorted(role.value for role in roles_of(user) & ASKED)


def _checked(text: str, field: str, ask_for: str, most: int) -> str:
    said = text.strip()
    if not said:
        raise ValidationError({field: [ask_for]})
    if len(said) > most:
        raise ValidationError({field: [f"These are {len(said)} characters; at most {most} are kept."]})
    return said


def _refuse_wrong_person(asked: Asked) -> None:
    if (asked.user is None) == (asked.role is None):
        raise ValidationError({"asked": ["Say who is asked."]})
    if asked.role is not None and asked.role not in ASKED:
        raise ValidationError({"asked": [f"Nobody is asked as {asked.role}."]})
    if asked.user is not None and not (asked.user.is_active and roles_of(asked.user) & ASKED):
        raise ValidationError({"asked": [f"{asked} would not see the question. Ask somebody who treats here."]})


def _refused_second(waiting: Question | None) -> Refusal | None:
    if waiting is None:
        return None
    said = f"{asked_of(waiting)} was asked about this line already and has not answered. Take that question back first."
    return Refusal(waiting.entry_id, said)


def _reason() -> HoldReason:
    defaults = {"words": "Question asked", "days": _DAYS, "place": 90}
    return HoldReason.objects.get_or_create(code=QUESTION, defaults=defaults)[0]


def _last_answered(entry_ids: Collection[int]) -> dict[int, Question]:
    """Return the last answered question of each line that nothing follows yet."""
    answered = Question.objects.filter(entry__in=entry_ids, answered_at__isnull=False, next=None)
    return {one.entry_id: one for one in answered.order_by("id")}


def _locked(question_id: int) -> tuple[Question, list[LineAtRelease]]:
    """Lock the money of the question's course, then read it and its line as they are now."""
    course = LedgerEntry.objects.filter(questions=question_id).values_list("course_id", flat=True).first()
    if course is None:
        raise ValidationError("There is no such question.")
    ledger.lock_courses(course_ids=[course])
    found = Question.objects.select_related("asked_of", "answered_by", "closed_by", "entry")
    question = found.select_for_update(of=("self",)).get(pk=question_id)
    return question, read_lines([question.entry_id])


def _refuse_settled(question: Question) -> None:
    if question.answered_by is not None and question.answered_at is not None:
        at = question.answered_at.astimezone(question.entry.course.facility.zone)
        when = f"{at.day} {at:%b} at {at:%H:%M}"
        raise ValidationError(f"{_name(question.answered_by)} answered this on {when}: {question.answer}")
    if question.closed_at is not None:
        raise ValidationError(f"Nobody needs an answer any more. {question.closed_reason}")


def _end_hold(lines: Collection[LineAtRelease], reason: str, by: User, at: datetime) -> None:
    """Open the lines that were held; one that was decided otherwise meanwhile stays as decided."""
    held = [line for line in lines if line.state == Review.State.HELD and not_changeable(line) is None]
    open_again(lines=held, reason=reason, by=by, at=at)


def _name(user: User) -> str:
    return user.get_full_name() or user.get_username()
