"""Plays the demo's clearinghouse and payers: what they would have answered to a claim file by today.

Each file is taken in the same evening; the next day every claim is accepted, but one that is refused; three weeks later
the payers pay, and refuse a line here and there. Answers go the product's own way: stored first, then read.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import QuerySet

from billing.models import Claim, ClaimFile, ClaimLine
from billing.receipts import read_receipt, store

PAID_AFTER = timedelta(days=21)
REFUSED_CLAIM, CLAIMS_A_REFUSAL = 7, 25
DENIED_LINE, LINES_A_DENIAL = 11, 60
CENT = Decimal("0.01")
CONTRACT, COINSURANCE = Decimal("0.35"), Decimal("0.2")
"""What of a charge the contract takes off, and what of the rest the patient owes."""


def answer_files(*, sealed_at: datetime, today: date) -> int:
    """Answer the files sealed at a moment as far as answers would be here today; return how many answers came."""
    answers = 0
    for file in ClaimFile.objects.filter(sealed_at=sealed_at, delivered_at__isnull=False).order_by("pk"):
        sent_on = sealed_at.date()
        if sent_on >= today:
            continue
        refused = set(_refused(file))
        letters = [(_accepted(file, sent_on), sent_on), (_statuses(file, refused, sent_on), sent_on)]
        paid_on = sent_on + PAID_AFTER
        if paid_on <= today:
            letters += [(text, paid_on) for text in _payments(file, refused, paid_on)]
        for number, (text, on) in enumerate(letters, 1):
            _take(file, f"{file.name.removesuffix('.x12')}-answer-{number}.edi", text, on)
        answers += len(letters)
    return answers


def _take(file: ClaimFile, name: str, text: str, on: date) -> None:
    stored = store(partner_id=file.partner_id, name=name, chunks=[text.encode("ascii")])
    if stored.receipt_id is not None:
        at = file.sealed_at + (on - file.sealed_at.date()) + timedelta(hours=1)
        read_receipt(receipt_id=stored.receipt_id, at=at)


def _refused(file: ClaimFile) -> Iterator[int]:
    for number, claim_id in enumerate(_claims(file).values_list("pk", flat=True)):
        if number % CLAIMS_A_REFUSAL == REFUSED_CLAIM:
            yield claim_id


def _claims(file: ClaimFile) -> QuerySet[Claim]:
    return Claim.objects.filter(file=file).select_related("patient", "payer", "facility").order_by("pk")


def _interchange(file: ClaimFile, kind: str, guide: str, on: date, *, number: int, body: Iterable[str]) -> str:
    """Return the answer in an envelope from the file's receiver to its sender."""
    partner = file.partner
    group, transaction = {"999": ("FA", "999"), "277": ("HN", "277"), "835": ("HP", "835")}[kind]
    segments = list(body)
    isa = f"ISA*00*          *00*          *{partner.receiver_qualifier}*{partner.receiver_id:15}"
    isa += f"*{partner.sender_qualifier}*{partner.sender_id:15}*{on:%y%m%d}*2100*^*00501*{number:09}*0*{file.usage}*:"
    gs = f"GS*{group}*{partner.application_receiver}*{partner.application_sender}*{on:%Y%m%d}*2100*{number}*X*{guide}"
    st = f"ST*{transaction}*0001" + ("" if kind == "835" else f"*{guide}")
    whole = [isa, gs, st, *segments, f"SE*{len(segments) + 2}*0001", f"GE*1*{number}", f"IEA*1*{number:09}"]
    return "".join(f"{segment}~" for segment in whole)


def _accepted(file: ClaimFile, on: date) -> str:
    guide = "005010X223A2" if file.claim_kind == "institutional" else "005010X222A1"
    body = [f"AK1*HC*{file.control_number}*{guide}", f"AK2*837*0001*{guide}", "IK5*A", "AK9*A*1*1*1"]
    return _interchange(file, "999", "005010X231A1", on, number=1000 + file.pk, body=body)


def _statuses(file: ClaimFile, refused: set[int], sent_on: date) -> str:
    """Return the 277CA of the day after."""
    on = sent_on + timedelta(days=1)
    npi = file.claims.values_list("facility__npi", flat=True)[0]
    body = [
        f"BHT*0085*08*ACK{file.pk}*{on:%Y%m%d}*0300*TH", "HL*1**20*1", "NM1*AY*2*NORTHEAST CLEARING*****46*NECLEAR",
        f"TRN*1*ACK{file.pk}", "HL*2*1*21*1", "NM1*41*2*LAKESIDE*****46*LAKE001", f"TRN*2*{file.batch_id}-0001",
        "HL*3*2*19*1", f"NM1*85*2*LAKESIDE RADIATION CENTER*****XX*{npi}", "TRN*1*0",
    ]  # fmt: skip
    for place, claim in enumerate(_claims(file), 4):
        status = "A7:164:IL" if claim.pk in refused else "A2:20"
        action = "U" if claim.pk in refused else "WQ"
        body += [f"HL*{place}*3*PT", f"NM1*QC*1*{_name(claim)}****MI*X", f"TRN*2*{claim.control_number}"]
        body += [f"STC*{status}*{on:%Y%m%d}*{action}*{_money(claim.total_amount)}"]
        body += [] if claim.pk in refused else [f"REF*1K*{_payer_number(claim)}"]
    return _interchange(file, "277", "005010X214", on, number=2000 + file.pk, body=body)


def _payments(file: ClaimFile, refused: set[int], on: date) -> Iterator[str]:
    """Yield an 835 of each payer."""
    by_payer: dict[int, list[Claim]] = defaultdict(list)
    for claim in _claims(file).exclude(pk__in=refused):
        by_payer[claim.payer_id].append(claim)
    for payer_id, claims in sorted(by_payer.items()):
        told = [_paid(claim) for claim in claims]
        total = sum((paid for paid, _ in told), Decimal(0))
        payer, facility, money = claims[0].payer, claims[0].facility, f"15{payer_id:08}"
        body = [
            f"BPR*I*{_money(total)}*C*ACH*CCP*01*111000025*DA*222*{money}**01*111000025*DA*333*{on:%Y%m%d}",
            f"TRN*1*EFT{file.pk:05}{payer_id:03}*{money}", f"DTM*405*{on:%Y%m%d}", f"N1*PR*{_plain(payer.name)}",
            f"N3*{_plain(payer.street)}", f"N4*{_plain(payer.city)}*{payer.state}*{payer.zip_code}",
            "PER*BL*PROVIDER LINE*TE*6175550100", f"N1*PE*{_plain(facility.name)}*XX*{facility.npi}", "LX*1",
        ]  # fmt: skip
        body += [segment for _, segments in told for segment in segments]
        yield _interchange(file, "835", "005010X221A1", on, number=3000 + file.pk * 10 + payer_id, body=body)


def _paid(claim: Claim) -> tuple[Decimal, list[str]]:
    """Return what a claim is paid, and its segments."""
    lines = [_paid_line(line) for line in claim.lines.select_related("entry").order_by("number")]
    paid = sum((line[0] for line in lines), Decimal(0))
    owed = sum((line[1] for line in lines), Decimal(0))
    head = f"CLP*{claim.control_number}*1*{_money(claim.total_amount)}*{_money(paid)}*{_money(owed)}*12"
    place = f"{claim.place_of_service}*1"
    segments = [f"{head}*{_payer_number(claim)}*{place}", f"NM1*QC*1*{_name(claim)}****MI*X"]
    return paid, segments + [segment for _, _, body in lines for segment in body]


def _paid_line(line: ClaimLine) -> tuple[Decimal, Decimal, list[str]]:
    """Return what is paid of a line, what the patient owes, and its segments."""
    entry, charge = line.entry, line.amount
    contract = (charge * CONTRACT).quantize(CENT)
    owed = ((charge - contract) * COINSURANCE).quantize(CENT)
    reasons = [f"CAS*CO*45*{_money(contract)}", f"CAS*PR*2*{_money(owed)}"]
    allowed, remarks = charge - contract, []
    if entry.pk % LINES_A_DENIAL == DENIED_LINE:
        contract, owed, allowed = charge, Decimal(0), Decimal(0)
        reasons, remarks = [f"CAS*CO*50*{_money(charge)}"], ["LQ*HE*M25"]
    paid = charge - contract - owed
    code = ":".join(("HC", entry.code, *entry.modifiers))
    body = [
        f"SVC*{code}*{_money(charge)}*{_money(paid)}**{entry.units}",
        f"DTM*472*{entry.service_on:%Y%m%d}",
        *reasons,
    ]
    return paid, owed, [*body, f"REF*6R*L{entry.pk}", f"AMT*B6*{_money(allowed)}", *remarks]


def _payer_number(claim: Claim) -> str:
    return f"{claim.payer_id:02}{claim.pk:010}"


def _name(claim: Claim) -> str:
    return f"{_plain(claim.patient.last_name)}*{_plain(claim.patient.first_name)}"


def _plain(text: str) -> str:
    return text.upper().encode("ascii", "ignore").decode()


def _money(amount: Decimal) -> str:
    return f"{amount.normalize():f}"
