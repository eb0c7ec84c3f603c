"""How long a biller waits for the first row of the worklist while 20,000 lines wait, beside an empty list.

One keep-alive client, gunicorn as in production, everything that a signed-in page costs. The list as it opens, its
clean lines, their last page and another order take turns with the same list narrowed to a payer who has no line: the
same page of the same site without a row. Timed is from the request to the first row in the answer (of the empty list:
to its end). Beside the ratio stands the number of queries, which may not grow with the lines.

Run: python -m bench.worklist [lines] with DATABASE_URL leading to a migrated database that may be emptied.
"""

import http.client
import os
import sys
import time
from pathlib import Path
from secrets import token_hex

LINES = 20_000
SESSIONS = 25
"""Lines of a course, as bench/capture.py fills it."""
ROUNDS = 25
WARM_UP = 3
TARGET_RATIO, TARGET_OTHERS, TARGET_QUERIES = 4.0, 6.0, 10
"""Ratios at the median: of the list as it opens, and of the others. To draw fifty rows costs as much as an empty page;
the rest is for the queries, which look at each line that waits once to count it and once to find the first fifty.
"""
NOBODY = 900
"""A payer without a line."""
EMPTY = f"/billing/?payer={NOBODY}"
OPENS = "/billing/"
OTHERS = (
    "/billing/?group=clean",
    "/billing/?group=clean&page=340",
    "/billing/?group=all&sort=-amount",
    "/billing/?machine=1",
)
ROW = b'<tr id="line-'


def fill(lines: int) -> None:
    """Put courses of signed sessions into the emptied database, and a line that waits for each session."""
    from django.db import connection

    from bench.capture import fill as fill_courses
    from patients.models import Payer

    fill_courses(lines // SESSIONS)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(Path(__file__).with_name("worklist_lines.sql").read_text(encoding="utf-8"))
        cursor.execute("SET session_replication_role = origin")
        cursor.execute("VACUUM ANALYZE")
    Payer.objects.create(id=NOBODY, name="Nobody's payer", kind="commercial", payer_id="99999")


def first_row(connection: http.client.HTTPConnection, address: str, cookie: str) -> float:
    """Ask for a page; return the seconds until its first row was here, of a page without rows until its end."""
    began = time.perf_counter()
    connection.request("GET", address, headers={"Cookie": cookie})
    answer = connection.getresponse()
    if answer.status != http.client.OK:
        raise SystemExit(f"{address} answered {answer.status}")
    read, seconds = b"", 0.0
    while part := answer.read(16_384):
        read += part
        if not seconds and ROW in read:
            seconds = time.perf_counter() - began
    if bool(seconds) == (address == EMPTY):
        raise SystemExit(f"{address} has {'a' if seconds else 'no'} row")
    return seconds or time.perf_counter() - began


def queries_of(address: str, session: str) -> int:
    """Count the queries of a page, the three of signing in among them."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    browser = Client()
    browser.cookies["sessionid"] = session
    browser.get(address)
    with CaptureQueriesContext(connection) as captured:
        browser.get(address)
    return len(captured)


def run(lines: int) -> bool:
    """Measure, print, and say whether the targets are met."""
    import django

    os.environ.setdefault("SECRET_KEY", token_hex(32))  # one for all processes, or no sign-in holds
    django.setup()
    from bench.session_save import _ms, _signed_in, served

    fill(lines)
    session = _signed_in("bench", "biller")
    cookie, addresses = f"sessionid={session}", (EMPTY, OPENS, *OTHERS)
    times: dict[str, list[float]] = {address: [] for address in addresses}
    with served("oncocharge.settings", with_worker=False) as port:
        client = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        for number in range(ROUNDS + WARM_UP):
            for address in addresses:
                seconds = first_row(client, address, cookie)
                if number >= WARM_UP:
                    times[address].append(seconds)
    from django.conf import settings

    settings.ALLOWED_HOSTS = ["*"]
    is_met = True
    for address in addresses:
        p50, p95 = (_ms(times[address], share) / _ms(times[EMPTY], share) for share in (0.5, 0.95))
        queries = queries_of(address, session)
        print(
            f"{address:38} p50 {_ms(times[address], 0.5):6.1f} ms  p95 {_ms(times[address], 0.95):6.1f} ms"
            f"  ratio {p50:.2f} / {p95:.2f}  {queries} queries"
        )
        is_met &= p50 <= (TARGET_RATIO if address == OPENS else TARGET_OTHERS) and queries < TARGET_QUERIES
    print(
        f"{lines:,} lines; targets: ratio at most {TARGET_RATIO:.0f} as it opens, fewer than {TARGET_QUERIES} queries"
    )
    return is_met


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oncocharge.settings")
    sys.exit(0 if run(int(sys.argv[1]) if len(sys.argv) > 1 else LINES) else 1)
