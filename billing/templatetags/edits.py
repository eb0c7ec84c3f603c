"""What a page says of the edit under which a line was posted. The entry keeps it, so that no question is asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django import template

from billing.models import LedgerEntry

register = template.Library()


@dataclass(frozen=True, slots=True)
class Edited:
    """The edit of a line as it was when the line was posted."""

    changes: tuple[str, ...]
    by: str
    at: datetime | None
    reason: str
    original: tuple[tuple[str, str], ...]

    @property
    def text(self) -> str:
        """Say it in one sentence, as a row does."""
        return f"edited: {', '.join(self.changes)} by {self.by}, because: {self.reason}"


@register.filter
def edited(entry: LedgerEntry) -> Edited | None:
    """Return the edit of a line; nothing for one that stands as the rules made it."""
    kept: Mapping[str, object] = entry.because.get("edit") or {}
    if not kept:
        return None
    at, changes, was = kept.get("at"), kept.get("changes"), kept.get("was")
    return Edited(
        tuple(str(change).replace("->", "→") for change in changes) if isinstance(changes, list) else (),
        str(kept.get("by", "")),
        datetime.fromisoformat(at) if isinstance(at, str) and at else None,
        str(kept.get("reason", "")),
        tuple(_original(was)) if isinstance(was, Mapping) else (),
    )


def _original(was: Mapping[str, object]) -> list[tuple[str, str]]:
    """Return the original, as terms and values."""
    told = [("Units", str(was.get("units", "")))]
    for term, name in (("Modifiers", "modifiers"), ("Points to", "diagnoses")):
        listed = was.get(name)
        if isinstance(listed, list):
            told.append((term, ", ".join(listed) or "none"))
    return told
