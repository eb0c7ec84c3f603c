"""Edits of generated lines through capture, ledger and claims: beside the original, told when they lapse."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from billing import worklist
from billing.capture import capture_course, capture_courses
from billing.capture.editing import Overtaken, Wanted, edit_line, edit_version, read_line, take_back, undo
from billing.models import HcpcsCode, LedgerEntry, LineEdit, ReferenceFile, StandingFinding
from billing.previews import preview_course
from billing.x12.claim_837p import Claim837P
from courses.models import ClinicalEvent
from patients.models import Provider
from patients.roles import Role
from tests.billing.edited_lines import NOON, ada_with_devices, baker, device, edit, lapsed
from tests.billing.paper.printed import cms1500
from tests.captures import open_codes, put_on_claim
from tests.cast import Treated, user
from tests.exports import export, only_text, partner, segments

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> Treated:
    return ada_with_devices()


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
