"""What the claims of a transaction set are asked, whatever their kind: totals, numbers, codes, amounts and days.

What only one guide asks stands in professional.py and institutional.py.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import date

from billing.x12.checking.attachments import ON_REQUEST, REPORTS, TRANSMISSIONS
from billing.x12.checking.claims import CLAIM_NUMBER, LINE_NUMBER, UNLISTED_CODES
from billing.x12.checking.faults import cents, day_remedy
from billing.x12.checking.forms import MODIFIER, MOST_CENTS, PROCEDURE, UNITS, dollars
from billing.x12.inspect_837.coordination import COORDINATION_LOOPS, CoordinationInspector
from billing.x12.inspect_837.faults import FaultList
from billing.x12.syntax import Segment
from patients.identifiers import is_valid_icd10

_LONGEST_DESCRIPTION = 80
_PROCEDURE_PARTS = range(2, 8)  # HC, code, up to four modifiers, description
_PLACE_PARTS = 3  # CLM05: place, qualifier, frequency
_RANGE = 2


class OpenClaim:
    """What one claim has shown so far."""

    __slots__ = ("cents_of_lines", "clm", "coordination", "diagnoses", "has_payer_number", "lines")

    def __init__(self, clm: Segment, coordination: CoordinationInspector) -> None:
        self.clm = clm
        self.coordination = coordination
        self.cents_of_lines = 0
        self.diagnoses: set[str] = set()
        self.has_payer_number = False
        self.lines = 0


class SeenNumbers:
    """Control numbers of claims and lines that the file has shown: each may stand in it once."""

    def __init__(self) -> None:
        self.claims: set[str] = set()
        self.lines: set[str] = set()


class ClaimInspector(ABC):
    """Takes the segments of one transaction set and looks at those of its claims."""

    most_lines: int
    clm_codes: tuple[tuple[int, str], ...]
    """Elements of CLM that are one letter, and the letters."""
    unit_kinds: frozenset[str]

    def __init__(self, faults: FaultList, seen: SeenNumbers, *, component: str, today: date) -> None:
        self._faults = faults
        self._seen = seen
        self._component = component
        self._today = today
        self._claim: OpenClaim | None = None
        self._born = ""
        self._policy: Segment | None = None
        self._inspectors: dict[str, Callable[[Segment, OpenClaim], None]] = {
            "HI": self._inspect_hi,
            "REF": self._inspect_ref,
            "LX": self._inspect_lx,
            "DTP": self._inspect_dtp,
            "AMT": self._inspect_amt,
            "PWK": self._inspect_pwk,
            **self._more_inspectors(),
        }

    @abstractmethod
    def _more_inspectors(self) -> dict[str, Callable[[Segment, OpenClaim], None]]:
        """Return what looks at the segments of this guide only."""

    @abstractmethod
    def _inspect_place(self, clm: Segment, place: list[str]) -> None:
        """Look at the three parts of CLM05."""

    @abstractmethod
    def _inspect_hi(self, hi: Segment, claim: OpenClaim) -> None:
        """Look at a segment of codes."""

    def _end(self, claim: OpenClaim) -> None:  # noqa: B027 (a guide may have nothing more to ask)
        """Look at what only a whole claim of this guide shows."""

    def policy(self, sbr: Segment) -> None:
        """Remember the policy (2000B) under which the claims that follow are sent."""
        self._policy = sbr

    def born_on(self, day: str) -> None:
        """Remember the birth date of the patient whose claims follow."""
        self._born = day

    def take(self, segment: Segment, loop: str) -> None:
        """Look at a segment if it is one of a claim."""
        if segment.name == "CLM":
            self.end_claim()
            self._claim = OpenClaim(
                segment,
                CoordinationInspector(self._faults, self._policy, component=self._component, today=self._today),
            )
            self._inspect_clm(segment)
            return
        if self._claim is None:
            return
        if loop in COORDINATION_LOOPS:
            self._claim.coordination.take(segment, loop)
        elif loop in ("2300", "2400", ""):
            inspector = self._inspectors.get(segment.name)
            if inspector is not None:
                inspector(segment, self._claim)

    def end_claim(self) -> None:
        """Look at what only a whole claim shows."""
        claim, self._claim = self._claim, None
        if claim is None:
            return
        total = cents(claim.clm[2])
        if total is not None and total != claim.cents_of_lines:
            self._faults.add(claim.clm, 2, f"The lines of the claim add up to {dollars(claim.cents_of_lines)}.")
        claim.coordination.end(total)
        if not claim.has_payer_number and self._parts(claim.clm, 5)[-1] in ("7", "8"):
            self._faults.add(claim.clm, 5, "A replacement or void needs the payer's claim number, REF*F8.")
        if claim.lines > self.most_lines:
            self._faults.add(claim.clm, 0, f"The claim has {claim.lines} lines; it takes at most {self.most_lines}.")
        self._end(claim)

    # --- segments ---------------------------------------------------------------------------------------------------

    def _inspect_clm(self, clm: Segment) -> None:
        if not CLAIM_NUMBER.fullmatch(clm[1]):
            self._faults.add(clm, 1, "It must be 1 to 20 letters and digits.")
        if clm[1] in self._seen.claims:
            self._faults.add(clm, 1, "Another claim of the file has this number.")
        self._seen.claims.add(clm[1])
        self._amount(clm, 2)
        place = self._parts(clm, 5)
        self._inspect_place(clm, place if len(place) == _PLACE_PARTS else ["", "", ""])
        for element, known in self.clm_codes:
            self._one_of(clm, element, tuple(known))

    def _inspect_charge(self, service: Segment, element: int, claim: OpenClaim) -> int:
        """Look at the charge of a line, add it to its claim and return it in cents."""
        self._amount(service, element)
        charge = cents(service[element]) or 0
        claim.cents_of_lines += charge
        claim.coordination.line(charge)
        return charge

    def _inspect_ref(self, ref: Segment, claim: OpenClaim) -> None:
        if ref[1] == "F8":
            claim.has_payer_number = True
        elif ref[1] == "6R":
            if not LINE_NUMBER.fullmatch(ref[2]):
                self._faults.add(ref, 2, "It must be 1 to 30 letters and digits.")
            if ref[2] in self._seen.lines:
                self._faults.add(ref, 2, "Another line of the file has this number.")
            self._seen.lines.add(ref[2])

    def _inspect_lx(self, lx: Segment, claim: OpenClaim) -> None:
        claim.lines += 1
        if lx[1] != str(claim.lines):
            self._faults.add(lx, 1, f"Line numbers rise by one from 1 in each claim; this one must be {claim.lines}.")

    def _inspect_dtp(self, dtp: Segment, _claim: OpenClaim) -> None:
        days = dtp[3].split("-") if dtp[2] == "RD8" else [dtp[3]]
        if dtp[2] not in ("D8", "RD8") or len(days) != (_RANGE if dtp[2] == "RD8" else 1):
            self._faults.add(dtp, 2, "It must be D8 with one day or RD8 with two.")
        remedy = self._days_remedy(days)
        if remedy:
            self._faults.add(dtp, 3, remedy)

    def _inspect_amt(self, amt: Segment, _claim: OpenClaim) -> None:
        self._amount(amt, 2)

    def _inspect_pwk(self, pwk: Segment, _claim: OpenClaim) -> None:
        if pwk[1] not in REPORTS:
            self._faults.add(pwk, 1, "It is no report type of the guide.")
        self._one_of(pwk, 2, tuple(sorted(TRANSMISSIONS)))
        if bool(pwk[6]) != (pwk[5] == "AC") or (not pwk[6] and pwk[2] != ON_REQUEST):
            self._faults.add(pwk, 6, "A paper that was sent has its number, with AC before it.")

    # --- questions --------------------------------------------------------------------------------------------------

    def _parts(self, segment: Segment, element: int) -> list[str]:
        return segment[element].split(self._component)

    def _one_of(self, segment: Segment, element: int, known: tuple[str, ...]) -> None:
        if segment[element] not in known:
            self._faults.add(segment, element, f"It must be one of {', '.join(known)}.")

    def _amount(self, segment: Segment, element: int) -> None:
        amount = cents(segment[element])
        if amount is None or not 0 < amount <= MOST_CENTS:
            self._faults.add(
                segment, element, "It must be an amount above 0, at most 99999999.99, without needless zeros."
            )

    def _units(self, service: Segment, unit: int, count: int) -> None:
        if service[unit] not in self.unit_kinds:
            self._faults.add(service, unit, f"It must be {' or '.join(sorted(self.unit_kinds, reverse=True))}.")
        if not UNITS.fullmatch(service[count]) or service[count] == "0":
            self._faults.add(service, count, "Units must be more than 0.")

    def _days_remedy(self, days: list[str]) -> str:
        remedy = next(filter(None, (day_remedy(day, self._today) for day in days)), "")
        if not remedy and days != sorted(days):
            return "The last day is before the first."
        if not remedy and days[0] < self._born:
            return "It is before the patient was born."
        return remedy

    def _diagnosis(self, hi: Segment, element: int, code: str, codes: set[str]) -> None:
        if "." in code or not is_valid_icd10(code):
            self._faults.add(hi, element, "It must be an ICD-10-CM code without its point.")
        if code in codes:
            self._faults.add(hi, element, "The claim has this diagnosis twice.")
        codes.add(code)

    def _procedure(self, service: Segment, element: int) -> None:
        parts = self._parts(service, element)
        if len(parts) not in _PROCEDURE_PARTS or parts[0] != "HC" or not parts[-1]:
            self._faults.add(service, element, "It must be HC, a code, up to four modifiers and a description.")
            return
        if not PROCEDURE.fullmatch(parts[1]):
            self._faults.add(service, element, "The procedure must be a CPT or HCPCS code of five characters.")
        modifiers = [modifier for modifier in parts[2:6] if modifier]
        if not all(map(MODIFIER.fullmatch, modifiers)) or len(set(modifiers)) < len(modifiers):
            self._faults.add(service, element, "A modifier is two capitals or digits, and stands once.")
        description = parts[6] if len(parts) == _PROCEDURE_PARTS[-1] else ""
        if len(description) > _LONGEST_DESCRIPTION:
            self._faults.add(service, element, f"The description has more than {_LONGEST_DESCRIPTION} characters.")
        if parts[1] in UNLISTED_CODES and not description:
            self._faults.add(service, element, "An unlisted code needs a description of what was done.")
