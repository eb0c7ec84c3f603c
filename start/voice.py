"""How the start speaks to the person at the terminal: one line a step, and refusals in words."""

import sys
from typing import TextIO


class Refusal(Exception):
    """The start cannot go on; the message says what is wrong and what to do."""


def say(text: str, *, to: TextIO | None = None) -> None:
    """Print one line at once, also when the output is a pipe."""
    print(text, file=to or sys.stdout, flush=True)
