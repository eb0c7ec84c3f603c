"""The day of a session is the day of its facility's clock, through both changes of the clocks."""

from datetime import UTC, date, datetime

import pytest

from patients.models import Facility
from tests import cast
from tests.courses.logbook import log

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("moment", "zone", "day"),
    [
        # Eastern time leaves for summer on 2026-03-08 at 02:00 and comes back on 2026-11-01 at 02:00.
        (datetime(2026, 3, 8, 4, 59, tzinfo=UTC), "America/New_York", date(2026, 3, 7)),  # 23:59
        (datetime(2026, 3, 8, 5, 30, tzinfo=UTC), "America/New_York", date(2026, 3, 8)),  # 00:30
        (datetime(2026, 3, 8, 7, 0, tzinfo=UTC), "America/New_York", date(2026, 3, 8)),  # 02:00 that is 03:00
        (datetime(2026, 3, 9, 3, 59, tzinfo=UTC), "America/New_York", date(2026, 3, 8)),  # 23:59, summer
        (datetime(2026, 3, 9, 4, 30, tzinfo=UTC), "America/New_York", date(2026, 3, 9)),  # 00:30, summer
        (datetime(2026, 11, 1, 3, 59, tzinfo=UTC), "America/New_York", date(2026, 10, 31)),  # 23:59, summer
        (datetime(2026, 11, 1, 5, 30, tzinfo=UTC), "America/New_York", date(2026, 11, 1)),  # the first 01:30
        (datetime(2026, 11, 1, 6, 30, tzinfo=UTC), "America/New_York", date(2026, 11, 1)),  # the second 01:30
        (datetime(2026, 11, 2, 4, 59, tzinfo=UTC), "America/New_York", date(2026, 11, 1)),  # 23:59, winter
        (datetime(2026, 11, 2, 5, 30, tzinfo=UTC), "America/New_York", date(2026, 11, 2)),  # 00:30, winter
        (datetime(2026, 3, 9, 3, 59, tzinfo=UTC), "America/Phoenix", date(2026, 3, 8)),  # 20:59, no summer time
        (datetime(2026, 3, 9, 9, 30, tzinfo=UTC), "Pacific/Honolulu", date(2026, 3, 8)),  # 23:30
    ],
)
def test_a_moment_falls_on_the_day_of_the_facilitys_clock(moment: datetime, zone: str, day: date) -> None:
    assert Facility(time_zone=zone).day_of(moment) == day


@pytest.mark.parametrize(
    ("local", "day"),
    [
        ("2026-03-07 23:59", date(2026, 3, 7)),
        ("2026-03-08 00:30", date(2026, 3, 8)),
        ("2026-11-01 23:59", date(2026, 11, 1)),
    ],
)
def test_a_session_near_midnight_is_stored_on_its_local_day(local: str, day: date) -> None:
    clara = cast.clara()
    session = log(clara, local).session
    session.refresh_from_db()
    assert session.treated_on == day
