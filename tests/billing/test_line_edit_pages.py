"""Edits of generated lines on the pages: the original beside them, the second editor, lapsed ones."""

import re
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from billing.capture import capture_course
from billing.capture.editing import edit_version, read_line
from billing.models import LedgerEntry, LineEdit
from courses.models import ClinicalEvent
from patients.roles import Role
from tests.billing.edited_lines import HTMX, ada_with_devices, device, edit
from tests.captures import open_codes
from tests.cast import Treated, user

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> Treated:
    return ada_with_devices()


def client_of(role: Role, username: str) -> Client:
    client = Client()
    client.force_login(user(role, username))
    return client


def page(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def typed(line: LedgerEntry, **values: object) -> dict[str, object]:
    version = read_line(entry_id=line.pk).version
    return {
        "modifiers": "",
        "units": 2,
        "diagnoses": "A B",
        "provider": "",
        "reason": "Reused",
        "seen": version,
    } | values


def test_a_manager_edits_a_line_on_its_page_and_sees_the_original_beside_it(ada: Treated) -> None:
    line = device(ada)
    client = client_of(Role.BILLING_MANAGER, "mia")
    address = reverse("billing:edit-line", args=[line.pk])

    asked = client.get(address)
    assert "the rules say 2 \N{MULTIPLICATION SIGN} 77334" in page(asked)
    answer = client.post(address, typed(line, units="1", diagnoses="BA", modifiers="lt"), follow=True)

    edited = device(ada)
    assert (edited.units, edited.modifiers, edited.diagnoses) == (1, ["LT"], ["C79.51", "C61"])
    shown = page(client.get(reverse("billing:line", args=[edited.pk])))
    assert "Edited: 77334-LT of 4 Mar, 1 x, $300.00." in page(answer)
    assert "units 2 → 1" in shown
    assert "The rules say: units 2; modifiers none; points to C61, C79.51." in shown
    out = StringIO()
    call_command("explain_charge", str(edited.pk), stdout=out)
    assert "units 2 -> 1, modifiers none -> LT, diagnoses C61+C79.51 -> C79.51+C61" in out.getvalue()
    assert "the rules say: 2 units" in out.getvalue()


def test_the_edited_row_takes_the_place_of_the_old_one_with_an_undo(ada: Treated) -> None:
    line = device(ada)
    client = client_of(Role.BILLING_MANAGER, "mia")

    answer = client.post(reverse("billing:edit-line", args=[line.pk]), typed(line, units="1"), headers=HTMX)

    edited = device(ada)
    assert answer["HX-Retarget"] == f"#line-{line.pk}"
    assert f'id="line-{edited.pk}"' in answer.content.decode()
    assert "edited: units 2 → 1 by Billing Manager Tester, because: Reused" in page(answer)
    (stored,) = LineEdit.objects.all()
    address = reverse("billing:edit-undo", args=[stored.pk, edit_version(stored)])
    assert address in answer.content.decode()
    client.post(address)
    assert device(ada).units == 2


def test_the_second_editor_keeps_what_was_typed_over_the_line_as_it_stands(ada: Treated) -> None:
    line = device(ada)
    first, second = client_of(Role.BILLING_MANAGER, "mia"), client_of(Role.BILLER, "ben")
    mine, theirs = typed(line, units="1"), typed(line, modifiers="RT", reason="Right side")
    first.post(reverse("billing:edit-line", args=[line.pk]), mine)

    told = second.post(reverse("billing:edit-line", args=[line.pk]), theirs)

    edited = device(ada)
    assert told.status_code == 409
    assert "Billing Manager Tester edited this line on" in page(told)
    assert 'value="RT"' in told.content.decode()
    assert 'value="Right side"' in told.content.decode()
    again = reverse("billing:edit-line", args=[edited.pk])
    assert f'action="{again}"' in told.content.decode()
    (seen,) = re.findall(r'name="seen" value="([^"]+)"', told.content.decode())
    second.post(again, {**theirs, "seen": seen})
    assert (device(ada).units, device(ada).modifiers) == (1, ["RT"])


def test_faults_of_all_fields_are_said_at_once_and_a_billers_units_stay_as_they_are(ada: Treated) -> None:
    line = device(ada)
    client = client_of(Role.BILLER, "ben")

    answer = client.post(
        reverse("billing:edit-line", args=[line.pk]),
        typed(line, modifiers="LTT", diagnoses="A D", reason="", units="9"),
    )

    assert answer.status_code == 422
    assert "LTT: a modifier has two letters or digits" in page(answer)
    assert "&#x27;D&#x27; is no diagnosis of this course. The course has A to B." in page(answer)
    assert "Say why." in page(answer)
    client.post(reverse("billing:edit-line", args=[line.pk]), typed(line, modifiers="LT", units="9"))
    assert (device(ada).units, device(ada).modifiers) == (2, ["LT"])


def test_a_lapsed_edit_is_shown_with_what_was_wanted_and_confirmed_or_taken_back(ada: Treated) -> None:
    edit(device(ada), units=1)
    ClinicalEvent.objects.filter(course=ada.course).update(units=3)
    capture_course(course_id=ada.course.pk)
    line = device(ada)
    client = client_of(Role.BILLING_MANAGER, "mia")
    address = reverse("billing:edit-line", args=[line.pk])

    asked = client.get(address)
    assert "This edit does not apply" in page(asked)
    assert 'name="units" value="1"' in asked.content.decode()
    client.post(address, typed(line, units="1", deed="take-back", reason="Three it was"))

    assert (device(ada).units, open_codes(ada) & {"edit-lapsed"}) == (3, set())


def test_a_line_that_was_reversed_leads_to_the_one_that_stands(ada: Treated) -> None:
    line = device(ada)
    edited = edit(line, units=1)
    client = client_of(Role.BILLER, "ben")

    answer = client.get(reverse("billing:edit-line", args=[line.pk]))
    assert answer["Location"] == reverse("billing:edit-line", args=[edited.pk])
