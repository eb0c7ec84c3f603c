"""Files of Medicare -> stored rows: all files of a call or none, in one transaction; the same bytes only once.

1. What a file is, is read from its beginning; the same bytes are known by their SHA-256 and change nothing.
2. Its rows stream into a table of the transaction. Every fault is noted; one is enough to refuse all files.
3. A file of the same publication with other bytes gives way, rows and all. Other quarters stay.

Loads follow one another. Killed anywhere, nothing of the files stands.
"""

import hashlib
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path

from django.db import connection, transaction
from django.db.models import QuerySet

from billing.cms.faults import MOST_SHOWN, CodeFileRefused, Faults
from billing.cms.kinds import FileKind, Publication
from billing.cms.opening import Source, open_sources
from billing.cms.readers import LAYOUTS
from billing.cms.recognition import HEAD_LINES, Head, recognise
from billing.cms.rows import Row
from billing.cms.text import read_lines
from billing.models import ReferenceFile
from billing.models.copying import take_ids
from billing.reference.staging import Stage

logger = logging.getLogger(__name__)

TURNSTILE = "oncocharge load_cms"
FEWEST_OF_BEFORE = 0.8
"""A file with fewer rows than this share of the one before it is taken for a cut one."""
_LONGEST_NAME = 120

Progress = Callable[[str, int, float], None]
"""Is told the file's name, how many rows were read, and which share of its bytes."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file to load, and what the user says of it where it does not tell itself.

    ``name`` is what it was called before it was stored at ``path``. ``accept_fewer`` takes a file that has far fewer
    rows than the one before it.
    """

    path: Path
    name: str = ""
    kind: FileKind | None = None
    effective: date | None = None
    member: str = ""
    accept_fewer: bool = False


@dataclass(frozen=True, slots=True)
class Loaded:
    """What became of a file. ``repeated`` rows stood in it before; ``replaced`` is the file that gave way to it."""

    file: ReferenceFile
    is_new: bool
    repeated: int = 0
    replaced: str = ""


def _silent(name: str, rows: int, share: float) -> None:
    """Tell nobody."""


def load_code_files(*, wanted: Sequence[Wanted], by: str, progress: Progress = _silent) -> list[Loaded]:
    """Load files, all or none. Safe to run twice, at once, and after a crash.

    Args:
        by: who loads them: ``command`` or a user's name.

    Raises:
        CodeFileRefused: the faults of all files; nothing is stored.
    """
    loaded: list[Loaded] = []
    faults: list[str] = []
    with transaction.atomic():
        _take_turns()
        for one in wanted:
            try:
                # Refused files do not keep the next ones from being tried, so that every fault is shown.
                with transaction.atomic():
                    loaded += _load(one, by, progress)
            except CodeFileRefused as refusal:
                faults += refusal.faults
        if faults:
            raise CodeFileRefused(faults)
    for done in loaded:
        logger.info("code file %s (%s): %d rows", done.file.pk, done.file.kind, done.file.row_count)
    return loaded


def remove_code_file(*, file_id: int) -> str | None:
    """Take a file and its rows away, such as one that was loaded for a wrong quarter; return its name.

    The second time there is none to take away, and nothing happens. Its history keeps that it was there.
    """
    with transaction.atomic():
        _take_turns()
        file = ReferenceFile.objects.filter(pk=file_id).first()
        if file is None:
            return None
        file.delete()
    logger.info("code file %s (%s) removed", file_id, file.kind)
    return file.name


def _take_turns() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [TURNSTILE])


def _load(wanted: Wanted, by: str, progress: Progress) -> list[Loaded]:
    """Load a file, or those of an archive that are known; name what an archive holds besides only if none is."""
    sources = open_sources(wanted.path, wanted.name, wanted.member)
    loaded: list[Loaded] = []
    refusals: list[str] = []
    for source in sources:
        sha256 = _sha256(source.chunks())
        try:
            publication = _recognised(source, wanted)
            known = _standing(publication).filter(sha256=sha256).first()
        except CodeFileRefused as refusal:
            # A loaded file is known by its bytes under any name.
            known = ReferenceFile.objects.filter(sha256=sha256).first()
            if known is None:
                refusals += refusal.faults
                continue
        if known is not None:
            loaded.append(Loaded(known, is_new=False))
            continue
        _refuse_second(source, publication, loaded)
        loaded.append(_SourceLoad(source, publication, sha256, wanted, progress).run(by))
    if refusals and not loaded:
        raise CodeFileRefused(refusals)
    return loaded


def _sha256(chunks: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for chunk in chunks:
        digest.update(chunk)
    return digest.hexdigest()


def _recognised(source: Source, wanted: Wanted) -> Publication:
    lines = tuple(islice(read_lines(source.chunks(), source.name), HEAD_LINES))
    return recognise(Head(lines, source.names), kind=wanted.kind, effective=wanted.effective)


def _refuse_second(source: Source, publication: Publication, loaded: Sequence[Loaded]) -> None:
    for done in loaded:
        if (done.file.kind, done.file.effective_from, done.file.edition, done.file.part) == _identity(publication):
            raise CodeFileRefused(
                [
                    f"{source.names[-1]}: holds {done.file.name} and {source.name}, which are the same publication. "
                    "Say which with --member."
                ]
            )


def _identity(publication: Publication) -> tuple[str, date, str, int]:
    return publication.kind, publication.effective_from, publication.edition, publication.part


def _standing(publication: Publication) -> QuerySet[ReferenceFile]:
    kind, effective_from, edition, part = _identity(publication)
    return ReferenceFile.objects.filter(kind=kind, effective_from=effective_from, edition=edition, part=part)


def _quarter_after(day: date) -> date:
    """Return the first day of the month three months later."""
    months = day.year * 12 + day.month - 1 + 3
    return date(months // 12, months % 12 + 1, 1)


class _SourceLoad:
    """The way of one file into the database."""

    def __init__(
        self, source: Source, publication: Publication, sha256: str, wanted: Wanted, progress: Progress
    ) -> None:
        self._source = source
        self._publication = publication
        self._sha256 = sha256
        self._wanted = wanted
        self._progress = progress
        self._faults = Faults(source.name)
        self._stage = Stage(publication.kind)
        self._rows = 0
        self._bytes = 0

    def run(self, by: str) -> Loaded:
        """Read, check and keep the file."""
        self._stage.fill(self._read())
        self._faults.refuse_if_any()
        self._check()
        replaced = self._make_room()
        return self._keep(by, replaced)

    def _read(self) -> Iterator[Row]:
        """Yield the rows up to the first fault, and read on to the end for the others."""
        digest = hashlib.sha256()
        lines = read_lines(self._told(digest.update), self._source.name)
        for row in LAYOUTS[self._publication.kind].read(lines, self._faults):
            self._rows += 1
            if not self._faults.count:
                yield row
        self._progress(self._source.name, self._rows, 1.0)
        if digest.hexdigest() != self._sha256:
            self._faults.add_whole("changed while it was read. Load it again once it is whole.")

    def _told(self, update: Callable[[bytes], None]) -> Iterator[bytes]:
        for chunk in self._source.chunks():
            update(chunk)
            self._bytes += len(chunk)
            self._progress(self._source.name, self._rows, self._bytes / max(self._source.size, 1))
            yield chunk

    def _check(self) -> None:
        """Refuse rows that contradict each other, another quarter's rows, and a file that seems cut."""
        for found in self._stage.contradictions(MOST_SHOWN):
            self._faults.add(
                found.last_line,
                f"says otherwise of {found.what} than line {found.first_line}. Load the file as CMS offers it.",
            )
        contents = self._stage.contents()
        latest, first_day = contents.latest_day, self._publication.effective_from
        if latest is not None and latest >= _quarter_after(first_day):
            self._faults.add_whole(
                f"has rows that begin on {latest}, and it is taken for the quarter from {first_day}. "
                "Say the first day of its quarter with --effective."
            )
        self._check_count(contents.rows)
        self._faults.refuse_if_any()

    def _check_count(self, rows: int) -> None:
        of_kind = ReferenceFile.objects.filter(
            kind=self._publication.kind,
            edition=self._publication.edition,
            part=self._publication.part,
            effective_from__lte=self._publication.effective_from,
        )
        before = of_kind.order_by("-effective_from").first()
        if before is None or self._wanted.accept_fewer or rows >= before.row_count * FEWEST_OF_BEFORE:
            return
        self._faults.add_whole(
            f"has {rows:,} rows, {before.name} before it had {before.row_count:,}: it may be cut. Download it again, "
            "or say --accept-fewer if it is whole."
        )

    def _make_room(self) -> str:
        """Take away the file that this one corrects, and return its name."""
        old = _standing(self._publication).first()
        if old is None:
            return ""
        old.delete()
        return old.name

    def _keep(self, by: str, replaced: str) -> Loaded:
        contents = self._stage.contents()
        # The rows come first, for only then is it known how many differ; their key to the file is asked at commit.
        (file_id,) = take_ids(ReferenceFile, 1)
        rows = self._stage.move(file_id)
        kind, effective_from, edition, part = _identity(self._publication)
        file = ReferenceFile.objects.create(
            id=file_id, kind=kind, effective_from=effective_from, version=self._publication.version, edition=edition,
            part=part, name=self._source.name[:_LONGEST_NAME], sha256=self._sha256, byte_count=self._bytes,
            row_count=rows, first_code=contents.first_code, last_code=contents.last_code, loaded_by=by,
        )  # fmt: skip
        return Loaded(file, is_new=True, repeated=contents.rows - rows, replaced=replaced)
