"""The commands of ``dev.py``, in the order in which a newcomer needs them."""

from collections.abc import Callable, Sequence
from pathlib import Path

from start.browser import ensure_browser, find_browser
from start.checks import run_checks
from start.chores import bench, clean, demo, install, lock, screenshots, static
from start.install import Environment, ensure_installed
from start.processes import Stopped, StopRequest
from start.run import run
from start.suite import run_tests, words_for_all_tests
from start.voice import Refusal, complain, say

Command = Callable[[Environment, Sequence[str], StopRequest], int]


def test(environment: Environment, arguments: Sequence[str], stop: StopRequest) -> int:
    """Run all tests against throw-away servers, one worker a core; with words after it, pytest does what they say."""
    ensure_installed(environment, "dev", stop)
    # With words of one's own one knows what one asks for; a browser is then used if there is one.
    browser = find_browser(environment) if arguments else ensure_browser(environment, stop)
    return run_tests(environment, arguments or words_for_all_tests(), stop, browser)


def check(environment: Environment, arguments: Sequence[str], stop: StopRequest) -> int:
    """Check format, lint, types, imports, templates, compose file, migrations, tables, settings."""
    ensure_installed(environment, "dev", stop)
    return run_checks(environment, stop)


def help_(environment: Environment, arguments: Sequence[str], stop: StopRequest) -> int:
    """List the commands."""
    say("make NAME, or python3 dev.py NAME [WORDS]:\n")
    for name, command in COMMANDS.items():
        say(f"  {name:<11} {(command.__doc__ or '').splitlines()[0]}")
    return 0


COMMANDS: dict[str, Command] = {
    "run": run,
    "test": test,
    "check": check,
    "bench": bench,
    "lock": lock,
    "demo": demo,
    "screenshots": screenshots,
    "clean": clean,
    "install": install,
    "static": static,
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
