"""The commands of ``dev.py``, in the order in which a newcomer needs them."""

from collections.abc import Callable, Sequence
from pathlib import Path

from start.install import Environment, ensure_installed
from start.processes import Stopped, StopRequest
from start.run import run
from start.suite import run_tests
from start.voice import Refusal, complain, say

Command = Callable[[Environment, Sequence[str], StopRequest], int]


def test(environment: Environment, arguments: Sequence[str], stop: StopRequest) -> int:
    """Run the tests against throw-away servers; words after it go to pytest."""
    ensure_installed(environment, "dev", stop)
    return run_tests(environment, arguments, stop, "")


def help_(environment: Environment, arguments: Sequence[str], stop: StopRequest) -> int:
    """List the commands."""
    say("make NAME, or python3 dev.py NAME [WORDS]:\n")
    for name, command in COMMANDS.items():
        say(f"  {name:<8} {(command.__doc__ or '').splitlines()[0]}")
    return 0


COMMANDS: dict[str, Command] = {
    "run": run,
    "test": test,
    "help": help_,
}


def main(root: Path, words: list[str]) -> int:
    """Run the command that the words name; return the exit code."""
    name, *arguments = words or ["help"]
    environment = Environment(root, root / ".venv")
    stop = StopRequest()
    try:
        if name not in COMMANDS:
            raise Refusal(f"There is no command {name!r}; wanted is one of {', '.join(COMMANDS)}.")
        return COMMANDS[name](environment, arguments, stop)
    except Refusal as refusal:
        complain(str(refusal))
        return 1
    except Stopped:
        return 130
