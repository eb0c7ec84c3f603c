"""Courses of any shape for property tests: small enough to be quick, near enough to every date edge to bite."""

from datetime import date, datetime, time, timedelta

from hypothesis import strategies as st

from billing.rules.facts import (
    AuthorizationFacts,
    CourseFacts,
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
    Laterality,
    MotionManagement,
    PlanKind,
    PlanningMethod,
    SessionStatus,
    Site,
    Technique,
)
from patients.terms import Bills, DeliveryCodeSet, NodesLevel, PayerKind, PlanChargePer, SecondSessionModifier, Setting

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
        site=draw(st.sampled_from((Site.PROSTATE, Site.BREAST, Site.LUNG))),
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
        active_motion_management=draw(st.none() | st.sampled_from(MotionManagement)),
        motion_record_complete=draw(st.booleans()),
        mixed_electrons=draw(st.booleans()),
        inpatient=draw(st.booleans()),
        ordinal=number,
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
        payer=PayerFacts(draw(st.sampled_from(PayerKind)), (PolicyPeriod(draw(any_policy())),)),
        diagnoses=draw(st.sampled_from(((), ("C61",)))),
        opened_on=edge - timedelta(days=30),
        plans=plans,
        sessions=tuple(draw(any_session(number, edge, keys)) for number in range(draw(st.integers(0, 5)))),
        authorizations=tuple(
            AuthorizationFacts(f"a{number}", codes, draw(st.integers(1, 3)), edge - timedelta(days=9), edge, number)
            for number, codes in enumerate(draw(st.lists(st.sampled_from((CODES[:1], CODES[2:5])), max_size=2)))
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
