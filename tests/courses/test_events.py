"""Clinical events on the pages: each kind asks for what it needs, is entered by whom it may, and can be taken back."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from courses import planning
from courses.models import ClinicalEvent
from courses.planning import KINDS
from courses.terms import EventFamily
from courses.views.history import history_of_course
from patients.roles import Role
from tests import cast
from tests.courses.pages import proposed, signed_in

pytestmark = pytest.mark.django_db

ASKED = {
    "simulation_simple": {"site", "distinct_service"},
    "simulation_intermediate": {"site", "distinct_service"},
    "simulation_complex": {"site", "distinct_service"},
    "respiratory_simulation": {"site"},
    "planning_note": set(),
    "special_physics_consult": {"site", "documented", "reason"},
    "special_treatment": {"documented", "reason"},
    "basic_dosimetry": {"site", "units", "distinct_service"},
    "isodose": {"site", "units", "distinct_service"},
    "device_simple": {"site", "units", "distinct_service"},
    "device_intermediate": {"site", "units", "distinct_service"},
    "device_complex": {"site", "units", "distinct_service"},
    "visit": {"performer"},
    "physics_check": set(),
    "port_image": set(),
}
ALWAYS = {"happened_on", "entry_key"}


@pytest.fixture
def ada() -> cast.Treated:
    return cast.ada()


def new(treated: cast.Treated, family: str = "") -> str:
    return f"/courses/{treated.course.pk}/events/new/" + (f"?family={family}" if family else "")


def today(treated: cast.Treated) -> date:
    return treated.course.facility.day_of(timezone.now())


def test_the_table_here_names_every_kind() -> None:
    assert set(ASKED) == {family.value for family in EventFamily} == {family.value for family in KINDS}


@pytest.mark.parametrize("family", sorted(ASKED))
def test_a_kind_asks_for_what_it_needs_and_is_recorded_as_proposed(ada: cast.Treated, family: str) -> None:
    client = signed_in(Role.ADMINISTRATOR)
    page = client.get(new(ada, family))
    assert set(page.context["form"].fields) == ASKED[family] | ALWAYS
    said = proposed(page) | ({"reason": "Overlap with an earlier course"} if "reason" in ASKED[family] else {})
    client.post(new(ada, family), said)
    event = ClinicalEvent.objects.get()
    assert (event.family, event.happened_on, event.units) == (family, today(ada), 1)
    assert event.site == ("prostate" if "site" in ASKED[family] else "")
    assert event.performer in {one.value for one in KINDS[EventFamily(family)].performers} | {""}


@pytest.mark.parametrize("role", [Role.THERAPIST, Role.PHYSICIST, Role.PHYSICIAN, Role.ADMINISTRATOR])
def test_a_role_is_offered_what_it_may_enter_and_is_refused_the_rest(ada: cast.Treated, role: Role) -> None:
    client = signed_in(role)
    offered = client.get(new(ada)).content.decode()
    for family, kind in KINDS.items():
        may = role in kind.roles
        assert (f"family={family}&quot;" in offered or f'family={family}"' in offered) == may, family
        assert client.get(new(ada, family)).status_code == (200 if may else 403), family


def test_everything_that_is_wrong_is_said_at_once_and_nothing_is_stored(ada: cast.Treated) -> None:
    client = signed_in(Role.PHYSICIST)
    tomorrow = today(ada) + timedelta(days=1)
    answer = client.post(new(ada, "device_complex"), {"happened_on": str(tomorrow), "units": "0", "site": "nowhere"})
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"happened_on", "units", "site"}
    answer = client.post(new(ada, "special_physics_consult"), {"happened_on": "soon", "documented": "on"})
    assert set(answer.context["form"].errors) == {"happened_on", "reason"}
    assert not ClinicalEvent.objects.exists()


def test_a_visit_says_who_saw_the_patient(ada: cast.Treated) -> None:
    client = signed_in(Role.PHYSICIAN)
    answer = client.post(new(ada, "visit"), {"happened_on": "2025-03-07"})
    assert set(answer.context["form"].errors) == {"performer"}
    client.post(new(ada, "visit"), {"happened_on": "2025-03-07", "performer": "nurse_practitioner"})
    assert ClinicalEvent.objects.get().performer == "nurse_practitioner"


def test_an_undocumented_special_service_needs_no_reason(ada: cast.Treated) -> None:
    signed_in(Role.PHYSICIAN).post(new(ada, "special_treatment"), {"happened_on": "2025-03-07"})
    assert ClinicalEvent.objects.get().documented is False


def test_a_day_shortly_before_the_course_is_taken_with_a_word_and_one_long_before_refused(ada: cast.Treated) -> None:
    client = signed_in(Role.PHYSICIST)
    answer = client.post(new(ada, "simulation_complex"), {"happened_on": "2025-02-20"}, follow=True)
    assert "before the course was opened" in answer.content.decode()
    refused = client.post(new(ada, "simulation_complex"), {"happened_on": "2024-02-20"})
    assert "Check the year" in str(refused.context["form"].errors["happened_on"])
    assert ClinicalEvent.objects.count() == 1


def test_the_day_is_the_clinics(ada: cast.Treated, monkeypatch: pytest.MonkeyPatch) -> None:
    late = cast.local("2025-03-06 23:30")  # Already the seventh in UTC.
    monkeypatch.setattr(timezone, "now", lambda: late)
    page = proposed(signed_in(Role.PHYSICIST).get(new(ada, "physics_check")))
    assert page["happened_on"] == "2025-03-06"
    with pytest.raises(Exception, match="still to come"):
        planning.record_event(
            course=ada.course, family="physics_check", on=date(2025, 3, 7), by=cast.user(Role.PHYSICIST)
        )


def test_the_same_form_sent_twice_records_one(ada: cast.Treated) -> None:
    client = signed_in(Role.PHYSICIST)
    said = proposed(client.get(new(ada, "physics_check")))
    for _ in range(2):
        client.post(new(ada, "physics_check"), said)
    assert ClinicalEvent.objects.count() == 1


def tap(client: Client, treated: cast.Treated, family: str) -> str:
    address = f"/courses/{treated.course.pk}/events/today/"
    return client.post(address, {"family": family}, follow=True).content.decode()


@pytest.mark.parametrize(
    ("role", "family", "performer"),
    [
        (Role.PHYSICIAN, "visit", "physician"),
        (Role.PHYSICIST, "physics_check", "physicist"),
        (Role.THERAPIST, "port_image", "therapist"),
    ],
)
def test_one_tap_records_todays_event_once_and_is_undone(
    ada: cast.Treated, role: Role, family: str, performer: str
) -> None:
    client = signed_in(role)
    assert "is recorded" in tap(client, ada, family)
    assert "stands already" in tap(client, ada, family)
    event = ClinicalEvent.objects.get()
    assert (event.family, event.happened_on, event.performer) == (family, today(ada), performer)
    client.post(f"/courses/events/{event.pk}/undo/")
    event.refresh_from_db()
    assert (event.cancelled_at is not None, event.amendment_reason) == (True, "Undone at once")
    assert "is recorded" in tap(client, ada, family)


def test_one_tap_is_offered_by_role_and_not_on_a_closed_course(ada: cast.Treated) -> None:
    address = f"/courses/{ada.course.pk}/"
    therapist = signed_in(Role.THERAPIST).get(address).content.decode()
    assert "Port image today" in therapist
    assert "Physics check today" not in therapist
    assert "Visit today" not in therapist  # Who taps says that he did it himself.
    planning.close_course(course=ada.course, on=date(2025, 4, 30))
    assert "Port image today" not in signed_in(Role.THERAPIST).get(address).content.decode()


def test_one_tap_of_a_kind_that_needs_more_is_refused(ada: cast.Treated) -> None:
    assert "not recorded with one tap" in tap(signed_in(Role.ADMINISTRATOR), ada, "device_complex")
    assert not ClinicalEvent.objects.exists()


def test_one_tap_of_what_another_does_is_refused(ada: cast.Treated) -> None:
    answer = signed_in(Role.THERAPIST).post(f"/courses/{ada.course.pk}/events/today/", {"family": "visit"})
    assert answer.status_code == 403
    assert not ClinicalEvent.objects.exists()


def test_nobody_undoes_what_another_recorded(ada: cast.Treated) -> None:
    tap(signed_in(Role.PHYSICIST), ada, "physics_check")
    event = ClinicalEvent.objects.get()
    assert signed_in(Role.ADMINISTRATOR).post(f"/courses/events/{event.pk}/undo/").status_code == 403


def test_a_correction_has_its_reason_and_the_page_tells_it(ada: cast.Treated) -> None:
    client = signed_in(Role.PHYSICIST)
    client.post(new(ada, "device_complex"), {"happened_on": "2025-03-07", "units": "1", "site": "prostate"})
    event = ClinicalEvent.objects.get()
    address = f"/courses/events/{event.pk}/amend/"
    said = proposed(client.get(address)) | {"units": "3"}
    assert set(client.post(address, said).context["form"].errors) == {"why"}
    client.post(address, said | {"why": "Two more blocks"})
    event.refresh_from_db()
    assert (event.units, event.amended_by, event.amendment_reason) == (
        3, cast.user(Role.PHYSICIST), "Two more blocks",
    )  # fmt: skip
    stale = client.post(address, said | {"units": "1", "happened_on": "2025-03-06", "why": "The day before"})
    assert (stale.status_code, "while you had it open" in stale.content.decode()) == (422, True)
    page = signed_in(Role.BILLER).get(f"/courses/events/{event.pk}/").content.decode()
    assert "units from 1 to 3" in page
    assert "Two more blocks" in page
    assert "Correct…" not in page


def test_what_was_taken_back_is_not_corrected(ada: cast.Treated) -> None:
    by = cast.user(Role.PHYSICIST)
    event = planning.record_event(course=ada.course, family="physics_check", on=date(2025, 3, 7), by=by)
    planning.cancel_event(event=event, by=by, reason="Other patient")
    with pytest.raises(Exception, match="Record it anew"):
        planning.amend_event(event=event, by=by, why="x", on=date(2025, 3, 8))


def test_a_course_tells_when_it_was_closed_and_why_it_was_opened_again(ada: cast.Treated) -> None:
    client = signed_in(Role.PHYSICIAN)
    client.post(f"/courses/{ada.course.pk}/close/", {"on": "2025-04-30"})
    client.post(f"/courses/{ada.course.pk}/reopen/", {"reason": "Boost added"})
    told = [(change.what, change.note, change.who) for change in history_of_course(ada.course)]
    assert told == [
        ("Opened again", "Boost added", "Physician Tester"),
        ("Closed on 30 Apr 2025", "", "Physician Tester"),
        ("Opened on 3 Mar 2025", "", "an import"),
    ]


def test_a_course_is_not_closed_on_a_day_to_come(ada: cast.Treated) -> None:
    tomorrow = today(ada) + timedelta(days=1)
    answer = signed_in(Role.PHYSICIAN).post(f"/courses/{ada.course.pk}/close/", {"on": str(tomorrow)})
    assert set(answer.context["form"].errors) == {"on"}
