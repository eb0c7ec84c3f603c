"""Many rows into one table by COPY, PostgreSQL's fastest door, with ids taken beforehand.

Constraints and row triggers hold as for any INSERT; model methods and signals do not run. For the
hot paths alone (capture, export, code files): elsewhere ``bulk_create`` is plain enough.
"""

from collections.abc import Generator, Iterable, Sequence
from typing import TypeAlias

from django.db import connection, models

from patients.prepared import read_prepared

Row: TypeAlias = Sequence[object]

_TAKE_IDS = "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)"


def take_ids(model: type[models.Model], count: int) -> list[int]:
    """Take ``count`` ids of a table's sequence, ascending: one statement."""
    if not count:
        return []
    return [row[0] for row in read_prepared(_TAKE_IDS, [model._meta.db_table, count])]


def copy_rows(model: type[models.Model], columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Write rows into the model's table: one statement. JSON goes in as text."""
    copy_into(model._meta.db_table, columns, rows)


def copy_into(name: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Write rows into a table that may have no model: one statement. ``rows`` may be a stream."""
    quoted = ", ".join(connection.ops.quote_name(column) for column in columns)
    table = connection.ops.quote_name(name)
    # The cursor's own copy() knows nothing of Django's exceptions; the wrapper translates them.
    with (
        connection.cursor() as cursor,
        connection.wrap_database_errors,
        cursor.copy(f"COPY {table} ({quoted}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row(row)


def read_parts(model: type[models.Model], owner: str, owner_id: int) -> Generator[bytes]:
    """Yield the stored bytes of a file in their parts: one statement, which holds the connection until its end.

    Args:
        model: whose rows have ``number`` and ``content``.
        owner: the column of the file that they belong to.
    """
    statement = (
        f"COPY (SELECT content FROM {connection.ops.quote_name(model._meta.db_table)}"
        f" WHERE {connection.ops.quote_name(owner)} = {int(owner_id)} ORDER BY number) TO STDOUT (FORMAT BINARY)"
    )
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(statement) as copy:
        copy.set_types(("bytea",))
        for (content,) in copy.rows():
            yield content


def write_parts(model: type[models.Model], owner: str, owner_id: int, parts: Iterable[bytes]) -> None:
    """Store a file's bytes as rows of ``number`` and ``content``: one statement."""
    statement = (
        f"COPY {connection.ops.quote_name(model._meta.db_table)} ({connection.ops.quote_name(owner)}, number, content)"
        " FROM STDIN (FORMAT BINARY)"
    )
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(statement) as copy:
        copy.set_types(("int8", "int4", "bytea"))
        for number, part in enumerate(parts, 1):
            copy.write_row((owner_id, number, part))
