"""WHO is treated and who pays: patients, providers, facilities, payers, coverages, encounters."""

from patients.models.access import PatientAccess
from patients.models.coverage import Coverage, Encounter
from patients.models.facility import Facility
from patients.models.payer import Payer, PayerPolicy
from patients.models.people import Patient, Provider

__all__ = [
    "Coverage",
    "Encounter",
    "Facility",
    "Patient",
    "PatientAccess",
    "Payer",
    "PayerPolicy",
    "Provider",
]
