"""Trading partners for the tests: one by SFTP at a server of the test's own, with its secret in a folder."""

from pathlib import Path
from typing import Any

from billing.models import TradingPartner
from tests.exports import partner
from tests.sftp_server import PASSWORD, USER, Running

SECRET = "bay.password"


def put_secret(folder: Path, name: str = SECRET, content: str = PASSWORD) -> None:
    """Lay a secret into the folder of secrets."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(f"{content}\n")


def sftp_values(server: Running, **values: Any) -> dict[str, Any]:
    """What a partner's row says of this server."""
    return {
        "transport": "sftp", "folder": None, "host": "127.0.0.1", "port": server.port, "user": USER,
        "host_keys": server.host_key_lines, "proof": "password", "secret_name": SECRET, "remote_outbox": "/outbox",
        "remote_inbox": "/inbox", "remote_archive": "/archive", **values,
    }  # fmt: skip


def sftp_partner(server: Running, name: str = "Bay Clearing", **values: Any) -> TradingPartner:
    """A clearinghouse behind this server."""
    return partner(name, **sftp_values(server, **values))
