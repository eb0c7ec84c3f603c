"""What every test of remittances needs: a partner, and our facility, which is who is paid."""

from pathlib import Path

import pytest
from pytest_django import Settings

from tests import cast
from tests.exports import partner


@pytest.fixture(autouse=True)
def practice(db: None, settings: Settings, tmp_path: Path) -> None:
    settings.CLAIM_OUTBOX = tmp_path
    partner()
    cast.center()
