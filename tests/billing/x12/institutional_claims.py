"""Institutional claims for the tests of the X12 room: a made-up hospital, its departments and its bills."""

import random
from datetime import date, timedelta
from typing import Any

from billing.x12.attachments import Attachment
from billing.x12.claim_837i import (
    Claim837I,
    Line837I,
    Note,
    Occurrence,
    OccurrenceSpan,
    ValueCode,
    write_interchange,
)
from billing.x12.envelope import Envelope
from billing.x12.interchange import ClaimPlace, Written
from billing.x12.parties import Address, BillingProvider
from tests.billing.x12.claims import (
    ADA,
    ANNEX,
    BEAM,
    BORIS,
    CLARA,
    CLARA_PARENT,
    MEDICARE,
    MUTUAL,
    REEVE,
    SPENCER,
    an_envelope,
    segments_of_sets,
)
from tests.billing.x12.optional_parts import with_other_payers

BAY_HOSPITAL = BillingProvider(
    "BAY GENERAL HOSPITAL",
    "1245319599",
    "123456789",
    Address("1 HOSPITAL DR", "BOSTON", "MA", "021151234"),
    taxonomy="282N00000X",
)
CAPE_HOSPITAL = BillingProvider(
    "CAPE HOSPITAL",
    "1003000126",
    "987654321",
    Address("9 CAPE RD", "LYNN", "MA", "019011234", street2="EAST WING"),
    pay_to=Address("PO BOX 12", "LYNN", "MA", "019030012"),
)
PART_A = MEDICARE._replace(name="MEDICARE PART A", payer_id="14211")
SPENCER_ONCOLOGIST = SPENCER._replace(taxonomy="2085R0001X")
ADA_PART_A = ADA._replace(filing_indicator="MA")


def a_bill_line(number: int = 1, **changes: Any) -> Line837I:
    """Return a delivery line of the hospital; any field can be given."""
    return Line837I(f"H{number:06}", "0333", "77386", "670", "1", "20251105")._replace(**changes)


def a_bill(number: int = 1, **changes: Any) -> Claim837I:
    """Return Ada's bill of one line; any field can be given."""
    given = Claim837I(
        control_number=f"B{number:06}",
        charge="670",
        statement_from="20251101",
        statement_through="20251130",
        billing=BAY_HOSPITAL,
        payer=PART_A,
        subscriber=ADA_PART_A,
        diagnoses=("C50911",),
        lines=(a_bill_line(number),),
        attending=BEAM,
    )
    return given._replace(**changes)


def a_dependants_bill(number: int = 1, **changes: Any) -> Claim837I:
    """Return Clara's bill, a child on her father's policy; any field can be given."""
    return a_bill(number, payer=MUTUAL, subscriber=CLARA_PARENT, dependant=CLARA)._replace(**changes)


class BillFile:
    """A written interchange: its text, what the writer said of it, and where each claim stands."""

    def __init__(self, claims: list[Claim837I], envelope: Envelope) -> None:
        pieces: list[str] = []
        self.places: list[tuple[Claim837I, ClaimPlace]] = []
        self.written: Written = write_interchange(
            envelope, iter(claims), pieces.append, placed=lambda claim, place: self.places.append((claim, place))
        )
        self.text = "".join(pieces)
        self.segments = self.text.rstrip("~").split("~")

    def sets(self) -> list[list[str]]:
        """Return the segments of each transaction set, from ST to SE."""
        return segments_of_sets(self.segments)

    def named(self, name: str) -> list[list[str]]:
        """Return the elements of every segment of a name."""
        return [segment.split("*") for segment in self.segments if segment.split("*")[0] == name]


def a_bill_file(*claims: Claim837I, **envelope: Any) -> BillFile:
    """Write bills (Ada's, if none is given) under the test envelope."""
    return BillFile(list(claims) or [a_bill()], an_envelope(**envelope))


ADJUSTED = {"7": ("D0", "D1", "D2", "D9", "E0"), "8": ("D5", "D6")}
"""The reasons of an adjustment that are tried, by frequency."""


def varied_bills(count: int, seed: int = 7) -> list[Claim837I]:
    """Return bills of every shape, the same ones every time: every optional segment and loop stands on some."""
    chance = random.Random(seed)
    return [_varied_bill(number, chance) for number in range(1, count + 1)]


def _varied_bill(number: int, chance: random.Random) -> Claim837I:
    lines = tuple(
        _varied_bill_line(number * 1000 + place, chance)
        for place in range(999 if number == 1 else chance.choice((1, 2, 4, 5, 7)))
    )
    cents = sum(round(float(line.charge) * 100) for line in lines)
    frequency = chance.choice("111178")
    reason = chance.choice(ADJUSTED.get(frequency, ("",)))
    claim = a_bill(
        number,
        charge=f"{cents // 100}.{cents % 100:02}".rstrip("0").rstrip(".") if cents % 100 else str(cents // 100),
        lines=lines,
        statement_from=min(line.service_on for line in lines),
        statement_through=max(line.service_through or line.service_on for line in lines),
        diagnoses=tuple(f"C50{place}" for place in chance.sample(range(10, 60), chance.choice((1, 2, 4, 13, 25)))),
        billing=chance.choice((BAY_HOSPITAL, CAPE_HOSPITAL)),
        attending=chance.choice((BEAM, SPENCER_ONCOLOGIST)),
        rendering=chance.choice((None, SPENCER)),
        referring=chance.choice((None, REEVE)),
        facility=chance.choice((None, ANNEX)),
        frequency=frequency,
        payer_claim_number=f"P{number}" if reason else "",
        patient_status=chance.choice(("01", "30")),
        **_varied_codes(chance, reason),
        **_varied_details(chance, number),
    )
    patient = chance.choice("ABC")
    if patient == "B":
        claim = claim._replace(payer=MUTUAL, subscriber=BORIS)
    if patient == "C":
        claim = claim._replace(payer=MUTUAL, subscriber=CLARA_PARENT, dependant=CLARA)
    return with_payers_of_bill(claim, chance)


def _varied_codes(chance: random.Random, reason: str) -> dict[str, Any]:
    days = [f"202501{day:02}" for day in range(1, 25)]
    return {
        "condition_codes": (*((reason,) if reason else ()), *chance.choice(((), ("G0",), tuple(CONDITIONS[:23])))),
        "occurrences": chance.choice(((), (Occurrence("11", "20250101"),), tuple(Occurrence("11", d) for d in days))),
        "occurrence_spans": chance.choice(((), (OccurrenceSpan("74", "20250101", "20250109"),))),
        "value_codes": chance.choice(((), (ValueCode("A1", "12.5"), ValueCode("61", "35")))),
        "visit_reasons": chance.choice(((), (), ("R0789", "R0600"))),
        "notes": chance.choice(((), (Note("MED", "CISPLATIN WEEKLY"), Note("DGN", "SECOND COURSE, OTHER SITE")))),
        "billing_note": "COUNTED TWICE BY MISTAKE" if reason == "D9" else chance.choice(("", "SEE REMARKS")),
    }


def with_payers_of_bill(bill: Any, chance: random.Random) -> Claim837I:
    """Return the bill as one to the first, second or third payer, without what only professional claims say."""
    shared: Any = with_other_payers(bill, chance)
    lines = tuple(
        line._replace(adjudications=tuple(one._replace(revenue_code=line.revenue_code) for one in line.adjudications))
        for line in shared.lines
    )
    others = tuple(
        other._replace(subscriber=other.subscriber._replace(msp_type=""), patient_signature_source="")
        for other in shared.other_payers
    )
    changed: Claim837I = shared._replace(
        lines=lines, other_payers=others, subscriber=shared.subscriber._replace(msp_type="")
    )
    return changed


CONDITIONS = [f"{letter}{digit}" for letter in "AB" for digit in range(10)] + ["G0", "H0", "W2"]
"""Condition codes that are no reasons of an adjustment."""


def _varied_details(chance: random.Random, number: int) -> dict[str, Any]:
    return {
        "authorization": chance.choice(("", f"AUTH{number}")),
        "referral": chance.choice(("", f"REF{number}")),
        "medical_record_number": chance.choice(("", f"A-{number}")),
        "estimated_due": chance.choice(("", "25.5")),
        "attachments": chance.choice(((), (Attachment("OZ", "FX", "REPORT-17"), Attachment("03", "AA")))),
    }


def _varied_bill_line(number: int, chance: random.Random) -> Line837I:
    code = chance.choice(("77301", "77386", "77385", "G6015", "77336", "77299"))
    day = date(2025, 1, 2) + timedelta(days=chance.randrange(300))
    charge = chance.choice(("670", "1234.5", "99.99", "0.01"))
    return a_bill_line(
        number,
        revenue_code=chance.choice(("0333", "0330")),
        code=code,
        charge=charge,
        units=chance.choice(("1", "2")),
        unit=chance.choice(("UN", "UN", "UN", "DA")),
        service_on=f"{day:%Y%m%d}",
        service_through=chance.choice(("", "", f"{day + timedelta(days=4):%Y%m%d}")),
        modifiers=tuple(chance.sample(("PO", "59", "76", "XE"), chance.choice((0, 0, 1, 4)))),
        not_covered=charge if chance.random() < 0.1 else "",
        description="PLANNING FOR A PHANTOM STUDY" if code == "77299" else "",
        attachments=chance.choice(((), (), (), (Attachment("DG", "EL", "SCAN 3"),))),
    )
