"""What a billing manager does with a held remittance: looks at why, and posts it with a reason."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from billing.models import Remittance
from billing.remittance.effects import take_effect


class RemittanceError(Exception):
    """Something that cannot be done with a remittance as it stands; the message says why and what to do."""


def release(*, remittance_id: int, reason: str, by: User, at: datetime) -> Remittance:
    """Post a held remittance as it was read; what was uneven stays uneven, and the reason says why that is right.

    Raises:
        RemittanceError: it is not held, or no reason is given.
    """
    if not reason.strip():
        raise RemittanceError("Say why this remittance may count although it was held.")
    with transaction.atomic():
        remittance = Remittance.objects.select_for_update().get(pk=remittance_id)
        if remittance.state != Remittance.State.HELD:
            raise RemittanceError("This remittance is not held: somebody has posted it, or it repeats another.")
        remittance.state = Remittance.State.POSTED
        remittance.released_by, remittance.released_at, remittance.release_reason = by, at, reason.strip()[:200]
        remittance.save(update_fields=["state", "released_by", "released_at", "release_reason"])
        take_effect(remittance_id=remittance.pk, at=at)
    return remittance
