"""Takes the pictures of docs/screenshots/: the demo on a day that never changes, in a real browser, desk and tablet.

``python3 dev.py screenshots`` runs it against servers of its own; with words after it, only the pictures so named.
The clock stands still for the site, so that the same code gives the same pictures. Whatever fails is said, and the
command fails: a picture is never left as it was without a word.
"""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

import django
import time_machine
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect, sync_playwright

NOW = datetime(2026, 11, 18, 12, 20, tzinfo=ZoneInfo("America/New_York"))
"""A Wednesday in November of the demo's second year."""
FOLDER = Path(__file__).resolve().parent.parent / "docs" / "screenshots"
DESK: ViewportSize = {"width": 1280, "height": 800}
TABLET: ViewportSize = {"width": 820, "height": 1180}
SIZES = {"desk": DESK, "tablet": TABLET}
COLORS = 256
MOST_BYTES = 150_000
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage"]
# A fragment that was asked for may bring a style sheet of its own, which comes after it.
IS_SETTLED = """!document.documentElement.hasAttribute('data-busy') && !document.querySelector('.htmx-request')
    && [...document.querySelectorAll('link[rel=stylesheet]')].every((link) => link.sheet)"""
Deed = Callable[[Page], Locator | None]


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture: its name, who looks, where, and what is done before it is taken."""

    name: str
    user: str
    address: str
    deed: Deed | None = None
    sizes: tuple[str, ...] = ("desk", "tablet")
    theme: str = "light"


def main(wanted: list[str]) -> int:
    """Take the pictures whose names are wanted, all if none is named; return the exit code."""
    django.setup()
    with time_machine.travel(NOW, tick=False), _site() as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ["ONCOCHARGE_TEST_BROWSER"], args=QUIET)
        pictures = [one for one in _pictures() if not wanted or one.name in wanted]
        too_large = [taken for one in pictures for taken in _take(browser, site, one)]
        browser.close()
    for name in too_large:
        print(f"{name} is larger than {MOST_BYTES} bytes: show less of the page.", file=sys.stderr)
    return 1 if too_large or not pictures else 0


@contextmanager
def _site() -> Iterator[str]:
    """Write the demo and serve the site in this process, under the clock that stands still."""
    from django.contrib.staticfiles.handlers import StaticFilesHandler  # after django.setup
    from django.core.management import call_command
    from django.test.testcases import LiveServerThread

    _stop_the_database_clock()
    call_command("demo", today=NOW.date())
    _write_the_morning()
    server = LiveServerThread("127.0.0.1", StaticFilesHandler, connections_override={})
    server.daemon = True
    server.start()
    server.is_ready.wait()
    if server.error:
        raise server.error
    yield f"http://127.0.0.1:{server.port}"
    server.terminate()


def _stop_the_database_clock() -> None:
    """Let the database's own functions tell the same moment: triggers and defaults ask them."""
    from django.db import connection

    with connection.cursor() as cursor:
        for name in ("now", "statement_timestamp", "transaction_timestamp", "clock_timestamp"):
            cursor.execute(
                f"CREATE FUNCTION public.{name}() RETURNS timestamptz LANGUAGE sql STABLE "
                f"AS $$ SELECT '{NOW.isoformat()}'::timestamptz $$"
            )
        # What stands first is found first; otherwise pg_catalog is searched before everything.
        database = connection.ops.quote_name(connection.settings_dict["NAME"])
        cursor.execute(f"ALTER DATABASE {database} SET search_path = public, pg_catalog")
        # A default was bound to its function when its table was made.
        cursor.execute(
            "SELECT format('ALTER TABLE %I ALTER %I SET DEFAULT public.now()', table_name, column_name)"
            " FROM information_schema.columns WHERE table_schema = 'public' AND column_default ~ '(timestamp|now)\\('"
        )
        for (statement,) in cursor.fetchall():
            cursor.execute(statement)
    connection.close()


def _write_the_morning() -> None:
    """Log what a machine has delivered by now: the morning's patients, one partial, one who did not come."""
    from django.contrib.auth.models import User  # after django.setup

    from billing.capture import sweep
    from courses.delivery import log_session, machine_day, note_absence
    from courses.models import Machine

    machine = Machine.objects.select_related("facility").earliest("pk")
    therapist = User.objects.get(username="tess")
    due = [row for row in machine_day(machine=machine, day=NOW.date()).rows if row.usual_time and not row.sessions]
    past = [row for row in due if row.usual_time and row.usual_time < NOW.time()]
    for place, row in enumerate(past[:-1]):
        at = datetime.combine(NOW.date(), row.usual_time, tzinfo=NOW.tzinfo) if row.usual_time else NOW
        plans = [one.plan for one in row.coming]
        if place == 1:
            note_absence(course=row.course, day=NOW.date(), reason="unwell", by=therapist)
        elif place == len(past) - 2:  # the last but one: its rest is still to come
            log_session(
                course=row.course, plans=plans, at=at, by=therapist, machine=machine, status="partial",
                status_reason="machine fault",
            )  # fmt: skip
        else:
            log_session(course=row.course, plans=plans, at=at, by=therapist, machine=machine)
    sweep()


def _pictures() -> list[Picture]:
    from django.urls import reverse  # after django.setup

    from billing.models import ClaimFile
    from courses.models import Course

    course = Course.objects.filter(closed_on=None, plans__technique="vmat").earliest("opened_on")
    file = ClaimFile.objects.latest("pk")
    return [
        Picture("machine-day", "tess", reverse("courses:machine-day")),
        Picture("machine-day-dark", "tess", reverse("courses:machine-day"), sizes=("tablet",), theme="dark"),
        Picture("entry", "tess", reverse("courses:machine-day"), deed=_open_entry),
        Picture("course", "dana", reverse("courses:course", args=[course.pk])),
        Picture("clinical-worklist", "dana", reverse("courses:worklist"), sizes=("desk",)),
        Picture("worklist", "bill", reverse("billing:worklist")),
        Picture("line", "bill", reverse("billing:worklist"), deed=_open_line, sizes=("desk",)),
        Picture("dashboard", "mara", reverse("billing:dashboard"), sizes=("desk",)),
        Picture("treated-and-charged", "mara", reverse("billing:grid"), sizes=("desk",)),
        Picture("claim-file", "mara", reverse("billing:file", args=[file.pk]), sizes=("desk",)),
    ]


def _open_entry(page: Page) -> Locator:
    page.locator("#day-lists a[data-entry].btn-big").first.click()
    return page.locator("dialog.cl-dialog")


def _open_line(page: Page) -> Locator:
    page.locator("tr[data-line] a[href*='/billing/lines/']").first.click()
    return page.get_by_role("heading", level=1)


def _take(browser: Browser, site: str, picture: Picture) -> Iterator[str]:
    """Take a picture in its sizes; yield the names of those that came out too large."""
    page = browser.new_context(reduced_motion="reduce", color_scheme=picture.theme).new_page()  # type: ignore[arg-type]
    _sign_in(page, site, picture.user)
    for size in picture.sizes:
        page.set_viewport_size(SIZES[size])
        page.goto(f"{site}{picture.address}")
        _wait_until_settled(page)
        if picture.deed and (shown := picture.deed(page)):
            expect(shown).to_be_visible()
            _wait_until_settled(page)
        path = FOLDER / f"{picture.name}-{size}.png"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(_small(page.screenshot(animations="disabled", caret="hide")))
        print(f"  {path.name:<34} {path.stat().st_size // 1000:>4} kB")
        if path.stat().st_size > MOST_BYTES:
            yield path.name
    page.context.close()


def _sign_in(page: Page, site: str, user: str) -> None:
    from oncocharge.demo.department import PASSWORD  # after django.setup

    page.goto(f"{site}/login/")
    page.locator("input[name=username]").fill(user)
    page.locator("input[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/login/" not in url)


def _wait_until_settled(page: Page) -> None:
    for _ in range(400):
        page.wait_for_timeout(50)
        if page.evaluate(IS_SETTLED):
            return
    raise TimeoutError(f"{page.url} is still asking for something after 20 seconds.")


def _small(png: bytes) -> bytes:
    """Return the picture in few colours: a page has no more, and a checkout stays small."""
    reduced, out = Image.open(BytesIO(png)).convert("RGB").quantize(COLORS, dither=Image.Dither.NONE), BytesIO()
    reduced.save(out, "PNG", optimize=True)
    return out.getvalue()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
