"""Grid, proof and month close as pages: what they show and to whom, what they count, their CSV, and their queries."""

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

from billing import ledger, worklist
from billing.capture import capture_course
from billing.models import MonthClose, Proof
from billing.reconciliation import closing
from billing.reconciliation.cells import CellState
from billing.reconciliation.grid import GridFilter, GridRow, grid_courses, rows_of
from billing.reconciliation.open_rows import Item, Month
from billing.reconciliation.proving import prove, prove_and_keep
from billing.submission import export_claims
from courses.models import Session
from patients.models import Encounter
from patients.roles import Role
from tests import cast, exports
from tests.captures import cancel, deliver, deliver_days, practice_fees, see_weekly, standing
from tests.cast import PASSWORD, Treated, local, user

pytestmark = pytest.mark.django_db

MARCH = GridFilter(first=date(2025, 3, 1), last=date(2025, 3, 31))
NOW = local("2025-04-10 12:00")


def treated(mrn: str = "G-1", fractions: int = 5, **values: Any) -> Treated:
    """A patient with so many fractions from Tuesday, 4 March 2025, captured."""
    given = {
        "facility": cast.center(), "payer": cast.commercial(), "opened_on": date(2025, 3, 3), "diagnosis": "C61",
        **values,
    }  # fmt: skip
    patient = cast.treated(mrn=mrn, last_name=f"Patient {mrn}", **given)
    deliver_days(patient, date(2025, 3, 4), fractions)
    see_weekly(patient)
    capture_course(course_id=patient.course.pk)
    return patient


def signed_in(role: Role, name: str | None = None) -> Client:
    client = Client()
    client.force_login(user(role, name))
    return client


def page(name: str, role: Role = Role.BILLER, *args: Any, **query: str) -> Any:
    return signed_in(role).get(reverse(f"billing:{name}", args=args), query)


def _got(address: str) -> Any:
    return signed_in(Role.BILLER).get(address)


def said(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def row_of(patient: Treated, asked: GridFilter = MARCH) -> GridRow:
    (row,) = [row for row in rows_of(grid_courses(asked), asked) if row.course.pk == patient.course.pk]
    return row


def states(patient: Treated) -> list[str]:
    by_day = row_of(patient).cells.by_day
    return [visit.state.value for day in sorted(by_day) for visit in by_day[day]]


# --- the grid -----------------------------------------------------------------------------------------------------


def test_cells_tell_how_far_each_session_has_come() -> None:
    practice_fees()
    ada = treated()
    delivery = [line for line in standing(ada) if line.family == "delivery"]
    assert states(ada) == ["charged"] * 5
    worklist.release(entry_ids=[line.pk for line in delivery[:2]], by=user(Role.BILLER), at=NOW)
    exports.partner()
    export_claims(at=local("2025-04-11 01:00"), started_by="nightly")
    worklist.release(entry_ids=[delivery[2].pk], by=user(Role.BILLER), at=NOW)
    assert states(ada) == ["exported", "exported", "released", "charged", "charged"]


def test_gaps_stand_out_and_what_is_explained_says_why() -> None:
    practice_fees()
    ada = treated()
    sessions = list(ada.course.sessions.order_by("starts_at"))
    lines = [line for line in standing(ada) if line.family == "delivery"]
    ledger.reverse(reasons={lines[0].pk: "By hand."})
    cancel(sessions[1])
    deliver(ada, "2025-03-12 09:00", status="aborted", status_reason="Machine down")
    deliver(ada, "2025-03-13 09:00", number=9, signed_at=None, signed_by=None)
    assert states(ada) == [
        "not-charged", "not-treated", "charged", "charged", "charged", "explained", "unsigned",
    ]  # fmt: skip
    assert row_of(ada).cells.gaps == 2 == prove(from_on=MARCH.first, to_on=MARCH.last).unreconciled
    shown = said(page("grid", span="month", day="2025-03-04"))
    assert "09:00 treated, not charged" in shown
    assert "09:00 charged, not treated: Its session is cancelled." in shown
    assert "09:00 no line, explained: no beam" in shown
    assert "unreconciled: 2" in shown


def test_two_sessions_of_a_day_stand_in_one_cell_and_an_inpatient_is_explained() -> None:
    practice_fees()
    boris = cast.treated(
        mrn="B-2", last_name="Twice", facility=cast.hospital(), payer=cast.medicare(), opened_on=date(2025, 3, 3),
        diagnosis="C34.11", sessions_per_day=2,
    )  # fmt: skip
    deliver(boris, "2025-03-05 08:00", number=1)
    deliver(boris, "2025-03-05 15:00", number=2)
    Encounter.objects.create(
        patient=boris.patient, facility=boris.course.facility, starts_on=date(2025, 3, 6), ends_on=date(2025, 3, 6),
        is_inpatient=True,
    )  # fmt: skip
    deliver(boris, "2025-03-06 08:00", number=3)
    capture_course(course_id=boris.course.pk)
    cells = row_of(boris).cells.by_day
    assert [visit.state for visit in cells[date(2025, 3, 5)]] == [CellState.CHARGED] * 2
    (visit,) = cells[date(2025, 3, 6)]
    assert (visit.state, visit.reason) == (CellState.EXPLAINED, "inpatient-technical")


def test_filters_keep_the_courses_of_facility_machine_payer_and_gaps() -> None:
    practice_fees()
    ada = treated("G-1")
    other = treated("G-2", facility=cast.hospital(), payer=cast.medicare())
    ledger.reverse(reasons={next(one for one in standing(other) if one.family == "delivery").pk: "By hand."})
    machine = cast.machine(cast.hospital())
    for query, found in (
        ({"site": str(ada.course.facility_id)}, [ada]),
        ({"machine": str(machine.pk)}, [other]),
        ({"payer": str(cast.commercial().pk)}, [ada]),
        ({"physician": str(cast.physician().pk)}, [ada, other]),
        ({"only": "gaps"}, [other]),
        ({"day": "2025-02-03"}, []),
    ):
        answer = signed_in(Role.BILLER).get(reverse("billing:grid"), {"span": "month", "day": "2025-03-04", **query})
        assert [row.course.pk for row in answer.context["rows"]] == [one.course.pk for one in found], query
    wrong = page("grid", day="nonsense")
    assert wrong.status_code == 422


def test_days_are_whole_weeks_from_monday_or_the_month() -> None:
    for span, first, count in (("", "2025-03-03", 7), ("fortnight", "2025-03-03", 14), ("month", "2025-03-01", 31)):
        days = [day for day, _weekend in page("grid", span=span, day="2025-03-05").context["days"]]
        assert (f"{days[0]}", len(days)) == (first, count)


def test_pages_ask_a_fixed_number_of_queries() -> None:
    practice_fees()
    treated("G-1")
    client = signed_in(Role.BILLER)
    facility = cast.center()
    addresses = [
        f"{reverse('billing:grid')}?span=month&day=2025-03-04",
        reverse("billing:proof"),
        reverse("billing:month-close"),
        reverse("billing:month", args=[facility.pk, date(2025, 3, 1)]),
        reverse("billing:month-rows", args=[facility.pk, date(2025, 3, 1), "not-reviewed"]),
    ]
    prove_and_keep(to_on=date(2025, 4, 1), started_by="nightly")
    for address in addresses:
        client.get(address)
    before = [_queries(client, address) for address in addresses]
    for number in range(2, 6):
        treated(f"G-{number}")
    assert [_queries(client, address) for address in addresses] == before
    assert max(before) <= 30


def _queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return len(asked)


def test_csv_of_the_grid_has_a_row_each_session_and_names_nobody() -> None:
    practice_fees()
    ada = treated()
    answer = page("grid-csv", span="month", day="2025-03-04")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["day"] for row in rows] == sorted(row["day"] for row in rows)
    assert {row["course"] for row in rows} == {str(ada.course.pk)}
    assert [row["state"] for row in rows] == ["Charged, to review"] * 5
    assert "Patient" not in text


# --- the proof ----------------------------------------------------------------------------------------------------


def test_first_page_says_unreconciled_zero_or_how_old_the_proof_is() -> None:
    practice_fees()
    treated()
    assert "never proved" in said(page("standings"))
    signed_in(Role.BILLING_MANAGER).post(reverse("billing:prove"))
    shown = said(page("standings"))
    assert "Unreconciled: 0" in shown
    assert "5 sessions with beam, 5 delivery lines" in shown
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("UPDATE oncocharge_billing_proof SET proved_at = proved_at - interval '31 hours'")
        cursor.execute("SET session_replication_role = DEFAULT")
    assert "the proof is 31 hours old" in said(page("standings"))


def test_proof_lists_what_is_unreconciled_and_keeps_those_before() -> None:
    practice_fees()
    ada = treated()
    prove_and_keep(to_on=date(2025, 4, 1), started_by="nightly")
    session: Session = ada.course.sessions.first()  # type: ignore[assignment]
    cancel(session)
    answer = signed_in(Role.BILLING_MANAGER).post(reverse("billing:prove"), follow=True)
    shown = said(answer)
    assert "Unreconciled: 1" in shown
    assert "Charged, not treated" in shown
    assert "Its session is cancelled." in shown
    assert reverse("courses:session", args=[session.pk]) in answer.content.decode()
    earlier = page("proof", run=str(Proof.objects.earliest("proved_at").pk))
    assert "Unreconciled: 0" in said(earlier)
    lines = b"".join(page("proof-csv", Role.AUDITOR, Proof.objects.latest("proved_at").pk).streaming_content)
    assert b"Charged, not treated" in lines
    assert b"Patient" not in lines
    assert b"Prove now" not in page("proof").content


# --- month close --------------------------------------------------------------------------------------------------


def test_months_are_listed_with_who_signed_them_off() -> None:
    facility = cast.center()
    last = (timezone.localdate().replace(day=1) - timedelta(days=1)).replace(day=1)
    month = Month(facility.pk, last)
    boss = user(Role.BILLING_MANAGER)
    closing.sign_off(month=month, by=boss, note="", digest=closing.seen(month).digest, today=timezone.localdate())
    shown = said(page("month-close"))
    assert "Signed off" in shown
    assert boss.get_full_name() in shown
    assert "Not over" in shown
    earlier = said(page("month-close", until="2024-12"))
    assert "December 2024" in earlier
    assert "Not over" not in earlier


def test_each_number_of_the_month_leads_to_as_many_rows() -> None:
    practice_fees()
    ada = treated()
    deliver(ada, "2025-03-20 09:00", number=8, signed_at=None, signed_by=None)
    answer = page("month", Role.BILLER, ada.course.facility_id, date(2025, 3, 1))
    counts = {one.item: (one.count, one.url) for one in answer.context["questions"]}
    assert counts[Item.UNSIGNED.value][0] == 1
    for count, url in counts.values():
        rows = signed_in(Role.BILLER).get(url)
        assert rows.context["page_obj"].paginator.count == count
    exported = b"".join(_got(f"{counts['not-reviewed'][1]}?as=csv").streaming_content)
    assert exported.count(b"\n") == counts["not-reviewed"][0] + 1
    assert page("month-rows", Role.BILLER, ada.course.facility_id, date(2025, 3, 1), "nonsense").status_code == 404


def test_sign_off_asks_for_the_password_again_and_for_what_was_read() -> None:
    practice_fees()
    ada = treated()
    client = signed_in(Role.BILLING_MANAGER)
    args = [ada.course.facility_id, date(2025, 3, 1)]
    address = reverse("billing:month-sign", args=args)
    read = client.get(address)
    typed = {"seen": read.context["digest"], "note": "Two lines wait for their note.", "password": PASSWORD}
    wrong = client.post(address, {**typed, "password": "not-it"})
    assert wrong.status_code == 422
    assert "This is not your password" in said(wrong)
    without_note = client.post(address, {**typed, "note": ""})
    assert "Something is open" in said(without_note)
    assert not MonthClose.objects.exists()
    signed = client.post(address, typed, follow=True)
    assert "is signed off, in your name" in said(signed)
    close = MonthClose.objects.get()
    assert (close.signed_by, close.digest) == (user(Role.BILLING_MANAGER), read.context["digest"])
    again = client.post(
        reverse("billing:month-reopen", args=[close.pk]), {"reason": "A session is missing."}, follow=True
    )
    assert "is open again" in said(again)
    assert "A session is missing." in said(again)
