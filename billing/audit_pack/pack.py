"""Course -> pack: all of it from one moment, in a fixed number of queries. Reads only."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime

from django.contrib.auth.models import User
from django.db import connection, transaction

from billing.audit_pack.charges import charge_sections
from billing.audit_pack.claims import claim_sections
from billing.audit_pack.clinical import clinical_sections, named
from billing.audit_pack.history import history_section
from billing.audit_pack.sections import Cover, Pack, Section, joined
from courses.models import Course

_RELATED = (
    "patient", "facility", "physician", "referring_provider", "supervising_provider", "ordering_provider",
)  # fmt: skip
_ZIP = 5


@contextmanager
def one_moment() -> Iterator[None]:
    """Let all queries inside see the same moment, so that no section contradicts another."""
    is_outermost = not connection.in_atomic_block
    with transaction.atomic():
        if is_outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def gather_pack(*, course_id: int, by: User, at: datetime) -> Pack:
    """Return the pack of a course.

    Args:
        course_id: must be there.
        by: who asks for it; stands on the cover.
        at: the moment that stands on the cover.
    """
    with one_moment():
        course = Course.objects.select_related(*_RELATED).prefetch_related("diagnoses").get(pk=course_id)
        zone = course.facility.zone
        sections = (
            *clinical_sections(course),
            *charge_sections(course),
            *claim_sections(course),
            history_section(course, zone),
        )
    return Pack(_cover(course, sections, by, at), sections)


def _cover(course: Course, sections: tuple[Section, ...], by: User, at: datetime) -> Cover:
    facility = course.facility
    days = sorted(_days(sections))
    return Cover(
        practice=facility.name,
        address=joined([facility.street, facility.city, f"{facility.state} {_zip(facility.zip_code)}".strip()], ", "),
        course_id=course.pk,
        course_title=course.title,
        patient=course.patient.full_name,
        mrn=course.patient.mrn,
        first_on=days[0] if days else course.opened_on,
        last_on=days[-1] if days else course.closed_on,
        made_by=named(by),
        made_at=at,
        zone=facility.zone,
    )


def _zip(code: str) -> str:
    """Write a ZIP code of nine digits with its dash.

    >>> _zip("021151234"), _zip("02115")
    ('02115-1234', '02115')
    """
    digits = code.replace("-", "")
    return f"{digits[:_ZIP]}-{digits[_ZIP:]}" if len(digits) > _ZIP else digits


def _days(sections: tuple[Section, ...]) -> Iterator[date]:
    """Yield the days of service: the period of the pack is from the first to the last."""
    lines = next(one for one in sections if one.key == "lines")
    place = [one.head for one in lines.columns].index("Day of service")
    for row in lines.rows:
        day = row[place]
        if isinstance(day, date):
            yield day
