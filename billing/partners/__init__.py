"""Trading partners: entered and changed, reached by folder or SFTP, tried again when they are down.

Not here: what a claim file holds (billing/submission), what an answer means (the rooms that read answers).

A room that talks to a partner does it so::

    with open_door(partner) as door:      # raises PartnerError too
        for answer in door.list(): ...

and says how it went: ``note_reached`` or ``note_failure``; ``why_not_now`` says whether a partner is to be left alone.
"""

from billing.partners.connecting import door_of, open_door
from billing.partners.naming import file_name, separators_of
from billing.partners.retrying import ask_again, note_failure, note_reached, why_not_now

__all__ = [
    "ask_again",
    "door_of",
    "file_name",
    "note_failure",
    "note_reached",
    "open_door",
    "separators_of",
    "why_not_now",
]
