"""Reads the loops around claims back into the values they were written from; each kind of claim reads its own."""

from abc import ABC, abstractmethod
from typing import Any, Generic, TypeVar

from billing.x12.parties import Address, BillingProvider, Dependant, Facility, Payer, Provider, Subscriber
from billing.x12.syntax import Segment, read_separators, tokenise

Claim = TypeVar("Claim")
CLAIM_REFERENCES = {
    "9F": "referral",
    "G1": "authorization",
    "F8": "payer_claim_number",
    "EA": "medical_record_number",
}


def _name(nm1: Segment, last: str = "last_name") -> dict[str, Any]:
    return {last: nm1[3], "first_name": nm1[4], "middle_name": nm1[5], "suffix": nm1[7], "is_person": nm1[2] == "1"}


class PartyReader(ABC, Generic[Claim]):
    """Keeps the parties that are open; ``_party`` gets the N3, N4, DMG, REF and PRV that follow an NM1."""

    roles: dict[str, str]
    """The fields of providers by the codes of their NM1."""

    def __init__(self, component: str) -> None:
        self.claims: list[Claim] = []
        self._component = component
        self._billing: dict[str, Any] = {}
        self._subscriber: dict[str, Any] = {}
        self._payer: dict[str, Any] = {}
        self._dependant: dict[str, Any] | None = None
        self._claim: dict[str, Any] | None = None
        self._line: dict[str, Any] | None = None
        self._party: dict[str, Any] = {}
        self._role = ""

    def _hl(self, hl: Segment) -> None:
        self.close_claim()
        if hl[3] == "20":
            self._billing = {}
        if hl[3] == "22":
            self._subscriber, self._dependant = {}, None
        if hl[3] == "23":
            self._dependant = {}

    def _se(self, _se: Segment) -> None:
        self.close_claim()

    def _prv(self, prv: Segment) -> None:
        (self._billing if prv[1] == "BI" else self._party)["taxonomy"] = prv[3]

    def _sbr(self, sbr: Segment) -> None:
        self._subscriber.update(
            rank=sbr[1], group_number=sbr[3], group_name=sbr[4], msp_type=sbr[5], filing_indicator=sbr[9]
        )

    def _pat(self, pat: Segment) -> None:
        assert self._dependant is not None
        self._dependant["relationship"] = pat[1]

    def _nm1(self, nm1: Segment) -> None:
        self._role = nm1[1]
        if self._role == "85":
            self._party = self._billing
            self._party.update(_name(nm1, "name"), npi=nm1[9])
        elif self._role == "87":
            self._party = {}
        elif self._role == "IL":
            self._party = self._subscriber
            self._party.update(_name(nm1), member_id=nm1[9])
        elif self._role == "PR":
            self._party = self._payer = {"name": nm1[3], "id_kind": nm1[8], "payer_id": nm1[9]}
        elif self._role == "QC":
            assert self._dependant is not None
            self._party = self._dependant
            self._party.update(_name(nm1))
            del self._party["is_person"]
        elif self._claim is not None:  # 41 and 40, before any claim, belong to the envelope
            self._claim_party(nm1, self._claim)

    def _claim_party(self, nm1: Segment, claim: dict[str, Any]) -> None:
        if self._role == "77":
            self._party = claim["facility"] = {"name": nm1[3], "npi": nm1[9]}
        else:
            self._party = claim[self.roles[self._role]] = _name(nm1) | {"npi": nm1[9]}

    def _n3(self, n3: Segment) -> None:
        self._party["_street"] = (n3[1], n3[2])

    def _n4(self, n4: Segment) -> None:
        street, street2 = self._party.pop("_street")
        address = Address(street, n4[1], n4[2], n4[3], street2)
        if self._role == "87":
            self._billing["pay_to"] = address
        else:
            self._party["address"] = address

    def _dmg(self, dmg: Segment) -> None:
        self._party.update(birth_on=dmg[2], sex=dmg[3])

    def read(self, text: str) -> list[Claim]:
        """Return the claims of an interchange in their order."""
        for segment in tokenise(text, read_separators(text)):
            step = getattr(self, f"_{segment.name.lower()}", None)
            if step is not None:
                step(segment)
        self.close_claim()
        return self.claims

    def close_claim(self) -> None:
        """Make the value of the claim that was open."""
        if self._claim is None:
            return
        claim, self._claim, self._line = self._claim, None, None
        for role in self.roles.values():
            if role in claim:
                claim[role] = Provider(**claim[role])
        if "facility" in claim:
            claim["facility"] = Facility(**claim["facility"])
        claim.update(
            billing=BillingProvider(**self._billing),
            subscriber=Subscriber(**self._subscriber),
            payer=Payer(**self._payer),
            dependant=Dependant(**self._dependant) if self._dependant is not None else None,
        )
        self.claims.append(self._made(claim))

    @abstractmethod
    def _made(self, claim: dict[str, Any]) -> Claim:
        """Make the value of a claim and its lines."""
