"""Claims and parties for the tests of the X12 room: made-up people, addresses and numbers."""

import random
from datetime import date, datetime, timedelta
from typing import Any

from billing.x12.claim_837p import Claim837P, ClaimPlace, Line837P, Written, write_interchange
from billing.x12.envelope import Envelope, Receiver, Submitter
from billing.x12.other_payers import Adjustment, LineAdjudication, OtherPayer, Reason
from billing.x12.parties import Address, BillingProvider, Dependant, Facility, Payer, Provider, Subscriber

TODAY = date(2026, 11, 22)

HARBOR = BillingProvider(
    "HARBOR RADIATION ONCOLOGY",
    "1245319599",
    "123456789",
    Address("100 HARBOR WAY", "BOSTON", "MA", "021151234"),
    taxonomy="2085R0001X",
)
SOLO = BillingProvider(
    "PRACTICE",
    "1003000126",
    "987654321",
    Address("9 CAPE RD", "LYNN", "MA", "019011234", street2="FLOOR 2"),
    pay_to=Address("PO BOX 12", "LYNN", "MA", "019030012"),
    is_person=True,
    first_name="SOL",
)
BEAM = Provider("BEAM", "ANN", "1679576722", "2085R0001X")
REEVE = Provider("REEVE", "REFA", "1114920006")
SPENCER = Provider("SPENCER", "STELLA", "1111111112", middle_name="Q", suffix="MD")
ANNEX = Facility("HARBOR ANNEX", Address("7 QUAY ST", "SALEM", "MA", "019701234"), "1730155771")
MEDICARE = Payer("MEDICARE PART B", "14212", Address("PO BOX 1000", "HINGHAM", "MA", "020430000"))
MUTUAL = Payer("BAY MUTUAL", "60054")

ADA = Subscriber(
    "ARCHER",
    "ADA",
    "1EG4TE5MK72",
    "MB",
    address=Address("1 ELM ST", "BOSTON", "MA", "02115"),
    birth_on="19500402",
    sex="F",
)
BORIS = Subscriber(
    "BLOOM",
    "BORIS",
    "BM0001234",
    "CI",
    address=Address("22 OAK AVE", "SALEM", "MA", "019701111", street2="APT 3"),
    birth_on="19610711",
    sex="M",
    middle_name="J",
    suffix="JR",
    group_number="G-77",
)
CLARA_PARENT = Subscriber("CRANE", "CARL", "BM0005678", "CI", group_name="CRANE WORKS")
CLARA = Dependant("19", "CRANE", "CLARA", Address("5 ASH RD", "LYNN", "MA", "01901"), "20120229", "F")


def an_envelope(**changes: Any) -> Envelope:
    """Return a test envelope; any field can be given."""
    given = Envelope(
        "HARBOR01",
        "CLEARING",
        Submitter("HARBOR RADIATION ONCOLOGY", "HARBOR01", "PAT CLERK", "6175550100"),
        Receiver("THE CLEARINGHOUSE", "CLEARING"),
        interchange_number=17,
        group_number=17,
        batch_id="B000017",
        written_at=datetime(2026, 11, 22, 1, 0),  # noqa: DTZ001 (the sender's local time; X12 has no zone)
        usage="T",
    )
    return given._replace(**changes)


def a_line(number: int = 1, **changes: Any) -> Line837P:
    """Return a delivery line; any field can be given."""
    return Line837P(f"L{number:06}", "77386", "670", "1", "20251105")._replace(**changes)


def a_claim(number: int = 1, **changes: Any) -> Claim837P:
    """Return Ada's claim of one line; any field can be given."""
    given = Claim837P(
        control_number=f"C{number:06}",
        charge="670",
        place_of_service="11",
        billing=HARBOR,
        payer=MEDICARE,
        subscriber=ADA,
        diagnoses=("C50911",),
        lines=(a_line(number),),
        rendering=BEAM,
    )
    return given._replace(**changes)


def a_dependants_claim(number: int = 1, **changes: Any) -> Claim837P:
    """Return Clara's claim, a child on her father's policy; any field can be given."""
    return a_claim(number, payer=MUTUAL, subscriber=CLARA_PARENT, dependant=CLARA)._replace(**changes)


def a_decision(**changes: Any) -> LineAdjudication:
    """Return what Bay Mutual decided about the delivery line: 500 paid, 170 not, for three reasons."""
    contract = Adjustment("CO", (Reason("45", "120"),))
    patient = Adjustment("PR", (Reason("1", "30"), Reason("2", "20")))
    given = LineAdjudication(MUTUAL.payer_id, "500", "77386", "1", "20251120", adjustments=(contract, patient))
    return given._replace(**changes)


def a_primary_payer(**changes: Any) -> OtherPayer:
    """Return Bay Mutual as payer before the claim's, on Ada's husband's policy; it paid 500."""
    policy = Subscriber("ARCHER", "ALAN", "BM0009999", "CI", group_number="G-12")
    given = OtherPayer(MUTUAL, policy, relationship="01", paid="500", claim_number="2025320000111")
    return given._replace(**changes)


def a_secondary_claim(number: int = 1, **changes: Any) -> Claim837P:
    """Return Ada's claim to Medicare after Bay Mutual decided about its line; any field can be given."""
    return a_claim(
        number,
        subscriber=ADA._replace(rank="S", msp_type="12"),
        lines=(a_line(number, adjudications=(a_decision(),)),),
        other_payers=(a_primary_payer(),),
    )._replace(**changes)


class File:
    """A written interchange: its text, what the writer said of it, and where each claim stands."""

    def __init__(self, claims: list[Claim837P], envelope: Envelope) -> None:
        pieces: list[str] = []
        self.places: list[tuple[Claim837P, ClaimPlace]] = []
        self.written: Written = write_interchange(
            envelope, iter(claims), pieces.append, placed=lambda claim, place: self.places.append((claim, place))
        )
        self.pieces = pieces
        self.text = "".join(pieces)
        self.segments = self.text.rstrip("~").split("~")

    def sets(self) -> list[list[str]]:
        """Return the segments of each transaction set, from ST to SE."""
        return segments_of_sets(self.segments)

    def named(self, name: str) -> list[list[str]]:
        """Return the elements of every segment of a name."""
        return [segment.split("*") for segment in self.segments if segment.split("*")[0] == name]


def segments_of_sets(segments: list[str]) -> list[list[str]]:
    """Return the segments of each transaction set of a file, from ST to SE."""
    found: list[list[str]] = []
    for segment in segments:
        if segment.startswith("ST*"):
            found.append([])
        if found and not segment.startswith(("GE*", "IEA*")):
            found[-1].append(segment)
    return found


def a_file(*claims: Claim837P, **envelope: Any) -> File:
    """Write claims (Ada's, if none is given) under the test envelope."""
    return File(list(claims) or [a_claim()], an_envelope(**envelope))


def varied_claims(count: int, seed: int = 7) -> list[Claim837P]:
    """Return claims of every shape, the same ones every time: 1 to 50 lines, 1 to 12 diagnoses, all parties."""
    chance = random.Random(seed)
    return [_varied_claim(number, chance) for number in range(1, count + 1)]


def _varied_claim(number: int, chance: random.Random) -> Claim837P:
    diagnoses = tuple(f"C50{place}" for place in chance.sample(range(10, 30), chance.choice((1, 1, 2, 4, 12))))
    lines = tuple(
        _varied_line(number * 100 + place, len(diagnoses), chance)
        for place in range(chance.choice((50,) if number == 1 else (1, 2, 4, 5, 7)))
    )
    cents = sum(round(float(line.charge) * 100) for line in lines)
    is_again = chance.random() < 0.2
    claim = a_claim(
        number,
        charge=f"{cents // 100}.{cents % 100:02}".rstrip("0").rstrip(".") if cents % 100 else str(cents // 100),
        lines=lines,
        diagnoses=diagnoses,
        referring=chance.choice((None, REEVE)),
        facility=chance.choice((None, ANNEX)),
        supervising=chance.choice((None, SPENCER)),
        rendering=chance.choice((None, BEAM)),
        billing=chance.choice((HARBOR, SOLO)),
        frequency=chance.choice("78") if is_again else "1",
        payer_claim_number=f"P{number}" if is_again else "",
        authorization=chance.choice(("", f"AUTH{number}")),
        referral=chance.choice(("", f"REF{number}")),
        medical_record_number=chance.choice(("", f"A-{number}")),
        note=chance.choice(("", "REPLANNED AFTER WEIGHT LOSS")),
        patient_paid=chance.choice(("", "25.5")),
        admitted_on=chance.choice(("", "20251101")),
    )
    patient = chance.choice("ABC")
    if patient == "A":
        return claim
    if patient == "B":
        return claim._replace(payer=MUTUAL, subscriber=BORIS)
    return claim._replace(payer=MUTUAL, subscriber=CLARA_PARENT, dependant=CLARA)


def _varied_line(number: int, diagnoses: int, chance: random.Random) -> Line837P:
    code = chance.choice(("77301", "77386", "77385", "G6015", "77427", "77299"))
    day = date(2025, 1, 2) + timedelta(days=chance.randrange(300))
    return a_line(
        number,
        code=code,
        charge=chance.choice(("670", "1234.5", "99.99", "0.01")),
        units=chance.choice(("1", "2")),
        service_on=f"{day:%Y%m%d}",
        service_through=chance.choice(("", "", f"{day + timedelta(days=4):%Y%m%d}")),
        pointers=tuple(chance.sample(range(1, diagnoses + 1), min(diagnoses, chance.randint(1, 4)))),
        modifiers=tuple(chance.sample(("26", "59", "76", "XE"), chance.choice((0, 0, 1, 4)))),
        place_of_service=chance.choice(("", "22")),
        description="PLANNING FOR A PHANTOM STUDY" if code == "77299" else "",
        note=chance.choice(("", "", "SECOND SESSION OF THE DAY")),
        authorization=chance.choice(("", f"LA{number}")),
    )
