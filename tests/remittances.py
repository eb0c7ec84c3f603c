"""What tests of remittances share: an 835 that pays claims which our export made, and its posting."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db import transaction

from billing.models import Claim, Receipt, ReceiptPart, TradingPartner
from billing.remittance import Posted, post
from billing.x12.reading import Deviation
from billing.x12.receipts import read_receipts
from billing.x12.remit_835 import RemittanceReader
from tests.cast import local
from tests.exports import department, export

NOON = local("2026-04-10 12:00")
NPI = "1245319599"


@dataclass(frozen=True)
class Cas:
    """One reason of an adjustment."""

    group: str
    reason: str
    amount: Decimal


@dataclass(frozen=True)
class PaidLine:
    """A line as a payer answers it. ``number`` is REF*6R; empty: the payer leaves it out."""

    code: str
    charge: Decimal
    paid: Decimal
    on: date
    number: str = ""
    cas: Sequence[Cas] = ()
    modifiers: Sequence[str] = ()
    allowed: Decimal | None = None
    remarks: Sequence[str] = ()
    submitted: str = ""


@dataclass(frozen=True)
class PaidClaim:
    """A claim as a payer answers it."""

    number: str
    lines: Sequence[PaidLine]
    status: str = "1"
    payer_number: str = ""
    cas: Sequence[Cas] = ()
    charge: Decimal | None = None
    paid: Decimal | None = None
    patient: tuple[str, str, str] = ("DAHL", "INGRID", "M1")
    to_next: str = ""


@dataclass(frozen=True)
class Pays:
    """A payment. ``amount`` is what the claims and PLB give, unless it is said."""

    claims: Sequence[PaidClaim]
    trace: str = "EFT1"
    plb: Sequence[tuple[str, str, Decimal]] = ()
    amount: Decimal | None = None
    on: date = date(2026, 4, 9)
    npi: str = NPI
    payer: str = "1512345678"
    method: str = "ACH"
    usage: str = "T"
    separators: str = "*:~"
    control: str = "000000901"
    line_end: str = ""
    extra: Sequence[str] = field(default_factory=tuple)


def edi(pays: Pays) -> bytes:
    """The 835 as a payer would send it."""
    body = [
        f"BPR*I*{_due(pays)}*C*{pays.method}*CCP*01*1*DA*2*{pays.payer}**01*3*DA*4*{pays.on:%Y%m%d}",
        f"TRN*1*{pays.trace}*{pays.payer}", f"DTM*405*{pays.on:%Y%m%d}", "N1*PR*ACME HEALTH",
        "N3*1 PLAZA", "N4*BOSTON*MA*02110", "PER*BL*DESK*TE*6175550100",
        f"N1*PE*LAKESIDE*XX*{pays.npi}", "LX*1",
    ]  # fmt: skip
    for claim in pays.claims:
        body += _claim(claim)
    for reason, reference, amount in pays.plb:
        body.append(f"PLB*{pays.npi}*20261231*{reason}:{reference}*{amount}")
    if pays.amount is None and _due(pays) < 0:  # no payer sends less than nothing: it forwards what it has too much
        body[0] = body[0].replace(f"BPR*I*{_due(pays)}*", "BPR*I*0*")
        body.append(f"PLB*{pays.npi}*20261231*FB:{pays.trace}*{_due(pays)}")
    body += pays.extra
    segments = [
        "ISA*00*          *00*          *ZZ*CLEARING       *ZZ*HARBOR01       *260409*0300*^*00501"
        f"*{pays.control}*0*{pays.usage}*:",
        f"GS*HP*CLEARING*HARBOR01*20260409*0300*{int(pays.control)}*X*005010X221A1", "ST*835*0001",
        *body, f"SE*{len(body) + 2}*0001", f"GE*1*{int(pays.control)}", f"IEA*1*{pays.control}",
    ]  # fmt: skip
    text = "".join(f"{segment}~{pays.line_end}" for segment in segments)
    return text.translate(str.maketrans("*:~", pays.separators)).encode("ascii")


def _due(pays: Pays) -> Decimal:
    paid = sum((_paid(claim) for claim in pays.claims), Decimal(0))
    due = paid - sum((amount for _, _, amount in pays.plb), Decimal(0))
    return due if pays.amount is None else pays.amount


def _paid(claim: PaidClaim) -> Decimal:
    return sum((line.paid for line in claim.lines), Decimal(0)) if claim.paid is None else claim.paid


def _claim(claim: PaidClaim) -> list[str]:
    charge = sum((line.charge for line in claim.lines), Decimal(0)) if claim.charge is None else claim.charge
    owed = sum((cas.amount for line in claim.lines for cas in line.cas if cas.group == "PR"), Decimal(0))
    last, first, member = claim.patient
    segments = [
        f"CLP*{claim.number}*{claim.status}*{charge}*{_paid(claim)}*{owed or ''}*12*{claim.payer_number}*11*1",
        *_cas(claim.cas),
        f"NM1*QC*1*{last}*{first}****MI*{member}",
    ]
    if claim.to_next:
        segments.append(f"NM1*TT*2*{claim.to_next}*****PI*NEXT1")
    for line in claim.lines:
        code = ":".join(("HC", line.code, *line.modifiers))
        submitted = f"*HC:{line.submitted}" if line.submitted else ""
        segments.append(f"SVC*{code}*{line.charge}*{line.paid}**1{submitted}")
        segments.append(f"DTM*472*{line.on:%Y%m%d}")
        segments += _cas(line.cas)
        segments += [f"REF*6R*{line.number}"] if line.number else []
        segments += [f"AMT*B6*{line.allowed}"] if line.allowed is not None else []
        segments += [f"LQ*HE*{remark}" for remark in line.remarks]
    return segments


def _cas(reasons: Iterable[Cas]) -> list[str]:
    return [f"CAS*{cas.group}*{cas.reason}*{cas.amount:f}" for cas in reasons]


def answered(
    claim: Claim,
    *,
    paid: str = "0.8",
    patient: str = "0.1",
    refused: str = "",
    status: str = "1",
    payer_number: str | None = None,
    sign: int = 1,
    to_next: str = "",
    is_numbered: bool = True,
) -> PaidClaim:
    """A claim of ours answered line by line: a share paid, a share the patient's, the rest is the contract's.

    ``refused`` denies every line for that reason instead; ``sign`` -1 takes back what was paid so.
    """
    lines = []
    for line in claim.lines.select_related("entry"):
        charge = line.amount
        gives = Decimal(0) if refused else (charge * Decimal(paid)).quantize(Decimal("0.01"))
        share = Decimal(0) if refused else (charge * Decimal(patient)).quantize(Decimal("0.01"))
        rest = charge - gives - share
        reasons = [Cas("CO", refused or "45", sign * rest)] if rest else []
        reasons += [Cas("PR", "2", sign * share)] if share else []
        lines.append(
            PaidLine(
                code=line.entry.code, charge=sign * charge, paid=sign * gives, on=line.entry.service_on,
                number=f"L{line.entry_id}" if is_numbered else "", cas=reasons, modifiers=line.entry.modifiers,
                allowed=sign * (gives + share),
            )
        )  # fmt: skip
    number = f"ICN{claim.pk}" if payer_number is None else payer_number
    return PaidClaim(claim.control_number, lines, "22" if sign < 0 else status, number, to_next=to_next)


def receive(content: bytes, *, name: str = "era.835", partner: TradingPartner | None = None) -> Receipt:
    """Store a file as it came, without reading it."""
    sender = partner or TradingPartner.objects.earliest("pk")
    digest = hashlib.sha256(content + name.encode()).hexdigest()
    receipt = Receipt.objects.create(partner=sender, name=name, sha256=digest, byte_count=len(content))
    ReceiptPart.objects.create(receipt=receipt, number=1, content=content)
    return receipt


def post_file(content: bytes, *, name: str = "era.835") -> list[Posted]:
    """Store a file and post every 835 of it, in one transaction; what each became."""
    return post_noted(content, name=name)[0]


def post_noted(content: bytes, *, name: str = "era.835") -> tuple[list[Posted], list[Deviation]]:
    """The same, with what was noted while reading."""
    noted: list[Deviation] = []
    with transaction.atomic():
        receipt = receive(content, name=name)
        posted = [
            post(receipt_id=receipt.pk, reader=found.reading, at=NOON)
            for found in read_receipts(content, noted.append)
            if isinstance(found.reading, RemittanceReader)
        ]
    return posted, noted


def post_payment(*claims: PaidClaim, name: str = "era.835", **values: object) -> Posted:
    """Post a payment of these claims."""
    return post_file(edi(Pays(claims=claims, **values)), name=name)[0]  # type: ignore[arg-type]


def exported(size: int, *, lines: int = 1) -> list[Claim]:
    """Claims that an export has just sent."""
    before = set(Claim.objects.values_list("pk", flat=True))
    department(size, lines=lines)
    export()
    return list(Claim.objects.exclude(pk__in=before).order_by("pk"))
