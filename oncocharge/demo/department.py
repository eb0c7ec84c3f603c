"""The department: a freestanding centre with two machines, its staff, payers, fees and clearinghouse.

Amounts, names and numbers are invented; the identifiers only have the right form and check digit.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group, User

from billing.models import FeeLine, FeeSchedule, TradingPartner
from courses.models import Machine
from patients.identifiers import npi_check_digit
from patients.models import Facility, Payer, PayerPolicy, Provider
from patients.roles import Role

PASSWORD = "oncocharge-demo"  # printed at every start, for demo data only
OPENS_ON = date(2024, 1, 1)

# username, first name, last name, role
STAFF = (
    ("tess", "Tess", "Novak", Role.THERAPIST),
    ("theo", "Theo", "Marsh", Role.THERAPIST),
    ("phil", "Phil", "Larsen", Role.PHYSICIST),
    ("dana", "Dana", "Whitfield", Role.PHYSICIAN),
    ("bill", "Bill", "Okafor", Role.BILLER),
    ("mara", "Mara", "Quist", Role.BILLING_MANAGER),
    ("addie", "Addie", "Stone", Role.ADMINISTRATOR),
    ("audrey", "Audrey", "Lind", Role.AUDITOR),
)

# name, kind, payer id, filing indicator, policy settings that differ from the defaults
PAYERS: tuple[tuple[str, str, str, str, dict[str, object]], ...] = (
    ("Medicare Part B", "medicare", "12502", "MB", {}),
    ("Harbor Advantage", "medicare_advantage", "HARB1", "16", {"second_session_modifier": "XE"}),
    ("Acme Health", "commercial", "ACME1", "CI", {}),
    ("Bay State Medicaid", "medicaid", "BAYMD", "MC", {"nodes_level": "complex"}),
    ("Summit Mutual", "commercial", "SUMM1", "CI", {"delivery_code_set": "hcpcs_g", "plan_charge_per": "plan"}),
)

# code: bare price; 26 and TC are taken at a quarter and three quarters of it
PRICES = {
    "77301": "2450.00", "77295": "1480.00", "77338": "640.00", "77300": "96.00", "77334": "310.00",
    "77385": "820.00", "77386": "1040.00", "G6015": "790.00", "G6016": "785.00",
    "77402": "310.00", "77407": "720.00", "77412": "1390.00", "77372": "6900.00", "77373": "3100.00",
    "77014": "130.00", "77387": "95.00", "G6001": "110.00", "G6002": "125.00", "77417": "28.00",
    "77427": "410.00", "77431": "230.00", "77432": "930.00", "77435": "1400.00", "77470": "260.00",
    "77336": "160.00", "77370": "270.00", "77261": "150.00", "77262": "230.00", "77263": "360.00",
    "77280": "520.00", "77285": "810.00", "77290": "950.00", "77293": "480.00",
    "77332": "95.00", "77333": "140.00", "77306": "310.00", "77307": "590.00", "77321": "180.00", "77331": "120.00",
}  # fmt: skip


@dataclass(frozen=True)
class Department:
    """What the courses need of the department."""

    facility: Facility
    machines: tuple[Machine, ...]
    physicians: tuple[Provider, ...]
    payers: tuple[Payer, ...]
    staff: dict[str, User]


def build_department() -> Department:
    """Write the department's rows and return them."""
    secret = make_password(PASSWORD)  # Once for all: to make it takes a fifth of a second, and it is no secret here.
    staff = {username: _member(username, first, last, role, secret) for username, first, last, role in STAFF}
    facility = Facility.objects.create(
        name="Lakeside Radiation Center", setting="freestanding", bills="global", street="400 Lakeside Drive",
        city="Springfield", state="MA", zip_code="011031234", npi=_npi("124531959"), tax_id="041234567",
        contact_name="Billing Office", contact_phone="4135550100",
    )  # fmt: skip
    machines = tuple(Machine.objects.create(facility=facility, name=name) for name in ("Linac 1", "Linac 2"))
    physicians = (
        Provider.objects.create(last_name="Whitfield", first_name="Dana", npi=_npi("188174788"), user=staff["dana"]),
        Provider.objects.create(last_name="Okoro", first_name="Samuel", npi=_npi("156849203")),
    )
    payers = tuple(_payer(*row) for row in PAYERS)
    _fees()
    TradingPartner.objects.create(
        name="Northeast Clearing", sender_id="LAKESIDE", receiver_id="NECLEARING", application_sender="LAKESIDE",
        application_receiver="NECLEARING", submitter_name="Lakeside Radiation Center", submitter_id="LAKE001",
        contact_name="Billing Office", contact_phone="4135550100", receiver_name="Northeast Clearing",
        receiver_code="NECLEAR", folder="northeast-clearing", is_default=True,
    )  # fmt: skip
    return Department(facility, machines, physicians, payers, staff)


def _npi(first_nine: str) -> str:
    return first_nine + npi_check_digit(first_nine)


def _member(username: str, first: str, last: str, role: Role, secret: str) -> User:
    user = User.objects.create(username=username, password=secret, first_name=first, last_name=last)
    if role is Role.ADMINISTRATOR:
        user.is_staff = user.is_superuser = True
        user.save(update_fields=["is_staff", "is_superuser"])
    user.groups.add(Group.objects.get(name=role.value))
    return user


def _payer(name: str, kind: str, payer_id: str, indicator: str, policy: dict[str, object]) -> Payer:
    payer = Payer.objects.create(
        name=name, kind=kind, payer_id=payer_id, filing_indicator=indicator,
        street="1 Insurance Plaza", city="Boston", state="MA", zip_code="02110",
    )  # fmt: skip
    PayerPolicy.objects.create(payer=payer, effective_from=OPENS_ON, **policy)
    return payer


def _fees() -> None:
    schedule = FeeSchedule.objects.create(name="Practice charges")
    lines = []
    for code, price in PRICES.items():
        for modifier, share in (
            ("", Decimal(1)),
            ("26", Decimal("0.25")),
            ("TC", Decimal("0.75")),
            ("52", Decimal("0.5")),
        ):
            amount = (Decimal(price) * share).quantize(Decimal("0.01"))
            lines.append(
                FeeLine(schedule=schedule, code=code, modifier=modifier, amount=amount, effective_from=OPENS_ON)
            )
    FeeLine.objects.bulk_create(lines)
