"""Who stands on a claim: providers, facility, payer, subscriber, dependant, as plain values.

Every field is finished text as the claim carries it (dates CCYYMMDD, tax id nine digits without hyphen), so that rows
of the database become values without a conversion. NamedTuples, because a nightly export builds tens of thousands of
them and asks for each whether it equals the one before. Checked by check_837p, not here.
"""

from typing import NamedTuple


class Address(NamedTuple):
    """A US postal address (N3, N4)."""

    street: str
    city: str
    state: str
    zip_code: str
    """Digits only; nine for billing provider and service facility."""
    street2: str = ""


class BillingProvider(NamedTuple):
    """Who bills (2000A, 2010AA) and, if elsewhere, where the money goes (2010AB)."""

    name: str
    """Name of the organisation, or last name of a person."""
    npi: str
    tax_id: str
    """Nine digits, no hyphen."""
    address: Address
    """The street; a post office box may only stand in ``pay_to``."""
    taxonomy: str = ""
    pay_to: Address | None = None
    is_person: bool = False
    first_name: str = ""
    middle_name: str = ""
    suffix: str = ""
    tax_id_kind: str = "EI"
    """EI employer's number; SY social security number, persons only."""


class Provider(NamedTuple):
    """A rendering, referring or supervising provider (2310A, B, D)."""

    last_name: str
    first_name: str
    npi: str
    taxonomy: str = ""
    """Written for the rendering provider only; the guide has no place for the others'."""
    middle_name: str = ""
    suffix: str = ""
    is_person: bool = True
    """False only for a group that renders as such; then ``last_name`` is its name."""


class Facility(NamedTuple):
    """Where the service was given, if not at the billing provider's address (2310C)."""

    name: str
    address: Address
    npi: str = ""


class Payer(NamedTuple):
    """Who is asked to pay (2010BB)."""

    name: str
    payer_id: str
    """The id by which the receiver knows this payer."""
    address: Address | None = None
    id_kind: str = "PI"
    """PI payer id; XV the national plan id."""


class Subscriber(NamedTuple):
    """Whose policy it is (2000B, 2010BA). The patient, unless the claim names a dependant."""

    last_name: str
    first_name: str
    member_id: str
    """As on the card, 2 to 80 characters."""
    filing_indicator: str
    """SBR09: MB, MA, MC, CI, BL, HM, 16 ..."""
    address: Address | None = None
    birth_on: str = ""
    sex: str = ""
    middle_name: str = ""
    suffix: str = ""
    rank: str = "P"
    """SBR01: P primary, S secondary, T tertiary."""
    group_number: str = ""
    group_name: str = ""
    """Sent only without a group number."""
    msp_type: str = ""
    """SBR05: why Medicare is not primary (12, 13, 43, 47 ...)."""
    is_person: bool = True


class Dependant(NamedTuple):
    """The patient, where the policy is somebody else's (2000C, 2010CA)."""

    relationship: str
    """PAT01: 01 spouse, 19 child, 20, 21, 39, 40, 53, G8."""
    last_name: str
    first_name: str
    address: Address
    birth_on: str
    sex: str
    middle_name: str = ""
    suffix: str = ""
