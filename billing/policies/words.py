"""A payer's settings in the words of a biller: what each asks, what may be chosen, what the rules do unasked.

The one place of these words: form, pages, history and preview read them here. What a setting does is the rules'
business; each names the rule that it serves.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from billing.policies.timeline import DEFAULTS, Settings
from patients.terms import (
    DeliveryCodeSet,
    ManagementDate,
    NodesLevel,
    PhysicsTail,
    PlanChargePer,
    SecondSessionModifier,
)

_BESIDE = frozenset({"filing_limit_days", "takes_corrections", "appeal_days"})
_COUNTS_DAYS = frozenset({"filing_limit_days", "appeal_days"})
"""Settings of the claim; the others are the rules'."""

YES_NO = {"True": "Yes", "False": "No"}


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its column, the question, the choices (none: a number), the default in words, its rule if any."""

    name: str
    question: str
    rule: str
    default: str
    choices: Mapping[str, str] = field(default_factory=dict)
    note: str = ""

    @property
    def is_open(self) -> bool:
        """Whether the default is to leave it to the rules, so that its value alone does not say what they do."""
        return "" in self.choices or self.name in _COUNTS_DAYS


@dataclass(frozen=True, slots=True)
class Group:
    """Settings that a biller thinks of together."""

    title: str
    settings: tuple[Setting, ...]


GROUPS = (
    Group(
        "Delivery, 2015 to 2025",
        (
            Setting(
                "delivery_code_set",
                "Which delivery codes does the payer take?",
                "E3",
                "the G set for Medicare and Medicare Advantage in a freestanding centre, CPT for everybody else",
                {
                    "": "As the rules choose",
                    DeliveryCodeSet.CPT.value: "CPT: 77385 and 77386",
                    DeliveryCodeSet.HCPCS_G.value: "The G set: G6015 and G6016",
                },
            ),
            Setting(
                "nodes_level",
                "Prostate or breast treated with lymph nodes is",
                "L2",
                "not settled: charged as simple, and held until somebody settles it",
                {
                    "": "Not settled: simple, and held",
                    NodesLevel.SIMPLE.value: "Simple",
                    NodesLevel.COMPLEX.value: "Complex",
                },
            ),
            Setting(
                "left_breast_complex",
                "Does a left breast count as complex where the plan documents it?",
                "L3",
                "no: simple",
                YES_NO,
            ),
        ),
    ),
    Group(
        "Two sessions on one day",
        (
            Setting(
                "second_session_modifier",
                "Which modifier goes on the second session of a day?",
                "S5",
                "76",
                {
                    SecondSessionModifier.REPEAT.value: "76, repeated by the same physician",
                    SecondSessionModifier.DISTINCT.value: "59, distinct service",
                    SecondSessionModifier.SEPARATE_ENCOUNTER.value: "XE, separate encounter",
                    SecondSessionModifier.NONE.value: "None",
                },
            ),
            Setting(
                "minimum_hours_between_sessions",
                "How many hours must lie between the two?",
                "S5",
                "6; exactly 6 counts",
                note="From start to start. A session that comes sooner is not charged but held.",
            ),
        ),
    ),
    Group(
        "Plans",
        (
            Setting(
                "plan_charge_per",
                "A boost planned on the CT of the first plan is",
                "P2",
                "not charged again: one plan for each planning CT",
                {
                    PlanChargePer.PLANNING_CT.value: "Not charged again",
                    PlanChargePer.PLAN.value: "Charged as a plan of its own",
                },
            ),
            Setting(
                "inverse_planning_required",
                "Does the payer pay an IMRT plan only if it was planned inversely?",
                "P9",
                "no: a forward plan gets a warning",
                YES_NO,
                note="Yes: a forward plan is held.",
            ),
        ),
    ),
    Group(
        "Every five fractions",
        (
            Setting(
                "management_date",
                "Which day does a treatment management line carry?",
                "M1",
                "the day of the fifth fraction",
                {
                    ManagementDate.FIFTH_FRACTION.value: "The day of the fifth fraction",
                    ManagementDate.VISIT.value: "The day of the physician's visit within the five",
                },
            ),
            Setting(
                "physics_tail",
                "After full fives, do the fractions left over at the end earn a physics check?",
                "M5",
                "none",
                {
                    PhysicsTail.NONE.value: "No",
                    PhysicsTail.THREE_OR_MORE.value: "Yes, if three or four are left",
                    PhysicsTail.ANY.value: "Yes, any number",
                },
            ),
        ),
    ),
    Group(
        "Guidance and authorization",
        (
            Setting(
                "guidance_professional",
                "Does the payer take the physician's part of image guidance beside the CPT set?",
                "G3",
                "yes: 77387-26 where the images were reviewed",
                YES_NO,
                note="Freestanding centres, 2015 to 2025.",
            ),
            Setting(
                "requires_authorization",
                "Must treatment be authorized before?",
                "R1",
                "no",
                YES_NO,
                note="Yes: a line that no authorization covers is held.",
            ),
        ),
    ),
    Group(
        "Filing",
        (
            Setting(
                "filing_limit_days",
                "Within how many days of the service must a claim have arrived?",
                "R3",
                "one calendar year for Medicare, by law; no limit known for everybody else",
                note="Original claims. Leave it empty where the contract names none, and for Medicare.",
            ),
            Setting(
                "takes_corrections",
                "Does the payer take a replacement or a void of a claim electronically?",
                "",
                "yes: frequency 7 or 8 under its own claim number",
                YES_NO,
                note="No: the worklist keeps the correction until somebody has told the payer.",
            ),
            Setting(
                "appeal_days",
                "How many days after a denial does the payer take an appeal?",
                "",
                "120 days for Medicare, by law; no limit known for everybody else",
                note="First appeal. Denials on the worklist count down to it.",
            ),
        ),
    ),
)
SETTINGS = tuple(setting for group in GROUPS for setting in group.settings)


def value_of(settings: Settings, name: str) -> object:
    """Return the bare value of a setting."""
    return getattr(settings if name in _BESIDE else settings.policy, name)


def said(settings: Settings, setting: Setting) -> str:
    """Return what a payer's setting says, in words."""
    value = value_of(settings, setting.name)
    if setting.choices:
        return setting.choices["" if value is None else str(value)]
    if setting.name in _COUNTS_DAYS:
        return "not set" if value is None else f"{value} days"
    return f"{value:g} hours"


def is_default(settings: Settings, setting: Setting) -> bool:
    """Whether a payer's setting is what the rules do unasked."""
    return value_of(settings, setting.name) == value_of(DEFAULTS, setting.name)


def changed_settings(before: Settings, after: Settings) -> list[tuple[Setting, str, str]]:
    """Return the settings that differ, each with both answers in words."""
    return [
        (setting, said(before, setting), said(after, setting))
        for setting in SETTINGS
        if value_of(before, setting.name) != value_of(after, setting.name)
    ]


def own_settings(settings: Settings) -> list[tuple[Setting, str]]:
    """Return the settings in which a payer differs from the rules' defaults, in words."""
    return [(setting, said(settings, setting)) for setting in SETTINGS if not is_default(settings, setting)]


def day_words(day: date) -> str:
    """Write a day as the pages do: 1 Jan 2026."""
    return f"{day.day} {day:%b %Y}"


def span_words(first: date, last: date) -> str:
    """Write a span of days; one without an end is open."""
    return f"from {day_words(first)} on" if last == date.max else f"from {day_words(first)} to {day_words(last)}"
