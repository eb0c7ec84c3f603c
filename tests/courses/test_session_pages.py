"""The entry form: everything proposed, warned about, saved once, corrected with a reason."""

from datetime import date

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from courses.delivery import amend_session
from courses.models import Machine, Plan, Session
from courses.terms import SessionStatus
from patients.models import Encounter, PatientAccess
from patients.roles import Role
from tests import cast
from tests.courses.logbook import log
from tests.courses.pages import proposed, signed_in

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
MORNING = cast.local("2025-05-07 09:03")


@pytest.fixture
def ada() -> cast.Treated:
    """Ada, whose machine proposes cone beam CT."""
    found = cast.ada()
    Plan.objects.update(default_guidance="cbct")
    return found


@pytest.fixture
def therapist() -> Client:
    """A signed-in therapist."""
    return signed_in(Role.THERAPIST)


def entry_url(treated: cast.Treated, day: str = "2025-05-07") -> str:
    return f"{reverse('courses:session-log', args=[treated.course.pk])}?machine={treated.machine.pk}&day={day}"


def entry(client: Client, treated: cast.Treated, day: str = "2025-05-07") -> dict[str, str]:
    return proposed(client.get(entry_url(treated, day)))


@time_machine.travel(MORNING, tick=False)
def test_everything_is_proposed_and_saving_it_unchanged_logs_the_fraction(ada: cast.Treated, therapist: Client) -> None:
    values = entry(therapist, ada)
    assert {name: values[name] for name in ("status", "day", "time", "guidance", "machine")} == {
        "status": "treated", "day": "2025-05-07", "time": "09:03", "guidance": "cbct", "machine": str(ada.machine.pk),
    }  # fmt: skip
    assert values[f"fraction_{ada.plan.pk}"] == "1"
    answer = therapist.post(entry_url(ada), values)
    assert answer.status_code == 302
    assert answer["Location"] == f"{reverse('courses:machine-day')}?machine={ada.machine.pk}&day=2025-05-07"
    session = Session.objects.get()
    assert (session.starts_at, session.machine, session.guidance) == (MORNING, ada.machine, "cbct")
    assert session.signed_by == cast.user(Role.THERAPIST)
    assert list(session.fractions.values_list("plan__key", "number")) == [("P1", 1)]


@time_machine.travel(MORNING, tick=False)
def test_by_htmx_the_row_comes_back_with_the_slot_of_its_charge(ada: cast.Treated, therapist: Client) -> None:
    form = therapist.get(entry_url(ada), headers=HTMX)
    assert form["HX-Retarget"] == "#dialog-place"
    assert b"<dialog" in form.content
    assert b"<html" not in form.content
    answer = therapist.post(entry_url(ada), proposed(form), headers=HTMX)
    assert (answer.status_code, answer["HX-Retarget"]) == (200, f"#course-{ada.course.pk}")
    body = answer.content.decode()
    assert reverse("billing:session-earned", args=[Session.objects.get().pk]) in body
    assert "Treated" in body
    assert "Saved: fraction 1 of P1, 7 May, 09:03" in body


@time_machine.travel(MORNING, tick=False)
def test_without_a_filler_the_slot_stays_away(ada: cast.Treated, therapist: Client, settings: object) -> None:
    settings.COURSES_SESSION_SLOT = ""  # type: ignore[attr-defined]  # pytest-django's settings
    answer = therapist.post(entry_url(ada), proposed(therapist.get(entry_url(ada))), headers=HTMX)
    assert b'hx-trigger="load"' not in answer.content


@time_machine.travel(MORNING, tick=False)
def test_the_same_form_sent_twice_is_one_session_with_the_same_answer(ada: cast.Treated, therapist: Client) -> None:
    values = entry(therapist, ada)
    first, second = (therapist.post(entry_url(ada), values, headers=HTMX) for _ in range(2))
    assert Session.objects.count() == 1
    assert first.status_code == second.status_code == 200
    assert "Already saved: fraction 1 of P1" in second.content.decode()


@time_machine.travel(cast.local("2025-05-07 15:30"), tick=False)
@pytest.mark.parametrize("earlier", ["none", "partial", "treated"])
def test_a_resend_is_known_whatever_the_first_sending_changed(
    ada: cast.Treated, therapist: Client, earlier: str
) -> None:
    if earlier != "none":
        log(ada, "2025-05-07 08:00", number=1, status=earlier)
    values = entry(therapist, ada) | {"second_session_reason": "missed on Monday"}
    first, second = (therapist.post(entry_url(ada), values) for _ in range(2))
    assert (first.status_code, second.status_code) == (302, 302)
    assert Session.objects.count() == (1 if earlier == "none" else 2)


@time_machine.travel(MORNING, tick=False)
def test_a_changed_form_under_the_same_key_is_told_what_stands(ada: cast.Treated, therapist: Client) -> None:
    values = entry(therapist, ada)
    therapist.post(entry_url(ada), values)
    answer = therapist.post(entry_url(ada), values | {"guidance": "kv"}, headers=HTMX)
    assert answer.status_code == 409
    assert "Nothing was changed" in answer.content.decode()
    assert reverse("courses:session", args=[Session.objects.get().pk]) in answer.content.decode()


@time_machine.travel(MORNING, tick=False)
def test_two_therapists_with_the_form_open_log_one_session_and_the_second_is_told(
    ada: cast.Treated, therapist: Client
) -> None:
    kim = signed_in(Role.THERAPIST, "kim")
    first, second = entry(therapist, ada), entry(kim, ada)
    therapist.post(entry_url(ada), first)
    answer = kim.post(entry_url(ada), second, headers=HTMX)
    assert Session.objects.count() == 1
    assert "Fraction 1 of P1 was already logged by Therapist Tester, for 7 May, 09:03." in answer.content.decode()


@time_machine.travel(MORNING, tick=False)
def test_a_partial_needs_its_reason_and_keeps_it(ada: cast.Treated, therapist: Client) -> None:
    values = entry(therapist, ada) | {"status": "partial"}
    refused = therapist.post(entry_url(ada), values, headers=HTMX)
    assert refused.status_code == 422
    assert "Choose why it was not the whole fraction." in refused.content.decode()
    therapist.post(entry_url(ada), values | {"reason": "machine fault", "reason_detail": "gantry"})
    session = Session.objects.get()
    assert (session.status, session.status_reason) == ("partial", "machine fault: gantry")


@time_machine.travel(MORNING, tick=False)
def test_all_faults_of_a_form_are_shown_at_once_and_nothing_is_stored(ada: cast.Treated, therapist: Client) -> None:
    values = entry(therapist, ada) | {
        "status": "aborted", "time": "", "guidance": "radar", f"fraction_{ada.plan.pk}": "0",
    }  # fmt: skip
    body = therapist.post(entry_url(ada), values, headers=HTMX).content.decode()
    assert "4 things to correct" in body
    assert Session.objects.count() == 0


@time_machine.travel(MORNING, tick=False)
def test_a_session_of_the_future_is_refused_at_its_time(ada: cast.Treated, therapist: Client) -> None:
    values = entry(therapist, ada) | {"time": "11:00"}
    body = therapist.post(entry_url(ada), values).content.decode()
    assert "The session lies in the future" in body


@time_machine.travel(MORNING, tick=False)
def test_the_partial_of_the_morning_is_resumed_with_its_own_fraction(ada: cast.Treated, therapist: Client) -> None:
    partial = log(ada, "2025-05-07 08:10", number=1, status=SessionStatus.PARTIAL).session
    values = entry(therapist, ada)
    assert values["resumes"] == str(partial.pk)
    therapist.post(entry_url(ada), values)
    resumed = Session.objects.exclude(pk=partial.pk).get()
    assert resumed.resumes == partial
    assert list(resumed.fractions.values_list("number", "is_standing")) == [(1, False)]


@time_machine.travel(cast.local("2025-05-07 15:30"), tick=False)
def test_a_second_session_shows_its_gap_and_asks_why_unless_prescribed(ada: cast.Treated, therapist: Client) -> None:
    log(ada, "2025-05-07 09:00", number=1)
    page = therapist.get(entry_url(ada))
    assert "Second session of the day, 6 h 30 min from the one of 09:00." in page.content.decode()
    refused = therapist.post(entry_url(ada), proposed(page))
    assert "Say why the patient is treated a second time today." in refused.content.decode()
    therapist.post(entry_url(ada), proposed(page) | {"second_session_reason": "makes up for Monday"})
    assert Session.objects.filter(second_session_reason="makes up for Monday").count() == 1


@time_machine.travel(cast.local("2025-05-07 15:30"), tick=False)
def test_the_row_of_a_treated_patient_still_leads_to_another_session(ada: cast.Treated, therapist: Client) -> None:
    log(ada, "2025-05-07 09:00", number=1)
    body = therapist.get(reverse("courses:machine-day")).content.decode()
    assert "Log another session of Abbott, Ada" in body
    assert reverse("courses:session-log", args=[ada.course.pk]) in body


@time_machine.travel(cast.local("2025-05-07 15:30"), tick=False)
def test_a_prescribed_second_session_asks_nothing(therapist: Client) -> None:
    boris = cast.boris()
    log(boris, "2025-05-07 09:00", number=1)
    therapist.post(entry_url(boris), entry(therapist, boris))
    assert Session.objects.count() == 2


@time_machine.travel(MORNING, tick=False)
def test_several_plans_are_logged_in_one_session(ada: cast.Treated, therapist: Client) -> None:
    bone = Plan.objects.create(
        course=ada.course, key="P2", site="bone", technique="vmat", fractions=5, approved_on=date(2025, 3, 3),
        machine=ada.machine,
    )  # fmt: skip
    values = entry(therapist, ada)
    assert values[f"plan_{bone.pk}"] == "on"
    therapist.post(entry_url(ada), values)
    assert sorted(Session.objects.get().fractions.values_list("plan__key", "number")) == [("P1", 1), ("P2", 1)]


@time_machine.travel(MORNING, tick=False)
def test_warnings_stand_on_the_form_before_saving_and_follow_what_is_typed(
    ada: cast.Treated, therapist: Client
) -> None:
    Plan.objects.update(approved_on=None)
    page = therapist.get(entry_url(ada))
    assert "Plan P1 is not approved by a physician." in page.content.decode()
    check = reverse("courses:session-check", args=[ada.course.pk])
    asked = proposed(page) | {f"fraction_{ada.plan.pk}": "30"}
    body = therapist.get(check, asked).content.decode()
    assert "Fraction 30 of P1 is not the next one, which is 1." in body
    assert "Fraction 30 of P1 is beyond the 28 prescribed." in body


def test_warnings_of_a_correction_follow_what_is_typed(ada: cast.Treated, therapist: Client) -> None:
    wrong = log(ada, "2025-05-07 09:00", number=27).session
    page = therapist.get(reverse("courses:session-amend", args=[wrong.pk]))
    assert "Fraction 27 of P1 is not the next one, which is 1." in page.content.decode()
    check = f"{reverse('courses:session-check', args=[ada.course.pk])}?of={wrong.pk}"
    assert check in page.content.decode()
    said: dict[str, str | int] = {
        "of": wrong.pk,
        "status": "treated",
        "day": "2025-05-07",
        "time": "09:00",
        f"plan_{ada.plan.pk}": "on",
    }
    said |= {f"fraction_{ada.plan.pk}": "1"}
    assert "is not the next one" not in therapist.get(check, said).content.decode()
    assert therapist.get(check, said | {"of": wrong.pk + 1}).status_code == 404


@time_machine.travel(cast.local("2026-03-08 12:00"), tick=False)
def test_a_time_that_the_clocks_skipped_is_refused_in_words(therapist: Client) -> None:
    clara = cast.clara()
    values = entry(therapist, clara, "2026-03-08") | {"time": "02:30"}
    body = therapist.post(entry_url(clara, "2026-03-08"), values).content.decode()
    assert "The clocks were put forward: 02:30 did not happen on 2026-03-08." in body
    assert Session.objects.count() == 0


@pytest.mark.parametrize(("reading", "hour"), [("first", 5), ("second", 6)])
@time_machine.travel(cast.local("2026-11-01 12:00"), tick=False)
def test_a_time_that_the_clocks_showed_twice_is_asked_about(therapist: Client, reading: str, hour: int) -> None:
    clara = cast.clara()
    values = entry(therapist, clara, "2026-11-01") | {"time": "01:30"}
    asked = therapist.post(entry_url(clara, "2026-11-01"), values)
    assert "Say which one it was." in asked.content.decode()
    assert "the first 01:30 (EDT)" in asked.content.decode()
    therapist.post(entry_url(clara, "2026-11-01"), values | {"reading": reading})
    session = Session.objects.get()
    assert (session.starts_at.hour, session.treated_on) == (hour, date(2026, 11, 1))


@time_machine.travel("2026-11-01 06:30:00+00:00", tick=False)
def test_logging_now_in_the_repeated_hour_needs_no_question(therapist: Client) -> None:
    clara = cast.clara()
    values = entry(therapist, clara, "2026-11-01")
    assert values["time"] == "01:30"
    therapist.post(entry_url(clara, "2026-11-01"), values)
    assert Session.objects.get().starts_at.hour == 6


@time_machine.travel(cast.local("2025-05-08 00:30"), tick=False)
def test_just_after_midnight_the_form_proposes_the_new_day(ada: cast.Treated, therapist: Client) -> None:
    values = proposed(therapist.get(reverse("courses:session-log", args=[ada.course.pk])))
    assert (values["day"], values["time"]) == ("2025-05-08", "00:30")


@time_machine.travel(MORNING, tick=False)
def test_an_entry_is_amended_with_a_reason(ada: cast.Treated, therapist: Client) -> None:
    session = log(ada, "2025-05-07 08:00", number=1, guidance="cbct").session
    url = reverse("courses:session-amend", args=[session.pk])
    values = proposed(therapist.get(url)) | {"guidance": "kv"}
    assert "Say why" in therapist.post(url, values).content.decode() or Session.objects.get().guidance == "cbct"
    answer = therapist.post(url, values | {"amendment_reason": "kV pair was taken"})
    assert answer["Location"] == reverse("courses:course", args=[ada.course.pk])
    session.refresh_from_db()
    assert (session.guidance, session.amendment_reason) == ("kv", "kV pair was taken")


@time_machine.travel(MORNING, tick=False)
def test_a_stay_is_said_and_not_copied_into_the_entry(ada: cast.Treated, therapist: Client) -> None:
    Encounter.objects.create(
        patient=ada.patient, facility=ada.course.facility, starts_on=date(2025, 5, 1), is_inpatient=True
    )
    assert "recorded as an inpatient of this day" in therapist.get(entry_url(ada)).content.decode()
    therapist.post(entry_url(ada), entry(therapist, ada))
    assert not Session.objects.get().is_inpatient


def test_a_correction_keeps_a_machine_that_is_out_of_service_by_now(ada: cast.Treated, therapist: Client) -> None:
    session = log(ada, "2025-05-07 09:00").session
    cast.machine(ada.course.facility, "A machine that stands first")
    Machine.objects.filter(pk=ada.machine.pk).update(is_active=False)
    address = reverse("courses:session-amend", args=[session.pk])
    fields = proposed(therapist.get(address)) | {"guidance": "kv", "amendment_reason": "Another image"}
    assert therapist.post(address, fields).status_code == 302
    session.refresh_from_db()
    assert (session.machine, session.guidance) == (ada.machine, "kv")


def test_a_correction_makes_no_machine_up_and_takes_all_that_a_record_said(
    ada: cast.Treated, therapist: Client
) -> None:
    session = log(
        ada, "2025-05-07 09:00", status=SessionStatus.PARTIAL, status_reason="Machine record: " + 170 * "x"
    ).session
    Session.objects.update(machine=None)
    address = reverse("courses:session-amend", args=[session.pk])
    fields = proposed(therapist.get(address)) | {"status": "treated", "amendment_reason": "All was given"}
    assert therapist.post(address, fields).status_code == 302
    session.refresh_from_db()
    assert (session.machine, session.status) == (None, "treated")


def test_an_entry_that_changed_meanwhile_is_not_overwritten(ada: cast.Treated, therapist: Client) -> None:
    session = log(ada, "2025-05-07 08:00", number=1, guidance="cbct").session
    url = reverse("courses:session-amend", args=[session.pk])
    old = proposed(therapist.get(url))
    therapist.post(url, old | {"guidance": "kv", "amendment_reason": "kV"})
    answer = therapist.post(url, old | {"guidance": "none", "amendment_reason": "none taken"})
    assert answer.status_code == 409
    session.refresh_from_db()
    assert session.guidance == "kv"


@time_machine.travel(MORNING, tick=False)
def test_a_session_is_cancelled_with_a_reason_and_stays_in_sight(ada: cast.Treated, therapist: Client) -> None:
    session = log(ada, "2025-05-07 08:00", number=1).session
    url = reverse("courses:session-cancel", args=[session.pk])
    assert therapist.post(url, {"amendment_reason": ""}).status_code == 422
    therapist.post(url, proposed(therapist.get(url)) | {"amendment_reason": "other patient"})
    session.refresh_from_db()
    assert session.cancelled_at is not None
    page = therapist.get(reverse("courses:session", args=[session.pk])).content.decode()
    assert "Cancelled" in page
    assert "other patient" in page


@time_machine.travel(MORNING, tick=False)
@pytest.mark.django_db(transaction=True)
def test_the_history_of_a_session_says_from_which_fraction_to_which(ada: cast.Treated, therapist: Client) -> None:
    boost = Plan.objects.create(
        course=ada.course, key="P2", site="prostate", technique="vmat", kind="boost", fractions=5
    )
    session = log(ada, MORNING).session
    by = cast.user(Role.THERAPIST)
    amend_session(session=session, by=by, reason="the wrong one", numbers={ada.plan: 2})
    amend_session(session=session, by=by, reason="the boost", numbers={boost: 1})
    amend_session(session=session, by=by, reason="both", numbers={boost: 1, ada.plan: 3})
    page = therapist.get(reverse("courses:session", args=[session.pk])).content.decode()
    assert "Corrected: fraction of P1 from 1 to 2" in page
    assert "Corrected: fraction 2 of P1 taken out, fraction 1 of P2 added" in page
    assert "Corrected: fraction 3 of P1 added" in page


def test_the_history_of_a_session_names_what_changed_and_who(ada: cast.Treated, therapist: Client) -> None:
    session = log(ada, "2025-05-07 08:00", number=1, guidance="cbct").session
    url = reverse("courses:session-amend", args=[session.pk])
    therapist.post(url, proposed(therapist.get(url)) | {"time": "08:20", "amendment_reason": "clock misread"})
    page = therapist.get(reverse("courses:session", args=[session.pk])).content.decode()
    assert "Corrected: time from 7 May, 08:00 to 7 May, 08:20" in page
    assert "clock misread" in page


def test_images_are_reviewed_by_the_physician_from_the_page(ada: cast.Treated) -> None:
    session = log(ada, "2025-05-07 08:00", guidance="cbct").session
    signed_in(Role.PHYSICIAN).post(reverse("courses:session-review", args=[session.pk]))
    session.refresh_from_db()
    assert session.guidance_reviewed_by == cast.user(Role.PHYSICIAN)


@time_machine.travel(MORNING, tick=False)
def test_opening_a_patients_form_is_noted_once_a_minute(ada: cast.Treated, therapist: Client) -> None:
    for _ in range(3):
        therapist.get(entry_url(ada))
    noted = PatientAccess.objects.values_list("user__username", "patient", "what")
    assert list(noted) == [("therapist", ada.patient.pk, "courses:session-log")]


@time_machine.travel(MORNING, tick=False)
def test_a_form_fetched_ahead_is_the_dialogs_and_no_look_at_the_patient_until_it_is_sent(
    ada: cast.Treated, therapist: Client
) -> None:
    ahead = therapist.get(entry_url(ada), headers={"X-Background": "1"})
    assert ahead.content.decode().startswith("<dialog")
    assert not PatientAccess.objects.exists()
    sent = therapist.post(entry_url(ada), proposed(ahead), headers={"Accept": "application/json"})
    assert sent.json()["is_new"] is True
    assert PatientAccess.objects.get().what == "courses:session-log"


def test_no_page_of_a_signed_in_user_stays_in_the_browsers_store(ada: cast.Treated, therapist: Client) -> None:
    for address in (reverse("courses:machine-day"), entry_url(ada), reverse("courses:course", args=[ada.course.pk])):
        assert "no-store" in therapist.get(address)["Cache-Control"]
    assert "no-store" in therapist.post(reverse("logout"))["Cache-Control"]


def test_the_list_remembers_the_machine_of_this_browser(ada: cast.Treated, therapist: Client) -> None:
    second = cast.machine(ada.course.facility, "TrueBeam 2")
    url = reverse("courses:machine-day")
    assert "TrueBeam 1," in therapist.get(url).content.decode()
    therapist.get(url, {"machine": second.pk})
    assert "TrueBeam 2," in therapist.get(url).content.decode()


def test_the_list_of_a_department_without_machines_says_what_to_do(therapist: Client) -> None:
    Machine.objects.all().delete()
    assert "No machine yet" in therapist.get(reverse("courses:machine-day")).content.decode()


@pytest.mark.parametrize(("clock", "badge"), [("09:10", "Due"), ("09:16", "Late")])
def test_who_has_not_come_is_late_after_a_quarter_of_an_hour(
    ada: cast.Treated, therapist: Client, clock: str, badge: str
) -> None:
    Plan.objects.update(usual_time="09:00")
    with time_machine.travel(cast.local(f"2025-05-07 {clock}"), tick=False):
        body = therapist.get(reverse("courses:machine-day")).content.decode()
    assert f"</svg>{badge}</span>" in body


def test_the_pages_of_a_machine_and_a_course_cost_the_same_however_full_they_are(
    ada: cast.Treated, therapist: Client, django_assert_max_num_queries: object
) -> None:
    for day in range(1, 29):
        log(ada, f"2025-04-{day:02d} 09:00")
    for url in (reverse("courses:machine-day"), reverse("courses:course", args=[ada.course.pk])):
        with django_assert_max_num_queries(16):  # type: ignore[operator]  # pytest-django's fixture
            assert therapist.get(url).status_code == 200
