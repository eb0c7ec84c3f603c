"""One transaction set of claims: its count, its loops, its hierarchy, and the parties in it."""

from collections.abc import Callable
from datetime import date

from billing.x12.checking.faults import day_remedy
from billing.x12.checking.other_payers import OTHER_RELATIONSHIPS
from billing.x12.checking.parties import (
    FILING_INDICATORS,
    FULL_ZIP,
    MSP_TYPES,
    PO_BOX,
    RANKS,
    RELATIONSHIPS,
    SEXES,
)
from billing.x12.inspect_837.claim import SeenNumbers
from billing.x12.inspect_837.faults import FaultList
from billing.x12.inspect_837.grammar import Walk
from billing.x12.inspect_837.guides import Guide
from billing.x12.inspect_837.hierarchy import Hierarchy
from billing.x12.syntax import Segment
from patients.identifiers import IdentifierError, validate_npi, validate_state, validate_tax_id, validate_taxonomy

_NAMELESS_LOOPS = ("2010AB",)
_ID_LOOPS = ("1000A", "1000B", "2010BA", "2010BB", "2330A", "2330B")
_ZIP_LENGTHS = (5, FULL_ZIP)


class Transaction:
    """Takes the segments from ST to SE."""

    def __init__(
        self, st: Segment, guide: Guide, faults: FaultList, seen: SeenNumbers, *, component: str, today: date
    ) -> None:
        self._st = st
        self._guide = guide
        self._faults = faults
        self._today = today
        self._walk = Walk(guide.loops, faults)
        self._hierarchy = Hierarchy(faults)
        self._wanted_of_patient: set[str] = set()
        self._claims = guide.claims(faults, seen, component=component, today=today)
        self._inspectors: dict[str, Callable[[Segment, str], None]] = {
            "BHT": self._inspect_bht,
            "HL": self._inspect_hl,
            "NM1": self._inspect_nm1,
            "N3": self._inspect_n3,
            "N4": self._inspect_n4,
            "REF": self._inspect_ref,
            "PRV": self._inspect_prv,
            "SBR": self._inspect_sbr,
            "PAT": self._inspect_pat,
            "DMG": self._inspect_dmg,
            "CLM": self._inspect_clm,
        }

    def take(self, segment: Segment) -> None:
        """Inspect one segment between ST and SE."""
        loop = self._walk.step(segment)
        if loop == "2010BA":
            self._wanted_of_patient.discard(segment.name)
        inspector = self._inspectors.get(segment.name)
        if inspector is not None:
            inspector(segment, loop)
        self._claims.take(segment, loop)

    def end(self, se: Segment) -> None:
        """Inspect SE and what the whole set must show."""
        self._claims.end_claim()
        self._walk.end(se)
        self._hierarchy.end()
        count = se.position - self._st.position + 1
        if se[1] != str(count):
            self._faults.add(se, 1, f"The set has {count} segments from ST to SE.")
        if se[2] != self._st[2]:
            self._faults.add(se, 2, f"It is not the number that the set began with, {self._st[2]}.")

    # --- segments ---------------------------------------------------------------------------------------------------

    def _inspect_bht(self, bht: Segment, _loop: str) -> None:
        for element, known in ((1, ("0019",)), (2, ("00", "18")), (6, ("CH",))):
            self._one_of(bht, element, known)
        self._day(bht, 4)

    def _inspect_hl(self, hl: Segment, _loop: str) -> None:
        self._claims.end_claim()
        self._claims.born_on("")
        self._hierarchy.take(hl)

    def _inspect_nm1(self, nm1: Segment, loop: str) -> None:
        if not nm1[3] and loop not in _NAMELESS_LOOPS:
            self._faults.add(nm1, 3, "A name is missing.")
        if loop == "2010BB" and self._wanted_of_patient:
            missing = ", ".join(sorted(self._wanted_of_patient))
            self._faults.add(nm1, 0, f"The subscriber is the patient, and 2010BA has no {missing}.")
        entity = self._guide.entities.get(loop, nm1[2])
        if nm1[2] != entity:
            self._faults.add(nm1, 2, f"Only {'a person (1)' if entity == '1' else 'an organisation (2)'} stands here.")
        if bool(nm1[8]) != bool(nm1[9]):
            self._faults.add(nm1, 9, "An id and its qualifier stand together or not at all.")
        if loop in self._guide.npi_loops or (nm1[9] and loop in self._guide.facility_loops):
            self._one_of(nm1, 8, ("XX",))
            self._identifier(nm1, 9, validate_npi)
        elif not nm1[9] and loop in _ID_LOOPS:
            self._faults.add(nm1, 9, "An id is missing.")

    def _inspect_n3(self, n3: Segment, loop: str) -> None:
        for element in (1, 2):
            if loop == "2010AA" and PO_BOX.search(n3[element]):
                self._faults.add(n3, element, "A billing address is a street, never a post office box or lock box.")

    def _inspect_n4(self, n4: Segment, loop: str) -> None:
        self._identifier(n4, 2, validate_state)
        if not n4[3].isdigit() or len(n4[3]) not in _ZIP_LENGTHS:
            self._faults.add(n4, 3, "A ZIP code is five or nine digits.")
        elif (loop == "2010AA" or loop in self._guide.facility_loops) and len(n4[3]) != FULL_ZIP:
            self._faults.add(n4, 3, "The guide wants the nine digits of the ZIP code here.")

    def _inspect_ref(self, ref: Segment, loop: str) -> None:
        if loop == "2010AA" and ref[1] == "EI":
            self._identifier(ref, 2, validate_tax_id)

    def _inspect_prv(self, prv: Segment, _loop: str) -> None:
        self._identifier(prv, 3, validate_taxonomy)

    def _inspect_sbr(self, sbr: Segment, loop: str) -> None:
        self._one_of(sbr, 1, RANKS)
        if loop == "2320":
            self._one_of(sbr, 2, OTHER_RELATIONSHIPS)
        else:
            self._one_of(sbr, 2, ("",) if self._hierarchy.has_patients_below else ("18",))
            self._wanted_of_patient = {"N3", "N4", "DMG"} if sbr[2] else set()
            self._claims.policy(sbr)
        self._one_of(sbr, 5, MSP_TYPES)
        self._one_of(sbr, 9, FILING_INDICATORS)

    def _inspect_pat(self, pat: Segment, _loop: str) -> None:
        self._one_of(pat, 1, RELATIONSHIPS)

    def _inspect_dmg(self, dmg: Segment, _loop: str) -> None:
        self._one_of(dmg, 3, SEXES)
        self._day(dmg, 2)
        self._claims.born_on(dmg[2])

    def _inspect_clm(self, clm: Segment, _loop: str) -> None:
        self._hierarchy.claim(clm)

    # --- questions --------------------------------------------------------------------------------------------------

    def _one_of(self, segment: Segment, element: int, known: frozenset[str] | tuple[str, ...]) -> None:
        if segment[element] not in known:
            self._faults.add(segment, element, f"It must be one of {', '.join(code or 'nothing' for code in known)}.")

    def _day(self, segment: Segment, element: int) -> None:
        remedy = day_remedy(segment[element], self._today)
        if remedy:
            self._faults.add(segment, element, remedy)

    def _identifier(self, segment: Segment, element: int, validate: Callable[[str], str]) -> None:
        try:
            bare = validate(segment[element])
        except IdentifierError as error:
            self._faults.add(segment, element, str(error))
            return
        if bare != segment[element]:
            self._faults.add(segment, element, f"A claim carries it as {bare}.")
