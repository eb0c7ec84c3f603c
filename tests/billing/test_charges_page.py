"""docs/charges.md lists every finding that capture and release can leave, and whether it can be overridden."""

import re
from pathlib import Path

from billing.worklist import NEVER_OVERRIDDEN

HOUSE = Path(__file__).resolve().parents[2]
PAGE = (HOUSE / "docs" / "charges.md").read_text()
LISTED = dict(re.findall(r"^\| `([a-z-]+)` \|.*\| ([a-z ]+) \|$", PAGE, re.MULTILINE))
# What a clinical deed unlocks is said of the rules' own findings.
UNLOCKS = HOUSE / "billing" / "worklist" / "unlocks.py"
SOURCES = [
    *(HOUSE / "billing" / "capture").glob("*.py"),
    *(path for path in (HOUSE / "billing" / "worklist").glob("*.py") if path != UNLOCKS),
    HOUSE / "billing" / "rules" / "filing_limit.py",  # the one rule that is asked at release
    HOUSE / "billing" / "standing" / "contradicted.py",  # asked at release, and wherever an answer contradicts another
    HOUSE / "billing" / "models" / "month_close.py",  # triggers know the finding that they ask for
    HOUSE / "billing" / "rules" / "line_edits.py",  # what a biller did to a line is told beside what was found
]
WORD = re.compile(r'"([a-z]+(?:-[a-z]+)+)"')

OF_THE_RULES = {"missing-diagnosis", "guidance-not-reviewed"}
"""Here only because no reason replaces the one, and because the other is told to a therapist in other words."""
OF_EDITS_AND_KEYED_LINES = {"pointer-not-valid"}
"""On the page although a rule finds it: it is of what a biller typed."""


def test_every_finding_of_capture_and_release_is_on_the_page_and_no_other() -> None:
    used = {word for path in SOURCES for word in WORD.findall(path.read_text())}
    assert set(LISTED) - OF_EDITS_AND_KEYED_LINES == used - OF_THE_RULES


def test_the_page_says_which_holds_no_reason_replaces() -> None:
    refused = {code for code, answer in LISTED.items() if answer in ("no", "decided instead")}
    assert refused == NEVER_OVERRIDDEN - {"missing-diagnosis"}
