"""What an import of one file has to say: its faults, what it changed, and what it left as a person had it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import ValidationError
from django.db import models, transaction

from billing.rules.course_fields import Faults

SOURCE = "file:"
"""Begins the source keys of what came from a course file."""
AMENDED = "The course file says otherwise now."
GONE = "No longer in the course file."
OURS = ("", AMENDED, GONE)
"""Reasons under which an entry is still the file's; another reason is a person's."""
COMMAND = "import_course"
"""How the history names what a file said, for rows that keep no reason of their own."""


_AGAIN = re.compile(r" \(again (\d+)\)$")


def plain_key(source_key: str) -> str:
    """Return the key under which the file knows an entry, however often it was gone and came back.

    >>> plain_key("file:s1"), plain_key("file:s1 (again 2)")
    ('file:s1', 'file:s1')
    """
    return _AGAIN.sub("", source_key)


def key_again(source_key: str) -> str:
    """Return the key of an entry that was gone from the file and is in it again: what was taken back stays so.

    >>> key_again("file:s1"), key_again("file:s1 (again 2)")
    ('file:s1 (again 2)', 'file:s1 (again 3)')
    """
    found = _AGAIN.search(source_key)
    return f"{plain_key(source_key)} (again {int(found[1]) + 1 if found else 2})"


def is_persons(row: models.Model, column: str) -> bool:
    """Whether somebody else than a course file said last what stands in the column (one query)."""
    history = row.history  # type: ignore[attr-defined]  # made by pghistory
    said_by, before = None, object()
    for value, context in history.order_by("pgh_id").values_list(column, "pgh_context__metadata"):
        if value != before:
            said_by = context
        before = value
    return (said_by or {}).get("command") != COMMAND


class Notes:
    """The notes of one file; faults carry its name and the key path, as those of the reader do."""

    def __init__(self, name: str) -> None:
        self._faults = Faults(name)
        self.changes: list[str] = []
        self.kept: list[str] = []

    def fault(self, path: str, message: str) -> None:
        """Note what keeps the file from being stored."""
        self._faults.add(path, message)

    def changed(self, what: str) -> None:
        """Note something stored, changed or taken back."""
        self.changes.append(what)

    def keep(self, what: str) -> None:
        """Note where a person's correction stands against the file."""
        self.kept.append(what)

    def refuse_if_faulty(self) -> None:
        """Raise every fault noted so far.

        Raises:
            CourseFileError: there are any.
        """
        self._faults.refuse_if_any()

    @contextmanager
    def part(self, path: str, **keys: str) -> Iterator[None]:
        """Try one part of the file; what a step refuses is noted, and the parts after it are tried too.

        Args:
            path: where in the file the part stands.
            keys: how the file calls what the step calls otherwise.
        """
        try:
            with transaction.atomic():
                yield
        except ValidationError as error:
            fields = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
            for field, messages in fields.items():
                for message in messages:
                    self.fault(f"{path}.{keys.get(field, field)}" if field else path, message)
