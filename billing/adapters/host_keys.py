"""The keys by which a partner's server is known: read from what a person pastes, compared with what a server shows.

Nothing is trusted on first use. Accepted are a line of known_hosts, a public key, and the SHA-256 fingerprint that
partners print in their guides; each comes down to a fingerprint. Not here: the connection.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Collection, Sequence
from typing import NamedTuple

_FINGERPRINT = re.compile(r"SHA256:([A-Za-z0-9+/]{43})=?")
_KIND = re.compile(r"(ssh|ecdsa)-[a-z0-9-]+")
_DIGITS = re.compile(r"([0-9a-f]{2}:){15}[0-9a-f]{2}", re.IGNORECASE)
ALGORITHMS = {
    "ssh-ed25519": ("ssh-ed25519",),
    "ecdsa-sha2-nistp256": ("ecdsa-sha2-nistp256",),
    "ecdsa-sha2-nistp384": ("ecdsa-sha2-nistp384",),
    "ecdsa-sha2-nistp521": ("ecdsa-sha2-nistp521",),
    "ssh-rsa": ("rsa-sha2-512", "rsa-sha2-256"),
}
"""Kinds of keys and the algorithms in which a server proves that it has one; SHA-1 is not among them."""


class HostKeyFault(ValueError):
    """A line that is no host key; the message says what is wrong with it."""


class PinnedKey(NamedTuple):
    """A key that the partner's server may show."""

    fingerprint: str
    """``SHA256:`` and 43 characters."""
    kind: str = ""
    """Empty where only the fingerprint is known."""
    key: str = ""
    """The public key in base64; empty where only the fingerprint is known."""

    @property
    def line(self) -> str:
        """The key as it is kept: one line, without names of hosts and comments."""
        return f"{self.kind} {self.key}" if self.key else self.fingerprint


def read_host_keys(text: str) -> list[PinnedKey]:
    """Return the keys of a text, one a line, each once; empty lines and comments are passed over.

    Raises:
        HostKeyFault: a line that is none of the three forms.
    """
    found: dict[str, PinnedKey] = {}
    for number, line in enumerate(map(str.strip, text.splitlines()), 1):
        if line and not line.startswith("#"):
            try:
                key = _read_line(line)
            except HostKeyFault as fault:
                raise HostKeyFault(f"Line {number}: {fault}") from None
            found[key.fingerprint] = max(found.get(key.fingerprint, key), key, key=lambda one: len(one.key))
    return list(found.values())


def fingerprint_of(key: bytes) -> str:
    """Return the fingerprint of a public key in its wire form, as ssh-keygen prints it.

    >>> fingerprint_of(b"")
    'SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU'
    """
    return "SHA256:" + base64.b64encode(hashlib.sha256(key).digest()).decode().rstrip("=")


def algorithms_of(keys: Sequence[PinnedKey], *, besides: Collection[str] = ()) -> tuple[str, ...]:
    """Return the algorithms to ask the server for: those of the pinned keys; all, if one is known by fingerprint alone.

    Args:
        besides: kinds that the server has shown already. Of several keys it shows the one that is asked for first.
    """
    kinds = list(dict.fromkeys(key.kind for key in keys if key.kind))
    if not all(key.kind for key in keys):
        kinds += [kind for kind in ALGORITHMS if kind not in kinds]
    return tuple(algorithm for kind in kinds if kind not in besides for algorithm in ALGORITHMS[kind])


def _read_line(line: str) -> PinnedKey:
    fingerprint = _FINGERPRINT.fullmatch(line)
    if fingerprint:
        return PinnedKey(f"SHA256:{fingerprint[1]}")
    _refuse_what_looks_alike(line)
    words = line.split()
    places = [place for place, word in enumerate(words[:2]) if _KIND.fullmatch(word)]
    if not places or len(words) < places[0] + 2:
        raise HostKeyFault(
            "it is no host key. Paste a line of known_hosts, a public key (ssh-ed25519 AAAA...), or its fingerprint "
            "(SHA256: and 43 characters)."
        )
    return _read_key(words[places[0]], words[places[0] + 1])


def _refuse_what_looks_alike(line: str) -> None:
    if line.startswith("@"):
        raise HostKeyFault("marked lines (@cert-authority, @revoked) are not taken. Paste the server's own key.")
    if _DIGITS.search(line):
        raise HostKeyFault("an MD5 fingerprint can be forged. Ask the partner for the SHA256 fingerprint or the key.")
    if line.startswith("SHA256:"):
        raise HostKeyFault("the fingerprint is cut: after SHA256: stand 43 characters.")
    if "PRIVATE KEY" in line:
        raise HostKeyFault("this is a private key, which belongs into no form. Paste the server's public key.")


def _is_whole(raw: bytes) -> bool:
    """Tell whether the parts of a key, each with its length before it, end where the key ends."""
    place = 0
    while place < len(raw):
        place += 4 + int.from_bytes(raw[place : place + 4])
    return place == len(raw)


def _read_key(kind: str, key: str) -> PinnedKey:
    if kind not in ALGORITHMS:
        raise HostKeyFault(f"keys of the kind {kind} are not taken; known are {', '.join(ALGORITHMS)}.")
    try:
        raw = base64.b64decode(key, validate=True)
    except binascii.Error:
        raise HostKeyFault("the key is cut or has other characters than base64.") from None
    # In the wire form the kind stands before the key itself, after its length.
    if not raw.startswith(len(kind).to_bytes(4) + kind.encode()) or not _is_whole(raw):
        raise HostKeyFault(f"the key is cut, or it is no {kind} key.")
    return PinnedKey(fingerprint_of(raw), kind, key)
