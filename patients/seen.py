"""What a row said when its form was opened, so that two who correct it at once do not take each other's word back.

A form sends every field, those too that nobody touched: without this the later one would undo the earlier one unsaid.
"""

import hashlib
from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.db.models import Model

AGAIN = "Open it again, then correct it."
_COUNTED = "revision"


def state_of(row: Model) -> str:
    """Return a word that is another once anything that the row says is another."""
    said = [(field.attname, str(getattr(row, field.attname))) for field in row._meta.concrete_fields]
    return hashlib.sha256(repr([one for one in said if one[0] != _COUNTED]).encode()).hexdigest()[:24]


def refuse_superseded(row: Model, seen: str | None, wanted: Mapping[str, object]) -> None:
    """Refuse values that were made from another state of the row than the one that stands.

    Args:
        row: as it stands, locked.
        seen: ``state_of`` the row when the form was opened; None or '' asks nothing.
        wanted: by column; if all of it stands already there is nothing to refuse, as when a form is sent twice.

    Raises:
        ValidationError: somebody else changed the row in between.
    """
    if not seen or seen == state_of(row):
        return
    if all(getattr(row, name) == value for name, value in wanted.items()):
        return
    name = str(row._meta.verbose_name)
    raise ValidationError({name: [f"Somebody changed this {name} while you had it open; nothing was saved. {AGAIN}"]})
