"""The pack as a ZIP of PDF and CSV; who made it is recorded as a look at the patient. Changes nothing else."""

import hashlib
import io
import logging
import zipfile
from datetime import datetime

from django.contrib.auth.models import User

from billing.audit_pack.csv_text import csv_of
from billing.audit_pack.document import write_document
from billing.audit_pack.pack import gather_pack
from courses.models import Course
from patients.audit import note_access

logger = logging.getLogger(__name__)


def pack_name(course_id: int) -> str:
    """Return the name of the files, without what follows the dot: the course's number alone.

    >>> pack_name(123)
    'audit-pack-course-123'
    """
    return f"audit-pack-course-{course_id}"


def make_files(*, course: Course, by: User, at: datetime) -> dict[str, bytes]:
    """Return PDF and CSV by name, and note that the user looked at the patient.

    Args:
        course: whose pack.
        by: who makes it.
        at: the moment that the cover says.
    """
    note_access(user=by, patient=course.patient_id, what="billing:audit-pack")
    pack = gather_pack(course_id=course.pk, by=by, at=at)
    table = csv_of(pack)
    document = io.BytesIO()
    write_document(pack, hashlib.sha256(table).hexdigest(), document)
    logger.info("audit pack of course %s made by user %s", course.pk, by.pk)
    name = pack_name(course.pk)
    return {f"{name}.pdf": document.getvalue(), f"{name}.csv": table}


def make_zip(*, course: Course, by: User, at: datetime) -> bytes:
    """Return both files in a ZIP."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as folder:
        for name, content in make_files(course=course, by=by, at=at).items():
            folder.writestr(zipfile.ZipInfo(name, date_time=at.timetuple()[:6]), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()
