"""The private key or password with which we sign in at a partner: a file in a folder, never in the database.

``ONCOCHARGE_PARTNER_SECRETS`` names the folder; the partner names a file in it. The passphrase of an encrypted key
stands beside it in ``NAME.passphrase``. decisions/0040 says why.
"""

from pathlib import Path
from typing import NamedTuple

from django.conf import settings

from billing.adapters.door import PLAIN_NAME, PartnerError
from billing.models.partner import Proof

PASSPHRASE = ".passphrase"
_MOST_BYTES = 1000


class Secret(NamedTuple):
    """What proves who we are: a key in a file, or a password."""

    key_file: Path | None = None
    passphrase: str = ""
    password: str = ""


def read_secret(*, name: str, proof: str) -> Secret:
    """Return the secret of that name.

    Raises:
        PartnerError: there is none, or it cannot be read; permanent.
    """
    path = secret_path(name)
    if proof == Proof.PASSWORD:
        return Secret(password=_content(path))
    beside = path.with_name(path.name + PASSPHRASE)
    if not path.is_file():
        raise _missing(path)
    return Secret(key_file=path, passphrase=_content(beside) if beside.is_file() else "")


def secret_fault(*, name: str, proof: str) -> str:
    """Say why a secret of this name cannot be used; empty if it can."""
    try:
        read_secret(name=name, proof=proof)
    except PartnerError as error:
        return str(error)
    return ""


def secret_path(name: str) -> Path:
    """Return where the secret of this name lies."""
    if not PLAIN_NAME.fullmatch(name):
        raise PartnerError(f"{name!r} is no plain file name.", permanent=True)
    return Path(settings.PARTNER_SECRETS) / name


def secret_names() -> list[str]:
    """Return the names that a partner may use, for the form to offer."""
    folder = Path(settings.PARTNER_SECRETS)
    if not folder.is_dir():
        return []
    names = (path.name for path in folder.iterdir() if PLAIN_NAME.fullmatch(path.name) and path.is_file())
    return sorted(name for name in names if not name.endswith(PASSPHRASE))


def _content(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
        text = content.decode().rstrip("\r\n")
    except FileNotFoundError:
        raise _missing(path) from None
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise PartnerError(f"The secret {path.name} cannot be read: {reason}.", permanent=True) from None
    if not text or "\n" in text or len(content) > _MOST_BYTES:
        raise PartnerError(f"The secret {path.name} must hold one line, the password.", permanent=True)
    return text


def _missing(path: Path) -> PartnerError:
    return PartnerError(
        f"There is no secret {path.name}. Put the file into the folder that ONCOCHARGE_PARTNER_SECRETS names.",
        permanent=True,
    )
