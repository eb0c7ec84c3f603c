"""How fast claims become text: the writers of 837P and 837I, their checks and the inspector, beside bare formatting.

Prints claims/s of CPU time and peak memory; the floor is one f-string a claim and a line over the same values, without
grouping, cleaning or counting. Run: python bench/x12_write.py [claims] [lines a claim].
"""

import argparse
import resource
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.x12_peers import peer_jobs
from billing.x12 import check_837i, claim_837i
from billing.x12.check_837p import check_claim
from billing.x12.claim_837p import Claim837P, Line837P, write_interchange
from billing.x12.envelope import Envelope, Receiver, Submitter
from billing.x12.inspect_837 import inspect_837
from billing.x12.parties import Address, BillingProvider, Dependant, Payer, Provider, Subscriber

BILLING = BillingProvider(
    "Harbor Radiation Oncology",
    "1245319599",
    "123456789",
    Address("100 Harbor Way", "Boston", "MA", "021151234"),
    taxonomy="2085R0001X",
)
RENDERING = Provider("Beam", "Ann", "1679576722", "2085R0001X")
HOSPITAL = BILLING._replace(name="Bay General Hospital", taxonomy="282N00000X")
CODES = ("77386", "77301", "77427", "77336", "77014")


def claims(count: int, lines: int) -> Iterator[Claim837P]:
    """Yield claims as rows of the database give them: new text, three claims a patient, one in seven a child."""
    payers = [Payer(f"Payer {n}", f"{60054 + n}") for n in range(20)]
    for n in range(count):
        address = Address(f"{n // 3 + 1} Main St", "Boston", "MA", "02115")
        patient_is_subscriber = n // 3 % 7 != 0
        subscriber = Subscriber(
            f"Doe{n // 3}",
            "Jane",
            f"1EG4TE5M{n // 3:06}",
            "CI",
            address=address if patient_is_subscriber else None,
            birth_on="19500101" if patient_is_subscriber else "",
            sex="F" if patient_is_subscriber else "",
        )
        yield Claim837P(
            control_number=f"C{n:09}",
            charge=f"{670 * lines}",
            place_of_service="11",
            billing=BILLING,
            payer=payers[n // 3 % 20],
            subscriber=subscriber,
            diagnoses=("C50911", "Z510"),
            lines=tuple(
                Line837P(f"L{n:08}{k}", CODES[k % 5], "670", "1", f"202606{k % 28 + 1:02}", (1, 2))
                for k in range(lines)
            ),
            dependant=None
            if patient_is_subscriber
            else Dependant("19", f"Doe{n // 3}", "Kim", address, "20100101", "F"),
            rendering=RENDERING,
        )


def bills(count: int, lines: int) -> Iterator[claim_837i.Claim837I]:
    """Yield the same patients, days and codes as the hospital bills them."""
    for claim in claims(count, lines):
        yield claim_837i.Claim837I(
            control_number=claim.control_number,
            charge=claim.charge,
            statement_from="20260601",
            statement_through="20260630",
            billing=HOSPITAL,
            payer=claim.payer,
            subscriber=claim.subscriber,
            diagnoses=claim.diagnoses,
            lines=tuple(
                claim_837i.Line837I(x.control_number, "0333", x.code, x.charge, x.units, x.service_on)
                for x in claim.lines
            ),
            attending=RENDERING,
            dependant=claim.dependant,
        )


def envelope() -> Envelope:
    """Return the outside of the file."""
    return Envelope(
        "SENDER01",
        "RECEIVER01",
        Submitter("Harbor Radiation Oncology", "SENDER01", "Pat Clerk", "6175550100"),
        Receiver("Clearinghouse", "RECEIVER01"),
        1,
        1,
        "B000001",
        datetime(2026, 11, 22, 1, 0),  # noqa: DTZ001 (the sender's local time; X12 has no zone)
        "T",
    )


def format_ready_text(claim: Claim837P) -> str:
    """The floor: what the same bytes cost when nothing is asked of them."""
    s, d = claim.subscriber, claim.dependant
    head = (
        f"HL*1*1*22*0~SBR*P*18*******{s.filing_indicator}~NM1*IL*1*{s.last_name}*{s.first_name}****MI*{s.member_id}~"
        f"NM1*PR*2*{claim.payer.name}*****PI*{claim.payer.payer_id}~"
        f"CLM*{claim.control_number}*{claim.charge}***{claim.place_of_service}:B:1*Y*A*Y*Y~"
        f"HI*ABK:{claim.diagnoses[0]}*ABF:{claim.diagnoses[1]}~NM1*82*1*{RENDERING.last_name}****XX*{RENDERING.npi}~"
    )
    if d is not None:
        head += f"NM1*QC*1*{d.last_name}*{d.first_name}~DMG*D8*{d.birth_on}*{d.sex}~"
    return head + "".join(
        f"LX*{n}~SV1*HC:{x.code}*{x.charge}*UN*{x.units}***1:2~DTP*472*D8*{x.service_on}~REF*6R*{x.control_number}~"
        for n, x in enumerate(claim.lines, 1)
    )


def format_ready_bill(bill: claim_837i.Claim837I) -> str:
    """The floor of institutional claims."""
    s, d = bill.subscriber, bill.dependant
    head = (
        f"HL*1*1*22*0~SBR*P*18*******{s.filing_indicator}~NM1*IL*1*{s.last_name}*{s.first_name}****MI*{s.member_id}~"
        f"NM1*PR*2*{bill.payer.name}*****PI*{bill.payer.payer_id}~"
        f"CLM*{bill.control_number}*{bill.charge}***{bill.facility_code}:A:1**A*Y*Y~"
        f"DTP*434*RD8*{bill.statement_from}-{bill.statement_through}~CL1*3*1*01~"
        f"HI*ABK:{bill.diagnoses[0]}~HI*ABF:{bill.diagnoses[1]}~"
        f"NM1*71*1*{RENDERING.last_name}****XX*{RENDERING.npi}~PRV*AT*PXC*{RENDERING.taxonomy}~"
    )
    if d is not None:
        head += f"NM1*QC*1*{d.last_name}*{d.first_name}~DMG*D8*{d.birth_on}*{d.sex}~"
    return head + "".join(
        f"LX*{n}~SV2*0333*HC:{x.code}*{x.charge}*UN*{x.units}~DTP*472*D8*{x.service_on}~REF*6R*{x.control_number}~"
        for n, x in enumerate(bill.lines, 1)
    )


def cpu_seconds(job: Callable[[], object]) -> float:
    """Return the CPU time of a job, the best of three."""
    best = float("inf")
    for _ in range(3):
        start = time.process_time()
        job()
        best = min(best, time.process_time() - start)
    return best


def peak_megabytes() -> float:
    """Return the most memory that the process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


FEW = 200
"""Claims that the slow peers are asked for."""


def main() -> None:
    """Print one row a measure."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("claims", nargs="?", type=int, default=10_000)
    arguments.add_argument("lines", nargs="?", type=int, default=5)
    given = arguments.parse_args()
    count, lines = given.claims, given.lines
    pieces = [0]

    def sink(text: str) -> None:
        pieces[0] += len(text)

    write_interchange(envelope(), claims(1_000, lines), sink)
    small = peak_megabytes()
    pieces[0] = 0
    write_interchange(envelope(), claims(count, lines), sink)
    print(f"{count:,} claims of {lines} lines, {pieces[0] / 1e6:.1f} MB of text")
    print(f"peak memory of streaming: {small:.0f} MB at 1,000 claims, {peak_megabytes():.0f} MB at {count:,}")

    ready, ready_bills = list(claims(count, lines)), list(bills(count, lines))
    today = date(2026, 11, 22)
    file: list[str] = []
    bill_file: list[str] = []
    write_interchange(envelope(), ready[:1000], file.append)
    claim_837i.write_interchange(envelope(), ready_bills[:1000], bill_file.append)
    some = len(ready[:1000])
    few: list[str] = []
    write_interchange(envelope(), claims(FEW, lines), few.append)
    print_table(
        "professional (837P)",
        {
            "formatting ready text": (count, lambda: "".join(map(format_ready_text, ready))),
            "write_interchange": (count, lambda: write_interchange(envelope(), ready, lambda text: None)),
            "check_claim": (count, lambda: [check_claim(claim, today=today) for claim in ready]),
            "inspect_837": (some, lambda: inspect_837("".join(file), today=today)),
            **peer_jobs("".join(few), FEW),
        },
    )
    print_table(
        "institutional (837I)",
        {
            "formatting ready text": (count, lambda: "".join(map(format_ready_bill, ready_bills))),
            "write_interchange": (
                count,
                lambda: claim_837i.write_interchange(envelope(), ready_bills, lambda text: None),
            ),
            "check_claim": (count, lambda: [check_837i.check_claim(bill, today=today) for bill in ready_bills]),
            "inspect_837": (some, lambda: inspect_837("".join(bill_file), today=today)),
        },
    )


def print_table(title: str, jobs: dict[str, tuple[int, Callable[[], object]]]) -> None:
    """Print what each job takes for a claim; the first is the floor."""
    print(title)
    floor = 0.0
    for name, (done, job) in jobs.items():
        micros = cpu_seconds(job) / done * 1e6
        floor = floor or micros
        print(f"{name:24} {1e6 / micros:10,.0f} claims/s {micros:7.1f} us/claim {micros / floor:6.1f} x floor")


if __name__ == "__main__":
    main()
