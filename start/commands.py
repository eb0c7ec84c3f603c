"""The commands of ``dev.py``, one function each: what a newcomer may ask for, in the order of need."""

from pathlib import Path

from start.install import Environment
from start.processes import Stopped, StopRequest
from start.suite import run_tests
from start.voice import Refusal, complain


def main(root: Path, words: list[str]) -> int:
    """Run the command that the words name; return the exit code."""
    environment = Environment(root, root / ".venv")
    stop = StopRequest()
    try:
        return run_tests(environment, words[1:], stop, "")
    except Refusal as refusal:
        complain(str(refusal))
        return 1
    except Stopped:
        return 130
