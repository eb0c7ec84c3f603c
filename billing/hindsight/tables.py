"""Changed tables of the rules, tried before anybody puts them into the program: checked as check_tables checks them.

A change names the files that differ; all others stay as they are. What is wrong is told all at once, and a codebook
is made only of tables without a fault. The files live in a folder of their own for as long as they are read.
"""

import difflib
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path

from billing.rules.codebook import TABLES, Codebook
from billing.rules.engine import RULE_NUMBERS
from billing.rules.rule_coverage import rule_faults
from billing.rules.table_checks import table_faults
from billing.rules.table_rows import TableError

MOST_BYTES = 1_000_000
MOST_SHOWN = 80
"""Lines of a difference that a page shows."""

Changes = Mapping[str, str]
"""The text of each changed table by its file name."""


def table_names() -> list[str]:
    """Return the files of the tables."""
    return sorted(path.name for path in TABLES.iterdir() if path.suffix in {".toml", ".csv"})


def table_text(name: str) -> str:
    """Return a table as it is in force.

    Raises:
        KeyError: there is no such table.
    """
    if name not in table_names():
        raise KeyError(name)
    return (TABLES / name).read_text(encoding="utf-8")


def read_changes(files: Iterable[tuple[str, bytes]]) -> dict[str, str]:
    """Return the tables of files; one that reads as the table in force is no change and left out.

    Raises:
        TableError: names that are no table, and bytes that are no text; all at once.
    """
    faults: list[str] = []
    changes: dict[str, str] = {}
    known = table_names()
    for name, content in files:
        text = _text(name, content, faults)
        if name not in known:
            faults.append(f"{name} is no table of the rules. Name it as one of: {', '.join(known)}.")
        elif name in changes:
            faults.append(f"{name} is given twice. Leave one.")
        elif text is not None:
            changes[name] = text
    if faults:
        raise TableError(faults)
    return {name: text for name, text in changes.items() if text != _normal(table_text(name))}


def read_folder(folder: Path) -> dict[str, str]:
    """Return the changed tables of a folder, which may hold all of them or only those that differ.

    Raises:
        TableError: the folder holds no table, or a file that is none.
    """
    paths = sorted(path for path in folder.iterdir() if path.suffix in {".toml", ".csv"}) if folder.is_dir() else []
    if not paths:
        raise TableError([f"{folder.name}: holds no table (.toml, .csv). Name a folder of changed tables."])
    return read_changes((path.name, path.read_bytes()) for path in paths)


def changed_codebook(changes: Changes) -> Codebook:
    """Return the codebook of the tables with the changes; the same changes are read once.

    Raises:
        TableError: every fault of reading, and between the rows; nothing is kept.
    """
    return _codebook(tuple(sorted(changes.items())))


@lru_cache(maxsize=4)
def _codebook(changes: tuple[tuple[str, str], ...]) -> Codebook:
    with tempfile.TemporaryDirectory(prefix="oncocharge-tables-") as place:
        folder = Path(shutil.copytree(TABLES, Path(place) / "tables"))
        for name, text in changes:
            (folder / name).write_text(text, encoding="utf-8")
        codebook = Codebook(folder)
    known = set(RULE_NUMBERS)
    # Words and scenarios of rules are the program's; a table can only cite a rule that is none.
    faults = [
        *table_faults(codebook), *rule_faults(RULE_NUMBERS, codebook, documented=known, in_scenarios=known)
    ]  # fmt: skip
    if faults:
        raise TableError(faults)
    return codebook


def differences(changes: Changes) -> list[tuple[str, list[str], int]]:
    """Return of each changed table its name, the first lines that differ, and how many more there are."""
    found = []
    for name, text in sorted(changes.items()):
        lines = difflib.unified_diff(_normal(table_text(name)).splitlines(), text.splitlines(), lineterm="", n=2)
        told = [line for line in lines if not line.startswith(("---", "+++"))]
        found.append((name, told[:MOST_SHOWN], max(0, len(told) - MOST_SHOWN)))
    return found


def _text(name: str, content: bytes, faults: list[str]) -> str | None:
    if len(content) > MOST_BYTES:
        faults.append(f"{name} has {len(content):,} bytes; a table has at most {MOST_BYTES:,}.")
        return None
    try:
        return _normal(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        faults.append(f"{name}: byte {error.start:,} is no UTF-8. Save the table as UTF-8.")
        return None


def _normal(text: str) -> str:
    """Return a text with plain line ends: browsers send CR LF."""
    return text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n") + "\n"
