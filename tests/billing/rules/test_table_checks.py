"""Tables that are wrong are told so, every fault at once, and the tables of the product are right."""

import shutil
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from billing.rules import load_codebook
from billing.rules.codebook import TABLES, Codebook
from billing.rules.engine import RULE_NUMBERS
from billing.rules.rule_coverage import rule_faults
from billing.rules.table_checks import table_faults
from billing.rules.table_rows import TableError


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    """A copy of the tables, to be broken."""
    return Path(shutil.copytree(TABLES, tmp_path / "tables"))


def change(tables: Path, name: str, old: str, new: str, count: int = 1) -> None:
    text = (tables / name).read_text(encoding="utf-8")
    assert old in text
    (tables / name).write_text(text.replace(old, new, count), encoding="utf-8")


def faults_of(tables: Path) -> list[str]:
    return table_faults(Codebook(tables))


def faults_on_reading(tables: Path) -> list[str]:
    with pytest.raises(TableError) as error:
        Codebook(tables)
    return list(error.value.faults)


def test_the_tables_of_the_product_have_no_fault() -> None:
    assert table_faults(load_codebook()) == []


def test_a_day_with_two_codes_names_both_rows_and_the_day(tables: Path) -> None:
    change(tables, "delivery.toml", "effective_to = 2014-12-31", "effective_to = 2015-01-01")
    assert (
        "delivery.toml row 1 and delivery.toml row 5 both cover imrt/hcpcs_g/no on 2015-01-01. "
        "End the first the day before." in faults_of(tables)
    )


def test_a_day_without_a_code_names_technique_set_and_days(tables: Path) -> None:
    change(tables, "delivery.toml", "effective_from = 2005-01-01", "effective_from = 2005-02-01")
    assert (
        "delivery.toml has no row for vmat/cpt/compensator yes from 2005-01-01 to 2005-01-31. "
        "Add a row, or mend a period." in faults_of(tables)
    )


def test_a_gap_that_never_closes_is_told_from_its_first_day(tables: Path) -> None:
    change(
        tables, "planning.toml", "effective_from = 1992-01-01", "effective_from = 1992-01-01\neffective_to = 2030-12-31"
    )
    assert (
        "planning.toml has no row for imrt, imrt_planned True, from 2031-01-01 on. Add a row, or mend a period."
        in faults_of(tables)
    )


@pytest.mark.parametrize(
    ("name", "old", "expected"),
    [
        ("sites.toml", 'site = "anus"', "sites.toml has no row for anus from 2015-01-01 to 2025-12-31."),
        ("code_sets.toml", 'payer = "tricare"', "code_sets.toml has no row for tricare/freestanding from 2015-01-01"),
        (
            "levels.toml",
            'technique = "two_d"',
            "two_d/cpt that levels.toml could answer: it has none from 2026-01-01 on",
        ),
        ("forms.toml", 'setting = "freestanding"', "forms.toml has no row for freestanding/global/pc_tc 1"),
        ("places.toml", 'named = "24"', "places.toml has no row for freestanding/24"),
        (
            "guidance.toml",
            'code = "G6001"',
            "guidance.toml has no row for ultrasound/freestanding/hcpcs_g/medicare from 2015-01-01 to 2025-12-31.",
        ),
        ("guidance.toml", 'guidance = ["surface"]', "guidance.toml has no row for surface/hospital/cpt/self_pay from"),
        (
            "course_services.toml",
            'service = "physics_of_five"',
            "course_services.toml has no row for physics_of_five from 1992-01-01 on.",
        ),
    ],
)
def test_a_row_that_is_taken_out_leaves_a_gap(tables: Path, name: str, old: str, expected: str) -> None:
    text = (tables / name).read_text(encoding="utf-8")
    head, *rows = text.split("[[row]]")
    rows.remove(next(row for row in rows if old in row))
    (tables / name).write_text("[[row]]".join([head, *rows]), encoding="utf-8")
    assert any(expected in fault for fault in faults_of(tables)), faults_of(tables)


def test_a_code_that_nobody_knows_is_told_wherever_it_stands(tables: Path) -> None:
    change(tables, "delivery.toml", 'code = "77373"', 'code = "77379"')
    change(tables, "planning.toml", 'code = "77295"', 'code = "77296"')
    change(tables, "limits.csv", "professional,77014,", "professional,77015,")
    assert [fault for fault in faults_of(tables) if "is not in procedures.toml" in fault] == [
        "delivery.toml row 11: 77379 is not in procedures.toml. Add it there, or mend the code.",
        "limits.csv row 1: 77015 is not in procedures.toml. Add it there, or take the limit out.",
        "planning.toml row 2: 77296 is not in procedures.toml. Add it there, or mend the code.",
    ]


def test_an_unlisted_code_or_one_of_another_family_may_not_be_generated(tables: Path) -> None:
    change(tables, "delivery.toml", 'code = "77373"', 'code = "77399"')
    change(tables, "planning.toml", 'code = "77295"', 'code = "77307"')
    faults = faults_of(tables)
    assert "delivery.toml row 11: 77399 is unlisted, and no rule may generate it (E5). Take the row out." in faults
    assert "planning.toml row 2: 77307 is of the family dosimetry, not plan. Mend one of the two." in faults


def test_guidance_and_services_of_a_course_may_neither_overlap_nor_earn_a_code_of_another_kind(tables: Path) -> None:
    change(tables, "guidance.toml", "effective_from = 2026-01-01", "effective_from = 2025-12-31")
    change(tables, "guidance.toml", 'code = "G6001"', 'code = "G6015"')
    change(tables, "course_services.toml", 'code = "77336"', 'code = "77399"')
    change(tables, "course_services.toml", 'code = "77431"', 'code = "77336"')
    change(tables, "course_services.toml", "effective_to = 2025-12-31", "effective_to = 2026-01-01")
    faults = faults_of(tables)
    for expected in (
        "guidance.toml row 3 and guidance.toml row 11 both cover cbct/freestanding/hcpcs_g/medicare on 2025-12-31. "
        "End the first the day before.",
        "guidance.toml row 5: G6015 is of the family delivery, not guidance. Mend one of the two.",
        "course_services.toml row 5: 77399 is unlisted, and no rule may generate it (E5). Take the row out.",
        "course_services.toml row 2: 77336 is of the family physics, not management. Mend one of the two.",
        "course_services.toml row 6 and course_services.toml row 7 both cover port_image on 2026-01-01. "
        "End the first the day before.",
    ):
        assert expected in faults, expected


def test_guidance_may_not_outlive_its_code(tables: Path) -> None:
    change(
        tables,
        "guidance.toml",
        'code = "77014"\neffective_from = 2015-01-01',
        'code = "77014"\neffective_from = 2006-01-01',
    )
    assert any("77014 is not in force on 2006-01-01 (procedures.toml)" in fault for fault in faults_of(tables))


def test_a_delivery_row_may_not_outlive_its_code(tables: Path) -> None:
    change(tables, "procedures.toml", "effective_to = 2014-12-31", "effective_to = 2014-06-30")
    faults = faults_of(tables)
    assert any("77418 is not in force on 2014-12-31 (procedures.toml)" in fault for fault in faults)
    assert any("77418 is replaced by 77385, which is not in force the day after its end" in fault for fault in faults)


def test_a_code_that_vanishes_for_a_time_is_told(tables: Path) -> None:
    change(
        tables,
        "procedures.toml",
        'effective_from = 2015-01-01\neffective_to = 2025-12-31\nreplaced_by = ["77402"]',
        'effective_from = 2015-03-01\neffective_to = 2025-12-31\nreplaced_by = ["77402"]',
    )
    assert any("77402 ends on 2014-12-31 and begins again on 2015-03-01" in fault for fault in faults_of(tables))


def test_cells_sources_and_periods_are_refused_when_read_all_at_once(tables: Path) -> None:
    change(tables, "delivery.toml", 'source = ["code-77418", "aapc-2002"]', "")
    change(tables, "delivery.toml", "rank = 2", 'rank = "two"')
    change(tables, "sites.toml", 'site = "prostate"', 'site = "prostata"')
    change(tables, "sites.toml", 'level = "simple"', 'level = "simple"\nlevle = "simple"')
    change(tables, "levels.toml", 'source = ["hcn26", "openpayer26"]', 'source = ["nobody"]')
    change(tables, "procedures.toml", "pc_tc = 1", "pc_tc = 7")
    change(tables, "limits.csv", ",2024-07-01,", ",July 2024,")
    change(tables, "places.toml", "effective_to = 2015-12-31", "effective_to = 1900-12-31")
    change(tables, "sources.toml", 'title = "Code-lookup page of 77299"', "")
    faults = faults_on_reading(tables)
    for expected in (
        "sources.toml [code-77299] has no title.",
        "procedures.toml row 1: pc_tc is 7. The indicator is 0, 1, 2 or 3.",
        "delivery.toml row 1: has no source. Name the publication it was read in, or 'recalled'.",
        "delivery.toml row 1: rank is 'two'. Write a whole number.",
        "sites.toml row 1: site is 'prostata'. Choose one of: prostate, prostate_bed,",
        "sites.toml row 1: has an unknown cell levle. Take it out or mend its name.",
        "levels.toml row 1: source names nobody, which sources.toml does not have. Add it there.",
        "places.toml row 6: ends on 1900-12-31 before it begins on 1992-01-01. Mend the dates.",
        "limits.csv row 1: published is 'July 2024'. Write a day as 2026-01-01.",
    ):
        assert any(fault.startswith(expected) for fault in faults), expected


def test_a_table_that_is_missing_or_is_no_table_is_told(tables: Path) -> None:
    (tables / "forms.toml").unlink()
    (tables / "sites.toml").write_text("[[row]\n", encoding="utf-8")
    (tables / "levels.toml").write_text("row = 3\n", encoding="utf-8")
    change(tables, "limits.csv", "# Units", "Units")
    faults = faults_on_reading(tables)
    for name in ("forms.toml", "sites.toml", "levels.toml", "limits.csv: has no head"):
        assert any(fault.startswith(name) for fault in faults), name


def test_two_limits_of_one_publication_are_told(tables: Path) -> None:
    limits = (tables / "limits.csv").read_text(encoding="utf-8").splitlines()
    (tables / "limits.csv").write_text("\n".join([*limits, limits[-1]]) + "\n", encoding="utf-8")
    assert any(
        "both limit G6017 on the institutional claim, published 2024-07-01" in fault for fault in faults_of(tables)
    )


def test_an_event_that_nothing_answers_for_is_told(tables: Path) -> None:
    text = (tables / "events.toml").read_text(encoding="utf-8")
    head, *rows = text.split("[[row]]")
    rows.remove(next(row for row in rows if '"isodose"' in row))
    (tables / "events.toml").write_text("[[row]]".join([head, *rows]), encoding="utf-8")
    assert "events.toml has no row for isodose from 1992-01-01 on. Add a row, or mend a period." in faults_of(tables)


def test_a_plan_whose_compensator_nobody_answers_for_is_told(tables: Path) -> None:
    change(tables, "companions.toml", 'compensator = "yes"', 'compensator = "no"')
    faults = faults_of(tables)
    assert any("companions.toml has no row for device of 77301, compensator True," in fault for fault in faults)
    assert any("both cover device of 77301, compensator False" in fault for fault in faults)


def test_codes_of_events_companions_and_bundles_must_be_known_and_earnable(tables: Path) -> None:
    change(tables, "events.toml", 'code = "77290"', 'code = "77399"')
    change(tables, "events.toml", 'never_beside = "77301"', 'never_beside = "77300"')
    change(tables, "companions.toml", 'code = "77338"', 'code = "77300"')
    change(tables, "bundles.toml", '"77285"', '"77286"')
    faults = faults_of(tables)
    for expected in (
        "events.toml row 3: 77399 is unlisted, and no rule may generate it (E5). Take the row out.",
        "events.toml row 9: 77300 is of the family dosimetry, not plan. Mend one of the two.",
        "companions.toml row 1: 77300 is of the family dosimetry, not device. Mend one of the two.",
        "bundles.toml row 1: 77286 is not in procedures.toml. Add it there, or mend the code.",
    ):
        assert expected in faults, expected


def test_pairs_that_contradict_each_other_or_nobody_knows_are_told(tables: Path) -> None:
    pairs = (tables / "pairs.csv").read_text(encoding="utf-8").splitlines()
    wrong = [
        pairs[-1],
        "professional,77290,77301,0,turned,1992-01-01,2024-07-01,,ptp24",
        "professional,77300,77300,1,itself,1992-01-01,2024-07-01,,ptp24",
        "professional,77300,77309,1,unknown,1992-01-01,2024-07-01,,ptp24",
    ]
    (tables / "pairs.csv").write_text("\n".join([*pairs, *wrong]) + "\n", encoding="utf-8")
    faults = faults_of(tables)
    for expected in (
        "both cover G6016 with 77470 on the institutional claim, published 2024-07-01",
        "are one pair in both directions. Keep one.",
        ": 77300 is a pair with itself. Take it out.",
        ": 77309 is not in procedures.toml. Add it there, or take the pair out.",
    ):
        assert any(expected in fault for fault in faults), expected


def test_cells_of_companions_and_pairs_are_refused_when_read(tables: Path) -> None:
    change(tables, "companions.toml", 'compensator = "any"', 'compensator = "perhaps"')
    change(tables, "pairs.csv", "77014,G6001,1,", "77014,G6001,9,")
    faults = faults_on_reading(tables)
    assert "companions.toml row 3: compensator is 'perhaps'. Write yes, no or any." in faults
    assert "pairs.csv row 1: indicator is 9. It is 0 (never together) or 1 (with a modifier)." in faults


def test_rules_without_words_or_scenario_and_numbers_that_are_no_rule_are_told(tables: Path) -> None:
    change(tables, "delivery.toml", 'rule = "L9"', 'rule = "L99"')
    everything = set(RULE_NUMBERS)
    faults = rule_faults(
        RULE_NUMBERS, Codebook(tables), documented=everything - {"S1"}, in_scenarios=everything - {"P9"}
    )
    assert faults == [
        "delivery.toml row 10: L99 is no rule of the engine. Mend it.",
        "rule P9 has no scenario in tests/scenarios. Write one.",
        "rule S1 has no section in docs/rules.md. Write it.",
    ]


# --- the command --------------------------------------------------------------------------------------------------


def test_the_command_says_what_it_checked() -> None:
    told = StringIO()
    call_command("check_tables", stdout=told)
    assert f"{len(RULE_NUMBERS)} rules told and shown" in told.getvalue()


def test_the_command_tells_every_fault_and_leaves_with_one(tables: Path, tmp_path: Path) -> None:
    change(tables, "planning.toml", 'code = "77295"', 'code = "77296"')
    told, faults = StringIO(), StringIO()
    with pytest.raises(SystemExit) as leaving:
        call_command("check_tables", tables=tables, scenarios=tmp_path, stdout=told, stderr=faults)
    assert leaving.value.code == 1
    assert told.getvalue() == ""
    assert "77296 is not in procedures.toml" in faults.getvalue()
    assert faults.getvalue().count("has no scenario") == len(RULE_NUMBERS)


def test_the_command_tells_tables_that_cannot_be_read(tables: Path) -> None:
    change(tables, "planning.toml", "[[row]]", "[[row]")
    faults = StringIO()
    with pytest.raises(SystemExit):
        call_command("check_tables", tables=tables, stderr=faults)
    assert faults.getvalue().startswith("planning.toml: ")
