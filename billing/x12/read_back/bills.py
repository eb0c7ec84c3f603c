"""Reads an institutional claim file back into the values it was written from."""

from typing import Any

from billing.x12.claim_837i import Claim837I, Line837I, Note, Occurrence, OccurrenceSpan, ValueCode
from billing.x12.read_back.coordination import CoordinationReader
from billing.x12.read_back.parties import CLAIM_REFERENCES
from billing.x12.syntax import Segment, read_separators

_LISTS = (
    "lines",
    "notes",
    "diagnoses",
    "visit_reasons",
    "occurrence_spans",
    "occurrences",
    "value_codes",
    "condition_codes",
)


def read_bills(text: str) -> list[Claim837I]:
    """Return the claims of an interchange in their order."""
    return _Reader(read_separators(text).component).read(text)


class _Reader(CoordinationReader[Claim837I]):
    """Reads CLM to the last line."""

    roles = {"71": "attending", "82": "rendering", "DN": "referring"}

    def _clm(self, clm: Segment) -> None:
        self.close_claim()
        facility, _, frequency = clm[5].split(self._component)
        self._claim = {
            "control_number": clm[1],
            "charge": clm[2],
            "facility_code": facility,
            "frequency": frequency,
            "assignment": clm[7],
            "benefits_assigned": clm[8],
            "release_of_information": clm[9],
            **{name: [] for name in _LISTS},
        }

    def _cl1(self, cl1: Segment) -> None:
        assert self._claim is not None
        self._claim.update(admission_type=cl1[1], admission_source=cl1[2], patient_status=cl1[3])

    def _amt(self, amt: Segment) -> None:
        assert self._claim is not None
        if not self._took(amt):
            self._claim["estimated_due"] = amt[2]

    def _ref(self, ref: Segment) -> None:
        if self._took(ref):
            return
        if self._line is not None:
            self._line["control_number"] = ref[2]
        elif self._claim is not None:
            self._claim[CLAIM_REFERENCES[ref[1]]] = ref[2]
        else:
            self._billing.update(tax_id_kind=ref[1], tax_id=ref[2])

    def _dtp(self, dtp: Segment) -> None:
        if self._took(dtp):
            return
        first, _, last = dtp[3].partition("-")
        if self._line is not None:
            self._line.update(service_on=first, service_through=last)
        elif self._claim is not None:
            self._claim.update(statement_from=first, statement_through=last)

    def _nte(self, nte: Segment) -> None:
        assert self._claim is not None
        if nte[1] == "ADD":
            self._claim["billing_note"] = nte[2]
        else:
            self._claim["notes"].append(Note(nte[1], nte[2]))

    def _hi(self, hi: Segment) -> None:
        assert self._claim is not None
        for element in hi.elements[1:]:
            qualifier, code, *more = element.split(self._component)
            field, value = self._coded(qualifier, code, more)
            self._claim[field].append(value)

    def _coded(self, qualifier: str, code: str, more: list[str]) -> tuple[str, Any]:
        match qualifier:
            case "BI":
                return "occurrence_spans", OccurrenceSpan(code, *more[1].split("-"))
            case "BH":
                return "occurrences", Occurrence(code, more[1])
            case "BE":
                return "value_codes", ValueCode(code, more[2])
            case _:
                return {"BG": "condition_codes", "APR": "visit_reasons"}.get(qualifier, "diagnoses"), code

    def _sv2(self, sv2: Segment) -> None:
        assert self._line is not None
        parts = [*sv2[2].split(self._component), "", "", "", "", ""]
        self._line.update(
            revenue_code=sv2[1],
            code=parts[1],
            modifiers=tuple(filter(None, parts[2:6])),
            description=parts[6],
            charge=sv2[3],
            unit=sv2[4],
            units=sv2[5],
            not_covered=sv2[7],
        )

    def _made(self, claim: dict[str, Any]) -> Claim837I:
        claim["lines"] = [Line837I(**line) for line in claim["lines"]]
        return Claim837I(**claim | {name: tuple(claim[name]) for name in _LISTS})
