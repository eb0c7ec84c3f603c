"""The pages of holds and questions: what they count, where their numbers lead, who sees what."""

import csv
import io
import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from billing import worklist
from billing.models import LedgerEntry, Question, Review, StandingFinding
from billing.views.stories import story_of
from billing.worklist.held import Age, HeldFilters, held_by_persons, held_by_rules, held_lines
from billing.worklist.questions import Asked, answer
from patients.roles import Role
from tests.captures import ada_with_a_partial, standing
from tests.cast import Treated, user
from tests.holds import asked

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def ada() -> Treated:
    """Ada after three clean sessions and one that a rule holds."""
    return ada_with_a_partial()


def as_role(role: Role, username: str | None = None) -> Client:
    client = Client()
    client.force_login(user(role, username))
    return client


def held(entry: LedgerEntry, days_ago: int, **values: Any) -> Review:
    at = timezone.now() - timedelta(days=days_ago)
    worklist.hold(entry_ids=[entry.pk], at=at, **{"reason": "", "code": "coverage", "by": user(Role.BILLER), **values})
    return Review.objects.get(entry=entry)


def deliveries(patient: Treated) -> list[LedgerEntry]:
    return [entry for entry in standing(patient) if entry.family == "delivery" and "52" not in entry.modifiers]


def text_of(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def with_three_holds(patient: Treated) -> list[LedgerEntry]:
    """One held today by the biller, one for five days by the therapist, one for forty by the biller."""
    first, second, third = deliveries(patient)
    held(first, 0)
    held(second, 5, code="documentation", owner=user(Role.THERAPIST))
    held(third, 40)
    return [first, second, third]


def test_numbers_of_the_page_are_those_of_the_rows_behind_them(ada: Treated) -> None:
    first, second, third = with_three_holds(ada)
    persons = held_by_persons()
    assert {row.key: (row.total.lines, row.total.amount) for row in persons.by_reason} == {
        "coverage": (2, (first.amount or 0) + (third.amount or 0)), "documentation": (1, second.amount),
    }  # fmt: skip
    assert [(row.words, row.total.lines) for row in persons.by_owner] == [("Biller Tester", 2), ("Therapist Tester", 1)]
    assert {age: found.lines for age, found in persons.total.ages.items()} == {
        Age.DAYS_0_2: 1, Age.DAYS_3_7: 1, Age.DAYS_8_30: 0, Age.OVER_30: 1,
    }  # fmt: skip
    assert persons.total.total.due == 2
    for row in persons.by_reason:
        for age, found in row.ages.items():
            rows = list(held_lines(HeldFilters(reason=row.key, age=age)))
            assert (len(rows), sum(line.amount or 0 for line in rows)) == (found.lines, found.amount)
    for row in persons.by_owner:
        assert held_lines(HeldFilters(owner=row.key)).count() == row.total.lines
    assert held_lines(HeldFilters(is_due=True)).count() == 2


def test_what_rules_hold_stands_apart_and_a_line_with_two_findings_counts_once_together(ada: Treated) -> None:
    partial = next(entry for entry in standing(ada) if "52" in entry.modifiers)
    values = {"source": "rules", "severity": "hold", "service_on": partial.service_on, "message": "No review."}
    StandingFinding.objects.create(course=ada.course, entry=partial, code="images-not-reviewed", subject="a", **values)
    StandingFinding.objects.create(course=ada.course, entry=partial, code="images-not-reviewed", subject="b", **values)
    StandingFinding.objects.create(course=ada.course, entry=None, code="visit-missing", subject="c", **values)
    rules = held_by_rules()
    found = {row.key: (row.total.lines, row.total.amount, row.total.loose) for row in rules.by_finding}
    assert found["partial-fraction"] == found["images-not-reviewed"] == (1, partial.amount, 0)
    assert found["visit-missing"] == (0, Decimal("0.00"), 1)
    assert (rules.lines.lines, rules.lines.amount) == (1, partial.amount)
    assert [line.pk for line in held_lines(HeldFilters(finding="images-not-reviewed"))] == [partial.pk]
    assert [line.pk for line in held_lines(HeldFilters(by_rules=True))] == [partial.pk]
    assert held_by_persons().total.total.lines == 0


def test_every_number_leads_to_its_lines_and_the_list_to_its_csv(ada: Treated) -> None:
    first, *_ = with_three_holds(ada)
    biller = as_role(Role.BILLER)
    page = biller.get(reverse("billing:holds")).content.decode()
    addresses = [one.replace("&amp;", "&") for one in re.findall(r'href="(/billing/holds/lines/[^"]*)"', page)]
    assert len(set(addresses)) >= 10
    for address in set(addresses):
        answered = biller.get(address)
        assert answered.status_code == 200 and 'id="line-' in answered.content.decode(), address
    assert reverse("billing:held-lines") + "?reason=coverage&age=0-2" in addresses
    handed = biller.get(f"{reverse('billing:holds-csv')}?reason=coverage&age=0-2")
    text = b"".join(handed.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["Line"], row["Reason"], row["Amount"], row["Days"]) == (
        str(first.pk), "coverage", str(first.amount), "0",
    )  # fmt: skip
    assert ada.patient.last_name not in text


def test_pages_say_what_an_empty_list_means_and_refuse_what_they_cannot_read(ada: Treated) -> None:
    biller = as_role(Role.BILLER)
    StandingFinding.objects.all().delete()
    assert "Nothing is on hold" in text_of(biller.get(reverse("billing:holds")))
    assert "No line is held so" in text_of(biller.get(reverse("billing:held-lines")))
    assert biller.get(f"{reverse('billing:held-lines')}?age=long").status_code == 422
    assert biller.get(f"{reverse('billing:held-lines')}?owner=1;2").status_code == 422


def test_pages_ask_as_many_queries_for_one_line_as_for_many(ada: Treated) -> None:
    biller = as_role(Role.BILLER)
    first, second, third = deliveries(ada)
    counts: list[int] = []
    biller.get(reverse("billing:holds"))  # the first page of a login notes who is there
    for entries in ([first], [second, third]):
        for entry in entries:
            held(entry, 1)
        for name in ("holds", "held-lines"):
            with CaptureQueriesContext(connection) as asked_for:
                biller.get(reverse(f"billing:{name}"))
            counts.append(len(asked_for))
    assert counts[:2] == counts[2:]


@pytest.mark.parametrize("role", [Role.BILLER, Role.THERAPIST])
@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "slot"])
def test_questions_ask_as_many_queries_for_one_as_for_three(ada: Treated, role: Role, headers: dict[str, str]) -> None:
    client, address, counts = as_role(role), reverse("billing:questions"), []
    first, *others = deliveries(ada)
    client.get(address)  # the first page of a login notes who is there
    for entries in ([first], others):
        for entry in entries:
            question = asked(entry, timezone.now())
            if role == Role.BILLER:
                answer(question_id=question.pk, text="Yes", by=user(Role.THERAPIST), at=timezone.now())
        with CaptureQueriesContext(connection) as asked_for:
            client.get(address, headers=headers)
        counts.append(len(asked_for))
    assert counts[0] == counts[1]


def test_whoever_owns_a_hold_sees_it_and_no_amount(ada: Treated) -> None:
    line = deliveries(ada)[0]
    held(line, 0, code="documentation", reason="Setup note", owner=user(Role.PHYSICIST))
    page = as_role(Role.PHYSICIST).get(reverse("billing:questions"))
    assert "Held as your matter" in text_of(page) and "Documentation missing: Setup note" in text_of(page)
    assert "$" not in text_of(page) and str(line.amount) not in text_of(page)
    assert "Held as your matter" not in text_of(as_role(Role.THERAPIST).get(reverse("billing:questions")))


@pytest.mark.parametrize("role", [Role.THERAPIST, Role.PHYSICIST, Role.PHYSICIAN])
def test_clinical_roles_see_their_questions_and_never_a_dollar(ada: Treated, role: Role) -> None:
    line = deliveries(ada)[0]
    question = asked(line, timezone.now(), of=Asked(role=role), text="Which energy was it?")
    clinical = as_role(role)
    for name in ("holds", "held-lines", "holds-csv"):
        assert clinical.get(reverse(f"billing:{name}")).status_code == 403
    for response in (
        clinical.get(reverse("billing:questions")),
        clinical.get(reverse("billing:questions"), headers=HTMX),
        clinical.get(reverse("billing:answer", args=[question.pk])),
    ):
        text = response.content.decode()
        assert "Which energy was it?" in text
        assert "$" not in text and str(line.amount) not in text
    count = clinical.get(reverse("billing:questions-count"), headers=HTMX)
    assert "1 waiting" in text_of(count)


def test_a_line_is_returned_to_whom_is_nearest_and_says_so(ada: Treated) -> None:
    line = deliveries(ada)[0]
    biller, therapist = as_role(Role.BILLER), user(Role.THERAPIST)
    address = reverse("billing:return", args=[line.pk])
    page = biller.get(address).content.decode()
    first_choice = re.search(r"<option value=\"([^\"]+)\">([^<]+)<", page)
    assert first_choice and first_choice.groups() == (
        f"user:{therapist.pk}",
        "Therapist Tester, who logged the session",
    )
    refused = biller.post(address, {"asked": f"user:{therapist.pk}", "text": ""})
    assert refused.status_code == 422 and "Write the question." in text_of(refused)
    done = biller.post(address, {"asked": "role:therapist", "text": "Treated whole?"}, follow=True)
    assert "any therapist is asked" in text_of(done).lower()
    assert Question.objects.get().asked_role == "therapist"
    row = text_of(biller.get(f"{reverse('billing:worklist')}?group=held"))
    assert "Question to any therapist" in row and "Treated whole?" in row


def test_a_question_asked_from_a_page_that_is_overtaken_keeps_what_was_typed(ada: Treated) -> None:
    line = deliveries(ada)[0]
    held(line, 0, by=user(Role.BILLING_MANAGER))
    form = {"asked": "role:therapist", "text": "Treated whole?", "seen": "open"}
    answered = as_role(Role.BILLER).post(reverse("billing:return", args=[line.pk]), form)
    assert answered.status_code == 409
    assert "after you had opened it" in text_of(answered) and "Treated whole?" in answered.content.decode()
    assert not Question.objects.exists()


def test_undo_of_the_message_takes_the_question_back(ada: Treated) -> None:
    line = deliveries(ada)[0]
    biller = as_role(Role.BILLER)
    form = {"asked": "role:therapist", "text": "Treated whole?"}
    page = biller.post(reverse("billing:return", args=[line.pk]), form, follow=True).content.decode()
    undo = re.search(r'action="(/billing/decided/\d+/undo/)"', page)
    assert undo
    biller.post(undo[1])
    assert Question.objects.get().closed_reason == "The hold was taken back."
    assert Review.objects.get().state == "open"


def test_the_second_to_answer_is_told_and_keeps_what_was_typed(ada: Treated) -> None:
    question = asked(deliveries(ada)[0], timezone.now(), of=Asked(role=Role.THERAPIST))
    address = reverse("billing:answer", args=[question.pk])
    first, second = as_role(Role.THERAPIST), as_role(Role.THERAPIST, "second")
    assert first.post(address, {"answer": "Whole"}, headers=HTMX)["HX-Trigger"] == "worklist-changed"
    told = second.post(address, {"answer": "In part, I think"})
    assert told.status_code == 409
    assert "Therapist Tester answered this" in text_of(told) and "In part, I think" in told.content.decode()
    assert as_role(Role.PHYSICIST).get(address).status_code == 403


def test_the_answer_stands_first_in_its_group_and_is_told_to_who_asked(ada: Treated) -> None:
    *_, last = deliveries(ada)
    question = asked(last, timezone.now())
    answer(question_id=question.pk, text="Whole, no break.", by=user(Role.THERAPIST), at=timezone.now())
    biller = as_role(Role.BILLER)
    page = text_of(biller.get(f"{reverse('billing:worklist')}?group=look"))
    assert "Answered by Therapist Tester: Whole, no break." in page
    assert "1 answer to your question" in text_of(biller.get(reverse("billing:questions"), headers=HTMX))
    assert "answer" not in text_of(as_role(Role.BILLER, "other").get(reverse("billing:questions"), headers=HTMX))
    assert "1 waiting" in text_of(biller.get(reverse("billing:questions-count")))
    biller.post(reverse("billing:answer-read", args=[question.pk]))
    assert "waiting" not in text_of(biller.get(reverse("billing:questions-count")))


def test_an_answer_leads_back_to_this_site_alone(ada: Treated) -> None:
    question = asked(deliveries(ada)[0], timezone.now())
    form = {"answer": "Whole", "back": "https://evil.example/courses/"}
    answered = as_role(Role.THERAPIST).post(reverse("billing:answer", args=[question.pk]), form)
    assert answered["Location"] == "/courses/" or answered["Location"] == reverse("billing:questions")


def test_the_story_of_a_line_tells_hold_question_and_answer(ada: Treated) -> None:
    line = deliveries(ada)[0]
    held(line, 9, code="coding", reason="Level?", owner=user(Role.BILLING_MANAGER))
    question = asked(line, timezone.now() - timedelta(hours=2), text="Which energy?")
    answer(question_id=question.pk, text="6 MV", by=user(Role.THERAPIST), at=timezone.now())
    told = [(one.what, one.who, one.note) for one in story_of(line, ada.course.facility.zone)]
    whats = " | ".join(f"{what}, {who}, {note}" for what, who, note in told)
    assert "Coding question: Level? · for Billing Manager Tester" in whats
    assert "Asked Therapist Tester: Which energy?, Biller Tester" in whats
    assert "Answered: 6 MV, Therapist Tester" in whats
    assert "Held until" in whats


def test_a_hold_is_made_by_the_form_and_by_the_api_alike(ada: Treated) -> None:
    first, second, third = deliveries(ada)
    biller, due = as_role(Role.BILLER), timezone.localdate() + timedelta(days=30)
    address = reverse("billing:hold", args=[first.pk])
    nothing = biller.post(address, {"code": "", "reason": ""})
    assert nothing.status_code == 422 and "Say why: pick a reason, or write one." in text_of(nothing)
    past = biller.post(address, {"code": "coverage", "due_on": "2025-01-01", "reason": ""})
    assert past.status_code == 422 and "is not ahead" in text_of(past)
    owner = user(Role.PHYSICIAN)
    biller.post(address, {"code": "signature", "reason": "", "owner": owner.pk, "due_on": due.isoformat()})
    lines = f"{second.pk}:open"
    biller.post(reverse("billing:hold-many"), {"lines": lines, "code": "", "reason": "Ask Jo"})
    given = {"entries": [third.pk], "code": "signature", "owner": owner.pk, "due_on": due.isoformat()}
    api = biller.post("/api/v1/charges/hold/", given, content_type="application/json")
    assert api.status_code == 200, api.content
    reviews = {one.entry_id: one for one in Review.objects.all()}
    for entry in (first, third):
        one = reviews[entry.pk]
        assert (one.code_id, one.owner, one.due_on, one.reason) == ("signature", owner, due, "Physician to sign")
    assert (reviews[second.pk].code_id, reviews[second.pk].owner) == ("other", user(Role.BILLER))
    shown = biller.get(f"/api/v1/charges/{third.pk}/").json()["held"]
    assert (shown["code"], shown["owner"], shown["due_on"]) == ("signature", owner.pk, due.isoformat())
