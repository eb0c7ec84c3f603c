"""Checks of references to papers that go another way (PWK)."""

from functools import lru_cache

from billing.x12.attachments import Attachment
from billing.x12.characters import Alphabet
from billing.x12.checking.faults import ClaimFault, Faults, Text, Texts, code_fault

MOST_ATTACHMENTS = 10
_REPORTS = """03 04 05 06 07 08 09 10 11 13 15 21 A3 A4 AM AS B2 B3 B4 BR BS BT CB CK CT D2 DA DB DG DJ DS EB HC HR I5
IR LA M1 MT NN OB OC OD OE OX OZ P4 P5 PE PN PO PQ PY PZ RB RR RT RX SG V5 XP"""
REPORTS = frozenset(_REPORTS.split())
ON_REQUEST = "AA"
TRANSMISSIONS = frozenset((ON_REQUEST, "BM", "EL", "EM", "FT", "FX"))
_NUMBER = Texts(Text("control_number", "PWK", 6, 2, 50, is_identifier=True))


@lru_cache(maxsize=1024)
def check_attachments(loop: str, attachments: tuple[Attachment, ...], alphabet: Alphabet) -> tuple[ClaimFault, ...]:
    """Check the papers of a claim or of a line."""
    return tuple(_faults(loop, attachments, alphabet))


def _faults(loop: str, attachments: tuple[Attachment, ...], alphabet: Alphabet) -> Faults:
    if len(attachments) > MOST_ATTACHMENTS:
        remedy = f"At most {MOST_ATTACHMENTS} papers can go with it; take some out."
        yield ClaimFault(loop, "PWK", 1, "attachments", str(len(attachments)), remedy)
    for place, attachment in enumerate(attachments):
        owner = f"attachments[{place}]."
        yield from code_fault(loop, "PWK", 1, f"{owner}report", attachment.report, REPORTS)
        yield from code_fault(loop, "PWK", 2, f"{owner}transmission", attachment.transmission, TRANSMISSIONS)
        if attachment.control_number or attachment.transmission == ON_REQUEST:
            if attachment.control_number:
                yield from _NUMBER.faults(loop, owner, attachment, alphabet)
        else:
            remedy = "Say the number that stands on the paper, or that it waits for a request (AA)."
            yield ClaimFault(loop, "PWK", 6, f"{owner}control_number", "", remedy)
