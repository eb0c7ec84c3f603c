"""The pages of a course and its plans: shown to every role, changed by those who may, each fault at its field."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from courses import planning
from courses.models import ClinicalEvent, Course, Plan
from courses.terms import SessionStatus
from patients.models import PatientAccess
from patients.roles import BILLING, CLINICAL, LOGS, OPENS, PLANS, Role
from tests import cast
from tests.courses.logbook import log
from tests.courses.pages import proposed, signed_in

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def ada() -> cast.Treated:
    """Ada, whose plan is approved."""
    return cast.ada()


def url(name: str, *ids: int) -> str:
    return reverse(f"courses:{name}", args=ids)


def test_a_course_shows_its_plans_sessions_and_diagnoses(ada: cast.Treated) -> None:
    log(ada, "2025-03-04 09:00")
    log(ada, "2025-03-05 09:00", status=SessionStatus.PARTIAL)
    page = signed_in(Role.BILLER).get(url("course", ada.course.pk)).content.decode()
    assert "<b>2</b> of 28" in page
    assert "4 Mar 2025, 09:00" in page
    assert "gantry interlock" in page
    assert "C61" in page


def test_an_empty_course_says_in_words_what_comes_next(ada: cast.Treated) -> None:
    course = planning.open_course(
        patient=ada.patient, facility=ada.course.facility, title="Course 2", opened_on=date(2026, 1, 5),
        diagnoses=["C61"],
    )  # fmt: skip
    page = signed_in(Role.PHYSICIST).get(url("course", course.pk)).content.decode()
    assert "No plan yet" in page
    assert "Nothing delivered yet" in page
    assert "None recorded" in page


def test_looking_at_a_course_is_noted(ada: cast.Treated) -> None:
    signed_in(Role.AUDITOR).get(url("course", ada.course.pk))
    assert list(PatientAccess.objects.values_list("user__username", "what")) == [("auditor", "courses:course")]


def test_a_course_is_opened_from_the_patient_with_its_diagnoses(ada: cast.Treated) -> None:
    client = signed_in(Role.THERAPIST)
    address = url("course-open", ada.patient.pk)
    values = proposed(client.get(address))
    assert values["title"] == "Course 2"
    refused = client.post(address, values | {"diagnoses": "C61 174.9 C61", "opened_on": "31 February"})
    assert refused.status_code == 422
    answer = client.post(address, values | {"diagnoses": "c61, c7951", "opened_on": "2026-01-05"})
    course = Course.objects.exclude(pk=ada.course.pk).get()
    assert answer["Location"] == url("course", course.pk)
    assert list(course.diagnoses.values_list("code", flat=True)) == ["C61", "C79.51"]


def test_faulty_diagnoses_are_named_each_at_the_field(ada: cast.Treated) -> None:
    body = (
        signed_in(Role.THERAPIST).post(url("course-diagnoses", ada.course.pk), {"diagnoses": "C61 174.9 C61"}).content
    )
    assert "&#x27;174.9&#x27; is not the form of an ICD-10-CM code" in body.decode()
    assert "C61 is named twice." in body.decode()


def test_a_course_is_closed_and_opened_again_from_its_page(ada: cast.Treated) -> None:
    client = signed_in(Role.THERAPIST)
    assert client.post(url("course-close", ada.course.pk), {"on": "2025-01-01"}).status_code == 422
    client.post(url("course-close", ada.course.pk), {"on": "2025-04-30"})
    ada.course.refresh_from_db()
    assert ada.course.closed_on == date(2025, 4, 30)
    client.post(url("course-reopen", ada.course.pk), {"reason": " "})
    ada.course.refresh_from_db()
    assert ada.course.closed_on is not None
    client.post(url("course-reopen", ada.course.pk), {"reason": "Boost added"})
    ada.course.refresh_from_db()
    assert ada.course.closed_on is None


def test_a_plan_is_entered_and_approved_by_two_people(ada: cast.Treated) -> None:
    physicist, physician = signed_in(Role.PHYSICIST), signed_in(Role.PHYSICIAN)
    address = url("plan-enter", ada.course.pk)
    values = proposed(physicist.get(address)) | {"site": "bone", "technique": "vmat", "fractions": "5", "arcs": "2"}
    assert values["key"] == "P2"
    physicist.post(address, _with_weekdays(values, "135"))
    plan = Plan.objects.get(key="P2")
    assert (plan.confirmed_by, plan.weekdays, plan.is_approved) == (cast.user(Role.PHYSICIST), "135", False)
    physician.post(url("plan-approve", plan.pk), {"password": cast.PASSWORD})
    plan.refresh_from_db()
    assert plan.approved_by == cast.user(Role.PHYSICIAN)


def _with_weekdays(values: dict[str, str], days: str) -> dict[str, object]:
    return {**values, "weekdays": list(days)}


def test_a_faulty_plan_shows_every_fault_and_stores_nothing(ada: cast.Treated) -> None:
    client = signed_in(Role.PHYSICIST)
    values = proposed(client.get(url("plan-enter", ada.course.pk))) | {
        "key": "P1", "technique": "vmat", "fractions": "0", "arcs": "2", "static_fields": "4",
    }  # fmt: skip
    answer = client.post(url("plan-enter", ada.course.pk), _with_weekdays(values, "1"))
    assert answer.status_code == 422
    body = answer.content.decode()
    assert "The course already has a plan P1." not in body  # the site is missing: the form speaks first
    answer = client.post(url("plan-enter", ada.course.pk), _with_weekdays(values | {"site": "bone"}, "1"))
    body = answer.content.decode()
    assert "The course already has a plan P1." in body
    assert "0 is outside 1 to 100." in body
    assert "static fields or arcs, not both" in body
    assert Plan.objects.count() == 1


def test_a_plan_from_a_file_shows_its_evidence_and_is_confirmed_before_it_is_approved(ada: cast.Treated) -> None:
    plan = planning.propose_plan(
        course=ada.course, key="RX1", site="other", technique="unknown", fractions=7, dicom_uid="1.2.3",
        evidence={
            "source": "RT Plan", "technique": "imrt", "sentences": ["4 fixed beams of photons."],
            "questions": ["Which site is treated?"], "warnings": ["No machine called X."],
            "beams": [{"number": 1, "name": "LPO", "kind": "fixed", "shapes": 92}],
        },
    )  # fmt: skip
    physicist, physician = signed_in(Role.PHYSICIST), signed_in(Role.PHYSICIAN)
    page = physician.get(url("plan", plan.pk)).content.decode()
    for said in ("4 fixed beams of photons.", "Which site is treated?", "No machine called X.", "LPO"):
        assert said in page
    refused = physician.post(url("plan-approve", plan.pk), {"password": cast.PASSWORD}).content.decode()
    assert "A file proposed this plan; confirm its entries first." in refused
    values = proposed(physicist.get(url("plan-confirm", plan.pk))) | {"site": "breast", "technique": "imrt"}
    physicist.post(url("plan-confirm", plan.pk), _with_weekdays(values, "12345"))
    physician.post(url("plan-approve", plan.pk), {"password": cast.PASSWORD})
    plan.refresh_from_db()
    assert (plan.site, plan.technique, plan.is_approved) == ("breast", "imrt", True)


def test_the_form_of_a_plan_says_its_terms_in_words(ada: cast.Treated) -> None:
    page = signed_in(Role.PHYSICIST).get(url("plan-enter", ada.course.pk)).content.decode()
    assert '<option value="conformal_3d">3D conformal</option>' in page
    assert "---------" not in page


def test_images_that_were_reviewed_ask_for_no_second_review(ada: cast.Treated) -> None:
    log(ada, "2025-03-04 09:00", guidance="cbct", guidance_reviewed=True)
    physician = signed_in(Role.PHYSICIAN)
    assert "Images reviewed" not in physician.get(url("course", ada.course.pk)).content.decode()
    log(ada, "2025-03-05 09:00", guidance="cbct")
    assert "Images reviewed" in physician.get(url("course", ada.course.pk)).content.decode()


def test_an_approved_plan_is_changed_only_after_its_approval_is_withdrawn(ada: cast.Treated) -> None:
    physician = signed_in(Role.PHYSICIAN)
    values = _with_weekdays(proposed(physician.get(url("plan-confirm", ada.plan.pk))), "12345")
    refused = physician.post(url("plan-confirm", ada.plan.pk), values)
    assert "an approved plan is not changed" in refused.content.decode()
    assert physician.post(url("plan-withdraw", ada.plan.pk), {"reason": ""}).status_code == 422
    physician.post(url("plan-withdraw", ada.plan.pk), {"reason": "wrong side"})
    assert physician.post(url("plan-confirm", ada.plan.pk), values).status_code == 302


def test_a_plan_is_retired_with_a_reason(ada: cast.Treated) -> None:
    signed_in(Role.PHYSICIST).post(url("plan-retire", ada.plan.pk), {"reason": "replanned"})
    ada.plan.refresh_from_db()
    assert ada.plan.amendment_reason == "replanned"
    assert ada.plan.retired_on is not None


def test_an_event_is_recorded_and_taken_back(ada: cast.Treated) -> None:
    client = signed_in(Role.PHYSICIST)
    address = url("event-record", ada.course.pk)
    values = proposed(client.get(address, {"family": "physics_check"})) | {"family": "physics_check"}
    assert client.post(address, values | {"happened_on": ""}, headers=HTMX).status_code == 422
    client.post(address, values)
    event = ClinicalEvent.objects.get()
    assert (event.family, event.entered_by) == ("physics_check", cast.user(Role.PHYSICIST))
    client.post(url("event-cancel", event.pk), {"reason": "other patient"})
    event.refresh_from_db()
    assert event.amendment_reason == "other patient"


READS = ("course", "plan", "session")
WRITES = {
    "session-log": LOGS, "session-amend": LOGS, "session-cancel": LOGS, "plan-enter": PLANS, "plan-confirm": PLANS,
    "plan-retire": PLANS, "plan-reinstate": PLANS, "plan-withdraw": {Role.PHYSICIAN}, "course-close": OPENS,
    "course-reopen": OPENS, "course-diagnoses": OPENS, "course-names": OPENS | BILLING,
    "event-record": CLINICAL | {Role.ADMINISTRATOR},
}  # fmt: skip


@pytest.mark.parametrize("role", list(Role))
def test_every_role_reads_and_only_its_own_pages_write(ada: cast.Treated, role: Role) -> None:
    session = log(ada, "2025-03-04 09:00").session
    ids = {"course": ada.course.pk, "plan": ada.plan.pk, "session": session.pk, "event": ada.course.pk}
    client = signed_in(role)
    for name in READS:
        assert client.get(url(name, ids[name])).status_code == 200, name
    for name, admitted in WRITES.items():
        kind = name.partition("-")[0]
        target = ada.course.pk if name in ("session-log", "plan-enter") else ids[kind]
        assert client.get(url(name, target)).status_code == (200 if role in admitted else 403), name


def test_buttons_are_shown_only_to_those_who_may(ada: cast.Treated) -> None:
    Plan.objects.update(approved_on=None)
    address = url("course", ada.course.pk)
    assert "Sign plan P1" in signed_in(Role.PHYSICIAN).get(address).content.decode()
    biller = signed_in(Role.BILLER).get(address).content.decode()
    assert "Sign plan P1" not in biller
    assert "Log a session" not in biller


def test_whoever_opens_a_course_is_told_who_enters_its_plan(ada: cast.Treated) -> None:
    address = url("course-open", ada.patient.pk)
    for role, told in ((Role.PHYSICIST, "Enter its plan next."), (Role.THERAPIST, "from a file, or from a physicist.")):
        client = signed_in(role)
        values = {**proposed(client.get(address)), "diagnoses": "C61", "opened_on": "2026-01-05"}
        assert told in client.post(address, values, follow=True).content.decode()


def test_nobody_signed_in_is_led_to_sign_in(ada: cast.Treated) -> None:

    answer = Client().get(url("course", ada.course.pk))
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("login"))
