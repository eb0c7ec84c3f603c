"""What every way to a trading partner can do: lay a file down, give it its name, list, fetch and put away answers.

A new kind of partner is one more file beside this one with the same functions. ``send`` is two steps, ``stage`` and
``release``, because the partner may take a file away the moment it has its name: whoever notes in between that the
whole file lies ready can tell, after a crash, "not yet handed over" from "handed over and taken". A file is never
overwritten. Not here: claims, control numbers, the database.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from enum import Enum, StrEnum, auto
from typing import NamedTuple, Protocol

PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
HALF_WRITTEN = (".part", ".filepart", ".tmp", ".partial", ".writing")
"""Ends of names under which programs write what they have not finished."""


class PartnerError(Exception):
    """A partner cannot be reached, or did not do what was asked; its other files would fare no better.

    ``permanent``: trying again will not help, a person must look.
    """

    def __init__(self, message: str, *, permanent: bool = False) -> None:
        super().__init__(message)
        self.permanent = permanent


class PartnerFileError(PartnerError):
    """It is about this one file; the partner's others go on."""


class PartnerAnswersError(PartnerError):
    """It is about the folder of answers: none can be fetched, and files still go."""


class Released(Enum):
    """What became of a staged file."""

    NOW = auto()
    """It got its name in this call."""
    BEFORE = auto()
    """It stood there already, byte by byte the same."""
    GONE = auto()
    """Neither the staged file nor the named one is there: somebody took it, or removed it."""
    ALTERED = auto()
    """The staged file had other bytes than were sealed; it was removed and must be staged anew."""


class AfterFetching(StrEnum):
    """What happens to an answer at the partner once it is stored here."""

    LEAVE = "leave"
    MOVE = "move"
    DELETE = "delete"


class Answer(NamedTuple):
    """A file that a partner laid out for us."""

    name: str
    size: int
    modified: str
    """As the partner's system says it: only good to be compared with what it said before."""


class Door(Protocol):
    """The way to one partner. Open until ``close``; used by one thread."""

    def stage(self, name: str, chunks: Iterable[bytes], *, sha256: str) -> None:
        """Lay the whole file down under a hidden name and force it to disk. Safe to repeat.

        Args:
            chunks: the file's bytes in order; taken one at a time.
            sha256: what they must add up to.

        Raises:
            PartnerError: it did not come to lie there, whole; or a file of that name with other bytes does.
        """

    def release(self, name: str, *, sha256: str, size: int) -> Released:
        """Give a staged file its name, in one step. Safe to repeat: what lies there says what happened before.

        Raises:
            PartnerError: it cannot be told or done now, or what lies under the name has other bytes.
        """

    def list(self) -> list[Answer]:
        """Return the partner's answers by name, without those that are still being written."""

    def fetch(self, name: str) -> Iterator[bytes]:
        """Yield the bytes of one of the partner's answers.

        Raises:
            PartnerError: it is not there, or grew while it was read.
        """

    def done_with(self, name: str) -> None:
        """Leave, move or delete an answer that is stored here, as the partner wants it. Safe to repeat."""

    def try_out(self, note: Callable[[str], object]) -> None:
        """Do once all that a delivery needs, with a probe that is removed again, and say of each step that it went.

        Raises:
            PartnerError: what did not.
        """

    def close(self) -> None:
        """Let go of the partner. Safe to repeat."""


def hidden_name(name: str) -> str:
    """Return the name under which a file is written until it is whole.

    Raises:
        PartnerFileError: the name is a path, or has other than plain characters.
    """
    if not PLAIN_NAME.fullmatch(name):
        raise PartnerFileError(f"{name!r} is no plain file name.", permanent=True)
    return f".{name}.part"


def is_answer_name(name: str) -> bool:
    """Tell whether a name in the folder of answers is a finished file's, and no path."""
    return not name.startswith(".") and "/" not in name and name.isprintable() and not name.endswith(HALF_WRITTEN)


def refuse_path(name: str) -> None:
    """Refuse a name that would lead out of the folder of answers.

    Raises:
        PartnerFileError: it would.
    """
    if not name or not is_answer_name(name):
        raise PartnerFileError(f"{name!r} is no plain file name.", permanent=True)
