"""The claims of a transaction set: totals, diagnoses, pointers, line numbers, codes, amounts and days."""

from datetime import date

from billing.x12.check_837p.claim import CLAIM_NUMBER, FREQUENCIES, MOST_DIAGNOSES, UNLISTED_CODES
from billing.x12.check_837p.lines import LINE_NUMBER, MOST_LINES, MOST_POINTERS, PLACE, UNIT_KINDS
from billing.x12.checking.faults import cents, day_remedy
from billing.x12.checking.forms import MODIFIER, MOST_CENTS, PROCEDURE, UNITS
from billing.x12.inspect_837.faults import FaultList
from billing.x12.syntax import Segment
from patients.identifiers import is_valid_icd10

_LONGEST_DESCRIPTION = 80
_PLACE_PARTS = 3  # CLM05: place of service, B, frequency
_PROCEDURE_PARTS = range(2, 8)  # SV101: HC, code, up to four modifiers, description


class _Claim:
    """What one claim has shown so far."""

    __slots__ = ("cents_of_lines", "clm", "diagnoses", "has_payer_number", "lines")

    def __init__(self, clm: Segment) -> None:
        self.clm = clm
        self.cents_of_lines = 0
        self.diagnoses = 0
        self.has_payer_number = False
        self.lines = 0


class SeenNumbers:
    """Control numbers of claims and lines that the file has shown: each may stand in it once."""

    def __init__(self) -> None:
        self.claims: set[str] = set()
        self.lines: set[str] = set()


class ClaimInspector:
    """Takes the segments of one transaction set and looks at those of its claims."""

    def __init__(self, faults: FaultList, seen: SeenNumbers, *, component: str, today: date) -> None:
        self._faults = faults
        self._seen = seen
        self._component = component
        self._today = today
        self._claim: _Claim | None = None
        self._born = ""
        self._inspectors = {
            "HI": self._inspect_hi,
            "REF": self._inspect_ref,
            "LX": self._inspect_lx,
            "SV1": self._inspect_sv1,
            "DTP": self._inspect_dtp,
            "AMT": self._inspect_amt,
        }

    def born_on(self, day: str) -> None:
        """Remember the birth date of the patient whose claims follow."""
        self._born = day

    def take(self, segment: Segment, loop: str) -> None:
        """Look at a segment if it is one of a claim."""
        if segment.name == "CLM":
            self.end_claim()
            self._claim = _Claim(segment)
            self._inspect_clm(segment)
            return
        inspector = self._inspectors.get(segment.name)
        if inspector is not None and self._claim is not None and loop in ("2300", "2400", ""):
            inspector(segment, self._claim)

    def end_claim(self) -> None:
        """Look at what only a whole claim shows."""
        claim, self._claim = self._claim, None
        if claim is None:
            return
        total = cents(claim.clm[2])
        if total is not None and total != claim.cents_of_lines:
            lines = f"{claim.cents_of_lines // 100}.{claim.cents_of_lines % 100:02}"
            self._faults.add(claim.clm, 2, f"The lines of the claim add up to {lines}.")
        if not claim.has_payer_number and self._parts(claim.clm, 5)[-1] in ("7", "8"):
            self._faults.add(claim.clm, 5, "A replacement or void needs the payer's claim number, REF*F8.")
        if claim.lines > MOST_LINES:
            self._faults.add(claim.clm, 0, f"The claim has {claim.lines} lines; it takes at most {MOST_LINES}.")

    # --- segments ---------------------------------------------------------------------------------------------------

    def _inspect_clm(self, clm: Segment) -> None:
        if not CLAIM_NUMBER.fullmatch(clm[1]):
            self._faults.add(clm, 1, "It must be 1 to 20 letters and digits.")
        if clm[1] in self._seen.claims:
            self._faults.add(clm, 1, "Another claim of the file has this number.")
        self._seen.claims.add(clm[1])
        self._amount(clm, 2)
        place = self._parts(clm, 5)
        if (
            len(place) != _PLACE_PARTS
            or not PLACE.fullmatch(place[0])
            or place[1] != "B"
            or place[2] not in FREQUENCIES
        ):
            self._faults.add(clm, 5, "It must be a place of service of two digits, B, and frequency 1, 7 or 8.")
        for element, known in ((6, "YN"), (7, "ABC"), (8, "NWY"), (9, "IY")):
            if clm[element] not in tuple(known):
                self._faults.add(clm, element, f"It must be one of {', '.join(known)}.")

    def _inspect_hi(self, hi: Segment, claim: _Claim) -> None:
        codes: set[str] = set()
        for element in range(1, len(hi.elements)):
            qualifier, _, code = hi[element].partition(self._component)
            wanted = "ABK" if element == 1 else "ABF"
            if qualifier != wanted:
                self._faults.add(hi, element, f"Its qualifier must be {wanted}.")
            if "." in code or not is_valid_icd10(code):
                self._faults.add(hi, element, "It must be an ICD-10-CM code without its point.")
            if code in codes:
                self._faults.add(hi, element, "The claim has this diagnosis twice.")
            codes.add(code)
        claim.diagnoses = len(hi.elements) - 1
        if claim.diagnoses > MOST_DIAGNOSES:
            self._faults.add(hi, 0, f"A claim takes at most {MOST_DIAGNOSES} diagnoses.")

    def _inspect_ref(self, ref: Segment, claim: _Claim) -> None:
        if ref[1] == "F8":
            claim.has_payer_number = True
        elif ref[1] == "6R":
            if not LINE_NUMBER.fullmatch(ref[2]):
                self._faults.add(ref, 2, "It must be 1 to 30 letters and digits.")
            if ref[2] in self._seen.lines:
                self._faults.add(ref, 2, "Another line of the file has this number.")
            self._seen.lines.add(ref[2])

    def _inspect_lx(self, lx: Segment, claim: _Claim) -> None:
        claim.lines += 1
        if lx[1] != str(claim.lines):
            self._faults.add(lx, 1, f"Line numbers rise by one from 1 in each claim; this one must be {claim.lines}.")

    def _inspect_sv1(self, sv1: Segment, claim: _Claim) -> None:
        self._inspect_procedure(sv1)
        self._amount(sv1, 2)
        claim.cents_of_lines += cents(sv1[2]) or 0
        if sv1[3] not in UNIT_KINDS:
            self._faults.add(sv1, 3, "It must be UN or MJ.")
        if not UNITS.fullmatch(sv1[4]) or sv1[4] == "0":
            self._faults.add(sv1, 4, "Units must be more than 0.")
        if sv1[5] and not PLACE.fullmatch(sv1[5]):
            self._faults.add(sv1, 5, "A place of service is two digits.")
        pointers = self._parts(sv1, 7)
        if len(pointers) > MOST_POINTERS or len(set(pointers)) < len(pointers):
            self._faults.add(sv1, 7, "A line points to at most four diagnoses, none of them twice.")
        if not all(pointer.isdigit() and 1 <= int(pointer) <= claim.diagnoses for pointer in pointers):
            self._faults.add(sv1, 7, f"It points past the {claim.diagnoses} diagnoses of the claim.")

    def _inspect_procedure(self, sv1: Segment) -> None:
        parts = self._parts(sv1, 1)
        if len(parts) not in _PROCEDURE_PARTS or parts[0] != "HC" or not parts[-1]:
            self._faults.add(sv1, 1, "It must be HC, a code, up to four modifiers and a description.")
            return
        if not PROCEDURE.fullmatch(parts[1]):
            self._faults.add(sv1, 1, "The procedure must be a CPT or HCPCS code of five characters.")
        modifiers = [modifier for modifier in parts[2:6] if modifier]
        if not all(map(MODIFIER.fullmatch, modifiers)) or len(set(modifiers)) < len(modifiers):
            self._faults.add(sv1, 1, "A modifier is two capitals or digits, and stands once.")
        description = parts[6] if len(parts) == _PROCEDURE_PARTS[-1] else ""
        if len(description) > _LONGEST_DESCRIPTION:
            self._faults.add(sv1, 1, f"The description has more than {_LONGEST_DESCRIPTION} characters.")
        if parts[1] in UNLISTED_CODES and not description:
            self._faults.add(sv1, 1, "An unlisted code needs a description of what was done.")

    def _inspect_dtp(self, dtp: Segment, _claim: _Claim) -> None:
        days = dtp[3].split("-") if dtp[2] == "RD8" else [dtp[3]]
        if dtp[2] not in ("D8", "RD8") or len(days) != (2 if dtp[2] == "RD8" else 1):
            self._faults.add(dtp, 2, "It must be D8 with one day or RD8 with two.")
        remedy = next(filter(None, (day_remedy(day, self._today) for day in days)), "")
        if not remedy and days != sorted(days):
            remedy = "The last day is before the first."
        if not remedy and days[0] < self._born:
            remedy = "It is before the patient was born."
        if remedy:
            self._faults.add(dtp, 3, remedy)

    def _inspect_amt(self, amt: Segment, _claim: _Claim) -> None:
        self._amount(amt, 2)

    # --- questions --------------------------------------------------------------------------------------------------

    def _parts(self, segment: Segment, element: int) -> list[str]:
        return segment[element].split(self._component)

    def _amount(self, segment: Segment, element: int) -> None:
        amount = cents(segment[element])
        if amount is None or not 0 < amount <= MOST_CENTS:
            self._faults.add(
                segment, element, "It must be an amount above 0, at most 99999999.99, without needless zeros."
            )
