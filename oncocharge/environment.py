"""Typed readers of the variables that settings.py is made from.

Every reader names its variable once, with the value it falls back to; a bad value is noted with
the variable, what was found and what is wanted, and all faults are refused together. What this
is not: a place for defaults or meanings; those stand in settings.py and docs/operations.md.
"""

import difflib
import zoneinfo
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar
from urllib.parse import SplitResult, urlsplit

from django.core.exceptions import ImproperlyConfigured

T = TypeVar("T")

OURS = "ONCOCHARGE_"
TRUE_WORDS = frozenset({"1", "true", "yes", "on"})
FALSE_WORDS = frozenset({"0", "false", "no", "off"})


class Fault(ValueError):
    """What is wanted in place of the value that was found."""


class Environment:
    """The variables of this process; readers note faults, ``refuse_faults`` raises them all."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables
        self._faults: list[str] = []
        self.asked: list[str] = []

    def text(self, name: str, default: str) -> str:
        """Read any text; an empty variable counts as unset."""
        return self._read(name, default, str)

    def choice(self, name: str, default: str, allowed: tuple[str, ...]) -> str:
        """Read one of a few words."""

        def parse(found: str) -> str:
            if found not in allowed:
                raise Fault(f"one of {', '.join(allowed)}")
            return found

        return self._read(name, default, parse)

    def flag(self, name: str, default: bool) -> bool:
        """Read yes or no."""

        def parse(found: str) -> bool:
            if found.lower() not in TRUE_WORDS | FALSE_WORDS:
                raise Fault("true or false")
            return found.lower() in TRUE_WORDS

        return self._read(name, default, parse)

    def whole(self, name: str, default: int, *, least: int, most: int) -> int:
        """Read a whole number between two bounds, both inclusive."""

        def parse(found: str) -> int:
            if not found.isascii() or not found.isdigit() or not least <= int(found) <= most:
                raise Fault(f"a whole number from {least} to {most}")
            return int(found)

        return self._read(name, default, parse)

    def names(self, name: str, default: list[str]) -> list[str]:
        """Read a list of words separated by commas."""

        def parse(found: str) -> list[str]:
            words = [word.strip() for word in found.split(",")]
            if not all(words) or any(" " in word for word in words):
                raise Fault("words separated by commas, such as a.example.org,b.example.org")
            return words

        return self._read(name, default, parse)

    def folder(self, name: str, default: Path) -> Path:
        """Read the absolute path of a folder; it need not exist yet."""

        def parse(found: str) -> Path:
            if not Path(found).is_absolute() or Path(found).is_file():
                raise Fault("the absolute path of a folder")
            return Path(found)

        return self._read(name, default, parse)

    def zone(self, name: str, default: str) -> str:
        """Read the name of a time zone that this machine knows."""

        def parse(found: str) -> str:
            if found not in zoneinfo.available_timezones():
                raise Fault("the name of a time zone, such as America/Chicago")
            return found

        return self._read(name, default, parse)

    def url(self, name: str, default: str, schemes: tuple[str, ...], *, needs_path: bool = False) -> SplitResult:
        """Read a URL of one of the schemes; the fault never repeats it, as it may hold a password."""
        wanted = f"a URL that starts with {' or '.join(scheme + '://' for scheme in schemes)} and names a host"
        wanted += " and a database" if needs_path else ""

        def parse(found: str) -> SplitResult:
            try:
                parts = urlsplit(found)
                complete = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
                complete = complete and (not needs_path or len(parts.path) > 1)
            except ValueError:
                complete = False
            if not complete:
                raise Fault(wanted)
            return parts

        return self._read(name, urlsplit(default), parse, is_secret=True)

    def secret(self, name: str, default: str, *, least: int) -> str:
        """Read a secret of at least so many characters; the fault never repeats it."""

        def parse(found: str) -> str:
            if len(found) < least:
                raise Fault(f"at least {least} characters that nobody can guess")
            return found

        return self._read(name, default, parse, is_secret=True)

    def require(self, *names: str) -> None:
        """Note a fault for each of the variables that is unset; production calls this."""
        for name in names:
            if not self._variables.get(name):
                self._faults.append(f"{name} is not set; production has no default for it. See docs/operations.md.")

    def forbid(self, is_wrong: bool, fault: str) -> None:
        """Note a fault that two settings make only together."""
        if is_wrong:
            self._faults.append(fault)

    def refuse_faults(self, *, besides: frozenset[str] = frozenset()) -> None:
        """Raise every fault at once, unknown names of ours among them.

        Args:
            besides: names of ours that other programs read.
        """
        for name in self._variables:
            if name.startswith(OURS) and name not in besides and name not in self.asked:
                near = difflib.get_close_matches(name, self.asked, n=1)
                advice = f"did you mean {near[0]}?" if near else "docs/operations.md lists all."
                self._faults.append(f"{name} is not a setting of oncocharge; {advice}")
        if self._faults:
            raise ImproperlyConfigured(
                "The settings cannot stand:\n" + "\n".join(f"  {fault}" for fault in self._faults)
            )

    def _read(self, name: str, default: T, parse: Callable[[str], T], *, is_secret: bool = False) -> T:
        self.asked.append(name)
        found = self._variables.get(name, "").strip()
        if not found:
            return default
        try:
            return parse(found)
        except Fault as wanted:
            shown = "a value of the wrong shape" if is_secret else repr(found)
            self._faults.append(f"{name} is {shown}; wanted is {wanted}.")
            return default


def with_file(variables: Mapping[str, str], path: Path) -> dict[str, str]:
    """Return the variables, and beneath them the KEY=VALUE lines of a file if there is one."""
    beneath: dict[str, str] = {}
    if path.exists():
        for line in path.read_text().splitlines():
            key, equals, value = line.partition("=")
            if equals and not key.startswith("#"):
                beneath[key.strip()] = value.strip()
    return beneath | dict(variables)
