"""The course file: one course of treatment as facts, in TOML or as the same keys in JSON.

Read by the estimate, by the API, by the import and by the scenario tests; docs/course-file.md describes it. It only
reads: unknown keys, wrong types and impossible values are refused, all together, before any rule sees them.
"""

import json
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

from billing.rules.course_fields import CourseFileError, Faults, Section
from billing.rules.course_sections import (
    NO_DAY,
    Names,
    read_authorization,
    read_event,
    read_manual_line,
    read_payer,
    read_plan,
    read_practice,
)
from billing.rules.course_sessions import read_sessions
from billing.rules.facts import CourseFacts
from patients.identifiers import IdentifierError, format_icd10, validate_icd10, validate_mrn

Fact = TypeVar("Fact")

FORMAT = 1
LARGEST_FILE = 2_000_000
MOST_PLANS = 100
MOST_EVENTS = 2000
MOST_AUTHORIZATIONS = 200
MOST_MANUAL_LINES = 500
MOST_DIAGNOSES = 24
FIRST_BIRTH = date(1880, 1, 1)


@dataclass(frozen=True, slots=True)
class CourseFile:
    """A course file that was taken. ``expect`` is what tests expect of it, unread."""

    facts: CourseFacts
    title: str
    mrn: str | None
    birth_date: date | None
    expect: Mapping[str, object]


def open_course_file(path: Path) -> CourseFile:
    """Read a course file from disk; one that ends in .json is JSON, any other TOML.

    Raises:
        CourseFileError: it cannot be opened or taken; every fault names the file.
    """
    name = str(path)
    try:
        size = path.stat().st_size
        if size > LARGEST_FILE:
            raise CourseFileError([f"{name}: has {size} bytes. A course file has at most {LARGEST_FILE}."])
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise CourseFileError([f"{name}: {error.strerror or error}. Give a file that can be read."]) from error
    except UnicodeDecodeError as error:
        raise CourseFileError([f"{name}: byte {error.start} is not UTF-8. Save the file as UTF-8."]) from error
    return read_course(text, name)


def read_course(source: str | Mapping[str, object], name: str) -> CourseFile:
    """Read a course from TOML, from JSON (``name`` ends in .json), or from a mapping that JSON gave.

    Raises:
        CourseFileError: every fault of the file together.
    """
    is_json = not isinstance(source, str) or name.lower().endswith(".json")
    cells = _parse(source, name, is_json=is_json) if isinstance(source, str) else source
    faults = Faults(name)
    course_file = _read(Section(cells, "", faults, written_as_text=is_json))
    faults.refuse_if_any()
    return course_file


def _parse(text: str, name: str, *, is_json: bool) -> object:
    try:
        return json.loads(text, object_pairs_hook=_without_repeats) if is_json else tomllib.loads(text)
    except RecursionError as error:
        raise CourseFileError([f"{name}: is nested too deep. Write a course file."]) from error
    except ValueError as error:
        kind = "JSON" if is_json else "TOML"
        raise CourseFileError([f"{name}: is not {kind}: {error}. Mend it there."]) from error


def _without_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    cells = dict(pairs)
    if len(cells) != len(pairs):
        repeated = next(key for n, (key, _) in enumerate(pairs) if key in dict(pairs[:n]))
        raise ValueError(f"the key {json.dumps(repeated)} stands twice in one object")
    return cells


def _read(file: Section) -> CourseFile:
    file.whole("format", least=FORMAT, most=FORMAT, required=True)
    course_id = file.text("id", required=True, pattern=r"\S(.{0,98}\S)?", remedy="Write 1 to 100 characters.")
    title = file.text("title", longest=200)
    practice = read_practice(file.section("practice", required=True))
    payer = read_payer(file.section("payer", required=True))
    patient = file.section("patient", is_secret=True)
    mrn, birth_date = _read_patient(patient)
    course = file.section("course", required=True)
    diagnoses = tuple(_read_diagnoses(course))
    opened_on = course.day("opened_on", required=True) or NO_DAY
    closed_on = course.day("closed_on")
    course.finish()
    if closed_on is not None and closed_on < opened_on:
        course.found("closed_on", closed_on, f"The course was opened on {opened_on}: a course closes later.")
    if birth_date is not None and NO_DAY < opened_on < birth_date:
        patient.found("birth_date", birth_date, "It is after the course was opened. Mend one of the two.")
    plans = tuple(_facts(file, "plan", MOST_PLANS, read_plan))
    sessions = read_sessions(file, {plan.key for plan in plans})
    facts = CourseFacts(
        id=course_id or "",
        practice=practice,
        payer=payer,
        diagnoses=diagnoses,
        opened_on=opened_on,
        closed_on=closed_on,
        plans=plans,
        sessions=sessions,
        events=tuple(_facts(file, "event", MOST_EVENTS, read_event)),
        authorizations=tuple(_facts(file, "authorization", MOST_AUTHORIZATIONS, read_authorization)),
        manual_lines=tuple(_facts(file, "manual_line", MOST_MANUAL_LINES, read_manual_line)),
    )
    expect = file.ignored("expect")
    file.finish()
    return CourseFile(facts, title or "", mrn, birth_date, expect)


def _facts(file: Section, name: str, most: int, read: Callable[[Section, int, Names], Fact]) -> Iterator[Fact]:
    names = Names()
    for ordinal, section in enumerate(file.sections(name, most=most), start=1):
        yield read(section, ordinal, names)


def _read_patient(section: Section) -> tuple[str | None, date | None]:
    mrn = section.text("mrn", longest=30)
    birth_date = section.day("birth_date", first=FIRST_BIRTH)
    section.finish()
    try:
        return (validate_mrn(mrn) if mrn is not None else None), birth_date
    except IdentifierError:
        section.fault("mrn", "not a record number. Write 1 to 30 letters and digits, inside also blank . - _ / #.")
        return None, birth_date


def _read_diagnoses(section: Section) -> Iterator[str]:
    remedy = "Write an ICD-10-CM code, as C50.911."
    codes = section.texts("diagnoses", pattern=r".{1,10}", remedy=remedy, most=MOST_DIAGNOSES, required=True)
    for code in codes:
        try:
            yield format_icd10(validate_icd10(code))
        except IdentifierError:
            section.found("diagnoses", code, remedy)
