"""Reading by statements that PostgreSQL keeps planned: for the few that a person waits for, over and over.

Planning a wide statement costs more than running it over one course. Kept planned, per connection, it is planned a few
times and then no more. Parameters go apart from the text, so each must have one type wherever it stands.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from django.db import connection
from django.db.backends.utils import CursorWrapper


class _Keeping(psycopg.Cursor[Any]):
    """A cursor whose statements are prepared at their first use."""

    def execute(self, query: Any, params: Any = None, **_how: Any) -> "_Keeping":
        """Run a statement, planned once for each connection."""
        return super().execute(query, params, prepare=True)


def read_prepared(statement: str, parameters: Sequence[object] | Mapping[str, object]) -> list[tuple[Any, ...]]:
    """Return all rows of a SELECT: one statement, counted and translated as any other of the connection.

    It must begin with SELECT: what begins otherwise is taken for a write and given the context of the history.
    """
    connection.ensure_connection()
    assert connection.connection is not None
    cursor: CursorWrapper = connection._prepare_cursor(_Keeping(connection.connection))  # type: ignore[attr-defined]
    with cursor:
        cursor.execute(statement, parameters)  # type: ignore[arg-type]
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows
