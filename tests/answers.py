"""Answers of partners, written by the tests: TA1, 999 and 277CA about files that the tests have exported."""

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

from billing import receipts
from billing.models import Claim, ClaimFile, ClaimStanding, Receipt, TradingPartner
from tests.cast import local

AT = local("2026-03-21 08:00")
_EMPTY_SUBSCRIBER = "NM1*QC*1*DAHL*ANNA****MI*M1"


class Says(NamedTuple):
    """What a 277CA says of one claim."""

    claim: str
    status: str = "A2:20"
    action: str = "WQ"
    number: str = ""
    """REF*1K."""
    lines: Sequence[str] = ()
    """Whole segments of 2220D."""
    charge: str = "910"
    """STC04."""


def interchange(  # everything a partner may do otherwise
    *bodies: str, file: ClaimFile | None = None, kind: str = "FA", number: int = 301, day: str = "260321",
    time: str = "0300", sender: str = "", receiver: str = "", usage: str = "T", guide: str = "005010X231A1",
) -> str:  # fmt: skip
    """Return an interchange from the file's receiver to its sender; each body is a transaction without ST and SE."""
    sender = sender or (file.partner.receiver_id if file else "BAYCLEARING")
    receiver = receiver or (file.partner.sender_id if file else "HARBOR01")
    isa = (
        f"ISA*00*          *00*          *ZZ*{sender:15}*ZZ*{receiver:15}*{day}*{time}*^*00501*{number:09}*0*{usage}*:~"
    )
    gs = f"GS*{kind}*{sender}*{receiver}*20{day}*{time}*{number}*X*{guide}~"
    st = {"FA": "999", "HN": "277", "HP": "835"}[kind]
    sets = ""
    for place, body in enumerate(bodies, 1):
        count = body.count("~") + 2
        sets += f"ST*{st}*{place:04}*{guide}~{body}SE*{count}*{place:04}~"
    return f"{isa}{gs}{sets}GE*{len(bodies)}*{number}~IEA*1*{number:09}~"


def ta1(file: ClaimFile, code: str = "A", note: str = "000", **values: object) -> str:
    """A TA1 about a file."""
    whole = interchange(file=file, **values)  # type: ignore[arg-type]
    isa, end = whole[:106], whole[whole.index("IEA") :].replace("IEA*1", "IEA*0")
    return f"{isa}TA1*{file.control_number:09}*{file.sealed_at:%y%m%d}*0100*{code}*{note}~{end}"


def ack(file: ClaimFile, *sets: str, closing: str = "A*1*1*1", **values: object) -> str:
    """A 999 about a file; ``sets`` are its AK2 loops."""
    body = f"AK1*HC*{file.control_number}*005010X222A1~{''.join(sets)}AK9*{closing}~"
    return interchange(body, file=file, **values)  # type: ignore[arg-type]


def ack_set(outcome: str, *faults: str, number: str = "0001", codes: str = "") -> str:
    """An AK2 loop."""
    return f"AK2*837*{number}*005010X222A1~{''.join(f'{fault}~' for fault in faults)}IK5*{outcome}{codes}~"


def statuses(  # the levels of a 277CA, each of which a partner may refuse
    file: ClaimFile, *claims: Says, role: str = "AY", batch: str = "", on: str = "20260321", npi: str = "1245319599",
    receiver: str = "", provider: str = "", **values: object,
) -> str:  # fmt: skip
    """A 277CA about a file; ``receiver`` and ``provider`` are more segments of their levels."""
    body = (
        f"BHT*0085*08*ACK1*{on}*0300*TH~HL*1**20*1~NM1*{role}*2*WHO ANSWERS*****46*ANSWERS~TRN*1*ACK1~"
        f"HL*2*1*21*1~NM1*41*2*HARBOR*****46*HARBOR01~TRN*2*{batch or f'{file.batch_id}-0001'}~{receiver}"
        f"HL*3*2*19*1~NM1*85*2*HARBOR*****XX*{npi}~TRN*1*0~{provider}"
    )
    for place, said in enumerate(claims, 4):
        number = f"REF*1K*{said.number}~" if said.number else ""
        body += f"HL*{place}*3*PT~{_EMPTY_SUBSCRIBER}~TRN*2*{said.claim}~"
        body += f"STC*{said.status}*{on}*{said.action}*{said.charge}~"
        body += number + "".join(f"{line}~" for line in said.lines)
    return interchange(body, file=file, kind="HN", guide="005010X214", **values)  # type: ignore[arg-type]


def folder_of(partner: TradingPartner) -> Path:
    """The folder in which a partner lays its answers, made if it is not there."""
    folder = Path(settings.CLAIM_OUTBOX) / str(partner.folder) / "responses"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def take(text: str | bytes, *, partner: TradingPartner | None = None, name: str = "answer.edi") -> Receipt:
    """Store a text as if the partner had sent it, read it, and return the receipt."""
    partner = partner or TradingPartner.objects.get()
    content = text if isinstance(text, bytes) else text.encode()
    stored = receipts.store(partner_id=partner.pk, name=name, chunks=[content])
    assert stored.receipt_id is not None
    receipts.read_receipt(receipt_id=stored.receipt_id, at=AT)
    return Receipt.objects.get(pk=stored.receipt_id)


def numbers(file: ClaimFile | None = None) -> list[str]:
    """CLM01 of the claims, in the order of their file."""
    claims = Claim.objects.order_by("pk") if file is None else file.claims.order_by("pk")
    return list(claims.values_list("control_number", flat=True))


def states() -> dict[str, str]:
    """Where each claim stands, by its number; one that nobody answered is left out."""
    return dict(ClaimStanding.objects.values_list("claim__control_number", "state"))


def codes(receipt: Receipt) -> list[str]:
    """The codes of a receipt's warnings, in the order of the file."""
    return list(receipt.warnings.order_by("position", "id").values_list("code", flat=True))


def day(text: str) -> date:
    """A day from '2026-03-21'."""
    return date.fromisoformat(text)


def joined(parts: Iterable[bytes]) -> bytes:
    """The bytes of a file from its parts."""
    return b"".join(parts)
