"""A file on its way from a partner into the database, and from there to its reader: on disk, without a name.

A temporary file that never had a name vanishes with the process, so that no crash leaves patients lying about.
"""

import hashlib
import re
import tempfile
from collections.abc import Iterator
from types import TracebackType
from typing import Self

PART_SIZE = 1 << 18
_TAIL = 256
_END = re.compile(rb"IEA([^A-Z0-9])[0-9]+\1[A-Z0-9]+[^A-Z0-9]?", re.IGNORECASE)


class Spool:
    """Bytes go in once, then come out in parts, as often as they are asked for."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile(buffering=PART_SIZE)  # noqa: SIM115 (closed by __exit__)
        self._digest = hashlib.sha256()
        self.byte_count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def write(self, piece: bytes) -> None:
        """Take the next piece of the file."""
        self._digest.update(piece)
        self._file.write(piece)
        self.byte_count += len(piece)

    @property
    def sha256(self) -> str:
        """The hash of all that was written so far."""
        return self._digest.hexdigest()

    @property
    def has_end(self) -> bool:
        """Whether the last thing in the file closes an interchange; else it is cut, or still being written."""
        self._file.seek(max(0, self.byte_count - _TAIL))
        tail = self._file.read(_TAIL).rstrip()
        return any(found.end() == len(tail) for found in _END.finditer(tail))

    def parts(self) -> Iterator[bytes]:
        """Yield the bytes from the beginning, in parts of equal size but for the last."""
        self._file.seek(0)
        while part := self._file.read(PART_SIZE):
            yield part
