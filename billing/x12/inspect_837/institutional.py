"""What only institutional claims are asked: bill type, statement days, the many HI, SV2 with its revenue code."""

from collections.abc import Callable

from billing.x12.check_837i.claim import ADMISSION_SOURCES, ADMISSION_TYPES, FACILITY_CODES, PATIENT_STATUSES
from billing.x12.check_837i.codes import (
    ADJUSTING,
    CODE,
    INPATIENT,
    MOST_DIAGNOSES,
    MOST_VISIT_REASONS,
    OTHER_CHANGE,
    REPLACING,
    VOIDING,
    is_value,
)
from billing.x12.check_837i.lines import MOST_LINES, REVENUE_CODE, TOTAL_REVENUE_CODE, UNIT_KINDS
from billing.x12.checking.claims import FREQUENCIES
from billing.x12.checking.faults import cents, day_remedy
from billing.x12.inspect_837.claim import ClaimInspector, OpenClaim
from billing.x12.syntax import Segment

_ANY_DAY = ("", "99999999")
_DATED_PARTS = 4  # BH and BI: qualifier, code, D8 or RD8, day or days
_VALUE_PARTS = 5  # BE: qualifier, code, two empty, amount
_DIAGNOSES = ("ABK", "ABF")


class InstitutionalClaims(ClaimInspector):
    """Looks at the claims of an 837I."""

    most_lines = MOST_LINES
    clm_codes = ((7, "ABC"), (8, "NWY"), (9, "IY"))
    unit_kinds = UNIT_KINDS

    def _more_inspectors(self) -> dict[str, Callable[[Segment, OpenClaim], None]]:
        return {"CL1": self._inspect_cl1, "NTE": self._inspect_nte, "SV2": self._inspect_sv2}

    # --- 2300 -------------------------------------------------------------------------------------------------------

    def _inspect_place(self, clm: Segment, place: list[str]) -> None:
        self._frequency = place[2]
        self._statement = _ANY_DAY
        self._reasons: set[str] = set()
        self._conditions: list[str] = []
        self._has_remarks = False
        if place[0] not in FACILITY_CODES or place[1] != "A" or place[2] not in FREQUENCIES:
            known = " or ".join(sorted(FACILITY_CODES))
            self._faults.add(clm, 5, f"It must be a facility code ({known}), A, and frequency 1, 7 or 8.")

    def _inspect_cl1(self, cl1: Segment, _claim: OpenClaim) -> None:
        for element, known in ((1, ADMISSION_TYPES), (2, ADMISSION_SOURCES), (3, PATIENT_STATUSES)):
            self._one_of(cl1, element, tuple(sorted(known)))

    def _inspect_nte(self, nte: Segment, _claim: OpenClaim) -> None:
        self._has_remarks |= nte[1] == "ADD"

    def _inspect_dtp(self, dtp: Segment, claim: OpenClaim) -> None:
        super()._inspect_dtp(dtp, claim)
        first, _, last = dtp[3].partition("-")
        if dtp[1] == "434":
            if dtp[2] != "RD8":
                self._faults.add(dtp, 2, "The days of a statement are a range, RD8.")
            elif not self._days_remedy([first, last]):
                self._statement = (first, last)
        elif first < self._statement[0] or (last or first) > self._statement[1]:
            self._faults.add(dtp, 3, f"It lies outside the days of the statement, {'-'.join(self._statement)}.")

    def _inspect_hi(self, hi: Segment, claim: OpenClaim) -> None:
        name = self._parts(hi, 1)[0]
        inspect = {"BI": self._dated, "BH": self._dated, "BE": self._value, "BG": self._condition}.get(name)
        for element in range(1, len(hi.elements)):
            parts = self._parts(hi, element)
            if parts[0] != name:
                self._faults.add(hi, element, f"Its qualifier must be {name}, as that of the first.")
            if inspect is not None:
                inspect(hi, element, parts)
            else:
                codes = claim.diagnoses if name in _DIAGNOSES else self._reasons
                self._diagnosis(hi, element, self._component.join(parts[1:]), codes)
        self._inspect_count(hi, name, claim)

    def _inspect_count(self, hi: Segment, name: str, claim: OpenClaim) -> None:
        if name == "ABK" and len(hi.elements) > 2:  # noqa: PLR2004 (HI and one code)
            self._faults.add(hi, 2, "The principal diagnosis stands alone; the others have an HI of their own.")
        if len(claim.diagnoses) > MOST_DIAGNOSES or len(self._reasons) > MOST_VISIT_REASONS:
            most = f"{MOST_DIAGNOSES} diagnoses and {MOST_VISIT_REASONS} reasons for the visit"
            self._faults.add(hi, 0, f"A claim takes at most {most}.")

    def _dated(self, hi: Segment, element: int, parts: list[str]) -> None:
        """Look at an occurrence or an occurrence span."""
        wanted = "D8" if parts[0] == "BH" else "RD8"
        if len(parts) != _DATED_PARTS or not CODE.fullmatch(parts[1]) or parts[2] != wanted:
            self._faults.add(hi, element, f"It must be {parts[0]}, a code of two signs, {wanted}, and when.")
            return
        days = parts[3].split("-")
        if len(days) != (1 if wanted == "D8" else 2):
            self._faults.add(hi, element, f"With {wanted} stands {'one day' if wanted == 'D8' else 'a range'}.")
            return
        remedy = next(filter(None, (day_remedy(day, self._today) for day in days)), "")
        if not remedy and days != sorted(days):
            remedy = "The last day is before the first."
        if remedy:
            self._faults.add(hi, element, remedy)

    def _value(self, hi: Segment, element: int, parts: list[str]) -> None:
        if len(parts) != _VALUE_PARTS or not CODE.fullmatch(parts[1]) or any(parts[2:4]):
            self._faults.add(hi, element, "It must be BE, a code of two signs, two empty parts, and an amount.")
        elif not is_value(parts[1], parts[4]):
            self._faults.add(hi, element, "Its amount must be above 0, without needless zeros; 0 only if paid before.")

    def _condition(self, hi: Segment, element: int, parts: list[str]) -> None:
        code = self._component.join(parts[1:])
        if not CODE.fullmatch(code):
            self._faults.add(hi, element, "It must be BG and a code of two signs.")
        if code in self._conditions:
            self._faults.add(hi, element, "The claim has this condition twice.")
        self._conditions.append(code)

    def _end(self, claim: OpenClaim) -> None:
        """Look at the reason of an adjustment."""
        wanted = ADJUSTING.get(self._frequency, frozenset())
        reasons = [code for code in self._conditions if code in REPLACING | VOIDING | INPATIENT]
        if len(reasons) != (1 if wanted else 0) or not wanted.issuperset(reasons):
            known = f"exactly one of {', '.join(sorted(wanted))}" if wanted else "no reason of an adjustment"
            self._faults.add(claim.clm, 5, f"A bill of this frequency has {known} among its conditions (HI*BG).")
        if OTHER_CHANGE in reasons and not self._has_remarks:
            self._faults.add(claim.clm, 0, f"Condition {OTHER_CHANGE} needs remarks, NTE*ADD.")

    # --- 2400 -------------------------------------------------------------------------------------------------------

    def _inspect_sv2(self, sv2: Segment, claim: OpenClaim) -> None:
        if not REVENUE_CODE.fullmatch(sv2[1]) or sv2[1] == TOTAL_REVENUE_CODE:
            self._faults.add(sv2, 1, "It must be a revenue code of four digits, and not the total.")
        self._procedure(sv2, 2)
        charge = self._inspect_charge(sv2, 3, claim)
        self._units(sv2, 4, 5)
        if sv2[7]:
            self._amount(sv2, 7)
            if (cents(sv2[7]) or 0) > charge:
                self._faults.add(sv2, 7, "It is more than the charge of its line.")
