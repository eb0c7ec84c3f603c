"""The facts of one course, as the charge rules receive them.

Frozen values, filled by capture (from the database) or by the course file (from TOML or JSON);
the rules read nothing else. Moments are naive and clinic-local: whoever fills the facts has
already turned them to the clinic's clock. No rule stands here, and no default that a rule decides.

Every fact that can earn a line carries two marks of its own:

- ``key``: its identity, unique among facts of its class (a database id as text, or the key of
  the course file). Lines are known by it again when their code changes.
- ``ordinal``: its place "in the file"; it settles ties between facts of one moment.
"""

from dataclasses import dataclass
from datetime import date, datetime

from billing.rules.coding import NOBODY, LineEditFacts, Renderer
from courses.terms import (
    EventFamily,
    Guidance,
    Laterality,
    MotionManagement,
    Performer,
    PlanKind,
    PlanningMethod,
    SessionStatus,
    Site,
    Technique,
)
from patients.terms import (
    Bills,
    DeliveryCodeSet,
    ManagementDate,
    NodesLevel,
    PayerKind,
    PhysicsTail,
    PlanChargePer,
    SecondSessionModifier,
    Setting,
)


@dataclass(frozen=True, slots=True)
class PracticeFacts:
    """Who bills, and for which part. An empty ``place_of_service`` is the usual one of the setting."""

    setting: Setting
    bills: Bills
    place_of_service: str = ""


@dataclass(frozen=True, slots=True)
class PolicyFacts:
    """What one payer decides otherwise, or where our sources are silent. ``None`` is unset."""

    delivery_code_set: DeliveryCodeSet | None = None
    nodes_level: NodesLevel | None = None
    left_breast_complex: bool = False
    second_session_modifier: SecondSessionModifier = SecondSessionModifier.REPEAT
    minimum_hours_between_sessions: float = 6
    plan_charge_per: PlanChargePer = PlanChargePer.PLANNING_CT
    management_date: ManagementDate = ManagementDate.FIFTH_FRACTION
    physics_tail: PhysicsTail = PhysicsTail.NONE
    guidance_professional: bool = True
    requires_authorization: bool = False
    inverse_planning_required: bool = False


NO_POLICY = PolicyFacts()


@dataclass(frozen=True, slots=True)
class PolicyPeriod:
    """A payer's policy and the days on which it holds, both inclusive; ``None`` is open.

    ``kind`` is set where another payer stands on those days: insurance changes in the middle of courses.
    """

    policy: PolicyFacts
    effective_from: date | None = None
    effective_to: date | None = None
    kind: PayerKind | None = None

    def covers(self, day: date) -> bool:
        """Return whether the policy holds on ``day``."""
        if self.effective_from is not None and day < self.effective_from:
            return False
        return self.effective_to is None or day <= self.effective_to


@dataclass(frozen=True, slots=True)
class PayerFacts:
    """The payer that is asked first, and its policies by day."""

    kind: PayerKind
    policies: tuple[PolicyPeriod, ...] = ()

    def policy_on(self, day: date) -> PolicyFacts:
        """Return the policy of the day of service; the defaults of the rules where none is set."""
        for period in self.policies:
            if period.covers(day):
                return period.policy
        return NO_POLICY

    def kind_on(self, day: date) -> PayerKind:
        """Return the kind of the payer on the day of service."""
        for period in self.policies:
            if period.kind is not None and period.covers(day):
                return period.kind
        return self.kind


TECHNIQUE_WORDS = {
    Technique.IMRT: "IMRT", Technique.VMAT: "VMAT", Technique.CONFORMAL_3D: "3D conformal", Technique.TWO_D: "2D",
    Technique.TOTAL_SKIN_ELECTRON: "total skin electrons", Technique.SBRT: "SBRT", Technique.SRS: "SRS",
    Technique.UNKNOWN: "an unknown technique",
}  # fmt: skip
"""How a finding says a technique, where the bare term would not do."""


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """A plan as prescribed and approved. ``isocenters`` ``None``: nobody recorded the count."""

    key: str
    site: Site
    technique: Technique
    imrt_planned: bool
    new_planning_ct: bool
    kind: PlanKind = PlanKind.INITIAL
    approved_on: date | None = None
    laterality: Laterality | None = None
    includes_nodes: bool = False
    complex_delivery_documented: bool = False
    compensator: bool = False
    isocenters: int | None = None
    isocenter_group: str | None = None
    static_fields: int | None = None
    arcs: int | None = None
    dvh_documented: bool = True
    planning_method: PlanningMethod = PlanningMethod.INVERSE
    active_motion_management: MotionManagement = MotionManagement.NONE
    necessity_documented: bool = False
    respiratory_motion_simulation: bool = False
    fractions: int | None = None
    sessions_per_day: int = 1
    ordinal: int = 0

    @property
    def technique_words(self) -> str:
        """Return the technique as a finding says it."""
        return TECHNIQUE_WORDS.get(self.technique, self.technique.value)


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """One visit to the machine.

    ``at`` is the start of the beam by the clinic's clock. ``resumes`` is the key of the partial
    session that this one completes. ``active_motion_management`` ``None``: the plan's holds.
    ``isocenters`` are those of photons that were treated; ``None``: as the plans say.
    """

    key: str
    at: datetime
    plans: tuple[str, ...]
    status: SessionStatus = SessionStatus.TREATED
    resumes: str | None = None
    fraction: int | None = None
    guidance: Guidance = Guidance.NONE
    guidance_reviewed: bool = False
    active_motion_management: MotionManagement | None = None
    motion_record_complete: bool = False
    isocenters: int | None = None
    mixed_electrons: bool = False
    inpatient: bool = False
    adapted_online: bool = False
    ordinal: int = 0

    @property
    def on(self) -> date:
        """The day of service."""
        return self.at.date()


@dataclass(frozen=True, slots=True)
class EventFacts:
    """Everything beside plans and sessions that may earn a line or support one."""

    key: str
    code_family: EventFamily
    on: date
    site: Site | None = None
    by: Performer | None = None
    units: int = 1
    distinct_service: bool = False
    documented: bool = True
    ordinal: int = 0


@dataclass(frozen=True, slots=True)
class StayFacts:
    """An inpatient stay that the practice system recorded; both days inclusive, ``ends_on`` ``None``: not over."""

    starts_on: date
    ends_on: date | None = None

    def covers(self, day: date) -> bool:
        """Return whether the patient was an inpatient on ``day``."""
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


@dataclass(frozen=True, slots=True)
class AuthorizationFacts:
    """Units that a payer approved for any of ``codes``; both dates inclusive.

    ``technique`` is the approved one, ``None`` where the payer named none. ``payer_from`` and ``payer_to`` are the
    days on which that payer is asked first; ``None`` is open.
    """

    key: str
    codes: tuple[str, ...]
    units: int
    effective_from: date
    effective_to: date
    ordinal: int = 0
    technique: Technique | None = None
    payer_from: date | None = None
    payer_to: date | None = None

    def is_of_payer_on(self, day: date) -> bool:
        """Return whether the payer that approved is the one that is asked on ``day``."""
        return (self.payer_from is None or self.payer_from <= day) and (self.payer_to is None or day <= self.payer_to)

    def is_in_time(self, day: date) -> bool:
        """Return whether ``day`` lies within the approved dates."""
        return self.effective_from <= day <= self.effective_to


@dataclass(frozen=True, slots=True)
class ManualLineFacts:
    """A line that a biller keyed, as keyed."""

    key: str
    code: str
    on: date
    units: int = 1
    modifiers: tuple[str, ...] = ()
    narrative: str = ""
    attachment: str = ""
    ordinal: int = 0
    diagnoses: tuple[str, ...] = ()
    provider: Renderer = NOBODY


@dataclass(frozen=True, slots=True)
class StandingLineFacts:
    """A line of the same patient and payer that stands from elsewhere: imported, or released for another course."""

    code: str
    on: date
    modifiers: tuple[str, ...]
    place_of_service: str
    source: str


@dataclass(frozen=True, slots=True)
class CourseFacts:
    """One course of treatment, whole. The rules see all of it or nothing: weeks and plans are counted over a course.

    ``physician`` renders its professional lines. ``line_edits`` are the standing ones, each key once. ``stays`` are
    the patient's; a course file has none, only sessions of inpatients.
    """

    id: str
    practice: PracticeFacts
    payer: PayerFacts
    diagnoses: tuple[str, ...]
    opened_on: date
    closed_on: date | None = None
    plans: tuple[PlanFacts, ...] = ()
    sessions: tuple[SessionFacts, ...] = ()
    events: tuple[EventFacts, ...] = ()
    authorizations: tuple[AuthorizationFacts, ...] = ()
    manual_lines: tuple[ManualLineFacts, ...] = ()
    standing_lines: tuple[StandingLineFacts, ...] = ()
    physician: Renderer = NOBODY
    line_edits: tuple[LineEditFacts, ...] = ()
    stays: tuple[StayFacts, ...] = ()
