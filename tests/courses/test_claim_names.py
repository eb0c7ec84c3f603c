"""Who stands on a course's claims beside its physician, and the referral number: kept, and no reason to recapture."""

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from courses.models import Course
from patients.models import Provider
from patients.roles import Role
from tests import cast
from tests.courses.pages import proposed, signed_in
from tests.history import history_of

pytestmark = pytest.mark.django_db


def reeve() -> Provider:
    return Provider.objects.create(npi="1234567893", last_name="Reeve", first_name="Rita")


def test_names_on_claims_are_in_the_history_and_raise_no_revision() -> None:
    course = cast.ada().course
    before = Course.objects.get(pk=course.pk).revision
    Course.objects.filter(pk=course.pk).update(referring_provider=reeve(), referral_number="R 4711")
    course.refresh_from_db()
    assert course.revision == before
    assert [row.referral_number for row in history_of(course)][-1] == "R 4711"


def test_any_other_change_of_the_course_raises_its_revision_still() -> None:
    course = cast.ada().course
    before = Course.objects.get(pk=course.pk).revision
    Course.objects.filter(pk=course.pk).update(title="Course A", referral_number="R-1")
    Course.objects.filter(pk=course.pk).update(physician=None)
    course.diagnoses.update(code="C50.911")
    course.refresh_from_db()
    assert course.revision == before + 3


@pytest.mark.parametrize("number", ["R", "R*1", " R1", "R1~", "R" * 51])
def test_referral_number_that_no_file_carries_is_refused_by_the_database(number: str) -> None:
    course = cast.ada().course
    with pytest.raises(DatabaseError, match=r"course_referral_number_is_well_formed|too long"), transaction.atomic():
        Course.objects.filter(pk=course.pk).update(referral_number=number)


def url(name: str, course: Course) -> str:
    return reverse(f"courses:{name}", args=[course.pk])


@pytest.mark.parametrize("role", [Role.THERAPIST, Role.BILLER])
def test_names_are_saved_from_the_page_and_shown_on_the_course(role: Role) -> None:
    course, referring = cast.ada().course, reeve()
    client = signed_in(role)
    assert url("course-names", course) in client.get(url("course", course)).content.decode()
    values = proposed(client.get(url("course-names", course)))
    assert values["physician"] == str(cast.physician().pk)
    answer = client.post(
        url("course-names", course), values | {"referring_provider": referring.pk, "referral_number": " R 4711 "}
    )
    assert answer["Location"] == url("course", course)
    page = client.get(url("course", course)).content.decode()
    assert "<dt>Referred by</dt><dd>Reeve, Rita</dd>" in page and "R 4711" in page and "Beam, Ann" in page


def test_faulty_referral_number_is_said_at_its_field_and_nothing_is_stored() -> None:
    course = cast.ada().course
    client = signed_in(Role.BILLER)
    answer = client.post(url("course-names", course), {"referring_provider": reeve().pk, "referral_number": "R*1"})
    assert answer.status_code == 422
    assert "It takes 2 to 50 letters, digits, blanks" in answer.content.decode()
    course.refresh_from_db()
    assert (course.referring_provider, course.referral_number, course.physician) == (None, "", cast.physician())


def test_two_who_name_at_once_do_not_take_each_others_names_back() -> None:
    ada = cast.ada()
    client, address = signed_in(Role.BILLER), reverse("courses:course-names", args=[ada.course.pk])
    opened = proposed(client.get(address))
    assert client.post(address, opened | {"physician": ""}).status_code == 302
    refused = client.post(address, opened | {"referral_number": "R-77"})
    assert (refused.status_code, "while you had it open" in refused.content.decode()) == (422, True)
    ada.course.refresh_from_db()
    assert (ada.course.physician, ada.course.referral_number) == (None, "")


def test_provider_who_left_is_kept_where_named_and_offered_nowhere_else() -> None:
    ada, boris = cast.ada().course, cast.boris().course
    left = reeve()
    Course.objects.filter(pk=ada.pk).update(referring_provider=left)
    Provider.objects.filter(pk=left.pk).update(is_active=False)
    client = signed_in(Role.BILLER)
    assert proposed(client.get(url("course-names", ada)))["referring_provider"] == str(left.pk)
    assert "Reeve" not in client.get(url("course-names", boris)).content.decode()


def test_a_course_is_opened_with_the_names_on_its_claims() -> None:
    ada = cast.ada()
    client = signed_in(Role.THERAPIST)
    address = reverse("courses:course-open", args=[ada.patient.pk])
    values = {**proposed(client.get(address)), "diagnoses": "C61", "opened_on": "2026-01-05"}
    client.post(address, values | {"ordering_provider": reeve().pk, "referral_number": "R-9"})
    opened = Course.objects.exclude(pk=ada.course.pk).get()
    assert (str(opened.ordering_provider), opened.referral_number) == ("Reeve, Rita", "R-9")


def test_the_api_names_only_what_is_given() -> None:
    course, referring = cast.ada().course, reeve()
    client = signed_in(Role.BILLER)
    address = reverse("api:course-names", args=[course.pk])
    for given in ({"referring_provider": referring.pk}, {"referral_number": "R-1"}):
        assert client.post(address, given, content_type="application/json").status_code == 200
    answer = client.get(reverse("api:course-detail", args=[course.pk])).json()
    assert (answer["physician"], answer["referring_provider"], answer["referral_number"]) == (
        cast.physician().pk, referring.pk, "R-1",
    )  # fmt: skip
    refused = client.post(address, {"referral_number": "R~1"}, content_type="application/json")
    assert refused.status_code == 400 and "referral_number" in refused.content.decode()
