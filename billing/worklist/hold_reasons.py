"""The reasons for holds with which a practice begins. Afterwards the list is its own: this fills an empty one.

Two of them the program itself asks for: ``other`` (what was typed is the reason) and ``question`` (set by asking).
"""

from typing import Any, NamedTuple

from django.apps import apps as installed_apps
from django.apps.registry import Apps

from billing.models import OTHER, QUESTION


class Seed(NamedTuple):
    """A row of the list; ``days`` until a line held for it comes back."""

    code: str
    words: str
    days: int
    place: int


SEEDS = (
    Seed("authorization", "Waiting for the authorization", 3, 10),
    Seed("documentation", "Documentation missing", 3, 20),
    Seed("coverage", "Coverage to be verified", 2, 30),
    Seed("signature", "Physician to sign", 2, 40),
    Seed("coding", "Coding question", 2, 50),
    Seed(OTHER, "Other", 7, 80),
    Seed(QUESTION, "Question asked", 2, 90),
)


def ensure_hold_reasons(apps: Apps = installed_apps) -> None:
    """Put the reasons into an empty list; runs after every migrate, changes nothing the second time.

    Args:
        apps: as the migration left the models; where it has none of these, there is nothing to fill.
    """
    try:
        reasons: Any = apps.get_model("oncocharge_billing", "HoldReason")
    except LookupError:
        return
    if not reasons.objects.exists():
        rows = [reasons(**seed._asdict(), is_active=True) for seed in SEEDS]
        reasons.objects.bulk_create(rows, ignore_conflicts=True)
