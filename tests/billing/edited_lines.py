"""Ada's devices, and the edits of their line."""

from datetime import date, timedelta
from itertools import count
from typing import Any

from django.utils import timezone

from billing.capture import capture_course
from billing.capture.editing import Wanted, edit_line, read_line
from billing.models import LedgerEntry, StandingFinding
from courses.models import ClinicalEvent, CourseDiagnosis
from patients.models import Provider
from patients.roles import Role
from tests import cast
from tests.captures import PRICES, practice_fees
from tests.cast import Treated, user

NOON = timezone.now()
_minutes = count(1)
DAY = date(2025, 3, 4)
HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/billing/?group=clean"}


def ada_with_devices() -> Treated:
    """Ada with two diagnoses and two complex devices, recorded as one event; a device costs 300 dollars."""
    practice_fees({**PRICES, "77334": "300.00"})
    patient = cast.ada()
    CourseDiagnosis.objects.create(course=patient.course, position=2, code="C79.51")
    ClinicalEvent.objects.create(course=patient.course, family="device_complex", happened_on=DAY, units=2)
    capture_course(course_id=patient.course.pk)
    return patient


def device(patient: Treated) -> LedgerEntry:
    return LedgerEntry.objects.get(course=patient.course, code="77334", kind="charge", reversal=None)


def baker() -> Provider:
    return Provider.objects.get_or_create(npi="1356987655", defaults={"last_name": "Baker", "first_name": "Bo"})[0]


def as_is(entry: LedgerEntry, **wanted: Any) -> Wanted:
    line = read_line(entry_id=entry.pk).standing
    said = {"units": line.units, "modifiers": line.modifiers, "diagnoses": line.diagnoses, "provider_id": None}
    return Wanted(**{**said, **wanted})


def edit(
    entry: LedgerEntry, *, role: Role = Role.BILLING_MANAGER, seen: str | None = None, **wanted: Any
) -> LedgerEntry:
    """Edit a line as it stands, by somebody who has just opened it."""
    version = read_line(entry_id=entry.pk).version if seen is None else seen
    by = user(role, role.value.replace(" ", "-"))
    # After the line was posted, however long ago these tests were read in; and no two at the same moment.
    at = timezone.now() + timedelta(minutes=next(_minutes))
    want = as_is(entry, **wanted)
    return edit_line(entry_id=entry.pk, wanted=want, reason="One was reused", by=by, at=at, seen=version)


def lapsed(patient: Treated) -> list[StandingFinding]:
    return list(StandingFinding.objects.filter(course=patient.course, code="edit-lapsed", resolved_at=None))
