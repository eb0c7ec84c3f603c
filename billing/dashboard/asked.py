"""What a dashboard is asked: days of service, machine, site or payer, and by which of these it is told apart. Pure."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

MOST_DAYS = 1_100
"""Three years and a little: what a dashboard may be asked at once."""
NONE = 0
"""The id that stands for lines without a machine (planning has none), or without a payer."""
_MOST_COLUMNS = 46


class By(StrEnum):
    """What the figures are told apart by."""

    MACHINE = "machine"
    SITE = "site"
    PAYER = "payer"


class Grain(StrEnum):
    """How long a column of the plot is; the value is PostgreSQL's word for it."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Days of service, both inclusive; ``None`` does not narrow, ``NONE`` keeps what has no machine, or no payer."""

    since: date
    until: date
    machine_id: int | None = None
    facility_id: int | None = None
    payer_id: int | None = None
    by: By = By.MACHINE

    @property
    def grain(self) -> Grain:
        """The shortest grain with which the plot stays readable.

        >>> Asked(since=date(2026, 1, 1), until=date(2026, 1, 31)).grain.value
        'day'
        >>> Asked(since=date(2026, 1, 1), until=date(2026, 12, 31)).grain.value
        'month'
        """
        days = (self.until - self.since).days + 1
        if days <= _MOST_COLUMNS:
            return Grain.DAY
        return Grain.WEEK if days <= 7 * (_MOST_COLUMNS - 1) else Grain.MONTH

    @property
    def values(self) -> dict[str, date | int | str | None]:
        """The parameters of the statements."""
        return {
            "since": self.since,
            "until": self.until,
            "machine": self.machine_id,
            "facility": self.facility_id,
            "payer": self.payer_id,
            "grain": self.grain.value,
        }
