"""How fast what comes back is read: 999, 277CA and 835 to values, beside bare splitting and beside readers of others.

Prints claims/s of CPU time, the ratio to the floor, and peak memory. The floor splits the same text into segments and
elements, and nothing more. oxedi and edi-835-parser read the 835 beside it where they are installed; it says so where
they are not. Run: python bench/x12_read.py [claims] [lines a claim].
"""

import argparse
import gc
import importlib
import importlib.util
import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

CODES = ("77386", "77301", "77427", "77336", "77014")
TARGET_OF_OXEDI = 0.5
TARGET_OF_PARSER = 5.0
MOST_GROWTH = 1.5
"""How much more memory the large file may take than the small one."""


def interchange(kind: str, guide: str, body: list[str]) -> str:
    """Return a transaction in its envelopes."""
    functional = {"835": "HP", "277": "HN", "999": "FA"}[kind]
    st = f"ST*{kind}*0001~" if kind == "835" else f"ST*{kind}*0001*{guide}~"
    inner = "".join(body)
    return (
        "ISA*00*          *00*          *ZZ*CLEARING       *ZZ*LAKESIDE       *261122*0100*^*00501*000000017*0*T*:~"
        f"GS*{functional}*CLEARING*LAKESIDE*20261122*0100*17*X*{guide}~{st}{inner}"
        f"SE*{inner.count('~') + 2}*0001~GE*1*17~IEA*1*000000017~"
    )


def remittance(claims: int, lines: int) -> str:
    """Return an 835: each claim paid in part, with a contract adjustment and coinsurance a line, one in nine denied."""
    paid = sum(0 if n % 9 == 0 else 480 * lines for n in range(claims))
    body = [
        f"BPR*I*{paid}*C*ACH*CCP*01*111000025*DA*1234567*1512345678**01*021000021*DA*7654321*20261120~"
        "TRN*1*EFT0000001*1512345678~REF*EV*LAKESIDE~DTM*405*20261120~N1*PR*MUTUAL HEALTH~N3*1 PAYER PLAZA~"
        "N4*BOSTON*MA*02110~PER*BL*EDI DESK*TE*6175550100~N1*PE*LAKESIDE RADIATION ONCOLOGY*XX*1245319599~"
        "REF*TJ*123456789~LX*1~"
    ]
    body += [_claim_paid(n, lines) for n in range(claims)]
    return interchange("835", "005010X221A1", body)


def _claim_paid(n: int, lines: int) -> str:
    denied = n % 9 == 0
    status, paid, share = ("4", 0, 0) if denied else ("1", 480 * lines, 120 * lines)
    head = (
        f"CLP*C{n:09}*{status}*{670 * lines}*{paid}*{share or ''}*12*PAYER{n:010}*11*1~"
        f"NM1*QC*1*DOE{n // 3}*JANE****MI*1EG4TE5M{n // 3:06}~NM1*82*1*BEAM*ANN****XX*1679576722~"
        f"REF*EA*MRN{n // 3:06}~DTM*232*20261101~DTM*233*20261105~"
    )
    cas = "CAS*CO*197*670~LQ*HE*N706~" if denied else "CAS*CO*45*70~CAS*PR*2*120~"
    each = 0 if denied else 480
    return head + "".join(
        f"SVC*HC:{CODES[k % 5]}*670*{each}**1~DTM*472*202611{k % 28 + 1:02}~{cas}REF*6R*L{n:08}{k}~AMT*B6*600~"
        for k in range(lines)
    )


def claim_acknowledgment(claims: int, _: int) -> str:
    """Return a 277CA: one claim in nine rejected."""
    rejected = sum(1 for n in range(claims) if n % 9 == 0)
    body = [
        "BHT*0085*08*A000000017*20261122*0130*TH~HL*1**20*1~NM1*AY*2*CLEARING*****46*CLEARING~TRN*1*A000000017~"
        "DTP*050*D8*20261122~DTP*009*D8*20261122~HL*2*1*21*1~NM1*41*2*LAKESIDE*****46*LAKESIDE~TRN*2*B000017-0001~"
        f"STC*A1:19:PR*20261122*WQ*{claims * 670}~QTY*90*{claims - rejected}~QTY*AA*{rejected}~"
        f"AMT*YU*{(claims - rejected) * 670}~AMT*YY*{rejected * 670}~"
        "HL*3*2*19*1~NM1*85*2*LAKESIDE*****XX*1245319599~TRN*1*0~"
    ]
    body += [
        f"HL*{n + 4}*3*PT~NM1*QC*1*DOE{n // 3}*JANE****MI*1EG4TE5M{n // 3:06}~TRN*2*C{n:09}~"
        + ("STC*A7:562:85*20261122*U*670~" if n % 9 == 0 else "STC*A2:20:PR*20261122*WQ*670~")
        + f"REF*1K*PAYER{n:010}~DTP*472*RD8*20261101-20261105~"
        for n in range(claims)
    ]
    return interchange("277", "005010X214", body)


def group_acknowledgment(claims: int, _: int) -> str:
    """Return a 999 over sets of 500 claims, with an error in one claim of nine."""
    sets, body = (claims + 499) // 500, ["AK1*HC*17*005010X222A1~"]
    for one in range(sets):
        body.append(f"AK2*837*{one + 1:04}*005010X222A1~")
        body += [
            f"IK3*CLM*{20 + n * 40}*2300*8~CTX*CLM01:C{one * 500 + n:09}~IK4*2*782*7*6.7.0~"
            for n in range(500)
            if n % 9 == 0
        ]
        body.append("IK5*R*5~")
    body.append(f"AK9*R*{sets}*{sets}*0~")
    return interchange("999", "005010X231A1", body)


def split_only(text: bytes) -> object:
    """The floor: every segment and element of the same pieces, held no longer than its piece."""
    count, tail = 0, ""
    for block in _blocks(text):
        *pieces, tail = (tail + block.decode("latin-1")).split("~")
        count += sum(map(len, [piece.split("*") for piece in pieces]))
    return count


def read_ours(text: bytes) -> object:
    """Read every value of every transaction and keep none; then what closes it."""
    from billing.x12.receipts import read_receipts

    count = 0
    deviations: list[object] = []
    for receipt in read_receipts(_blocks(text), deviations.append):
        for _ in receipt.reading:
            count += 1
        assert getattr(receipt.reading, "closing", None) is not None
    assert not deviations
    return count


def _blocks(text: bytes) -> Iterator[bytes]:
    for start in range(0, len(text), 1 << 16):
        yield text[start : start + (1 << 16)]


def read_by_oxedi(text: bytes) -> object:
    """Parse alone: its columns are not turned into values."""
    return importlib.import_module("oxedi").parse(text)


def read_by_edi_835_parser(text: bytes) -> object:
    """Parse alone; it takes a path."""
    with tempfile.NamedTemporaryFile(suffix=".edi") as file:
        file.write(text)
        file.flush()
        return importlib.import_module("edi_835_parser").parse(file.name)


def micros_a_claim(job: Callable[[], object], claims: int) -> float:
    """Return CPU time a claim, the best of three."""
    best = float("inf")
    for _ in range(3):
        gc.collect()
        start = time.process_time()
        job()
        best = min(best, time.process_time() - start)
    return best / claims * 1e6


def peak_megabytes(path: str) -> float:
    """Return the most memory that a process has which reads this file in pieces."""
    from billing.x12.receipts import read_receipts

    with open(path, "rb") as file:
        blocks = iter(lambda: file.read(1 << 16), b"")
        for receipt in read_receipts(blocks, lambda deviation: None):
            for _claim in receipt.reading:
                pass
    # Linux counts the parent's memory in ru_maxrss of a child; the status of the process does not.
    status = Path("/proc/self/status")
    if status.exists():
        return int(status.read_text().split("VmHWM:")[1].split()[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _memory(megabytes: int, lines: int) -> tuple[float, float]:
    """Return peak memory of reading a small remittance and one of so many megabytes, each in a process of its own."""
    context = multiprocessing.get_context("spawn")
    peaks = []
    with tempfile.TemporaryDirectory() as folder:
        for name, size in (("small", 0.1), ("large", megabytes)):
            path = Path(folder) / f"{name}.edi"
            _write(path, int(size * 1e6 / len(_claim_paid(1, lines))), lines)
            with context.Pool(1) as pool:
                peaks.append(pool.apply(peak_megabytes, (str(path),)))
    return peaks[0], peaks[1]


def _write(path: Path, claims: int, lines: int) -> None:
    """Write a remittance of so many claims without holding it."""
    head, _, rest = remittance(0, lines).partition("LX*1~")
    with path.open("w", encoding="ascii") as file:
        file.write(head + "LX*1~")
        for n in range(claims):
            file.write(_claim_paid(n, lines))
        file.write(rest)


def _row(name: str, micros: float, floor: float) -> None:
    print(f"{name:34} {1e6 / micros:10,.0f} claims/s {micros:8.1f} us/claim {micros / floor:6.1f} x floor")


def _peers(text: bytes, claims: int, ours: float, floor: float) -> bool:
    """Print the readers of others on the same remittance; return whether ours meets its targets beside them."""
    met = True
    for module, job, target in (
        ("oxedi", read_by_oxedi, TARGET_OF_OXEDI),
        ("edi_835_parser", read_by_edi_835_parser, TARGET_OF_PARSER),
    ):
        if importlib.util.find_spec(module) is None:
            print(f"  {module:32} is not installed: nothing to compare with")
            continue
        theirs = micros_a_claim(lambda job=job: job(text), claims)  # type: ignore[misc]
        _row(f"  {module}", theirs, floor)
        met = met and theirs / ours >= target
        print(f"    ours is {theirs / ours:.2f} times as fast; target {target:g}")
    return met


def main() -> int:
    """Print one row a measure; return 1 if a target is missed."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("claims", nargs="?", type=int, default=10_000)
    arguments.add_argument("lines", nargs="?", type=int, default=5)
    arguments.add_argument("--megabytes", type=int, default=200, help="size of the file by which memory is measured")
    given = arguments.parse_args()
    met = True
    for name, make in (("999", group_acknowledgment), ("277CA", claim_acknowledgment), ("835", remittance)):
        text = make(given.claims, given.lines).encode("ascii")
        print(f"{name}: {given.claims:,} claims of {given.lines} lines, {len(text) / 1e6:.1f} MB")
        floor = micros_a_claim(lambda text=text: split_only(text), given.claims)  # type: ignore[misc]
        _row("  split into segments and elements", floor, floor)
        ours = micros_a_claim(lambda text=text: read_ours(text), given.claims)  # type: ignore[misc]
        _row("  read to values, sums compared", ours, floor)
        if name == "835":
            met = _peers(text, given.claims, ours, floor)
    small, large = _memory(given.megabytes, given.lines)
    print(f"peak memory: {small:.0f} MB for an 835 of 0.1 MB, {large:.0f} MB for one of {given.megabytes} MB")
    return 0 if met and large < MOST_GROWTH * small else 1


if __name__ == "__main__":
    sys.exit(main())
