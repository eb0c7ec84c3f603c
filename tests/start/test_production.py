"""The site as the image serves it: production settings, gunicorn, static files under hashed names."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import pytest

from start.ports import any_free
from tests.start.checkout import Checkout

HOST = "charges.example.org"


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a production web server over the servers of this test run."""
    checkout = Checkout.make(tmp_path_factory.mktemp("production") / "checkout")
    subprocess.run([sys.executable, "dev.py", "static"], cwd=checkout.folder, env=checkout.variables(), check=True)
    port = any_free()
    given = {name: os.environ[name] for name in ("DATABASE_URL", "CELERY_BROKER_URL")}
    env = checkout.variables(
        **given,
        ONCOCHARGE_ENV="production",
        ONCOCHARGE_OUTBOX=str(checkout.folder / "outbox"),
        ONCOCHARGE_BEHIND_PROXY="true",
        SECRET_KEY="k" * 50,
        ALLOWED_HOSTS=HOST,
        PORT=str(port),
        WEB_CONCURRENCY="1",
    )
    line = [sys.executable, "-m", "gunicorn", "oncocharge.wsgi", "--config", "python:oncocharge.gunicorn"]
    log = checkout.folder / "web.log"
    with log.open("w") as sink, subprocess.Popen(line, cwd=checkout.folder, env=env, stderr=sink) as web:
        try:
            wait_until_alive(port, web, log)
            yield port
        finally:
            web.terminate()


def wait_until_alive(port: int, web: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(600):
        assert web.poll() is None, log.read_text()
        try:
            if ask(port, "/livez").status == 200:
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"The site did not come up: {log.read_text()}")


def ask(port: int, path: str, *, scheme: str = "https") -> HTTPResponse:
    """Ask as the proxy in front would."""
    line = HTTPConnection("127.0.0.1", port, timeout=20)
    line.request("GET", path, headers={"Host": HOST, "X-Forwarded-Proto": scheme})
    return line.getresponse()


def test_it_is_ready(port: int) -> None:
    assert ask(port, "/readyz").status == 200


def test_plain_http_is_sent_to_https(port: int) -> None:
    answer = ask(port, "/login/", scheme="http")
    assert (answer.status, answer.getheader("Location")) == (301, f"https://{HOST}/login/")


def test_a_page_carries_the_headers_that_protect_it(port: int) -> None:
    answer = ask(port, "/login/")
    policy = answer.getheader("Content-Security-Policy") or ""
    assert answer.status == 200
    assert answer.getheader("Strict-Transport-Security") == "max-age=31536000; includeSubDomains"
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "Secure" in (answer.getheader("Set-Cookie") or "")


def test_every_file_of_the_page_is_there_under_a_name_that_may_be_kept_for_ever(port: int) -> None:
    page = ask(port, "/login/").read().decode()
    files = set(re.findall(r"/static/[^\"'\s>#]+", page))
    answers = {file: ask(port, file) for file in files}
    assert files
    assert {file for file, answer in answers.items() if answer.status != 200} == set()
    assert all("immutable" in (answer.getheader("Cache-Control") or "") for answer in answers.values())


def test_an_error_page_tells_nothing_of_the_inside(port: int) -> None:
    answer = ask(port, "/no-such-page/")
    text = answer.read().decode()
    assert answer.status in {302, 404}
    assert not any(word in text for word in ("Traceback", "oncocharge.urls", "DEBUG"))
