"""Papers that go with a claim or a line by another way (PWK): the reference to them, not the papers."""

from typing import NamedTuple

from billing.x12.characters import Cleaner, Fields
from billing.x12.syntax import segment


class Attachment(NamedTuple):
    """One paper."""

    report: str
    """PWK01: OZ support data, DG diagnostic report, 03 why treatment went beyond guidelines, RR radiology ..."""
    transmission: str
    """PWK02: AA on request, BM by mail, EL electronically, EM e-mail, FT file transfer, FX fax."""
    control_number: str = ""
    """PWK06, 2 to 50 characters: stands on the paper too. Empty only where it waits for a request (AA)."""


_ATTACHMENT = Fields("report", "transmission", "control_number")


def attachment_segments(attachments: tuple[Attachment, ...], cleaner: Cleaner) -> str:
    """Return PWK, one for each paper."""
    return "".join(_pwk(attachment, cleaner) for attachment in attachments)


def _pwk(attachment: Attachment, cleaner: Cleaner) -> str:
    report, transmission, number = cleaner.fields(attachment, _ATTACHMENT)
    return segment("PWK", report, transmission, "", "", "AC" if number else "", number)
