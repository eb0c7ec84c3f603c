"""Licensed descriptors: loaded from the practice's own file, shown with the licence's notice, taken away as a whole.

1. A file is loaded whole or not at all. The same bytes, notice and day again change nothing.
2. A file of the same first day takes the place of the one that stands; other editions stay beside it.
3. On a day the latest edition up to that day speaks; before the first there is none.
"""

import hashlib
import logging
from dataclasses import dataclass
from datetime import date

from django.db import connection, transaction

from billing.cms.faults import CodeFileRefused
from billing.codes.descriptor_file import read_descriptors
from billing.models import CodeDescriptor, DescriptorFile
from billing.models.copying import copy_rows

logger = logging.getLogger(__name__)

TURNSTILE = "oncocharge load_descriptors"
LONGEST_NOTICE = 400
_LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class LoadedDescriptors:
    """What became of a file; ``replaced`` is the one that gave way to it."""

    file: DescriptorFile
    is_new: bool
    replaced: str = ""


@dataclass(frozen=True, slots=True)
class Described:
    """What the licensor calls a code, and what must be shown with it."""

    descriptor: str
    notice: str
    name: str
    effective_from: date


def load_descriptors(*, content: bytes, name: str, effective_from: date, notice: str, by: str) -> LoadedDescriptors:
    """Load a file. Safe to run twice, at once, and after a crash.

    Args:
        notice: what the licence asks to be shown beside each descriptor.
        by: ``command`` or a user's name.

    Raises:
        CodeFileRefused: every fault of file and notice; nothing is stored.
    """
    notice = " ".join(notice.split())
    faults = _faults_of_notice(notice, name)
    try:
        rows = read_descriptors(content, name)
    except CodeFileRefused as refusal:
        raise CodeFileRefused([*faults, *refusal.faults]) from None
    if faults:
        raise CodeFileRefused(faults)
    sha256 = hashlib.sha256(content).hexdigest()
    with transaction.atomic():
        _take_turns()
        old = DescriptorFile.objects.filter(effective_from=effective_from).first()
        if old is not None and (old.sha256, old.notice) == (sha256, notice):
            return LoadedDescriptors(old, is_new=False)
        if old is not None:
            old.delete()
        file = DescriptorFile.objects.create(
            name=name[:_LONGEST_NAME], effective_from=effective_from, notice=notice, sha256=sha256,
            row_count=len(rows), loaded_by=by,
        )  # fmt: skip
        copy_rows(CodeDescriptor, ("file_id", "code", "descriptor"), ((file.pk, *row) for row in rows))
    logger.info("descriptor file %s: %d codes", file.pk, len(rows))
    return LoadedDescriptors(file, is_new=True, replaced=old.name if old else "")


def remove_descriptors(*, file_id: int) -> str | None:
    """Take a file and all its descriptors away and return its name; the second time there is none."""
    with transaction.atomic():
        _take_turns()
        file = DescriptorFile.objects.filter(pk=file_id).first()
        if file is None:
            return None
        file.delete()
    logger.info("descriptor file %s removed", file_id)
    return file.name


def described(*, code: str, on: date) -> Described | None:
    """Return what the edition of a day calls a code: one statement."""
    newest = DescriptorFile.objects.filter(effective_from__lte=on).order_by("-effective_from").values("pk")[:1]
    found = CodeDescriptor.objects.select_related("file").filter(file__in=newest, code=code).first()
    if found is None:
        return None
    return Described(found.descriptor, found.file.notice, found.file.name, found.file.effective_from)


def _faults_of_notice(notice: str, name: str) -> list[str]:
    if not notice:
        return [f"{name}: no licence notice. Say what your licence asks to be shown beside its descriptors."]
    if len(notice) > LONGEST_NOTICE:
        return [f"{name}: the licence notice has {len(notice)} characters, at most {LONGEST_NOTICE} fit."]
    return []


def _take_turns() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [TURNSTILE])
