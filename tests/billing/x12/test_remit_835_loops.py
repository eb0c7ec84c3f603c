"""Loops that were met before are read at once: the same comes out as if each segment were read by itself."""

from collections.abc import Iterable
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from billing.x12.reading import Deviation, InboundFile
from billing.x12.remit_835 import Decision, Remittance, RemittanceReader
from billing.x12.syntax import USUAL, Separators
from tests.billing.x12.receipt_strategies import decisions, remittances, separators
from tests.billing.x12.receipt_writer import write_835
from tests.billing.x12.receipts import golden

generous = settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.too_slow])

CONTACT = "PER*BL*PROVIDER SERVICE*TE*6175550111*EM*HELP AT THE PAYER~"
HEAD = f"BPR*I*0*C*ACH************20261120~TRN*1*EFT1*1512345678~N1*PR*PAYER~{CONTACT * 8}LX*1~"
"""Longer than what is taken at once to find an ISA."""
LINES = (
    "SVC*HC:77386*670*384**1~DTM*472*20261103~CAS*CO*45*190~CAS*PR*2*96~REF*6R*L1~AMT*B6*480~",
    "SVC*HC:77386*670*384**1~DTM*472*20261103~CAS*CO*45*190~CAS*PR*2*96~REF*6R*L2~AMT*B6*480~",
    "SVC*HC:77301*670*0**1~DTM*472*20261103~CAS*CO*197*670~REF*LU*1~REF*6R*L3~REF*0K*2~LQ*HE*N706~",
    "SVC*HC:77301*670*0**1~DTM*472*20261103~CAS*CO*197*670~REF*LU*1~REF*6R*L4~REF*0K*2~LQ*HE*N706~",
    "SVC*HC:77336*670*670~",
    "SVC*HC:77336*670*670~REF*6R*L5~REF*6R*L6~QTY*ZK*1~",
    "SVC*NU:0333*670*670**1*HC>77386~REF*6R*L7~",
)
CLAIMS = (
    "CLP*C1*1*670*384*96*12*P1*11*1~NM1*QC*1*DOE*JANE~NM1*82*1*BEAM*ANN~REF*EA*M1~DTM*232*20261101~",
    "CLP*C2*4*670*0**12*P2*11*1~CAS*OA*23*670~NM1*QC*1*ROE*JOHN~MOA***MA01~",
)
BETWEEN = (
    "LX*2~TS3*1245319599*11*20261231*1*2000~",
    "LX*3~",
    "PLB*1*20261231*WO:X*12.5~",
    "PER*CX*HELP*TE*6175550100~",
)
ODD = (
    "REF*6R*~", "REF*6R~", "REF*6R*L9*MORE~", "REF*6R*L9*MORE*AND*STILL*MORE~", "REF**L9~", "DTM*472*20261399~",
    "DTM*472~", "CAS*CO*45*9O~", "CAS*CO*45~", "CAS*CO**1~", "AMT*B6~", "AMT*B6*1*C~", "QTY*ZK*A~", "LQ*HE~",
    "LQ*HE*N1*X~", "SVC*HC:77386*67O*384~", "SVC*HC>77386*670*384~", "SVC~", "SVC*HC:77386*1*1**1*HC:77385*1*9*9~",
    "CLP~", "CLP*C1*1*A~", "NM1*TT*2*GRANITE~", "NM1*QC*1*A*B*C*D*E*MI*1*2*3*4*5~", "ZZZ*1~", "N3*1 HARBOR WAY~",
    "DTM*472*",
)  # fmt: skip
"""Segments that deviate, or stand where they should not."""

UNCLEAN = (
    "svc*HC:77386*670*384**1~", " SVC*HC:77386*670*384~", "SVC*HC:77386 *670*384~", "SVC*HC:77386*6\n70*384~",
    "REF*6R*L\x01~", "REF*6R*L\xe9~", "~", "\nLX*7~",
)  # fmt: skip
"""Text that makes the reader look at each segment around it."""


@dataclass(frozen=True)
class Said:
    """What came out of a file."""

    remittances: list[Remittance]
    places: list[int]
    """The segment at hand when each claim was given: whoever takes it may have something to note."""
    deviations: list[Deviation]


def read(source: bytes | Iterable[bytes]) -> Said:
    said = Said([], [], [])
    for transaction in InboundFile(source, said.deviations.append):
        if transaction.kind == "835":
            reader, claims = RemittanceReader(transaction), []
            for claim in reader:
                claims.append(claim)
                said.places.append(transaction.place)
            said.remittances.append(Remittance(reader.payment, tuple(claims), reader.closing))
    return said


def singly(source: bytes, end: bytes) -> Said:
    """Give the file in pieces of one segment each, so that no loop is ever at hand as a whole."""
    *segments, rest = source.split(end)
    return read([*(segment + end for segment in segments), *([rest] if rest else [])])


def in_envelopes(body: str, own: Separators = USUAL) -> bytes:
    """Return a transaction of these segments in its envelopes; its count may be wrong."""
    isa = "ISA*00*          *00*          *ZZ*CLEARING       *ZZ*HARBOR01       *261122*0300*^*00501*000000301*0*T*:~"
    text = f"{isa}GS*HP*CLEARING*HARBOR01*20261122*0300*301*X*005010X221A1~ST*835*0001~{HEAD}{body}SE*9*0001~GE*1*301~"
    swapped = f"{text}IEA*1*000000301~".translate(str.maketrans("*:^~", "".join(own[:4])))
    return swapped.replace(own.segment, own.segment + own.line_end).encode("latin-1")


parts = st.sampled_from([*CLAIMS * 3, *LINES * 6, *BETWEEN * 2, *ODD])


@generous
@given(st.lists(parts, max_size=40) | st.lists(parts | st.sampled_from(UNCLEAN), max_size=40), separators())
@example([CLAIMS[0], *LINES, *LINES, CLAIMS[1], *LINES, BETWEEN[0], CLAIMS[0], LINES[0], LINES[1], BETWEEN[2]], USUAL)
@example([LINES[0], LINES[0], CLAIMS[0], LINES[0], BETWEEN[1], LINES[0], CLAIMS[0], LINES[0], CLAIMS[1]], USUAL)
@example([CLAIMS[0], LINES[0], LINES[1] + "REF*6R*~", LINES[0], LINES[1] + "NM1*TT*2*GRANITE~", CLAIMS[1]], USUAL)
@example([CLAIMS[0], *["SVC*HC:1*1*1~REF*6R*L1~"] * 3, "SVC*HC:1*1*1~REF*6R*L1*MORE~", CLAIMS[0]], USUAL)
@example([CLAIMS[0], "SVC*HC:1*1*1~REF*6R*~REF*6R*L1~", "SVC*HC:1*1*1~REF*6R*~REF*6R*L2~", CLAIMS[0]], USUAL)
def test_loops_met_before_say_what_their_segments_say(chosen: list[str], own: Separators) -> None:
    source = in_envelopes("".join(chosen) * 3, own)
    assert read(source) == singly(source, own.segment.encode())


@generous
@given(remittances(), st.lists(decisions, min_size=1, max_size=3), st.data(), separators())
def test_a_remittance_of_few_decisions_is_read_the_same_in_pieces_of_any_size(
    value: Remittance, few: list[Decision], data: st.DataObject, own: Separators
) -> None:
    repeating = [
        claim._replace(
            services=tuple(line._replace(decision=data.draw(st.sampled_from(few))) for line in claim.services)
        )
        for claim in value.claims
        for _ in range(3)
    ]
    source = write_835(value._replace(claims=tuple(repeating)), own)
    whole, size = read(source), data.draw(st.integers(1, 300))
    assert read(source[at : at + size] for at in range(0, len(source), size)) == whole
    assert singly(source, own.segment.encode()) == whole


def test_lines_of_one_decision_share_it_and_have_their_own_numbers_and_places() -> None:
    loop = LINES[0].replace("REF*6R*L1~", "REF*6R*L{}~")
    lines = [loop.format(number) for number in range(5)]
    (claim,) = read(in_envelopes(CLAIMS[0] + "".join(lines))).remittances[0].claims
    assert [line.control_number for line in claim.services] == [f"L{number}" for number in range(5)]
    first = claim.services[0]
    assert [line.position - first.position for line in claim.services] == [loop.count("~") * n for n in range(5)]
    assert len({line.decision for line in claim.services}) == 1
    assert len({id(line.decision) for line in claim.services[1:4]}) == 1


def test_a_deviation_that_comes_again_is_noted_again_in_its_own_place() -> None:
    line = "SVC*HC:77386*670*384**1~CAS*CO*45*9O~REF*6R*L1~"
    deviations = read(in_envelopes(CLAIMS[0] + line * 3 + CLAIMS[1])).deviations
    unreadable = [found for found in deviations if found.code == "not-a-number"]
    assert [found.found for found in unreadable] == ["9O"] * 3
    first = unreadable[0]
    assert [found.position - first.position for found in unreadable] == [0, 3, 6]
    assert [found.offset - first.offset for found in unreadable] == [0, len(line), 2 * len(line)]


def test_more_different_loops_than_are_kept_are_all_read() -> None:
    numbers = [number for number in range(6000) for _ in range(3)]
    lines = [f"SVC*HC:77386*{number}*{number}~REF*6R*L{place}~" for place, number in enumerate(numbers)]
    (claim,) = read(in_envelopes(CLAIMS[0] + "".join(lines))).remittances[0].claims
    assert [line.charge for line in claim.services] == numbers
    assert [line.control_number for line in claim.services] == [f"L{place}" for place in range(len(numbers))]


@pytest.mark.parametrize("asked", [0, 1, 2])
def test_a_remittance_of_which_not_all_claims_were_asked_for_is_not_complete(asked: int) -> None:
    source = golden("835/dora_payment_reversed_and_corrected")
    deviations: list[Deviation] = []
    for transaction in InboundFile(source, deviations.append):
        reader = RemittanceReader(transaction)
        for _ in range(asked):
            next(iter(reader))
    assert reader.transaction.is_complete == (asked == 2)
    assert deviations == []
