"""What the charge rules say: lines, the reason of each, and findings.

Frozen values. A line is what should be charged, not what was posted: the ledger, its amounts and
the claim belong to other rooms. Problems are values too: nothing here is an exception.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TypeAlias

from billing.rules.coding import LineEditFacts


class Family(StrEnum):
    """Groups of codes as billers speak of them. Every keyed line is ``manual``, whatever its code."""

    PLAN = "plan"
    DELIVERY = "delivery"
    GUIDANCE = "guidance"
    MANAGEMENT = "management"
    PHYSICS = "physics"
    CONSULT = "consult"
    SIMULATION = "simulation"
    DEVICE = "device"
    DOSIMETRY = "dosimetry"
    MANUAL = "manual"


class ClaimKind(StrEnum):
    """The claim a line goes on: 837P or 837I."""

    PROFESSIONAL = "professional"
    INSTITUTIONAL = "institutional"


class Severity(StrEnum):
    """``hold``: its lines may not be released. ``refused``: a keyed line that is not taken."""

    HOLD = "hold"
    WARNING = "warning"
    INFO = "info"
    REFUSED = "refused"


class Origin(StrEnum):
    """The class of fact that earned a line, or that a finding is about; ``subject`` is that fact's key."""

    COURSE = "course"
    PLAN = "plan"
    SESSION = "session"
    EVENT = "event"
    MANUAL_LINE = "manual_line"
    AUTHORIZATION = "authorization"
    LINE_EDIT = "line_edit"


FactValue: TypeAlias = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Because:
    """Why a line is as it is: the rule, the table row that it used, where that row is from, the facts that decided."""

    rule: str
    table: str
    row: int
    source: str
    facts: tuple[tuple[str, FactValue], ...] = ()


@dataclass(frozen=True, slots=True)
class ChargeLine:
    """One line that should stand today.

    ``key`` names what earned the line and on which claim, never its code, units or modifiers: a line
    that changes keeps its key. Keys are unique in an outcome. ``at`` is the moment of service where
    the fact has one (naive, clinic-local); ``ordinal`` the place of the fact in its file. ``diagnoses`` are those
    that it points to and ``provider`` the key of who renders it, where that is not as on its whole claim; ``edit``
    is what a person made of it.
    """

    key: str
    code: str
    on: date
    units: int
    modifiers: tuple[str, ...]
    family: Family
    claim: ClaimKind
    place_of_service: str
    earned_by: Origin
    subject: str
    because: Because
    at: datetime | None = None
    ordinal: int = 0
    narrative: str = ""
    attachment: str = ""
    diagnoses: tuple[str, ...] = ()
    provider: str = ""
    edit: LineEditFacts | None = None
    held: bool = False
    findings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem that a person should see.

    ``lines`` are the keys of the lines that it names; a hold holds exactly those. None: it stands
    alone, usually in place of a line that could not be made.
    """

    severity: Severity
    code: str
    message: str
    about: Origin
    subject: str
    on: date | None = None
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """All lines of a course by date, family, code, subject; and all findings by date, code, subject."""

    lines: tuple[ChargeLine, ...]
    findings: tuple[Finding, ...]


def line_key(family: Family, earned_by: Origin, subject: str, claim: ClaimKind) -> str:
    """Return the identity of a line: what earned it and on which claim.

    >>> line_key(Family.DELIVERY, Origin.SESSION, "s7", ClaimKind.INSTITUTIONAL)
    'delivery/session:s7/institutional'
    """
    return f"{family}/{earned_by}:{subject}/{claim}"
