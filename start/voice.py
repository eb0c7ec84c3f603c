"""How the start speaks to the person at the terminal: one line a step, and refusals in words."""

import contextlib
import sys


class Refusal(Exception):
    """The start cannot go on; the message says what is wrong and what to do."""


def say(text: str) -> None:
    """Print at once, also into a pipe; a reader who has gone away is no reason to fall over."""
    with contextlib.suppress(BrokenPipeError, ValueError):
        print(text, flush=True)


def complain(text: str) -> None:
    """Print to standard error."""
    with contextlib.suppress(BrokenPipeError, ValueError):
        print(text, file=sys.stderr, flush=True)
