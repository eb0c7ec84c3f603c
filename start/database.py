"""Brings the database of a start up to date: migrations, demo data, the logins to show.

Each is done once and noted in .local/, so that a second start runs no Django process for it.
A step that was interrupted is not noted, so the next start repeats it.
"""

from pathlib import Path

from start.local import fingerprint
from start.processes import complete
from start.stores import tail
from start.underway import APPS, Start
from start.voice import Refusal, say

DEMO_COMMAND = Path("management/commands/demo.py")


def migrate(start: Start) -> None:
    """Migrate if the migrations, the pinned packages or the database are others than last time."""
    migrations = [path for app in APPS for path in (start.root / app).glob("migrations/**/*.py")]
    database = "ours" if start.is_database_ours else start.variables["DATABASE_URL"]
    wanted = fingerprint([database], [*migrations, start.environment.lock_of("base")])
    if start.local.kept.get("migrated") == wanted:
        return
    say("Migrating the database ...")
    _manage_quietly(start, "migrate", "--no-input", otherwise="Migrating failed.")
    start.local.keep(migrated=wanted)


def load_demo(start: Start) -> None:
    """Load the demo data on the first start; a load that did not come to its end is repeated."""
    state = start.local.kept.get("demo")
    if not _demo_commands(start) or state == "loaded":
        return
    if not start.is_database_ours:
        say("This database is your own, so no demo data is loaded into it; `make demo` would.")
        say("Nobody can sign in yet? `.venv/bin/python manage.py createsuperuser` makes the first user.")
        return
    if state == "loading":
        say("An earlier start did not finish loading the demo data; loading it again ...")
    else:
        say("Loading the demo data (the first time only) ...")
    start.local.keep(demo="loading")
    kept, version = _empty_logins(start), _version_of_demo(start)
    failed = "The demo data could not be loaded. The next start tries again."
    _manage_quietly(start, "demo", "--logins-to", str(kept), otherwise=failed)
    start.local.keep(demo="loaded", logins_of=version)


def demo_logins(start: Start) -> str:
    """Return who can sign in: as the load of the demo wrote it, or asked anew after that command changed."""
    if not start.is_database_ours or start.local.kept.get("demo") != "loaded":
        return ""
    version, kept = _version_of_demo(start), _logins(start)
    if start.local.kept.get("logins_of") != version or not kept.exists():
        _empty_logins(start)
        if complete(start.manage("demo", "--logins", log=kept), start.stop) != 0:
            return ""
        start.local.keep(logins_of=version)
    return kept.read_text().rstrip()


def _logins(start: Start) -> Path:
    return start.local.folder / "logins.txt"


def _empty_logins(start: Start) -> Path:
    """Return the file for the logins, empty and for its owner alone."""
    kept = _logins(start)
    kept.unlink(missing_ok=True)
    kept.touch(mode=0o600)
    return kept


def _version_of_demo(start: Start) -> str:
    return fingerprint([], _demo_commands(start))


def _manage_quietly(start: Start, *words: str, otherwise: str) -> None:
    """Run a command of manage.py into a log, whose end is shown if the command fails."""
    log = start.local.folder / f"{words[0]}.log"
    log.unlink(missing_ok=True)
    if complete(start.manage(*words, log=log), start.stop) != 0:
        raise Refusal(f"{otherwise} The end of {log}:\n{tail(log)}")


def _demo_commands(start: Start) -> list[Path]:
    return [path for app in APPS if (path := start.root / app / DEMO_COMMAND).exists()]
