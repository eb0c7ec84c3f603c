"""The sections of a course file beside its sessions: practice, payer, plan, event, authorization, keyed line.

One reader a section: keys in, facts out. What must hold between sections is asked in course_file.py.
"""

from datetime import date

from billing.rules.course_fields import Section
from billing.rules.facts import (
    AuthorizationFacts,
    EventFacts,
    ManualLineFacts,
    PayerFacts,
    PlanFacts,
    PolicyFacts,
    PolicyPeriod,
    PracticeFacts,
)
from courses.terms import (
    IMRT_TECHNIQUES,
    EventFamily,
    Laterality,
    MotionManagement,
    Performer,
    PlanKind,
    PlanningMethod,
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

KEY = r"\S(.{0,78}\S)?"
KEY_REMEDY = "Write 1 to 80 characters, none of them blank at either end."
CODE = r"\d{4}[0-9A-Z]|[A-Z]\d{4}"
CODE_REMEDY = "Write a procedure code of five characters, as 77386 or G6015."
MODIFIER = r"[0-9A-Z]{2}"
MOST_MODIFIERS = 4
MOST_CODES = 50
MOST_UNITS = 999
MOST_AUTHORIZED = 9999
MOST_FRACTIONS = 200
MOST_ISOCENTERS = 20
MOST_FIELDS = 99
MOST_SESSIONS_PER_DAY = 4
HOURS_OF_A_DAY = 24

NO_DAY = date.min
"""Stands where a day could not be read; the file is refused before anybody sees it."""

_BILLS = {
    Setting.FREESTANDING: (Bills.GLOBAL, Bills.TECHNICAL, Bills.PROFESSIONAL),
    Setting.HOSPITAL: (Bills.TECHNICAL, Bills.PROFESSIONAL, Bills.BOTH),
}
_PLACES = {Setting.FREESTANDING: ("11", "24"), Setting.HOSPITAL: ("22", "19", "21", "24")}


class Names:
    """Keys that were given so far to the facts of one class."""

    def __init__(self) -> None:
        self._given: set[str] = set()
        self._numbers: dict[str, int] = {}

    def unique(self, base: str) -> str:
        """Return ``base``, numbered where it was given before, and count it as given.

        >>> names = Names()
        >>> names.unique("visit 2026-09-15"), names.unique("visit 2026-09-15")
        ('visit 2026-09-15', 'visit 2026-09-15 (2)')
        """
        name, number = base, self._numbers.get(base, 1)
        while name in self._given:
            number += 1
            name = f"{base} ({number})"
        self._numbers[base] = number
        self._given.add(name)
        return name

    def reserve(self, name: str) -> None:
        """Count a key that the file itself gives as given; sessions may repeat theirs."""
        self._given.add(name)

    def is_given(self, name: str) -> bool:
        """Return whether a fact has this key already."""
        return name in self._given


def read_practice(section: Section) -> PracticeFacts:
    """Read who bills for what; a setting has its own ways to bill and its own places of service."""
    setting = section.word("setting", Setting, required=True)
    bills = section.word("bills", Bills, required=True)
    place = section.text("place_of_service", pattern=r"11|19|21|22|24", remedy="Write 11, 19, 21, 22 or 24.")
    if setting is not None:
        if bills is not None and bills not in _BILLS[setting]:
            section.found("bills", bills, f"A {setting} practice bills one of: {', '.join(_BILLS[setting])}.")
        if place is not None and place not in _PLACES[setting]:
            section.found("place_of_service", place, f"A {setting} practice has one of: {', '.join(_PLACES[setting])}.")
    section.finish()
    return PracticeFacts(setting or Setting.HOSPITAL, bills or Bills.TECHNICAL, place or "")


def read_payer(section: Section) -> PayerFacts:
    """Read the payer and its one policy, which holds on every day."""
    kind = section.word("kind", PayerKind, required=True)
    policy = section.section("policy")
    period = PolicyPeriod(read_policy(policy))
    policy.finish()
    section.finish()
    return PayerFacts(kind or PayerKind.SELF_PAY, (period,))


def read_policy(section: Section) -> PolicyFacts:
    """Read what the payer decides otherwise; a key that is absent keeps the default of the rules."""
    default = PolicyFacts()
    hours = section.number("minimum_hours_between_sessions", least=0, most=HOURS_OF_A_DAY)
    return PolicyFacts(
        delivery_code_set=section.word("delivery_code_set", DeliveryCodeSet),
        nodes_level=section.word("nodes_level", NodesLevel),
        left_breast_complex=section.flag("left_breast_complex"),
        second_session_modifier=section.word("second_session_modifier", SecondSessionModifier)
        or default.second_session_modifier,
        minimum_hours_between_sessions=default.minimum_hours_between_sessions if hours is None else hours,
        plan_charge_per=section.word("plan_charge_per", PlanChargePer) or default.plan_charge_per,
        management_date=section.word("management_date", ManagementDate) or default.management_date,
        physics_tail=section.word("physics_tail", PhysicsTail) or default.physics_tail,
        guidance_professional=section.flag("guidance_professional", default=True),
        requires_authorization=section.flag("requires_authorization"),
        inverse_planning_required=section.flag("inverse_planning_required"),
    )


def read_plan_key(section: Section, names: Names) -> str:
    """Read the key of a plan; no two plans have the same."""
    key = section.text("key", required=True, pattern=KEY, remedy=KEY_REMEDY)
    if key is not None and names.is_given(key):
        section.found("key", key, "Another plan has this key. Give each plan its own.")
    return names.unique(key or "")


def read_plan(section: Section, ordinal: int, names: Names) -> PlanFacts:
    """Read a plan; defaults that turn on technique and kind are filled in here."""
    technique = section.word("technique", Technique, required=True) or Technique.UNKNOWN
    kind = section.word("kind", PlanKind) or PlanKind.INITIAL
    is_electron = technique in (Technique.ELECTRON, Technique.TOTAL_SKIN_ELECTRON)
    plan = PlanFacts(
        key=read_plan_key(section, names),
        site=section.word("site", Site, required=True) or Site.OTHER,
        technique=technique,
        imrt_planned=section.flag("imrt_planned", default=technique in IMRT_TECHNIQUES),
        new_planning_ct=section.flag("new_planning_ct", default=kind is PlanKind.INITIAL),
        kind=kind,
        approved_on=section.day("approved_on"),
        laterality=section.word("laterality", Laterality),
        includes_nodes=section.flag("includes_nodes"),
        complex_delivery_documented=section.flag("complex_delivery_documented"),
        compensator=section.flag("compensator"),
        isocenters=section.whole("isocenters", least=0 if is_electron else 1, most=MOST_ISOCENTERS),
        isocenter_group=section.text("isocenter_group", pattern=KEY, remedy=KEY_REMEDY),
        static_fields=section.whole("static_fields", least=1, most=MOST_FIELDS),
        arcs=section.whole("arcs", least=1, most=MOST_FIELDS),
        dvh_documented=section.flag("dvh_documented", default=True),
        planning_method=section.word("planning_method", PlanningMethod) or PlanningMethod.INVERSE,
        active_motion_management=section.word("active_motion_management", MotionManagement) or MotionManagement.NONE,
        necessity_documented=section.flag("necessity_documented"),
        respiratory_motion_simulation=section.flag("respiratory_motion_simulation"),
        fractions=section.whole("fractions", least=1, most=MOST_FRACTIONS),
        sessions_per_day=section.whole("sessions_per_day", least=1, most=MOST_SESSIONS_PER_DAY) or 1,
        ordinal=ordinal,
    )
    section.finish()
    return plan


def read_event(section: Section, ordinal: int, names: Names) -> EventFacts:
    """Read an event. It has no key of its own in a course file: family and day name it."""
    family = section.word("code_family", EventFamily, required=True) or EventFamily.VISIT
    on = section.day("on", required=True) or NO_DAY
    event = EventFacts(
        key=names.unique(f"{family} {on}"),
        code_family=family,
        on=on,
        site=section.word("site", Site),
        by=section.word("by", Performer),
        units=section.whole("units", least=1, most=MOST_UNITS) or 1,
        distinct_service=section.flag("distinct_service"),
        documented=section.flag("documented", default=True),
        ordinal=ordinal,
    )
    section.finish()
    return event


def read_authorization(section: Section, ordinal: int, names: Names) -> AuthorizationFacts:
    """Read an authorization. It has no key of its own in a course file: its place names it."""
    codes = section.texts("codes", pattern=CODE, remedy=CODE_REMEDY, most=MOST_CODES, least=1, required=True)
    units = section.whole("units", least=1, most=MOST_AUTHORIZED, required=True)
    first = section.day("effective_from", required=True) or NO_DAY
    last = section.day("effective_to", required=True) or NO_DAY
    technique = section.word("technique", Technique)
    if NO_DAY < last < first:
        section.found("effective_to", last, f"It begins on {first}: an authorization ends on that day or later.")
    section.finish()
    return AuthorizationFacts(
        names.unique(f"authorization {ordinal}"), codes, units or 1, first, last, ordinal, technique
    )


def read_manual_line(section: Section, ordinal: int, names: Names) -> ManualLineFacts:
    """Read a keyed line as keyed: whether it is taken is a matter of the rules."""
    code = section.text("code", required=True, pattern=CODE, remedy=CODE_REMEDY) or ""
    on = section.day("on", required=True) or NO_DAY
    line = ManualLineFacts(
        key=names.unique(f"{code} {on}"),
        code=code,
        on=on,
        units=section.whole("units", least=1, most=MOST_UNITS) or 1,
        modifiers=section.texts(
            "modifiers", pattern=MODIFIER, remedy="Write modifiers of two characters, as 26 or TC.", most=MOST_MODIFIERS
        ),
        narrative=section.text("narrative") or "",
        attachment=section.text("attachment", longest=50) or "",
        ordinal=ordinal,
    )
    section.finish()
    return line
