"""WHAT was prescribed and delivered: machines, courses, plans, sessions, fractions, clinical events."""

from courses.models.absence import Absence
from courses.models.beam import DeliveredBeam
from courses.models.course import Course, CourseDiagnosis
from courses.models.event import ClinicalEvent
from courses.models.machine import Machine
from courses.models.plan import Plan
from courses.models.session import Fraction, Session
from courses.models.signature import PlanSignature

__all__ = [
    "Absence",
    "ClinicalEvent",
    "Course",
    "CourseDiagnosis",
    "DeliveredBeam",
    "Fraction",
    "Machine",
    "Plan",
    "PlanSignature",
    "Session",
]
