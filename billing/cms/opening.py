"""A path -> the code files in it: the file itself, or those that a zip archive holds; their bytes in chunks.

An archive is read where it lies and never unpacked to disk. What it holds besides (workbooks, PDFs) is left out.
"""

import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from billing.cms.faults import CodeFileRefused

CHUNK = 1 << 18
LARGEST = 4 << 30
"""Bytes of one file, unpacked; the largest real ones have fifty million."""

_TEXT = (".txt", ".csv")
_ENCRYPTED = 0x1


@dataclass(frozen=True, slots=True)
class Source:
    """One file that can be read again and again. ``names`` leads from its own to that of its archive."""

    names: tuple[str, ...]
    size: int
    _open: Callable[[], BinaryIO]

    @property
    def name(self) -> str:
        """The file's own name, as messages use it."""
        return self.names[0]

    def chunks(self) -> Iterator[bytes]:
        """Yield the bytes from the beginning.

        Raises:
            CodeFileRefused: the archive is damaged, or the file cannot be read.
        """
        with _refusals(self.name), self._open() as stream:
            while chunk := stream.read(CHUNK):
                yield chunk


def open_sources(path: Path, name: str = "", member: str = "") -> list[Source]:
    """Return the files to read: the one at ``path``, or the text files of the zip archive there.

    Args:
        name: what the file was called before it was stored at ``path``.
        member: only this file of the archive.

    Raises:
        CodeFileRefused: there is no such file, or the archive holds none.
    """
    called = name or path.name
    with _refusals(called):
        if not zipfile.is_zipfile(path) or path.suffix.lower() == ".xlsx":
            return [Source((called,), path.stat().st_size, lambda: path.open("rb"))]
        with zipfile.ZipFile(path) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
    if any(info.filename == "[Content_Types].xml" for info in infos):
        return [Source((called,), path.stat().st_size, lambda: path.open("rb"))]  # A workbook is an archive too.
    texts = [info for info in infos if _is_text(info.filename) and (not member or _base(info.filename) == member)]
    if not texts:
        held = ", ".join(sorted(_base(info.filename) for info in infos)) or "nothing"
        wanted = f"no {member}" if member else "no TXT or CSV"
        raise CodeFileRefused([f"{called}: the archive holds {wanted}, but {held}."])
    return [_of_archive(path, called, info) for info in texts]


def _base(filename: str) -> str:
    return filename.replace("\\", "/").rpartition("/")[2]


def _is_text(filename: str) -> bool:
    hidden = filename.startswith("__MACOSX") or _base(filename).startswith(".")
    return not hidden and filename.lower().endswith(_TEXT)


def _of_archive(path: Path, called: str, info: zipfile.ZipInfo) -> Source:
    base = _base(info.filename)
    if info.flag_bits & _ENCRYPTED:
        raise CodeFileRefused([f"{called}: {base} is encrypted. Unpack it and load the file itself."])
    if info.file_size > LARGEST:
        raise CodeFileRefused([f"{called}: {base} has {info.file_size:,} bytes unpacked. This is no code file."])
    return Source((base, called), info.file_size, lambda: _open_member(path, info.filename))


def _open_member(path: Path, filename: str) -> BinaryIO:
    archive = zipfile.ZipFile(path)
    # The archive keeps its file open for as long as the member is; closing both is the member's part.
    member = archive.open(filename)
    archive.close()
    return member  # type: ignore[return-value]  # ZipExtFile reads bytes as every other binary stream


@contextmanager
def _refusals(name: str) -> Iterator[None]:
    """Say in words what keeps bytes from being read."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise CodeFileRefused([f"{name}: the archive is damaged ({error}). Download it again."]) from error
    except OSError as error:
        raise CodeFileRefused([f"{name}: cannot be read: {error.strerror or error}. Look at its path."]) from error
