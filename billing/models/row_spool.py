"""Rows that wait for their COPY: a connection carries one thing at a time, and reading a file may need it meanwhile.

They stand as COPY's own text in a file without a name, which vanishes with the process: memory stays flat.
"""

import tempfile
from collections.abc import Sequence
from datetime import date
from types import TracebackType
from typing import Self, TypeAlias

from django.db import connection

Cell: TypeAlias = str | int | date | bool | Sequence[str] | None

_BUFFER = 1 << 18
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\0": ""})
_IN_ARRAY = str.maketrans({"\\": "\\\\", '"': '\\"'})


class RowSpool:
    """Rows go in one by one, then into a table at once."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile(buffering=_BUFFER)  # noqa: SIM115 (closed by __exit__)
        self.count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def add(self, *cells: Cell) -> None:
        """Take the next row, its cells in the order of the columns."""
        self._file.write(("\t".join(map(_text, cells)) + "\n").encode())
        self.count += 1

    def copy_into(self, table: str, columns: Sequence[str]) -> None:
        """Write the rows into a table, once: one statement."""
        names = ", ".join(map(connection.ops.quote_name, columns))
        statement = f"COPY {connection.ops.quote_name(table)} ({names}) FROM STDIN"
        self._file.seek(0)
        with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(statement) as copy:
            while piece := self._file.read(_BUFFER):
                copy.write(piece)


def _text(cell: Cell) -> str:
    if cell is None:
        return "\\N"
    if isinstance(cell, str):
        return cell.translate(_ESCAPES)
    if isinstance(cell, int | date):
        return str(cell)
    inside = ",".join('"' + text.translate(_IN_ARRAY) + '"' for text in cell)
    return f"{{{inside}}}".translate(_ESCAPES)
