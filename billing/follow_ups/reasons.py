"""Why a claim follows another, in our own words: condition codes of institutional corrections, and Medicare's place.

A claim that asks Medicare after another payer says in SBR05 why Medicare is not the first.
"""

from billing.models import FollowUp
from billing.x12.check_837i.codes import REPLACING, VOIDING
from billing.x12.checking.parties import MEDICARE
from patients.models import Payer

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
_MEDICARE_LATER = {
    "12": "65 or older, with a group plan from their own or the spouse's work",
    "13": "Kidney failure, in the months in which the group plan pays first",
    "14": "An accident that a no-fault insurance pays",
    "15": "Injured at work: workers' compensation pays",
    "16": "A public health service or another federal agency pays",
    "41": "Black lung disease",
    "42": "Veterans Affairs pays",
    "43": "Disabled and under 65, with a large employer's group plan",
    "47": "Another liability insurance pays",
}
USUAL_OF_REPLACEMENT, USUAL_OF_VOID = "D1", "D6"


def reasons_for(kind: str) -> list[tuple[str, str]]:
    """Return code and words of the reasons that a replacement or a void may have; the usual one first."""
    known, usual = (VOIDING, USUAL_OF_VOID) if kind == FollowUp.Kind.VOID else (REPLACING, USUAL_OF_REPLACEMENT)
    return [(code, f"{code} {_WORDS[code]}") for code in sorted(known, key=lambda code: (code != usual, code))]


def asks_why_later(payer: Payer) -> bool:
    """Tell whether a payer that is asked after another wants to hear why: Medicare does."""
    return payer.filing_indicator in MEDICARE


def reasons_for_medicare() -> list[tuple[str, str]]:
    """Return code and words of the reasons why Medicare is not the primary payer."""
    return [(code, f"{code} {words}") for code, words in _MEDICARE_LATER.items()]


def reason_words(code: str) -> str:
    """Return what a reason says; of one that we do not know, the code alone."""
    words = _WORDS.get(code) or _MEDICARE_LATER.get(code)
    return f"{code} {words}" if words else code
