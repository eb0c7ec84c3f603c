"""The pages of authorizations by role: entered and changed by billers, read by everyone, never a price."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from billing.models import Authorization
from patients.roles import Role
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def clara() -> cast.Treated:
    return cast.clara()


def signed_in(role: Role) -> Client:
    client = Client()
    client.force_login(cast.user(role))
    return client


def typed(**changed: Any) -> dict[str, Any]:
    return {
        "status": "approved", "number": "PA-77", "codes": "77407, 77412", "units": "20", "technique": "vmat",
        "effective_from": "2026-02-02", "effective_to": "2099-05-31", "contact": "Case 4411", "source_key": "form:1",
        **changed,
    }  # fmt: skip


def enter(treated: cast.Treated, **changed: Any) -> Any:
    url = reverse("billing:authorization-enter", args=[treated.course.pk])
    return signed_in(Role.BILLER).post(url, typed(**changed))


def entered(treated: cast.Treated) -> Authorization:
    enter(treated)
    return Authorization.objects.get()


def test_a_biller_enters_one_and_sees_its_units(clara: cast.Treated) -> None:
    answer = enter(clara)
    row = Authorization.objects.get()
    assert answer["Location"] == reverse("billing:authorization", args=[row.pk])
    assert (row.codes, row.units, row.coverage, row.entered_by) == (
        ["77407", "77412"], 20, clara.coverage, cast.user(Role.BILLER),
    )  # fmt: skip
    page = signed_in(Role.BILLER).get(answer["Location"]).content.decode()
    assert "<b>20</b> reserved" in page
    assert "Entered as approved" in page


def test_a_double_click_enters_it_once(clara: cast.Treated) -> None:
    first, again = enter(clara), enter(clara)
    assert (first.status_code, again.status_code) == (302, 302)
    assert Authorization.objects.count() == 1


def test_all_that_is_wrong_is_said_at_its_field_at_once(clara: cast.Treated) -> None:
    answer = enter(
        clara, units="-1", codes="99999 77407 77407", effective_to="2026-01-01", requested_on="31 February",
        decided_on="2099-01-01",
    )  # fmt: skip
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"units", "codes", "effective_to", "requested_on", "decided_on"}
    assert not Authorization.objects.exists()


def test_a_day_that_cannot_be_read_does_not_hide_the_other_faults(clara: cast.Treated) -> None:
    answer = enter(clara, effective_from="soon", units="0", codes="")
    assert set(answer.context["form"].errors) == {"effective_from", "units", "codes"}


def test_a_change_needs_its_reason_and_keeps_what_was(clara: cast.Treated) -> None:
    row = entered(clara)
    url = reverse("billing:authorization-change", args=[row.pk])
    biller = signed_in(Role.BILLER)
    without = {name: value for name, value in typed(units="35").items() if name != "source_key"}
    assert set(biller.post(url, without).context["form"].errors) == {"reason"}
    assert biller.post(url, {**without, "reason": "Extended by phone"}).status_code == 302
    row.refresh_from_db()
    assert (row.units, row.amendment_reason) == (35, "Extended by phone")
    page = biller.get(reverse("billing:authorization", args=[row.pk])).content.decode()
    assert "units from 20 to 35" in page


def test_it_is_ended_on_a_day_or_voided(clara: cast.Treated) -> None:
    row = entered(clara)
    url, biller = reverse("billing:authorization-end", args=[row.pk]), signed_in(Role.BILLER)
    refused = biller.post(url, {"how": "end", "on": "2100-01-01", "reason": "x"})
    assert set(refused.context["form"].errors) == {"on"}
    biller.post(url, {"how": "end", "on": "2026-03-31", "reason": "Withdrawn"})
    row.refresh_from_db()
    assert row.effective_to == date(2026, 3, 31)
    biller.post(url, {"how": "void", "on": "", "reason": "Wrong course"})
    row.refresh_from_db()
    assert row.status == "voided"


@pytest.mark.parametrize("role", [Role.THERAPIST, Role.PHYSICIST, Role.PHYSICIAN, Role.AUDITOR])
def test_others_read_it_without_a_button_to_change_it_and_without_a_price(clara: cast.Treated, role: Role) -> None:
    row, client = entered(clara), signed_in(role)
    pages = [
        client.get(reverse("billing:authorization", args=[row.pk])),
        client.get(reverse("billing:course-authorizations", args=[clara.course.pk])),
        client.get(reverse("billing:authorized", args=[clara.course.pk])),
    ]
    for page in pages:
        assert page.status_code == 200
        assert "$" not in page.content.decode()
        assert "Change…" not in page.content.decode()
    assert client.post(reverse("billing:authorization-change", args=[row.pk]), {}).status_code == 403


def test_the_sentence_fills_the_slot_of_the_log_form_and_the_rows_of_the_day(clara: cast.Treated) -> None:
    entered(clara)
    client = signed_in(Role.THERAPIST)
    fragment = client.get(
        reverse("billing:authorized", args=[clara.course.pk]), headers={"HX-Request": "true"}
    ).content.decode()
    assert "<html" not in fragment
    assert "0 of 20 authorized, 35 prescribed" in fragment
    rows = client.get(reverse("billing:authorized-many"), {"courses": f"{clara.course.pk},{cast.ada().course.pk},x"})
    assert rows.content.decode().count("hx-swap-oob") == 1
    assert f'id="authorized-{clara.course.pk}"' in rows.content.decode()


def test_the_course_and_the_log_form_ask_for_it_apart_from_saving(clara: cast.Treated) -> None:
    therapist = signed_in(Role.THERAPIST)
    course = therapist.get(reverse("courses:course", args=[clara.course.pk])).content.decode()
    form = therapist.get(reverse("courses:session-log", args=[clara.course.pk])).content.decode()
    assert f'hx-get="{reverse("billing:course-authorizations", args=[clara.course.pk])}"' in course
    assert f'hx-get="{reverse("billing:authorized", args=[clara.course.pk])}"' in form


def test_the_machine_day_asks_once_for_all_its_rows(clara: cast.Treated) -> None:
    url = reverse("courses:machine-day")
    page = signed_in(Role.THERAPIST).get(url, {"machine": str(clara.machine.pk), "day": "2026-03-02"}).content.decode()
    assert page.count(reverse("billing:authorized-many")) == 1
    assert f"courses={clara.course.pk}" in page


def test_the_list_of_what_runs_out_names_the_day_and_leads_to_the_entry(clara: cast.Treated) -> None:
    entered(clara)
    page = signed_in(Role.BILLER).get(reverse("billing:authorizations")).content.decode()
    assert "Castro" in page
    assert "0 of 20 authorized, 35 prescribed" in page
    assert reverse("billing:authorization-enter", args=[clara.course.pk]) in page


def test_an_empty_list_says_what_that_means() -> None:
    assert "Nothing runs out" in signed_in(Role.BILLER).get(reverse("billing:authorizations")).content.decode()
