"""The time machine: today's rules differ in nothing, changed ones are told line by line; nothing is stored."""

import json
from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from billing.capture import capture_course
from billing.capture.foresight import Turn
from billing.hindsight import looking
from billing.hindsight.comparing import CourseDifference, Days
from billing.hindsight.looking import Look, Question, begun, go_on, opened
from billing.hindsight.tables import read_changes, table_text
from billing.models import FeeLine, LedgerEntry
from billing.rules import charge_lines
from billing.rules.codebook import Codebook
from billing.rules.facts import CourseFacts
from billing.rules.lines import Outcome
from courses.models import Session
from patients.models import Payer
from patients.roles import Role
from tests import cast
from tests.captures import deliver, deliver_days, practice_fees, put_on_claim, standing
from tests.cast import Treated, user

pytestmark = pytest.mark.django_db
PAGE = reverse("billing:time-machine")
MARCH = Days(date(2025, 3, 1), date(2025, 3, 31))
APRIL = Days(date(2025, 4, 1), date(2025, 4, 30))
PROSTATE_IS_COMPLEX = {
    "sites.toml": table_text("sites.toml").replace(
        'site = "prostate"\nlevel = "simple"', 'site = "prostate"\nlevel = "complex"'
    )
}


@pytest.fixture
def ada() -> Treated:
    """Ada's first six sessions, in March, captured: prostate, so every delivery is simple."""
    practice_fees()
    patient = cast.ada()
    deliver_days(patient, date(2025, 3, 4), 6)
    capture_course(course_id=patient.course.pk)
    return patient


@pytest.fixture
def boris() -> Treated:
    """Boris, treated twice on one day at the centre, commercial: his second session carries 76."""
    patient = cast.treated(
        mrn="B-1002", last_name="Brandt", first_name="Boris", facility=cast.center(), payer=cast.commercial(),
        opened_on=date(2025, 3, 3), diagnosis="C61", sessions_per_day=2,
    )  # fmt: skip
    deliver(patient, "2025-03-20 08:00", number=1)
    deliver(patient, "2025-03-20 15:00", number=2)
    capture_course(course_id=patient.course.pk)
    return patient


def looked(question: Question, most: int = 50) -> tuple[Look, list[CourseDifference]]:
    look, found = begun(question), []
    while not look.is_done:
        found += go_on(look, most=most)
    return look, [one for one in found if not one.is_quiet]


def every_table() -> dict[str, str]:
    """A fingerprint of every row of every table but the sign-ins."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'django_session'")
        names = [row[0] for row in cursor.fetchall()]
        found = {}
        for name in names:
            rows = "md5(COALESCE(string_agg(t::text, '|' ORDER BY t::text), ''))"
            cursor.execute(f'SELECT count(*)::text || {rows} FROM "{name}" t')
            found[name] = cursor.fetchone()[0]
    return found


def signed_in(role: Role = Role.BILLER) -> Client:
    client = Client()
    client.force_login(user(role))
    return client


# --- the look ---------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("ada", "boris")
def test_todays_rules_differ_in_nothing_that_is_captured() -> None:
    look, found = looked(Question(MARCH))
    assert (look.figures.courses, look.figures.lines, found) == (2, 0, [])
    assert looked(Question(APRIL))[0].figures.courses == 0


def test_what_is_not_captured_yet_or_was_changed_behind_capture_is_told(ada: Treated) -> None:
    deliver(ada, "2025-03-12 09:00", number=7)
    gone = ada.course.sessions.order_by("starts_at").first()
    assert gone is not None
    Session.objects.filter(pk=gone.pk).update(status="aborted", status_reason="No beam")
    _look, (course,) = looked(Question(MARCH))
    turns = {(line.turn, line.shown.on) for line in course.lines if line.family == "delivery"}
    assert turns == {(Turn.ADDED, date(2025, 3, 12)), (Turn.REMOVED, date(2025, 3, 4))}
    removed = next(line for line in course.lines if line.turn is Turn.REMOVED and line.family == "delivery")
    assert removed.entry_id in set(LedgerEntry.objects.values_list("id", flat=True))
    assert (removed.difference, removed.after) == (Decimal("-845.00"), None)


def test_a_changed_table_turns_each_line_that_it_decides(ada: Treated) -> None:
    changes = read_changes((name, text.encode()) for name, text in PROSTATE_IS_COMPLEX.items())
    look, (course,) = looked(Question(MARCH, changes))
    assert {(line.before.written, line.after.written) for line in course.lines if line.before and line.after} == {
        ("77385", "77386")
    }
    assert (look.figures.turns, look.figures.difference) == ({"changed": 6}, Decimal("390.00"))
    sums = {code: (one.lines, one.before, one.after) for code, one in look.figures.codes.items()}
    assert sums == {
        "77385": (6, Decimal("5070.00"), Decimal("0.00")),
        "77386": (6, Decimal("0.00"), Decimal("5460.00")),
    }
    assert {line.entry_id for line in course.lines} == {line.pk for line in standing(ada) if line.code == "77385"}
    assert looked(Question(APRIL, changes))[0].figures.lines == 0, "days that are not asked about are left out"


def test_what_is_told_of_a_policy_is_what_a_capture_posts(boris: Treated) -> None:
    practice_fees()
    capture_course(course_id=boris.course.pk)
    settings = {"second_session_modifier": "XE", "minimum_hours_between_sessions": Decimal("6")}
    question = Question(MARCH, payer_id=boris.coverage.payer.pk, settings=settings)
    _look, (course,) = looked(question)
    (line,) = course.lines
    assert line.before is not None and line.after is not None
    assert (line.before.modifiers, line.after.modifiers, line.is_claimed) == (("76",), ("XE",), False)
    assert "modifiers 76 → XE" in line.what
    put_on_claim([entry for entry in standing(boris) if "76" in entry.modifiers])
    assert [one.is_claimed for one in looked(question)[1][0].lines] == [True]


def test_a_price_that_rose_shows_on_open_lines_alone(ada: Treated) -> None:
    put_on_claim([entry for entry in standing(ada) if entry.service_on == date(2025, 3, 4)])
    FeeLine.objects.filter(code="77385", modifier="").update(amount=Decimal("900.00"))
    look, _found = looked(Question(MARCH))
    assert (look.figures.turns, look.figures.difference) == ({"changed": 5}, Decimal("275.00"))


def test_findings_that_a_change_brings_are_counted(ada: Treated) -> None:
    settings = {"requires_authorization": True, "minimum_hours_between_sessions": Decimal("6")}
    look, (course,) = looked(Question(MARCH, payer_id=ada.coverage.payer.pk, settings=settings))
    assert course.lines == () and set(look.figures.appearing) == {"authorization-missing"}


def test_a_course_of_which_the_rules_cannot_answer_costs_the_others_nothing(
    ada: Treated, boris: Treated, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(facts: CourseFacts, codebook: Codebook) -> Outcome:
        if facts.id == str(ada.course.pk):
            raise ValueError("never shown")
        return charge_lines(facts, codebook)

    monkeypatch.setattr("billing.hindsight.comparing.charge_lines", failing)
    look, (course,) = looked(Question(MARCH))
    assert (course.course_id, course.error, look.figures.failed) == (ada.course.pk, "ValueError", 1)
    assert boris.course.pk != ada.course.pk


# --- nothing is stored ------------------------------------------------------------------------------------------------


def test_a_look_by_page_command_and_file_leaves_every_table_as_it_was(
    ada: Treated, boris: Treated, tmp_path: Path
) -> None:
    client = signed_in()
    (tmp_path / "sites.toml").write_text(PROSTATE_IS_COMPLEX["sites.toml"], encoding="utf-8")
    before = every_table()
    said = {"step": "look", "month": "2025-03", "payer": str(boris.coverage.payer.pk), "policy": "1",
            **{name: "" for name in ("first", "last")}, **_settings(second_session_modifier="XE"),
            "tables": SimpleUploadedFile("sites.toml", PROSTATE_IS_COMPLEX["sites.toml"].encode())}  # fmt: skip
    answer = client.post(PAGE, said)
    shown = answer.content.decode()
    assert answer.status_code == 200 and "77386" in shown and "XE" in shown
    look = shown.partition('name="look" value="')[2].partition('"')[0]
    file: Any = client.post(PAGE, {"step": "csv", "look": look})
    rows = b"".join(file.streaming_content).decode().splitlines()
    assert len(rows) == 1 + 8 and "Brandt" not in "".join(rows)
    assert rows[0].startswith("\ufeffcourse,"), "a spreadsheet reads the arrows"
    call_command("what_would_differ", "--month", "2025-03", "--tables", str(tmp_path), stdout=StringIO())
    assert every_table() == before


def _settings(**changed: object) -> dict[str, object]:
    return {
        "delivery_code_set": "", "nodes_level": "", "left_breast_complex": "False", "second_session_modifier": "76",
        "minimum_hours_between_sessions": "6", "plan_charge_per": "planning_ct", "inverse_planning_required": "False",
        "management_date": "fifth_fraction", "physics_tail": "none", "guidance_professional": "True",
        "requires_authorization": "False", **changed,
    }  # fmt: skip


def test_a_look_could_not_write_if_it_tried(ada: Treated, monkeypatch: pytest.MonkeyPatch) -> None:
    def writing(**_asked: object) -> list[CourseDifference]:
        Payer.objects.filter(pk=ada.coverage.payer.pk).update(name="Renamed")
        return []

    monkeypatch.setattr(looking, "compare", writing)
    with pytest.raises(DatabaseError, match="read-only transaction"):
        looked(Question(MARCH))


# --- in steps ---------------------------------------------------------------------------------------------------------


def test_a_look_goes_in_steps_of_fixed_cost_and_its_seal_holds_everything(ada: Treated, boris: Treated) -> None:
    hours = Decimal("4.50")
    settings = {"physics_tail": "any", "left_breast_complex": True, "minimum_hours_between_sessions": hours}
    question = Question(MARCH, PROSTATE_IS_COMPLEX, boris.coverage.payer.pk, settings)
    look, costs = begun(question), []
    assert look.all_courses == 2
    while not look.is_done:
        with CaptureQueriesContext(connection) as captured:
            go_on(look, most=1)
        costs.append(len(captured))
        again = opened(look.sealed())
        assert again == look, "what travels is all there is"
        look = again
    assert len(costs) == 2 and costs[0] == costs[1]
    whole, _found = looked(question)
    assert whole.figures == look.figures
    assert opened(look.sealed()[:-2] + "xx") is None


def test_the_page_goes_on_by_itself_to_the_next_courses(
    ada: Treated, boris: Treated, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking, "BATCH", 1)
    monkeypatch.setattr(go_on, "__kwdefaults__", {"most": 1})
    client = signed_in()
    first = client.post(PAGE, {"step": "look", "first": "2025-03-01", "last": "2025-03-31"}).content.decode()
    assert 'id="look-next"' in first
    look = first.partition('id="look-next"')[2].partition('name="look" value="')[2].partition('"')[0]
    second = client.post(PAGE, {"step": "more", "look": look}, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in second and "Nothing would differ" in second and "2 courses" in second
    assert client.post(PAGE, {"step": "more", "look": "x"}, follow=True).redirect_chain[0][0] == PAGE


# --- asking -----------------------------------------------------------------------------------------------------------


def test_faults_of_days_and_tables_are_told_together_and_nothing_is_tried() -> None:
    bad = SimpleUploadedFile(
        "delivery.toml", table_text("delivery.toml").replace('code = "77373"', 'code = "77379"').encode()
    )
    answer = signed_in().post(PAGE, {"step": "look", "first": "2098-01-02", "last": "2098-01-01", "tables": bad})
    shown = answer.content.decode()
    assert answer.status_code == 422
    for words in ("lies before the first", "These days are to come", "77379 is not in procedures.toml"):
        assert words in shown, words
    for said, words in (({}, "Say a month"), ({"month": "03/2025"}, "This is no month"),
                        ({"first": "2023-01-01", "last": "2025-01-01"}, "too many at once")):  # fmt: skip
        assert words in signed_in().post(PAGE, {"step": "look", **said}).content.decode()


def test_a_table_is_edited_in_place_and_handed_out(ada: Treated) -> None:
    client = signed_in(Role.AUDITOR)
    assert (
        "text/plain" in client.get(reverse("billing:time-machine-table", args=["sites.toml"])).headers["Content-Type"]
    )
    assert client.get(reverse("billing:time-machine-table", args=["settings.py"])).status_code == 404
    assert "site = &quot;prostate&quot;" in client.get(PAGE, {"table": "sites.toml"}).content.decode()
    edited = PROSTATE_IS_COMPLEX["sites.toml"].replace("\n", "\r\n")
    shown = client.post(PAGE, {"step": "look", "month": "2025-03", "edited_name": "sites.toml", "edited": edited})
    assert "$390.00" in shown.content.decode() and "What is changed in sites.toml" in shown.content.decode()
    assert f"/billing/lines/{standing(ada)[-1].pk}/" in shown.content.decode()


def test_the_command_tells_lines_and_dollars_or_every_fault(
    ada: Treated, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("what_would_differ", "--month", "2025-03")
    assert "0 lines differ in 0 of 1 courses, $0.00. Nothing was stored." in capsys.readouterr().out
    (tmp_path / "sites.toml").write_text(PROSTATE_IS_COMPLEX["sites.toml"], encoding="utf-8")
    call_command(
        "what_would_differ", "--first", "2025-03-01", "--last", "2025-03-05", "--tables", str(tmp_path), "--json"
    )
    told = json.loads(capsys.readouterr().out)
    assert (told["lines"], told["difference"], told["changed_tables"]) == (2, "130.00", ["sites.toml"])
    assert told["found"][0]["lines"][0]["after"]["code"] == "77386"
    (tmp_path / "sites.toml").write_text("[[row]]\n", encoding="utf-8")
    with pytest.raises(SystemExit) as refused:
        call_command("what_would_differ", "--month", "2025", "--tables", str(tmp_path))
    errors = capsys.readouterr().err
    assert refused.value.code == 2 and "--month: This is no month" in errors and "sites.toml row 1" in errors
