"""The reader of each kind, by its name, and what its rows are told apart by."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from billing.cms.add_on_codes import read_add_on_codes
from billing.cms.diagnosis_codes import read_diagnosis_codes
from billing.cms.faults import Faults
from billing.cms.gpci import read_gpci
from billing.cms.hcpcs_codes import read_hcpcs_codes
from billing.cms.kinds import FileKind
from billing.cms.limits import read_limits
from billing.cms.opps_rates import read_opps_rates
from billing.cms.pairs import read_pairs
from billing.cms.payer_codes import read_reasons, read_remarks
from billing.cms.relative_values import read_relative_values
from billing.cms.rows import (
    AddOnRow,
    DiagnosisRow,
    GpciRow,
    HcpcsRow,
    LimitRow,
    OppsRow,
    PairRow,
    PayerCodeRow,
    RelativeValueRow,
    Row,
)
from billing.cms.text import Line


@dataclass(frozen=True, slots=True)
class Layout:
    """How a kind is read. Two rows that are equal in ``key`` are the same row; the first of these is the code."""

    read: Callable[[Iterable[Line], Faults], Iterator[Row]]
    columns: tuple[str, ...]
    key: tuple[str, ...]


_PAIRS = Layout(read_pairs, PairRow._fields, ("column1", "column2", "effective_from", "effective_to", "indicator"))
_LIMITS = Layout(read_limits, LimitRow._fields, ("code",))

LAYOUTS: Mapping[FileKind, Layout] = {
    FileKind.PAIRS_PRACTITIONER: _PAIRS,
    FileKind.PAIRS_HOSPITAL: _PAIRS,
    FileKind.LIMITS_PRACTITIONER: _LIMITS,
    FileKind.LIMITS_HOSPITAL: _LIMITS,
    FileKind.RELATIVE_VALUES: Layout(read_relative_values, RelativeValueRow._fields, ("code", "modifier")),
    FileKind.GPCI: Layout(read_gpci, GpciRow._fields, ("mac", "locality")),
    FileKind.OPPS_RATES: Layout(read_opps_rates, OppsRow._fields, ("code",)),
    FileKind.ADD_ON_CODES: Layout(
        read_add_on_codes, AddOnRow._fields, ("add_on", "primary", "edit_type", "effective_from", "effective_to")
    ),
    FileKind.DIAGNOSIS_CODES: Layout(read_diagnosis_codes, DiagnosisRow._fields, ("code",)),
    FileKind.HCPCS_CODES: Layout(read_hcpcs_codes, HcpcsRow._fields, ("code",)),
    FileKind.ADJUSTMENT_REASONS: Layout(read_reasons, PayerCodeRow._fields, ("code",)),
    FileKind.REMARKS: Layout(read_remarks, PayerCodeRow._fields, ("code",)),
}
