"""A course with its plans, read at once for the steps that a person waits for.

One statement that PostgreSQL keeps planned, for what form, step and row ask for together. What this is not: the
course's page, or lists (courses/views), which ask through the models.
"""

from courses.models import Course, Machine, Plan
from patients.models import Facility, Patient
from patients.prepared import Columns, cut, read_prepared

_PARTS = (
    Columns(Plan, "p"), Columns(Course, "c"), Columns(Patient, "t"), Columns(Facility, "f"), Columns(Machine, "m"),
)  # fmt: skip
_READ = f"""
    SELECT {", ".join(part.sql for part in _PARTS)}
      FROM oncocharge_courses_course c
      JOIN oncocharge_patients_patient t ON t.id = c.patient_id
      JOIN oncocharge_patients_facility f ON f.id = c.facility_id
      LEFT JOIN oncocharge_courses_plan p ON p.course_id = c.id
      LEFT JOIN oncocharge_courses_machine m ON m.id = p.machine_id
     WHERE c.id = %s
     ORDER BY p.approved_on, p.id
"""


def course_with_plans(course_id: int) -> Course | None:
    """Return the course with patient and facility; ``course.plans.all()`` and each plan's machine ask no more.

    Returns:
        None if there is no such course.
    """
    rows = [cut(row, *_PARTS) for row in read_prepared(_READ, [course_id])]
    if not rows:
        return None
    course: Course
    _, course, patient, facility, _ = rows[0]
    course.patient, course.facility = patient, facility
    plans = [_placed(plan, course, machine) for plan, _, _, _, machine in rows if plan is not None]
    found = course.plans.all()
    found._result_cache = plans
    course._prefetched_objects_cache = {"plans": found}  # type: ignore[attr-defined]  # Django's own name for it
    return course


def _placed(plan: Plan, course: Course, machine: Machine | None) -> Plan:
    plan.course = course
    if machine is not None:
        plan.machine = machine
    return plan
