"""The tables of codes: each code has a meaning of our own, each table a source; the examples of the readers hold."""

import doctest
import tomllib
from pathlib import Path

import pytest

from billing.x12 import codes, outcomes
from billing.x12.codes import category, note_meaning, reason_meaning, status_meaning, tables
from billing.x12.reading import MEANINGS, cells, composites, deviations, envelopes, mending
from billing.x12.remit_835 import repeating

FILES = sorted(Path(codes.__file__).parent.glob("*.toml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_code_has_a_meaning_and_every_table_a_source(path: Path) -> None:
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    assert table.pop("source")
    for reasons in table.pop("explained", {}).values():
        assert reasons and all(isinstance(reason, str) for reason in reasons)
    for kind, rows in table.items():
        for code, row in rows.items():
            meaning = row["meaning"] if isinstance(row, dict) else row
            assert meaning.endswith((".", "?")) and meaning[0].isupper(), f"{kind} {code}"


def test_categories_decide_whether_a_claim_is_in_the_payers_system() -> None:
    assert {code: category(code).outcome for code in ("A0", "A1", "A2", "A3", "A4", "A5", "A6", "A7", "A8", "X9")} == {
        "A0": "received", "A1": "received", "A2": "accepted", "A3": "rejected", "A4": "rejected", "A5": "accepted",
        "A6": "rejected", "A7": "rejected", "A8": "rejected", "X9": "unknown",
    }  # fmt: skip


def test_a_code_that_is_in_no_table_has_no_meaning() -> None:
    assert (reason_meaning("9999"), status_meaning("9999"), note_meaning("")) == ("", "", "")


@pytest.mark.parametrize(
    "module", [cells, composites, deviations, envelopes, mending, outcomes, repeating, tables], ids=lambda m: m.__name__
)
def test_the_examples_of_the_readers_hold(module: object) -> None:
    assert doctest.testmod(module).failed == 0  # type: ignore[arg-type]


def test_every_deviation_is_described_for_the_reader_of_the_docs() -> None:
    described = (Path(codes.__file__).parents[3] / "docs" / "x12.md").read_text(encoding="utf-8")
    assert [code for code in MEANINGS if f"`{code}`" not in described] == []
