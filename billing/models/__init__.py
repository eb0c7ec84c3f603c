"""WHAT it is worth and what became of it: fees, ledger, findings, reviews, claims and what came back."""

import billing.models.claim_ends  # noqa: F401  # its trigger
from billing.models.authorization import COUNTING, EXPIRED, Authorization, AuthorizationStatus, AuthorizedLine
from billing.models.capture import CaptureMark
from billing.models.claim import Claim, ClaimLine
from billing.models.claim_file import ClaimFile, ClaimFilePart, ExportRun
from billing.models.denial import Denial
from billing.models.descriptors import CodeDescriptor, DescriptorFile
from billing.models.fees import FeeDraft, FeeLine, FeeSchedule
from billing.models.findings import StandingFinding
from billing.models.follow_up import FollowUp
from billing.models.ledger import LedgerEntry
from billing.models.line_edit import LineEdit
from billing.models.manual_line import ManualLine
from billing.models.month_close import AFTER_CLOSE, ENTERED_BY, TURN, LateLine, MonthClose
from billing.models.partner import PartnerConnection, PayerRoute, TradingPartner
from billing.models.payment import EntryBalance, ProviderAdjustment, RemittanceAdjustment
from billing.models.proof import Proof, ProofGap
from billing.models.question import Question
from billing.models.receipt import (
    ClaimEvent,
    ClaimStanding,
    FileReply,
    Receipt,
    ReceiptPart,
    ReceiptSighting,
    ReceiptWarning,
)
from billing.models.reference import (
    AddOnPair,
    CodePair,
    DiagnosisCode,
    Gpci,
    HcpcsCode,
    OppsRate,
    PayerCode,
    ReferenceFile,
    RelativeValue,
    UnitLimit,
)
from billing.models.remittance import Remittance, RemittanceClaim, RemittanceLine
from billing.models.revenue_code import USUAL_REVENUE_CODE, RevenueCode
from billing.models.review import ASKED, OTHER, QUESTION, HoldReason, Review
from billing.models.saved_view import SavedView
from billing.models.waiting import WaitingLine

__all__ = [
    "AFTER_CLOSE",
    "ASKED",
    "COUNTING",
    "ENTERED_BY",
    "EXPIRED",
    "OTHER",
    "QUESTION",
    "TURN",
    "USUAL_REVENUE_CODE",
    "AddOnPair",
    "Authorization",
    "AuthorizationStatus",
    "AuthorizedLine",
    "CaptureMark",
    "Claim",
    "ClaimEvent",
    "ClaimFile",
    "ClaimFilePart",
    "ClaimLine",
    "ClaimStanding",
    "CodeDescriptor",
    "CodePair",
    "Denial",
    "DescriptorFile",
    "DiagnosisCode",
    "EntryBalance",
    "ExportRun",
    "FeeDraft",
    "FeeLine",
    "FeeSchedule",
    "FileReply",
    "FollowUp",
    "Gpci",
    "HcpcsCode",
    "HoldReason",
    "LateLine",
    "LedgerEntry",
    "LineEdit",
    "ManualLine",
    "MonthClose",
    "OppsRate",
    "PartnerConnection",
    "PayerCode",
    "PayerRoute",
    "Proof",
    "ProofGap",
    "ProviderAdjustment",
    "Question",
    "Receipt",
    "ReceiptPart",
    "ReceiptSighting",
    "ReceiptWarning",
    "ReferenceFile",
    "RelativeValue",
    "Remittance",
    "RemittanceAdjustment",
    "RemittanceClaim",
    "RemittanceLine",
    "RevenueCode",
    "Review",
    "SavedView",
    "StandingFinding",
    "TradingPartner",
    "UnitLimit",
    "WaitingLine",
]
