"""The standing cast of the tests: one hospital, one freestanding centre, their people and their patients.

Ada has 28 fractions of prostate VMAT; Boris is treated twice a day; Clara was replanned; Dora's course
runs over New Year 2026. Each function makes its person new in the database and returns the rows.
"""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.contrib.auth.models import Group, User

from courses.models import Course, CourseDiagnosis, Machine, Plan
from patients.models import Coverage, Facility, Patient, Payer, Provider
from patients.roles import Role

ZONE = ZoneInfo("America/New_York")
PASSWORD = "correct-horse-battery-1"  # a made-up login of the tests


def local(text: str) -> datetime:
    """Return an aware moment of the clinic's zone from '2026-03-02 09:00'."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def user(role: Role, username: str | None = None) -> User:
    """Return a user of the role, created once."""
    name = username or role.value.replace(" ", "_")
    found = User.objects.filter(username=name).first()
    if found:
        return found
    made = User.objects.create_user(name, password=PASSWORD, first_name=role.value.title(), last_name="Tester")
    made.groups.add(Group.objects.get_or_create(name=role.value)[0])
    return made


def hospital() -> Facility:
    """A hospital department that bills both components."""
    return _facility("Harbor Hospital Radiation Oncology", setting="hospital", bills="both", npi="1234567893")


def center() -> Facility:
    """A freestanding centre that bills globally."""
    return _facility("Lakeside Radiation Center", setting="freestanding", bills="global", npi="1245319599")


def _facility(name: str, **values: str) -> Facility:
    defaults = {
        "street": "100 Harbor Street", "city": "Boston", "state": "MA", "zip_code": "021151234", "tax_id": "123456789",
        "contact_name": "Billing Office", "contact_phone": "6175550100", **values,
    }  # fmt: skip
    return Facility.objects.get_or_create(name=name, defaults=defaults)[0]


def machine(facility: Facility, name: str = "TrueBeam 1") -> Machine:
    """A machine of the facility, created once."""
    return Machine.objects.get_or_create(facility=facility, name=name)[0]


def medicare() -> Payer:
    """Medicare."""
    return _payer("Medicare Part B", "medicare", "12502", "MB")


def commercial() -> Payer:
    """A commercial payer without a policy of its own."""
    return _payer("Acme Health", "commercial", "ACME1", "CI")


def _payer(name: str, kind: str, payer_id: str, indicator: str) -> Payer:
    defaults = {"kind": kind, "payer_id": payer_id, "filing_indicator": indicator}
    return Payer.objects.get_or_create(name=name, defaults=defaults)[0]


def physician() -> Provider:
    """Dr. Beam, who renders the professional lines."""
    return Provider.objects.get_or_create(npi="1881747889", defaults={"last_name": "Beam", "first_name": "Ann"})[0]


@dataclass(frozen=True)
class Treated:
    """A patient under treatment, with the rows around the course."""

    patient: Patient
    coverage: Coverage
    course: Course
    plan: Plan
    machine: Machine


def treated(  # a test names what differs, the rest stands
    *, mrn: str, last_name: str, first_name: str = "Test", facility: Facility, payer: Payer,
    opened_on: date, diagnosis: str, birth_date: date = date(1958, 4, 2), **plan: object,
) -> Treated:  # fmt: skip
    """Make a patient with one coverage, one course and one approved VMAT plan."""
    patient = Patient.objects.create(
        mrn=mrn, last_name=last_name, first_name=first_name, birth_date=birth_date, sex="F",
        street="1 Main Street", city="Boston", state="MA", zip_code="02115",
    )  # fmt: skip
    coverage = Coverage.objects.create(
        patient=patient, payer=payer, member_id=f"M{mrn.replace('-', '')}", effective_from=date(2010, 1, 1)
    )
    course = Course.objects.create(
        patient=patient, facility=facility, physician=physician(), title="Course 1", opened_on=opened_on
    )
    CourseDiagnosis.objects.create(course=course, position=1, code=diagnosis)
    values = {
        "key": "P1", "site": "prostate", "technique": "vmat", "isocenters": 1, "arcs": 2, "fractions": 28,
        "approved_on": opened_on, "machine": machine(facility), **plan,
    }  # fmt: skip
    made = Plan.objects.create(course=course, **values)
    return Treated(patient, coverage, course, made, machine(facility))


def ada(facility: Facility | None = None, payer: Payer | None = None) -> Treated:
    """Ada: 28 fractions of prostate VMAT from 2025-03-03, at the freestanding centre, commercial."""
    return treated(
        mrn="A-1001", last_name="Abbott", first_name="Ada", facility=facility or center(),
        payer=payer or commercial(), opened_on=date(2025, 3, 3), diagnosis="C61",
    )  # fmt: skip


def boris() -> Treated:
    """Boris: lung twice a day, 30 sessions, at the hospital, Medicare."""
    return treated(
        mrn="B-1002", last_name="Brandt", first_name="Boris", facility=hospital(), payer=medicare(),
        opened_on=date(2025, 5, 5), diagnosis="C34.11", site="lung", fractions=30, sessions_per_day=2,
    )  # fmt: skip


def clara() -> Treated:
    """Clara: head and neck, 35 fractions from 2026-02-02; a test adds her replan."""
    return treated(
        mrn="C-1003", last_name="Castro", first_name="Clara", facility=center(), payer=commercial(),
        opened_on=date(2026, 2, 2), diagnosis="C10.9", site="head_neck", fractions=35,
    )  # fmt: skip


def dora() -> Treated:
    """Dora: oesophagus, 25 fractions over New Year 2026, hospital, Medicare."""
    return treated(
        mrn="D-1004", last_name="Drake", first_name="Dora", facility=hospital(), payer=medicare(),
        opened_on=date(2025, 12, 8), diagnosis="C15.4", site="esophagus", fractions=25,
    )  # fmt: skip
