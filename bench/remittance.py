"""How fast an 835 is read, matched with our claims and posted, beside bare parsers of others on the same bytes.

Read and matched: the whole file is read to values, its claims and lines stand in the database, our claims are found and
of each line the charge that it pays. Posted: stored for good with those charges (they are found while the lines are
written, so here a second time), events, standings and denials. All is wall-clock time, waiting for PostgreSQL included;
the parsers of others only parse, and hold all of it in memory. Peak memory is our process's.

Run: python -m bench.remittance [claims] with DATABASE_URL leading to a migrated database that may be emptied.
"""

import argparse
import importlib
import importlib.util
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from bench.export import LINES, fill
from bench.x12_read import interchange, read_by_edi_835_parser, read_by_oxedi

ROUNDS = 3
TARGET_OF_OXEDI, TARGET_OF_PARSER = 0.5, 5.0
MOST_GROWTH = 1.5
SMALL = 1_000

# As the lines are matched when they are written, but without the writing.
CHARGES_FOUND = """
    SELECT count(k.entry_id) FROM paid_line l JOIN paid_match m ON m.number = l.claim_number
      JOIN oncocharge_billing_claimline k ON k.claim_id = m.claim_id AND k.entry_id = l.entry_id
"""


class Measured(NamedTuple):
    """Seconds, and megabytes at most."""

    matched: float
    posted: float
    peak_mb: float


# --- in a process of its own ----------------------------------------------------------------------------------------


def measure(path: str, claims: int) -> Measured:
    """Post the file inside a transaction that is rolled back."""
    import django

    django.setup()
    from django.db import connection, transaction
    from django.utils import timezone

    from billing.models import Receipt, TradingPartner
    from billing.remittance import posting
    from billing.x12.receipts import read_receipts
    from billing.x12.remit_835 import RemittanceReader

    marks: list[float] = []
    found = posting.match_claims

    def matched() -> int:
        unmatched = found()
        with connection.cursor() as cursor:
            cursor.execute(CHARGES_FOUND)
            assert cursor.fetchone()[0] == claims * LINES
        marks.append(time.perf_counter())
        return unmatched

    posting.match_claims = matched
    with transaction.atomic():
        receipt = Receipt.objects.create(
            partner=TradingPartner.objects.earliest("pk"), name="bench", sha256="0" * 64, byte_count=1
        )
        connection.ensure_connection()
        start = time.perf_counter()
        one = next(read_receipts(_blocks(path), lambda deviation: None))
        assert isinstance(one.reading, RemittanceReader)
        posted = posting.post(receipt_id=receipt.pk, reader=one.reading, at=timezone.now())
        end = time.perf_counter()
        assert (posted.state, posted.claims, posted.unmatched) == ("posted", claims, 0), str(posted)
        transaction.set_rollback(True)
    peak = int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) / 1024
    return Measured(marks[0] - start, end - start, peak)


def _blocks(path: str) -> Iterator[bytes]:
    with open(path, "rb") as file:
        yield from iter(lambda: file.read(1 << 16), b"")


def prepare(path: str, claims: int) -> None:
    """Fill the database with claims as an export leaves them, and write the remittance that pays them."""
    import django

    django.setup()
    from django.conf import settings
    from django.db import connection
    from django.utils import timezone

    from billing.submission import export_claims

    fill(claims)
    with tempfile.TemporaryDirectory() as folder:
        settings.CLAIM_OUTBOX = Path(folder)
        exported = export_claims(at=timezone.now(), started_by="bench")
    assert exported.claims == claims, str(exported)
    write_remittance(path)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def write_remittance(path: str) -> None:
    """Pay every claim of the database: a contract adjustment and coinsurance a line, one claim in nine denied."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.control_number, array_agg(l.entry_id ORDER BY l.number), array_agg(l.amount ORDER BY l.number),"
            " array_agg(e.code ORDER BY l.number), array_agg(to_char(e.service_on, 'YYYYMMDD') ORDER BY l.number)"
            " FROM oncocharge_billing_claim c JOIN oncocharge_billing_claimline l ON l.claim_id = c.id"
            " JOIN oncocharge_billing_ledgerentry e ON e.id = l.entry_id GROUP BY c.id ORDER BY c.id"
        )
        rows = cursor.fetchall()
        cursor.execute("SELECT npi FROM oncocharge_patients_facility WHERE npi <> '' LIMIT 1")
        npi = cursor.fetchone()[0]
    body, total = [], Decimal(0)
    for number, row in enumerate(rows):
        text, paid = _answer(number, *row)
        body.append(text)
        total += paid
    head = (
        f"BPR*I*{total}*C*ACH*CCP*01*1*DA*2*1512345678**01*3*DA*4*20261120~TRN*1*EFT0000001*1512345678~"
        f"REF*EV*LAKESIDE~DTM*405*20261120~N1*PR*MUTUAL HEALTH~N3*1 PAYER PLAZA~N4*BOSTON*MA*02110~"
        f"PER*BL*EDI DESK*TE*6175550100~N1*PE*LAKESIDE RADIATION ONCOLOGY*XX*{npi}~REF*TJ*123456789~LX*1~"
    )
    Path(path).write_text(interchange("835", "005010X221A1", [head, *body]), encoding="ascii")


def _answer(  # noqa: PLR0917  # a row of the query above
    number: int, control: str, entries: list[int], amounts: list[Decimal], codes: list[str], days: list[str]
) -> tuple[str, Decimal]:
    denied, paid, lines = number % 9 == 0, Decimal(0), []
    for entry, amount, code, day in zip(entries, amounts, codes, days, strict=True):
        share, gives = (amount * Decimal("0.1")).quantize(Decimal("0.01")), Decimal(0)
        cas = f"CAS*CO*197*{amount}~LQ*HE*N706~"
        if not denied:
            gives = amount - 2 * share
            cas = f"CAS*CO*45*{share}~CAS*PR*2*{share}~"
        paid += gives
        lines.append(f"SVC*HC:{code}*{amount}*{gives}**1~DTM*472*{day}~{cas}REF*6R*L{entry}~AMT*B6*{gives + share}~")
    head = (
        f"CLP*{control}*{4 if denied else 1}*{sum(amounts)}*{paid}**12*PAYER{number:010}*11*1~"
        f"NM1*QC*1*DOE{number // 3}*JANE****MI*1EG4TE5M{number // 3:06}~NM1*82*1*BEAM*ANN****XX*1679576722~"
        f"REF*EA*MRN{number // 3:06}~DTM*232*20261101~DTM*233*20261105~"
    )
    return head + "".join(lines), paid


# --- the table ------------------------------------------------------------------------------------------------------


def main() -> int:
    """Print one row a measure; return 1 if a target is missed."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("claims", nargs="?", type=int, default=20_000)
    claims = arguments.parse_args().claims
    with tempfile.TemporaryDirectory() as folder:
        path, small = str(Path(folder) / "large.835"), str(Path(folder) / "small.835")
        _run(prepare, path, claims)
        content = Path(path).read_bytes()
        _shorten(content, small)
        rounds = [_run(measure, path, claims) for _ in range(ROUNDS)]
        matched, posted = min(one.matched for one in rounds), min(one.posted for one in rounds)
        print(f"835: {claims:,} claims of {LINES} lines, {len(content) / 1e6:.1f} MB")
        _row("  read and matched", matched, claims)
        _row("  read, matched and posted", posted, claims)
        met = True
        for module, job, target in (
            ("oxedi", read_by_oxedi, TARGET_OF_OXEDI),
            ("edi_835_parser", read_by_edi_835_parser, TARGET_OF_PARSER),
        ):
            met = _peer(module, lambda job=job: job(content), target, matched, claims) and met  # type: ignore[misc]
        peak_small = _run(measure, small, SMALL).peak_mb
        peak = max(one.peak_mb for one in rounds)
        print(f"peak memory: {peak_small:.0f} MB for {SMALL:,} claims, {peak:.0f} MB for {claims:,}")
    return 0 if met and peak < MOST_GROWTH * peak_small else 1


def _peer(module: str, job: Callable[[], object], target: float, ours: float, claims: int) -> bool:
    if importlib.util.find_spec(module) is None:
        print(f"  {module:32} is not installed: nothing to compare with")
        return True
    best = float("inf")
    for _ in range(ROUNDS):
        start = time.perf_counter()
        job()
        best = min(best, time.perf_counter() - start)
    _row(f"  {module}, parse alone", best, claims)
    print(f"    ours, matched too, is {best / ours:.2f} times as fast; target {target:g}")
    return best / ours >= target


def _shorten(content: bytes, path: str) -> None:
    """Keep the first claims of the file, with the sum that they pay."""
    segments = content.decode("ascii").split("~")
    at = [index for index, segment in enumerate(segments) if segment.startswith("CLP*")]
    kept = segments[: at[SMALL]] if len(at) > SMALL else segments[:-4]
    paid = sum(Decimal(segment.split("*")[4]) for segment in kept if segment.startswith("CLP*"))
    bpr = next(index for index, segment in enumerate(kept) if segment.startswith("BPR*"))
    cells = kept[bpr].split("*")
    kept[bpr] = "*".join([*cells[:2], str(paid), *cells[3:]])
    trailers = [f"SE*{len(kept) - 1}*0001", "GE*1*17", "IEA*1*000000017", ""]
    Path(path).write_text("~".join([*kept, *trailers]), encoding="ascii")


def _run(job: Callable[..., Measured], *arguments: object) -> Measured:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(job, arguments)


def _row(name: str, seconds: float, claims: int) -> None:
    print(f"{name:34} {claims / seconds:10,.0f} claims/s {seconds / claims * 1e6:8.1f} us/claim")


if __name__ == "__main__":
    sys.exit(main())
