"""Reads other payers (2320, 2330, 2430) and papers of any kind of claim back into the values they were written from."""

from abc import ABC
from typing import Any, TypeVar

from billing.x12.attachments import Attachment
from billing.x12.other_payers import Adjustment, LineAdjudication, OtherPayer, OutpatientAdjudication, Reason
from billing.x12.parties import Payer, Subscriber
from billing.x12.read_back.parties import PartyReader
from billing.x12.syntax import Segment

Claim = TypeVar("Claim")
_AMOUNTS = {"D": "paid", "A8": "non_covered", "EAF": "remaining"}
_REFERENCES = {"G1": "authorization", "9F": "referral", "F8": "claim_number"}


class CoordinationReader(PartyReader[Claim], ABC):
    """Keeps the other payer that is open, from its SBR to the first line, and the decision that is open in a line.

    A kind of claim calls ``_took`` first for segments that may be another payer's.
    """

    def __init__(self, component: str) -> None:
        super().__init__(component)
        self._other: dict[str, Any] | None = None
        self._decision: dict[str, Any] | None = None

    def _took(self, segment: Segment) -> bool:
        """Read AMT, REF or DTP of another payer or its decision; tell whether it was one."""
        owner = self._other if self._decision is None else self._decision
        if owner is None:
            return False
        if segment.name == "AMT":
            owner[_AMOUNTS[segment[1]]] = segment[2]
        elif segment.name == "REF":
            owner[_REFERENCES[segment[1]]] = segment[2]
        else:
            owner["adjudicated_on"] = segment[3]
        return True

    def _sbr(self, sbr: Segment) -> None:
        if self._claim is None:
            super()._sbr(sbr)
            return
        policy = {"rank": sbr[1], "group_number": sbr[3], "group_name": sbr[4], "msp_type": sbr[5]}
        policy["filing_indicator"] = sbr[9]
        self._other = {"relationship": sbr[2], "adjustments": [], "policy": policy, "payer": {}}
        self._claim.setdefault("other_payers", []).append(self._other)

    def _nm1(self, nm1: Segment) -> None:
        if self._other is None:
            super()._nm1(nm1)
            return
        self._role = nm1[1]
        if nm1[1] == "IL":
            self._party = self._other["policy"]
            self._party.update(last_name=nm1[3], first_name=nm1[4], middle_name=nm1[5], suffix=nm1[7], member_id=nm1[9])
            self._party["is_person"] = nm1[2] == "1"
        else:
            self._party = self._other["payer"]
            self._party.update(name=nm1[3], id_kind=nm1[8], payer_id=nm1[9])

    def _oi(self, oi: Segment) -> None:
        assert self._other is not None
        self._other.update(benefits_assigned=oi[3], patient_signature_source=oi[4], release_of_information=oi[6])

    def _moa(self, moa: Segment) -> None:
        assert self._other is not None
        remarks = tuple(moa[element] for element in range(3, 8) if moa[element])
        self._other["outpatient"] = OutpatientAdjudication(remarks, moa[1], moa[2], moa[8], moa[9])

    def _cas(self, cas: Segment) -> None:
        owner = self._other if self._decision is None else self._decision
        assert owner is not None
        starts = range(2, len(cas.elements), 3)
        reasons = tuple(Reason(cas[start], cas[start + 1], cas[start + 2]) for start in starts)
        owner["adjustments"].append(Adjustment(cas[1], reasons))

    def _lx(self, _lx: Segment) -> None:
        assert self._claim is not None
        self._other = self._decision = None
        self._line = {}
        self._claim["lines"].append(self._line)

    def _svd(self, svd: Segment) -> None:
        assert self._line is not None
        _, code, *modifiers = svd[3].split(self._component)
        self._decision = {"payer_id": svd[1], "paid": svd[2], "code": code, "modifiers": tuple(modifiers)}
        self._decision.update(revenue_code=svd[4], units=svd[5], bundled_into=svd[6], adjustments=[])
        self._line.setdefault("adjudications", []).append(self._decision)

    def _pwk(self, pwk: Segment) -> None:
        owner = self._claim if self._line is None else self._line
        assert owner is not None
        owner["attachments"] = (*owner.get("attachments", ()), Attachment(pwk[1], pwk[2], pwk[6]))

    def close_claim(self) -> None:
        """Make the values of other payers and decisions, then of the claim that was open."""
        self._other = self._decision = None
        if self._claim is not None:
            self._claim["other_payers"] = tuple(map(_other_payer, self._claim.get("other_payers", ())))
            for line in self._claim["lines"]:
                line["adjudications"] = tuple(map(_adjudication, line.get("adjudications", ())))
        super().close_claim()


def _other_payer(other: dict[str, Any]) -> OtherPayer:
    policy = Subscriber(**other.pop("policy"))
    return OtherPayer(**_with_adjustments(other) | {"subscriber": policy, "payer": Payer(**other["payer"])})


def _adjudication(decision: dict[str, Any]) -> LineAdjudication:
    return LineAdjudication(**_with_adjustments(decision))


def _with_adjustments(value: dict[str, Any]) -> dict[str, Any]:
    return value | {"adjustments": tuple(value["adjustments"])}
