"""Sign-offs, captures and reopenings at the same moment, each with a connection of its own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial
from threading import Barrier

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from billing.capture import capture_course
from billing.models import AFTER_CLOSE, LateLine, MonthClose, StandingFinding
from billing.reconciliation import closing
from billing.reconciliation.open_rows import Month
from patients.roles import Role
from tests import cast
from tests.captures import deliver, deliver_days, practice_fees, standing
from tests.cast import Treated, user

pytestmark = pytest.mark.django_db(transaction=True)

TODAY = date(2025, 4, 10)


def at_once(acts: list[Callable[[], object]]) -> list[object]:
    """Run all acts at the same moment, each in a thread and connection of its own."""
    barrier = Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        try:
            barrier.wait(timeout=20)
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def month_of(patient: Treated) -> Month:
    return Month(patient.course.facility_id, date(2025, 3, 1))


def try_to_sign(patient: Treated, name: str, digest: str) -> str:
    try:
        by = user(Role.BILLING_MANAGER, name)
        closing.sign_off(month=month_of(patient), by=by, note="Looked through.", digest=digest, today=TODAY)
    except ValidationError as error:
        return error.messages[0]
    return "signed"


def treated() -> Treated:
    practice_fees()
    ada = cast.ada()
    deliver_days(ada, date(2025, 3, 4), 3)
    capture_course(course_id=ada.course.pk)
    return ada


def test_of_two_sign_offs_at_once_one_stands_and_the_other_is_told() -> None:
    ada = treated()
    digest = closing.seen(month_of(ada)).digest
    for name in ("mona", "max"):
        user(Role.BILLING_MANAGER, name)
    said = at_once([lambda: try_to_sign(ada, "mona", digest), lambda: try_to_sign(ada, "max", digest)])
    assert MonthClose.objects.count() == 1
    assert sorted(str(one).rpartition(" ")[2] for one in said) == ["already.", "signed"]


def test_each_line_posted_beside_a_sign_off_stands_in_it_or_is_late_and_held() -> None:
    ada = treated()
    user(Role.BILLING_MANAGER, "mona")
    for number in range(4, 8):
        deliver(ada, f"2025-03-{10 + number} 09:00", number=number)
        digest = closing.seen(month_of(ada)).digest
        at_once([partial(try_to_sign, ada, "mona", digest), partial(capture_course, course_id=ada.course.pk)])
    capture_course(course_id=ada.course.pk)
    close = MonthClose.objects.filter(reopened_at=None).first()
    if close is None:
        assert try_to_sign(ada, "mona", closing.seen(month_of(ada)).digest) == "signed"
        close = MonthClose.objects.get()
    signed = {row[3] for row in close.content["open"]["not-reviewed"] + close.content["open"]["holds"]}
    late = set(LateLine.objects.filter(entry__kind="charge").values_list("entry", flat=True))
    lines = {line.pk for line in standing(ada, with_the_plan=True)}
    assert lines - late <= signed
    assert not late & signed
    held = set(StandingFinding.objects.filter(code=AFTER_CLOSE, resolved_at=None).values_list("entry", flat=True))
    assert held == late & lines
