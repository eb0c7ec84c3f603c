"""Courses of any shape for property tests: small enough to be quick, near enough to every date edge to bite."""

from datetime import date, datetime, time, timedelta

from hypothesis import strategies as st

from billing.rules.facts import (
    AuthorizationFacts,
    CourseFacts,
    EventFacts,
    ManualLineFacts,
    PayerFacts,
    PlanFacts,
    PolicyFacts,
    PolicyPeriod,
    PracticeFacts,
    SessionFacts,
)
from courses.terms import (
    IMRT_TECHNIQUES,
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

EDGES = (date(2002, 1, 1), date(2005, 1, 1), date(2007, 1, 1), date(2015, 1, 1), date(2016, 1, 1), date(2026, 1, 1))
PRACTICES = (
    PracticeFacts(Setting.FREESTANDING, Bills.GLOBAL),
    PracticeFacts(Setting.FREESTANDING, Bills.TECHNICAL),
    PracticeFacts(Setting.FREESTANDING, Bills.PROFESSIONAL),
    PracticeFacts(Setting.HOSPITAL, Bills.TECHNICAL),
    PracticeFacts(Setting.HOSPITAL, Bills.PROFESSIONAL),
    PracticeFacts(Setting.HOSPITAL, Bills.BOTH, "19"),
    PracticeFacts(Setting.HOSPITAL, Bills.BOTH, "21"),
)
SITES = (Site.PROSTATE, Site.BREAST, Site.LUNG)
MOST_SESSIONS = 12
AUTHORIZED = (("77301",), ("77385", "77386", "77407"), ("77336", "77387", "77014"), ("77418", "G6015"))
CODES = ("77301", "77334", "77385", "77386", "77407", "77418", "77427", "G6015", "77299", "99499")
MODIFIERS = ("26", "TC", "59", "76", "50")


def any_policy() -> st.SearchStrategy[PolicyFacts]:
    """Return policies of any setting."""
    return st.builds(
        PolicyFacts,
        delivery_code_set=st.none() | st.sampled_from(DeliveryCodeSet),
        nodes_level=st.none() | st.sampled_from(NodesLevel),
        left_breast_complex=st.booleans(),
        second_session_modifier=st.sampled_from(SecondSessionModifier),
        minimum_hours_between_sessions=st.sampled_from((0, 4, 6)),
        plan_charge_per=st.sampled_from(PlanChargePer),
        management_date=st.sampled_from(ManagementDate),
        physics_tail=st.sampled_from(PhysicsTail),
        guidance_professional=st.booleans(),
        requires_authorization=st.booleans(),
        inverse_planning_required=st.booleans(),
    )


@st.composite
def any_plan(draw: st.DrawFn, number: int, edge: date) -> PlanFacts:
    """Return a plan approved near an edge, or not at all."""
    technique = draw(st.sampled_from(Technique))
    kind = draw(st.sampled_from(PlanKind))
    return PlanFacts(
        key=f"P{number}",
        site=draw(st.sampled_from(SITES)),
        technique=technique,
        imrt_planned=draw(st.booleans()) or technique in IMRT_TECHNIQUES,
        new_planning_ct=draw(st.booleans()),
        kind=kind,
        approved_on=draw(st.none() | st.just(edge) | _near(edge)),
        laterality=draw(st.none() | st.sampled_from(Laterality)),
        includes_nodes=draw(st.booleans()),
        complex_delivery_documented=draw(st.booleans()),
        compensator=draw(st.booleans()),
        isocenters=draw(st.none() | st.integers(1, 2)),
        isocenter_group=draw(st.none() | st.just("one")),
        static_fields=draw(st.none() | st.integers(1, 9)),
        arcs=draw(st.none() | st.integers(1, 3)),
        respiratory_motion_simulation=draw(st.booleans()),
        dvh_documented=draw(st.booleans()),
        planning_method=draw(st.sampled_from(PlanningMethod)),
        active_motion_management=draw(st.sampled_from(MotionManagement)),
        necessity_documented=draw(st.booleans()),
        fractions=draw(st.none() | st.integers(1, 4)),
        sessions_per_day=draw(st.integers(1, 2)),
        ordinal=number,
    )


@st.composite
def any_session(draw: st.DrawFn, number: int, edge: date, plans: tuple[str, ...]) -> SessionFacts:
    """Return a session within two days of an edge; some resume a session before them."""
    at = datetime.combine(draw(_near(edge)), time(draw(st.sampled_from((6, 9, 12, 15, 18)))))
    return SessionFacts(
        key=f"s{number}",
        at=at,
        plans=tuple(draw(st.lists(st.sampled_from(plans), min_size=1, unique=True))),
        status=draw(st.sampled_from(SessionStatus)),
        resumes=draw(st.none() | st.just(f"s{number - 1}")) if number else None,
        fraction=draw(st.none() | st.integers(1, 5)),
        guidance=draw(st.sampled_from(Guidance)),
        guidance_reviewed=draw(st.booleans()),
        adapted_online=draw(st.booleans()),
        active_motion_management=draw(st.none() | st.sampled_from(MotionManagement)),
        motion_record_complete=draw(st.booleans()),
        isocenters=draw(st.none() | st.integers(1, 3)),
        mixed_electrons=draw(st.booleans()),
        inpatient=draw(st.booleans()),
        ordinal=number,
    )


@st.composite
def any_event(draw: st.DrawFn, number: int, edge: date) -> EventFacts:
    """Return an event of any kind near an edge; visits and checks more often than the others."""
    often = (EventFamily.VISIT, EventFamily.PHYSICS_CHECK, EventFamily.PORT_IMAGE)
    return EventFacts(
        key=f"e{number}",
        code_family=draw(st.sampled_from((*EventFamily, *often))),
        on=draw(_near(edge)),
        site=draw(st.none() | st.sampled_from(SITES)),
        by=draw(st.none() | st.sampled_from(Performer)),
        units=draw(st.integers(1, 3)),
        distinct_service=draw(st.booleans()),
        documented=draw(st.booleans()),
        ordinal=number,
    )


@st.composite
def any_payer(draw: st.DrawFn, edge: date) -> PayerFacts:
    """Return a payer with one policy, none, or another from an edge on; some patients change insurance that day."""
    kind = draw(st.sampled_from(PayerKind))
    policies = draw(st.lists(any_policy(), max_size=2))
    if len(policies) <= 1:
        return PayerFacts(kind, tuple(PolicyPeriod(policy) for policy in policies))
    before, after = policies
    changed = draw(st.none() | st.sampled_from(PayerKind))
    return PayerFacts(
        kind,
        (PolicyPeriod(before, None, edge - timedelta(days=1)), PolicyPeriod(after, edge, None, changed)),
    )


@st.composite
def any_course(draw: st.DrawFn) -> CourseFacts:
    """Return a course around one date edge."""
    edge = draw(st.sampled_from(EDGES))
    plans = tuple(draw(any_plan(number, edge)) for number in range(draw(st.integers(1, 3))))
    keys = tuple(plan.key for plan in plans)
    return CourseFacts(
        id="any",
        practice=draw(st.sampled_from(PRACTICES)),
        payer=draw(any_payer(edge)),
        diagnoses=draw(st.sampled_from(((), ("C61",)))),
        opened_on=edge - timedelta(days=30),
        closed_on=draw(st.none() | st.just(edge + timedelta(days=9))),
        plans=plans,
        sessions=tuple(draw(any_session(number, edge, keys)) for number in range(draw(st.integers(0, MOST_SESSIONS)))),
        events=tuple(draw(any_event(number, edge)) for number in range(draw(st.integers(0, 6)))),
        authorizations=tuple(
            AuthorizationFacts(f"a{number}", codes, draw(st.integers(1, 3)), edge - timedelta(days=9), edge, number)
            for number, codes in enumerate(draw(st.lists(st.sampled_from(AUTHORIZED), max_size=3)))
        ),
        manual_lines=tuple(
            ManualLineFacts(
                key=f"m{number}",
                code=code,
                on=draw(_near(edge)),
                units=draw(st.integers(1, 2)),
                modifiers=tuple(draw(st.lists(st.sampled_from(MODIFIERS), max_size=2, unique=True))),
                narrative=draw(st.sampled_from(("", "Lattice planning"))),
                ordinal=number,
            )
            for number, code in enumerate(draw(st.lists(st.sampled_from(CODES), max_size=3)))
        ),
    )


def _near(edge: date) -> st.SearchStrategy[date]:
    return st.integers(-2, 2).map(lambda days: edge + timedelta(days=days))
