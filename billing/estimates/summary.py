"""Lines and findings of an estimate as a person reads them: grouped rows, totals by claim, units to ask for.

Pure: lines, their costs and the codebook in, one value out, for the page, the paper and the API alike.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from billing.rules.authorizations import NOT_ASKED_FOR
from billing.rules.codebook import Codebook
from billing.rules.lines import Because, ChargeLine, ClaimKind, Family, Finding, Outcome, Severity


class Stage(StrEnum):
    """The parts of a course, in the order in which a patient meets them."""

    BEFORE = "before"
    PLANNING = "planning"
    DELIVERY = "delivery"
    GUIDANCE = "guidance"
    MANAGEMENT = "management"
    PHYSICS = "physics"
    KEYED = "keyed"


STAGE_WORDS = {
    Stage.BEFORE: "Simulation and consultations",
    Stage.PLANNING: "Planning",
    Stage.DELIVERY: "Delivery",
    Stage.GUIDANCE: "Image guidance",
    Stage.MANAGEMENT: "Management by the physician",
    Stage.PHYSICS: "Physics checks",
    Stage.KEYED: "Keyed by hand",
}
STAGE_OF = {
    Family.SIMULATION: Stage.BEFORE,
    Family.CONSULT: Stage.BEFORE,
    Family.PLAN: Stage.PLANNING,
    Family.DOSIMETRY: Stage.PLANNING,
    Family.DEVICE: Stage.PLANNING,
    Family.DELIVERY: Stage.DELIVERY,
    Family.GUIDANCE: Stage.GUIDANCE,
    Family.MANAGEMENT: Stage.MANAGEMENT,
    Family.PHYSICS: Stage.PHYSICS,
    Family.MANUAL: Stage.KEYED,
}
_STAGES, _SEVERITIES, _CLAIMS = tuple(Stage), tuple(Severity), tuple(ClaimKind)


@dataclass(frozen=True, slots=True)
class Cost:
    """What a line costs in US dollars, by the unit and in all."""

    unit_amount: Decimal
    amount: Decimal


CostOf = Callable[[ChargeLine], Cost | None]


def no_cost(line: ChargeLine) -> None:
    """Return no cost: for who may not see one, and for a practice without a price list."""


@dataclass(frozen=True, slots=True)
class Row:
    """Lines that differ in nothing but their day. ``amount`` is ``None`` where there is no fee."""

    stage: Stage
    code: str
    modifiers: tuple[str, ...]
    name: str
    claim: ClaimKind
    lines: int
    units: int
    first_on: date
    last_on: date
    unit_amount: Decimal | None
    amount: Decimal | None
    held: int
    because: Because

    @property
    def written(self) -> str:
        """The code with its modifiers, as on a claim."""
        return "-".join((self.code, *self.modifiers))

    @property
    def held_words(self) -> str:
        """How many of the lines a finding would hold."""
        return "Would be held" if self.held == self.lines else f"{self.held} of {self.lines} would be held"


@dataclass(frozen=True, slots=True)
class Total:
    """What lines come to. ``unpriced`` of them have no fee and are not in the amount."""

    lines: int
    units: int
    amount: Decimal
    unpriced: int

    @property
    def has_amount(self) -> bool:
        """Whether any of the lines has a fee."""
        return self.unpriced < self.lines


@dataclass(frozen=True, slots=True)
class Group:
    """The rows of one part of the course."""

    stage: Stage
    rows: tuple[Row, ...]
    total: Total

    @property
    def words(self) -> str:
        """The part's name."""
        return STAGE_WORDS[self.stage]


@dataclass(frozen=True, slots=True)
class Told:
    """A finding that the course meets, said once for all its days. ``count`` is how often."""

    severity: Severity
    code: str
    message: str
    count: int
    first_on: date | None
    last_on: date | None


@dataclass(frozen=True, slots=True)
class Ask:
    """Units of one code to have approved, and the days of service that they must cover."""

    code: str
    name: str
    units: int
    first_on: date
    last_on: date


@dataclass(frozen=True, slots=True)
class Summary:
    """An estimate, ready to be read. ``by_claim`` has the kinds of claim that there are."""

    groups: tuple[Group, ...]
    total: Total
    by_claim: tuple[tuple[ClaimKind, Total], ...]
    held: int
    told: tuple[Told, ...]
    asks: tuple[Ask, ...]


def summarize(outcome: Outcome, codebook: Codebook, cost_of: CostOf = no_cost) -> Summary:
    """Return lines and findings as they are read; amounts only where ``cost_of`` gives them."""
    lines = outcome.lines
    costs = {line.key: cost_of(line) for line in lines}
    rows = _rows(lines, costs, codebook)
    return Summary(
        groups=tuple(_groups(rows)),
        total=_total(rows),
        by_claim=tuple((claim, _total(of_claim)) for claim in _CLAIMS if (of_claim := _on_claim(rows, claim))),
        held=sum(line.held for line in lines),
        told=(*_told(outcome.findings), *_codes_that_end(lines, codebook)),
        asks=tuple(_asks(lines, codebook)),
    )


# --- rows, groups, totals -----------------------------------------------------------------------------------------


def _rows(lines: Sequence[ChargeLine], costs: dict[str, Cost | None], codebook: Codebook) -> list[Row]:
    alike: defaultdict[Hashable, list[ChargeLine]] = defaultdict(list)
    for line in lines:
        cost = costs[line.key]
        unit = None if cost is None else cost.unit_amount
        # The name too: a code may stay and mean another service from a day on.
        name = name_of(line.code, line.on, codebook)
        alike[line.family, line.claim, line.code, line.modifiers, unit, name].append(line)
    rows = [_row(group, [costs[line.key] for line in group], codebook) for group in alike.values()]
    return sorted(
        rows,
        key=lambda row: (_STAGES.index(row.stage), row.first_on, row.code, _CLAIMS.index(row.claim), row.modifiers),
    )


def _row(lines: Sequence[ChargeLine], costs: Sequence[Cost | None], codebook: Codebook) -> Row:
    first, known = lines[0], [cost for cost in costs if cost is not None]
    return Row(
        stage=STAGE_OF[first.family],
        code=first.code,
        modifiers=first.modifiers,
        name=name_of(first.code, first.on, codebook),
        claim=first.claim,
        lines=len(lines),
        units=sum(line.units for line in lines),
        first_on=min(line.on for line in lines),
        last_on=max(line.on for line in lines),
        unit_amount=known[0].unit_amount if known else None,
        amount=sum((cost.amount for cost in known), Decimal()) if known else None,
        held=sum(line.held for line in lines),
        because=first.because,
    )


def name_of(code: str, day: date, codebook: Codebook) -> str:
    """Return the service in our own words, without what the table adds for billers behind a semicolon."""
    procedure = codebook.procedure(code, day)
    return procedure.name.partition(";")[0] if procedure is not None else "not in force on that day"


def _groups(rows: Sequence[Row]) -> Iterator[Group]:
    by_stage: defaultdict[Stage, list[Row]] = defaultdict(list)
    for row in rows:
        by_stage[row.stage].append(row)
    for stage in Stage:
        if by_stage[stage]:
            yield Group(stage, tuple(by_stage[stage]), _total(by_stage[stage]))


def _on_claim(rows: Sequence[Row], claim: ClaimKind) -> list[Row]:
    return [row for row in rows if row.claim is claim]


def _total(rows: Iterable[Row]) -> Total:
    kept = list(rows)
    return Total(
        lines=sum(row.lines for row in kept),
        units=sum(row.units for row in kept),
        amount=sum((row.amount for row in kept if row.amount is not None), Decimal("0.00")),
        unpriced=sum(row.lines for row in kept if row.amount is None),
    )


# --- findings -----------------------------------------------------------------------------------------------------


def _told(findings: Iterable[Finding]) -> Iterator[Told]:
    """Yield each kind of finding once, the gravest first, with the words of its first day."""
    alike: defaultdict[tuple[Severity, str], list[Finding]] = defaultdict(list)
    for finding in findings:
        alike[finding.severity, finding.code].append(finding)
    for (severity, code), found in sorted(alike.items(), key=lambda one: (_SEVERITIES.index(one[0][0]), one[0][1])):
        days = [finding.on for finding in found if finding.on is not None]
        count = sum(max(len(finding.lines), 1) for finding in found)
        yield Told(severity, code, found[0].message, count, min(days, default=None), max(days, default=None))


def _codes_that_end(lines: Sequence[ChargeLine], codebook: Codebook) -> Iterator[Told]:
    """Yield a note for each code of sessions that ends before the course does, and what is charged from then on."""
    sessions = [line for line in lines if line.family in (Family.DELIVERY, Family.GUIDANCE)]
    for code in dict.fromkeys(line.code for line in sessions):
        of_code = [line for line in sessions if line.code == code]
        procedure = codebook.procedure(code, of_code[-1].on)
        family = of_code[0].family
        last_on = max(line.on for line in sessions)
        if procedure is None or last_on <= procedure.effective_to:
            continue
        after = sorted({line.code for line in sessions if line.family is family and line.on > procedure.effective_to})
        then = f"is charged as {' or '.join(after)}" if after else "has no line under this code"
        message = f"{code} ends on {procedure.effective_to}; what is delivered from the next day on {then}."
        since = procedure.effective_to + timedelta(days=1)
        yield Told(Severity.INFO, "code-ends-during-course", message, 1, since, last_on)


# --- units to ask for ---------------------------------------------------------------------------------------------


def _asks(lines: Sequence[ChargeLine], codebook: Codebook) -> Iterator[Ask]:
    """Yield the units of each code that an authorization may be asked for.

    Each kind of claim counts its own units of an authorization (R1), so the larger of the two is what must be approved.
    """
    by_code: defaultdict[str, list[ChargeLine]] = defaultdict(list)
    for line in lines:
        if line.family not in NOT_ASKED_FOR:
            by_code[line.code].append(line)
    for code, of_code in sorted(by_code.items(), key=lambda one: (one[1][0].on, one[0])):
        units = max(sum(line.units for line in of_code if line.claim is claim) for claim in _CLAIMS)
        days = [line.on for line in of_code]
        names = dict.fromkeys(name_of(code, day, codebook) for day in days)
        yield Ask(code, "; ".join(names), units, min(days), max(days))
