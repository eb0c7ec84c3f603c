"""The kinds of rows that the tables have, and how each is read from its cells.

One class and one reader a table. A cell that cannot be read leaves a fault behind, and the codebook is refused
whole; so what a reader puts in its place is never seen.
"""

from dataclasses import dataclass
from datetime import date

from billing.rules.lines import ClaimKind, Family
from billing.rules.table_rows import OPEN, DatedRow, RowReader
from courses.terms import Site, Technique
from patients.terms import Bills, DeliveryCodeSet, PayerKind, Setting


@dataclass(frozen=True, slots=True)
class Procedure(DatedRow):
    """A code in one period of its life. ``pc_tc``: 0 physician service, 1 splits, 2 professional, 3 technical."""

    code: str
    name: str
    family: Family
    pc_tc: int
    unit: str
    unlisted: bool
    replaced_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DeliveryRow(DatedRow):
    """A code that a session earns, or (``code`` empty) the finding that stands in its place."""

    rule: str
    techniques: tuple[Technique, ...]
    code_set: str
    question: str
    answer: str
    code: str
    rank: int
    finding: str


@dataclass(frozen=True, slots=True)
class SiteRow(DatedRow):
    """Simple or complex by treated site."""

    site: Site
    level: str
    nodes_settle: bool
    left_documented: str


@dataclass(frozen=True, slots=True)
class LevelRow(DatedRow):
    """The level that a technique earns by itself."""

    technique: Technique
    level: int
    radiation: str


@dataclass(frozen=True, slots=True)
class CodeSetRow(DatedRow):
    """The code set that a payer takes unless its policy says otherwise."""

    payer: PayerKind
    setting: Setting
    code_set: DeliveryCodeSet


@dataclass(frozen=True, slots=True)
class PlanningRow(DatedRow):
    """What an approved plan may earn, or the finding in its place."""

    rule: str
    techniques: tuple[Technique, ...]
    imrt_planned: bool
    code: str
    finding: str


@dataclass(frozen=True, slots=True)
class FormRow(DatedRow):
    """The claims on which a code goes and its component modifier there, empty for a bare line."""

    rule: str
    setting: Setting
    bills: Bills
    pc_tc: int
    forms: tuple[tuple[ClaimKind, str], ...]


@dataclass(frozen=True, slots=True)
class PlaceRow(DatedRow):
    """The place of service that is written where the practice names ``named``."""

    setting: str
    named: str
    written: str


@dataclass(frozen=True, slots=True)
class ModifierRow(DatedRow):
    """A modifier that the indicators of our codes rule out."""

    modifier: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Limit(DatedRow):
    """Units of a code a day on one kind of claim. ``effective_from`` is the publication's day."""

    claim: ClaimKind
    code: str
    units: int
    warning_from: date
    mai: int = 0
    """How it is counted: 1 by claim line, 2 and 3 by day; 0 where nobody says."""
    rationale: str = ""

    def holds_on(self, day: date) -> bool:
        """Return whether a line above the limit is held; else it is only warned of."""
        return day < self.warning_from


# --- cells -> row ----------------------------------------------------------------------------------------------

_Head = tuple[str, int, date, date, str]


def _head(row: RowReader) -> _Head:
    return row.head()


def read_procedure(row: RowReader) -> Procedure:
    """Read a row of procedures.toml."""
    pc_tc = row.whole("pc_tc")
    if pc_tc not in range(4):
        row.fault(f"pc_tc is {pc_tc}. The indicator is 0, 1, 2 or 3.")
    return Procedure(
        *_head(row),
        code=row.text("code"),
        name=row.text("name"),
        family=row.word("family", Family) or Family.MANUAL,
        pc_tc=pc_tc,
        unit=row.text("unit"),
        unlisted=row.flag("unlisted"),
        replaced_by=row.words("replaced_by"),
    )


def read_delivery(row: RowReader) -> DeliveryRow:
    """Read a row of delivery.toml: one that earns a code, or one that says why none is earned."""
    earns = row.table == "delivery.toml"
    return DeliveryRow(
        *_head(row),
        rule=row.text("rule"),
        techniques=row.words_of("techniques", Technique),
        code_set=row.text("code_set"),
        question=row.text("question", optional=True),
        answer=row.text("answer", optional=True),
        code=row.text("code") if earns else "",
        rank=row.whole("rank") if earns else 0,
        finding="" if earns else row.text("finding"),
    )


def read_site(row: RowReader) -> SiteRow:
    """Read a row of sites.toml."""
    return SiteRow(
        *_head(row),
        site=row.word("site", Site) or Site.OTHER,
        level=row.text("level"),
        nodes_settle=row.flag("nodes_settle"),
        left_documented=row.text("left_documented", optional=True),
    )


def read_level(row: RowReader) -> LevelRow:
    """Read a row of levels.toml."""
    return LevelRow(
        *_head(row),
        technique=row.word("technique", Technique) or Technique.UNKNOWN,
        level=row.whole("level"),
        radiation=row.text("radiation"),
    )


def read_code_set(row: RowReader) -> CodeSetRow:
    """Read a row of code_sets.toml."""
    return CodeSetRow(
        *_head(row),
        payer=row.word("payer", PayerKind) or PayerKind.SELF_PAY,
        setting=row.word("setting", Setting) or Setting.HOSPITAL,
        code_set=row.word("code_set", DeliveryCodeSet) or DeliveryCodeSet.CPT,
    )


def read_planning(row: RowReader) -> PlanningRow:
    """Read a row of planning.toml."""
    earns = row.names("code")
    return PlanningRow(
        *_head(row),
        rule=row.text("rule"),
        techniques=row.words_of("techniques", Technique),
        imrt_planned=row.flag("imrt_planned"),
        code=row.text("code", optional=True),
        finding=row.text("finding", optional=earns),
    )


def read_form(row: RowReader) -> FormRow:
    """Read a row of forms.toml; a claim that it does not name gets no line."""
    named = [claim for claim in ClaimKind if row.names(claim)]
    return FormRow(
        *_head(row),
        rule=row.text("rule"),
        setting=row.word("setting", Setting) or Setting.HOSPITAL,
        bills=row.word("bills", Bills) or Bills.TECHNICAL,
        pc_tc=row.whole("pc_tc"),
        forms=tuple((claim, row.text(claim, optional=True)) for claim in named),
    )


def read_place(row: RowReader) -> PlaceRow:
    """Read a row of places.toml."""
    return PlaceRow(
        *_head(row),
        setting=row.text("setting"),
        named=row.text("named", optional=True),
        written=row.text("written"),
    )


def read_modifier(row: RowReader) -> ModifierRow:
    """Read a row of modifiers.toml."""
    return ModifierRow(*_head(row), modifier=row.text("modifier"), meaning=row.text("meaning"))


def read_limit(row: RowReader) -> Limit:
    """Read a row of limits.csv; it stands from its publication until a later one."""
    return Limit(
        row.table,
        row.row,
        row.day("published"),
        OPEN,
        row.source(),
        claim=row.word("claim", ClaimKind) or ClaimKind.PROFESSIONAL,
        code=row.text("code"),
        units=row.whole("units"),
        warning_from=row.day("warning_from", absent=OPEN),
        mai=row.whole("mai"),
        rationale=row.text("rationale"),
    )
