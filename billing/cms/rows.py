"""The typed rows of the code files, one class a kind. ``line`` is where the row stands in its file.

Fields are named and ordered as the columns that keep them. A CPT code's descriptor is licensed and has no field.
"""

from datetime import date
from decimal import Decimal
from typing import NamedTuple, TypeAlias


class PairRow(NamedTuple):
    """Column 2 is not paid beside column 1. ``effective_to`` is the last day in force."""

    line: int
    column1: str
    column2: str
    effective_from: date
    effective_to: date | None
    indicator: int
    rationale: str


class LimitRow(NamedTuple):
    """The most units of a code on a day."""

    line: int
    code: str
    units: int
    indicator: int
    rationale: str


class RelativeValueRow(NamedTuple):
    """A code, bare or with a modifier, in the physician fee schedule."""

    line: int
    code: str
    modifier: str
    status: str
    work: Decimal
    pe_non_facility: Decimal
    na_non_facility: bool
    pe_facility: Decimal
    na_facility: bool
    malpractice: Decimal
    total_non_facility: Decimal
    total_facility: Decimal
    pc_tc: str
    global_days: str
    multiple_procedure: str
    supervision: str
    bilateral: str
    assistant: str
    co_surgeon: str
    team: str
    imaging_family: str
    conversion_factor: Decimal | None


class GpciRow(NamedTuple):
    """A Medicare locality and its cost indices."""

    line: int
    mac: str
    state: str
    locality: str
    name: str
    work: Decimal
    pe: Decimal
    mp: Decimal


class OppsRow(NamedTuple):
    """How the outpatient hospital system pays a code; ``None`` where it pays nothing of its own."""

    line: int
    code: str
    status_indicator: str
    apc: str
    relative_weight: Decimal | None
    payment_rate: Decimal | None
    national_copayment: Decimal | None
    minimum_copayment: Decimal | None


class AddOnRow(NamedTuple):
    """An add-on code and a primary one; CCCCC stands for primaries that the contractor defines."""

    line: int
    add_on: str
    primary: str
    edit_type: int
    effective_from: date
    effective_to: date | None
    add_on_deleted_on: date | None
    primary_deleted_on: date | None


class DiagnosisRow(NamedTuple):
    """An ICD-10-CM code without its dot."""

    line: int
    code: str
    is_billable: bool
    short_name: str
    name: str


class HcpcsRow(NamedTuple):
    """A HCPCS Level II code or modifier, its long name joined from all its lines."""

    line: int
    code: str
    short_name: str
    name: str
    coverage: str
    added_on: date | None
    changed_on: date | None
    ended_on: date | None
    action: str


class PayerCodeRow(NamedTuple):
    """A reason of an adjustment (CARC) or a remark (RARC), in the words of its publisher."""

    line: int
    code: str
    name: str
    added_on: date | None
    changed_on: date | None
    ended_on: date | None


Row: TypeAlias = (
    PairRow | LimitRow | RelativeValueRow | GpciRow | OppsRow | AddOnRow | DiagnosisRow | HcpcsRow | PayerCodeRow
)
