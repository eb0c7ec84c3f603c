"""Closed courses on pages: what differs, who sees it, what the filters keep, the CSV, and one course as a slot."""

import csv
import io
import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from billing import ledger
from billing.capture import capture_course
from billing.models import LedgerEntry
from billing.reconciliation.compare import Kind
from billing.reconciliation.courses import closed_courses, compare_courses
from courses.models import ClinicalEvent, Course
from patients.roles import READS_MONEY, Role
from tests import cast
from tests.captures import cancel, deliver_days, practice_fees, standing
from tests.cast import Treated, user

pytestmark = pytest.mark.django_db

CLOSED_ON = date(2025, 4, 15)
DAYS = {"closed_from": "2025-01-01"}


def treated(mrn: str, fractions: int = 5, *, with_checks: bool = True) -> Treated:
    """A patient whose course of so many fractions is delivered, checked, closed and captured."""
    patient = cast.treated(
        mrn=mrn, last_name=f"Patient {mrn}", facility=cast.center(), payer=cast.commercial(),
        opened_on=date(2025, 3, 3), diagnosis="C61", fractions=fractions,
    )  # fmt: skip
    sessions = deliver_days(patient, date(2025, 3, 4), fractions)
    if with_checks:
        for session in dict.fromkeys([*sessions[4::5], sessions[-1]]):
            for family, performer in (("visit", "physician"), ("physics_check", "physicist")):
                ClinicalEvent.objects.create(
                    course=patient.course, family=family, performer=performer, happened_on=session.treated_on
                )
    close(patient)
    return patient


def close(patient: Treated) -> None:
    """Close and capture a course."""
    Course.objects.filter(pk=patient.course.pk).update(closed_on=CLOSED_ON)
    capture_course(course_id=patient.course.pk)


def kinds(patient: Treated) -> list[tuple[str, str]]:
    """Kind and finding of each difference of the patient's course."""
    compared = compare_courses([patient.course.pk])[patient.course.pk]
    return [(one.kind.value, one.code) for one in compared.comparison.differences]


def signed_in(role: Role) -> Client:
    client = Client()
    client.force_login(user(role))
    return client


def page(name: str = "reconciliation", role: Role = Role.BILLER, **query: str) -> Any:
    return signed_in(role).get(reverse(f"billing:{name}"), {**DAYS, **query})


def said(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


# --- what differs -------------------------------------------------------------------------------------------------


def test_course_that_is_charged_as_it_was_treated_has_no_difference() -> None:
    practice_fees()
    assert kinds(treated("R-1", 28)) == []


def test_missing_visit_holds_its_week_and_explains_the_difference() -> None:
    practice_fees()
    found = kinds(treated("R-2", with_checks=False))
    assert found == [("held", "visit-missing"), ("held", "physics-check-missing")]


def test_lost_line_is_missing_and_nothing_explains_it() -> None:
    practice_fees()
    patient = treated("R-3")
    line = next(one for one in standing(patient) if one.family == "delivery")
    ledger.reverse(reasons={line.pk: ""})
    assert kinds(patient) == [("reversed", "")]
    (difference,) = compare_courses([patient.course.pk])[patient.course.pk].comparison.differences
    assert difference.entry_id == line.pk


def test_line_of_a_session_that_is_gone_is_extra_until_it_is_captured() -> None:
    practice_fees()
    patient = treated("R-4", 6)
    cancel(patient.course.sessions.order_by("starts_at")[5])
    compared = compare_courses([patient.course.pk])[patient.course.pk]
    assert [one.kind for one in compared.comparison.differences] == [Kind.EXTRA]
    assert not compared.is_captured
    capture_course(course_id=patient.course.pk)
    again = compare_courses([patient.course.pk])[patient.course.pk]
    assert (again.comparison.differences, again.is_captured) == ((), True)


def test_course_that_was_never_captured_misses_everything_and_says_that_it_waits() -> None:
    patient = cast.ada()
    deliver_days(patient, date(2025, 3, 4), 5)
    Course.objects.filter(pk=patient.course.pk).update(closed_on=CLOSED_ON)
    compared = compare_courses([patient.course.pk])[patient.course.pk]
    assert {one.kind for one in compared.comparison.differences} == {Kind.MISSING}
    assert not compared.is_captured
    assert "Not yet captured" in said(page())


def test_statements_do_not_grow_with_courses() -> None:
    practice_fees()
    ids = [treated("R-5").course.pk, treated("R-6", with_checks=False).course.pk, treated("R-7", 9).course.pk]
    counts = []
    for asked in (ids[:1], ids):
        with CaptureQueriesContext(connection) as queries:
            assert len(compare_courses(asked)) == len(asked)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_statements_of_the_page_do_not_grow_with_courses() -> None:
    practice_fees()
    treated("R-8", with_checks=False)
    client = signed_in(Role.BILLER)
    client.get(reverse("billing:reconciliation"), DAYS)
    counts = []
    for mrn in ("", "R-9", "R-10"):
        if mrn:
            treated(mrn, with_checks=False)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("billing:reconciliation"), DAYS).status_code == 200
        counts.append(len(queries))
    assert len(set(counts)) == 1


def test_closed_courses_are_those_closed_on_the_days_both_inclusive() -> None:
    patient = treated("R-11")
    day = timedelta(days=1)
    assert list(closed_courses(closed_from=CLOSED_ON, closed_to=CLOSED_ON)) == [patient.course]
    assert list(closed_courses(closed_from=CLOSED_ON + day)) == []
    assert list(closed_courses(closed_to=CLOSED_ON - day)) == []
    assert list(closed_courses(facility_id=cast.hospital().pk)) == []


# --- the page -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", list(Role))
def test_list_opens_to_those_who_read_money(role: Role) -> None:
    assert page(role=role).status_code == (200 if role in READS_MONEY else 403)


def test_list_names_the_course_its_counts_and_what_explains_the_difference() -> None:
    practice_fees()
    patient = treated("R-12", with_checks=False)
    text = said(page())
    for part in (
        "Patient R-12",
        "Expected",
        "Actual",
        "1 held : management",
        "No visit by the physician",
        "visit-missing",
    ):
        assert part in text, part
    held = LedgerEntry.objects.get(course=patient.course, code="77427", reversal=None)
    assert reverse("billing:line", args=[held.pk]) in page().content.decode()


def test_session_without_a_line_is_linked_by_its_day() -> None:
    practice_fees()
    patient = treated("R-21")
    session = patient.course.sessions.order_by("starts_at")[0]
    type(session).objects.filter(pk=session.pk).update(is_inpatient=True)
    capture_course(course_id=patient.course.pk)
    response = page()
    assert "1 without a line : delivery" in said(response)
    assert reverse("courses:session", args=[session.pk]) in response.content.decode()
    assert "session of 4 Mar 2025" in said(response)


def test_filter_keeps_courses_with_a_difference_and_those_that_nothing_explains() -> None:
    practice_fees()
    treated("R-13")
    treated("R-14", with_checks=False)
    lost = treated("R-15", 6)
    cancel(lost.course.sessions.order_by("starts_at")[5])
    assert [name in said(page()) for name in ("R-13", "R-14", "R-15")] == [True, True, True]
    assert [name in said(page(only="differing")) for name in ("R-13", "R-14", "R-15")] == [False, True, True]
    assert [name in said(page(only="unexplained")) for name in ("R-13", "R-14", "R-15")] == [False, False, True]


def test_without_days_the_last_ninety_are_shown() -> None:
    practice_fees()
    patient = treated("R-16")
    assert "R-16" not in said(signed_in(Role.BILLER).get(reverse("billing:reconciliation")))
    Course.objects.filter(pk=patient.course.pk).update(closed_on=timezone.localdate() - timedelta(days=80))
    assert "R-16" in said(signed_in(Role.BILLER).get(reverse("billing:reconciliation")))


@pytest.mark.parametrize("query", [{"closed_to": "2024-01-01"}, {"closed_to": "soon"}, {"only": "nonsense"}])
def test_days_that_make_no_sense_are_refused_at_their_field(query: dict[str, str]) -> None:
    response = signed_in(Role.BILLER).get(reverse("billing:reconciliation"), {**DAYS, **query})
    assert response.status_code == 422
    assert list(response.context["form"].errors) == list(query)


def test_more_courses_than_are_compared_at_once_are_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    practice_fees()
    treated("R-22")
    treated("R-23")
    monkeypatch.setattr("billing.views.reconciliation.MOST_COURSES", 1)
    text = said(page())
    assert "The days hold 2 closed courses; the 1 closed last are compared" in text
    assert ("R-22" in text, "R-23" in text) == (False, True)


def test_page_without_closed_courses_says_so() -> None:
    assert "No course was closed on these days" in said(page())


def test_csv_has_a_row_for_each_difference_and_no_name() -> None:
    practice_fees()
    patient = treated("R-17", with_checks=False)
    response = page("reconciliation-csv")
    content = b"".join(response.streaming_content)
    assert content.startswith(b"\xef\xbb\xbf"), "a spreadsheet reads the accents"
    text = content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(row["course"], row["difference"], row["service"], row["finding"], row["explained"]) for row in rows] == [
        (str(patient.course.pk), "held", "Management", "visit-missing", "yes"),
        (str(patient.course.pk), "held", "Physics checks", "physics-check-missing", "yes"),
    ]
    assert "Patient" not in text
    assert "R-17" not in text


# --- one course ---------------------------------------------------------------------------------------------------


def test_course_page_leaves_room_for_expected_and_actual() -> None:
    practice_fees()
    patient = treated("R-18")
    text = signed_in(Role.THERAPIST).get(reverse("courses:course", args=[patient.course.pk])).content.decode()
    assert reverse("billing:course-reconciliation", args=[patient.course.pk]) in text


def test_therapist_sees_counts_without_links_to_lines_or_amounts() -> None:
    practice_fees()
    patient = treated("R-19", with_checks=False)
    address = reverse("billing:course-reconciliation", args=[patient.course.pk])
    response = signed_in(Role.THERAPIST).get(address, headers={"HX-Request": "true"})
    assert "Delivery 5 5" in said(response)
    assert "/billing/lines/" not in response.content.decode()
    assert "$" not in said(response)
    assert "/billing/lines/" in signed_in(Role.BILLER).get(address).content.decode()


def test_open_course_without_anything_has_nothing_to_expect() -> None:
    patient = cast.treated(
        mrn="R-20", last_name="New", facility=cast.center(), payer=cast.commercial(), opened_on=date(2025, 3, 3),
        diagnosis="C61", approved_on=None,
    )  # fmt: skip
    response = signed_in(Role.BILLER).get(reverse("billing:course-reconciliation", args=[patient.course.pk]))
    assert "Nothing is expected yet" in said(response)
