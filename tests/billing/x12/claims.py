"""Claims and parties for the tests of the X12 room: made-up people, addresses and numbers."""

from datetime import date, datetime
from typing import Any

from billing.x12.claim_837p import Claim837P, ClaimPlace, Line837P, Written, write_interchange
from billing.x12.envelope import Envelope, Receiver, Submitter
from billing.x12.parties import Address, BillingProvider, Dependant, Facility, Payer, Provider, Subscriber

TODAY = date(2026, 11, 22)

HARBOR = BillingProvider(
    "HARBOR RADIATION ONCOLOGY",
    "1245319599",
    "123456789",
    Address("100 HARBOR WAY", "BOSTON", "MA", "021151234"),
    taxonomy="2085R0001X",
)
BEAM = Provider("BEAM", "ANN", "1679576722", "2085R0001X")
REEVE = Provider("REEVE", "REFA", "1003000126")
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
        found: list[list[str]] = []
        for segment in self.segments:
            if segment.startswith("ST*"):
                found.append([])
            if found and not segment.startswith(("GE*", "IEA*")):
                found[-1].append(segment)
        return found

    def named(self, name: str) -> list[list[str]]:
        """Return the elements of every segment of a name."""
        return [segment.split("*") for segment in self.segments if segment.split("*")[0] == name]


def a_file(*claims: Claim837P, **envelope: Any) -> File:
    """Write claims (Ada's, if none is given) under the test envelope."""
    return File(list(claims) or [a_claim()], an_envelope(**envelope))
