"""A real SFTP server for each test, and doors to it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from billing.adapters.host_keys import read_host_keys
from billing.adapters.sftp import RemoteFolders, Sftp
from billing.adapters.ssh import Login
from tests.sftp_server import PASSWORD, USER, Running, sftp_server

FOLDERS = RemoteFolders("/outbox", "/inbox", "/archive")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Running]:
    with sftp_server(tmp_path / "partner") as running:
        yield running


@pytest.fixture
def open_door(server: Running) -> Iterator[Callable[..., Sftp]]:
    opened: list[Sftp] = []

    def make(folders: RemoteFolders = FOLDERS, **changes: object) -> Sftp:
        login = Login(
            "127.0.0.1", server.port, USER, tuple(read_host_keys(server.host_key_lines)), password=PASSWORD,
            connect_seconds=5, answer_seconds=2, most_seconds=30,
        )  # fmt: skip
        opened.append(Sftp(replace(login, **changes), folders))  # type: ignore[arg-type]
        return opened[-1]

    yield make
    for door in opened:
        door.close()


@pytest.fixture
def door(open_door: Callable[..., Sftp]) -> Sftp:
    return open_door()
