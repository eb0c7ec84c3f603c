"""The rows of what publications say of a code beside the rules, and how each is read. No rule asks for them.

As in rows.py: a cell that cannot be read leaves a fault behind, and the codebook is refused whole.
"""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from billing.rules.lines import Family
from billing.rules.table_rows import OPEN, DatedRow, RowReader, TableFile

TABLE = "code_facts.toml"
INDICATORS_TABLE = "indicators.csv"


class Indicator(StrEnum):
    """What a publication says of a code in a letter or a figure; each kind has its words in indicators.csv."""

    STATUS = "status"
    PC_TC = "pc_tc"
    GLOBAL_DAYS = "global_days"
    MULTIPLE_PROCEDURE = "multiple_procedure"
    BILATERAL = "bilateral"
    ASSISTANT = "assistant"
    CO_SURGEON = "co_surgeon"
    TEAM = "team"
    SUPERVISION = "supervision"
    IMAGING_FAMILY = "imaging_family"
    OPPS_STATUS = "opps_status"
    TYPE_OF_SERVICE = "type_of_service"
    BETOS = "betos"
    CCS = "ccs"
    MUE_ADJUDICATION = "mue_adjudication"
    PAIR_MODIFIER = "pair_modifier"


IN_WORDS = ("asc", "mue")
"""Cells that say themselves what they mean."""
_OF_A_CODE = tuple(one.value for one in Indicator if one not in (Indicator.MUE_ADJUDICATION, Indicator.PAIR_MODIFIER))


class Turn(StrEnum):
    """What became of a code on a day."""

    ADDED = "added"
    DELETED = "deleted"
    TEXT_CHANGED = "text_changed"
    SHORT_TEXT_CHANGED = "short_text_changed"


@dataclass(frozen=True, slots=True)
class CodeFacts(DatedRow):
    """The indicators of a code in a period: (kind, value), what the publication leaves out is not there."""

    code: str
    said: tuple[tuple[str, str], ...]

    def value(self, kind: str) -> str:
        """Return an indicator; empty where the publication does not say."""
        return dict(self.said).get(kind, "")


@dataclass(frozen=True, slots=True)
class CodeEvent(DatedRow):
    """What became of a code; ``effective_from`` is the day."""

    code: str
    what: Turn


@dataclass(frozen=True, slots=True)
class CodeUse(DatedRow):
    """What a publication says of the use of codes."""

    codes: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class PolicyWord(DatedRow):
    """A setting of a payer's policy, and the codes or families about which it decides."""

    rule: str
    setting: str
    codes: tuple[str, ...]
    families: tuple[Family, ...]


@dataclass(frozen=True, slots=True)
class Meaning(DatedRow):
    """What an indicator means."""

    kind: Indicator
    value: str
    meaning: str


@dataclass(frozen=True, slots=True)
class CodeTables:
    """Everything that the two tables say, in their order."""

    facts: tuple[CodeFacts, ...] = ()
    events: tuple[CodeEvent, ...] = ()
    uses: tuple[CodeUse, ...] = ()
    policies: tuple[PolicyWord, ...] = ()
    meanings: tuple[Meaning, ...] = ()
    words: dict[tuple[str, str], str] = field(default_factory=dict)
    """The meanings by kind and value."""

    def meaning(self, kind: str, value: str) -> str:
        """Return what an indicator means; empty where no row says."""
        return self.words.get((kind, value), "")

    def facts_on(self, code: str, day: date) -> CodeFacts | None:
        """Return what is said of a code on a day."""
        return next((row for row in self.facts if row.code == code and row.covers(day)), None)


def read_code_tables(tables: TableFile) -> CodeTables:
    """Read both tables; what is wrong is noted where the others' faults are."""
    meanings = tuple(_meaning(row) for row in tables.csv_rows(INDICATORS_TABLE))
    return CodeTables(
        tuple(_facts(row) for row in tables.rows(TABLE)),
        tuple(_event(row) for row in tables.rows(TABLE, "event")),
        tuple(_use(row) for row in tables.rows(TABLE, "use")),
        tuple(_policy(row) for row in tables.rows(TABLE, "policy")),
        meanings,
        {(row.kind.value, row.value): row.meaning for row in meanings},
    )


def _facts(row: RowReader) -> CodeFacts:
    head, code = row.head(), row.text("code")
    said = tuple((name, row.text(name)) for name in (*_OF_A_CODE, *IN_WORDS) if row.names(name))
    if not said:
        row.fault("says nothing of its code. Give it an indicator, or take the row out.")
    return CodeFacts(*head, code=code, said=said)


def _event(row: RowReader) -> CodeEvent:
    day = row.day("on")
    what = row.word("what", Turn) or Turn.ADDED
    return CodeEvent(row.table, row.row, day, day, row.source(), code=row.text("code"), what=what)


def _use(row: RowReader) -> CodeUse:
    codes = row.words("codes")
    if not codes:
        row.fault("names no code. Write codes as a list.")
    return CodeUse(row.table, row.row, date.min, OPEN, row.source(), codes=codes, text=row.text("text"))


def _policy(row: RowReader) -> PolicyWord:
    head, codes, families = row.head(), row.words("codes"), row.words_of("families", Family)
    if bool(codes) == bool(families):
        row.fault("names codes and families, or neither. Write one of the two.")
    return PolicyWord(*head, rule=row.text("rule"), setting=row.text("setting"), codes=codes, families=families)


def _meaning(row: RowReader) -> Meaning:
    kind = row.word("kind", Indicator) or Indicator.STATUS
    value, meaning = row.text("value"), row.text("meaning")
    return Meaning(row.table, row.row, date.min, OPEN, row.source(), kind=kind, value=value, meaning=meaning)
