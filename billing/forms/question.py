"""What is typed when a line goes back with a question, and what is answered."""

from collections.abc import Iterator, Sequence
from typing import Any

from django import forms
from django.contrib.auth.models import User

from billing.models import ASKED, LedgerEntry
from billing.worklist.questions import ANSWER_LENGTH, QUESTION_LENGTH, Asked
from courses.models import ClinicalEvent
from courses.terms import EventFamily
from patients.roles import Role

_USER, _ROLE = "user", "role"
CHECKS = EventFamily.PHYSICS_CHECK
Choices = Sequence[tuple[str, Any]]


class AskForm(forms.Form):
    """One question about a line to one person, or to whoever of a role reads it first. Three queries for the people."""

    asked = forms.ChoiceField(label="Who is asked", error_messages={"required": "Say who is asked."})
    text = forms.CharField(
        label="Question",
        max_length=QUESTION_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3, "autofocus": True}),
        help_text="They see the patient, the session or plan and this question; no amount.",
        error_messages={"required": "Write the question."},
    )

    def __init__(self, *args: Any, line: LedgerEntry, **kwargs: Any) -> None:
        """Offer those nearest to the line first, then the roles, then everybody else who treats here."""
        super().__init__(*args, **kwargs)
        groups = [role.value for role in ASKED]
        everybody = User.objects.filter(is_active=True, groups__name__in=groups).distinct()
        people = {one.pk: one for one in everybody.order_by("last_name", "first_name", "username")}
        self.people = people
        nearest: dict[int, str] = {}
        for user, words in _near(line):
            if user.pk in people:
                nearest.setdefault(user.pk, words)
        asked = self.fields["asked"]
        assert isinstance(asked, forms.ChoiceField)
        asked.choices = [
            *((f"{_USER}:{pk}", f"{Asked(people[pk])}, {words}") for pk, words in nearest.items()),
            *((f"{_ROLE}:{role.value}", f"Any {role.value}") for role in sorted(ASKED, reverse=True)),
            *((f"{_USER}:{pk}", str(Asked(one))) for pk, one in people.items() if pk not in nearest),
        ]

    @property
    def put_to(self) -> Asked:
        """Return who is asked."""
        kind, _colon, named = self.cleaned_data["asked"].partition(":")
        return Asked(role=Role(named)) if kind == _ROLE else Asked(self.people[int(named)])


class AnswerForm(forms.Form):
    """The answer to a question, in words."""

    answer = forms.CharField(
        label="Answer",
        max_length=ANSWER_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3, "autofocus": True}),
        help_text="What was entered wrongly is amended in its own place first; the line then follows by itself.",
        error_messages={"required": "Write the answer."},
    )


def _near(line: LedgerEntry) -> Iterator[tuple[User, str]]:
    """Yield who had to do with what earned the line: logged or signed it, planned it, checked it, treats the course."""
    session, plan, physician = line.session, line.plan, line.course.physician
    if session is not None:
        yield from _known(session.logged_by, "who logged the session")
        yield from _known(session.signed_by, "who signed the session")
    if plan is not None:
        yield from _known(plan.approved_by, "who approved the plan")
        yield from _known(plan.confirmed_by, "who confirmed the plan")
    if physician is not None:
        yield from _known(physician.user, "the physician of the course")
    checks = ClinicalEvent.objects.filter(course=line.course_id, family=CHECKS, cancelled_at=None)
    last_check = checks.select_related("entered_by").order_by("-happened_on", "-pk").first()
    yield from _known(last_check.entered_by if last_check else None, "who entered the last physics check")


def _known(user: User | None, words: str) -> Iterator[tuple[User, str]]:
    if user is not None:
        yield user, words
