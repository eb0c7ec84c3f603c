"""Trying a connection out at the press of a button: every step in words, nothing left behind."""

from dataclasses import dataclass, field

from billing.adapters.door import PartnerError
from billing.models import TradingPartner
from billing.partners.connecting import door_of
from billing.partners.retrying import note_reached


@dataclass(slots=True)
class Trial:
    """What went well, in order, and what did not."""

    steps: list[str] = field(default_factory=list)
    fault: str = ""

    @property
    def has_passed(self) -> bool:
        """Whether everything that a delivery needs went well."""
        return not self.fault


def try_connection(partner: TradingPartner) -> Trial:
    """Do once all that a delivery needs, with a probe that is removed again. A partner that passes is tried again."""
    trial = Trial()
    try:
        door = door_of(partner, is_trial=True)
        try:
            door.try_out(trial.steps.append)
        finally:
            door.close()
    except PartnerError as error:
        trial.fault = str(error)
    else:
        note_reached(partner_id=partner.pk, for_answers=True)
    return trial
