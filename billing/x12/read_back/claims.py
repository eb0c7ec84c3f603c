"""Reads a professional claim file back into the values it was written from."""

from typing import Any

from billing.x12.claim_837p import Claim837P, Line837P
from billing.x12.parties import Facility, Provider
from billing.x12.read_back.coordination import CoordinationReader
from billing.x12.read_back.parties import CLAIM_REFERENCES
from billing.x12.syntax import Segment, read_separators

_LINE_REFERENCES = {"G1": "authorization", "6R": "control_number", "9F": "referral"}
_DAYS = {"439": "accident_on", "435": "admitted_on", "096": "discharged_on"}
_LINE_ROLES = {"82": "rendering", "DQ": "supervising", "DK": "ordering", "DN": "referring"}


def read_claims(text: str) -> list[Claim837P]:
    """Return the claims of an interchange in their order."""
    return _Reader(read_separators(text).component).read(text)


class _Reader(CoordinationReader[Claim837P]):
    """Reads CLM to the last line."""

    roles = {"DN": "referring", "P3": "primary_care", "82": "rendering", "DQ": "supervising"}

    def _clm(self, clm: Segment) -> None:
        self.close_claim()
        place, _, frequency = clm[5].split(self._component)
        self._claim = {
            "control_number": clm[1],
            "charge": clm[2],
            "place_of_service": place,
            "frequency": frequency,
            "provider_signed": clm[6],
            "assignment": clm[7],
            "benefits_assigned": clm[8],
            "release_of_information": clm[9],
            "patient_signature_source": clm[10],
            "lines": [],
        }
        causes = clm[11].split(self._component)
        self._claim["related_causes"] = tuple(filter(None, causes[:3]))
        self._claim["accident_state"] = "".join(causes[3:])

    def _claim_party(self, nm1: Segment, claim: dict[str, Any]) -> None:
        if self._line is None:
            super()._claim_party(nm1, claim)
        elif nm1[1] == "77":
            self._party = self._line["facility"] = {"name": nm1[3], "npi": nm1[9]}
        else:
            person = {"last_name": nm1[3], "first_name": nm1[4], "middle_name": nm1[5], "suffix": nm1[7]}
            self._party = self._line[_LINE_ROLES[nm1[1]]] = person | {"npi": nm1[9], "is_person": nm1[2] == "1"}

    def _ref(self, ref: Segment) -> None:
        if self._took(ref):
            return
        if self._line is not None:
            self._line[_LINE_REFERENCES[ref[1]]] = ref[2]
        elif self._claim is not None:
            self._claim[CLAIM_REFERENCES[ref[1]]] = ref[2]
        else:
            self._billing.update(tax_id_kind=ref[1], tax_id=ref[2])

    def _dtp(self, dtp: Segment) -> None:
        if self._took(dtp):
            return
        if self._line is not None:
            first, _, last = dtp[3].partition("-")
            self._line.update(service_on=first, service_through=last)
        elif self._claim is not None:
            self._claim[_DAYS[dtp[1]]] = dtp[3]

    def _amt(self, amt: Segment) -> None:
        assert self._claim is not None
        if not self._took(amt):
            self._claim["patient_paid"] = amt[2]

    def _nte(self, nte: Segment) -> None:
        owner = self._claim if self._line is None else self._line
        assert owner is not None
        owner.update(note_kind=nte[1], note=nte[2])

    def _hi(self, hi: Segment) -> None:
        assert self._claim is not None
        self._claim["diagnoses"] = tuple(code.split(self._component)[1] for code in hi.elements[1:])

    def _sv1(self, sv1: Segment) -> None:
        assert self._line is not None
        parts = [*sv1[1].split(self._component), "", "", "", "", ""]
        self._line.update(
            code=parts[1],
            modifiers=tuple(filter(None, parts[2:6])),
            description=parts[6],
            charge=sv1[2],
            unit=sv1[3],
            units=sv1[4],
            place_of_service=sv1[5],
            pointers=tuple(map(int, sv1[7].split(self._component))),
        )

    def _made(self, claim: dict[str, Any]) -> Claim837P:
        return Claim837P(**claim | {"lines": tuple(map(_line, claim["lines"]))})


def _line(line: dict[str, Any]) -> Line837P:
    providers = {role: Provider(**line[role]) for role in _LINE_ROLES.values() if role in line}
    facility = {"facility": Facility(**line["facility"])} if "facility" in line else {}
    return Line837P(**line | providers | facility)
