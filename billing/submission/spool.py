"""The rendered file on its way into the database: hashed as it grows, on disk, without a name.

A temporary file that never had a name vanishes with the process, so that no crash leaves claims lying about.
"""

import hashlib
import tempfile
from collections.abc import Iterator
from types import TracebackType
from typing import Self

PART_SIZE = 1 << 18


class Spool:
    """Text goes in once, then parts of its bytes come out."""

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

    def write(self, text: str) -> None:
        """Take the next piece of the file; it is ASCII by the writer's promise."""
        piece = text.encode("ascii")
        self._digest.update(piece)
        self._file.write(piece)
        self.byte_count += len(piece)

    @property
    def sha256(self) -> str:
        """The hash of all that was written so far."""
        return self._digest.hexdigest()

    def parts(self) -> Iterator[bytes]:
        """Yield the bytes from the beginning, in parts of equal size but for the last."""
        self._file.seek(0)
        while part := self._file.read(PART_SIZE):
            yield part
