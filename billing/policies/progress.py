"""How far a look has come, as a sealed text that travels with the page: nothing of it is stored.

Signed, so that a figure that was counted cannot be another one when it comes back; and so that what is saved is what
was looked at to its end: the same periods, of the same payer, at the same revision.
"""

import hashlib
from collections import Counter
from dataclasses import dataclass, field, fields, is_dataclass
from decimal import Decimal
from typing import Any

from django.core import signing

from billing.capture.foresight import Sum, Totals
from billing.policies.looking import BATCH, Scope, Step, count_courses, look
from billing.policies.timeline import Plan

_SALT = "oncocharge.policies.progress"
_HOURS = 12


@dataclass(slots=True)
class Progress:
    """What a look found so far; ``all_courses`` is how many there were when it began."""

    payer_id: int
    revision: int
    digest: str
    all_courses: int
    after_id: int = 0
    is_done: bool = False
    listed: int = 0
    """How many changes the pages before have listed."""
    totals: Totals = field(default_factory=Totals)

    def sealed(self) -> str:
        """Return the text that ``opened`` reads."""
        return signing.dumps(self, salt=_SALT, serializer=_Serializer, compress=True)

    def fits(self, plan: Plan, *, payer_id: int, revision: int) -> bool:
        """Whether this is a look at that plan, as things are now."""
        return (self.payer_id, self.revision, self.digest) == (payer_id, revision, digest_of(plan))


def begun(plan: Plan, scope: Scope, *, revision: int) -> Progress:
    """Return the beginning of a look: one statement."""
    return Progress(scope.payer_id, revision, digest_of(plan), count_courses(scope))


def opened(text: str) -> Progress | None:
    """Return the progress that a sealed text holds; none where it is not ours, or too old."""
    try:
        values = signing.loads(text, salt=_SALT, serializer=_Serializer, max_age=_HOURS * 3600)
    except signing.BadSignature:
        return None
    return Progress(**{**values, "totals": _totals(values["totals"])})


def go_on(progress: Progress, scope: Scope, *, most: int = BATCH) -> Step:
    """Look at the next courses and count them."""
    step = look(scope, after_id=progress.after_id, most=most)
    progress.totals.add(step.foreseen)
    progress.after_id, progress.is_done = step.last_id or 0, step.last_id is None
    return step


def digest_of(plan: Plan) -> str:
    """Return a fingerprint of the periods as they would be."""
    return hashlib.sha256(repr(plan.after).encode()).hexdigest()[:16]


def _totals(values: dict[str, Any]) -> Totals:
    counters = {name: Counter(values[name]) for name in ("turns", "appearing", "vanishing")}
    schedules = {int(key): Sum(**one) for key, one in values["by_schedule"].items()}
    return Totals(**{**values, **counters, "by_schedule": schedules})


class _Serializer(signing.JSONSerializer):
    """JSON with amounts kept exact."""

    def dumps(self, obj: Any) -> bytes:
        """Write amounts as text that says so."""
        return super().dumps(_plain(obj))

    def loads(self, data: bytes) -> Any:
        """Read them back."""
        return _exact(super().loads(data))


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"${value}"
    if is_dataclass(value):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    return {str(key): _plain(one) for key, one in value.items()} if isinstance(value, dict) else value


def _exact(value: Any) -> Any:
    if isinstance(value, str) and value.startswith("$"):
        return Decimal(value[1:])
    return {key: _exact(one) for key, one in value.items()} if isinstance(value, dict) else value
