"""The vocabulary of prescription and delivery, as StrEnums.

Used alike by models, rules, forms, API and the course file, so that a word means the same
in every room. Pure: no Django, no labels for the screen beyond what the field says aloud.
Code sets that others publish (procedures, adjustment reasons) are table data, never enums.
"""

from enum import StrEnum


class Technique(StrEnum):
    """How the dose is shaped. ``vmat`` and ``tomotherapy`` are IMRT for charging."""

    IMRT = "imrt"
    VMAT = "vmat"
    TOMOTHERAPY = "tomotherapy"
    CONFORMAL_3D = "conformal_3d"
    TWO_D = "two_d"
    ELECTRON = "electron"
    TOTAL_SKIN_ELECTRON = "total_skin_electron"
    SBRT = "sbrt"
    SRS = "srs"
    UNKNOWN = "unknown"


IMRT_TECHNIQUES = frozenset({Technique.IMRT, Technique.VMAT, Technique.TOMOTHERAPY})


class Site(StrEnum):
    """The treated site; it decides the level of delivery from 2015 to 2025."""

    PROSTATE = "prostate"
    PROSTATE_BED = "prostate_bed"
    BREAST = "breast"
    CHEST_WALL = "chest_wall"
    LUNG = "lung"
    ESOPHAGUS = "esophagus"
    HEAD_NECK = "head_neck"
    BRAIN = "brain"
    SPINE = "spine"
    BONE = "bone"
    PANCREAS = "pancreas"
    LIVER = "liver"
    STOMACH = "stomach"
    RECTUM = "rectum"
    ANUS = "anus"
    BLADDER = "bladder"
    UTERUS = "uterus"
    CERVIX = "cervix"
    VULVA = "vulva"
    LYMPHOMA = "lymphoma"
    SARCOMA = "sarcoma"
    SKIN = "skin"
    OTHER = "other"


class Laterality(StrEnum):
    """Side of a paired site."""

    LEFT = "left"
    RIGHT = "right"
    BILATERAL = "bilateral"


class PlanKind(StrEnum):
    """Why a plan was made; it decides whether the plan earns its own plan line."""

    INITIAL = "initial"
    BOOST = "boost"
    REPLAN = "replan"
    REVISION = "revision"


class PlanningMethod(StrEnum):
    """How the optimiser worked."""

    INVERSE = "inverse"
    FORWARD = "forward"


class MotionManagement(StrEnum):
    """Active control of the beam against motion, during delivery. Set-up guidance is none."""

    NONE = "none"
    GATING = "gating"
    BREATH_HOLD = "breath_hold"
    TRACKING = "tracking"


class SessionStatus(StrEnum):
    """What happened at the machine. ``aborted``: no beam at all; ``partial``: beam, not all of it."""

    TREATED = "treated"
    PARTIAL = "partial"
    ABORTED = "aborted"


class Guidance(StrEnum):
    """Image guidance used for the session."""

    NONE = "none"
    CBCT = "cbct"
    KV = "kv"
    FIDUCIAL_KV = "fiducial_kv"
    ULTRASOUND = "ultrasound"
    SURFACE = "surface"


class EventFamily(StrEnum):
    """Clinical events beside plans and sessions that may earn a charge."""

    SIMULATION_SIMPLE = "simulation_simple"
    SIMULATION_INTERMEDIATE = "simulation_intermediate"
    SIMULATION_COMPLEX = "simulation_complex"
    PLANNING_NOTE = "planning_note"
    SPECIAL_PHYSICS_CONSULT = "special_physics_consult"
    SPECIAL_TREATMENT = "special_treatment"
    BASIC_DOSIMETRY = "basic_dosimetry"
    ISODOSE = "isodose"
    DEVICE_SIMPLE = "device_simple"
    DEVICE_INTERMEDIATE = "device_intermediate"
    DEVICE_COMPLEX = "device_complex"
    RESPIRATORY_SIMULATION = "respiratory_simulation"
    VISIT = "visit"
    PHYSICS_CHECK = "physics_check"
    PORT_IMAGE = "port_image"


class Performer(StrEnum):
    """Who carried an event out."""

    PHYSICIAN = "physician"
    NURSE_PRACTITIONER = "nurse_practitioner"
    PHYSICIAN_ASSISTANT = "physician_assistant"
    PHYSICIST = "physicist"
    DOSIMETRIST = "dosimetrist"
    THERAPIST = "therapist"
