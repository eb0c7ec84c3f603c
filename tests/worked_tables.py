"""Reads the worked tables of docs/rules.md and turns each row into a course, so that the page and the engine agree.

The notation is the page's own and is told there under "How to read the tables".
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from billing.rules import charge_lines, load_codebook
from billing.rules.course_file import read_course
from billing.rules.lines import ChargeLine, Outcome, Severity

RULES_PAGE = Path(__file__).resolve().parent.parent / "docs" / "rules.md"
FLAGS = {"yes": True, "no": False}
MOTIONS = ("gating", "breath_hold", "tracking")
ANSWER = "→ "
_OF_PLANS = frozenset(
    f"{ANSWER}{column}" for column in ("plan", "device", "dosimetry", "simulation", "consult", "place of service")
)
"""Where one of these is asked for, plans are approved on the day of the row; else on the days before it."""
_WRITTEN_OTHERWISE = frozenset({"course.diagnoses"})


@dataclass(frozen=True)
class WorkedRow:
    """One row of a worked table: its cells by column, and where it stands."""

    rule: str
    number: int
    cells: dict[str, str]

    def __str__(self) -> str:
        return f"{self.rule} row {self.number}"

    def answers(self) -> dict[str, str]:
        """Return the columns with an arrow, without it."""
        return {name.removeprefix(ANSWER): cell for name, cell in self.cells.items() if name.startswith(ANSWER)}


def worked_rows(page: str) -> Iterator[WorkedRow]:
    """Yield every row of every worked table: the tables whose first column is the day."""
    rule = ""
    header: list[str] = []
    numbers: dict[str, int] = {}
    for line in page.splitlines():
        if heading := re.match(r"### ([A-Z]\d+)", line):
            rule = heading.group(1)
        cells = [cell.strip() for cell in line.strip("|").split("|")] if line.startswith("|") else []
        if not cells:
            header = []
        elif not header:
            header = cells
        elif header[0] == "day" and not set(cells[0]) <= {"-"}:
            assert len(cells) == len(header), f"{rule}: {line}"
            numbers[rule] = numbers.get(rule, 0) + 1
            yield WorkedRow(rule, numbers[rule], dict(zip(header, cells, strict=True)))


def outcome_of(row: WorkedRow) -> Outcome:
    """Return what the engine makes of the course that the row describes."""
    return charge_lines(read_course(_course(row.cells), str(row)).facts, load_codebook())


def _course(cells: dict[str, str]) -> dict[str, object]:
    day = date.fromisoformat(cells["day"])
    course: dict[str, object] = {
        "format": 1,
        "id": "worked",
        "practice": {"setting": "hospital", "bills": "technical", **_of("practice", cells)},
        "payer": {"kind": "medicare", **_of("payer", cells), "policy": _of("payer.policy", cells)},
        "course": {"diagnoses": _diagnoses(cells), "opened_on": str(day), **_of("course", cells, _WRITTEN_OTHERWISE)},
        "plan": list(_plans(cells, day)),
        "authorization": list(_authorizations(cells.get("authorized", ""))),
        "manual_line": list(_keyed(cells, day)),
        "event": list(_events(cells.get("events", ""))),
    }
    keys = [key for key, _ in zip("ABCDEF", cells.get("plans", "one").split(" + "), strict=False)]
    course["session"] = list(_sessions(cells, day, keys))
    course["session_run"] = list(_runs(cells, day, keys))
    return course


def _of(section: str, cells: dict[str, str], otherwise: frozenset[str] = frozenset()) -> dict[str, object]:
    """Return the keys of a section that the row gives, but for those that are written in a way of their own."""
    return {
        name.removeprefix(f"{section}."): _value(name, cell)
        for name, cell in cells.items()
        if name.rpartition(".")[0] == section and cell and name not in otherwise
    }


def _value(name: str, cell: str) -> object:
    if cell in FLAGS:
        return FLAGS[cell]
    is_text = name.endswith(("place_of_service", "second_session_modifier"))
    return int(cell) if cell.isdecimal() and not is_text else cell


def _diagnoses(cells: dict[str, str]) -> list[str]:
    return [] if cells.get("course.diagnoses") == "none" else ["C80.1"]


def _plans(cells: dict[str, str], day: date) -> Iterator[dict[str, object]]:
    plans = cells.get("plans", "lung vmat").split(" + ")
    for number, (key, words) in enumerate(zip("ABCDEF", plans, strict=False)):
        site, technique, *more = words.split()
        plan: dict[str, object] = {"key": key, "site": site, "technique": technique, "isocenters": 1, "fractions": 40}
        days_before = 0 if _OF_PLANS & set(cells) else len(plans) - number
        plan["approved_on"] = str(day - timedelta(days=days_before))
        plan |= dict(_word(word) for word in more) | _of("plan", cells)
        if plan["isocenters"] == "unknown":
            del plan["isocenters"]
        if plan["approved_on"] == "never":
            del plan["approved_on"]
        yield plan


def _word(word: str) -> tuple[str, object]:
    name, given, value = word.partition("=")
    return (name, _value(name, value)) if given else (name, True)


def _sessions(cells: dict[str, str], day: date, plans: list[str]) -> Iterator[dict[str, object]]:
    asked = {"sessions", f"{ANSWER}delivery", f"{ANSWER}guidance"} & set(cells)
    if not asked or "fractions" in cells:
        return
    for label in cells.get("sessions", "09:00").split(", "):
        days, words = (1, label.removeprefix("next day ")) if label.startswith("next day ") else (0, label)
        at, *more = words.split()
        session: dict[str, object] = {"key": f"{'next day ' if days else ''}{at}", "plans": plans}
        session["at"] = f"{day + timedelta(days=days)}T{at}:00"
        yield session | dict(_session_words(more)) | _of("session", cells)


def _runs(cells: dict[str, str], day: date, plans: list[str]) -> Iterator[dict[str, object]]:
    """Yield the runs of a row: `7` from its day on, `7 twice daily`, `7, 3 of B from 2026-03-23`."""
    for label in cells["fractions"].split(", ") if cells.get("fractions") else []:
        count, *words = label.split()
        run: dict[str, object] = {"plans": plans, "first": str(day), "count": int(count), "times": ["09:00:00"]}
        while words:
            match words.pop(0):
                case "of":
                    run["plans"] = [words.pop(0)]
                case "from":
                    run["first"] = words.pop(0)
                case "twice":
                    run["times"] = ["08:00:00", "15:00:00"]
                    words.pop(0)
                case word:
                    run |= dict([_word(word)])
        yield run


def _events(cell: str) -> Iterator[dict[str, object]]:
    """Yield what a row writes as `2026-03-04 visit, 2026-03-11 visit by=nurse_practitioner`."""
    for label in cell.split(", ") if cell else []:
        on, family, *more = label.split()
        event: dict[str, object] = {"code_family": family, "on": on}
        event |= {"by": "physician"} if family == "visit" else {}
        yield event | dict(_word(word) for word in more)


def _session_words(words: list[str]) -> Iterator[tuple[str, object]]:
    words = list(words)
    while words:
        word = words.pop(0)
        if word in ("partial", "aborted"):
            yield "status", word
        elif word == "resumes":
            yield "resumes", words.pop(0)
        elif word == "of":
            yield "plans", [words.pop(0)]
        elif word in MOTIONS:
            yield "active_motion_management", word
        else:
            yield _word(word)


def _keyed(cells: dict[str, str], day: date) -> Iterator[dict[str, object]]:
    if cells.get("keyed"):
        code, *modifiers = cells["keyed"].split()[0].split("-")
        units = int((re.findall(r"x(\d+)", cells["keyed"]) or ["1"])[0])
        yield {"code": code, "on": str(day), "modifiers": modifiers, "units": units, **_of("keyed", cells)}


def _authorizations(cell: str) -> Iterator[dict[str, object]]:
    for words in cell.split("; ") if cell else []:
        read = re.fullmatch(r"(.+) x(\d+) from (\S+) to (\S+)", words)
        assert read is not None, words
        codes, units, first, last = read.groups()
        yield {"codes": codes.split(), "units": int(units), "effective_from": first, "effective_to": last}


# --- the answer ---------------------------------------------------------------------------------------------------


def said(outcome: Outcome, column: str, cell: str) -> tuple[object, object]:
    """Return what the engine says and what the cell says, in one shape."""
    if column == "findings":
        codes = {f.code for f in outcome.findings if f.severity in (Severity.HOLD, Severity.REFUSED)}
        return sorted(codes), sorted(cell.split())
    if column == "place of service":
        return {line.place_of_service for line in outcome.lines}, {cell}
    wanted = [] if cell == "-" else cell.split("; ")
    with_claim = any(claim in cell for claim in ("professional", "institutional"))
    with_day = " on " in cell
    lines = [line for line in outcome.lines if line.family == column]
    written = [_written(line, with_claim=with_claim, with_day=with_day) for line in lines]
    return sorted(written), sorted(wanted)


def _written(line: ChargeLine, *, with_claim: bool, with_day: bool) -> str:
    words = ["-".join((line.code, *line.modifiers))]
    words += [f"x{line.units}"] if line.units > 1 else []
    words += [f"on {line.on}"] if with_day else []
    words += [line.claim.value] if with_claim else []
    words += ["held"] if line.held else []
    return " ".join(words)
