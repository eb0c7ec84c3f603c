"""Edits of generated lines through capture, ledger, claims and pages: beside the original, told when they lapse."""

import re
from datetime import date, timedelta
from decimal import Decimal
from io import StringIO
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from billing import worklist
from billing.capture import capture_course, capture_courses
from billing.capture.editing import Overtaken, Wanted, edit_line, edit_version, read_line, take_back, undo
from billing.models import HcpcsCode, LedgerEntry, LineEdit, ReferenceFile, StandingFinding
from billing.previews import preview_course
from billing.x12.claim_837p import Claim837P
from courses.models import ClinicalEvent, CourseDiagnosis
from patients.models import Provider
from patients.roles import Role
from tests import cast
from tests.billing.paper.printed import cms1500
from tests.captures import PRICES, open_codes, practice_fees, put_on_claim
from tests.cast import Treated, user
from tests.exports import export, only_text, partner, segments

pytestmark = pytest.mark.django_db

NOON = timezone.now()
_minutes = count(1)
DAY = date(2025, 3, 4)
HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/billing/?group=clean"}


@pytest.fixture
def ada() -> Treated:
    """Ada with two diagnoses and two complex devices, recorded as one event; a device costs 300 dollars."""
    practice_fees({**PRICES, "77334": "300.00"})
    patient = cast.ada()
    CourseDiagnosis.objects.create(course=patient.course, position=2, code="C79.51")
    ClinicalEvent.objects.create(course=patient.course, family="device_complex", happened_on=DAY, units=2)
    capture_course(course_id=patient.course.pk)
    return patient


def device(patient: Treated) -> LedgerEntry:
    return LedgerEntry.objects.get(course=patient.course, code="77334", kind="charge", reversal=None)


def baker() -> Provider:
    return Provider.objects.get_or_create(npi="1356987655", defaults={"last_name": "Baker", "first_name": "Bo"})[0]


def as_is(entry: LedgerEntry, **wanted: Any) -> Wanted:
    line = read_line(entry_id=entry.pk).standing
    said = {"units": line.units, "modifiers": line.modifiers, "diagnoses": line.diagnoses, "provider_id": None}
    return Wanted(**{**said, **wanted})


def edit(
    entry: LedgerEntry, *, role: Role = Role.BILLING_MANAGER, seen: str | None = None, **wanted: Any
) -> LedgerEntry:
    """Edit a line as it stands, by somebody who has just opened it."""
    version = read_line(entry_id=entry.pk).version if seen is None else seen
    by = user(role, role.value.replace(" ", "-"))
    at = NOON + timedelta(minutes=next(_minutes))
    want = as_is(entry, **wanted)
    return edit_line(entry_id=entry.pk, wanted=want, reason="One was reused", by=by, at=at, seen=version)


def lapsed(patient: Treated) -> list[StandingFinding]:
    return list(StandingFinding.objects.filter(course=patient.course, code="edit-lapsed", resolved_at=None))


def test_an_edit_reverses_the_line_posts_it_anew_and_a_second_capture_changes_nothing(ada: Treated) -> None:
    before = device(ada)
    after = edit(before, units=1)

    assert (after.units, after.amount, after.replaces_id) == (1, Decimal("300.00"), before.pk)
    assert after.line_key == before.line_key
    assert "units 2 -> 1" in before.reversal.because["reason"]
    assert "One was reused" in before.reversal.because["reason"]
    assert after.because["edit"]["changes"] == ["units 2 -> 1"]
    assert after.because["edit"]["was"]["units"] == 2
    (again,) = capture_courses(course_ids=[ada.course.pk], again=True)
    assert (again.posted, again.reversed, again.error) == (0, 0, "")


def test_an_edit_survives_a_capture_of_other_facts(ada: Treated) -> None:
    edit(device(ada), modifiers=("LT",))
    ClinicalEvent.objects.create(course=ada.course, family="simulation_simple", happened_on=date(2025, 3, 5))

    capture_course(course_id=ada.course.pk)

    assert device(ada).modifiers == ["LT"]
    assert lapsed(ada) == []


def test_a_changed_fact_lapses_the_edit_holds_the_line_and_editing_it_again_settles_it(ada: Treated) -> None:
    edit(device(ada), units=1)
    ClinicalEvent.objects.filter(course=ada.course).update(units=3)
    capture_course(course_id=ada.course.pk)

    line = device(ada)
    (finding,) = lapsed(ada)
    assert (line.units, line.because.get("edit")) == (3, None)
    assert (finding.entry_id, finding.severity) == (line.pk, "hold")
    assert "(units 2 -> 1)" in finding.message
    assert "units 2 -> 3" in finding.message
    refused = worklist.release(entry_ids=[line.pk], by=user(Role.BILLER), at=NOON).refused
    assert [refusal.findings for refusal in refused] == [("edit-lapsed",)]

    confirmed = edit(line, units=1)

    assert (confirmed.units, confirmed.because["edit"]["was"]["units"]) == (1, 3)
    assert lapsed(ada) == []
    assert LineEdit.objects.count() == 1


def test_an_edit_that_is_taken_back_lets_the_rules_speak_again(ada: Treated) -> None:
    edited = edit(device(ada), units=1)
    seen = read_line(entry_id=edited.pk).version
    manager = user(Role.BILLING_MANAGER)

    with pytest.raises(ValidationError, match="Say why"):
        take_back(entry_id=edited.pk, reason=" ", by=manager, at=NOON, seen=seen)
    line = take_back(entry_id=edited.pk, reason="Both were made", by=manager, at=NOON, seen=seen)

    assert (line.units, line.because.get("edit")) == (2, None)
    again = edit(line, units=1)
    assert again.units == 1
    assert LineEdit.objects.filter(taken_back_at=None).count() == 1
    assert LineEdit.objects.count() == 2


def test_what_was_edited_is_undone_step_by_step_and_only_by_whoever_did_it(ada: Treated) -> None:
    manager = user(Role.BILLING_MANAGER, "billing-manager")
    second = edit(edit(device(ada), units=1), modifiers=("LT",))
    (stored,) = LineEdit.objects.all()
    version = edit_version(stored)

    with pytest.raises(ValidationError, match="somebody else"):
        undo(edit_id=stored.pk, version=version, by=user(Role.BILLER), at=NOON)
    undo(edit_id=stored.pk, version=version, by=manager, at=NOON)

    assert second.modifiers == ["LT"]
    assert (device(ada).units, device(ada).modifiers) == (1, [])
    stored.refresh_from_db()
    undo(edit_id=stored.pk, version=edit_version(stored), by=manager, at=NOON + timedelta(hours=9))
    assert device(ada).units == 2
    assert not LineEdit.objects.filter(taken_back_at=None).exists()


@pytest.mark.parametrize(("field", "value"), [("units", 1), ("provider_id", "baker")])
def test_a_biller_edits_modifiers_and_pointers_and_a_manager_units_and_provider(
    ada: Treated, field: str, value: Any
) -> None:
    value = baker().pk if value == "baker" else value
    with pytest.raises(ValidationError, match="Only a billing manager"):
        edit(device(ada), role=Role.BILLER, **{field: value})

    edit(device(ada), **{field: value})
    line = edit(device(ada), role=Role.BILLER, diagnoses=("C79.51",), **{field: value})

    assert line.diagnoses == ["C79.51"]
    assert (line.units, line.provider_id) == ((1, None) if field == "units" else (2, value))


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ({"modifiers": ("50",)}, "takes no 50"),
        ({"modifiers": ("26", "TC")}, "both 26 and TC"),
        ({"diagnoses": ("C34.11",)}, "no diagnosis of the course"),
        ({}, "Nothing is changed"),
    ],
)
def test_what_the_rules_refuse_is_said_and_leaves_no_trace(ada: Treated, wanted: dict[str, Any], told: str) -> None:
    before = list(LedgerEntry.objects.values_list("pk", flat=True))

    with pytest.raises(ValidationError, match=told):
        edit(device(ada), **wanted)

    assert list(LedgerEntry.objects.values_list("pk", flat=True)) == before
    assert not LineEdit.objects.exists()
    assert not lapsed(ada)


def test_who_no_longer_works_here_renders_no_line(ada: Treated) -> None:
    Provider.objects.filter(pk=baker().pk).update(is_active=False)

    with pytest.raises(ValidationError, match="no longer works here"):
        edit(device(ada), provider_id=baker().pk)


def test_the_second_of_two_editors_is_told_by_whom_and_why(ada: Treated) -> None:
    line = device(ada)
    seen = read_line(entry_id=line.pk).version
    edited = edit(line, units=1)

    with pytest.raises(Overtaken, match="edited this line on") as told:
        edit_line(
            entry_id=line.pk, wanted=Wanted(2, ("LT",), ("C61",), None), reason="Left side", by=user(Role.BILLER),
            at=NOON, seen=seen,
        )  # fmt: skip

    assert told.value.entry_id == edited.pk
    assert "One was reused" in told.value.message
    assert device(ada).modifiers == []


def test_a_decision_since_the_line_was_opened_is_not_overwritten_by_an_edit(ada: Treated) -> None:
    line = device(ada)
    seen = read_line(entry_id=line.pk).version
    worklist.release(entry_ids=[line.pk], by=user(Role.BILLER), at=NOON)

    with pytest.raises(Overtaken, match="decided about the line"):
        edit(line, seen=seen, modifiers=("LT",))

    reopened = edit(line, modifiers=("LT",))
    assert getattr(reopened, "review", None) is None


def test_an_edit_of_a_claimed_line_asks_for_the_correction_of_its_claim(ada: Treated) -> None:
    line = device(ada)
    put_on_claim([line])

    edited = edit(line, units=1)

    finding = StandingFinding.objects.get(course=ada.course, code="correction-to-send", resolved_at=None)
    assert finding.entry_id == line.reversal.pk
    assert "replaces-claimed-line" in set(edited.findings.filter(resolved_at=None).values_list("code", flat=True))


def test_the_claim_carries_pointers_and_provider_of_the_edited_line_alone(
    ada: Treated, settings: Settings, tmp_path: Path
) -> None:
    settings.CLAIM_OUTBOX = tmp_path
    partner()
    edit(device(ada), diagnoses=("C79.51", "C61"), provider_id=baker().pk, modifiers=("LT",))
    lines = LedgerEntry.objects.filter(course=ada.course, kind="charge", reversal=None, amount__gt=0)
    done = worklist.release(entry_ids=[line.pk for line in lines], by=user(Role.BILLER), at=NOON).done
    assert device(ada).pk in done

    export(at=NOON)

    text = only_text()
    (edited,) = [one for one in segments(text, "SV1") if "77334" in one]
    others = [one for one in segments(text, "SV1") if "77334" not in one]
    assert edited == "SV1*HC:77334:LT*600*UN*2***2:1"
    assert others
    assert all(one.endswith("*1:2") for one in others)
    # Once at the claim, once at the line.
    rendering = [one for one in segments(text, "NM1") if one.startswith("NM1*82*")]
    assert [one.split("*")[3] for one in rendering] == ["BEAM", "BAKER"]
    assert text.index("NM1*82*1*BAKER") > text.index("SV1*HC:77334")


def test_the_preview_and_the_paper_form_show_the_edited_line_as_its_claim_will(ada: Treated) -> None:
    partner()
    edit(device(ada), diagnoses=("C79.51",), provider_id=baker().pk)

    (claim,) = preview_course(course_id=ada.course.pk, at=NOON).claims

    assert isinstance(claim.value, Claim837P)
    lines = {line.code: line for line in claim.value.lines}
    assert lines["77334"].pointers == (2,)
    assert lines["77334"].rendering is not None
    assert lines["77334"].rendering.npi == baker().npi
    assert {line.pointers for code, line in lines.items() if code != "77334"} == {(1, 2)}
    (page,) = cms1500(claim.value).pages()
    assert baker().npi in page.values()


def test_a_correction_of_the_claim_carries_the_edited_line(ada: Treated, settings: Settings, tmp_path: Path) -> None:
    settings.CLAIM_OUTBOX = tmp_path
    partner()
    lines = LedgerEntry.objects.filter(course=ada.course, kind="charge", reversal=None, amount__gt=0)
    worklist.release(entry_ids=[line.pk for line in lines], by=user(Role.BILLER), at=NOON)
    export(at=NOON)
    edited = edit(device(ada), units=1, diagnoses=("C79.51",))

    assert edited.replaces is not None
    assert edited.replaces.claim_line is not None
    assert "replaces-claimed-line" in open_codes(ada)
    assert worklist.release(entry_ids=[edited.pk], by=user(Role.BILLER), at=NOON).done == (edited.pk,)


@pytest.mark.parametrize(
    ("modifier", "told"),
    [("ZX", "ZX is no modifier of the HCPCS file in force"), ("EY", "EY ended on 2024-12-31"), ("LT", ""), ("59", "")],
)
def test_a_modifier_must_be_in_force_on_the_day_as_far_as_a_loaded_file_says(
    ada: Treated, modifier: str, told: str
) -> None:
    file = ReferenceFile.objects.create(
        kind="hcpcs-codes", effective_from=date(2025, 1, 1), name="HCPC2025.txt", sha256="0" * 64, byte_count=1,
        row_count=2, loaded_by="tester",
    )  # fmt: skip
    HcpcsCode.objects.create(file=file, line=1, code="LT", name="left side")
    HcpcsCode.objects.create(file=file, line=2, code="EY", name="no order", ended_on=date(2024, 12, 31))

    if told:
        with pytest.raises(ValidationError, match=told):
            edit(device(ada), modifiers=(modifier,))
    else:
        assert edit(device(ada), modifiers=(modifier,)).modifiers == [modifier]


def test_capture_asks_no_more_for_a_course_with_edits(ada: Treated) -> None:
    with CaptureQueriesContext(
        connection,
    ) as without:
        capture_courses(course_ids=[ada.course.pk], again=True)
    edit(device(ada), units=1)

    with CaptureQueriesContext(connection) as with_edits:
        capture_courses(course_ids=[ada.course.pk], again=True)

    assert len(with_edits) == len(without)


def test_the_database_keeps_one_standing_edit_a_line_with_a_reason_and_a_difference(ada: Treated) -> None:
    edit(device(ada), units=1)
    (stored,) = LineEdit.objects.all()
    for faulty in ({"pk": None}, {"reason": ""}, {"units": 2}, {"taken_back_at": NOON}):
        for column, value in faulty.items():
            setattr(stored, column, value)
        with pytest.raises(IntegrityError), transaction.atomic():
            stored.save(force_insert="pk" in faulty)
        stored = LineEdit.objects.get()


# --- pages ----------------------------------------------------------------------------------------------------------


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
