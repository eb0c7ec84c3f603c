"""The course's revision: a number that rises with every change of what was planned or delivered.

Kept by database triggers, so that a bulk write or a hand-typed UPDATE counts too. Whoever derives
something from a course compares the revision it last saw; that is how missed work is found.
"""

import pgtrigger


def bumps_course_revision(name: str) -> pgtrigger.Trigger:
    """Return the trigger that raises the revision of the row's course (table with a ``course_id``)."""
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.After,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        func="""
            UPDATE oncocharge_courses_course SET revision = revision + 1
             WHERE id IN (COALESCE(NEW.course_id, OLD.course_id), COALESCE(OLD.course_id, NEW.course_id));
            RETURN COALESCE(NEW, OLD);
        """,
    )
