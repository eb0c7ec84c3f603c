"""What the check says of a bill, for the tests that reach each fault."""

from typing import Any

from billing.x12.check_837i import ClaimFault, check_claim
from billing.x12.claim_837i import Claim837I
from tests.billing.x12.claims import TODAY
from tests.billing.x12.institutional_claims import a_bill, a_bill_line


def faults_of(bill: Claim837I) -> list[ClaimFault]:
    return check_claim(bill, today=TODAY)


def places(bill: Claim837I) -> set[tuple[str, str, int, str]]:
    return {(fault.loop, fault.segment, fault.element, fault.field) for fault in faults_of(bill)}


def with_line(**changes: Any) -> Claim837I:
    """Return Ada's bill whose one line is changed, its total following."""
    line = a_bill_line(**changes)
    return a_bill(lines=(line,), charge=line.charge)
