"""Who stands on a course's claims beside its physician, and the referral number: kept, and no reason to recapture."""

import pytest
from django.db import DatabaseError, transaction

from courses.models import Course
from patients.models import Provider
from tests import cast
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
