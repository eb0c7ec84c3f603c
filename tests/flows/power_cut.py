"""An export, or the taking in of answers, in a process of its own that is killed before or after a call.

Killed as by a power cut. The processes are forked from one that has Django set up, so that each costs milliseconds
instead of seconds.
Preloaded there by the tests; what this is not: a test.
"""

import os
import signal
from datetime import timedelta
from importlib import import_module
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from billing.receipts import take_in  # noqa: E402
from billing.submission import export_claims  # noqa: E402


def export_until_killed(database: dict[str, Any], outbox: str, point: str, when: str) -> None:
    """Export from that database into that folder; die ``before`` or ``after`` the call at the point, or ``never``."""
    connection.settings_dict.update(database)
    settings.CLAIM_OUTBOX = outbox
    if when != "never":
        _kill_at(point, when)
    export_claims(at=timezone.now(), started_by="command")


def take_in_until_killed(database: dict[str, Any], outbox: str, point: str, when: str) -> None:
    """Fetch and read answers, and look again later; die ``before`` or ``after`` the call at the point, or ``never``."""
    connection.settings_dict.update(database)
    settings.CLAIM_OUTBOX = outbox
    if when != "never":
        _kill_at(point, when)
    for minutes in (0, 2):  # what is stored is put away at a later look
        take_in(at=timezone.now() + timedelta(minutes=minutes), is_asked=True)


def _kill_at(point: str, when: str) -> None:
    place, name = point.rsplit(".", 1)
    owner: Any = _owner(place)
    real = getattr(owner, name)

    def killing(*args: Any, **kwargs: Any) -> None:
        if when == "after":
            real(*args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(owner, name, killing)


def _owner(place: str) -> Any:
    """Return the module of that name, or the class of one."""
    try:
        return import_module(place)
    except ModuleNotFoundError:
        module, _, name = place.rpartition(".")
        return getattr(import_module(module), name)
