"""What a person pastes comes down to fingerprints; what cannot be one is refused with its line and a reason."""

import doctest

import asyncssh
import pytest

from billing.adapters import host_keys
from billing.adapters.host_keys import HostKeyFault, algorithms_of, read_host_keys

KEYS = {kind: asyncssh.generate_private_key(kind) for kind in ("ssh-ed25519", "ecdsa-sha2-nistp256", "ssh-rsa")}
ED = KEYS["ssh-ed25519"].export_public_key().decode().split()


@pytest.mark.parametrize("kind", KEYS)
def test_a_key_has_the_fingerprint_that_others_compute(kind: str) -> None:
    (key,) = read_host_keys(KEYS[kind].export_public_key().decode())
    assert key.fingerprint == KEYS[kind].get_fingerprint() and key.kind == kind


@pytest.mark.parametrize(
    "line",
    [
        f"{ED[0]} {ED[1]}",
        f"{ED[0]} {ED[1]} root@partner with a comment",
        f"sftp.example.org,192.0.2.1 {ED[0]} {ED[1]}",
        f"[sftp.example.org]:2222 {ED[0]} {ED[1]} comment",
        f"|1|F1E1KeoE/eEWhi10WpGv4OdiO6Y=|3988QV0VE8wmZL7suNrYQLITLCg= {ED[0]} {ED[1]}",
        f"\n# from their guide\n  {ED[0]} {ED[1]}  \n\n",
    ],
    ids=["plain", "with comment", "of two names", "with port", "hashed name", "among comments"],
)
def test_every_form_in_which_keys_are_handed_on_is_read(line: str) -> None:
    assert [key.line for key in read_host_keys(line)] == [f"{ED[0]} {ED[1]}"]


def test_a_fingerprint_is_read_with_and_without_its_padding_and_once() -> None:
    fingerprint = KEYS["ssh-ed25519"].get_fingerprint()
    assert [key.line for key in read_host_keys(f"{fingerprint}\n{fingerprint}=")] == [fingerprint]
    assert [key.line for key in read_host_keys(f"{fingerprint}\n{ED[0]} {ED[1]}")] == [f"{ED[0]} {ED[1]}"]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("MD5:16:27:ac:a5:76:28:2d:36:63:1b:56:4d:eb:df:a6:48", "MD5"),
        ("SHA256:abc", "cut"),
        (f"@revoked * {ED[0]} {ED[1]}", "@revoked"),
        (f"@cert-authority * {ED[0]} {ED[1]}", "@cert-authority"),
        (f"{ED[0]} {ED[1][:-8]}", "cut"),
        (f"{ED[0]} {ED[1][:30]}!", "base64"),
        (f"ssh-rsa {ED[1]}", "no ssh-rsa key"),
        (f"ssh-dss {ED[1]}", "ssh-dss are not taken"),
        ("-----BEGIN OPENSSH PRIVATE KEY-----", "private key"),
        ("sftp.example.org", "no host key"),
        ("ssh-ed25519", "no host key"),
    ],
    # The keys are made anew for each run, and every worker must call its tests the same.
    ids=[
        *("md5", "cut fingerprint", "revoked", "authority", "cut key", "no base64", "other kind", "old kind"),
        *("private", "name alone", "kind alone"),
    ],
)
def test_what_is_no_host_key_is_refused_with_its_line(line: str, words: str) -> None:
    with pytest.raises(HostKeyFault, match="Line 2: ") as caught:
        read_host_keys(f"{ED[0]} {ED[1]}\n{line}")
    assert words in str(caught.value)


def test_the_examples_hold() -> None:
    assert doctest.testmod(host_keys).failed == 0


def test_the_server_is_asked_for_the_pinned_kinds_first_and_for_all_where_only_a_fingerprint_is_known() -> None:
    rsa = KEYS["ssh-rsa"].export_public_key().decode()
    assert algorithms_of(read_host_keys(rsa)) == ("rsa-sha2-512", "rsa-sha2-256")
    known = algorithms_of(read_host_keys(f"{rsa}\n{KEYS['ssh-ed25519'].get_fingerprint()}"))
    assert known[:2] == ("rsa-sha2-512", "rsa-sha2-256") and "ssh-ed25519" in known
