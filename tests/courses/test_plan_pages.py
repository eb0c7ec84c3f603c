"""Plans on their pages: entered with all that the rules ask, followed by others, signed with the password again."""

from datetime import date

import pytest
from axes.models import AccessAttempt
from django.test import Client
from django.urls import reverse

from courses import planning
from courses.models import Plan, PlanSignature
from patients.roles import Role
from tests import cast
from tests.courses.logbook import log
from tests.courses.pages import proposed, signed_in

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def ada() -> cast.Treated:
    """Ada, whose plan is approved."""
    return cast.ada()


@pytest.fixture
def waiting(ada: cast.Treated) -> Plan:
    """A boost of Ada's that waits for the physician's signature."""
    return planning.propose_plan(
        course=ada.course, key="Boost", site="prostate", technique="vmat", arcs=1, isocenters=1, fractions=4,
        kind="boost", by=cast.user(Role.PHYSICIST), follows=ada.plan,
    )  # fmt: skip


def url(name: str, *ids: int) -> str:
    return reverse(f"courses:{name}", args=ids)


def sign(client: Client, plan: Plan, password: str = cast.PASSWORD, **more: str) -> str:
    address = url("plan-approve", plan.pk)
    values = proposed(client.get(address)) | {"password": password, **more}
    return client.post(address, values, follow=True).content.decode()


# --- the signature ------------------------------------------------------------------------------------------------


def test_the_physician_reads_what_is_signed_and_types_the_password(waiting: Plan) -> None:
    physician = signed_in(Role.PHYSICIAN)
    asked = physician.get(url("plan-approve", waiting.pk)).content.decode()
    for fact in ("VMAT", "Which plan it follows", "your signature is void"):
        assert fact in asked
    page = sign(physician, waiting)
    assert "It stands." in page
    assert planning.digest_of_plan(waiting)[:16] in page
    assert PlanSignature.objects.get().signed_by == cast.user(Role.PHYSICIAN)


@pytest.mark.parametrize(("password", "words"), [("guess", "not your password"), ("", "Type your password")])
def test_a_wrong_password_is_refused_with_words_and_signs_nothing(waiting: Plan, password: str, words: str) -> None:
    assert words in sign(signed_in(Role.PHYSICIAN), waiting, password)
    waiting.refresh_from_db()
    assert not waiting.is_approved
    assert not PlanSignature.objects.exists()


def test_guessing_is_stopped_as_at_the_sign_in_and_stops_signing_in_too(waiting: Plan) -> None:
    physician = signed_in(Role.PHYSICIAN)
    for _ in range(5):
        page = sign(physician, waiting, "guess")
    assert "paused for this account for 15 minutes" in page
    assert "paused" in sign(physician, waiting)
    assert not PlanSignature.objects.exists()
    credentials = {"username": "physician", "password": cast.PASSWORD}
    assert Client().post(reverse("login"), credentials).status_code == 429
    assert physician.get(url("plan", waiting.pk)).status_code == 200


def test_a_right_password_forgets_the_wrong_ones(waiting: Plan) -> None:
    physician = signed_in(Role.PHYSICIAN)
    sign(physician, waiting, "guess")
    assert AccessAttempt.objects.count() == 1
    sign(physician, waiting)
    assert not AccessAttempt.objects.exists()


def test_an_account_without_a_password_cannot_sign(waiting: Plan) -> None:
    doctor = cast.user(Role.PHYSICIAN)
    doctor.set_unusable_password()
    doctor.save()
    physician = Client()
    physician.force_login(doctor)
    assert "has no password here" in sign(physician, waiting)


def test_a_plan_that_changed_under_the_physicians_eyes_is_shown_again_and_not_signed(waiting: Plan) -> None:
    physician = signed_in(Role.PHYSICIAN)
    seen = proposed(physician.get(url("plan-approve", waiting.pk)))["seen"]
    planning.confirm_plan(plan=waiting, by=cast.user(Role.PHYSICIST), fractions=9)
    page = sign(physician, waiting, seen=seen)
    assert "changed while you read it" in page
    assert planning.digest_of_plan(Plan.objects.get(pk=waiting.pk)) in page
    assert not PlanSignature.objects.exists()
    assert "It stands." in sign(physician, waiting)


def test_a_changed_plan_shows_its_signature_void_with_what_changed(waiting: Plan) -> None:
    physician = signed_in(Role.PHYSICIAN)
    sign(physician, waiting)
    Plan.objects.filter(pk=waiting.pk).update(fractions=9)
    page = physician.get(url("plan", waiting.pk)).content.decode()
    assert "Changed after it was signed: it needs a new signature." in page
    assert "Void: changed since: Prescribed fractions." in page
    assert "It stands." in sign(physician, waiting)


@pytest.mark.parametrize("role", [role for role in Role if role != Role.PHYSICIAN])
def test_nobody_else_is_asked_to_sign(waiting: Plan, role: Role) -> None:
    assert signed_in(role).get(url("plan-approve", waiting.pk)).status_code == 403
    assert signed_in(role).post(url("plan-approve", waiting.pk), {"password": cast.PASSWORD}).status_code == 403


# --- plans that follow --------------------------------------------------------------------------------------------


def follow_up(ada: cast.Treated, how: str, **values: str) -> tuple[dict[str, str], Client, str]:
    physicist = signed_in(Role.PHYSICIST)
    address = f"{url('plan-enter', ada.course.pk)}?follows={ada.plan.pk}&kind={how}"
    filled = proposed(physicist.get(address)) | values
    return filled, physicist, address


def send(filled: dict[str, str], client: Client, address: str) -> str:
    return client.post(address, {**filled, "weekdays": list("12345")}, follow=True).content.decode()


def test_a_replan_is_filled_in_with_what_is_left(ada: cast.Treated) -> None:
    for day in (4, 5, 6):
        log(ada, f"2025-03-{day:02} 09:00")
    filled, *_ = follow_up(ada, "replan")
    assert (filled["kind"], filled["follows"], filled["fractions"]) == ("replan", str(ada.plan.pk), "25")
    assert (filled["technique"], filled["site"], filled["new_planning_ct"]) == ("vmat", "prostate", "on")


def test_a_replan_says_why_and_on_which_planning_ct(ada: cast.Treated) -> None:
    refused = send(*follow_up(ada, "replan"))
    assert "Say why another plan is necessary." in refused
    assert "Say on which day the new planning CT was taken." in refused
    assert Plan.objects.count() == 1
    page = send(*follow_up(ada, "replan", necessity_note="Lost 8 kg.", planning_ct_on="2025-03-10"))
    replan = Plan.objects.get(kind="replan")
    assert (replan.follows, replan.planning_ct_on) == (ada.plan, date(2025, 3, 10))
    assert (replan.necessity_note, replan.necessity_documented) == ("Lost 8 kg.", True)
    assert "Lost 8 kg." in page


def test_a_planning_ct_of_a_day_to_come_is_refused(ada: cast.Treated) -> None:
    page = send(*follow_up(ada, "replan", necessity_note="Lost 8 kg.", planning_ct_on="2099-03-10"))
    assert "2099-03-10 is still to come." in page


def test_a_boost_asks_how_many_fractions_and_needs_no_new_ct(ada: cast.Treated) -> None:
    filled, client, address = follow_up(ada, "boost", fractions="4")
    assert "new_planning_ct" not in filled
    send(filled, client, address)
    boost = Plan.objects.get(kind="boost")
    assert (boost.follows, boost.fractions, boost.new_planning_ct) == (ada.plan, 4, False)


def test_a_revision_with_a_ct_day_and_no_ct_is_asked_which_it_is(ada: cast.Treated) -> None:
    page = send(*follow_up(ada, "revision", planning_ct_on="2025-03-10"))
    assert "Say that there was a new planning CT, or leave its day out." in page


def test_a_plan_that_follows_names_which_one(ada: cast.Treated) -> None:
    page = send(*follow_up(ada, "boost", fractions="4", follows=""))
    assert "Say which plan it follows." in page


def test_a_first_plan_follows_none(ada: cast.Treated) -> None:
    filled, client, address = follow_up(ada, "boost", fractions="4", kind="initial", site="bone")
    send(filled, client, address)
    assert Plan.objects.get(site="bone").follows is None


def test_what_goes_with_a_plan_is_listed_with_what_is_missing(ada: cast.Treated) -> None:
    planning.record_event(
        course=ada.course,
        family="device_complex",
        on=date(2025, 3, 3),
        performer="dosimetrist",
        units=2,
        from_file=True,
    )
    page = signed_in(Role.PHYSICIST).get(url("plan", ada.plan.pk)).content.decode()
    assert "Treatment device, complex \N{MULTIPLICATION SIGN} 2" in page
    assert "Record: Planning note" in page
    assert page.count("none recorded") == 4


def test_a_plan_that_is_confirmed_keeps_its_machine_out_of_service(ada: cast.Treated) -> None:
    Plan.objects.update(approved_on=None)
    ada.machine.is_active = False
    ada.machine.save()
    client, address = signed_in(Role.PHYSICIST), reverse("courses:plan-confirm", args=[ada.plan.pk])
    assert client.post(address, proposed(client.get(address))).status_code == 302
    ada.plan.refresh_from_db()
    assert ada.plan.machine == ada.machine


def test_two_who_confirm_a_plan_do_not_take_each_others_word_back(ada: cast.Treated) -> None:
    Plan.objects.update(approved_on=None)
    client, address = signed_in(Role.PHYSICIST), reverse("courses:plan-confirm", args=[ada.plan.pk])
    opened = proposed(client.get(address))
    assert client.post(address, opened | {"technique": "sbrt"}).status_code == 302
    refused = client.post(address, opened | {"usual_time": "10:30"})
    assert (refused.status_code, "while you had it open" in refused.content.decode()) == (422, True)
    ada.plan.refresh_from_db()
    assert (ada.plan.technique, ada.plan.usual_time) == ("sbrt", None)


def test_a_retired_plan_whose_approval_was_withdrawn_is_put_back_in_use_and_signed_again(ada: cast.Treated) -> None:
    planning.retire_plan(plan=ada.plan, by=cast.user(Role.PHYSICIST), reason="Wrong row", on=date(2025, 3, 10))
    retired = planning.retire_plan(plan=ada.plan, by=cast.user(Role.PHYSICIST), reason="once more")
    assert (retired.retired_on, retired.amendment_reason) == (date(2025, 3, 10), "Wrong row")
    planning.withdraw_approval(plan=ada.plan, by=cast.user(Role.PHYSICIAN), reason="Another technique")
    client, page = signed_in(Role.PHYSICIST), reverse("courses:plan", args=[ada.plan.pk])
    address = reverse("courses:plan-reinstate", args=[ada.plan.pk])
    assert address in client.get(page).content.decode()
    assert client.post(address, {"reason": "It was the other plan"})["Location"] == page
    approved = planning.approve_plan(plan=ada.plan, by=cast.user(Role.PHYSICIAN), on=date(2025, 3, 3))
    assert (approved.retired_on, approved.is_approved) == (None, True)
    assert address not in client.get(page).content.decode()
