"""Why an institutional claim is corrected: the condition codes that such a claim carries, in our own words."""

from billing.models import FollowUp
from billing.x12.check_837i.codes import REPLACING, VOIDING

_WORDS = {
    "D0": "Dates of service changed",
    "D1": "Charges changed",
    "D2": "Revenue or procedure codes changed",
    "D5": "Cancelled: wrong patient's or provider's number",
    "D6": "Cancelled: sent twice, or paid back",
    "D7": "Medicare now pays second",
    "D8": "Medicare now pays first",
    "D9": "Something else changed",
    "E0": "The patient's status changed",
}
USUAL_OF_REPLACEMENT, USUAL_OF_VOID = "D1", "D6"


def reasons_for(kind: str) -> list[tuple[str, str]]:
    """Return code and words of the reasons that a replacement or a void may have; the usual one first."""
    known, usual = (VOIDING, USUAL_OF_VOID) if kind == FollowUp.Kind.VOID else (REPLACING, USUAL_OF_REPLACEMENT)
    return [(code, f"{code} {_WORDS[code]}") for code in sorted(known, key=lambda code: (code != usual, code))]


def reason_words(code: str) -> str:
    """Return what a reason says; of one that we do not know, the code alone."""
    return f"{code} {_WORDS[code]}" if code in _WORDS else code
