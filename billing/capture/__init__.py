"""Course -> facts -> rules -> difference -> ledger and findings.

The engine always derives all lines that a course should have today; this room compares them with the
ledger and posts the difference, so that late, corrected and cancelled sessions need no code of their own.
"""

from billing.capture.basis import stale_courses
from billing.capture.batch import Captured, capture_course, capture_courses
from billing.capture.sweep import Swept, sweep

__all__ = ["Captured", "Swept", "capture_course", "capture_courses", "stale_courses", "sweep"]
