"""A course is read with its plans in one statement, and is the same that the models give."""

from datetime import date

import pytest
from django.db.models import Model
from pytest_django import DjangoAssertNumQueries

from courses.delivery import course_with_plans
from courses.models import Course, Plan
from tests import cast

pytestmark = pytest.mark.django_db


def values(row: Model) -> dict[str, object]:
    """The row's own columns, as Python has them."""
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def test_course_and_plans_are_what_the_models_read_and_nothing_more_is_asked(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    ada = cast.ada()
    Plan.objects.create(
        course=ada.course, key="P0", site="prostate", technique="vmat", approved_on=date(2024, 1, 2), isocenters=1,
        evidence={"technique": ["arcs turn", 2]},
    )  # fmt: skip
    Plan.objects.create(course=ada.course, key="P9", site="prostate", technique="vmat")
    cast.boris()
    with django_assert_num_queries(1):
        course = course_with_plans(ada.course.pk)
        assert course is not None
        plans = list(course.plans.all())
        read = [(values(plan), plan.machine and values(plan.machine), plan.course is course) for plan in plans]
        whole = values(course), values(course.patient), values(course.facility)
    plain = Course.objects.select_related("patient", "facility").get(pk=ada.course.pk)
    assert whole == (values(plain), values(plain.patient), values(plain.facility))
    wanted = plain.plans.order_by("approved_on", "pk")
    assert read == [(values(plan), plan.machine and values(plan.machine), True) for plan in wanted]
    assert [plan.key for plan in plans] == ["P0", "P1", "P9"]


def test_a_course_without_a_plan_has_none_and_no_course_is_none() -> None:
    ada = cast.ada()
    bare = Course.objects.create(
        patient=ada.course.patient, facility=ada.course.facility, title="Course 2", opened_on=date(2025, 3, 1)
    )
    course = course_with_plans(bare.pk)
    assert course is not None
    assert course == bare
    assert list(course.plans.all()) == []
    assert course_with_plans(bare.pk + 1) is None
