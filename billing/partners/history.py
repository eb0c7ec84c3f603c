"""What became of a partner and its routes: the states that triggers keep, each as a sentence."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.contrib.auth.models import User

from billing.models import TradingPartner
from patients.models import Payer

_KINDS = {"insert": "open", "update": "amended", "delete": "cancelled"}
_NOT_COMPARED = {"id", "last_control_number"}
_LONGEST = 40


@dataclass(frozen=True, slots=True)
class Change:
    """One state, as a timeline shows it."""

    at: datetime
    what: str
    state: str
    who: str
    note: str = ""


def history_of(partner: TradingPartner) -> list[Change]:
    """Return what became of the partner and of the routes to it, newest first (five queries)."""
    rows = _events("TradingPartnerEvent", pgh_obj_id=partner.pk)
    routes = _events("PayerRouteEvent", partner_id=partner.pk)
    users = User.objects.in_bulk({one for one in map(_user_of, [*rows, *routes]) if one})
    names = {key: user.get_full_name() or user.username for key, user in users.items()}
    changes = [*_changes(rows, names), *_routed(routes, names)]
    return sorted(changes, key=lambda change: change.at, reverse=True)


def _events(model: str, **of_what: int) -> list[Any]:
    rows = apps.get_model("oncocharge_billing", model).objects.filter(**of_what)
    return list(rows.select_related("pgh_context").order_by("pgh_id"))


def _user_of(state: Any) -> int | None:
    user: int | None = (state.pgh_context.metadata if state.pgh_context else {}).get("user")
    return user


def _changes(states: Sequence[Any], names: dict[int, str]) -> Iterator[Change]:
    before: Any = None
    for state in states:
        what = "Entered" if before is None else _differences(before, state)
        before = state
        if what:
            yield Change(state.pgh_created_at, what, _KINDS[state.pgh_label], _name_of(state, names))


def _differences(before: Any, state: Any) -> str:
    changed = [
        f"{field.verbose_name} from {_shown(getattr(before, field.name))} to {_shown(getattr(state, field.name))}"
        for field in TradingPartner._meta.concrete_fields
        if field.name not in _NOT_COMPARED and getattr(before, field.name) != getattr(state, field.name)
    ]
    return f"Changed: {'; '.join(changed)}" if changed else ""


def _routed(states: Sequence[Any], names: dict[int, str]) -> Iterator[Change]:
    payers = Payer.objects.in_bulk({state.payer_id for state in states})
    for state in states:
        payer = payers[state.payer_id].name if state.payer_id in payers else f"payer {state.payer_id}"
        what = f"Takes the claims of {payer}" if state.pgh_label != "delete" else f"No longer takes those of {payer}"
        yield Change(state.pgh_created_at, what, _KINDS[state.pgh_label], _name_of(state, names))


def _name_of(state: Any, names: dict[int, str]) -> str:
    return names.get(_user_of(state) or 0, "a program")


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = str(value).replace("\n", " ") if value not in (None, "") else "nothing"
    if not text.isprintable():
        text = " ".join(f"0x{ord(sign):02X}" if not sign.isprintable() else sign for sign in text)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
