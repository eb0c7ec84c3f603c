"""Decisions on the biller's pages: single, many at once, two reviewers, overrides, lines keyed by hand."""

import re
from datetime import date
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from billing import worklist
from billing.capture import capture_course
from billing.models import LedgerEntry, ManualLine, Review, StandingFinding
from patients.roles import Role
from tests.captures import (
    ada_with_a_partial,
    cancel,
    codes,
    put_on_claim,
    standing,
)
from tests.cast import Treated, user

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/billing/?group=clean"}


@pytest.fixture
def ada() -> Treated:
    """Ada after three clean sessions and one that was stopped part way, beside what her plan earned; one is held."""
    return ada_with_a_partial()


@pytest.fixture
def biller() -> Client:
    """A browser in which the biller is signed in."""
    return signed_in(Role.BILLER)


def signed_in(role: Role, username: str | None = None) -> Client:
    client = Client()
    client.force_login(user(role, username))
    return client


def clean_and_held(patient: Treated) -> tuple[list[LedgerEntry], LedgerEntry]:
    lines = standing(patient)
    held = next(line for line in lines if "52" in line.modifiers)
    return [line for line in lines if line.pk != held.pk], held


def state_of(entry: LedgerEntry) -> str:
    review = Review.objects.filter(entry=entry).first()
    return review.state if review else "open"


def post(client: Client, name: str, *args: object, follow: bool = False, **values: object) -> Any:
    return client.post(reverse(f"billing:{name}", args=args), values, follow=follow)


def said(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def undo_address(response: Any) -> str:
    """The address that the message's Undo button posts to."""
    (message,) = get_messages(response.wsgi_request)
    tag = next(tag for tag in message.extra_tags.split() if tag.startswith("undo:"))
    return str(tag.removeprefix("undo:"))


def obstacle(patient: Treated) -> StandingFinding:
    """The hold that keeps the partial session's line."""
    return StandingFinding.objects.get(course=patient.course, code="partial-fraction")


# --- one line -----------------------------------------------------------------------------------------------------


def test_release_goes_back_to_the_list_as_it_was_filtered(ada: Treated, biller: Client) -> None:
    (line, *_), _held = clean_and_held(ada)
    behind = f"{reverse('billing:worklist')}?group=clean&page=2"
    response = post(biller, "release", line.pk, back=behind)
    assert response.status_code == 302
    assert response["Location"] == behind
    assert state_of(line) == "released"


def test_release_never_leads_to_another_site(ada: Treated, biller: Client) -> None:
    (line, *_), _held = clean_and_held(ada)
    response = post(biller, "release", line.pk, back="https://evil.example/billing/")
    assert response["Location"] == reverse("billing:worklist")


def test_release_through_htmx_answers_the_row_and_the_figures(ada: Treated, biller: Client) -> None:
    (line, *_), _held = clean_and_held(ada)
    response = biller.post(reverse("billing:release", args=[line.pk]), headers=HTMX)
    text = response.content.decode()
    assert response.status_code == 200
    assert response["HX-Retarget"] == f"#line-{line.pk}"
    assert f'id="line-{line.pk}"' in text
    assert "Released" in text
    assert 'id="totals" hx-swap-oob="true"' in text
    assert "5 lines," in said(response)
    assert "/undo/" in text


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
def test_held_line_is_refused_with_the_reason_of_its_finding(
    ada: Treated, biller: Client, headers: dict[str, str]
) -> None:
    _clean, held = clean_and_held(ada)
    response = biller.post(reverse("billing:release", args=[held.pk]), headers=headers)
    assert response.status_code == 422
    assert "stopped part way" in said(response)
    assert state_of(held) == "open"


def test_message_takes_a_release_back(ada: Treated, biller: Client) -> None:
    (line, *_), _held = clean_and_held(ada)
    address = undo_address(post(biller, "release", line.pk))
    assert "1 line open again" in said(biller.post(address, follow=True))
    assert state_of(line) == "open"


def test_nobody_takes_back_what_somebody_else_released(ada: Treated, biller: Client) -> None:
    (line, *_), _held = clean_and_held(ada)
    address = undo_address(post(biller, "release", line.pk))
    other = signed_in(Role.BILLER, "second")
    assert "Nothing was taken back" in said(other.post(address, follow=True))
    assert state_of(line) == "released"


def test_line_on_a_claim_is_taken_back_no_more(ada: Treated, biller: Client) -> None:
    (line, *_), _held = clean_and_held(ada)
    address = undo_address(post(biller, "release", line.pk))
    put_on_claim([line])
    assert "The line is on a claim" in said(biller.post(address, follow=True))
    assert post(biller, "take-back", line.pk).status_code == 422
    assert state_of(line) == "released"


@pytest.mark.parametrize("reason", ["", "   ", "x" * 201])
def test_hold_without_a_usable_reason_is_refused_and_nothing_is_held(ada: Treated, biller: Client, reason: str) -> None:
    (line, *_), _held = clean_and_held(ada)
    assert post(biller, "hold", line.pk, reason=reason).status_code == 422
    assert state_of(line) == "open"


def test_hold_keeps_its_reason_and_its_name_on_the_list_until_taken_back(ada: Treated, biller: Client) -> None:
    (line, *_), _held = clean_and_held(ada)
    assert post(biller, "hold", line.pk, reason="Waits for the note").status_code == 302
    text = said(biller.get(f"{reverse('billing:worklist')}?group=held"))
    assert "Waits for the note" in text
    assert "Biller Tester" in text
    assert post(biller, "release", line.pk).status_code == 422
    assert post(biller, "take-back", line.pk).status_code == 302
    assert state_of(line) == "open"


# --- two reviewers ------------------------------------------------------------------------------------------------


def test_second_reviewer_is_told_who_released_the_line_and_changes_nothing(ada: Treated, biller: Client) -> None:
    (line, *_), _held = clean_and_held(ada)
    post(biller, "release", line.pk, seen="open")
    second = signed_in(Role.BILLER, "second")
    response = post(second, "hold", line.pk, seen="open", reason="I am not sure about this")
    assert response.status_code == 409
    assert "Biller Tester released this line" in said(response)
    assert 'value="I am not sure about this"' in response.content.decode()
    assert state_of(line) == "released"


def test_second_reviewer_who_has_read_on_may_decide_otherwise(ada: Treated, biller: Client) -> None:
    (line, *_), _held = clean_and_held(ada)
    post(biller, "release", line.pk, seen="open")
    second = signed_in(Role.BILLER, "second")
    told = post(second, "hold", line.pk, seen="open", reason="Not sure")
    (now_seen,) = re.findall(r'name="seen" value="([^"]+)"', told.content.decode())
    assert post(second, "hold", line.pk, seen=now_seen, reason="Not sure").status_code == 302
    assert state_of(line) == "held"


def test_second_release_of_a_line_is_told_through_htmx_with_the_row_as_it_is(ada: Treated, biller: Client) -> None:
    (line, *_), _held = clean_and_held(ada)
    post(biller, "hold", line.pk, reason="Mine", seen="open")
    second = signed_in(Role.BILLER, "second")
    response = second.post(reverse("billing:release", args=[line.pk]), {"seen": "open"}, headers=HTMX)
    assert response.status_code == 409
    assert "Mine" in said(response)
    assert state_of(line) == "held"


def test_line_reversed_in_the_meantime_is_not_decided(ada: Treated, biller: Client) -> None:
    (_plan, line, *_), _held = clean_and_held(ada)
    assert line.session is not None
    cancel(line.session)
    capture_course(course_id=ada.course.pk)
    response = biller.post(reverse("billing:release", args=[line.pk]), headers=HTMX)
    assert response.status_code == 422
    assert "The line was reversed" in said(response)


# --- overrides ----------------------------------------------------------------------------------------------------


def test_only_a_manager_or_administrator_lets_a_held_line_pass(ada: Treated, biller: Client) -> None:
    finding = obstacle(ada)
    assert post(biller, "override", finding.pk, reason="Seen the record").status_code == 403
    assert "Override…" not in said(biller.get(reverse("billing:worklist")))
    manager = signed_in(Role.BILLING_MANAGER)
    assert "Override…" in said(manager.get(reverse("billing:worklist")))
    assert post(manager, "override", finding.pk, reason="").status_code == 422
    assert post(manager, "override", finding.pk, reason="Seen the record").status_code == 302
    finding.refresh_from_db()
    assert finding.override_reason == "Seen the record"


def test_overridden_line_is_looked_at_and_then_released_like_any_other(ada: Treated, biller: Client) -> None:
    _clean, held = clean_and_held(ada)
    post(signed_in(Role.BILLING_MANAGER), "override", obstacle(ada).pk, reason="Seen the record")
    text = said(biller.get(reverse("billing:worklist"), {"group": "look"}))
    assert "Billing Manager Tester: Seen the record" in text
    assert post(biller, "release", held.pk).status_code == 302
    assert state_of(held) == "released"


def test_hold_that_no_reason_replaces_is_not_offered_and_refused_with_words(ada: Treated) -> None:
    ada.course.diagnoses.all().delete()
    capture_course(course_id=ada.course.pk)
    finding = StandingFinding.objects.filter(course=ada.course, code="missing-diagnosis", entry__isnull=False).first()
    assert finding is not None
    response = post(signed_in(Role.BILLING_MANAGER), "override", finding.pk, reason="Never mind")
    assert response.status_code == 422
    assert "cannot be overridden" in said(response)


# --- many at once -------------------------------------------------------------------------------------------------


def confirmed(response: Any) -> str:
    """The lines that a confirm page is about to send."""
    (lines,) = re.findall(r'name="lines" value="([^"]*)"', response.content.decode())
    return str(lines)


def test_confirm_page_counts_lines_and_dollars_and_names_what_will_stay(ada: Treated, biller: Client) -> None:
    clean, held = clean_and_held(ada)
    response = post(biller, "choose", deed="release", line=[line.pk for line in [*clean, held]])
    total = sum(line.amount or 0 for line in clean)
    assert f"Release 4 lines for ${total:,.2f}?" in said(response)
    assert "1 partial fraction" in said(response)
    assert "stopped part way" in said(response)
    assert Review.objects.count() == 0


def test_bulk_release_does_what_single_releases_would_do(ada: Treated, biller: Client) -> None:
    clean, held = clean_and_held(ada)
    lines = ",".join(f"{line.pk}:open" for line in [*clean, held])
    response = post(biller, "release-many", lines=lines)
    assert response.status_code == 200
    text = said(response)
    assert "Released 4 lines" in text
    assert "1 stayed: 1 partial fraction" in text
    alone = post(biller, "release", held.pk)
    reason = StandingFinding.objects.get(code="partial-fraction").message
    assert reason in text
    assert reason in said(alone)
    assert [state_of(line) for line in clean] == ["released"] * 4
    assert state_of(held) == "open"


def test_all_that_match_the_filter_are_released_and_taken_back_together(ada: Treated, biller: Client) -> None:
    clean, _held = clean_and_held(ada)
    lines = confirmed(post(biller, "choose", matching="?group=clean&since=2025-03-05"))
    response = post(biller, "release-many", lines=lines, back="/billing/?group=clean")
    assert response["Location"] == "/billing/?group=clean"
    released = [line for line in clean if state_of(line) == "released"]
    assert [line.service_on for line in released] == [date(2025, 3, 5), date(2025, 3, 6)]
    assert "2 lines open again" in said(biller.post(undo_address(response), follow=True))
    assert {state_of(line) for line in clean} == {"open"}


def test_line_decided_by_somebody_else_since_the_confirm_page_stays_as_it_is(ada: Treated, biller: Client) -> None:
    clean, _held = clean_and_held(ada)
    lines = confirmed(post(biller, "choose", deed="release", line=[line.pk for line in clean]))
    worklist.hold(entry_ids=[clean[0].pk], reason="Wait", by=user(Role.BILLER, "second"), at=timezone.now())
    assert "1 stayed: 1 overtaken" in said(post(biller, "release-many", lines=lines))
    assert [state_of(line) for line in clean] == ["held", "released", "released", "released"]


def test_many_lines_are_held_with_one_reason_which_must_be_given(ada: Treated, biller: Client) -> None:
    clean, _held = clean_and_held(ada)
    lines = confirmed(post(biller, "choose", deed="hold", line=[line.pk for line in clean[:2]]))
    assert post(biller, "hold-many", lines=lines, reason="").status_code == 422
    assert post(biller, "hold-many", lines=lines, reason="Audit").status_code == 302
    assert [state_of(line) for line in clean] == ["held", "held", "open", "open"]


@pytest.mark.parametrize("lines", ["", "1;2", "x:open"])
def test_damaged_list_of_lines_decides_nothing(ada: Treated, biller: Client, lines: str) -> None:
    assert post(biller, "release-many", lines=lines).status_code == 302
    assert Review.objects.count() == 0


def test_nothing_selected_is_said(ada: Treated, biller: Client) -> None:
    assert "No line is selected" in said(post(biller, "choose", deed="release", follow=True))


# --- lines keyed by hand ------------------------------------------------------------------------------------------


def key(client: Client, patient: Treated, **values: object) -> Any:
    given = {"code": "77470", "service_on": "2025-03-10", "units": "1", "source_key": "form:1", **values}
    return client.post(reverse("billing:manual", args=[patient.course.pk]), given)


def test_keyed_line_is_posted_at_once_and_waits_for_review(ada: Treated, biller: Client) -> None:
    response = key(biller, ada, code="77299", narrative="Planning of a phantom")
    assert response.status_code == 302
    assert "77299" in codes(standing(ada))
    assert ManualLine.objects.get().entered_by == user(Role.BILLER)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"code": "77299"}, "77299 has no meaning of its own"),
        ({"code": "77418"}, "77418 was not in force on 2025-03-10. It was replaced by 77385, 77386, G6015"),
        ({"code": "77301", "modifiers": "50"}, "77301 takes no 50"),
        ({"code": "7730"}, "five letters or digits"),
        ({"code": "77301", "modifiers": "2"}, "two letters or digits"),
        ({"code": "77301", "units": "0"}, "greater than or equal to 1"),
    ],
)
def test_line_that_is_refused_says_why_and_leaves_nothing_behind(
    ada: Treated, biller: Client, values: dict[str, str], words: str
) -> None:
    before = codes(standing(ada))
    response = key(biller, ada, **values)
    assert response.status_code == 422
    assert words in said(response)
    assert ManualLine.objects.count() == 0
    assert codes(standing(ada)) == before


def test_same_form_sent_twice_keys_one_line(ada: Treated, biller: Client) -> None:
    for _ in range(2):
        assert key(biller, ada, code="77299", narrative="Planning of a phantom").status_code == 302
    assert codes(standing(ada)).count("77299") == 1


def test_cancelled_line_is_reversed_and_stays_in_sight(ada: Treated, biller: Client) -> None:
    key(biller, ada, code="77299", narrative="Planning of a phantom")
    line = ManualLine.objects.get()
    for _ in range(2):
        assert post(biller, "manual-cancel", line.pk).status_code == 302
    assert "77299" not in codes(standing(ada))
    assert LedgerEntry.objects.filter(code="77299").count() == 2
    assert "cancelled" in said(biller.get(reverse("billing:manual", args=[ada.course.pk])))


def test_auditor_sees_keyed_lines_and_keys_none(ada: Treated) -> None:
    auditor = signed_in(Role.AUDITOR)
    assert auditor.get(reverse("billing:manual", args=[ada.course.pk])).status_code == 200
    assert key(auditor, ada, code="77299", narrative="Planning").status_code == 403
