"""The picture on the course's page: drawn from the rows, the same for every reader, never with a price."""

from datetime import date, timedelta
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from billing.capture import capture_course
from courses import delivery, planning
from courses.models import Session
from courses.oversight import pictured
from courses.picture import picture_of
from courses.terms import SessionStatus
from patients.roles import Role
from tests import cast
from tests.courses.logbook import log
from tests.courses.pages import signed_in

pytestmark = pytest.mark.django_db
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def ada() -> cast.Treated:
    """Ada's first week: treated, missed on Tuesday, partial, without beam, cancelled."""
    found = cast.ada()
    log(found, "2025-03-03 09:00", guidance="cbct")
    log(found, "2025-03-05 09:00", status=SessionStatus.PARTIAL)
    log(found, "2025-03-06 09:00", status=SessionStatus.ABORTED)
    gone = log(found, "2025-03-07 09:00").session
    delivery.cancel_session(session=gone, by=cast.user(Role.THERAPIST), reason="other patient")
    planning.record_event(course=found.course, family="visit", on=date(2025, 3, 5), performer="physician")
    planning.close_course(course=found.course, on=date(2025, 3, 7))
    return found


def page_of(client: Client, ada: cast.Treated) -> str:
    return client.get(reverse("courses:course", args=[ada.course.pk])).content.decode()


def drawings(page: str) -> list[ElementTree.Element]:
    """Return the drawings of the page, each read as the XML that it is."""
    parts = [part.partition("</svg>")[0] for part in page.split('<svg class="cl-band')[1:]]
    return [ElementTree.fromstring(f'<svg xmlns="http://www.w3.org/2000/svg" class="{part}</svg>') for part in parts]


def test_each_session_is_a_link_that_says_what_happened(ada: cast.Treated) -> None:
    band, _ = drawings(page_of(signed_in(Role.PHYSICIAN), ada))
    said = {link.get("href"): link.get("aria-label") or "" for link in band.iter(f"{SVG}a")}
    sessions = list(Session.objects.order_by("starts_at"))
    assert list(said) == [reverse("courses:session", args=[one.pk]) for one in sessions]
    assert [words.partition(": ")[2].split(", ")[2].split(":")[0] for words in said.values()] == [
        "treated", "partial", "no beam", "cancelled",
    ]  # fmt: skip
    assert "Mon 3 Mar 2025, 09:00" in next(iter(said.values()))


def test_gaps_are_drawn_and_counted(ada: cast.Treated) -> None:
    page = page_of(signed_in(Role.PHYSICIAN), ada)
    band, _ = drawings(page)
    assert len(band.findall(f".//{SVG}g[@class='cl-gap']")) == 2
    assert "2 days missed" in page


def test_a_no_show_stands_in_the_picture_and_its_table_with_its_reason(ada: cast.Treated) -> None:
    assert _gaps(page_of(signed_in(Role.PHYSICIAN), ada)) == ["Missed", "Missed"]
    missed, *_ = _missed_days(ada)
    delivery.note_absence(
        course=ada.course, day=missed, reason="called off by the patient", by=cast.user(Role.THERAPIST)
    )
    page = page_of(signed_in(Role.PHYSICIAN), ada)
    assert sorted(_gaps(page)) == ["Missed", "No show: called off by the patient"]
    assert "<b>No show: called off by the patient</b>" in page


def _gaps(page: str) -> list[str]:
    band, _ = drawings(page)
    return [title.text or "" for title in band.findall(f".//{SVG}g[@class='cl-gap']/{SVG}title")]


def _missed_days(ada: cast.Treated) -> list[date]:
    columns = picture_of(pictured(ada.course, now=timezone.now())).columns
    return [column.day for column in columns if column.missed]


def test_the_burn_down_says_in_words_what_is_left(ada: cast.Treated) -> None:
    *_, burn = drawings(page_of(signed_in(Role.PHYSICIAN), ada))
    assert burn.get("aria-label") == "Fractions left: P1 26 of 28"


def test_the_table_says_the_same_as_the_picture(ada: cast.Treated) -> None:
    page = page_of(signed_in(Role.PHYSICIAN), ada)
    table = page[page.index("The course by day</caption>") : page.index("</table>", page.index("The course by day</c"))]
    for said in ("Mon 3 Mar 2025", "No session", "On-treatment visit by physician", "images not reviewed before", "P1"):
        assert said in table


def test_a_course_without_a_day_says_so() -> None:
    ada = cast.ada()
    bare = planning.open_course(
        patient=ada.patient, facility=ada.course.facility, title="Course 2", opened_on=date(2026, 1, 5),
        diagnoses=["C61"],
    )  # fmt: skip
    page = signed_in(Role.PHYSICIST).get(reverse("courses:course", args=[bare.pk])).content.decode()
    assert "No day to show yet" in page
    assert drawings(page) == []


@pytest.mark.parametrize("role", list(Role))
def test_the_codes_under_the_days_are_shown_to_all_and_prices_to_nobody(ada: cast.Treated, role: Role) -> None:
    capture_course(course_id=ada.course.pk)
    layer = signed_in(role).get(reverse("billing:course-picture", args=[ada.course.pk]), headers={"HX-Request": "true"})
    body = layer.content.decode()
    assert 'id="cl-earned-0"' in body
    assert 'hx-swap-oob="true"' in body
    assert "77385" in body
    assert "IMRT" in body
    assert "$" not in body


def test_a_course_that_earned_nothing_says_so(ada: cast.Treated) -> None:
    body = signed_in(Role.BILLER).get(reverse("billing:course-picture", args=[ada.course.pk])).content.decode()
    assert "Nothing is charged yet." in body


def test_more_sessions_need_no_more_queries() -> None:
    ada = cast.ada()
    log(ada, "2025-03-03 09:00")
    client = signed_in(Role.PHYSICIAN)
    pages = (reverse("courses:course", args=[ada.course.pk]), reverse("billing:course-picture", args=[ada.course.pk]))
    few = [_queries(client, page) for page in pages]
    for days in range(1, 20):
        log(ada, cast.local("2025-03-03 09:00") + timedelta(days=days), guidance="cbct")
    planning.record_event(course=ada.course, family="physics_check", on=date(2025, 3, 5), performer="physicist")
    assert [_queries(client, page) for page in pages] == few


def _queries(client: Client, page: str) -> int:
    client.get(page)  # the first one fills caches that are not this page's
    with CaptureQueriesContext(connection) as queries:
        client.get(page)
    return len(queries)
