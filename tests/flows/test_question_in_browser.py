"""A biller asks, a therapist sees it on the machine's day and answers, the biller sees it on the same row."""

from datetime import date, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from billing import worklist
from billing.capture import capture_course
from billing.models import LedgerEntry, Question, Review
from billing.worklist.questions import Asked, answer
from patients.roles import Role
from tests import cast
from tests.axe import faults_of
from tests.browser import OpenAs
from tests.captures import deliver_days, practice_fees, standing
from tests.cast import Treated, user
from tests.holds import asked
from tests.looks import Windows

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def ada() -> Treated:
    """Ada after three clean sessions."""
    practice_fees()
    patient = cast.ada()
    deliver_days(patient, date(2025, 3, 4), 3)
    capture_course(course_id=patient.course.pk)
    return patient


def delivery(patient: Treated) -> LedgerEntry:
    return next(entry for entry in standing(patient) if entry.family == "delivery")


def test_a_question_goes_to_the_machine_and_its_answer_comes_back_to_the_row(open_as: OpenAs, ada: Treated) -> None:
    line = delivery(ada)
    biller = open_as(Role.BILLER, "/billing/?group=clean")
    row = biller.locator(f"#line-{line.pk}")
    row.get_by_role("link", name="Return with a question").click()
    dialog = biller.get_by_role("dialog")
    expect(dialog.get_by_label("Who is asked")).to_have_value(f"user:{user(Role.THERAPIST).pk}")
    assert faults_of(biller) == []
    dialog.get_by_label("Question").fill("Was the whole dose given?")
    dialog.get_by_role("button", name="Ask", exact=True).click()
    expect(dialog).to_have_count(0)
    expect(row).to_contain_text("Question to Therapist Tester")
    expect(row).to_contain_text("Was the whole dose given?")

    therapist = open_as(Role.THERAPIST, "/courses/day/", touch=True)
    questions = therapist.get_by_role("region", name="Questions from billing")
    expect(questions).to_contain_text("Was the whole dose given?")
    expect(questions).not_to_contain_text("$")
    expect(therapist.get_by_role("link", name="Questions 1 waiting")).to_be_visible()
    questions.get_by_role("link", name="Answer: Abbott, Ada").click()
    asks = therapist.get_by_role("dialog", name="Biller Tester asks")
    expect(asks.get_by_role("link", name="Amend the session…")).to_be_visible()
    assert faults_of(therapist) == []
    asks.get_by_role("button", name="Answer", exact=True).click()
    expect(asks.get_by_role("textbox")).to_be_focused()
    asks.get_by_role("textbox").fill("All of it; the door opened after the beam.")
    asks.get_by_role("button", name="Answer", exact=True).click()
    expect(asks).to_have_count(0)
    expect(therapist.get_by_text("Biller Tester sees your answer on the line.")).to_be_visible()
    expect(questions).to_have_count(0)
    expect(therapist.get_by_role("link", name="Questions", exact=True)).to_be_visible()

    biller.goto(biller.url.split("/billing/")[0] + "/billing/")
    expect(biller.get_by_text("1 answer to your question")).to_be_visible()
    row = biller.locator(f"#line-{line.pk}")
    expect(row).to_contain_text("Answered by Therapist Tester: All of it; the door opened after the beam.")
    assert faults_of(biller) == []
    row.get_by_role("button", name="Noted").click()
    expect(row).not_to_contain_text("Answered by")
    assert Review.objects.get().state == "open"
    assert Question.objects.get().seen_by == user(Role.BILLER)


def test_a_line_is_held_asked_about_and_opened_again_on_its_own_page(open_as: OpenAs, ada: Treated) -> None:
    line = delivery(ada)
    page = open_as(Role.BILLER, f"/billing/lines/{line.pk}/")
    page.get_by_role("link", name="Hold…").click()
    page.get_by_label("Why").select_option("coverage")
    page.get_by_role("button", name="Hold", exact=True).click()
    expect(page.get_by_text("Held: 77385")).to_be_visible()
    expect(page.locator(".bl-standing")).to_contain_text("Coverage to be verified")
    page.get_by_role("button", name="Take the decision back").click()
    expect(page.locator(".bl-standing")).to_contain_text("Open")
    page.get_by_role("link", name="Ask…").click()
    page.get_by_role("dialog").get_by_label("Question").fill("Was the whole dose given?")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_role("region", name="Question")).to_contain_text("Was the whole dose given?")
    expect(page.get_by_text("Asked Therapist Tester: Was the whole dose given?")).to_be_visible()


def test_without_scripts_a_question_is_asked_and_answered_on_pages_of_their_own(open_as: OpenAs, ada: Treated) -> None:
    line = delivery(ada)
    biller = open_as(Role.BILLER, f"/billing/lines/{line.pk}/return/", scripts=False)
    biller.get_by_label("Who is asked").select_option("role:therapist")
    biller.get_by_label("Question").fill("Was the whole dose given?")
    biller.get_by_role("button", name="Ask", exact=True).click()
    therapist = open_as(Role.THERAPIST, "/billing/questions/", scripts=False)
    therapist.get_by_role("link", name="Answer: Abbott, Ada").click()
    therapist.get_by_label("Answer").fill("All of it.")
    therapist.get_by_role("button", name="Answer", exact=True).click()
    expect(therapist.get_by_text("Nobody asks you anything.")).to_be_visible()
    assert Question.objects.get().answer == "All of it."


def test_pages_of_holds_and_questions_can_be_used_by_everybody(windows: Windows, ada: Treated) -> None:
    first, second, third = [entry for entry in standing(ada) if entry.family == "delivery"]
    biller, long_ago = user(Role.BILLER), timezone.now() - timedelta(days=12)
    worklist.hold(entry_ids=[first.pk], reason="", code="coverage", by=biller, at=long_ago)
    asked(second, timezone.now(), of=Asked(role=Role.THERAPIST))
    asked(standing(ada)[0], timezone.now(), of=Asked(role=Role.PHYSICIAN), text="Is the boost planned?")
    answered = asked(third, timezone.now() - timedelta(hours=3))
    answer(question_id=answered.pk, text="All of it.", by=user(Role.THERAPIST), at=timezone.now())
    addresses = {
        Role.BILLER: [
            "/billing/holds/", "/billing/holds/lines/", "/billing/questions/", f"/billing/lines/{first.pk}/hold/",
            f"/billing/lines/{third.pk}/return/", "/billing/", f"/billing/lines/{third.pk}/",
        ],
        Role.THERAPIST: ["/courses/day/", "/billing/questions/", f"/courses/sessions/{third.session_id}/"],
        Role.PHYSICIAN: ["/courses/worklist/", f"/courses/{ada.course.pk}/"],
    }  # fmt: skip
    for role, pages in addresses.items():
        for address in pages:
            assert windows.faults_at(role, address) == [], address
