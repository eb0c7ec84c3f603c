"""Which lines a course should have, counted by hand: sessions, fives, plans. Pure, and independent of the rules.

Written a second time on purpose. It reads the same facts as billing/rules and nothing of what they derive: no engine,
no codebook, no case. It knows no code and no price, only which services are due, how often and on which claims.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from billing.rules.facts import CourseFacts, PlanFacts, SessionFacts
from courses.terms import IMRT_TECHNIQUES, Guidance, PlanKind, SessionStatus, Site, Technique
from patients.terms import Bills, DeliveryCodeSet, PayerKind, PhysicsTail, PlanChargePer, Setting

PROFESSIONAL, INSTITUTIONAL = "professional", "institutional"
FIVE = 5
SHORT_COURSE = (1, 2)
NEW_CODES_FROM, GUIDANCE_FROM = date(2026, 1, 1), date(2015, 1, 1)
DEVICE_FROM, PLAN_FROM = date(2010, 1, 1), date(2002, 1, 1)
STEREOTACTIC = frozenset({Technique.SBRT, Technique.SRS})
PLANNED_IN_3D = frozenset({Technique.CONFORMAL_3D, Technique.SBRT, Technique.SRS})
UNSEEN = frozenset({Guidance.NONE, Guidance.SURFACE})
"""Guidance that shows the physician nothing to review, and earns nothing."""
G_CODES_BY_DEFAULT = frozenset({PayerKind.MEDICARE, PayerKind.MEDICARE_ADVANTAGE})
SMALLEST_REMAINDER = {PhysicsTail.ANY: 1, PhysicsTail.THREE_OR_MORE: 3, PhysicsTail.NONE: FIVE}


class Service(StrEnum):
    """What is counted, in the order in which it is shown."""

    PLAN = "plan"
    DEVICE = "device"
    DELIVERY = "delivery"
    GUIDANCE = "guidance"
    MANAGEMENT = "management"
    PHYSICS = "physics"


SERVICE_WORDS = {
    Service.PLAN: "Plans",
    Service.DEVICE: "Devices of plans",
    Service.DELIVERY: "Delivery",
    Service.GUIDANCE: "Image guidance",
    Service.MANAGEMENT: "Management",
    Service.PHYSICS: "Physics checks",
}
COUNTED_BY = {
    Service.PLAN: "one for the first plan of each site, one for each replan or boost on a new CT (P2)",
    Service.DEVICE: "one for each IMRT plan line, boost and replan (P3)",
    Service.DELIVERY: "one for each session with beam; a pair of one day once (S1, S4)",
    Service.GUIDANCE: "one for each session with images that count (G1 to G4)",
    Service.MANAGEMENT: "one in five sessions, one more for a remainder of 3 or 4 at the close (M1, M2, M6)",
    Service.PHYSICS: "one in five sessions; one for a whole course of fewer (M5)",
}


@dataclass(frozen=True, slots=True, order=True)
class Due:
    """One line that should stand: the service, the fact that earns it, the claim it goes on.

    ``subject`` is written as the ledger writes it: ``session:12``, ``plan:3``, ``course:five-2``. ``on`` is the day of
    what earns it; two lines are the same whatever their day.
    """

    service: Service
    subject: str
    claim: str
    on: date | None = field(default=None, compare=False)

    @property
    def key(self) -> str:
        """The key under which the ledger holds the line."""
        return f"{self.service}/{self.subject}/{self.claim}"


@dataclass(frozen=True, slots=True)
class Counted:
    """The sessions of a course as they count: with beam, one for a pair of one day, and without those too close."""

    delivered: tuple[SessionFacts, ...]
    as_fractions: tuple[SessionFacts, ...]
    completing: Mapping[str, Sequence[SessionFacts]]
    """What completes a session on its own day, by the session's key."""


def due_lines(facts: CourseFacts, too_close: Collection[str] = ()) -> tuple[Due, ...]:
    """Return every line of the counted services that a course should have.

    1. Each session with beam has a delivery line. A session that resumes one of the same day is part of it; one that
       resumes a session of another day has none (S1, S2, S4).
    2. Each session with images that the physician reviewed, or that the centre bills by their technical part, has a
       guidance line, stereotactic ones none (G1 to G4).
    3. ``n // 5`` of n sessions are management; at the close of the course a remainder of 3 or 4 is one more, and a
       course of one or two has its own. Sessions too close to the one before count nowhere (M1, M2, S5).
       Stereotactic treatment has one of its own, whatever its sessions (M6).
    4. ``n // 5`` are physics checks; a closed course of fewer than five has one, a remainder by the payer (M5).
    5. The first approved plan of each site, and each one on a new planning CT after it, has a plan line (P2, P8).
       One planned as IMRT has its device; boosts and replans have theirs in any case (P3).

    Args:
        too_close: keys of the sessions that a finding says came too soon after another (S5): they are delivered, and
            their line is withheld, but they count as no fraction.
    """
    sessions = counted_sessions(facts, too_close)
    return tuple(
        sorted(
            (
                *_delivery(facts, sessions.delivered),
                *_guidance(facts, sessions),
                *_management(facts, sessions.as_fractions),
                *_physics(facts, sessions.as_fractions),
                *_plans(facts),
            )
        )
    )


# --- sessions -----------------------------------------------------------------------------------------------------


def counted_sessions(facts: CourseFacts, too_close: Collection[str] = ()) -> Counted:
    """Return the sessions that count, by time; those too close to another count as no fraction."""
    known: dict[str, SessionFacts] = {}
    for session in sorted(facts.sessions, key=lambda one: (one.at, one.ordinal)):
        known.setdefault(session.key, session)
    with_beam = [session for session in known.values() if session.status is not SessionStatus.ABORTED]
    own = tuple(session for session in with_beam if not _is_resumption(session, known))
    dropped = {*too_close, *_unsaid_too_close(own, facts)}
    fractions = tuple(session for session in own if session.key not in dropped)
    return Counted(own, fractions, _completing(with_beam, known))


def _completing(sessions: Sequence[SessionFacts], known: dict[str, SessionFacts]) -> dict[str, list[SessionFacts]]:
    """Return, by the first session of each chain of resumptions, what resumed it on the same day."""
    first_of: dict[str, SessionFacts] = {}
    found: dict[str, list[SessionFacts]] = {}
    for session in sessions:
        first = session
        if session.resumes is not None and _is_resumption(session, known):
            first = first_of[session.resumes]
            if first.on == session.on:
                found.setdefault(first.key, []).append(session)
        first_of[session.key] = first
    return found


def _is_resumption(session: SessionFacts, known: dict[str, SessionFacts]) -> bool:
    resumed = known.get(session.resumes) if session.resumes is not None else None
    if resumed is None or resumed.status is not SessionStatus.PARTIAL:
        return False
    return (resumed.at, resumed.ordinal) < (session.at, session.ordinal)


def _unsaid_too_close(sessions: Sequence[SessionFacts], facts: CourseFacts) -> Iterator[str]:
    """Yield the sessions too soon after another where no finding says so: the practice has no delivery lines (S8)."""
    if facts.practice.bills is not Bills.PROFESSIONAL:
        return
    last: SessionFacts | None = None
    last_charged: SessionFacts | None = None
    for session in sessions:
        least = timedelta(hours=facts.payer.policy_on(session.on).minimum_hours_between_sessions)
        before = last if session.inpatient else last_charged
        if before is not None and before.on == session.on and session.at - before.at < least:
            yield session.key
            continue
        last = session
        if not session.inpatient:
            last_charged = session


def _plans_of(session: SessionFacts, facts: CourseFacts) -> list[PlanFacts]:
    return [plan for plan in facts.plans if plan.key in session.plans]


def _is_stereotactic(session: SessionFacts, facts: CourseFacts) -> bool:
    return any(plan.technique in STEREOTACTIC for plan in _plans_of(session, facts))


# --- claims -------------------------------------------------------------------------------------------------------


def _technical_claims(facts: CourseFacts) -> tuple[str, ...]:
    """Return the claim of a service without a physician's part: delivery, physics."""
    practice = facts.practice
    if practice.bills is Bills.PROFESSIONAL:
        return ()
    return (PROFESSIONAL,) if practice.setting is Setting.FREESTANDING else (INSTITUTIONAL,)


def _physicians_claims(facts: CourseFacts) -> tuple[str, ...]:
    """Return the claim of a service that is the physician's alone: management."""
    return () if facts.practice.bills is Bills.TECHNICAL else (PROFESSIONAL,)


def _claims_of_both_parts(facts: CourseFacts) -> tuple[str, ...]:
    """Return the claims of a service with both parts: a plan, its device."""
    if facts.practice.setting is Setting.FREESTANDING:
        return (PROFESSIONAL,)
    return (*_physicians_claims(facts), *_technical_claims(facts))


# --- what is due --------------------------------------------------------------------------------------------------


def _delivery(facts: CourseFacts, sessions: Sequence[SessionFacts]) -> Iterator[Due]:
    for session in sessions:
        for claim in _technical_claims(facts):
            yield Due(Service.DELIVERY, f"session:{session.key}", claim, session.on)


def _guidance(facts: CourseFacts, counted: Counted) -> Iterator[Due]:
    for session in counted.as_fractions:
        parts = (session, *counted.completing.get(session.key, ()))
        seen = [part for part in parts if part.guidance not in UNSEEN]
        if not seen or session.on < GUIDANCE_FROM or _is_stereotactic(session, facts):
            continue
        if _guidance_is_billed(facts, session.on, is_reviewed=any(part.guidance_reviewed for part in seen)):
            yield Due(Service.GUIDANCE, f"session:{session.key}", PROFESSIONAL, session.on)


def _guidance_is_billed(facts: CourseFacts, day: date, *, is_reviewed: bool) -> bool:
    practice, policy = facts.practice, facts.payer.policy_on(day)
    is_physicians = practice.bills is not Bills.TECHNICAL
    if day >= NEW_CODES_FROM or practice.setting is Setting.HOSPITAL:
        return is_physicians and is_reviewed
    by_default = facts.payer.kind_on(day) in G_CODES_BY_DEFAULT
    is_g_set = policy.delivery_code_set is DeliveryCodeSet.HCPCS_G or (policy.delivery_code_set is None and by_default)
    if is_g_set:
        return is_reviewed or practice.bills is not Bills.PROFESSIONAL
    return is_physicians and is_reviewed and policy.guidance_professional


def _management(facts: CourseFacts, sessions: Sequence[SessionFacts]) -> Iterator[Due]:
    usual = [session for session in sessions if not _is_stereotactic(session, facts)]
    is_closed = facts.closed_on is not None
    fives = len(usual) // FIVE + (is_closed and len(usual) % FIVE in (3, 4))
    subjects = {f"five-{number}": usual[min(number * FIVE, len(usual)) - 1].on for number in range(1, fives + 1)}
    if is_closed and len(sessions) in SHORT_COURSE and len(usual) == len(sessions):
        subjects["course"] = sessions[-1].on
    subjects |= {
        technique.value: sessions[-1].on
        for technique in (Technique.SBRT, Technique.SRS)
        if _is_over(technique, sessions, facts, is_closed=is_closed)
    }
    for subject, on in subjects.items():
        for claim in _physicians_claims(facts):
            yield Due(Service.MANAGEMENT, f"course:{subject}", claim, on)


def _is_over(technique: Technique, sessions: Sequence[SessionFacts], facts: CourseFacts, *, is_closed: bool) -> bool:
    given = Counter(
        plan.key for session in sessions for plan in _plans_of(session, facts) if plan.technique is technique
    )
    prescribed = {plan.key: plan.fractions for plan in facts.plans}
    complete = all((prescribed[key] or len(sessions) + 1) <= count for key, count in given.items())
    return bool(given) and (is_closed or complete)


def _physics(facts: CourseFacts, sessions: Sequence[SessionFacts]) -> Iterator[Due]:
    full, rest = divmod(len(sessions), FIVE)
    count = full
    if facts.closed_on is not None and rest:
        least = SMALLEST_REMAINDER[facts.payer.policy_on(sessions[-1].on).physics_tail]
        count += 1 if not full or rest >= least else 0
    for number in range(1, count + 1):
        for claim in _technical_claims(facts):
            yield Due(
                Service.PHYSICS, f"course:five-{number}", claim, sessions[min(number * FIVE, len(sessions)) - 1].on
            )


def _plans(facts: CourseFacts) -> Iterator[Due]:
    first_of_site: defaultdict[Site, bool] = defaultdict(lambda: True)
    approved = [plan for plan in facts.plans if plan.approved_on is not None]
    for plan in sorted(approved, key=lambda one: (one.approved_on or date.max, one.ordinal, one.key)):
        if not _may_have_a_line(plan):
            continue
        is_first = first_of_site[plan.site]
        if plan.kind is PlanKind.INITIAL:
            first_of_site[plan.site] = False
        has_line = is_first if plan.kind is PlanKind.INITIAL else _has_line_of_its_own(plan, facts)
        for service in _services_of(plan, has_line=has_line):
            for claim in _claims_of_both_parts(facts):
                yield Due(service, f"plan:{plan.key}", claim, plan.approved_on)


def _may_have_a_line(plan: PlanFacts) -> bool:
    """Whether a plan of the technique is charged at all: others are keyed by hand (P8)."""
    return plan.technique in PLANNED_IN_3D or (plan.technique in IMRT_TECHNIQUES and plan.imrt_planned)


def _has_line_of_its_own(plan: PlanFacts, facts: CourseFacts) -> bool:
    if plan.new_planning_ct:
        return True
    policy = facts.payer.policy_on(plan.approved_on or date.max)
    return plan.kind is PlanKind.BOOST and policy.plan_charge_per is PlanChargePer.PLAN


def _services_of(plan: PlanFacts, *, has_line: bool) -> Iterator[Service]:
    day = plan.approved_on or date.max
    if has_line and (not plan.imrt_planned or day >= PLAN_FROM):
        yield Service.PLAN
    has_device = has_line or plan.kind in (PlanKind.BOOST, PlanKind.REPLAN)
    if plan.imrt_planned and has_device and (plan.compensator or day >= DEVICE_FROM):
        yield Service.DEVICE
