"""Which charges came after their month was signed off, as the database noted when they were posted.

Whether a line is late is a trigger's business (models/month_close.py): only there is it known which of two came
first, a posting or a sign-off. Here it is read back, in the transaction that posted.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from patients.prepared import read_of_courses

_READ = """
    SELECT e.course_id, e.id, m.month, (m.signed_at AT TIME ZONE f.time_zone)::date
      FROM oncocharge_billing_lateline l
      JOIN oncocharge_billing_monthclose m ON m.id = l.close_id AND m.reopened_at IS NULL
      JOIN oncocharge_patients_facility f ON f.id = m.facility_id
      JOIN oncocharge_billing_ledgerentry e ON e.id = l.entry_id
      LEFT JOIN oncocharge_billing_ledgerentry v ON v.reverses_id = e.id
     WHERE e.course_id = ANY(%s) AND e.kind = 'charge' AND v.id IS NULL
     ORDER BY e.id
"""


@dataclass(frozen=True, slots=True)
class LateCharge:
    """A charge that stands and came after its month was signed off; the day is the facility's."""

    course_id: int
    entry_id: int
    month: date
    signed_on: date

    @property
    def message(self) -> str:
        """What the worklist says of it; the same at every capture, so that an override keeps."""
        signed_on = f"{self.signed_on.day} {self.signed_on:%b %Y}"
        return (
            f"{self.month:%B %Y} was signed off on {signed_on}, and this line came later. "
            "Somebody else than who entered it must let it pass."
        )


def late_charges(*, course_ids: Collection[int]) -> list[LateCharge]:
    """Return the charges of the courses that stand and are late: one statement."""
    return [LateCharge(*row) for row in read_of_courses(_READ, [list(course_ids)], count=len(course_ids))]
