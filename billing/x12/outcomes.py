"""What an acknowledgment says of the whole of what was sent: one word for all of them."""

from enum import StrEnum


class Outcome(StrEnum):
    """How an interchange, a group or a transaction set was taken."""

    ACCEPTED = "accepted"
    ACCEPTED_WITH_ERRORS = "accepted with errors"
    PARTLY_ACCEPTED = "partly accepted"
    REJECTED = "rejected"
    UNKNOWN = "unknown"
    """No code, or one that no guide has: whoever asks must look."""


_OUTCOMES = {
    "A": Outcome.ACCEPTED,
    "E": Outcome.ACCEPTED_WITH_ERRORS,
    "P": Outcome.PARTLY_ACCEPTED,
    "R": Outcome.REJECTED,
    "M": Outcome.REJECTED,  # failed authentication
    "W": Outcome.REJECTED,  # failed assurance
    "X": Outcome.REJECTED,  # could not be decrypted
}


def outcome_of(code: str) -> Outcome:
    """Return what TA104, IK501 or AK901 says.

    >>> outcome_of("E").value
    'accepted with errors'
    """
    return _OUTCOMES.get(code.strip().upper(), Outcome.UNKNOWN)
