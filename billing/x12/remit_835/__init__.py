"""What a payer paid and why: the 835 (005010X221A1) as frozen values, with every sum compared."""

from billing.x12.reading.composites import Contact, Procedure, Reference
from billing.x12.remit_835.reader import RemittanceReader, read_835
from billing.x12.remit_835.values import (
    Adjudication,
    Adjustment,
    Amount,
    Balance,
    ClaimPaid,
    Closing,
    Dated,
    Decision,
    HeaderGroup,
    Party,
    Payment,
    Person,
    ProviderAdjustment,
    Quantity,
    Remark,
    Remittance,
    ServicePaid,
)

__all__ = [
    "Adjudication",
    "Adjustment",
    "Amount",
    "Balance",
    "ClaimPaid",
    "Closing",
    "Contact",
    "Dated",
    "Decision",
    "HeaderGroup",
    "Party",
    "Payment",
    "Person",
    "Procedure",
    "ProviderAdjustment",
    "Quantity",
    "Reference",
    "Remark",
    "Remittance",
    "RemittanceReader",
    "ServicePaid",
    "read_835",
]
