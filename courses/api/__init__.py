"""REST endpoints of what was prescribed and delivered: courses, plans, sessions, events.

They speak to the same steps as the pages do. Creating a session or an event takes an ``Idempotency-Key``: the
same key again answers with what it made, whatever happened to the first answer.
"""

from courses.api.courses import CourseApi
from courses.api.events import EventApi
from courses.api.plans import PlanApi
from courses.api.sessions import SessionApi

__all__ = ["CourseApi", "EventApi", "PlanApi", "SessionApi"]
