"""The pictures of the documentation: those that pages show are there, and none makes a checkout heavy."""

import re

from tests.screenshots import FOLDER, MOST_BYTES
from tests.start.checkout import ROOT

SHOWN = re.compile(r"!\[[^\]]+\]\(([^)]+\.png)\)")


def test_every_picture_that_the_readme_shows_is_there_and_says_in_words_what_it_shows() -> None:
    shown = SHOWN.findall((ROOT / "README.md").read_text())
    assert len(shown) >= 2
    assert [path for path in shown if not (ROOT / path).is_file()] == []


def test_the_pictures_are_small() -> None:
    pictures = sorted(FOLDER.glob("*.png"))
    assert {path.name for path in pictures} >= {"machine-day-desk.png", "machine-day-tablet.png", "course-desk.png"}
    assert [path.name for path in pictures if path.stat().st_size > MOST_BYTES] == []
