"""Reading by statements that PostgreSQL keeps planned: for the few that a person waits for, over and over.

Planning a wide statement costs more than running it over one course. Kept planned, per connection, it is planned a few
times and then no more. Parameters go apart from the text, so each must have one type wherever it stands.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import accumulate
from typing import Any, Generic, TypeVar

import psycopg
from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.models import Model
from django.db.models.expressions import Col

AnyModel = TypeVar("AnyModel", bound=Model)


class _Keeping(psycopg.Cursor[Any]):
    """A cursor whose statements are prepared at their first use."""

    def execute(self, query: Any, params: Any = None, **_how: Any) -> "_Keeping":
        """Run a statement, planned once for each connection."""
        return super().execute(query, params, prepare=True)

    def _convert_query(self, query: Any, params: Any = None) -> Any:
        # Django's list of statements, which tests and debuggers read, looks for it here.
        self._query = super()._convert_query(query, params)
        return self._query


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


def read_of_courses(
    statement: str, parameters: Sequence[object] | Mapping[str, object], *, count: int
) -> list[tuple[Any, ...]]:
    """Return all rows of a SELECT about ``count`` courses: of one by the plan that is kept, of more by one of its own.

    A kept plan may stem from a moment when the tables were all but empty. Of one course that costs little until the
    statistics are next renewed; of a hundred it would go through whole tables again and again.
    """
    if count == 1:
        return read_prepared(statement, parameters)
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)  # type: ignore[arg-type]
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


class Columns(Generic[AnyModel]):
    """The columns of a model as a statement of ours asks for them, and the way back from a row to an instance.

    Args:
        model: the model; its table stands in the statement under ``alias``.
        alias: a name for the table, unique in the statement.
    """

    def __init__(self, model: type[AnyModel], alias: str) -> None:
        fields = model._meta.concrete_fields
        self.model = model
        self.sql = ", ".join(f'{alias}."{field.column}"' for field in fields)
        self._names = [field.attname for field in fields]
        self._fields = fields

    def __len__(self) -> int:
        return len(self._names)

    def instance(self, values: Sequence[Any]) -> AnyModel | None:
        """Return the instance of these columns; None where an outer join found nothing."""
        if values[0] is None:
            return None
        read = list(values)
        for place, field in self._converted:
            for convert in field.get_db_converters(connection):
                read[place] = convert(read[place], Col(field.model._meta.db_table, field), connection)
        return self.model.from_db("default", self._names, read)

    @cached_property
    def _converted(self) -> list[tuple[int, Any]]:
        """The few columns whose value in Python is not what the driver gives."""
        return [(place, field) for place, field in enumerate(self._fields) if field.get_db_converters(connection)]


def cut(row: Sequence[Any], *parts: Columns[Any]) -> list[Any]:
    """Return the instances of a row that holds the columns of one model after the other's."""
    ends = list(accumulate(map(len, parts)))
    return [part.instance(row[end - len(part) : end]) for part, end in zip(parts, ends, strict=True)]
