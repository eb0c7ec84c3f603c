"""Import files and folders of DICOM-RT: plans first, then the records that need them; an answer for every file."""

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from courses.adapters.dicom_answer import Answer, Became, ignored, refused
from courses.adapters.dicom_file import PLAN, DicomPassedBy, DicomRefused, kind_of, read_dicom
from courses.adapters.dicom_placing import Wishes
from courses.adapters.dicom_plan import read_plan
from courses.adapters.dicom_plan_filing import file_plan
from courses.adapters.dicom_proposal import PlanProposal
from courses.adapters.dicom_record import TreatmentRecord, read_record
from courses.adapters.dicom_record_filing import file_records

# A folder's table of contents: it names the files that are read one by one anyway.
CONTENTS = "DICOMDIR"


class Misused(Exception):
    """What was asked for cannot be meant; nothing was stored."""


@dataclass(slots=True)
class ReadFiles:
    """What the files hold, before anything is stored."""

    plans: dict[Path, PlanProposal] = field(default_factory=dict)
    records: dict[Path, TreatmentRecord] = field(default_factory=dict)
    answers: dict[Path, Answer] = field(default_factory=dict)


def import_dicom(paths: Sequence[Path], wishes: Wishes) -> dict[Path, Answer]:
    """Import every file; return what became of each, in order of the paths. Again, it changes nothing.

    Raises:
        Misused: a diagnosis is given for the plans of several patients.
    """
    files = list(dict.fromkeys(_files(paths)))
    read = read_files(files)
    if wishes.diagnoses and len({proposal.patient.mrn for proposal in read.plans.values()}) > 1:
        raise Misused("The plans are of several patients, and --diagnosis is one patient's. Import them apart.")
    for path, proposal in sorted(read.plans.items(), key=lambda one: _planned(one[1])):
        read.answers[path] = file_plan(
            proposal, wishes=wishes, first_treated_on=_first_day(proposal.uid, read.records.values())
        )
    answers = file_records(list(read.records.values()), by=wishes.by)
    read.answers.update(zip(read.records, answers, strict=True))
    return {path: read.answers[path] for path in files}


def read_files(files: Iterable[Path]) -> ReadFiles:
    """Read the files; those that are no plan or record, or not to be taken, have their answer already."""
    read = ReadFiles()
    for path in files:
        try:
            dataset = read_dicom(path)
            if kind_of(dataset) == PLAN:
                read.plans[path] = read_plan(dataset)
            else:
                read.records[path] = read_record(dataset)
        except DicomPassedBy as passed:
            read.answers[path] = ignored(str(passed))
        except DicomRefused as refusal:
            read.answers[path] = refused(str(refusal))
    return read


def in_numbers(answers: Iterable[Answer]) -> str:
    """Return the summary: how many files became what, and how many sessions wait for a person."""
    every = list(answers)
    counted = Counter(answer.became for answer in every)
    said = ", ".join(f"{counted[became]} {became}" for became in Became)
    waiting = sum(answer.waits for answer in every)
    return f"{said}." + (f" {waiting} left a session that waits for a person's signature." if waiting else "")


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    """Yield the files named, and all files under the folders named but hidden ones."""
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        for folder, folders, names in os.walk(path):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for name in sorted(names):
                if not name.startswith(".") and name != CONTENTS:
                    yield Path(folder, name)


def _planned(proposal: PlanProposal) -> tuple[date, str]:
    """Order plans as they were made, so that one is here before a later one names it."""
    return proposal.planned_on or date.max, proposal.uid


def _first_day(plan_uid: str, records: Iterable[TreatmentRecord]) -> date | None:
    days = [record.beams[0].begins_at.date() for record in records if record.plan_uid == plan_uid]
    return min(days, default=None)
