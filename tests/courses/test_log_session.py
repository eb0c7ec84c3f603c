"""Logging a session: what is proposed, what is stored, what a second entry gives."""

import pytest

from courses.delivery import log_session
from patients.roles import Role
from tests import cast

pytestmark = pytest.mark.django_db


def test_the_first_session_of_a_plan_is_its_first_fraction_and_is_signed() -> None:
    ada = cast.ada()
    by = cast.user(Role.THERAPIST)
    logged = log_session(
        course=ada.course, plans=[ada.plan], at=cast.local("2025-03-04 09:00"), by=by, machine=ada.machine
    )
    assert logged.is_new
    assert logged.message == "Saved: fraction 1 of P1, Mar 4, 09:00, logged by Therapist Tester."
    assert (logged.session.signed_by, logged.session.counts) == (by, True)
