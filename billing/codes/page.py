"""Everything about one code on one day, gathered for its page and for the API: a fixed number of statements."""

from dataclasses import dataclass
from datetime import date

from billing.codes.charged import (
    FindingCount,
    MonthCount,
    PolicyWordShown,
    counts_by_month,
    fees_of,
    findings_met,
    last_lines,
    policies_that_speak,
)
from billing.codes.descriptors import Described, described
from billing.codes.generation import Generates, generating_rows
from billing.codes.indicators import DailyUnits, Fact, OnDay, daily_units, facts_of, policies_of
from billing.codes.lineage import Lineage, Similar, lineage_of, similar_codes
from billing.codes.published import Published, published
from billing.models import FeeLine, LedgerEntry
from billing.reference.overlay import current_codebook
from billing.rules.code_rows import CodeEvent, CodeUse
from billing.rules.codebook import Codebook
from billing.rules.rows import Procedure
from billing.rules.table_rows import OPEN


@dataclass(frozen=True, slots=True)
class CodePage:
    """What is known of a code. ``period`` is the one that is spoken of: of the day, else the nearest."""

    code: str
    on: date
    codebook: Codebook
    period: Procedure | None
    lineage: Lineage | None
    events: tuple[CodeEvent, ...]
    uses: tuple[CodeUse, ...]
    facts: tuple[Fact, ...]
    units: tuple[DailyUnits, ...]
    units_said: str
    published: Published
    rules: tuple[Generates, ...]
    similar: tuple[Similar, ...]
    described: Described | None
    fees: tuple[FeeLine, ...]
    policies: tuple[PolicyWordShown, ...]
    findings: tuple[FindingCount, ...]
    months: tuple[MonthCount, ...]
    lines: tuple[LedgerEntry, ...]

    @property
    def is_known(self) -> bool:
        """Whether anything at all names the code."""
        return bool(self.period or self.published.says_anything or self.described or self.fees or self.lines)

    @property
    def is_in_force(self) -> bool:
        """Whether the code may stand on a line of the day."""
        return self.period is not None and self.period.covers(self.on)

    @property
    def name(self) -> str:
        """Its name in our own words; of a code of no table what is public, if anything."""
        if self.period is not None:
            return self.period.name
        return self.published.hcpcs.short_name or self.published.hcpcs.name if self.published.hcpcs else ""

    @property
    def last_day(self) -> date | None:
        """The last day of the period, none while it is in force."""
        return None if self.period is None or self.period.effective_to == OPEN else self.period.effective_to


def usual_day(code: str, today: date) -> date:
    """Return the day on which a page speaks of a code unasked: today, or the nearest day of the code's life."""
    period = _nearest(current_codebook(), code, today)
    if period is None or period.covers(today):
        return today
    return period.effective_to if period.effective_to < today else period.effective_from


def code_page(*, code: str, on: date, today: date) -> CodePage:
    """Gather what is known of a code on a day; the months are those of a year up to its last line."""
    codebook = current_codebook()
    found = published(code=code, on=on)
    known = OnDay(codebook, code, on, found.bare_value, found.hospital_rate, found.loaded)
    of_tables = codebook.code_tables.facts_on(code, on)
    lines = tuple(last_lines(code))
    return CodePage(
        code=code,
        on=on,
        codebook=codebook,
        period=_nearest(codebook, code, on),
        lineage=lineage_of(codebook, code),
        events=tuple(row for row in codebook.code_tables.events if row.code == code),
        uses=tuple(row for row in codebook.code_tables.uses if code in row.codes),
        facts=tuple(facts_of(known)),
        units=tuple(daily_units(codebook, found.unit_rows(), code, on)),
        units_said=of_tables.value("mue") if of_tables else "",
        published=found,
        rules=generating_rows(codebook, code),
        similar=similar_codes(codebook, code, on),
        described=described(code=code, on=on),
        fees=tuple(fees_of(code)),
        policies=tuple(policies_that_speak(policies_of(codebook, code, on), on)),
        findings=tuple(findings_met(code)),
        months=tuple(counts_by_month(code, min(today, lines[0].service_on) if lines else today)),
        lines=lines,
    )


def _nearest(codebook: Codebook, code: str, day: date) -> Procedure | None:
    """Return the period of a day; before the first that one, after the last the last one before it."""
    periods = sorted(codebook.history(code), key=lambda row: row.effective_from)
    begun = [row for row in periods if row.effective_from <= day]
    return begun[-1] if begun else next(iter(periods), None)
