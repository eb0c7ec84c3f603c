"""``make run``: from a checkout to a running site, and back to nothing.

Order of the start: install, servers, migrate, demo data, web; worker and beat as soon as the site
answers. Order of the end: web, worker and beat together, then the servers they lean on. What was
done before (installed, migrated, loaded) is noted and not done again.
"""

import os
import time
from collections.abc import Sequence

from start.database import demo_logins, load_demo, migrate
from start.identity import find_home
from start.install import Environment, ensure_installed
from start.leftovers import end_leftovers
from start.local import Local
from start.ports import LOOPBACK, claim_web_port
from start.processes import Stopped, StopRequest, stop_together
from start.programs import marks, start_jobs, start_web
from start.stores import PostgresServer, ValkeyServer
from start.underway import Start
from start.voice import Refusal, say

# A task that is under way may take its time; a second Ctrl-C cuts it off.
PROGRAMS_END_WITHIN_S = 40.0


def run(environment: Environment, arguments: Sequence[str], stop: StopRequest) -> int:
    """Run the site until somebody stops it; return the exit code."""
    if set(arguments) - {"--reload"}:
        raise Refusal(f"`run` takes only --reload; found {' '.join(arguments)}.")
    began = time.monotonic()
    local = Local.open(environment.root)
    local.claim()
    start = Start(environment, local, stop)
    try:
        ensure_installed(environment, "local", stop)
        with claim_web_port(os.environ.get("PORT")) as listener:
            port = int(listener.getsockname()[1])
            _start_stores(start)
            migrate(start)
            load_demo(start)
            start_web(start, listener, wants_reload="--reload" in arguments)
        start_jobs(start)
        _welcome(start, port, began)
        return _watch(start)
    except Stopped:
        return 0
    finally:
        _end(start)


def _start_stores(start: Start) -> None:
    """End what a killed start left, start the servers that no variable replaces, note the ways to them."""
    home = find_home(start.environment.venv, start.local.folder)
    is_password_lost = "postgres_password" not in start.local.kept
    postgres = PostgresServer(home, start.local.secret("postgres_password"), start.local.port("postgres"))
    valkey = ValkeyServer(home, start.local.secret("valkey_password"), start.local.port("valkey"))
    end_leftovers({"postgres": postgres.mark, "valkey": valkey.mark, **marks(start)})
    given = {name: os.environ[name] for name in ("DATABASE_URL", "CELERY_BROKER_URL") if os.environ.get(name)}
    start.is_database_ours = "DATABASE_URL" not in given
    if start.is_database_ours:
        _create_database(start, postgres, is_password_lost=is_password_lost)
    wanted: dict[str, PostgresServer | ValkeyServer] = {"DATABASE_URL": postgres, "CELERY_BROKER_URL": valkey}
    servers = {name: server for name, server in wanted.items() if name not in given}
    start.stores.start(list(servers.values()), start.stop)
    start.local.keep(postgres_port=str(postgres.port), valkey_port=str(valkey.port))
    ways = given | {name: server.url for name, server in servers.items()}
    secret_key = os.environ.get("SECRET_KEY") or start.local.secret("secret_key")
    start.local.write_env({**ways, "SECRET_KEY": secret_key})
    start.variables = {**os.environ, **start.local.read_env(), "PYTHONUNBUFFERED": "1"}


def _create_database(start: Start, postgres: PostgresServer, *, is_password_lost: bool) -> None:
    if not postgres.is_created:
        say("Making a PostgreSQL database in .local/ ...")
        start.local.keep(migrated="", demo="")
        postgres.create()
    elif is_password_lost:
        postgres.set_password()


def _welcome(start: Start, port: int, began: float) -> None:
    address = f"http://{LOOPBACK}:{port}/"
    start.local.note_running(address)
    lines = ["", f"oncocharge is at {address}  (started in {time.monotonic() - began:.1f} s)", ""]
    lines += [*demo_logins(start).splitlines(), ""]
    lines += ["Ctrl-C stops it. manage.py in a second terminal reaches the same database.", ""]
    say("\n".join(f"  {line}".rstrip() for line in lines))


def _watch(start: Start) -> int:
    """Wait for a request to stop, or for a program to end by itself, which is a failure."""
    while not start.stop.count:
        for child in [*start.programs, *start.stores.children]:
            if not child.is_running():
                say(f"{child.name} ended by itself (exit {child.process.returncode}); stopping everything.")
                return 1
        time.sleep(0.2)
    return 0


def _end(start: Start) -> None:
    if not start.programs and not start.stores.children:
        return
    say("Stopping ...")
    stop_together(start.programs, patience_s=PROGRAMS_END_WITHIN_S, stop=start.stop)
    start.stores.stop(start.stop)
    start.local.forget_running()
    say("Stopped.")
