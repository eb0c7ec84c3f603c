"""What a billing manager does with a held remittance: looks at why, and posts it with a reason."""

from collections.abc import Collection
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from billing.models import Remittance
from billing.remittance.after_refusal import take_effect_by_hand
from billing.remittance.posting import lock_payment


class RemittanceError(Exception):
    """Something that cannot be done with a remittance as it stands; the message says why and what to do."""


def release(*, remittance_id: int, reason: str, by: User, at: datetime, knowing: Collection[int] = ()) -> Remittance:
    """Post a held remittance as it was read; what was uneven stays uneven, and the reason says why that is right.

    Args:
        knowing: the remittances that count already for the same payment, as who releases was shown them.

    Raises:
        RemittanceError: it is not held, no reason is given, or the same payment counts already and that was not known.
    """
    if not reason.strip():
        raise RemittanceError("Say why this remittance may count although it was held.")
    with transaction.atomic():
        remittance = Remittance.objects.select_for_update().get(pk=remittance_id)
        if remittance.state != Remittance.State.HELD:
            raise RemittanceError("This remittance is not held: somebody has posted it, or it repeats another.")
        lock_payment(remittance)
        unknown = [other for other in counting_for_same_payment(remittance) if other not in knowing]
        if unknown:
            raise RemittanceError(
                f"Payment {remittance.trace_number} counts already as remittance {unknown[0]}."
                " Compare the two; if this one counts besides it, post it again."
            )
        remittance.state = Remittance.State.POSTED
        remittance.released_by, remittance.released_at, remittance.release_reason = by, at, reason.strip()[:200]
        remittance.save(update_fields=["state", "released_by", "released_at", "release_reason"])
        take_effect_by_hand(remittance=remittance, at=at)
    return remittance


def counting_for_same_payment(remittance: Remittance) -> list[int]:
    """Return the remittances of the same payer and payment number that count; posting this one too may pay twice."""
    if not remittance.trace_number:
        return []
    same = Remittance.objects.filter(
        payer_identifier=remittance.payer_identifier,
        trace_number=remittance.trace_number,
        state=Remittance.State.POSTED,
    )
    return list(same.exclude(pk=remittance.pk).order_by("pk").values_list("pk", flat=True))
