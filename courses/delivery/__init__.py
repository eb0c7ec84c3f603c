"""What was delivered: log, amend, cancel and review sessions; what a machine has to do on a day.

Every change of a session goes through these steps, whoever asks: the therapist's form, the API,
an imported file. Each locks the course first, so that two hands on one course take turns.
What a session is worth is not known here.
"""

from courses.delivery.absences import note_absence, undo_absence
from courses.delivery.cautions import Caution, beyond_prescription, warnings
from courses.delivery.corrections import amend_session, cancel_session
from courses.delivery.entries import Changes, EntryConflict, Logged, Particulars, digest_of_session
from courses.delivery.log import log_session
from courses.delivery.machine_day import DayRow, MachineDay, RowState, machine_day, row_of_course, state_of_day
from courses.delivery.proposals import (
    Proposal,
    isocenters_of,
    motion_of_last,
    next_number,
    propose_session,
    standing_numbers,
)
from courses.delivery.reading import course_with_plans
from courses.delivery.review import Reviewed, review_guidance, withdraw_review
from courses.delivery.signing import sign_session

__all__ = [
    "Caution",
    "Changes",
    "DayRow",
    "EntryConflict",
    "Logged",
    "MachineDay",
    "Particulars",
    "Proposal",
    "Reviewed",
    "RowState",
    "amend_session",
    "beyond_prescription",
    "cancel_session",
    "course_with_plans",
    "digest_of_session",
    "isocenters_of",
    "log_session",
    "machine_day",
    "motion_of_last",
    "next_number",
    "note_absence",
    "propose_session",
    "review_guidance",
    "row_of_course",
    "sign_session",
    "standing_numbers",
    "state_of_day",
    "undo_absence",
    "warnings",
    "withdraw_review",
]
