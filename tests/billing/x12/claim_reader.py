"""Reads a professional claim file back into the values it was written from: the writer's mirror, for round trips."""

from typing import Any

from billing.x12.claim_837p import Claim837P, Line837P
from billing.x12.parties import Address, BillingProvider, Dependant, Facility, Payer, Provider, Subscriber
from billing.x12.syntax import Segment, read_separators, tokenise

_PROVIDER_ROLES = {"DN": "referring", "82": "rendering", "DQ": "supervising"}
_CLAIM_REFERENCES = {
    "9F": "referral",
    "G1": "authorization",
    "F8": "payer_claim_number",
    "EA": "medical_record_number",
}


def read_claims(text: str) -> list[Claim837P]:
    """Return the claims of an interchange in their order."""
    separators = read_separators(text)
    reader = _Reader(separators.component)
    for segment in tokenise(text, separators):
        step = getattr(reader, f"_{segment.name.lower()}", None)
        if step is not None:
            step(segment)
    reader.close_claim()
    return reader.claims


def _name(nm1: Segment, last: str = "last_name") -> dict[str, Any]:
    return {last: nm1[3], "first_name": nm1[4], "middle_name": nm1[5], "suffix": nm1[7], "is_person": nm1[2] == "1"}


class _Reader:
    """Keeps the parties that are open; ``_party`` gets the N3, N4, DMG, REF and PRV that follow an NM1."""

    def __init__(self, component: str) -> None:
        self.claims: list[Claim837P] = []
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
            self._party = claim[_PROVIDER_ROLES[self._role]] = _name(nm1) | {"npi": nm1[9]}

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

    def _ref(self, ref: Segment) -> None:
        if self._line is not None:
            self._line[{"G1": "authorization", "6R": "control_number"}[ref[1]]] = ref[2]
        elif self._claim is not None:
            self._claim[_CLAIM_REFERENCES[ref[1]]] = ref[2]
        else:
            self._billing.update(tax_id_kind=ref[1], tax_id=ref[2])

    def _dtp(self, dtp: Segment) -> None:
        if self._line is not None:
            first, _, last = dtp[3].partition("-")
            self._line.update(service_on=first, service_through=last)
        elif self._claim is not None:
            self._claim[{"435": "admitted_on", "096": "discharged_on"}[dtp[1]]] = dtp[3]

    def _amt(self, amt: Segment) -> None:
        assert self._claim is not None
        self._claim["patient_paid"] = amt[2]

    def _nte(self, nte: Segment) -> None:
        owner = self._claim if self._line is None else self._line
        assert owner is not None
        owner.update(note_kind=nte[1], note=nte[2])

    def _hi(self, hi: Segment) -> None:
        assert self._claim is not None
        self._claim["diagnoses"] = tuple(code.split(self._component)[1] for code in hi.elements[1:])

    def _lx(self, _lx: Segment) -> None:
        assert self._claim is not None
        self._line = {}
        self._claim["lines"].append(self._line)

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

    def close_claim(self) -> None:
        """Make the value of the claim that was open."""
        if self._claim is None:
            return
        claim, self._claim, self._line = self._claim, None, None
        claim["lines"] = tuple(Line837P(**line) for line in claim["lines"])
        for role in _PROVIDER_ROLES.values():
            if role in claim:
                claim[role] = Provider(**claim[role])
        if "facility" in claim:
            claim["facility"] = Facility(**claim["facility"])
        self.claims.append(
            Claim837P(
                billing=BillingProvider(**self._billing),
                subscriber=Subscriber(**self._subscriber),
                payer=Payer(**self._payer),
                dependant=Dependant(**self._dependant) if self._dependant is not None else None,
                **claim,
            )
        )
