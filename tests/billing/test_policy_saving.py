"""A payer's period is saved whole or not at all, with its reason in the history; the charges follow by the sweep."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from billing import policies
from billing.capture import stale_courses, sweep
from billing.policies import DEFAULTS, Settings, Wanted
from billing.rules.facts import PolicyFacts
from patients.models import Payer, PayerPolicy
from patients.terms import NodesLevel, SecondSessionModifier
from tests import cast
from tests.captures import deliver

pytestmark = pytest.mark.django_db

TODAY = date(2026, 3, 2)
XE = Settings(PolicyFacts(second_session_modifier=SecondSessionModifier.SEPARATE_ENCOUNTER), filing_limit_days=120)
NODES = Settings(PolicyFacts(nodes_level=NodesLevel.COMPLEX, minimum_hours_between_sessions=5.5))


@pytest.fixture
def payer() -> Payer:
    return cast.commercial()


def save(payer: Payer, settings: Settings, first: date, last: date | None = None, **values: object) -> policies.Plan:
    said = {"reason": "Bulletin 12", "today": TODAY, **values}
    return policies.save_period(payer_id=payer.pk, wanted=Wanted(first, last, settings), **said)  # type: ignore[arg-type]


def test_every_setting_that_is_saved_is_read_back(payer: Payer) -> None:
    save(payer, XE, date(2024, 1, 1), date(2024, 12, 31))
    save(payer, NODES, date(2025, 1, 1))
    assert [period.settings for period in policies.standing_periods(payer.pk)] == [XE, NODES]
    assert policies.settings_on(policies.standing_periods(payer.pk), date(2023, 12, 31)) == DEFAULTS


def test_a_period_is_split_and_its_neighbours_follow(payer: Payer) -> None:
    save(payer, NODES, date(2020, 1, 1))
    save(payer, XE, date(2025, 3, 1), date(2025, 3, 31))
    rows = PayerPolicy.objects.filter(payer=payer).order_by("effective_from")
    assert list(rows.values_list("effective_from", "effective_to", "nodes_level")) == [
        (date(2020, 1, 1), date(2025, 2, 28), "complex"),
        (date(2025, 3, 1), date(2025, 3, 31), ""),
        (date(2025, 4, 1), None, "complex"),
    ]


def test_a_period_is_moved_onto_the_days_of_its_neighbour_in_one_go(payer: Payer) -> None:
    save(payer, NODES, date(2024, 1, 1), date(2024, 12, 31))
    save(payer, XE, date(2025, 1, 1), date(2025, 12, 31))
    second = PayerPolicy.objects.get(effective_from=date(2025, 1, 1))
    save(payer, XE, date(2024, 7, 1), date(2026, 6, 30), instead_of=second.pk)
    rows = PayerPolicy.objects.filter(payer=payer).order_by("effective_from")
    assert list(rows.values_list("effective_from", "effective_to")) == [
        (date(2024, 1, 1), date(2024, 6, 30)), (date(2024, 7, 1), date(2026, 6, 30)),
    ]  # fmt: skip
    assert rows[1].pk == second.pk


def test_faults_are_said_all_at_once_and_nothing_is_stored(payer: Payer) -> None:
    wrong = Settings(PolicyFacts(minimum_hours_between_sessions=30), filing_limit_days=0)
    with pytest.raises(ValidationError) as refused:
        save(payer, wrong, date(1970, 1, 1), date(1969, 1, 1), reason="")
    assert set(refused.value.message_dict) == {
        "effective_from", "effective_to", "filing_limit_days", "minimum_hours_between_sessions", "reason",
    }  # fmt: skip
    assert not PayerPolicy.objects.exists()


def test_a_payer_that_changed_since_it_was_looked_at_is_not_written(payer: Payer) -> None:
    seen = Payer.objects.get(pk=payer.pk).revision
    save(payer, NODES, date(2025, 1, 1), revision=seen)
    with pytest.raises(ValidationError, match="changed while you looked"):
        save(payer, XE, date(2025, 1, 1), revision=seen)
    assert PayerPolicy.objects.get().nodes_level == "complex"


def test_what_holds_already_is_not_cut_into_pieces(payer: Payer) -> None:
    save(payer, NODES, date(2020, 1, 1))
    revision = Payer.objects.get(pk=payer.pk).revision
    save(payer, NODES, date(2025, 1, 1), date(2025, 12, 31))
    assert PayerPolicy.objects.count() == 1 and Payer.objects.get(pk=payer.pk).revision == revision


def test_the_history_tells_what_was_entered_changed_and_taken_away_and_why(payer: Payer) -> None:
    save(payer, NODES, date(2020, 1, 1), reason="Contract")
    save(payer, XE, date(2025, 1, 1), reason="Bulletin 12")
    second = PayerPolicy.objects.get(effective_from=date(2025, 1, 1))
    policies.remove_period(payer_id=payer.pk, period_id=second.pk, reason="Entered for the wrong payer")
    told = [(change.what, change.note) for change in policies.history_of(payer.pk)]
    assert told == [
        ("The period from 1 Jan 2025 on was taken away", "Entered for the wrong payer"),
        (
            "A period from 1 Jan 2025 on was entered: Which modifier goes on the second session of a day: XE, separate "
            "encounter; Within how many days of the service must a claim have arrived: 120 days",
            "Bulletin 12",
        ),
        (
            "The period from 1 Jan 2020 on was changed: it holds from 1 Jan 2020 to 31 Dec 2024 instead of from "
            "1 Jan 2020 on",
            "Bulletin 12",
        ),
        (
            "A period from 1 Jan 2020 on was entered: Prostate or breast treated with lymph nodes is: Complex; "
            "How many hours must lie between the two: 5.5 hours",
            "Contract",
        ),
    ]


def test_a_saved_period_makes_the_payers_courses_stale_and_nobody_elses(payer: Payer) -> None:
    ada, other = cast.ada(), cast.boris()
    for patient in (ada, other):
        deliver(patient, "2025-06-03 09:00", number=1)
    sweep()
    save(payer, XE, date(2025, 1, 1))
    assert stale_courses(limit=10) == [ada.course.pk]
