"""Who looked at which patient: pages and endpoints of one patient say so here.

Lists (a machine's day, a search) are not looks at a patient; opening one of their rows is, and so is a list of one
patient's rows. What a page fills in for itself is noted with the page (tests/oncocharge/test_looks.py).
What was changed, and by whom, is in the history tables.
"""

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import connection

from patients.models import Patient, PatientAccess

MOST_WHAT = 60
# One statement, so that a page costs one; a reload within the minute adds nothing.
_NOTE = """
    INSERT INTO {table} (patient_id, user_id, at, what)
    SELECT %(patient)s, %(user)s, now(), %(what)s
     WHERE NOT EXISTS (
           SELECT 1 FROM {table}
            WHERE patient_id = %(patient)s AND user_id = %(user)s AND what = %(what)s
              AND at > now() - interval '1 minute')
"""


def note_access(*, user: AbstractBaseUser | AnonymousUser, patient: Patient | int, what: str) -> None:
    """Note that the user looked at the patient: once per user, patient and page in a minute.

    Args:
        patient: the row, or its id where the row was not fetched.
        what: the page or endpoint by its url name.
    """
    statement = _NOTE.format(table=connection.ops.quote_name(PatientAccess._meta.db_table))
    patient_id = patient if isinstance(patient, int) else patient.pk
    with connection.cursor() as cursor:
        cursor.execute(statement, {"patient": patient_id, "user": user.pk, "what": what[:MOST_WHAT]})
