"""Keying lines: codes looked up as one types, every finding before the line is kept, amending, taking back."""

import re
from datetime import date
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from billing.capture import capture_course, capture_courses
from billing.models import LedgerEntry, ManualLine, StandingFinding
from courses.models import CourseDiagnosis
from patients.models import Provider
from patients.roles import Role
from tests import cast
from tests.captures import PRICES, deliver_days, practice_fees, put_on_claim, standing
from tests.cast import Treated, user

pytestmark = pytest.mark.django_db

DAY = "2025-03-10"


@pytest.fixture
def ada() -> Treated:
    """Ada after a week of treatment, with two diagnoses; 77470 costs 500 dollars, the unlisted code 100."""
    practice_fees({**PRICES, "77470": "500.00", "77299": "100.00"})
    patient = cast.ada()
    CourseDiagnosis.objects.create(course=patient.course, position=2, code="C79.51")
    deliver_days(patient, date(2025, 3, 4), 3)
    capture_course(course_id=patient.course.pk)
    return patient


@pytest.fixture
def biller() -> Client:
    """A browser in which a biller is signed in."""
    client = Client()
    client.force_login(user(Role.BILLER))
    return client


def typed(**values: object) -> dict[str, object]:
    fields = ("code", "modifiers", "diagnoses", "provider", "narrative", "attachment")
    return {**dict.fromkeys(fields, ""), "service_on": DAY, "units": 1, "source_key": "form:1", **values}


def key(client: Client, patient: Treated, **values: object) -> Any:
    return client.post(reverse("billing:manual", args=[patient.course.pk]), typed(**values))


def said(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def hidden(response: Any, name: str) -> str:
    found = re.findall(rf'name="{name}" value="([^"]*)"', response.content.decode())
    return str(found[0]) if found else ""


def undo_of(response: Any) -> str:
    *_before, message = get_messages(response.wsgi_request)
    return str(message.extra_tags).removeprefix("undo:")


def entry_of(line: ManualLine) -> LedgerEntry:
    return LedgerEntry.objects.get(line_key__contains=f"manual_line:{line.pk}/", kind="charge", reversal=None)


# --- looking codes up -----------------------------------------------------------------------------------------------


def options(client: Client, patient: Treated, text: str, on: str = DAY) -> list[str]:
    answer = client.get(reverse("billing:manual-codes", args=[patient.course.pk]), {"code": text, "service_on": on})
    return [
        re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", one)).strip() for one in answer.content.decode().split("<li ")[1:]
    ]


def test_codes_are_found_by_words_with_their_days_their_price_and_what_they_need(ada: Treated, biller: Client) -> None:
    (unlisted,) = options(biller, ada, "unlisted planning")
    assert "77299" in unlisted
    assert "$100.00" in unlisted
    assert "needs a narrative" in unlisted
    found = options(biller, ada, "imrt delivery")
    assert [re.findall(r"[0-9G]\d{4}", one)[0] for one in found] == ["77385", "77386", "G6015", "G6016"]
    assert "in force 1 Jan 2015 to 31 Dec 2025" in found[0]


def test_a_code_that_is_not_in_force_cannot_be_chosen_and_names_what_came_after_it(
    ada: Treated, biller: Client
) -> None:
    (ended,) = options(biller, ada, "77418")
    assert 'aria-disabled="true"' in ended
    assert "data-code" not in ended
    assert "not in force on 10 Mar 2025" in ended
    assert "then 77385, 77386, G6015" in ended
    (then,) = options(biller, ada, "77418", on="2014-03-10")
    assert 'data-code="77418"' in then


def test_words_that_nothing_answers_and_a_missing_day_are_said(ada: Treated, biller: Client) -> None:
    assert "No code of 10 Mar 2025 answers" in options(biller, ada, "zebra")[0]
    assert "Enter the day of service first" in options(biller, ada, "77", on="")[0]
    assert options(biller, ada, "") == []


# --- before it is kept ----------------------------------------------------------------------------------------------


def test_a_line_as_typed_so_far_shows_its_price_and_findings_and_stores_nothing(ada: Treated, biller: Client) -> None:
    address = reverse("billing:manual-check", args=[ada.course.pk])
    sound = biller.post(address, typed(code="77470", units=1))
    assert "$500.00 = 1" in said(sound)
    assert "The rules find nothing about it" in said(sound)
    assert "No fee" in said(biller.post(address, typed(code="77331")))
    assert "77299 has no meaning of its own" in said(biller.post(address, typed(code="77299")))
    assert said(biller.post(address, typed(code="77"))).strip() == ""
    assert not ManualLine.objects.exists()
    assert not LedgerEntry.objects.filter(family="manual").exists()


def test_a_duplicate_of_a_generated_line_is_told_first_and_kept_once_it_was_seen(ada: Treated, biller: Client) -> None:
    made = {"code": "77386", "service_on": "2025-03-04"}
    generated = next(line for line in standing(ada) if line.family == "delivery")
    made["code"] = generated.code

    asked = key(biller, ada, **made)
    assert asked.status_code == 422
    assert "repeats a line that stands already, made by the rules" in said(asked)
    assert "Key the line all the same" in said(asked)
    assert not ManualLine.objects.exists()
    kept = key(biller, ada, **made, accepted=hidden(asked, "accepted"))

    assert kept.status_code == 302
    held = StandingFinding.objects.get(
        entry=entry_of(ManualLine.objects.get()), code="duplicate-line", resolved_at=None
    )
    assert held.severity == "hold"


def test_other_findings_than_were_seen_are_told_again(ada: Treated, biller: Client) -> None:
    generated = next(line for line in standing(ada) if line.family == "delivery")
    asked = key(biller, ada, code=generated.code, service_on="2025-03-04", accepted="0123456789abcdef")
    assert asked.status_code == 422
    assert not ManualLine.objects.exists()


def test_the_same_form_sent_twice_is_one_line_even_if_a_second_would_be_found_fault_with(
    ada: Treated, biller: Client
) -> None:
    for _ in range(2):
        assert key(biller, ada, code="77470").status_code == 302
    assert ManualLine.objects.count() == 1


def test_pointers_and_provider_of_a_keyed_line_stand_on_its_charge(ada: Treated, biller: Client) -> None:
    baker = Provider.objects.create(npi="1356987655", last_name="Baker", first_name="Bo")

    wrong = key(biller, ada, code="77470", diagnoses="A C")
    assert "&#x27;C&#x27; is no diagnosis of this course" in wrong.content.decode()
    key(biller, ada, code="77470", diagnoses="B", provider=baker.pk)

    entry = entry_of(ManualLine.objects.get())
    assert (entry.diagnoses, entry.provider) == (["C79.51"], baker)


def test_an_institutional_line_points_to_nothing() -> None:
    practice_fees({"77334": "300.00"})
    dora = cast.dora()
    type(dora.course.facility).objects.filter(pk=dora.course.facility_id).update(bills="technical")
    client = Client()
    client.force_login(user(Role.BILLER))

    refused = key(client, dora, code="77334", service_on="2025-12-10", diagnoses="A")

    assert "whose lines point to no diagnosis" in said(refused)
    assert not ManualLine.objects.exists()


# --- amending and taking back -----------------------------------------------------------------------------------------


def keyed(client: Client, patient: Treated, **values: object) -> ManualLine:
    key(client, patient, **{"code": "77299", "narrative": "Planning of a phantom", **values})
    return ManualLine.objects.get()


def amend(client: Client, line: ManualLine, **values: object) -> Any:
    address = reverse("billing:manual-amend", args=[line.pk])
    seen = values.pop("seen", None) or hidden(client.get(address), "seen")
    given = {"code": line.code, "narrative": line.narrative, "reason": "Two were made", "seen": seen, **values}
    return client.post(address, typed(**given))


def test_an_amended_line_is_reversed_and_posted_anew_under_its_own_key(ada: Treated, biller: Client) -> None:
    line = keyed(biller, ada)
    before = entry_of(line)

    answer = amend(biller, line, modifiers="59")

    after = entry_of(line)
    assert answer.status_code == 302
    assert (after.modifiers, after.replaces, after.line_key) == (["59"], before, before.line_key)
    assert "modifiers none -> 59" in LedgerEntry.objects.get(reverses=before).because["reason"]
    (again,) = capture_courses(course_ids=[ada.course.pk], again=True)
    assert (again.posted, again.reversed) == (0, 0)
    assert "amended: Two were made" in said(biller.get(reverse("billing:manual", args=[ada.course.pk])))


def test_amending_needs_a_reason_and_a_change_and_passes_the_same_rules(ada: Treated, biller: Client) -> None:
    line = keyed(biller, ada)
    assert "Say why." in said(amend(biller, line, units=2, reason=""))
    assert "Nothing is changed" in said(amend(biller, line))
    assert "77299 has no meaning of its own" in said(amend(biller, line, narrative=""))
    assert entry_of(line).units == 1


def test_the_second_who_amends_is_told_and_keeps_what_was_typed(ada: Treated, biller: Client) -> None:
    line = keyed(biller, ada)
    seen = hidden(biller.get(reverse("billing:manual-amend", args=[line.pk])), "seen")
    amend(biller, line, modifiers="59")

    told = amend(biller, line, narrative="Planning of a bolus", seen=seen)

    assert told.status_code == 409
    assert "was amended: Two were made after you had opened it" in said(told)
    assert "Planning of a bolus" in said(told)
    amend(biller, line, narrative="Planning of a bolus", seen=hidden(told, "seen"))
    assert entry_of(line).narrative == "Planning of a bolus"


def test_amending_a_claimed_line_asks_for_the_correction_of_its_claim(ada: Treated, biller: Client) -> None:
    line = keyed(biller, ada)
    put_on_claim([entry_of(line)])

    amend(biller, line, modifiers="59")

    open_findings = set(StandingFinding.objects.filter(resolved_at=None).values_list("code", flat=True))
    assert {"correction-to-send", "replaces-claimed-line"} <= open_findings


def test_keying_amending_and_cancelling_are_each_undone(ada: Treated, biller: Client) -> None:
    first = key(biller, ada, code="77470")
    line = ManualLine.objects.get()
    second = amend(biller, line, modifiers="59")
    assert entry_of(line).modifiers == ["59"]

    assert biller.post(undo_of(first)).status_code == 302
    assert entry_of(line).modifiers == ["59"]
    biller.post(undo_of(second))
    assert entry_of(line).modifiers == []
    cancelled = biller.post(reverse("billing:manual-cancel", args=[line.pk]))
    assert not LedgerEntry.objects.filter(code="77470", kind="charge", reversal=None).exists()
    biller.post(undo_of(cancelled))
    assert entry_of(line).amount == 500

    other = key(biller, ada, code="77299", narrative="Planning of a phantom", source_key="form:2")
    biller.post(undo_of(other))
    assert ManualLine.objects.get(code="77299").cancelled_at is not None
