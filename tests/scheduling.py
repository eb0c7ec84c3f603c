"""Which tests of a parallel run stay on one worker: each file of the start; any other goes where there is room.

pytest-xdist's own marks of a group have no effect with pytest 9.2 (pytest-xdist issue 1386), without a word.
"""

from xdist.scheduler import LoadScopeScheduling

START = "tests/start/"


class FilesOfTheStartStayTogether(LoadScopeScheduling):
    """Tests of the start share what runs, and it is slow to bring up; the longest files are handed out first."""

    def _split_scope(self, nodeid: str) -> str:
        return nodeid.partition("::")[0] if nodeid.startswith(START) else nodeid
