"""What the tests of claims and export share: a partner, released lines, an export, and what the files then hold."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any

from django.db import connection

from billing.models import ClaimFile, ClaimLine, LedgerEntry, Review, TradingPartner
from billing.submission import Exported, export_claims, file_bytes, status_counts
from courses.models import Course, CourseDiagnosis
from patients.models import Coverage, Patient
from tests.cast import Treated, center, commercial, local, physician, treated

NIGHT = local("2026-03-20 01:00")
_numbers = count(1)


def partner(name: str = "Bay Clearing", **values: Any) -> TradingPartner:
    """A clearinghouse that takes everything that is routed nowhere else; a second one needs other names."""
    code = re.sub(r"[^A-Z]", "", name.upper())[:15]
    defaults = {
        "sender_id": "HARBOR01", "receiver_id": code, "application_sender": "HARBOR01", "application_receiver": code,
        "submitter_name": "Harbor Radiation Oncology", "submitter_id": "HARBOR01", "contact_name": "Pat Clerk",
        "contact_phone": "6175550100", "receiver_name": name, "receiver_code": code, "folder": code.lower(),
        "is_default": True, **values,
    }  # fmt: skip
    return TradingPartner.objects.create(name=name, **defaults)


def patient(number: int, **values: Any) -> Treated:
    """One of many: a patient with a course at the freestanding centre."""
    defaults = {
        "mrn": f"N-{number:05}", "last_name": f"Nordin{number:05}", "facility": center(), "payer": commercial(),
        "opened_on": date(2026, 2, 2), "diagnosis": "C61", **values,
    }  # fmt: skip
    return treated(**defaults)


def department(size: int, *, lines: int = 1, **of_patient: Any) -> list[LedgerEntry]:
    """Many patients at once, each with a course whose lines are all released."""
    numbers = [next(_numbers) for _ in range(size)]
    patients = Patient.objects.bulk_create(
        Patient(**{
            "mrn": f"D-{number:05}", "last_name": f"Dahl{number:05}", "birth_date": date(1958, 4, 2), "sex": "F",
            "street": "1 Main Street", "city": "Boston", "state": "MA", "zip_code": "02115", **of_patient,
        })
        for number in numbers
    )  # fmt: skip
    Coverage.objects.bulk_create(
        Coverage(patient=one, payer=commercial(), member_id=f"M{one.pk}", effective_from=date(2010, 1, 1))
        for one in patients
    )
    courses = Course.objects.bulk_create(
        Course(patient=one, facility=center(), physician=physician(), title="Course 1", opened_on=date(2026, 2, 2))
        for one in patients
    )
    CourseDiagnosis.objects.bulk_create(CourseDiagnosis(course=course, position=1, code="C61") for course in courses)
    entries = LedgerEntry.objects.bulk_create(
        LedgerEntry(**_line(course, service_on=date(2026, 3, 2 + day))) for course in courses for day in range(lines)
    )
    Review.objects.bulk_create(Review(entry=entry, state="released", at=NIGHT) for entry in entries)
    captured()
    return entries


def line(treated: Treated, **values: Any) -> LedgerEntry:
    """Post a priced professional line of the course, as a capture would."""
    return LedgerEntry.objects.create(**_line(treated.course, **values))


def _line(course: Course, /, **values: Any) -> dict[str, Any]:
    return {
        "kind": "charge", "course": course, "line_key": f"delivery/session:{next(_numbers)}/professional",
        "family": "delivery", "code": "77386", "service_on": date(2026, 3, 2), "units": 1,
        "claim_kind": "professional", "place_of_service": "11", "unit_amount": Decimal("910.00"),
        "amount": Decimal("910.00"), "rule": "S1", **values,
    }  # fmt: skip


def release(*entries: LedgerEntry) -> None:
    """Release lines, whose courses have just been captured."""
    for entry in entries:
        Review.objects.create(entry=entry, state="released", at=NIGHT)
    captured()


def captured() -> None:
    """Say that the capture of every course is up to date."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO oncocharge_billing_capturemark (course_id, basis, course_revision, lines, error)"
            " SELECT id, '', revision, 0, '' FROM oncocharge_courses_course"
            " ON CONFLICT (course_id) DO UPDATE SET course_revision = EXCLUDED.course_revision"
        )


def released_line(treated: Treated, **values: Any) -> LedgerEntry:
    """Post a line and release it."""
    entry = line(treated, **values)
    release(entry)
    return entry


def export(**values: Any) -> Exported:
    """Export, in the night of 2026-03-20 unless said otherwise."""
    return export_claims(**{"at": NIGHT, "started_by": "command", **values})


@contextmanager
def past_every_trigger() -> Iterator[None]:
    """Change what nobody may change, as somebody with the keys to the database could."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield
        cursor.execute("SET LOCAL session_replication_role = origin")


def text_of(file: ClaimFile) -> str:
    """The sealed bytes of a file as text."""
    return b"".join(file_bytes(file_id=file.pk)).decode("ascii")


def texts() -> list[str]:
    """The texts of all files, in the order in which they were sealed."""
    return [text_of(file) for file in ClaimFile.objects.order_by("pk")]


def only_text() -> str:
    """The text of the one file that there is."""
    return text_of(ClaimFile.objects.get())


def segments(text: str, name: str) -> list[str]:
    """The segments of a file with this id, in order."""
    return [segment for segment in text.split("~") if segment.split("*")[0] == name]


def claimed(entries: Iterable[LedgerEntry]) -> list[bool]:
    """Whether each of the lines is on a claim."""
    on_claims = set(ClaimLine.objects.values_list("entry_id", flat=True))
    return [entry.pk in on_claims for entry in entries]


def places() -> dict[str, int]:
    """How many released lines are waiting, sealed and held."""
    found: dict[str, int] = {}
    for counted in status_counts():
        found[counted.place] = found.get(counted.place, 0) + counted.lines
    return found
