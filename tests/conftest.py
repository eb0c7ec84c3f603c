"""Fixtures that every room of the tests shares."""

import os
from typing import Any

import pytest


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Launch the browser that ``dev.py test`` found; without one the test fails and says so."""
    path = os.environ.get("ONCOCHARGE_TEST_BROWSER")
    if not path:
        pytest.fail("No browser on this machine. `make test` installs one; so does apt-get install chromium.")
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage"]
    quiet += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
    return {**browser_type_launch_args, "executable_path": path, "headless": True, "args": quiet}
