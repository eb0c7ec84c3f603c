"""The rows of a file on their way in: a table of this transaction alone, filled by COPY, then moved to where they stay.

Only there can a file of any size be looked through for rows that repeat or contradict each other, with memory
that does not grow.
"""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from django.db import connection, models

from billing.cms.kinds import FileKind
from billing.cms.readers import LAYOUTS
from billing.cms.rows import Row
from billing.models import (
    AddOnPair,
    CodePair,
    DiagnosisCode,
    Gpci,
    HcpcsCode,
    OppsRate,
    PayerCode,
    RelativeValue,
    UnitLimit,
)
from billing.models.copying import copy_into

MODELS: dict[FileKind, type[models.Model]] = {
    FileKind.PAIRS_PRACTITIONER: CodePair,
    FileKind.PAIRS_HOSPITAL: CodePair,
    FileKind.LIMITS_PRACTITIONER: UnitLimit,
    FileKind.LIMITS_HOSPITAL: UnitLimit,
    FileKind.RELATIVE_VALUES: RelativeValue,
    FileKind.GPCI: Gpci,
    FileKind.OPPS_RATES: OppsRate,
    FileKind.ADD_ON_CODES: AddOnPair,
    FileKind.DIAGNOSIS_CODES: DiagnosisCode,
    FileKind.HCPCS_CODES: HcpcsCode,
    FileKind.ADJUSTMENT_REASONS: PayerCode,
    FileKind.REMARKS: PayerCode,
}
_STAGE = "oncocharge_rows_being_loaded"


class Contents(NamedTuple):
    """What is staged: rows that differ, the first and last code, the latest day on which a row begins."""

    rows: int
    first_code: str
    last_code: str
    latest_day: date | None


class Contradiction(NamedTuple):
    """Two lines that say different things of the same."""

    what: str
    first_line: int
    last_line: int


class Stage:
    """The staged rows of one file of a kind."""

    def __init__(self, kind: FileKind) -> None:
        layout = LAYOUTS[kind]
        self._columns, self._key = layout.columns, layout.key
        self._table = MODELS[kind]._meta.db_table

    def fill(self, rows: Iterable[Row]) -> None:
        """Make the table anew and COPY the rows into it: three statements."""
        columns = ", ".join(f'"{column}"' for column in self._columns)
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE IF EXISTS {_STAGE}")
            cursor.execute(
                f"CREATE TEMPORARY TABLE {_STAGE} ON COMMIT DROP AS SELECT {columns} FROM {self._table} WITH NO DATA"
            )
        copy_into(_STAGE, self._columns, rows)

    def contradictions(self, limit: int) -> list[Contradiction]:
        """Return keys that stand on several lines with different values: one statement."""
        rest = [column for column in self._columns if column not in (*self._key, "line")]
        # Rows that hold more than their key says may differ in words only, as a pair in its rationale.
        if len(self._key) > 2:  # noqa: PLR2004  # pairs and add-on codes
            return []
        key = ", ".join(f'"{column}"' for column in self._key)
        values = ", ".join(f'"{column}"' for column in rest)
        statement = f"""
            SELECT concat_ws(' ', {key}), min(line), max(line) FROM {_STAGE}
             GROUP BY {key} HAVING count(DISTINCT ({values})) > 1 ORDER BY 2 LIMIT %s
        """
        with connection.cursor() as cursor:
            cursor.execute(statement, [limit])
            return [Contradiction(*row) for row in cursor.fetchall()]

    def contents(self) -> Contents:
        """Return what is staged: one statement."""
        latest = "max(effective_from)" if "effective_from" in self._columns else "NULL::date"
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT count(*), COALESCE(min(\"{self._key[0]}\"), ''), COALESCE(max(\"{self._key[0]}\"), ''), "
                f"{latest} FROM {_STAGE}"
            )
            return Contents(*cursor.fetchone())

    def move(self, file_id: int) -> int:
        """Put the rows where they stay, each once, and return how many they are: two statements."""
        columns = ", ".join(f'"{column}"' for column in self._columns)
        key = ", ".join(f'"{column}"' for column in self._key)
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {self._table} (file_id, {columns}) SELECT DISTINCT ON ({key}) %s, {columns}"
                f" FROM {_STAGE} ORDER BY {key}, line",
                [file_id],
            )
            moved = int(cursor.rowcount)
            cursor.execute(f"ANALYZE {self._table}")
        return moved
