"""Reads the tables of codes once, and answers what a code means; empty where it is not in them."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple, cast

ClaimOutcome = Literal["received", "accepted", "rejected", "unknown"]


class Category(NamedTuple):
    """What a category (STC01-1) says of a claim."""

    outcome: ClaimOutcome
    meaning: str


_UNKNOWN = Category("unknown", "")
_TA1_DIGITS = 3


@cache
def _table(name: str) -> dict[str, dict[str, object]]:
    text = (Path(__file__).parent / f"{name}.toml").read_text(encoding="utf-8")
    return {kind: codes for kind, codes in tomllib.loads(text).items() if isinstance(codes, dict)}


def _meaning(table: str, kind: str, code: str) -> str:
    found = _table(table)[kind].get(code, "")
    return found if isinstance(found, str) else ""


def note_meaning(code: str) -> str:
    """Return what TA105 means.

    >>> note_meaning("025")
    'An interchange with this control number was received before.'
    """
    return _meaning("ta1", "codes", code.zfill(_TA1_DIGITS)) if code else ""


def segment_error(code: str) -> str:
    """Return what IK304 means."""
    return _meaning("ack_999", "segment", code)


def element_error(code: str) -> str:
    """Return what IK403 means."""
    return _meaning("ack_999", "element", code)


def set_error(code: str) -> str:
    """Return what IK502 to IK506 mean."""
    return _meaning("ack_999", "set", code)


def group_error(code: str) -> str:
    """Return what AK905 to AK909 mean."""
    return _meaning("ack_999", "group", code)


def category(code: str) -> Category:
    """Return what STC01-1 says of a claim.

    >>> category("A7").outcome
    'rejected'
    """
    found = _table("ack_277ca")["category"].get(code.upper())
    if not isinstance(found, dict):
        return _UNKNOWN
    return Category(cast(ClaimOutcome, found["outcome"]), str(found["meaning"]))


def status_meaning(code: str) -> str:
    """Return what STC01-2 means."""
    return _meaning("ack_277ca", "status", code)


def claim_status_meaning(code: str) -> str:
    """Return what CLP02 means."""
    return _meaning("remit_835", "status", code)


def group_meaning(code: str) -> str:
    """Return what the group of an adjustment (CAS01) means."""
    return _meaning("remit_835", "group", code)


def reason_meaning(code: str) -> str:
    """Return what the reason of an adjustment (CARC) means."""
    return _meaning("remit_835", "reason", code)


def remark_meaning(code: str) -> str:
    """Return what a remark (RARC) means."""
    return _meaning("remit_835", "remark", code)


def provider_reason_meaning(code: str) -> str:
    """Return what the reason of a provider-level adjustment (PLB) means."""
    return _meaning("remit_835", "provider", code)


def contract_reasons() -> frozenset[str]:
    """Return the reasons that, with the group CO, say what a contract forgives."""
    return frozenset(cast(list[str], _table("remit_835")["explained"]["contract"]))


def forwarding_remarks() -> frozenset[str]:
    """Return the remarks that say that the payer sent the claim on to another one, whatever its status (CLP02) says."""
    return frozenset(cast(list[str], _table("remit_835")["explained"]["forwarded"]))


def patient_share_reasons() -> frozenset[str]:
    """Return the reasons that, with the group PR, say what the patient owes by the plan."""
    return frozenset(cast(list[str], _table("remit_835")["explained"]["share"]))


def known_reasons() -> frozenset[str]:
    """Return every reason of an adjustment (CARC) that this product has words for."""
    return frozenset(_table("remit_835")["reason"])


def known_remarks() -> frozenset[str]:
    """Return every remark (RARC) that this product has words for."""
    return frozenset(_table("remit_835")["remark"])
