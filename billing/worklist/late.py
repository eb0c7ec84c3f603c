"""Lines that came after their month was signed off: a second person lets them pass, none of those who entered them.

A trigger of the findings asks the rows themselves (models/month_close.py). Here it is said in words; and the history is
asked too: rows keep the name of who entered or amended them last, and of a price, a coverage or a policy none at all.
"""

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import connection

from billing.models import AFTER_CLOSE, ENTERED_BY, StandingFinding

WHO_ENTERED_IT = (
    "You entered something that this line rests on, after the month was signed off. Ask another billing manager or an "
    "administrator to let it pass."
)

_OF_COURSE = " UNION ALL ".join(
    f"SELECT v.pgh_context_id, v.pgh_created_at FROM {table} v WHERE v.course_id = e.course_id"
    for table in (
        "oncocharge_courses_sessionevent", "oncocharge_courses_planevent", "oncocharge_courses_clinicaleventevent",
        "oncocharge_courses_coursediagnosisevent", "oncocharge_billing_manuallineevent",
        "oncocharge_billing_lineeditevent",
    )
)  # fmt: skip
# Of prices only the row that priced the line, as it was entered: one that another row ended is what it was.
_CHANGED_BY = f"""
    SELECT (x.metadata ->> 'user')::bigint
      FROM oncocharge_billing_lateline l
      JOIN oncocharge_billing_monthclose m ON m.id = l.close_id
      JOIN oncocharge_billing_ledgerentry e ON e.id = l.entry_id
      JOIN oncocharge_courses_course c ON c.id = e.course_id
     CROSS JOIN LATERAL (
           {_OF_COURSE}
            UNION ALL
           SELECT v.pgh_context_id, v.pgh_created_at FROM oncocharge_courses_courseevent v
            WHERE v.pgh_obj_id = e.course_id
            UNION ALL
           SELECT v.pgh_context_id, v.pgh_created_at FROM oncocharge_patients_coverageevent v
            WHERE v.patient_id = c.patient_id
            UNION ALL
           SELECT v.pgh_context_id, v.pgh_created_at FROM oncocharge_billing_feelineevent v
            WHERE v.pgh_obj_id = e.fee_line_id AND v.pgh_label = 'insert'
            UNION ALL
           SELECT v.pgh_context_id, v.pgh_created_at
             FROM oncocharge_patients_payerpolicyevent v
             JOIN oncocharge_patients_coverage p ON p.payer_id = v.payer_id AND p.patient_id = c.patient_id
            WHERE e.service_on BETWEEN v.effective_from AND COALESCE(v.effective_to, 'infinity')
              AND e.service_on BETWEEN p.effective_from AND COALESCE(p.effective_to, 'infinity')) AS v
      JOIN pghistory_context x ON x.id = v.pgh_context_id
     WHERE l.entry_id = %(entry)s AND v.pgh_created_at > m.signed_at AND x.metadata ->> 'user' IS NOT NULL
"""


def entered_by(entry_id: int) -> frozenset[int]:
    """Return the users who entered what a late line rests on, or anything of its course since: one query."""
    with connection.cursor() as cursor:
        cursor.execute(f"{ENTERED_BY.format(entry='%(entry)s')} UNION {_CHANGED_BY}", {"entry": entry_id})
        return frozenset(row[0] for row in cursor.fetchall())


def require_second_person(finding: StandingFinding, by: User) -> None:
    """Raise a ``ValidationError`` if the user has a part in the late line that the finding is about."""
    if finding.code == AFTER_CLOSE and finding.entry_id is not None and by.pk in entered_by(finding.entry_id):
        raise ValidationError(WHO_ENTERED_IT)
