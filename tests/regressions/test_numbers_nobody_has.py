"""An address, a form or a cookie with a number that is none once ended in an error page."""

import pytest
from django.test import Client
from django.urls import reverse

from courses.models import Absence
from patients.numbers import id_or_none
from patients.roles import Role
from tests import cast

pytestmark = pytest.mark.django_db
NONE_OF_THEM = ["\N{SUPERSCRIPT TWO}", "\N{ARABIC-INDIC DIGIT TWO}", "9" * 5000, "-1", " 1", "1.0", "", "x", "\x00"]


def signed_in(role: Role) -> Client:
    browser = Client()
    browser.force_login(cast.user(role))
    return browser


def test_an_id_is_written_in_plain_digits_and_not_too_many() -> None:
    assert id_or_none("17") == 17
    assert [id_or_none(text) for text in NONE_OF_THEM] == [None] * len(NONE_OF_THEM)


@pytest.mark.parametrize("number", ["\N{SUPERSCRIPT TWO}", "9" * 5000])
def test_lists_pass_over_a_number_that_is_none(number: str) -> None:
    biller, physician = signed_in(Role.BILLER), signed_in(Role.PHYSICIAN)
    for client, name, asked in (
        (biller, "billing:authorized-many", "courses"), (biller, "billing:proof", "run"),
        (physician, "courses:worklist", "physician"),
        (physician, "courses:worklist-count", "physician"), (physician, "courses:worklist-lists", "physician"),
    ):  # fmt: skip
        assert client.get(reverse(name), {asked: number}).status_code == 200, name


def test_a_spoilt_machine_in_the_cookie_leaves_the_entry_form_usable() -> None:
    ada, therapist = cast.ada(), signed_in(Role.THERAPIST)
    address = reverse("courses:session-log", args=[ada.course.pk])
    check = reverse("courses:session-check", args=[ada.course.pk])
    for spoilt in ("\\262", "9" * 3000):
        therapist.cookies["oncocharge_machine"] = spoilt
        assert therapist.get(address).status_code == 200
    for number in ("\N{SUPERSCRIPT TWO}", "9" * 5000):
        assert therapist.get(address, {"machine": number}).status_code == 200
        assert therapist.get(check, {"of": number}).status_code == 200


@pytest.mark.parametrize("name", ["worklist", "corrections", "loose", "next-payers"])
def test_a_finding_of_no_letters_is_refused_in_words(name: str) -> None:
    assert signed_in(Role.BILLER).get(reverse(f"billing:{name}"), {"finding": "\x00"}).status_code == 422


@pytest.mark.parametrize("reason", ["x" * 141, "fell\x00ill"])
def test_a_reason_that_cannot_be_kept_is_refused_in_words(reason: str) -> None:
    ada = cast.ada()
    address = reverse("courses:absence-note", args=[ada.course.pk])
    answer = signed_in(Role.THERAPIST).post(address, {"reason": reason})
    assert answer.status_code == 422
    assert "at most 140 characters" in answer.content.decode()
    assert not Absence.objects.exists()
