"""What publications say of codes: held against the lives of the codes, every indicator in words, every fault told."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from billing.rules import load_codebook
from billing.rules.code_rows import Turn
from billing.rules.codebook import TABLES, Codebook
from billing.rules.engine import RULE_NUMBERS
from billing.rules.rule_coverage import rule_faults
from billing.rules.table_checks import table_faults
from billing.rules.table_rows import TableError


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    """A copy of the tables, to be broken."""
    return Path(shutil.copytree(TABLES, tmp_path / "tables"))


def change(tables: Path, name: str, old: str, new: str) -> None:
    text = (tables / name).read_text(encoding="utf-8")
    assert old in text
    (tables / name).write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_users_five_code_pages_are_in_the_tables() -> None:
    told = load_codebook().code_tables
    simple, old = told.facts_on("77385", date(2020, 6, 1)), told.facts_on("77418", date(2014, 12, 31))
    assert simple is not None and old is not None
    assert dict(simple.said) == {
        "status": "I", "pc_tc": "3", "global_days": "XXX", "multiple_procedure": "0", "bilateral": "0",
        "assistant": "0", "co_surgeon": "0", "team": "0", "supervision": "09", "imaging_family": "99",
        "opps_status": "S", "asc": "radiology, paid apart when it is part of a listed surgery", "betos": "P7A",
        "mue": "1",
    }  # fmt: skip
    assert (old.value("status"), old.value("type_of_service"), old.value("ccs")) == ("A", "6", "211")
    assert old.value("asc") == ""
    assert told.facts_on("77418", date(2015, 1, 1)) is None
    assert [(row.effective_from.year, row.what) for row in told.events if row.code == "77418"] == [
        (2002, Turn.ADDED), (2005, Turn.TEXT_CHANGED), (2011, Turn.SHORT_TEXT_CHANGED), (2015, Turn.DELETED),
    ]  # fmt: skip
    assert {code for row in told.uses for code in row.codes} == {"77301", "77385", "77386", "77418", "77299"}
    assert all(row.source for row in (*told.facts, *told.events, *told.uses, *told.policies, *told.meanings))


def test_an_indicator_says_what_it_means() -> None:
    told = load_codebook().code_tables
    assert told.meaning("status", "I") == "not valid for Medicare, which takes another code"
    assert told.meaning("mue_adjudication", "3").startswith("counted by day, by clinical benchmark")
    assert told.meaning("status", "?") == ""


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('code = "77385"\nstatus', 'code = "77395"\nstatus', "row 1: 77395 is not in procedures.toml"),
        ('pc_tc = "3"', 'pc_tc = "2"', "row 1: pc_tc of 77385 is 2, procedures.toml row 5 has 3"),
        ('status = "A"', 'status = "Z"', "row 2: status 'Z' has no words in indicators.csv"),
        (
            "effective_from = 2002-01-01", "effective_from = 2001-01-01",
            "row 2: 77418 is not in force on 2001-01-01",
        ),
        ("on = 2002-01-01", "on = 2003-01-01", "[[event]] row 2: 77418 was added on 2003-01-01"),
        ('what = "deleted"', 'what = "text_changed"', "[[event]] row 5: 77418 changed on 2015-01-01 and is not"),
        ("on = 2015-01-01\nwhat = \"deleted\"", "on = 2014-01-01\nwhat = \"deleted\"", "was deleted on 2014-01-01"),
        ('codes = ["77299"]', 'codes = ["77298"]', "[[use]] row 8: 77298 is not in procedures.toml"),
        ('setting = "nodes_level"', 'setting = "nodes"', "[[policy]] row 2: nodes is no setting of a payer's policy"),
    ],
)  # fmt: skip
def test_a_fact_that_contradicts_the_life_of_its_code_is_told(tables: Path, old: str, new: str, expected: str) -> None:
    change(tables, "code_facts.toml", old, new)
    assert any(expected in fault for fault in table_faults(Codebook(tables))), table_faults(Codebook(tables))


def test_cells_that_cannot_be_read_are_all_told_at_once(tables: Path) -> None:
    change(tables, "code_facts.toml", 'what = "added"', 'what = "born"')
    change(tables, "code_facts.toml", 'source = ["code-77301"]', 'source = ["a blog"]')
    change(tables, "code_facts.toml", 'families = ["delivery", "guidance"]', 'codes = ["77385"]\nfamilies = ["plan"]')
    change(tables, "indicators.csv", "status,A,", "stat,A,")
    with pytest.raises(TableError) as refused:
        Codebook(tables)
    assert [fault.partition(": ")[0] for fault in refused.value.faults] == [
        "indicators.csv row 1", "code_facts.toml [[event]] row 1", "code_facts.toml [[use]] row 1",
        "code_facts.toml [[policy]] row 4",
    ]  # fmt: skip


def test_a_setting_names_a_rule_that_exists(tables: Path) -> None:
    change(tables, "code_facts.toml", 'rule = "L2"', 'rule = "L99"')
    known = set(RULE_NUMBERS)
    assert rule_faults(RULE_NUMBERS, Codebook(tables), documented=known, in_scenarios=known) == [
        "code_facts.toml [[policy]] row 2: L99 is no rule of the engine. Mend it."
    ]


def test_a_daily_limit_says_how_it_is_counted_and_why() -> None:
    limit = next(row for row in load_codebook().limits if row.code == "77385" and row.claim == "professional")
    assert (limit.units, limit.mai, limit.rationale != "") == (1, 3, True)
