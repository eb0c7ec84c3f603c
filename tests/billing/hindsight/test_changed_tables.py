"""Changed tables are checked as the program's own are, every fault at once, and what is no change is none."""

from datetime import date
from pathlib import Path

import pytest

from billing.hindsight.tables import (
    changed_codebook,
    differences,
    read_changes,
    read_folder,
    table_names,
    table_text,
)
from billing.rules.codebook import TABLES
from billing.rules.table_rows import TableError


def faults_of(*files: tuple[str, bytes]) -> list[str]:
    with pytest.raises(TableError) as refused:
        changed_codebook(read_changes(files))
    return list(refused.value.faults)


def changed(name: str, old: str, new: str) -> tuple[str, bytes]:
    assert old in table_text(name)
    return name, table_text(name).replace(old, new, 1).encode()


def test_a_table_that_reads_the_same_is_no_change_whatever_its_line_ends() -> None:
    windows = table_text("limits.csv").replace("\n", "\r\n").encode("utf-8-sig")
    assert read_changes([("limits.csv", windows), ("sites.toml", table_text("sites.toml").encode())]) == {}
    assert {"limits.csv", "procedures.toml", "code_facts.toml"} <= set(table_names())


def test_a_changed_row_answers_otherwise_and_all_other_tables_stay() -> None:
    changes = read_changes([changed("limits.csv", "professional,77300,10,", "professional,77300,2,")])
    assert list(changes) == ["limits.csv"]
    codebook = changed_codebook(changes)
    units = {row.units for row in codebook.limits if row.code == "77300" and row.claim == "professional"}
    assert units == {2} and codebook.procedure("77418", date(2014, 12, 31)) is not None
    assert changed_codebook(changes) is codebook, "the same change is read once"
    ((name, lines, more),) = differences(changes)
    assert (name, more) == ("limits.csv", 0)
    assert [line[0] for line in lines if line[0] in "+-"] == ["-", "+"]


def test_every_fault_is_told_at_once() -> None:
    faults = faults_of(
        changed("delivery.toml", "effective_to = 2014-12-31", "effective_to = 2015-01-01"),
        changed("planning.toml", 'code = "77295"', 'code = "77296"'),
        changed("events.toml", 'rule = "P6"', 'rule = "P66"'),
    )
    assert any("both cover imrt" in fault for fault in faults)
    assert any("77296 is not in procedures.toml" in fault for fault in faults)
    assert any("P66 is no rule of the engine" in fault for fault in faults)


def test_cells_that_cannot_be_read_are_told() -> None:
    assert (
        "Write a day as 2026-01-01"
        in faults_of(changed("sites.toml", "effective_from = 2015-01-01", 'effective_from = "x"'))[0]
    )
    assert "Mend the file" in faults_of(("sites.toml", b"[[row]\n"))[0]


def test_a_table_that_is_nested_without_end_is_refused_in_words() -> None:
    assert "sites.toml: is nested too deep. Mend the file." in faults_of(("sites.toml", b"a = " + b"[" * 20_000))


def test_what_is_no_table_is_refused_with_all_the_others() -> None:
    with pytest.raises(TableError) as refused:
        read_changes([("../etc/passwd", b"x"), ("sites.toml", b"\xff"), ("levels.toml", b"x" * 1_000_001),
                      ("places.toml", b"a = 1\n"), ("places.toml", b"a = 2\n")])  # fmt: skip
    said = "\n".join(refused.value.faults)
    for words in ("passwd is no table of the rules", "no UTF-8", "at most 1,000,000", "places.toml is given twice"):
        assert words in said


def test_a_folder_may_hold_only_what_differs(tmp_path: Path) -> None:
    name, text = changed("limits.csv", "professional,77300,10,", "professional,77300,2,")
    (tmp_path / name).write_bytes(text)
    (tmp_path / "notes.md").write_text("not a table")
    assert list(read_folder(tmp_path)) == ["limits.csv"]
    assert read_folder(TABLES) == {}
    with pytest.raises(TableError, match="holds no table"):
        read_folder(tmp_path / "nowhere")
