"""How each partner stands: what waits for it, when it was last reached, what a person must do."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Q, QuerySet
from django.utils import timezone

from billing.models import PartnerConnection, TradingPartner
from billing.models.partner import Transport


@dataclass(frozen=True, slots=True)
class Standing:
    """A partner as a list shows it."""

    partner: TradingPartner
    state: str
    """``reached``, ``untried``, ``retrying``, ``stuck`` (needs a person), ``unheard`` (no answers come) or ``off``."""
    words: str
    error: str
    waiting: int
    delivered_at: datetime | None
    payers: int

    @property
    def where(self) -> str:
        """How and where the partner is reached, in a few words."""
        if self.partner.transport == Transport.SFTP:
            return f"SFTP to {self.partner.host}"
        return f"folder {self.partner.folder}"


def standings() -> list[Standing]:
    """Return every partner, those that need a person first (one query)."""
    order = {"stuck": 0, "unheard": 1, "retrying": 2}
    return sorted(_standings(TradingPartner.objects.all()), key=lambda one: (order.get(one.state, 3), one.partner.name))


def standing_of(partner_id: int) -> Standing | None:
    """Return one partner's standing; ``None`` if there is no such partner (one query)."""
    return next(iter(_standings(TradingPartner.objects.filter(pk=partner_id))), None)


def _standings(partners: QuerySet[TradingPartner]) -> Iterable[Standing]:
    rows = partners.select_related("connection").annotate(
        waiting=Count("files", filter=Q(files__delivered_at=None), distinct=True),
        delivered_at=Max("files__delivered_at"),
        payers=Count("routes", distinct=True),
    )
    for row in rows:
        connection = getattr(row, "connection", None)
        state, words = _state(row, connection)
        error = (connection.error or connection.answers_error) if connection else ""
        yield Standing(row, state, words, error, row.waiting, row.delivered_at, row.payers)


def _state(partner: TradingPartner, connection: PartnerConnection | None) -> tuple[str, str]:
    if not partner.is_active:
        return "off", "Switched off: nothing is made for it, and what is sealed waits."
    if connection is None:
        return "untried", "Not tried yet."
    return _state_of_connection(connection)


def _state_of_connection(connection: PartnerConnection) -> tuple[str, str]:
    if connection.needs_person:
        return "stuck", "A person must look. It is tried again when its settings are changed, or when you say so."
    if connection.next_try_at:
        times = f"{connection.failures} time" + ("s" if connection.failures > 1 else "")
        return "retrying", f"Failed {times} in a row; next try at {_moment(connection.next_try_at)}."
    if connection.answers_error:
        return "unheard", "Files go, answers cannot be fetched. A person must look; it is tried again each hour."
    if not connection.reached_at:
        return "untried", "Not tried yet."
    return "reached", f"Last reached {_moment(connection.reached_at)}."


def _moment(at: datetime | None) -> str:
    if at is None:
        return "never"
    here = timezone.localtime(at)
    return f"{here:%H:%M}" if here.date() == timezone.localdate() else f"{here.day} {here:%b}, {here:%H:%M}"
