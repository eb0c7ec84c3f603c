"""The vocabulary of practices and payers, as StrEnums. Pure: no Django."""

from enum import StrEnum


class Setting(StrEnum):
    """Where the machine stands, for payment."""

    FREESTANDING = "freestanding"
    HOSPITAL = "hospital"


class Bills(StrEnum):
    """Which components this practice bills. ``global`` is freestanding only, ``both`` hospital only."""

    GLOBAL = "global"
    TECHNICAL = "technical"
    PROFESSIONAL = "professional"
    BOTH = "both"


class PayerKind(StrEnum):
    """Family of payer; defaults of the charge rules turn on it."""

    MEDICARE = "medicare"
    MEDICARE_ADVANTAGE = "medicare_advantage"
    MEDICAID = "medicaid"
    COMMERCIAL = "commercial"
    TRICARE = "tricare"
    WORKERS_COMP = "workers_comp"
    SELF_PAY = "self_pay"


class DeliveryCodeSet(StrEnum):
    """Which delivery codes a payer takes from 2015 to 2025."""

    CPT = "cpt"
    HCPCS_G = "hcpcs_g"


class NodesLevel(StrEnum):
    """How a payer reads prostate or breast with nodes, 2015 to 2025."""

    SIMPLE = "simple"
    COMPLEX = "complex"


class SecondSessionModifier(StrEnum):
    """Modifier that a payer wants on the second session of a day."""

    REPEAT = "76"
    DISTINCT = "59"
    SEPARATE_ENCOUNTER = "XE"
    NONE = "none"


class PlanChargePer(StrEnum):
    """Whether a boost from the same planning CT earns its own plan line."""

    PLANNING_CT = "planning_ct"
    PLAN = "plan"


class ManagementDate(StrEnum):
    """Which day a weekly management line carries."""

    FIFTH_FRACTION = "fifth_fraction"
    VISIT = "visit"


class PhysicsTail(StrEnum):
    """Whether the remainder after a full five earns a physics check."""

    NONE = "none"
    THREE_OR_MORE = "three_or_more"
    ANY = "any"


class Sex(StrEnum):
    """Administrative sex as a claim carries it."""

    FEMALE = "F"
    MALE = "M"
    UNKNOWN = "U"


class Relationship(StrEnum):
    """The patient's relationship to the subscriber."""

    SELF = "self"
    SPOUSE = "spouse"
    CHILD = "child"
    OTHER = "other"


class CoverageRank(StrEnum):
    """Order in which coverages pay."""

    PRIMARY = "primary"
    SECONDARY = "secondary"
    TERTIARY = "tertiary"
