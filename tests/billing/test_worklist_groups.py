"""What the worklist shows and what it folds, the groups of lines, filters, and the row that opens in place."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from billing import worklist
from billing.capture import capture_course
from billing.models import LedgerEntry, Review, StandingFinding
from billing.worklist import groups
from courses.models import Course, Machine, Plan
from patients.models import Provider
from patients.roles import Role
from tests.captures import ada_with_a_partial, deliver, standing
from tests.cast import Treated, user

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> Treated:
    """Ada after three clean sessions and one that was stopped part way: seven lines, one held by a finding."""
    return ada_with_a_partial()


def signed_in(role: Role) -> Client:
    client = Client()
    client.force_login(user(role))
    return client


def clean_and_held(patient: Treated) -> tuple[list[LedgerEntry], LedgerEntry]:
    """The clean lines of the patient, and the one that a finding holds."""
    lines = standing(patient, with_the_plan=True)
    held = next(line for line in lines if "52" in line.modifiers)
    return [line for line in lines if line.pk != held.pk], held


def page(client: Client, name: str, *args: object, **query: str) -> Any:
    return client.get(reverse(f"billing:{name}", args=args), query)


def said(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def queries_of(client: Client, address: str) -> int:
    client.get(address)  # The first request fills caches that later ones find.
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def shown_codes(response: Any) -> list[str]:
    return sorted(
        "-".join((row.line.code, *row.line.modifiers)) for one in response.context["sections"] for row in one.rows
    )


def folded(response: Any) -> list[tuple[str, int]]:
    return [(tile["group"], tile["lines"]) for tile in response.context["folded"]]


def test_list_opens_with_what_needs_a_person_and_the_rest_as_totals(ada: Treated) -> None:
    clean, held = clean_and_held(ada)
    worklist.hold(entry_ids=[clean[0].pk], reason="Ask", by=user(Role.BILLER), at=timezone.now())
    response = page(signed_in(Role.BILLER), "worklist")
    assert shown_codes(response) == ["77385-52"]
    assert folded(response) == [("clean", 5), ("held", 1)]
    total = sum(line.amount or 0 for line in clean[1:])
    assert f"Clean 5 lines, ${total:,.2f} Show them Release them…" in said(response)
    assert held.pk not in [line.pk for line in clean]
    everything = page(signed_in(Role.BILLER), "worklist", group="all")
    assert (len(shown_codes(everything)), folded(everything)) == (7, [])


@pytest.mark.parametrize("query", [{"code": "77301"}, {"course": "1"}, {"patient": "1"}, {"state": "open"}])
def test_whoever_looks_for_certain_lines_sees_the_clean_ones_too(ada: Treated, query: dict[str, str]) -> None:
    known = {"course": str(ada.course.pk), "patient": str(ada.patient.pk)}
    asked = {name: known.get(name, value) for name, value in query.items()}
    response = page(signed_in(Role.BILLER), "worklist", **asked)
    assert "77301" in shown_codes(response)
    assert folded(response) == []


def test_list_without_a_finding_says_so_and_offers_the_clean_lines(ada: Treated) -> None:
    response = page(signed_in(Role.BILLER), "worklist", until="2025-03-06")
    text = said(response)
    assert "No line needs a person" in text
    assert "Clean 6 lines," in text
    assert "Release them…" in text
    assert "Release them…" not in said(page(signed_in(Role.AUDITOR), "worklist", until="2025-03-06"))


def test_held_line_whose_day_has_come_needs_action_again(ada: Treated) -> None:
    (line, *_), _held = clean_and_held(ada)
    at = timezone.now()
    worklist.hold(entry_ids=[line.pk], reason="Ask", by=user(Role.BILLER), at=at)
    assert folded(page(signed_in(Role.BILLER), "worklist")) == [("clean", 5), ("held", 1)]
    Review.objects.filter(entry=line).update(due_on=at.date() - timedelta(days=2))
    response = page(signed_in(Role.BILLER), "worklist")
    assert folded(response) == [("clean", 5)]
    assert len(shown_codes(response)) == 2


def test_lines_are_narrowed_by_machine_physician_rule_hold_and_age(ada: Treated) -> None:
    physician = Provider.objects.create(last_name="Ray", first_name="Rita", npi="1679576722", is_physician=True)
    Course.objects.filter(pk=ada.course.pk).update(physician=physician)
    other = Machine.objects.create(facility=ada.course.facility, name="Halcyon")
    clean, held = clean_and_held(ada)
    worklist.hold(
        entry_ids=[clean[0].pk], reason="Late note", code="documentation", by=user(Role.BILLER), at=timezone.now()
    )
    client = signed_in(Role.BILLER)

    def count(**query: str) -> int:
        found: int = page(client, "worklist", group="all", **query).context["page_obj"].paginator.count
        return found

    delivered = [line for line in [*clean, held] if line.session_id]
    assert count(machine=str(ada.machine.pk)) >= len(delivered)
    assert count(machine=str(other.pk)) == 0
    of_rule = [line for line in [*clean, held] if line.rule == held.rule]
    assert (count(physician=str(physician.pk)), count(rule=held.rule)) == (7, len(of_rule))
    assert (count(hold="documentation"), count(hold="coding")) == (1, 0)
    assert (count(age="30"), count(age="30", until="2025-03-04")) == (7, 4)
    Plan.objects.filter(pk=ada.plan.pk).update(machine=other)
    assert count(machine=str(other.pk)) == 7 - len(delivered)


def test_groups_of_the_rows_are_the_groups_that_were_counted(ada: Treated) -> None:
    clean, held = clean_and_held(ada)
    by, at = user(Role.BILLING_MANAGER), timezone.now()
    worklist.release(entry_ids=[clean[0].pk], by=by, at=at)
    worklist.hold(entry_ids=[clean[1].pk], reason="Ask", by=by, at=at)
    worklist.override_finding(
        finding_id=StandingFinding.objects.get(entry=held, resolved_at=None).pk, reason="Seen", by=by, at=at
    )
    found = groups.grouped_lines(worklist.EVERYTHING)
    assert {line.pk: str(line.group) for line in found} == {
        **{line.pk: "clean" for line in clean}, clean[0].pk: "decided", clean[1].pk: "held", held.pk: "look",
    }  # fmt: skip
    counted = groups.group_totals(worklist.EVERYTHING)
    for group in groups.Group:
        of_group = [line for line in found if line.group == group]
        assert (counted[group].lines, counted[group].amount) == (
            len(of_group),
            sum(line.amount or 0 for line in of_group),
        )
        assert {line.pk for line in groups.Listed(worklist.EVERYTHING, (group,), "groups", 99)[0:99]} == {
            line.pk for line in of_group
        }


# --- a row that opens ------------------------------------------------------------------------------------------------


def test_opened_row_tells_session_plan_neighbours_and_history(ada: Treated) -> None:
    _clean, held = clean_and_held(ada)
    text = said(page(signed_in(Role.BILLER), "line-detail", held.pk))
    told = ("Session", "Logged by", "TrueBeam", "Technique", "Prescribed", "Approved", "Posted 77385-52")
    beside = ("Nothing else of this patient", "Delivery: 4 of 4 lines so far", "fraction 3 of")
    for part in (*told, *beside):
        assert part in text, part


def test_opened_row_shows_what_the_patient_had_that_day_in_any_course(ada: Treated) -> None:
    line = next(line for line in clean_and_held(ada)[0] if line.code == "77301")
    text = said(page(signed_in(Role.BILLER), "line-detail", line.pk))
    that_day = text[text.index("Also charged that day") : text.index("In the course")]
    assert "77338" in that_day and "77300" in that_day


def test_opened_row_costs_the_same_in_a_short_course_and_in_a_long_one(ada: Treated) -> None:
    client = signed_in(Role.BILLER)
    line = next(line for line in clean_and_held(ada)[0] if line.session_id)
    address = reverse("billing:line-detail", args=[line.pk])
    before = queries_of(client, address)
    for number in range(5, 20):
        deliver(ada, f"2025-04-{number:02} 09:00", number=number)
    capture_course(course_id=ada.course.pk)
    assert queries_of(client, address) == before
