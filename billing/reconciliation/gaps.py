"""What a proof can find wrong, in words: one kind each. Pure; the counting stands in proving.py."""

from enum import StrEnum


class GapKind(StrEnum):
    """One way in which what was treated, charged and claimed do not agree."""

    TREATED_NOT_CHARGED = "treated-not-charged"
    CHARGED_NOT_TREATED = "charged-not-treated"
    DOUBLE = "double"
    OTHER_DAY = "other-day"
    VANISHED = "session-vanished"
    NOT_EXPORTED = "not-exported"
    OUT_OF_SIGHT = "out-of-sight"
    IN_NO_FILE = "in-no-file"
    CLAIMED_NOT_CHARGED = "claimed-not-charged"


GAP_WORDS = {
    GapKind.TREATED_NOT_CHARGED: "Treated, not charged",
    GapKind.CHARGED_NOT_TREATED: "Charged, not treated",
    GapKind.DOUBLE: "Charged twice",
    GapKind.OTHER_DAY: "Charged on another day",
    GapKind.VANISHED: "Session vanished",
    GapKind.NOT_EXPORTED: "Released, not exported",
    GapKind.OUT_OF_SIGHT: "Line out of sight",
    GapKind.IN_NO_FILE: "On a claim in no file",
    GapKind.CLAIMED_NOT_CHARGED: "On a claim, not charged",
}
GAP_MEANING = {
    GapKind.TREATED_NOT_CHARGED: "A signed session with beam has no delivery line, and no finding says why.",
    GapKind.CHARGED_NOT_TREATED: "A delivery line stands, and no signed session with beam stands behind it.",
    GapKind.DOUBLE: "More than one delivery line stands for what is one session.",
    GapKind.OTHER_DAY: "The delivery line is of another day, or another course, than its session.",
    GapKind.VANISHED: "The history knows a session that is no longer in the database. Nothing here deletes sessions.",
    GapKind.NOT_EXPORTED: "A line was released before an export ran, and is on no claim.",
    GapKind.OUT_OF_SIGHT: "A line is on no claim and not on the worklist either, so that nobody would release it.",
    GapKind.IN_NO_FILE: "A line stands on a claim that is in no sealed file.",
    GapKind.CLAIMED_NOT_CHARGED: "A claim has a line that is not in the ledger.",
}

NO_LINE_CODES = (
    "inpatient-technical",
    "level-unknown",
    "no-code-in-force",
    "no-rule-for-technique",
    "resumed-another-day",
    "sessions-too-close",
)
"""The findings that may stand in place of a session's delivery line, and so explain why there is none.

``pair-never-together`` is none of them: it may as well be about the guidance of the session.
"""
RESUMED, NO_TECHNICAL_PART = "resumed", "no-technical-part"
REASON_WORDS = {
    RESUMED: "completes a partial session",
    NO_TECHNICAL_PART: "the practice bills no technical part there",
    "inpatient-technical": "inpatient",
    "level-unknown": "level unknown",
    "no-code-in-force": "no code in force",
    "no-rule-for-technique": "no rule for the technique",
    "resumed-another-day": "completes a partial session of another day",
    "sessions-too-close": "too close to the session before",
}
"""Why a session with beam has no delivery line of its own."""
