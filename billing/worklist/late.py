"""Lines that came after their month was signed off: a second person lets them pass, none of those who entered them.

The same is asked by a trigger of the findings (models/month_close.py); here it is said in words.
"""

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import connection

from billing.models import AFTER_CLOSE, ENTERED_BY, StandingFinding

WHO_ENTERED_IT = (
    "You entered something that this line rests on, after the month was signed off. Ask another billing manager or an "
    "administrator to let it pass."
)


def entered_by(entry_id: int) -> frozenset[int]:
    """Return the users who entered what a late line rests on, or anything of its course since: one query."""
    with connection.cursor() as cursor:
        cursor.execute(ENTERED_BY.format(entry="%s"), [entry_id])
        return frozenset(row[0] for row in cursor.fetchall())


def require_second_person(finding: StandingFinding, by: User) -> None:
    """Raise a ``ValidationError`` if the user has a part in the late line that the finding is about."""
    if finding.code == AFTER_CLOSE and finding.entry_id is not None and by.pk in entered_by(finding.entry_id):
        raise ValidationError(WHO_ENTERED_IT)
