"""Other payers of the claims of a file (2320, 2330, 2430): codes, turns, and that what they decided adds up.

Read from segments, not from the values of which they were written: what the check before writing says is asked again.
"""

from collections.abc import Callable
from datetime import date

from billing.x12.checking.faults import cents, day_remedy
from billing.x12.checking.forms import PROCEDURE, UNITS, dollars, signed_cents
from billing.x12.checking.other_payers import GROUPS, MOST_OTHER_PAYERS, REASON, TURNS
from billing.x12.inspect_837.faults import FaultList
from billing.x12.syntax import Segment

COORDINATION_LOOPS = ("2320", "2330A", "2330B", "2430")


class _Decision:
    """What a payer decided about a claim or a line: paid, and the sum of its adjustments, in cents."""

    def __init__(self, segment: Segment) -> None:
        self.segment = segment
        self.paid: int | None = None
        self.adjusted = 0
        self.groups: set[str] = set()


class _Payer:
    """One 2320 with its payer."""

    def __init__(self, sbr: Segment) -> None:
        self.sbr = sbr
        self.decision = _Decision(sbr)
        self.payer_id = ""
        self.non_covered: Segment | None = None


class _Line:
    """One service line and what was decided about it, by payer id."""

    def __init__(self, charge: int) -> None:
        self.charge = charge
        self.decisions: dict[str, list[_Decision]] = {}


class CoordinationInspector:
    """Takes the segments of one claim that are about other payers."""

    def __init__(self, faults: FaultList, sbr: Segment | None, *, component: str, today: date) -> None:
        self._faults = faults
        self._own = sbr
        self._component = component
        self._today = today
        self._payers: list[_Payer] = []
        self._lines: list[_Line] = []
        self._at: _Decision | None = None
        self._inspectors: dict[str, Callable[[Segment, str], None]] = {
            "SBR": self._inspect_sbr,
            "CAS": self._inspect_cas,
            "AMT": self._inspect_amt,
            "OI": self._inspect_oi,
            "NM1": self._inspect_nm1,
            "SVD": self._inspect_svd,
            "DTP": self._inspect_dtp,
        }

    def line(self, charge: int) -> None:
        """Begin a service line."""
        self._lines.append(_Line(charge))

    def take(self, segment: Segment, loop: str) -> None:
        """Look at a segment of one of these loops."""
        inspector = self._inspectors.get(segment.name)
        if inspector is not None:
            inspector(segment, loop)

    def end(self, total: int | None) -> None:
        """Look at what only a whole claim shows."""
        ranks = [sbr[1] for sbr in (self._own, *(payer.sbr for payer in self._payers)) if sbr is not None]
        if self._own is not None and self._own[1] in TURNS:
            for earlier in TURNS[: TURNS.index(self._own[1])]:
                if earlier not in ranks:
                    self._faults.add(self._own, 1, f"The payer before it, {earlier}, is not on the claim.")
        if len(self._payers) > MOST_OTHER_PAYERS:
            self._faults.add(self._payers[-1].sbr, 0, f"A claim takes at most {MOST_OTHER_PAYERS} other payers.")
        for payer in self._payers:
            self._end_payer(payer, total)
        for line in self._lines:
            self._end_line(line)

    # --- segments ---------------------------------------------------------------------------------------------------

    def _inspect_sbr(self, sbr: Segment, _loop: str) -> None:
        ranks = [payer.sbr[1] for payer in self._payers] + ([self._own[1]] if self._own is not None else [])
        if sbr[1] in ranks:
            self._faults.add(sbr, 1, "Another payer of the claim has this rank.")
        self._payers.append(_Payer(sbr))
        self._at = self._payers[-1].decision

    def _inspect_cas(self, cas: Segment, _loop: str) -> None:
        if self._at is None:
            return
        if cas[1] not in GROUPS:
            self._faults.add(cas, 1, f"It must be one of {', '.join(sorted(GROUPS))}.")
        if cas[1] in self._at.groups:
            self._faults.add(cas, 1, "The loop has a CAS of this group already; its reasons stand together.")
        self._at.groups.add(cas[1])
        for element in range(2, len(cas.elements), 3):
            if not REASON.fullmatch(cas[element]):
                self._faults.add(cas, element, "It must be a claim adjustment reason code.")
            amount = signed_cents(cas[element + 1])
            if not amount:
                self._faults.add(cas, element + 1, "It must be an amount that is not 0, without needless zeros.")
            if cas[element + 2] and not UNITS.fullmatch(cas[element + 2].removeprefix("-")):
                self._faults.add(cas, element + 2, "It must be a number of units.")
            self._at.adjusted += amount or 0

    def _inspect_amt(self, amt: Segment, _loop: str) -> None:
        amount = cents(amt[2])
        if amount is None:
            self._faults.add(amt, 2, "It must be an amount of 0 or more, without needless zeros.")
        if amt[1] == "D" and self._at is not None:
            self._at.segment, self._at.paid = amt, amount
        elif amt[1] == "A8" and self._payers:
            self._payers[-1].non_covered = amt

    def _inspect_oi(self, oi: Segment, _loop: str) -> None:
        for element, known in ((3, ("N", "W", "Y")), (4, ("", "P")), (6, ("I", "Y"))):
            if oi[element] not in known:
                self._faults.add(oi, element, f"It must be one of {', '.join(code or 'nothing' for code in known)}.")

    def _inspect_nm1(self, nm1: Segment, loop: str) -> None:
        if loop != "2330B" or not self._payers:
            return
        if nm1[9] in [payer.payer_id for payer in self._payers]:
            self._faults.add(nm1, 9, "Another of the claim's other payers has this id.")
        self._payers[-1].payer_id = nm1[9]

    def _inspect_svd(self, svd: Segment, _loop: str) -> None:
        if svd[1] not in [payer.payer_id for payer in self._payers]:
            self._faults.add(svd, 1, "None of the claim's other payers (2330B) has this id.")
        decision = self._at = _Decision(svd)
        decision.paid = cents(svd[2])
        if decision.paid is None:
            self._faults.add(svd, 2, "It must be an amount of 0 or more, without needless zeros.")
        procedure = svd[3].split(self._component)
        if procedure[0] != "HC" or not PROCEDURE.fullmatch("".join(procedure[1:2])):
            self._faults.add(svd, 3, "It must be HC and a CPT or HCPCS code of five characters.")
        if not UNITS.fullmatch(svd[5]):
            self._faults.add(svd, 5, "It must be a number of units.")
        if self._lines:
            self._lines[-1].decisions.setdefault(svd[1], []).append(decision)

    def _inspect_dtp(self, dtp: Segment, _loop: str) -> None:
        if dtp[2] != "D8":
            self._faults.add(dtp, 2, "It must be D8, one day.")
        remedy = day_remedy(dtp[3], self._today)
        if remedy:
            self._faults.add(dtp, 3, remedy)

    # --- sums -------------------------------------------------------------------------------------------------------

    def _end_payer(self, payer: _Payer, total: int | None) -> None:
        decided = [one for line in self._lines for one in line.decisions.get(payer.payer_id, ())]
        decision = payer.decision
        if payer.non_covered is not None:
            if decision.paid is not None or decision.adjusted or decided:
                self._faults.add(payer.non_covered, 2, "A payer that was passed over decided nothing.")
            elif cents(payer.non_covered[2]) != total:
                self._faults.add(payer.non_covered, 2, "It is not the charge of the claim.")
        elif decision.paid is None:
            self._end_undecided(payer, has_lines=bool(decided))
        else:
            self._balance(decision, decided, total)

    def _end_undecided(self, payer: _Payer, *, has_lines: bool) -> None:
        own = self._own[1] if self._own is not None else ""
        is_earlier = payer.sbr[1] in TURNS and own in TURNS and TURNS.index(payer.sbr[1]) < TURNS.index(own)
        if is_earlier or has_lines or payer.decision.groups:
            self._faults.add(
                payer.sbr, 0, "This payer decides before the claim's, and AMT*D does not say what it paid."
            )

    def _balance(self, decision: _Decision, decided: list[_Decision], total: int | None) -> None:
        paid = decision.paid or 0
        found = paid + decision.adjusted + sum(one.adjusted for one in decided)
        if total is not None and found != total:
            message = f"Paid and adjusted make {dollars(found)}, and the claim's charge is {dollars(total)}."
            self._faults.add(decision.segment, 2, message)
        of_lines = sum(one.paid or 0 for one in decided) - decision.adjusted
        if decided and paid != of_lines:
            self._faults.add(decision.segment, 2, f"Its lines less the claim's adjustments make {dollars(of_lines)}.")

    def _end_line(self, line: _Line) -> None:
        for decisions in line.decisions.values():
            found = sum((one.paid or 0) + one.adjusted for one in decisions)
            if found != line.charge:
                message = f"Paid and adjusted make {dollars(found)}, and the line's charge is {dollars(line.charge)}."
                self._faults.add(decisions[0].segment, 2, message)
