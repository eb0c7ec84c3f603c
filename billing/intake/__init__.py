"""Course files -> stored courses: patient, coverage, plans, sessions, events, authorizations, keyed lines.

The same file again changes nothing; a changed one brings the course up to it, but for what a person has corrected
since, which stays and is named. A file is stored whole or not at all. What the course is worth is capture's: the
steps of the storeys below ring its doorbell.
"""

from billing.intake.filing import Imported, IntakeRefused, import_course_files
from billing.intake.parties import Wishes

__all__ = ["Imported", "IntakeRefused", "Wishes", "import_course_files"]
