"""How long a therapist waits for a saved session, beside the smallest signed-in form view that writes one row.

Eight keep-alive clients on this machine, gunicorn as in production, a Celery worker behind it that captures what
is saved; sign-in, CSRF, history triggers and the whole entry form. Both sites take turns in one run, so that the
ratio holds when the machine's speed drifts. The charge in words, which the page asks for next, is timed beside it.

Run: python -m bench.session_save with DATABASE_URL and CELERY_BROKER_URL leading to servers that may be filled.
"""

import http.client
import multiprocessing
import os
import re
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from multiprocessing.queues import Queue
from secrets import token_hex
from typing import NamedTuple
from urllib.parse import urlencode
from uuid import uuid4

CLIENTS = 8
SAVES = 40  # of each client in each turn
TURNS = 3
A_COURSE = 20  # fractions of one course that are logged
TARGET_RATIO = 3.0
FIRST_DAY = date(2025, 3, 3)
OUR_BACKEND, BARE_BACKEND = "oncocharge.signed_in.SignedInBackend", "django.contrib.auth.backends.ModelBackend"


class Job(NamedTuple):
    """What one client sends: the site's port, its cookie, and (address, body) in order."""

    port: int
    cookie: str
    posts: list[tuple[str, str]]
    then: str = ""


# --- the clients ------------------------------------------------------------------------------------------------


def client(job: Job, answers: "Queue[tuple[list[float], list[float], int]]", start: float) -> None:
    """Send every post over one connection; put (seconds, seconds of what the page asks next, faults)."""
    connection = http.client.HTTPConnection("127.0.0.1", job.port, timeout=60)
    headers = {"Cookie": job.cookie, "Content-Type": "application/x-www-form-urlencoded", "HX-Request": "true"}
    saves: list[float] = []
    words: list[float] = []
    faults = 0
    time.sleep(max(0.0, start - time.time()))
    for address, body in job.posts:
        begun = time.perf_counter()
        connection.request("POST", address, body, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        saves.append(time.perf_counter() - begun)
        faults += answer.status not in (200, 204, 302) or "/login" in (answer.getheader("Location") or "")
        slot = re.search(job.then, text) if job.then else None
        if slot:
            begun = time.perf_counter()
            connection.request("GET", slot.group(0), headers={"Cookie": job.cookie, "HX-Request": "true"})
            faults += connection.getresponse().read() == b""
            words.append(time.perf_counter() - begun)
        elif job.then:
            faults += 1
    answers.put((saves, words, faults))


def drive(jobs: list[Job]) -> tuple[list[float], list[float], int]:
    """Let all clients loose at once; return all their times and the count of faults."""
    answers: Queue[tuple[list[float], list[float], int]] = multiprocessing.Queue()
    start = time.time() + 1.0
    clients = [multiprocessing.Process(target=client, args=(job, answers, start)) for job in jobs]
    for process in clients:
        process.start()
    results = [answers.get(timeout=300) for _ in clients]
    for process in clients:
        process.join()
    return [s for r in results for s in r[0]], [w for r in results for w in r[1]], sum(r[2] for r in results)


# --- the sites --------------------------------------------------------------------------------------------------


@contextmanager
def served(settings: str, *, with_worker: bool) -> Iterator[int]:
    """Serve a site by gunicorn on a free port, with its worker where it has one; yield the port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": settings, "WEB_CONCURRENCY": "2", "ONCOCHARGE_LOG_LEVEL": "ERROR"}
    env["ONCOCHARGE_ENV"] = "development"  # the tests' settings open a connection for every request
    python = [sys.executable, "-m"]
    bind = ["--bind", f"127.0.0.1:{port}", "--config", "python:oncocharge.gunicorn", "oncocharge.wsgi"]
    children = [subprocess.Popen([*python, "gunicorn", *bind], env=env)]
    if with_worker:
        worker = [*python, "celery", "-A", "oncocharge.celery", "worker", "--concurrency", "1", "--loglevel", "ERROR"]
        children.append(subprocess.Popen(worker, env=env, stdout=subprocess.DEVNULL))
    try:
        _wait_for(port)
        yield port
    finally:
        for child in children:
            child.terminate()
        for child in children:
            child.wait(timeout=60)


def _wait_for(port: int) -> None:
    for _ in range(600):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError(f"nothing answers on port {port}")


def _cookies(port: int, address: str, session: str) -> tuple[str, str]:
    """Return the cookies of a signed-in client and its CSRF token (from the page or its body)."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", address, headers={"Cookie": f"sessionid={session}"})
    answer = connection.getresponse()
    text = answer.read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', text)
    cookie = (answer.getheader("Set-Cookie") or "").split(";")[0]
    return f"sessionid={session}; {cookie}", token.group(1) if token else text


# --- what is sent -----------------------------------------------------------------------------------------------


def _signed_in(username: str, role: str, backend: str) -> str:
    from django.contrib.auth.models import Group, User
    from django.test import Client

    user, _ = User.objects.get_or_create(username=username)
    user.groups.add(Group.objects.get_or_create(name=role)[0])
    browser = Client()
    browser.force_login(user, backend)
    return browser.cookies["sessionid"].value


class Patients(NamedTuple):
    """The courses of one client: (course, plan), each with 25 fractions to come."""

    machine: int
    courses: list[tuple[int, int]]


def _patients(number: int, count: int) -> Patients:
    from courses.models import Course, CourseDiagnosis, Machine, Plan
    from patients.models import Coverage, Facility, Patient, Payer

    site = {"setting": "freestanding", "bills": "global", "npi": "1245319599"}
    facility, _ = Facility.objects.get_or_create(name="Bench Center", defaults=site)
    payer, _ = Payer.objects.get_or_create(name="Bench Payer", defaults={"kind": "commercial", "payer_id": "B1"})
    machine = Machine.objects.create(facility=facility, name=f"Bench {number}")  # a therapist has one console
    courses = []
    for one in range(count):
        patient = Patient.objects.create(mrn=f"B{number}-{one}", last_name=f"Bench{number}")
        Coverage.objects.create(patient=patient, payer=payer, member_id="M1", effective_from=date(2020, 1, 1))
        course = Course.objects.create(patient=patient, facility=facility, title="Course 1", opened_on=FIRST_DAY)
        CourseDiagnosis.objects.create(course=course, position=1, code="C61")
        plan = Plan.objects.create(
            course=course, key="P1", site="prostate", technique="vmat", arcs=2, isocenters=1, fractions=25,
            approved_on=FIRST_DAY, machine=machine,
        )  # fmt: skip
        courses.append((course.pk, plan.pk))
    return Patients(machine.pk, courses)


def _session_posts(patients: Patients, token: str, turn: int) -> list[tuple[str, str]]:
    """Return the posts of one turn: fraction after fraction of one course after another."""
    posts = []
    for index in range(turn * SAVES, (turn + 1) * SAVES):
        course, plan = patients.courses[index // A_COURSE]
        fraction = index % A_COURSE + 1
        day = FIRST_DAY + timedelta(days=fraction)
        body = {
            "csrfmiddlewaretoken": token, "entry_key": uuid4(), "status": "treated", "day": day, "time": "09:00",
            "machine": patients.machine, "guidance": "cbct", f"plan_{plan}": "on", f"fraction_{plan}": fraction,
        }  # fmt: skip
        address = f"/courses/{course}/sessions/new/?day={day}&machine={patients.machine}"
        posts.append((address, urlencode(body)))
    return posts


def _row_posts(token: str) -> list[tuple[str, str]]:
    body = {"csrfmiddlewaretoken": token, "treated_on": FIRST_DAY, "units": 1, "note": "a row"}
    return [("/save", urlencode({**body, "entry_key": uuid4()})) for _ in range(SAVES)]


# --- the run ----------------------------------------------------------------------------------------------------


def run() -> bool:
    """Measure, print, and say whether the target is met."""
    import django

    os.environ.setdefault("SECRET_KEY", token_hex(32))  # one for all processes, or no sign-in holds
    django.setup()
    from bench.floor_form import make_table

    make_table()
    patients = [_patients(number, (TURNS + 1) * SAVES // A_COURSE) for number in range(CLIENTS)]
    therapists = [_signed_in(f"bench{number}", "therapist", OUR_BACKEND) for number in range(CLIENTS)]
    bare_users = [_signed_in(f"bench{number}", "therapist", BARE_BACKEND) for number in range(CLIENTS)]
    floor: list[float] = []
    saves: list[float] = []
    words: list[float] = []
    faults = 0
    with served("oncocharge.settings", with_worker=True) as ours, served("bench.floor_form", with_worker=False) as bare:
        for turn in range(TURNS + 1):
            rows = drive([_row_job(bare, session) for session in bare_users])
            ours_now = drive([_job(ours, *pair, turn) for pair in zip(therapists, patients, strict=True)])
            faults += rows[2] + ours_now[2]
            if turn > 0:  # the first turn warms both sites up and is not counted
                floor += rows[0]
                saves += ours_now[0]
                words += ours_now[1]
    return _report(floor, saves, words, faults)


def _row_job(port: int, session: str) -> Job:
    cookie, token = _cookies(port, "/save", session)
    return Job(port, cookie, _row_posts(token))


def _job(port: int, session: str, patients: Patients, turn: int) -> Job:
    course = patients.courses[0][0]
    cookie, token = _cookies(port, f"/courses/{course}/sessions/new/", session)
    posts = _session_posts(patients, token, turn)
    return Job(port, cookie, posts, then=r"/billing/sessions/\d+/earned/")


def _report(floor: list[float], saves: list[float], words: list[float], faults: int) -> bool:
    rows: tuple[tuple[str, list[float]], ...] = (
        ("floor: one row", floor), ("save a session", saves), ("then: the charge in words", words),
    )  # fmt: skip
    for name, times in rows:
        print(f"{name:28} {len(times):6d} requests  p50 {_ms(times, 0.5):7.1f} ms  p95 {_ms(times, 0.95):7.1f} ms")
    ratio = _ms(saves, 0.95) / _ms(floor, 0.95)
    median = _ms(saves, 0.5) / _ms(floor, 0.5)
    print(f"ratio p95 {ratio:.2f} (target at most {TARGET_RATIO:.0f}), p50 {median:.2f}; faults {faults}")
    return ratio <= TARGET_RATIO and faults == 0


def _ms(times: list[float], share: float) -> float:
    pick: Callable[[list[float]], float] = statistics.median
    ordered = sorted(times)
    return 1000 * (pick(ordered) if share == 0.5 else ordered[int(len(ordered) * share)])  # noqa: PLR2004


if __name__ == "__main__":
    sys.exit(0 if run() else 1)
