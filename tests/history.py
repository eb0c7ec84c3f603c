"""Reads the history that database triggers keep of a row; the manager is made at run time, so it has no type."""

from typing import Any

from django.db import models


def history_of(row: models.Model) -> list[Any]:
    """Return the states of the row, the oldest first."""
    manager: Any = getattr(row, "history")  # noqa: B009  # known at run time alone
    return list(manager.order_by("pgh_id"))
