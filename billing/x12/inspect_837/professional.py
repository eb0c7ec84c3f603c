"""What only professional claims are asked: place of service, one HI of twelve, SV1 with its pointers."""

from collections.abc import Callable

from billing.x12.check_837p.claim import MOST_DIAGNOSES
from billing.x12.check_837p.lines import MOST_LINES, MOST_POINTERS, PLACE, UNIT_KINDS
from billing.x12.checking.claims import FREQUENCIES
from billing.x12.inspect_837.claim import ClaimInspector, OpenClaim
from billing.x12.syntax import Segment


class ProfessionalClaims(ClaimInspector):
    """Looks at the claims of an 837P."""

    most_lines = MOST_LINES
    clm_codes = ((6, "YN"), (7, "ABC"), (8, "NWY"), (9, "IY"))
    unit_kinds = UNIT_KINDS

    def _more_inspectors(self) -> dict[str, Callable[[Segment, OpenClaim], None]]:
        return {"SV1": self._inspect_sv1}

    def _inspect_place(self, clm: Segment, place: list[str]) -> None:
        if not PLACE.fullmatch(place[0]) or place[1] != "B" or place[2] not in FREQUENCIES:
            self._faults.add(clm, 5, "It must be a place of service of two digits, B, and frequency 1, 7 or 8.")

    def _inspect_hi(self, hi: Segment, claim: OpenClaim) -> None:
        codes = claim.diagnoses = set()
        for element in range(1, len(hi.elements)):
            qualifier, _, code = hi[element].partition(self._component)
            wanted = "ABK" if element == 1 else "ABF"
            if qualifier != wanted:
                self._faults.add(hi, element, f"Its qualifier must be {wanted}.")
            self._diagnosis(hi, element, code, codes)
        if len(hi.elements) - 1 > MOST_DIAGNOSES:
            self._faults.add(hi, 0, f"A claim takes at most {MOST_DIAGNOSES} diagnoses.")

    def _inspect_sv1(self, sv1: Segment, claim: OpenClaim) -> None:
        self._procedure(sv1, 1)
        self._inspect_charge(sv1, 2, claim)
        self._units(sv1, 3, 4)
        if sv1[5] and not PLACE.fullmatch(sv1[5]):
            self._faults.add(sv1, 5, "A place of service is two digits.")
        pointers, diagnoses = self._parts(sv1, 7), len(claim.diagnoses)
        if len(pointers) > MOST_POINTERS or len(set(pointers)) < len(pointers):
            self._faults.add(sv1, 7, "A line points to at most four diagnoses, none of them twice.")
        if not all(pointer.isdigit() and 1 <= int(pointer) <= diagnoses for pointer in pointers):
            self._faults.add(sv1, 7, f"It points past the {diagnoses} diagnoses of the claim.")
