"""WHAT it is worth and what became of it: fees, ledger, findings, reviews, claims and claim files."""

from billing.models.authorization import COUNTING, EXPIRED, Authorization, AuthorizationStatus
from billing.models.capture import CaptureMark
from billing.models.claim import Claim, ClaimLine
from billing.models.claim_file import ClaimFile, ClaimFilePart, ExportRun
from billing.models.fees import FeeLine, FeeSchedule
from billing.models.findings import StandingFinding
from billing.models.ledger import LedgerEntry
from billing.models.manual_line import ManualLine
from billing.models.partner import PayerRoute, TradingPartner
from billing.models.review import Review
from billing.models.waiting import WaitingLine

__all__ = [
    "COUNTING",
    "EXPIRED",
    "Authorization",
    "AuthorizationStatus",
    "CaptureMark",
    "Claim",
    "ClaimFile",
    "ClaimFilePart",
    "ClaimLine",
    "ExportRun",
    "FeeLine",
    "FeeSchedule",
    "LedgerEntry",
    "ManualLine",
    "PayerRoute",
    "Review",
    "StandingFinding",
    "TradingPartner",
    "WaitingLine",
]
