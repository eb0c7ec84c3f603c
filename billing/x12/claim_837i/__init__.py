"""Institutional claims (837I, 005010X223A2): values, the loops that write them, and the writer of whole interchanges.

Writes what it is given: whether a claim is right is asked of check_837i before, whether a file is right of inspect_837
after. Outpatient bills only; what an inpatient stay needs (admission and discharge hours, procedures, present on
admission) has no place here.
"""

from billing.x12.claim_837i.values import Claim837I, Line837I, Note, Occurrence, OccurrenceSpan, ValueCode
from billing.x12.claim_837i.writer import write_interchange

__all__ = [
    "Claim837I",
    "Line837I",
    "Note",
    "Occurrence",
    "OccurrenceSpan",
    "ValueCode",
    "write_interchange",
]
