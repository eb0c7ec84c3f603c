"""All rows that the facts of courses are made of, in one statement, so that they are of one moment.

A therapist's page waits for it: one statement costs a fraction of eleven, and as PostgreSQL shows one statement one
snapshot, the basis that comes with the rows is exactly what they rest on. What this is not: a place where rows get
their meaning; see facts.py and insurance.py.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from billing.capture.basis import asked_of_basis, basis_of
from billing.models import COUNTING
from patients.prepared import read_of_courses
from patients.terms import CoverageRank


class _Kind(NamedTuple):
    """Rows of one kind that hang on the course ``c``: where they stand, which, in what order, which columns."""

    source: str
    which: str
    order: str
    columns: str


_PRIMARY_PAYERS = (
    "SELECT v.payer_id FROM oncocharge_patients_coverage v WHERE v.patient_id = c.patient_id AND v.rank = %(primary)s"
)
_NAME = (
    "(SELECT concat_ws(', ', n.last_name, NULLIF(n.first_name, '')) FROM oncocharge_patients_provider n"
    " WHERE n.id = {})"
)
# Whatever is listed here must raise a revision of the basis.
_KINDS = {
    "diagnoses": _Kind("oncocharge_courses_coursediagnosis t", "t.course_id = c.id", "t.position", "t.code"),
    "plans": _Kind(
        "oncocharge_courses_plan t",
        "t.course_id = c.id",
        "t.id",
        "t.id, t.site, t.technique, t.imrt_planned, t.new_planning_ct, t.kind, t.approved_on, t.laterality,"
        " t.includes_nodes, t.complex_delivery_documented, t.has_compensator, t.isocenters, t.isocenter_group,"
        " t.static_fields, t.arcs, t.dvh_documented, t.planning_method, t.active_motion_management,"
        " t.necessity_documented, t.respiratory_motion_simulation, t.fractions, t.sessions_per_day",
    ),
    "fractions": _Kind(
        "oncocharge_courses_fraction t",
        "t.course_id = c.id",
        "t.session_id, t.plan_id",
        "t.session_id, t.plan_id, t.number",
    ),
    "sessions": _Kind(
        "oncocharge_courses_session t",
        "t.course_id = c.id AND t.signed_at IS NOT NULL AND t.cancelled_at IS NULL",
        "t.id",
        "t.id, t.starts_at, t.status, t.resumes_id, t.guidance, t.guidance_reviewed, t.active_motion_management,"
        " t.motion_record_complete, t.isocenters, t.mixed_electrons, t.is_inpatient, t.adapted_online",
    ),
    "events": _Kind(
        "oncocharge_courses_clinicalevent t",
        "t.course_id = c.id AND t.cancelled_at IS NULL",
        "t.id",
        "t.id, t.family, t.happened_on, t.site, t.performer, t.units, t.distinct_service, t.documented",
    ),
    # What a payer approved who is not asked first is of no use to the claim.
    "authorizations": _Kind(
        "oncocharge_billing_authorization t LEFT JOIN oncocharge_patients_coverage v ON v.id = t.coverage_id",
        "t.course_id = c.id AND t.status = ANY(%(counting)s) AND (t.coverage_id IS NULL OR v.rank = %(primary)s)",
        "t.id",
        "t.id, t.codes, t.units, t.effective_from, t.effective_to, t.technique, v.effective_from, v.effective_to",
    ),
    "keyed_lines": _Kind(
        "oncocharge_billing_manualline t",
        "t.course_id = c.id AND t.cancelled_at IS NULL",
        "t.id",
        "t.id, t.code, t.service_on, t.units, t.modifiers, t.narrative, t.attachment, t.diagnoses, t.provider_id",
    ),
    "line_edits": _Kind(
        "oncocharge_billing_lineedit t JOIN auth_user u ON u.id = t.edited_by_id",
        "t.course_id = c.id AND t.taken_back_at IS NULL",
        "t.id",
        "t.id, t.line_key, t.code, t.service_on, t.was_units, t.was_modifiers, t.was_diagnoses,"
        f" t.was_provider_id, {_NAME.format('t.was_provider_id')}, t.units, t.modifiers, t.diagnoses,"
        f" t.provider_id, {_NAME.format('t.provider_id')}, t.reason,"
        " COALESCE(NULLIF(trim(concat(u.first_name, ' ', u.last_name)), ''), u.username), t.edited_at",
    ),
    "stays": _Kind(
        "oncocharge_patients_encounter t",
        "t.patient_id = c.patient_id AND t.is_inpatient",
        "t.id",
        "t.starts_on, t.ends_on",
    ),
    "coverages": _Kind(
        "oncocharge_patients_coverage t JOIN oncocharge_patients_payer y ON y.id = t.payer_id",
        "t.patient_id = c.patient_id AND t.rank = %(primary)s",
        "t.effective_from, t.id",
        "t.payer_id, y.kind, t.effective_from, t.effective_to",
    ),
    "policies": _Kind(
        "oncocharge_patients_payerpolicy t",
        f"t.payer_id IN ({_PRIMARY_PAYERS})",
        "t.effective_from, t.id",
        "to_json(t)",
    ),
}
_TOLD = ", ".join(
    f"'{name}', (SELECT json_agg(json_build_array({kind.columns}) ORDER BY {kind.order})"
    f" FROM {kind.source} WHERE {kind.which})"
    for name, kind in _KINDS.items()
)
_READ = f"""
    SELECT c.id, b.revision, b.text, b.files, c.opened_on, c.closed_on,
           f.setting, f.bills, f.place_of_service, f.time_zone, c.physician_id, {_NAME.format("c.physician_id")},
           json_build_object({_TOLD})::text
      FROM oncocharge_courses_course c
      JOIN oncocharge_patients_facility f ON f.id = c.facility_id
      JOIN ({basis_of("%(ids)s")}) b ON b.id = c.id
     ORDER BY c.id
"""


@dataclass(frozen=True, slots=True)
class CourseRows:
    """The rows of one course. ``told``: by kind, a list of lists in the order of the columns; days as ISO text."""

    course_id: int
    revision: int
    basis: str
    files: str
    """Which of Medicare's files were loaded at that moment; see reference/overlay.py."""
    opened_on: date
    closed_on: date | None
    setting: str
    bills: str
    place_of_service: str
    time_zone: str
    physician_id: int | None
    physician_name: str | None
    told: dict[str, list[list[Any]]]


def read_rows(course_ids: Collection[int]) -> list[CourseRows]:
    """Return the rows of each course, by id: one statement, one snapshot, whatever the number of courses."""
    asked: dict[str, str | list[int] | list[str]] = {**asked_of_basis(course_ids)}
    asked |= {"counting": list(COUNTING), "primary": CoverageRank.PRIMARY.value}
    found = read_of_courses(_READ, asked, count=len(course_ids))
    return [CourseRows(*head, told=_without_gaps(told)) for *head, told in found]  # type: ignore[misc]


def _without_gaps(text: str) -> dict[str, list[list[Any]]]:
    return {name: rows or [] for name, rows in json.loads(text).items()}
