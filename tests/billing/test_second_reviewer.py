"""What the second of two reviewers is told: who did what and when, be it a person, the payer or a capture."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from billing import worklist
from billing.capture import capture_course
from billing.capture.editing import Wanted, edit_line, read_line
from billing.models import Claim, ClaimFile, LedgerEntry, Review
from billing.worklist.seen import OVERTAKEN, decide_as_seen, version_of
from patients.roles import Role
from tests import cast
from tests.answers import Says, ack, ack_set, statuses, take
from tests.captures import cancel, deliver_days, practice_fees, standing
from tests.cast import Treated, user
from tests.exports import export, partner, patient, released_line

pytestmark = pytest.mark.django_db

LOCAL = r"on \d+ \w{3} at \d\d:\d\d, after you had opened it"


@pytest.fixture
def ada() -> Treated:
    """Ada after three sessions; all her lines are clean."""
    practice_fees()
    made = cast.ada()
    deliver_days(made, date(2025, 3, 4), 3)
    capture_course(course_id=made.course.pk)
    return made


def told(entry: LedgerEntry, seen: str) -> str:
    """What somebody is told who releases the line as it was seen; the line stays as it is."""
    before = version_of(Review.objects.filter(entry=entry).first())
    decided = decide_as_seen(
        seen={entry.pk: seen},
        step=lambda ids: worklist.release(entry_ids=ids, by=user(Role.BILLER, "second"), at=timezone.now()),
    )
    (refusal,) = decided.refused
    assert refusal.findings == (OVERTAKEN,)
    assert version_of(Review.objects.filter(entry=entry).first()) == before
    return refusal.reason


def test_hold_of_another_is_told_with_name_moment_and_reason(ada: Treated) -> None:
    line = standing(ada)[0]
    worklist.hold(entry_ids=[line.pk], reason="Waits for the note", by=user(Role.BILLER), at=timezone.now())
    assert re.fullmatch(f"Biller Tester held this line {LOCAL}: Waits for the note", told(line, "open"))


def test_line_that_the_payers_refusal_opened_names_payer_and_claim(settings: Any, tmp_path: Any) -> None:
    settings.CLAIM_OUTBOX = tmp_path
    partner()
    nora = patient(1)
    line = released_line(nora)
    seen = version_of(Review.objects.get(entry=line))
    export()
    take(ack(ClaimFile.objects.get(), ack_set("A")))
    claim = Claim.objects.get()
    take(statuses(ClaimFile.objects.get(), Says(claim.control_number, "A3:21", "U")))
    assert told(line, seen).startswith(f"{claim.payer.name} refused claim {claim.control_number}, which opened")


def test_line_that_the_program_opened_again_says_why(ada: Treated) -> None:
    line = standing(ada)[0]
    worklist.release(entry_ids=[line.pk], by=user(Role.BILLER), at=timezone.now() - timedelta(hours=1))
    seen = version_of(Review.objects.get(entry=line))
    Review.objects.filter(entry=line).update(state="open", by=None, reason="Diagnosis missing.", at=timezone.now())
    assert re.fullmatch(f"The program opened again this line {LOCAL}: Diagnosis missing.", told(line, seen))


def test_line_that_somebody_edited_names_the_editor_and_leads_to_what_stands_now(ada: Treated) -> None:
    line = next(entry for entry in standing(ada) if entry.session_id)
    editable = read_line(entry_id=line.pk)
    is_now = editable.standing
    wanted = Wanted(is_now.units, ("59",), is_now.diagnoses, None)
    manager = user(Role.BILLING_MANAGER)
    after = edit_line(
        entry_id=line.pk, wanted=wanted, reason="Second isocenter", by=manager, at=timezone.now(), seen=editable.version
    )
    assert re.fullmatch(f"Billing Manager Tester edited this line {LOCAL}: Second isocenter", told(line, "open"))
    browser = Client()
    browser.force_login(user(Role.BILLER, "second"))
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/billing/?group=clean"}
    answer = browser.post(reverse("billing:release", args=[line.pk]), {"seen": "open"}, headers=headers)
    assert answer.status_code == 409
    assert answer["HX-Retarget"] == f"#line-{line.pk}"
    assert f'id="line-{after.pk}"' in answer.content.decode()
    assert "Second isocenter" in answer.content.decode()


def test_line_whose_session_was_cancelled_is_told_as_reversed(ada: Treated) -> None:
    line = next(entry for entry in standing(ada) if entry.session_id)
    assert line.session is not None
    cancel(line.session)
    capture_course(course_id=ada.course.pk)
    assert re.match(f"A capture reversed this line {LOCAL}", told(line, "open"))
