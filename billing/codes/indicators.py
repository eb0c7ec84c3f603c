"""The indicators of a code on a day, each with who says it and since when; what nobody says is said to be missing.

Medicare's own loaded file comes first, then the publications of the tables. Where the two differ, both are shown.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from billing.cms.kinds import TITLES, FileKind
from billing.models import OppsRate, RelativeValue
from billing.rules.code_rows import CodeFacts
from billing.rules.codebook import Codebook
from billing.rules.lines import ClaimKind


@dataclass(frozen=True, slots=True)
class Statement:
    """One publication's answer: the indicator, its words, who says it, from when."""

    value: str
    meaning: str
    source: str
    since: date


@dataclass(frozen=True, slots=True)
class Fact:
    """One indicator of a code. Without a statement ``missing`` says why, and ``load`` which file would tell."""

    name: str
    label: str
    said: tuple[Statement, ...] = ()
    missing: str = ""
    load: FileKind | None = None

    @property
    def shown(self) -> Statement | None:
        """The first statement, which counts."""
        return self.said[0] if self.said else None

    @property
    def others(self) -> tuple[Statement, ...]:
        """Later statements that say otherwise."""
        return tuple(one for one in self.said[1:] if one.value != self.said[0].value)


_FEE_SCHEDULE = FileKind.RELATIVE_VALUES
_ASKED: tuple[tuple[str, str, FileKind | None], ...] = (
    ("status", "Medicare status", _FEE_SCHEDULE),
    ("pc_tc", "Professional and technical (PC/TC)", _FEE_SCHEDULE),
    ("global_days", "Global days", _FEE_SCHEDULE),
    ("multiple_procedure", "Multiple procedures (51)", _FEE_SCHEDULE),
    ("bilateral", "Bilateral (50)", _FEE_SCHEDULE),
    ("assistant", "Assistant at surgery (80, 82)", _FEE_SCHEDULE),
    ("co_surgeon", "Co-surgeons (62)", _FEE_SCHEDULE),
    ("team", "Team (66)", _FEE_SCHEDULE),
    ("supervision", "Supervision by a physician", _FEE_SCHEDULE),
    ("imaging_family", "Diagnostic imaging family", _FEE_SCHEDULE),
    ("opps_status", "Hospital outpatient status", FileKind.OPPS_RATES),
    ("asc", "Surgery centre (ASC)", None),
    ("type_of_service", "Type of service", None),
    ("betos", "BETOS", None),
    ("ccs", "CCS", None),
)


@dataclass(frozen=True, slots=True)
class OnDay:
    """What is known of a code on a day: rows of the loaded files (none: the file is silent), rows of the tables."""

    codebook: Codebook
    code: str
    on: date
    relative_value: RelativeValue | None
    hospital_rate: OppsRate | None
    loaded: frozenset[FileKind]


def facts_of(known: OnDay) -> list[Fact]:
    """Return every indicator, in the order in which a biller reads them."""
    of_files = dict(_of_files(known))
    of_tables = known.codebook.code_tables.facts_on(known.code, known.on)
    return [
        Fact(name, label, said) if said else Fact(name, label, missing=_missing(known, kind), load=kind)
        for name, label, kind in _ASKED
        for said in [tuple(_said(known, name, of_files.get(name), of_tables))]
    ]


def _said(known: OnDay, name: str, of_file: Statement | None, of_tables: CodeFacts | None) -> Iterator[Statement]:
    if of_file is not None:
        yield of_file
    if of_tables is not None and of_tables.value(name):
        yield _stated(known, name, of_tables.value(name), of_tables.source, of_tables.effective_from)
    procedure = known.codebook.procedure(known.code, known.on)
    if name == "pc_tc" and procedure is not None:
        yield _stated(known, name, str(procedure.pc_tc), procedure.source, procedure.effective_from)


def _missing(known: OnDay, kind: FileKind | None) -> str:
    if kind is None:
        return "not said: none of the files that can be loaded has it"
    if kind not in known.loaded:
        return f"not loaded: {TITLES[kind]}"
    row = known.relative_value if kind is _FEE_SCHEDULE else known.hospital_rate
    if row is None:
        return "the loaded file does not name this code"
    return "empty in the loaded rows: load the file again"


def _of_files(known: OnDay) -> Iterator[tuple[str, Statement]]:
    value, rate = known.relative_value, known.hospital_rate
    if value is not None:
        source, since = f"{value.file.name}, line {value.line}", value.file.effective_from
        for name, _label, kind in _ASKED:
            if kind is _FEE_SCHEDULE and getattr(value, name):
                yield name, _stated(known, name, getattr(value, name), source, since)
    if rate is not None:
        source = f"{rate.file.name}, line {rate.line}"
        yield "opps_status", _stated(known, "opps_status", rate.status_indicator, source, rate.file.effective_from)


def _stated(known: OnDay, name: str, value: str, source: str, since: date) -> Statement:
    return Statement(value, known.codebook.code_tables.meaning(name, value), source, since)


# --- units a day ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DailyUnits:
    """The most units a day on one kind of claim, as the publication of the day has it."""

    claim: str
    units: int
    mai: int
    adjudication: str
    rationale: str
    source: str
    since: date
    warns_from: date | None
    """From when it only warns, because the code means another thing."""


def daily_units(
    codebook: Codebook, rows: Iterable[tuple[str, int, int, str, str, date]], code: str, on: date
) -> list[DailyUnits]:
    """Return the limits of both claims.

    Args:
        rows: what the loaded files of the day say: claim, units, adjudication, rationale, source, first day.
    """
    found = {
        claim: DailyUnits(
            claim,
            units,
            mai,
            codebook.code_tables.meaning("mue_adjudication", str(mai)),
            why,
            source,
            since,
            _warns_from(codebook, claim, code, on),
        )
        for claim, units, mai, why, source, since in rows
    }
    for claim, limit in _limits_of_tables(codebook, code, on):
        found.setdefault(claim, limit)
    return [found[claim] for claim in sorted(found, reverse=True)]


def _warns_from(codebook: Codebook, claim: str, code: str, on: date) -> date | None:
    """Return from when the limit of the day only warns; none where it holds."""
    limit = codebook.limit(ClaimKind(claim), code, on)
    return None if limit is None or limit.warning_from == date.max else limit.warning_from


def _limits_of_tables(codebook: Codebook, code: str, on: date) -> Iterator[tuple[str, DailyUnits]]:
    for row in codebook.limits:
        limit = codebook.limit(row.claim, code, on) if row.code == code else None
        if limit is row:
            adjudication = codebook.code_tables.meaning("mue_adjudication", str(row.mai))
            warns = _warns_from(codebook, row.claim.value, code, on)
            yield (
                row.claim.value,
                DailyUnits(
                    row.claim.value,
                    row.units,
                    row.mai,
                    adjudication,
                    row.rationale,
                    row.source,
                    row.effective_from,
                    warns,
                ),
            )


def policies_of(codebook: Codebook, code: str, on: date) -> Sequence[tuple[str, str]]:
    """Return the settings of a payer's policy that decide about a code on a day, each with its rule."""
    procedure = codebook.procedure(code, on)
    return [
        (row.setting, row.rule)
        for row in codebook.code_tables.policies
        if row.covers(on) and (code in row.codes or (procedure is not None and procedure.family in row.families))
    ]
