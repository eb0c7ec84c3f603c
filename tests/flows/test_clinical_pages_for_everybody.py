"""Every clinical page at a desk and on a tablet, light and dark: usable by everybody, nothing wider than the screen."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from courses import planning
from courses.models import Plan
from courses.terms import SessionStatus
from patients.roles import Role
from tests import cast
from tests.courses.logbook import log
from tests.looks import Windows, faults_in_every_look

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Address = Callable[[cast.Treated, Plan], str]

PAGES: dict[str, tuple[Role, Address]] = {
    "machine day": (Role.THERAPIST, lambda ada, _: f"{reverse('courses:machine-day')}?machine={ada.machine.pk}"),
    "entry": (Role.THERAPIST, lambda ada, _: reverse("courses:session-log", args=[ada.course.pk])),
    "correction": (
        Role.THERAPIST,
        lambda ada, _: reverse("courses:session-amend", args=[ada.course.sessions.earliest("pk").pk]),
    ),
    "session": (Role.AUDITOR, lambda ada, _: reverse("courses:session", args=[ada.course.sessions.earliest("pk").pk])),
    "course": (Role.PHYSICIAN, lambda ada, _: reverse("courses:course", args=[ada.course.pk])),
    "plan": (Role.PHYSICIAN, lambda _, plan: reverse("courses:plan", args=[plan.pk])),
    "plan to confirm": (Role.PHYSICIST, lambda _, plan: reverse("courses:plan-confirm", args=[plan.pk])),
    "replan": (
        Role.PHYSICIST,
        lambda ada, _: f"{reverse('courses:plan-enter', args=[ada.course.pk])}?follows={ada.plan.pk}&kind=replan",
    ),
    "plan to sign": (Role.PHYSICIAN, lambda _, plan: reverse("courses:plan-approve", args=[plan.pk])),
    "physician's worklist": (Role.PHYSICIAN, lambda *_: reverse("courses:worklist")),
    "physicist's worklist": (Role.PHYSICIST, lambda *_: reverse("courses:worklist")),
    "charges by day": (Role.AUDITOR, lambda ada, _: reverse("billing:course-picture", args=[ada.course.pk])),
    "event": (Role.PHYSICIST, lambda ada, _: reverse("courses:event-record", args=[ada.course.pk])),
    "new course": (Role.THERAPIST, lambda ada, _: reverse("courses:course-open", args=[ada.patient.pk])),
    "patients": (Role.BILLER, lambda *_: reverse("patients:list")),
    "patient": (Role.BILLER, lambda ada, _: reverse("patients:patient", args=[ada.patient.pk])),
    "new patient": (Role.THERAPIST, lambda *_: reverse("patients:admit")),
    "coverage": (Role.THERAPIST, lambda ada, _: reverse("patients:coverage-add", args=[ada.patient.pk])),
}


@pytest.fixture
def ada() -> cast.Treated:
    """Ada in the middle of a course that has something of everything."""
    found = cast.ada()
    Plan.objects.update(weekdays="1234567")
    now = timezone.now()
    first = log(found, now - timedelta(days=2), guidance="cbct").session
    log(found, now - timedelta(days=1, hours=1), status=SessionStatus.ABORTED)
    log(found, now - timedelta(hours=2), status=SessionStatus.PARTIAL, guidance="kv")
    planning.record_event(course=found.course, family="physics_check", on=found.course.opened_on, performer="physicist")
    assert first.counts
    return found


@pytest.fixture
def proposal(ada: cast.Treated) -> Plan:
    """A plan that a file proposed."""
    return planning.propose_plan(
        course=ada.course, key="Breast boost", site="breast", technique="imrt", fractions=7, dicom_uid="1.2.3",
        kind="boost",
        evidence={
            "source": "RT Plan", "technique": "imrt", "sentences": ["4 fixed beams of photons.", "One isocenter."],
            "questions": ["Is this a boost of P1?"], "warnings": ["The file calls the plan unapproved."],
            "beams": [{"number": 1, "name": "LPO", "kind": "fixed", "shapes": 92}],
        },
    )  # fmt: skip


def test_every_clinical_page_can_be_used_by_everybody(windows: Windows, ada: cast.Treated, proposal: Plan) -> None:
    faults = {}
    for name, (role, address) in PAGES.items():
        page = windows.at(role, address(ada, proposal))
        for details in page.locator("details.oc-more > summary").all():
            details.click()
        if found := faults_in_every_look(page):
            faults[name] = found
    assert faults == {}
