"""The kinds of code files that this house reads, most of them Medicare's, and what a file is besides its rows.

It names things only. How a kind is told from another is recognition.py; how its rows are read stands in one file a
kind.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class FileKind(StrEnum):
    """What a file holds."""

    PAIRS_PRACTITIONER = "pairs-practitioner"
    PAIRS_HOSPITAL = "pairs-hospital"
    LIMITS_PRACTITIONER = "limits-practitioner"
    LIMITS_HOSPITAL = "limits-hospital"
    RELATIVE_VALUES = "relative-values"
    GPCI = "gpci"
    OPPS_RATES = "opps-rates"
    ADD_ON_CODES = "add-on-codes"
    DIAGNOSIS_CODES = "diagnosis-codes"
    HCPCS_CODES = "hcpcs-codes"
    ADJUSTMENT_REASONS = "adjustment-reasons"
    REMARKS = "remarks"


TITLES = {
    FileKind.PAIRS_PRACTITIONER: "Code pairs, practitioner (NCCI PTP)",
    FileKind.PAIRS_HOSPITAL: "Code pairs, outpatient hospital (NCCI PTP)",
    FileKind.LIMITS_PRACTITIONER: "Daily units, practitioner (MUE)",
    FileKind.LIMITS_HOSPITAL: "Daily units, outpatient hospital (MUE)",
    FileKind.RELATIVE_VALUES: "Relative values of the physician fee schedule (PPRRVU)",
    FileKind.GPCI: "Geographic practice cost indices (GPCI)",
    FileKind.OPPS_RATES: "Outpatient hospital rates (OPPS Addendum B)",
    FileKind.ADD_ON_CODES: "Add-on codes (NCCI)",
    FileKind.DIAGNOSIS_CODES: "Diagnosis codes (ICD-10-CM order file)",
    FileKind.HCPCS_CODES: "HCPCS Level II codes",
    FileKind.ADJUSTMENT_REASONS: "Reasons of adjustments (CARC)",
    FileKind.REMARKS: "Remarks of remittances (RARC)",
}
"""What each kind is called before a reader; the publication's own name stands in brackets."""


@dataclass(frozen=True, slots=True)
class Publication:
    """Which publication a file is. Two files that are equal here are versions of the same one.

    ``part`` is the number of a file that comes in several, else 0. ``edition`` tells two files of one quarter apart
    that both stand: nonQPP and QPP of the relative values.
    """

    kind: FileKind
    effective_from: date
    version: str = ""
    edition: str = ""
    part: int = 0
