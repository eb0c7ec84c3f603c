"""What became of one file of an import: taken, ignored or refused, in words without a patient in them."""

from dataclasses import dataclass
from enum import StrEnum

from django.core.exceptions import ValidationError


class Became(StrEnum):
    """``ignored``: sound, and nothing is lost by leaving it. ``refused``: a person must do something."""

    TAKEN = "taken"
    IGNORED = "ignored"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Answer:
    """One file's end, in words that name rows by their ids. ``waits``: stored, but a person must still look."""

    became: Became
    words: str
    waits: bool = False


def taken(words: str, *, waits: bool = False) -> Answer:
    """The file was stored."""
    return Answer(Became.TAKEN, words, waits)


def ignored(words: str) -> Answer:
    """The file needs nothing done."""
    return Answer(Became.IGNORED, words)


def refused(words: str) -> Answer:
    """The file was not stored; the words say why and what to do."""
    return Answer(Became.REFUSED, words)


def joined(one: Answer | None, other: Answer) -> Answer:
    """Return the answer for a file that came apart in two: the worse of both, in the words of both."""
    if one is None or one == other:
        return other
    worse = max(one.became, other.became, key=list(Became).index)
    return Answer(worse, f"{one.words} {other.words}", one.waits or other.waits)


def faults_in_words(error: ValidationError) -> str:
    """Return the faults of a step as sentences, each with the field that it concerns.

    >>> faults_in_words(ValidationError({"at": ["The session lies in the future."]}))
    'at: The session lies in the future.'
    """
    if hasattr(error, "error_dict"):
        return " ".join(f"{field}: {' '.join(messages)}" for field, messages in error.message_dict.items())
    return " ".join(error.messages)
