"""The forms of days, money, names and addresses on paper claims: no points in money, no commas in addresses."""

from collections.abc import Iterable
from typing import NamedTuple

from billing.x12.checking.faults import cents
from billing.x12.parties import Address, Dependant, Provider, Subscriber

_FULL_ZIP = 9
_TURNS = "PSTABCDEFGHU"


class Day(NamedTuple):
    """A day in the parts that forms ask for."""

    month: str
    day: str
    year: str

    @property
    def six(self) -> str:
        """MMDDYY."""
        return self.month + self.day + self.year[2:]

    @property
    def eight(self) -> str:
        """MMDDYYYY."""
        return self.month + self.day + self.year


def day_of(text: str) -> Day:
    """Return the parts of CCYYMMDD.

    >>> day_of("20250303").six
    '030325'
    """
    return Day(text[4:6], text[6:8], text[:4])


def money(amount: str) -> tuple[str, str]:
    """Return dollars and cents of a finished amount, apart, without a point.

    >>> money("1234.5")
    ('1234', '50')
    """
    return money_of(cents_of(amount))


def money_of(amount_cents: int) -> tuple[str, str]:
    """Return dollars and cents, apart."""
    return str(amount_cents // 100), f"{amount_cents % 100:02}"


def cents_of(amount: str) -> int:
    """Return a finished amount in cents; 0 for none."""
    return cents(amount) or 0


def total(amounts: Iterable[str]) -> int:
    """Return the sum of finished amounts in cents."""
    return sum(map(cents_of, amounts))


def zip_code(text: str) -> str:
    """Return a ZIP code with its hyphen.

    >>> zip_code("021151234"), zip_code("02115")
    ('02115-1234', '02115')
    """
    return f"{text[:5]}-{text[5:]}" if len(text) == _FULL_ZIP else text


def street(address: Address) -> str:
    """Return both lines of the street in one."""
    return f"{address.street} {address.street2}".strip()


def city_line(address: Address) -> str:
    """Return city, state and ZIP code without punctuation."""
    return f"{address.city} {address.state} {zip_code(address.zip_code)}"


def listed_name(person: Subscriber | Dependant | Provider) -> str:
    """Return last name with its suffix, first name, middle initial, with commas between; an organisation's as it is.

    >>> listed_name(Provider("BLOOM", "BORIS", "", middle_name="JAY", suffix="JR"))
    'BLOOM JR, BORIS, J'
    """
    last = f"{person.last_name} {person.suffix}".strip()
    return ", ".join(part for part in (last, person.first_name, person.middle_name[:1]) if part)


def spoken_name(provider: Provider) -> str:
    """Return first name, middle initial, last name and suffix, as box 17 of the CMS-1500 wants them.

    >>> spoken_name(Provider("SPENCER", "STELLA", "", middle_name="Q", suffix="MD"))
    'STELLA Q SPENCER MD'
    """
    parts = (provider.first_name, provider.middle_name[:1], provider.last_name, provider.suffix)
    return " ".join(part for part in parts if part)


def turn_of(policy: Subscriber) -> int:
    """Return when a policy pays: 0 for the first."""
    return _TURNS.find(policy.rank)
