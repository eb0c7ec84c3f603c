"""A line goes back with a question to a clinical user; the answer, and only one, comes back to the line."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from functools import partial
from threading import Barrier

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction

from billing import worklist
from billing.capture import capture_course
from billing.models import LedgerEntry, Question, Review
from billing.worklist import questions
from billing.worklist.questions import Asked, answer, ask, withdraw
from courses.models import Session
from patients.roles import Role
from tests import cast
from tests.captures import cancel, deliver, practice_fees, standing
from tests.cast import Treated, local, user
from tests.holds import asked, group_of

NOW = local("2025-03-20 12:00")
LATER = NOW + timedelta(hours=2)


def treated() -> tuple[Treated, LedgerEntry]:
    """Ada after one clean session, and the line of that session."""
    practice_fees()
    ada = cast.ada()
    deliver(ada, "2025-03-04 09:00", number=1)
    capture_course(course_id=ada.course.pk)
    return ada, standing(ada)[-1]


@pytest.fixture
def line(db: None) -> LedgerEntry:
    """A clean line."""
    return treated()[1]


def test_a_question_holds_its_line_as_the_matter_of_the_asked_one(line: LedgerEntry) -> None:
    therapist = user(Role.THERAPIST)
    question = asked(line, NOW)
    review = Review.objects.get(entry=line)
    assert (review.state, review.code_id, review.owner, review.owner_role) == ("held", "question", therapist, "")
    assert review.due_on == date(2025, 3, 24)  # two days, and no weekend
    assert list(questions.open_questions().filter(questions.put_to(therapist))) == [question]


def test_a_question_to_a_role_is_put_to_everybody_of_it(line: LedgerEntry) -> None:
    question = asked(line, NOW, of=Asked(role=Role.PHYSICIST))
    assert Review.objects.get(entry=line).owner_role == "physicist"
    assert questions.may_answer(user(Role.PHYSICIST, "second"), question)
    assert not questions.may_answer(user(Role.THERAPIST), question)
    assert not questions.open_questions().filter(questions.put_to(user(Role.THERAPIST))).exists()


def test_the_answer_ends_the_hold_and_stands_on_the_line_until_it_is_read(line: LedgerEntry) -> None:
    therapist, biller = user(Role.THERAPIST), user(Role.BILLER)
    question = asked(line, NOW)
    answer(question_id=question.pk, text=" Whole, the door opened after it. ", by=therapist, at=LATER)
    review = Review.objects.get(entry=line)
    assert (review.state, review.by, review.code_id) == ("open", therapist, None)
    assert group_of(line) == "look"
    (unread,) = questions.unread_answers().filter(asked_by=biller)
    assert (unread.answer, unread.answered_by) == ("Whole, the door opened after it.", therapist)
    questions.read_answer(question_id=question.pk, by=biller, at=LATER)
    assert group_of(line) == "clean"


def test_releasing_the_line_reads_its_answer(line: LedgerEntry) -> None:
    question = asked(line, NOW)
    answer(question_id=question.pk, text="Yes", by=user(Role.THERAPIST), at=LATER)
    capture_course(course_id=line.course_id)
    assert worklist.release(entry_ids=[line.pk], by=user(Role.BILLER), at=LATER).done == (line.pk,)
    question.refresh_from_db()
    assert question.seen_by == user(Role.BILLER)


def test_the_second_answer_is_told_the_first_and_changes_nothing(line: LedgerEntry) -> None:
    question = asked(line, NOW, of=Asked(role=Role.THERAPIST))
    answer(question_id=question.pk, text="Whole", by=user(Role.THERAPIST), at=LATER)
    with pytest.raises(ValidationError, match=r"answered this on 20 Mar at 14:00: Whole"):
        answer(question_id=question.pk, text="In part", by=user(Role.THERAPIST, "second"), at=LATER)
    question.refresh_from_db()
    assert (question.answer, question.answered_by) == ("Whole", user(Role.THERAPIST))


def test_the_database_takes_one_answer_and_no_other_question(line: LedgerEntry) -> None:
    question = asked(line, NOW)
    answer(question_id=question.pk, text="Whole", by=user(Role.THERAPIST), at=LATER)
    for change in ({"answer": "In part"}, {"text": "Something else?"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Question.objects.filter(pk=question.pk).update(**change)
    with pytest.raises(Exception, match="Cannot delete"), transaction.atomic():
        question.delete()


def test_who_is_not_asked_does_not_answer(line: LedgerEntry) -> None:
    question = asked(line, NOW, of=Asked(user(Role.PHYSICIAN)))
    with pytest.raises(PermissionDenied):
        answer(question_id=question.pk, text="Yes", by=user(Role.THERAPIST), at=LATER)
    assert questions.may_answer(user(Role.PHYSICIAN, "colleague"), question)


@pytest.mark.parametrize(
    ("text", "of", "said"),
    [
        (" ", "therapist", "Write the question"),
        ("x" * 401, "therapist", "401 characters"),
        ("Why?", "auditor", "would not see the question"),
        ("Why?", "gone", "would not see the question"),
        ("Why?", "nobody", "Say who is asked"),
    ],
)
def test_a_question_that_nobody_could_answer_is_refused(line: LedgerEntry, text: str, of: str, said: str) -> None:
    gone = user(Role.THERAPIST, "gone")
    gone.is_active = False
    gone.save()
    people = {"therapist": user(Role.THERAPIST), "auditor": user(Role.AUDITOR), "gone": gone}
    with pytest.raises(ValidationError, match=said):
        ask(entry_ids=[line.pk], asked=Asked(people.get(of)), text=text, by=user(Role.BILLER), at=NOW)
    assert not Question.objects.exists() and not Review.objects.exists()


def test_nobody_is_asked_twice_at_once_about_a_line(line: LedgerEntry) -> None:
    asked(line, NOW)
    decided = ask(
        entry_ids=[line.pk], asked=Asked(user(Role.PHYSICIST)), text="You?", by=user(Role.BILLER), at=LATER
    )  # fmt: skip
    assert "was asked about this line already" in decided.refused[0].reason
    assert Question.objects.count() == 1


def test_a_follow_up_comes_after_the_answer_and_keeps_the_thread(line: LedgerEntry) -> None:
    first = asked(line, NOW)
    answer(question_id=first.pk, text="Whole", by=user(Role.THERAPIST), at=LATER)
    second = asked(line, LATER, text="With which energy?")
    assert second.follows == first
    first.refresh_from_db()
    assert first.seen_by == user(Role.BILLER)
    assert Review.objects.get(entry=line).state == "held"


def test_a_question_that_is_taken_back_opens_its_line_and_needs_no_answer(line: LedgerEntry) -> None:
    question = asked(line, NOW)
    with pytest.raises(PermissionDenied):
        withdraw(question_id=question.pk, by=user(Role.THERAPIST), at=LATER)
    withdraw(question_id=question.pk, by=user(Role.BILLER), at=LATER)
    assert Review.objects.get(entry=line).state == "open"
    with pytest.raises(ValidationError, match="Nobody needs an answer any more"):
        answer(question_id=question.pk, text="Whole", by=user(Role.THERAPIST), at=LATER)


@pytest.mark.parametrize("deed", ["undo", "hold"])
def test_deciding_otherwise_about_the_line_closes_its_question(line: LedgerEntry, deed: str) -> None:
    question = asked(line, NOW)
    biller = user(Role.BILLER)
    if deed == "undo":
        worklist.undo(entry_ids=[line.pk], by=biller, at=LATER)
    else:
        worklist.hold(entry_ids=[line.pk], reason="", code="coverage", by=biller, at=LATER)
    question.refresh_from_db()
    assert question.closed_by == biller and question.closed_reason
    assert not questions.open_questions().exists()


def test_a_question_follows_the_line_to_its_new_form(db: None) -> None:
    ada, line = treated()
    question = asked(line, NOW)
    Session.objects.update(starts_at=local("2025-03-05 09:00"), treated_on=date(2025, 3, 5))
    capture_course(course_id=ada.course.pk)
    new = standing(ada)[-1]
    assert new.pk != line.pk
    answer(question_id=question.pk, text="On the fifth", by=user(Role.THERAPIST), at=LATER)
    question.refresh_from_db()
    assert question.entry == new
    assert Review.objects.get(entry=new).state == "open"
    assert group_of(new) == "look"


def test_an_unread_answer_follows_the_line_to_its_new_form(db: None) -> None:
    ada, line = treated()
    question = asked(line, NOW)
    answer(question_id=question.pk, text="It was the fifth; amended.", by=user(Role.THERAPIST), at=LATER)
    Session.objects.update(starts_at=local("2025-03-05 09:00"), treated_on=date(2025, 3, 5))
    capture_course(course_id=ada.course.pk)
    question.refresh_from_db()
    assert question.entry == standing(ada)[-1]
    assert group_of(question.entry) == "look"


def test_a_question_about_a_line_that_is_gone_is_closed_with_words(db: None) -> None:
    ada, line = treated()
    question = asked(line, NOW)
    cancel(Session.objects.get())
    capture_course(course_id=ada.course.pk)
    question.refresh_from_db()
    assert question.closed_by is None
    assert question.closed_reason.startswith("The line was reversed.")
    with pytest.raises(ValidationError, match="The line was reversed"):
        answer(question_id=question.pk, text="Whole", by=user(Role.THERAPIST), at=LATER)


def test_questions_and_answers_leave_no_word_in_the_log(line: LedgerEntry, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    question = asked(line, NOW, text="Abbott was late?")
    answer(question_id=question.pk, text="Ada was.", by=user(Role.THERAPIST), at=LATER)
    assert f"question {question.pk} is answered" in caplog.text
    assert "Abbott" not in caplog.text and "Ada" not in caplog.text


# --- at the same moment ------------------------------------------------------------------------------------------


def at_once(acts: list[Callable[[], object]]) -> list[object]:
    barrier = Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        try:
            barrier.wait(timeout=20)
            return act()
        except ValidationError as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


@pytest.mark.django_db(transaction=True)
def test_of_four_who_answer_at_once_one_is_heard_and_three_are_told() -> None:
    _ada, line = treated()
    question = asked(line, NOW, of=Asked(role=Role.THERAPIST))
    people = [user(Role.THERAPIST, f"therapist{n}") for n in range(4)]
    came = at_once([partial(answer, question_id=question.pk, text=one.username, by=one, at=LATER) for one in people])
    told = [one for one in came if isinstance(one, ValidationError)]
    question.refresh_from_db()
    assert len(told) == 3
    assert question.answered_by is not None and question.answer == question.answered_by.username
    assert all(question.answer in one.messages[0] for one in told)


@pytest.mark.django_db(transaction=True)
def test_an_answer_and_a_withdrawal_at_once_leave_the_line_open_and_one_of_them_standing() -> None:
    _ada, line = treated()
    therapist, biller = user(Role.THERAPIST), user(Role.BILLER)
    for _ in range(3):
        question = asked(line, NOW)
        came = at_once(
            [
                lambda: answer(question_id=question.pk, text="Whole", by=therapist, at=LATER),  # noqa: B023
                lambda: withdraw(question_id=question.pk, by=biller, at=LATER),  # noqa: B023
            ]
        )
        question.refresh_from_db()
        assert sum(isinstance(one, ValidationError) for one in came) == 1
        assert (question.answered_at is None) is not (question.closed_at is None)
        assert Review.objects.get(entry=line).state == "open"


@pytest.mark.django_db(transaction=True)
def test_two_who_ask_at_once_ask_one_question() -> None:
    _ada, line = treated()
    user(Role.THERAPIST), user(Role.BILLER)
    at_once([lambda: asked(line, NOW)] * 2)
    assert Question.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_answer_and_a_capture_that_moves_the_line_at_once_meet_on_the_new_line() -> None:
    ada, line = treated()
    question = asked(line, NOW)
    therapist = user(Role.THERAPIST)
    Session.objects.update(starts_at=local("2025-03-05 09:00"), treated_on=date(2025, 3, 5))
    at_once(
        [
            lambda: answer(question_id=question.pk, text="On the fifth", by=therapist, at=LATER),
            lambda: capture_course(course_id=ada.course.pk),
        ]
    )
    capture_course(course_id=ada.course.pk)
    question.refresh_from_db()
    new = standing(ada)[-1]
    assert (question.answer, question.entry) == ("On the fifth", new)
    assert not Review.objects.filter(entry=new, state="held").exists()
