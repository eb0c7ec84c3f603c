"""A remittance as values: the payment, the claims it pays, their service lines, what is adjusted outside of claims.

Amounts are ``Decimal`` as written; dates are days; text is as the payer sent it. What these mean for a ledger is not
known here. Sums are compared, never mended: every ``Balance`` says by how much a sum misses.
"""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from billing.x12.reading.cells import NOTHING
from billing.x12.reading.composites import Contact, Procedure, Reference


class Balance(NamedTuple):
    """A sum that should give a printed amount: ``expected`` by the parts, ``printed`` by the payer."""

    expected: Decimal
    printed: Decimal

    @property
    def difference(self) -> Decimal:
        """What the printed amount has too much; 0 where it balances."""
        return self.printed - self.expected

    @property
    def is_even(self) -> bool:
        """Whether the parts give the printed amount."""
        return self.expected == self.printed


class Adjustment(NamedTuple):
    """One triplet of a CAS. A positive amount lowers what is paid."""

    group: str
    """CO contract, PR patient, OA other, PI payer's own."""
    reason: str
    """CARC."""
    amount: Decimal
    quantity: Decimal | None


class Dated(NamedTuple):
    """DTM. ``on`` is None where the text is no date."""

    qualifier: str
    on: date | None


class Amount(NamedTuple):
    """AMT."""

    qualifier: str
    amount: Decimal


class Quantity(NamedTuple):
    """QTY."""

    qualifier: str
    quantity: Decimal


class Remark(NamedTuple):
    """LQ: ``code_list`` is HE for RARC."""

    code_list: str
    code: str


class Person(NamedTuple):
    """NM1 of a claim."""

    role: str
    """QC patient, IL insured, 74 corrected, 82 rendering, TT crossover carrier, PR corrected payer, GB other."""
    is_organization: bool
    last_name: str
    first_name: str
    middle_name: str
    suffix: str
    id_qualifier: str
    identifier: str


class Party(NamedTuple):
    """The payer (1000A) or the payee (1000B)."""

    name: str
    id_qualifier: str
    identifier: str
    street: str
    street_2: str
    city: str
    state: str
    zip_code: str
    references: tuple[Reference, ...]
    contacts: tuple[Contact, ...]


class Payment(NamedTuple):
    """BPR, TRN and what stands before the first claim."""

    handling: str
    """BPR01: I payment with remittance, H information only, C payment to accompany, D payment only, U or X split."""
    amount: Decimal
    is_credit: bool
    method: str
    """ACH, CHK, NON, FWT, BOP."""
    paid_on: date | None
    """BPR16: the day of the check, or on which the money moves."""
    trace_number: str
    """TRN02: check or transfer number; with ``payer_identifier`` it names the payment."""
    payer_identifier: str
    """TRN03."""
    payee_account: str
    """BPR15."""
    produced_on: date | None
    """DTM*405."""
    payer: Party
    payee: Party
    references: tuple[Reference, ...]
    elements: tuple[tuple[str, ...], ...]
    """BPR, TRN and CUR as they came."""


class Decision(NamedTuple):
    """What a payer decided of a service: all that its loop says, but for where it stands and which line it is.

    Very many lines have the same one, and may share the object.
    """

    procedure: Procedure
    charge: Decimal
    paid: Decimal
    revenue_code: str
    units: Decimal | None
    """SVC05; where it is empty one unit was paid."""
    submitted_procedure: Procedure | None
    """SVC06: what was sent, where the payer paid another."""
    submitted_units: Decimal | None
    adjustments: tuple[Adjustment, ...]
    dates: tuple[Dated, ...]
    amounts: tuple[Amount, ...]
    quantities: tuple[Quantity, ...]
    remarks: tuple[Remark, ...]

    @property
    def served_on(self) -> date | None:
        """The day of service (472), or the first day of a range (150)."""
        return next((on for qualifier, on in self.dates if qualifier in ("472", "150")), None)

    @property
    def allowed(self) -> Decimal | None:
        """AMT*B6."""
        return next((amount for qualifier, amount in self.amounts if qualifier == "B6"), None)

    @property
    def adjusted(self) -> Decimal:
        """All adjustments of the line."""
        return sum((cas.amount for cas in self.adjustments), NOTHING)


class ServicePaid(NamedTuple):
    """One service line (2110)."""

    position: int
    """Segment of the file."""
    references: tuple[Reference, ...]
    decision: Decision

    @property
    def procedure(self) -> Procedure:
        """What was done, as it was paid."""
        return self.decision.procedure

    @property
    def charge(self) -> Decimal:
        """SVC02."""
        return self.decision.charge

    @property
    def paid(self) -> Decimal:
        """SVC03."""
        return self.decision.paid

    @property
    def revenue_code(self) -> str:
        """SVC04."""
        return self.decision.revenue_code

    @property
    def units(self) -> Decimal | None:
        """SVC05; where it is empty one unit was paid."""
        return self.decision.units

    @property
    def submitted_procedure(self) -> Procedure | None:
        """SVC06: what was sent, where the payer paid another."""
        return self.decision.submitted_procedure

    @property
    def submitted_units(self) -> Decimal | None:
        """SVC07."""
        return self.decision.submitted_units

    @property
    def adjustments(self) -> tuple[Adjustment, ...]:
        """The triplets of every CAS."""
        return self.decision.adjustments

    @property
    def dates(self) -> tuple[Dated, ...]:
        """Every DTM."""
        return self.decision.dates

    @property
    def amounts(self) -> tuple[Amount, ...]:
        """Every AMT."""
        return self.decision.amounts

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        """Every QTY."""
        return self.decision.quantities

    @property
    def remarks(self) -> tuple[Remark, ...]:
        """Every LQ."""
        return self.decision.remarks

    @property
    def control_number(self) -> str:
        """REF*6R: our number of the line; empty if the payer does not give it."""
        return next((value for qualifier, value in self.references if qualifier == "6R"), "")

    @property
    def served_on(self) -> date | None:
        """The day of service, or the first of its days."""
        return self.decision.served_on

    @property
    def allowed(self) -> Decimal | None:
        """What the payer allows, its own part and the patient's."""
        return self.decision.allowed

    @property
    def balance(self) -> Balance:
        """Charge less adjustments against what is paid."""
        return Balance(self.charge - self.decision.adjusted, self.paid)


class Adjudication(NamedTuple):
    """MIA (inpatient) or MOA (outpatient): remark codes, and the amounts by their element."""

    segment: str
    remarks: tuple[str, ...]
    amounts: tuple[tuple[int, Decimal], ...]


class HeaderGroup(NamedTuple):
    """LX with TS3 and TS2 as they came: claims of one facility, kind and year."""

    number: str
    summaries: tuple[tuple[str, ...], ...]


class ClaimPaid(NamedTuple):
    """One CLP loop (2100). Reversals (status 22) come with negative amounts."""

    position: int
    """Segment of the file at which the claim begins."""
    control_number: str
    """CLP01: our CLM01."""
    status: str
    """CLP02: 1 2 3 processed, 19 20 21 and forwarded, 4 denied, 22 reversal, 23 not ours, 25 predetermination."""
    charge: Decimal
    paid: Decimal
    patient_responsibility: Decimal
    filing_indicator: str
    payer_control_number: str
    """CLP07."""
    facility_type: str
    frequency: str
    drg: str
    """CLP11."""
    group: HeaderGroup
    adjustments: tuple[Adjustment, ...]
    people: tuple[Person, ...]
    adjudications: tuple[Adjudication, ...]
    references: tuple[Reference, ...]
    dates: tuple[Dated, ...]
    contacts: tuple[Contact, ...]
    amounts: tuple[Amount, ...]
    quantities: tuple[Quantity, ...]
    services: tuple[ServicePaid, ...]

    @property
    def is_reversal(self) -> bool:
        """Whether an earlier payment is taken back."""
        return self.status == "22"

    @property
    def is_denied(self) -> bool:
        """Whether the payer says denied; a claim paid 0 may be denied line by line without it."""
        return self.status == "4"

    @property
    def is_forwarded(self) -> bool:
        """Whether the payer sent the claim on, so that the next payer needs none from us."""
        return self.status in ("19", "20", "21", "23")

    @property
    def remarks(self) -> tuple[str, ...]:
        """Remark codes of the claim; those of its lines stand there."""
        return tuple(code for adjudication in self.adjudications for code in adjudication.remarks)

    def person(self, role: str) -> Person | None:
        """Return the first person of a role."""
        return next((person for person in self.people if person.role == role), None)

    @property
    def adjusted(self) -> Decimal:
        """All adjustments, of the claim and of its lines."""
        own = sum((cas.amount for cas in self.adjustments), NOTHING)
        return sum((cas.amount for line in self.services for cas in line.adjustments), own)

    @property
    def balance(self) -> Balance:
        """Charge less all adjustments against what is paid."""
        return Balance(self.charge - self.adjusted, self.paid)


class ProviderAdjustment(NamedTuple):
    """One pair of a PLB. A positive amount lowers the payment."""

    position: int
    provider_id: str
    fiscal_year_end: date | None
    reason: str
    """WO recoupment, FB forward balance, L6 interest, 72 refund ..."""
    reference: str
    """Often the number of the claim it comes from."""
    amount: Decimal


class Closing(NamedTuple):
    """What is known when the last segment is read."""

    provider_adjustments: tuple[ProviderAdjustment, ...]
    claims: int
    services: int
    charged: Decimal
    """Sum of CLP03."""
    claims_paid: Decimal
    """Sum of CLP04."""
    adjusted_outside: Decimal
    """Sum of PLB."""
    uneven_claims: int
    uneven_services: int
    unreadable: int
    """Deviations after which an amount may be wrong or missing."""
    lost_segments: int
    """How many more the SE promises than were read."""
    is_complete: bool
    """The SE was there."""
    balance: Balance
    """Claims paid less provider adjustments against BPR02."""

    @property
    def may_be_posted(self) -> bool:
        """Whether everything was read, and every sum of it is even."""
        is_whole = self.is_complete and not self.unreadable and not self.lost_segments
        return is_whole and self.balance.is_even and not self.uneven_claims and not self.uneven_services


class Remittance(NamedTuple):
    """A whole remittance in memory; of a large one take the parts as they come (``RemittanceReader``)."""

    payment: Payment
    claims: tuple[ClaimPaid, ...]
    closing: Closing
