"""The pages of payers' policies: who opens them, how a period is filled in, looked at and saved, what is refused."""

import re
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from billing import policies, worklist
from billing.capture import capture_course, sweep
from billing.policies import DEFAULTS, Settings, Wanted
from billing.rules.facts import PolicyFacts
from patients.models import Payer, PayerPolicy
from patients.roles import READS_MONEY, Role
from patients.terms import NodesLevel
from tests import cast
from tests.captures import deliver, practice_fees, put_on_claim, standing
from tests.cast import Treated, local, user

pytestmark = pytest.mark.django_db

MAY_CHANGE = {Role.BILLING_MANAGER, Role.ADMINISTRATOR}
DAY = timedelta(days=1)


@pytest.fixture
def boris() -> Treated:
    """Boris, treated twice ten days ago at the centre, commercial: his second session carries 76."""
    practice_fees()
    day = timezone.localdate() - timedelta(days=10)
    patient = cast.treated(
        mrn="B-1002", last_name="Brandt", first_name="Boris", facility=cast.center(), payer=cast.commercial(),
        opened_on=day - DAY, diagnosis="C61", sessions_per_day=2,
    )  # fmt: skip
    deliver(patient, f"{day} 08:00", number=1)
    deliver(patient, f"{day} 15:00", number=2)
    capture_course(course_id=patient.course.pk)
    return patient


def signed_in(role: Role) -> Client:
    client = Client()
    client.force_login(user(role))
    return client


def filled_in(**values: object) -> dict[str, object]:
    """What a browser sends of the form: everything at its default but what is named."""
    columns = {name: "" if value is None else str(value) for name, value in policies.columns_of(DEFAULTS).items()}
    return {**columns, "effective_from": timezone.localdate() - timedelta(days=60), "effective_to": "", **values}


def enter(client: Client, payer: Payer, **values: object) -> Any:
    return client.post(reverse("billing:policy-enter", args=[payer.pk]), filled_in(**values))


def said(response: Any) -> str:
    """What the page says, without its markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def progress_of(response: Any) -> str:
    found = re.search(r'name="progress" value="([^"]+)"', response.content.decode())
    assert found is not None
    return found[1]


def errors_of(response: Any) -> dict[str, list[str]]:
    return dict(response.context["form"].errors)


def stored(payer: Payer) -> list[tuple[date, date | None, str]]:
    rows = PayerPolicy.objects.filter(payer=payer).order_by("effective_from")
    return list(rows.values_list("effective_from", "effective_to", "second_session_modifier"))


@pytest.mark.parametrize("role", list(Role))
def test_policies_are_read_by_those_who_read_money_and_changed_by_managers(role: Role, boris: Treated) -> None:
    client, payer = signed_in(role), boris.coverage.payer
    period = PayerPolicy.objects.create(payer=payer, effective_from=date(2020, 1, 1))
    reads = [reverse("billing:policies"), reverse("billing:policy", args=[payer.pk])]
    writes = [
        reverse("billing:policy-enter", args=[payer.pk]),
        reverse("billing:policy-change", args=[period.pk]),
        reverse("billing:policy-remove", args=[period.pk]),
    ]
    assert {client.get(url).status_code for url in reads} == {200 if role in READS_MONEY else 403}
    assert {client.get(url).status_code for url in writes} == {200 if role in MAY_CHANGE else 403}


def test_a_biller_sees_the_policy_and_no_button_that_changes_it(boris: Treated) -> None:
    url = reverse("billing:policy", args=[boris.coverage.payer.pk])
    enter_url = reverse("billing:policy-enter", args=[boris.coverage.payer.pk])
    assert enter_url not in signed_in(Role.BILLER).get(url).content.decode()
    assert enter_url in signed_in(Role.BILLING_MANAGER).get(url).content.decode()


def test_every_setting_is_asked_with_its_default_and_linked_to_its_rule(boris: Treated) -> None:
    client = signed_in(Role.BILLING_MANAGER)
    page = client.get(reverse("billing:policy-enter", args=[boris.coverage.payer.pk]))
    columns = set(policies.columns_of(DEFAULTS))
    assert columns <= set(page.context["form"].fields)
    rules = set(re.findall(r'href="/billing/rules/(\w+)/"[^>]*>Rule \1<', page.content.decode()))
    assert rules == {"E3", "L2", "L3", "S5", "P2", "P9", "M1", "M5", "G3", "R1", "R3"}
    assert all(client.get(reverse("billing:rule", args=[rule])).status_code == 200 for rule in rules)


def test_a_look_shows_the_line_and_saves_nothing(boris: Treated) -> None:
    answer = enter(signed_in(Role.BILLING_MANAGER), boris.coverage.payer, second_session_modifier="XE")
    assert answer.status_code == 200
    text = said(answer)
    assert "77385-76 → 77385-XE" in text or "77407-76 → 77407-XE" in text
    assert "modifiers 76 → XE" in text and "Brandt" in text and "1 course with sessions" in text
    assert stored(boris.coverage.payer) == []


def test_what_was_looked_at_is_saved_with_its_reason_and_captured_by_the_sweep(boris: Treated) -> None:
    client, payer = signed_in(Role.BILLING_MANAGER), boris.coverage.payer
    values = filled_in(second_session_modifier="XE")
    url = reverse("billing:policy-enter", args=[payer.pk])
    looked = client.post(url, values)
    answer = client.post(
        url, {**values, "progress": progress_of(looked), "step": "save", "reason": "Bulletin of 1 October"}
    )
    assert answer.status_code == 302 and answer.headers["Location"] == reverse("billing:policy", args=[payer.pk])
    assert stored(payer) == [(values["effective_from"], None, "XE")]
    page = said(client.get(answer.headers["Location"]))
    assert "Bulletin of 1 October" in page and "Billing Manager Tester" in page
    sweep()
    assert sorted(entry.modifiers for entry in standing(boris) if entry.family == "delivery") == [[], ["XE"]]


def test_nothing_is_saved_without_a_look_to_its_end(boris: Treated, monkeypatch: pytest.MonkeyPatch) -> None:
    client, payer = signed_in(Role.BILLING_MANAGER), boris.coverage.payer
    url, values = reverse("billing:policy-enter", args=[payer.pk]), filled_in(second_session_modifier="XE")
    client.post(url, {**values, "step": "save", "reason": "In a hurry"})
    client.post(url, {**values, "step": "save", "reason": "In a hurry", "progress": "made:up"})
    of_59 = progress_of(client.post(url, {**values, "second_session_modifier": "59"}))
    client.post(url, {**values, "step": "save", "reason": "In a hurry", "progress": of_59})
    assert stored(payer) == []


def test_a_payer_that_changed_meanwhile_is_looked_at_again_before_saving(boris: Treated) -> None:
    client, payer = signed_in(Role.BILLING_MANAGER), boris.coverage.payer
    url, values = reverse("billing:policy-enter", args=[payer.pk]), filled_in(second_session_modifier="XE")
    progress = progress_of(client.post(url, values))
    PayerPolicy.objects.create(payer=payer, effective_from=date(2019, 1, 1), effective_to=date(2019, 12, 31))
    answer = client.post(url, {**values, "step": "save", "reason": "Bulletin", "progress": progress})
    assert answer.status_code == 200 and "changed while you looked" in said(answer)
    assert len(stored(payer)) == 1


def test_a_period_is_not_saved_without_a_reason(boris: Treated) -> None:
    client, payer = signed_in(Role.BILLING_MANAGER), boris.coverage.payer
    url, values = reverse("billing:policy-enter", args=[payer.pk]), filled_in(second_session_modifier="XE")
    progress = progress_of(client.post(url, values))
    answer = client.post(url, {**values, "step": "save", "reason": "  ", "progress": progress})
    assert answer.status_code == 422 and errors_of(answer) == {"reason": ["Say why."]}
    assert stored(payer) == []


def test_every_fault_of_the_form_is_said_at_once_and_by_field(boris: Treated) -> None:
    client = signed_in(Role.BILLING_MANAGER)
    answer = enter(
        client, boris.coverage.payer, effective_from="2026-03-05", effective_to="2026-03-04", filing_limit_days="4000",
        minimum_hours_between_sessions="25", second_session_modifier="77",
    )  # fmt: skip
    assert answer.status_code == 422
    errors = errors_of(answer)
    assert set(errors) == {
        "effective_to", "filing_limit_days", "minimum_hours_between_sessions", "second_session_modifier"
    }  # fmt: skip
    assert errors["effective_to"] == ["The last day, 2026-03-04, lies before the first, 2026-03-05."]
    assert set(errors_of(enter(client, boris.coverage.payer, effective_from="", effective_to="soon"))) == {
        "effective_from", "effective_to"
    }  # fmt: skip


def test_medicare_has_no_filing_limit_of_its_own(boris: Treated) -> None:
    answer = enter(signed_in(Role.ADMINISTRATOR), cast.medicare(), filing_limit_days="180")
    assert answer.status_code == 422 and "one calendar year, by law" in errors_of(answer)["filing_limit_days"][0]


def test_settings_that_hold_already_are_refused_as_no_change(boris: Treated) -> None:
    answer = enter(signed_in(Role.ADMINISTRATOR), boris.coverage.payer)
    assert answer.status_code == 422 and "nothing would change" in said(answer)


def test_cut_periods_and_days_without_a_period_are_explained(boris: Treated) -> None:
    client, payer = signed_in(Role.ADMINISTRATOR), boris.coverage.payer
    PayerPolicy.objects.create(
        payer=payer, effective_from=date(2020, 1, 1), effective_to=date(2024, 12, 31), nodes_level="complex"
    )
    text = said(enter(client, payer, effective_from="2024-06-01", effective_to="2024-06-30"))
    assert "The period from 1 Jan 2020 to 31 Dec 2024 is cut: it holds from 1 Jan 2020 to 31 May 2024." in text
    assert "What stood before holds again from 1 Jul 2024 to 31 Dec 2024" in text
    text = said(enter(client, payer, effective_from="2025-03-01", nodes_level="simple"))
    assert "No period covers the days from 1 Jan 2025 to 28 Feb 2025" in text


def test_a_period_for_later_is_tried_on_the_last_ninety_days(boris: Treated) -> None:
    later = timezone.localdate() + timedelta(days=30)
    text = said(
        enter(signed_in(Role.ADMINISTRATOR), boris.coverage.payer, effective_from=later, second_session_modifier="XE")
    )
    assert "as if they had held in those 90 days already" in text and "modifiers 76 → XE" in text


def test_a_period_is_taken_away_after_a_look_and_the_history_says_so(boris: Treated) -> None:
    client, payer = signed_in(Role.BILLING_MANAGER), boris.coverage.payer
    wanted = Wanted(date(2020, 1, 1), None, Settings(PolicyFacts(nodes_level=NodesLevel.COMPLEX)))
    policies.save_period(payer_id=payer.pk, wanted=wanted, reason="Contract", today=timezone.localdate())
    url = reverse("billing:policy-remove", args=[PayerPolicy.objects.get(payer=payer).pk])
    looked = client.get(url)
    assert "No period is left" in said(looked) and stored(payer) != []
    client.post(url, {"step": "save", "progress": progress_of(looked), "reason": "Entered for the wrong payer"})
    assert stored(payer) == []
    page = said(client.get(reverse("billing:policy", args=[payer.pk])))
    assert "was taken away" in page and "Entered for the wrong payer" in page


def test_a_long_look_goes_on_batch_by_batch_and_its_figures_add_up(
    boris: Treated, monkeypatch: pytest.MonkeyPatch
) -> None:
    payer, day = boris.coverage.payer, timezone.localdate() - timedelta(days=10)
    for number in range(4):
        other = cast.treated(
            mrn=f"N-{number}", last_name=f"Nordin{number}", facility=cast.center(), payer=payer,
            opened_on=day - DAY, diagnosis="C61", sessions_per_day=2,
        )  # fmt: skip
        deliver(other, f"{day} 08:00", number=1)
        deliver(other, f"{day} 15:00", number=2)
    monkeypatch.setattr("billing.views.policy_look.go_on", partial(policies.go_on, most=2))
    client, url = signed_in(Role.BILLING_MANAGER), reverse("billing:policy-enter", args=[payer.pk])
    values = filled_in(second_session_modifier="XE")
    answer = client.post(url, values)
    assert "2 of 5" in said(answer) and "Save the policy" not in said(answer)
    for _ in range(2):
        sent = {**values, "step": "more", "progress": progress_of(answer)}
        answer = client.post(url, sent, headers={"HX-Request": "true"})
        assert "<html" not in answer.content.decode()
    assert answer.context["progress"].totals.turns == {"changed": 5}
    assert "Save the policy" in said(answer) and "5 courses with sessions" in said(answer)
    saved = client.post(url, {**values, "step": "save", "progress": progress_of(answer), "reason": "Bulletin"})
    assert saved.status_code == 302 and len(stored(payer)) == 1


def test_another_filing_limit_says_how_many_waiting_lines_it_makes_late(boris: Treated) -> None:
    client, payer = signed_in(Role.BILLING_MANAGER), boris.coverage.payer
    lines = len(standing(boris, with_the_plan=True))
    text = said(enter(client, payer, filing_limit_days="5"))
    assert f"{lines} lines on no claim yet would be too late today, 0 would have" in text
    text = said(enter(client, payer, filing_limit_days="40"))
    assert f"0 lines on no claim yet would be too late today, {lines} would have" in text
    put_on_claim(standing(boris)[:1])
    assert f"{lines - 1} would have" in said(enter(client, payer, filing_limit_days="40"))


def test_another_filing_limit_counts_institutional_lines_from_the_last_day_of_their_claim() -> None:
    practice_fees()
    dora = cast.treated(
        mrn="D-9", last_name="Drake", facility=cast.hospital(), payer=cast.commercial(), opened_on=date(2025, 5, 2),
        diagnosis="C61",
    )  # fmt: skip
    deliver(dora, "2025-05-05 09:00", number=1)
    deliver(dora, "2025-05-29 09:00", number=2)
    capture_course(course_id=dora.course.pk)
    payer, today = dora.coverage.payer, date(2025, 7, 10)
    wanted = Wanted(date(2025, 1, 1), None, replace(DEFAULTS, filing_limit_days=60))
    told = policies.filing_consequences(
        policies.planned(payer_id=payer.pk, wanted=wanted), payer_id=payer.pk, today=today
    )
    policies.save_period(payer_id=payer.pk, wanted=wanted, reason="Bulletin", today=today)
    lines = standing(dora, with_the_plan=True)
    due = worklist.pressing(entry_ids=[line.pk for line in lines], at=local(f"{today} 12:00"))
    late = [line for line in lines if line.pk in due and due[line.pk].has_passed]
    assert {line.claim_kind for line in late} == {"professional"}
    assert told == policies.FilingConsequences(len(lines), len(late), len(due) - len(late))


def test_of_many_changes_the_first_are_listed_and_all_are_counted(
    boris: Treated, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("billing.views.policy_look.MOST_LISTED", 1)
    day = timezone.localdate() - timedelta(days=10)
    other = cast.treated(
        mrn="N-1", last_name="Nordin", facility=cast.center(), payer=boris.coverage.payer,
        opened_on=day - DAY, diagnosis="C61", sessions_per_day=2,
    )  # fmt: skip
    deliver(other, f"{day} 08:00", number=1)
    deliver(other, f"{day} 15:00", number=2)
    answer = enter(signed_in(Role.BILLING_MANAGER), boris.coverage.payer, second_session_modifier="XE")
    assert [one.course.pk for one in answer.context["courses"]] == [boris.course.pk]
    assert answer.context["progress"].totals.lines == 2 and "the others are in the figures above" in said(answer)


def test_the_list_of_payers_asks_the_same_number_of_queries_for_any_number(boris: Treated) -> None:
    client = signed_in(Role.BILLER)

    def queries() -> int:
        with CaptureQueriesContext(connection) as counted:
            assert client.get(reverse("billing:policies")).status_code == 200
        return len(counted)

    queries()
    few = queries()
    for number in range(5):
        payer = Payer.objects.create(name=f"Payer {number}", kind="commercial", payer_id=str(number))
        PayerPolicy.objects.create(payer=payer, effective_from=date(2020, 1, 1))
    assert queries() == few
