"""Ways to spoil a clean file on purpose: each returns a change that must find what it changes."""

import re
from collections.abc import Callable

Change = Callable[[str], str]


def put(found: str, instead: str) -> Change:
    """Replace the first occurrence, which must exist."""

    def change(text: str) -> str:
        assert found in text
        return text.replace(found, instead, 1)

    return change


def rewrite(pattern: str, instead: str) -> Change:
    """Replace the first match of a pattern, which must exist."""

    def change(text: str) -> str:
        changed, count = re.subn(pattern, instead, text, count=1)
        assert count == 1
        return changed

    return change


def lower_segment_count(text: str) -> str:
    """Make SE01 one too low."""
    return re.sub(r"~SE\*(\d+)", lambda match: f"~SE*{int(match[1]) - 1}", text, count=1)
