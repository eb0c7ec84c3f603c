"""Loaded pairs, limits and relative values rule from their day; earlier days keep what ruled them; courses follow."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from billing.capture import capture_course, stale_courses, sweep
from billing.cms.kinds import FileKind
from billing.estimates.planned import PlannedCourse
from billing.estimates.planning import estimate_planned
from billing.models import LedgerEntry, ManualLine, ReferenceFile
from billing.reference import Wanted, load_code_files
from billing.reference.overlay import current_codebook, new_meaning
from billing.rules import load_codebook
from billing.rules.lines import ClaimKind
from billing.rules.table_rows import OPEN
from courses.models import ClinicalEvent
from courses.terms import Guidance, Site, Technique
from patients.roles import Role
from tests import cast
from tests.captures import deliver, open_codes, practice_fees
from tests.cast import Treated, user
from tests.code_files import (
    LIMITS_HEAD,
    LIMITS_NAME,
    LIMITS_ROWS,
    MISUSE,
    PAIRS_HEAD,
    text,
    write,
    write_whole,
)

pytestmark = pytest.mark.django_db
PROFESSIONAL, INSTITUTIONAL = ClaimKind.PROFESSIONAL, ClaimKind.INSTITUTIONAL
JULY = date(2026, 7, 1)


def load_limits(folder: Path, *rows: str, name: str = LIMITS_NAME) -> None:
    path = write(folder, name, text(LIMITS_HEAD, rows or LIMITS_ROWS))
    load_code_files(wanted=[Wanted(path, accept_fewer=True)], by="tester")


def load_pairs(folder: Path, rows: Sequence[str], name: str = "ccipra-v322r0-f1.txt") -> None:
    path = write(folder, name, text(PAIRS_HEAD, [f"{row}\t{MISUSE}" for row in rows]))
    load_code_files(wanted=[Wanted(path, accept_fewer=True)], by="tester")


def units_of(code: str, day: date, claim: ClaimKind = PROFESSIONAL) -> int:
    limit = current_codebook().limit(claim, code, day)
    assert limit is not None
    return limit.units


def indicator_of(column1: str, column2: str, day: date, claim: ClaimKind = PROFESSIONAL) -> int | None:
    pair = current_codebook().pair(claim, column1, column2, day)
    return None if pair is None else pair.indicator


# --- limits -------------------------------------------------------------------------------------------------------


def test_with_nothing_loaded_the_tables_rule() -> None:
    assert current_codebook() is load_codebook()


def test_loaded_limit_rules_from_its_day_and_the_earlier_one_up_to_the_day_before(tmp_path: Path) -> None:
    before = units_of("77387", date(2026, 6, 30))
    load_limits(tmp_path)
    assert units_of("77387", date(2026, 6, 30)) == before == 1
    assert units_of("77387", JULY) == 2
    assert units_of("77387", JULY, INSTITUTIONAL) == 2, "the hospital's limit is another file's"
    assert units_of("77402", JULY) == 1


def test_quarters_rule_each_in_its_time(tmp_path: Path) -> None:
    for units, month in ((3, "01"), (5, "10"), (4, "07")):
        load_limits(tmp_path, f"77387,{units},3 Date,Why", name=LIMITS_NAME.replace("07-01", f"{month}-01"))
    days = (date(2026, 1, 1), date(2026, 6, 30), JULY, date(2026, 9, 30), date(2026, 10, 1), date(2030, 1, 1))
    assert [units_of("77387", day) for day in days] == [3, 3, 4, 4, 5, 5]


def test_code_that_a_loaded_file_leaves_out_keeps_its_limit(tmp_path: Path) -> None:
    load_limits(tmp_path, "77387,2,3 Date,Why")
    assert units_of("77301", JULY) == 1


def test_loaded_limit_of_2026_holds_where_that_of_2024_only_warned(tmp_path: Path) -> None:
    day = date(2026, 8, 3)
    shipped = load_codebook().limit(PROFESSIONAL, "77387", day)
    load_limits(tmp_path)
    loaded = current_codebook().limit(PROFESSIONAL, "77387", day)
    assert shipped and not shipped.holds_on(day)
    assert loaded and loaded.holds_on(day)
    assert loaded.place == f"{LIMITS_NAME} row 9"


def test_loaded_limit_of_2025_only_warns_in_2026_as_that_of_2024_does(tmp_path: Path) -> None:
    load_limits(tmp_path, "77387,2,3 Date,Why", name=LIMITS_NAME.replace("07-01-2026", "10-01-2025"))
    loaded = current_codebook().limit(PROFESSIONAL, "77387", date(2026, 8, 3))
    assert loaded and loaded.units == 2
    assert (loaded.holds_on(date(2025, 12, 31)), loaded.holds_on(date(2026, 1, 1))) == (True, False)


# --- pairs --------------------------------------------------------------------------------------------------------


def test_loaded_pairs_rule_from_their_day_and_end_the_warning(tmp_path: Path) -> None:
    load_pairs(tmp_path, ["77301\t77387\t\t20260101\t*\t0", "77407\t77387\t\t20260401\t*\t1"])
    codebook = current_codebook()
    pair = codebook.pair(PROFESSIONAL, "77407", "77387", JULY)
    assert pair and pair.indicator == 1
    assert pair.holds_on(JULY)
    assert codebook.pair(PROFESSIONAL, "77407", "77387", date(2026, 6, 30)) is None
    assert codebook.pair(INSTITUTIONAL, "77407", "77387", JULY) is None


def test_pair_that_the_later_file_deletes_stands_until_its_last_day(tmp_path: Path) -> None:
    load_pairs(tmp_path, ["77301\t77280\t\t20040101\t20260831\t0"])
    days = (date(2026, 6, 30), JULY, date(2026, 8, 31), date(2026, 9, 1))
    assert [indicator_of("77301", "77280", day) for day in days] == [0, 0, 0, None]


def test_pair_that_the_later_file_leaves_out_is_no_pair_from_its_day(tmp_path: Path) -> None:
    load_pairs(tmp_path, ["77301\t77387\t\t20260101\t*\t0"])
    assert indicator_of("77301", "77280", date(2026, 6, 30)) == 0
    assert indicator_of("77301", "77280", JULY) is None


def test_part_of_a_quarter_rules_only_for_the_first_codes_that_it_covers(tmp_path: Path) -> None:
    load_pairs(tmp_path, ["00100\t77280\t\t20040101\t*\t0", "69990\t77280\t\t20040101\t*\t0"])
    assert indicator_of("77301", "77280", JULY) == 0
    load_pairs(tmp_path, ["70010\t77280\t\t20040101\t*\t0", "99999\t77280\t\t20040101\t*\t0"], "ccipra-v322r0-f2.txt")
    assert indicator_of("77301", "77280", JULY) is None


def test_void_row_is_no_pair_and_of_two_the_stricter_counts(tmp_path: Path) -> None:
    load_pairs(
        tmp_path,
        [
            "77301\t77280\t\t20260701\t20260701\t9", "77301\t77285\t\t20040101\t*\t1",
            "77301\t77285\t\t20050101\t*\t0", "77301\t77290\t*\t19960101\t*\t1",
        ],
    )  # fmt: skip
    assert [indicator_of("77301", code, JULY) for code in ("77280", "77285", "77290")] == [None, 0, 1]


def test_warning_of_the_shipped_pairs_is_what_is_worked_out_for_loaded_ones() -> None:
    """A pair that is loaded from an old file must warn from the day on which the shipped one does."""
    tables = load_codebook()
    for pair in tables.pairs:
        begins = [new_meaning(tables, code, pair.published) for code in (pair.column1, pair.column2)]
        assert min(begins) == pair.warning_from, pair
    assert any(pair.warning_from < OPEN for pair in tables.pairs)


# --- relative values ----------------------------------------------------------------------------------------------


def test_newest_relative_value_file_is_known_by_its_day(tmp_path: Path) -> None:
    assert current_codebook().relative_values_from is None
    load_code_files(wanted=[Wanted(write_whole(tmp_path, FileKind.RELATIVE_VALUES))], by="tester")
    assert current_codebook().relative_values_from == JULY


# --- how it is kept -----------------------------------------------------------------------------------------------


def test_codebook_is_kept_while_nothing_is_loaded_and_asked_for_by_one_statement(tmp_path: Path) -> None:
    load_limits(tmp_path)
    load_pairs(tmp_path, ["77301\t77387\t\t20260101\t*\t0"])
    with CaptureQueriesContext(connection) as first:
        kept = current_codebook()
    with CaptureQueriesContext(connection) as again:
        assert current_codebook() is kept
    assert (len(first), len(again)) == (5, 1)


def test_codebook_follows_a_file_that_is_replaced_or_taken_away(tmp_path: Path) -> None:
    load_limits(tmp_path, "77387,2,3 Date,Why")
    assert units_of("77387", JULY) == 2
    load_limits(tmp_path, "77387,3,3 Date,Why")
    assert units_of("77387", JULY) == 3
    ReferenceFile.objects.all().delete()
    assert current_codebook() is load_codebook()


# --- captured courses ---------------------------------------------------------------------------------------------


@pytest.fixture
def clara() -> Treated:
    """Clara, treated twice on one day of August 2026, captured."""
    practice_fees()
    patient = cast.clara()
    patient.plan.__class__.objects.update(sessions_per_day=2)
    deliver(patient, "2026-08-03 08:00", number=1)
    deliver(patient, "2026-08-03 15:00", number=2)
    sweep()
    return patient


def test_sweep_captures_again_what_a_loaded_file_touches(clara: Treated, tmp_path: Path) -> None:
    assert "over-daily-limit" not in open_codes(clara)
    load_limits(tmp_path, "77407,1,3 Date,Why", "77412,1,3 Date,Why")
    assert stale_courses(limit=10) == [clara.course.pk]
    assert sweep().captured == 1
    assert "over-daily-limit" in open_codes(clara)
    assert sweep().stale == 0


def test_relative_values_of_2026_let_a_port_image_of_2026_go(clara: Treated, tmp_path: Path) -> None:
    ClinicalEvent.objects.create(course=clara.course, family="port_image", happened_on=date(2026, 8, 3))
    sweep()
    assert "code-status-unconfirmed" in open_codes(clara)
    load_code_files(wanted=[Wanted(write_whole(tmp_path, FileKind.RELATIVE_VALUES))], by="tester")
    sweep()
    assert "code-status-unconfirmed" not in open_codes(clara)


def test_loaded_pair_takes_a_line_that_stood(clara: Treated, tmp_path: Path) -> None:
    physics = ManualLine.objects.create(
        course=clara.course, code="77336", service_on=date(2026, 8, 3), entered_by=user(Role.BILLER)
    )
    sweep()
    lines = LedgerEntry.objects.filter(course=clara.course, code=physics.code, kind="charge", reversal=None)
    assert lines.count() == 1
    load_pairs(tmp_path, ["77407\t77336\t\t20260401\t*\t0"])
    sweep()
    assert lines.count() == 0
    assert "pair-never-together" in open_codes(clara)


def test_estimate_of_a_planned_course_asks_the_loaded_files(tmp_path: Path) -> None:
    planned = PlannedCourse(
        technique=Technique.VMAT,
        site=Site.LUNG,
        fractions=3,
        starts_on=date(2026, 8, 3),
        arcs=2,
        guidance=Guidance.CBCT,
    )

    def notes() -> set[str]:
        return {found.code for found in estimate_planned(planned, facility=cast.center(), payer=None).outcome.findings}

    assert "over-daily-limit" not in notes()
    load_limits(tmp_path, "77407,0,3 Date,Why")
    assert "over-daily-limit" in notes()


def test_file_that_no_charge_turns_on_leaves_courses_alone(clara: Treated, tmp_path: Path) -> None:
    load_code_files(wanted=[Wanted(write_whole(tmp_path, FileKind.DIAGNOSIS_CODES))], by="tester")
    assert stale_courses(limit=10) == []


def test_loaded_files_cost_a_capture_no_statement_of_its_own(clara: Treated, tmp_path: Path) -> None:
    counts = []
    for units in (2, 3):
        deliver(clara, f"2026-08-{units + 8:02} 08:00", number=units + 1)
        with CaptureQueriesContext(connection) as statements:
            capture_course(course_id=clara.course.pk)
        counts.append(len(statements))
        load_limits(tmp_path, f"77402,{units},3 Date,Why")
        current_codebook()
    assert counts[0] == counts[1]
