"""What is loaded, and what the files in force on a day say of one code: answers for a person, not for the rules."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Model, Q

from billing.cms.kinds import TITLES, FileKind
from billing.models import ReferenceFile
from billing.reference.staging import MODELS

MOST_ROWS = 200
"""Of one file; a code of evaluation and management is in thousands of pairs."""

CodeFilter = Callable[[str], Q]


@dataclass(frozen=True, slots=True)
class Shown:
    """Which columns of a kind are shown, each with its words, and how its rows of a code are found."""

    columns: tuple[tuple[str, str], ...]
    of_code: CodeFilter
    order: tuple[str, ...] = ("line",)


@dataclass(frozen=True, slots=True)
class Said:
    """What one file says of the code. ``more`` rows are not shown."""

    file: ReferenceFile
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    more: int

    @property
    def title(self) -> str:
        """What kind of file it is."""
        return TITLES[FileKind(self.file.kind)]


def _is_code(code: str) -> Q:
    return Q(code=code)


_PAIRS = Shown(
    (
        ("column1", "Column 1"), ("column2", "Column 2"), ("indicator", "Modifier"), ("effective_from", "From"),
        ("effective_to", "Last day"), ("rationale", "Why"), ("line", "Line"),
    ),
    lambda code: Q(column1=code) | Q(column2=code),
    ("column1", "column2", "effective_from", "line"),
)  # fmt: skip
_PAYER_CODES = Shown(
    (("name", "Meaning"), ("added_on", "Added"), ("changed_on", "Changed"), ("ended_on", "Ended"), ("line", "Line")),
    _is_code,
)
_LIMITS = Shown(
    (("units", "Units a day"), ("indicator", "Indicator"), ("rationale", "Why"), ("line", "Line")), _is_code
)
SHOWN: dict[FileKind, Shown] = {
    FileKind.PAIRS_PRACTITIONER: _PAIRS,
    FileKind.PAIRS_HOSPITAL: _PAIRS,
    FileKind.LIMITS_PRACTITIONER: _LIMITS,
    FileKind.LIMITS_HOSPITAL: _LIMITS,
    FileKind.RELATIVE_VALUES: Shown(
        (
            ("modifier", "Modifier"), ("status", "Status"), ("work", "Work"), ("pe_non_facility", "Practice expense"),
            ("pe_facility", "in a facility"), ("malpractice", "Malpractice"), ("pc_tc", "PC/TC"),
            ("global_days", "Global"), ("conversion_factor", "Conversion factor"), ("line", "Line"),
        ),
        _is_code,
        ("modifier", "line"),
    ),
    FileKind.OPPS_RATES: Shown(
        (
            ("status_indicator", "Status"), ("apc", "APC"), ("relative_weight", "Weight"), ("payment_rate", "Rate, $"),
            ("minimum_copayment", "Least copayment, $"), ("line", "Line"),
        ),
        _is_code,
    ),
    FileKind.ADD_ON_CODES: Shown(
        (
            ("primary", "Primary code"), ("add_on", "Add-on code"), ("edit_type", "Type"), ("effective_from", "From"),
            ("effective_to", "Last day"), ("line", "Line"),
        ),
        lambda code: Q(primary=code) | Q(add_on=code),
        ("primary", "add_on", "line"),
    ),
    FileKind.DIAGNOSIS_CODES: Shown((("is_billable", "Billable"), ("name", "Name"), ("line", "Line")), _is_code),
    FileKind.HCPCS_CODES: Shown(
        (("name", "Name"), ("added_on", "Added"), ("changed_on", "Changed"), ("ended_on", "Ended"), ("line", "Line")),
        _is_code,
    ),
    FileKind.ADJUSTMENT_REASONS: _PAYER_CODES,
    FileKind.REMARKS: _PAYER_CODES,
}  # fmt: skip


def loaded_files() -> list[ReferenceFile]:
    """Return what is loaded, kind by kind, the latest first: one statement."""
    kinds = list(FileKind)
    files = ReferenceFile.objects.order_by("-effective_from", "edition", "part")
    return sorted(files, key=lambda file: kinds.index(FileKind(file.kind)))


def files_in_force(on: date) -> list[ReferenceFile]:
    """Return the latest file up to a day of each kind, edition and part, kind by kind: one statement."""
    kinds = list(FileKind)
    rows = ReferenceFile.objects.filter(effective_from__lte=on).order_by("kind", "edition", "part", "-effective_from")
    return sorted(rows.distinct("kind", "edition", "part"), key=lambda file: kinds.index(FileKind(file.kind)))


def what_files_say(*, code: str, on: date) -> list[Said]:
    """Return what the files in force on a day say of a code; those that are silent are left out.

    One statement, and two for each file in force. A diagnosis code may be written with its dot.
    """
    return [said for file in files_in_force(on) for said in _said(file, code.replace(".", "").strip().upper())]


def _said(file: ReferenceFile, code: str) -> Iterator[Said]:
    kind = FileKind(file.kind)
    shown = SHOWN.get(kind)
    if shown is None:
        return
    model: type[Model] = MODELS[kind]
    rows = model._default_manager.filter(shown.of_code(code), file=file)
    names: Sequence[str] = [name for name, _words in shown.columns]
    first = tuple(rows.order_by(*shown.order).values_list(*names)[: MOST_ROWS + 1])
    if first:
        more = rows.count() - MOST_ROWS if len(first) > MOST_ROWS else 0
        rows_in_words = tuple(tuple(_in_words(cell) for cell in row) for row in first[:MOST_ROWS])
        yield Said(file, tuple(words for _name, words in shown.columns), rows_in_words, more)


def _in_words(cell: object) -> str:
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, date):
        return f"{cell.day} {cell:%b %Y}"
    return "" if cell is None else str(cell)
