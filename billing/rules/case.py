"""One course under the rules: its facts beside the codebook, and what several rules ask of both.

Built once for each run of the engine and thrown away; it decides nothing.
"""

from dataclasses import dataclass, field
from datetime import date

from billing.rules.codebook import Codebook
from billing.rules.facts import CourseFacts, EventFacts, PlanFacts, PolicyFacts
from billing.rules.lines import Because, ChargeLine, ClaimKind, Finding, Origin, Severity
from billing.rules.rows import DeliveryRow, Procedure
from billing.rules.sessions import DeliveredSession, SessionCount, count_sessions
from patients.terms import DeliveryCodeSet

INPATIENT_PLACE = "21"
PROFESSIONAL_COMPONENT = "26"
TECHNICAL_COMPONENT = "TC"
PROFESSIONAL_ONLY = 2
TECHNICAL_ONLY = 3


@dataclass(frozen=True, slots=True)
class Note:
    """A finding in the making: what it says, before the lines that it names are known."""

    severity: Severity
    code: str
    message: str

    def about(self, origin: Origin, subject: str, on: date | None, lines: tuple[ChargeLine, ...] = ()) -> Finding:
        """Return the finding, naming ``lines``."""
        return Finding(self.severity, self.code, self.message, origin, subject, on, tuple(line.key for line in lines))


@dataclass(frozen=True, slots=True)
class Said:
    """What one rule has to say."""

    lines: tuple[ChargeLine, ...] = ()
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Classified:
    """The row that a session earns and what is unsettled about it; or no row, and the notes in its place."""

    row: DeliveryRow | None
    because: Because | None = None
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class JudgedSession:
    """What the technical side of a session comes to, whether or not this practice bills it.

    ``row`` is the delivery row that it earns, ``None`` for no line. ``is_too_close`` says that S5 dropped it, so
    that it counts nowhere. ``notes`` name its line, or stand in its place.
    """

    session: DeliveredSession
    row: DeliveryRow | None = None
    because: Because | None = None
    modifiers: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    is_too_close: bool = False


@dataclass(frozen=True, slots=True)
class Shape:
    """How this practice bills a code: the claims with the component modifier on each, and the place of service.

    ``forgoes_technical``: a line falls away because the patient was an inpatient (S7).
    """

    procedure: Procedure
    forms: tuple[tuple[ClaimKind, str], ...]
    place_of_service: str
    forgoes_technical: bool


def is_technical(pc_tc: int, component: str) -> bool:
    """Return whether a line in this form carries a technical part.

    >>> is_technical(1, "26"), is_technical(1, ""), is_technical(2, ""), is_technical(3, "")
    (False, True, False, True)
    """
    return pc_tc != PROFESSIONAL_ONLY and component != PROFESSIONAL_COMPONENT


@dataclass(slots=True)
class Case:
    """The facts of a course with the codebook. ``judged`` and ``classified`` are kept for delivery.py."""

    facts: CourseFacts
    codebook: Codebook
    plans: dict[str, PlanFacts] = field(init=False)
    plans_in_order: tuple[PlanFacts, ...] = field(init=False)
    events: dict[str, EventFacts] = field(init=False)
    sessions: SessionCount = field(init=False)
    judged: tuple[JudgedSession, ...] | None = None
    classified: dict[tuple[object, ...], Classified] = field(default_factory=dict)
    _shapes: dict[tuple[str, int, bool], Shape | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.plans_in_order = tuple(sorted(self.facts.plans, key=lambda plan: (plan.ordinal, plan.key)))
        self.plans = {plan.key: plan for plan in self.plans_in_order}
        self.events = {event.key: event for event in self.facts.events}
        self.sessions = count_sessions(self.facts.sessions, self.plans)

    def policy_on(self, day: date) -> PolicyFacts:
        """Return the payer's policy on the day of service."""
        return self.facts.payer.policy_on(day)

    def code_set_on(self, day: date) -> DeliveryCodeSet:
        """Return which delivery codes the payer takes: its policy, else the default of its kind (E3)."""
        chosen = self.policy_on(day).delivery_code_set
        if chosen is not None:
            return chosen
        row = self.codebook.code_set(self.facts.payer.kind_on(day), self.facts.practice.setting, day)
        return row.code_set if row is not None else DeliveryCodeSet.CPT

    def bills(self, pc_tc: int, day: date) -> bool:
        """Return whether this practice bills codes of a component indicator at all (C1, C2, S8)."""
        practice = self.facts.practice
        row = self.codebook.form(practice.setting, practice.bills, pc_tc, day)
        return row is not None and bool(row.forms)

    def shape(self, code: str, day: date, *, inpatient: bool = False) -> Shape | None:
        """Return how this practice bills a code on a day; ``None`` where the code is not in force (E1)."""
        key = (code, self.codebook.era(day), inpatient)
        if key not in self._shapes:
            self._shapes[key] = self._new_shape(code, day, inpatient)
        return self._shapes[key]

    def _new_shape(self, code: str, day: date, inpatient: bool) -> Shape | None:
        procedure = self.codebook.procedure(code, day)
        if procedure is None:
            return None
        practice = self.facts.practice
        row = self.codebook.form(practice.setting, practice.bills, procedure.pc_tc, day)
        forms = row.forms if row is not None else ()
        kept = tuple(form for form in forms if not (inpatient and is_technical(procedure.pc_tc, form[1])))
        return Shape(procedure, kept, self.place_on(day, inpatient=inpatient), len(kept) < len(forms))

    def is_inpatient(self, session: DeliveredSession) -> bool:
        """Return whether the patient was an inpatient: the session says so, or the practice's place of service (S7)."""
        return session.is_inpatient or self.is_inpatient_practice

    @property
    def is_inpatient_practice(self) -> bool:
        """Whether the practice names the place of service of inpatients (C6)."""
        return self.facts.practice.place_of_service == INPATIENT_PLACE

    def is_inpatient_on(self, day: date) -> bool:
        """Return whether what is dated ``day`` is an inpatient's: a stay covers it, or the practice has no others."""
        return self.is_inpatient_practice or any(stay.covers(day) for stay in self.facts.stays)

    def place_on(self, day: date, *, inpatient: bool = False) -> str:
        """Return the place of service of a line (C6)."""
        practice = self.facts.practice
        row = (
            self.codebook.place("inpatient", "", day)
            if inpatient
            else self.codebook.place(practice.setting, practice.place_of_service, day)
        )
        return row.written if row is not None else practice.place_of_service
