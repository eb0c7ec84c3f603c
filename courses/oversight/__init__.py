"""What physicist and physician must see: a course as a whole, and what is due of them.

Reads only. The picture of one course, and the worklists of all: each with a number of queries that does not grow.
"""

from courses.oversight.course import pictured
from courses.oversight.due import Due, DueKind
from courses.oversight.lists import Worklist, state_of_worklists, worklist_of

__all__ = ["Due", "DueKind", "Worklist", "pictured", "state_of_worklists", "worklist_of"]
