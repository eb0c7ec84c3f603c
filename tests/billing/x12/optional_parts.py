"""Adds to a claim what most have not: other payers with what they decided, papers, providers of a line, accidents.

By chance, the same every time for the same seed; whatever is decided adds up to the cent.
"""

import random

from billing.x12.attachments import Attachment
from billing.x12.claim_837p import Claim837P, Line837P
from billing.x12.other_payers import Adjustment, LineAdjudication, OtherPayer, OutpatientAdjudication, Reason
from billing.x12.parties import Address, Facility, Payer, Provider, Subscriber

HARVEST = Payer("HARVEST PLAN", "87726", Address("PO BOX 7", "SALEM", "MA", "01970"))
UNION = Payer("UNION FUND", "36273", id_kind="XV")
LYNN = Address("1 ELM ST", "LYNN", "MA", "01901", street2="APT 9")
ALAN = Subscriber("ARCHER", "ALAN", "HV7700001", "CI", group_number="G-12", address=LYNN, middle_name="B", suffix="SR")
WORKS = Subscriber("ARCHER WORKS", "", "UN88", "BL", group_name="ARCHER WORKS", is_person=False)
LOCUM = Provider("LOCUM", "LEA", "1003000134", "2085R0001X")
CHIEF = Provider("CHIEF", "CORA", "1999999992")
WARD = Provider("WARD", "WIM", "1234567893")
PIER = Facility("PIER CLINIC", Address("3 PIER RD", "SALEM", "MA", "019705555"), "1730155771")
_DECIDED_ON = "20260105"
_GROUPS = ("CO", "PR", "OA", "PI", "CR")
_REASONS = ("45", "1", "2", "3", "97", "253", "B7", "23", "16", "A1")


def with_optional_parts(claim: Claim837P, chance: random.Random, *, primary_care: bool = True) -> Claim837P:
    """Return the claim with a choice of what claims may have."""
    changed = claim._replace(
        lines=tuple(_with_line_parts(line, chance) for line in claim.lines),
        attachments=_papers(chance),
        primary_care=CHIEF if primary_care and claim.referring is not None and chance.random() < 0.5 else None,
    )
    cause = chance.choice(("", "", "EM", "AA", "OA", "AA EM"))
    if cause:
        changed = changed._replace(
            related_causes=tuple(cause.split()),
            accident_state="MA" if "AA" in cause else "",
            accident_on="20241230" if cause != "EM" else "",
        )
    return with_other_payers(changed, chance)


def _papers(chance: random.Random) -> tuple[Attachment, ...]:
    all_papers = (Attachment("OZ", "FX", "REPORT-17"), Attachment("DG", "EL", "SCAN 3"), Attachment("03", "AA"))
    return chance.choice(((), (), all_papers[:1], all_papers[1:], all_papers))


def _with_line_parts(line: Line837P, chance: random.Random) -> Line837P:
    if chance.random() < 0.6:
        return line
    return line._replace(
        attachments=_papers(chance),
        referral=chance.choice(("", "RF-LINE")),
        rendering=chance.choice((None, LOCUM)),
        facility=chance.choice((None, PIER)),
        supervising=chance.choice((None, WARD)),
        ordering=chance.choice((None, CHIEF)),
        referring=chance.choice((None, CHIEF)),
    )


# --- other payers ---------------------------------------------------------------------------------------------------


def with_other_payers(claim: Claim837P, chance: random.Random) -> Claim837P:
    """Return the claim as one to the first, second or third payer, with those before and after it."""
    first = OtherPayer(HARVEST, ALAN, relationship="01", release_of_information="I")
    second = OtherPayer(UNION, WORKS._replace(rank="S"), relationship="G8", patient_signature_source="P")
    turn = chance.choice(("alone", "first", "second", "third", "passed over"))
    if turn == "alone":
        return claim
    if turn == "first":
        return claim._replace(other_payers=(second,))
    if turn == "passed over":
        return _sent_as("S", claim._replace(other_payers=(first._replace(non_covered=claim.charge),)))
    if turn == "second":
        return _sent_as("S", _decided(claim, first, chance))
    return _sent_as("T", _decided(_decided(claim, first, chance), second, chance))


def _sent_as(rank: str, claim: Claim837P) -> Claim837P:
    return claim._replace(subscriber=ranked(claim.subscriber, rank))


def ranked(subscriber: Subscriber, rank: str) -> Subscriber:
    """Return the policy as one that pays in this turn, with Medicare's reason for it."""
    is_medicare_second = rank != "P" and subscriber.filing_indicator in ("MA", "MB")
    return subscriber._replace(rank=rank, msp_type="12" if is_medicare_second else "")


def _decided(claim: Claim837P, payer: OtherPayer, chance: random.Random) -> Claim837P:
    """Return the claim with one more payer that decided about it, line by line or as a whole."""
    outpatient = OutpatientAdjudication(("MA01", "N130"), chance.choice(("", "0.8")), payable=chance.choice(("", "80")))
    payer = payer._replace(
        claim_number=chance.choice(("", "2025320000111")),
        authorization=chance.choice(("", "OTHER-AUTH")),
        referral=chance.choice(("", "OTHER-REF")),
        outpatient=chance.choice((None, outpatient)),
    )
    if chance.random() < 0.3:
        paid, adjustments = _split(cents_of(claim.charge), chance)
        payer = payer._replace(
            paid=dollars(paid),
            adjustments=adjustments,
            adjudicated_on=_DECIDED_ON,
            remaining=chance.choice(("", "12.5")),
        )
        return claim._replace(other_payers=(*claim.other_payers, payer))
    decisions = [_line_decisions(line, payer.payer.payer_id, chance) for line in claim.lines]
    paid = sum(cents_of(one.paid) for line in decisions for one in line)
    withheld = chance.choice((0, paid // 50))
    held = (Adjustment("CO", (Reason("253", dollars(withheld)),)),) if withheld else ()
    lines = tuple(
        line._replace(adjudications=(*line.adjudications, *more))
        for line, more in zip(claim.lines, decisions, strict=True)
    )
    payer = payer._replace(paid=dollars(paid - withheld), adjustments=held)
    return claim._replace(lines=lines, other_payers=(*claim.other_payers, payer))


def _line_decisions(line: Line837P, payer_id: str, chance: random.Random) -> tuple[LineAdjudication, ...]:
    """Return what a payer decided about a line; now and then it split the line in two."""
    total = cents_of(line.charge)
    parts = (total - total // 3, total // 3) if total > 2 and chance.random() < 0.1 else (total,)
    return tuple(_decision(line, part, payer_id, chance) for part in parts)


def _decision(line: Line837P, total: int, payer_id: str, chance: random.Random) -> LineAdjudication:
    paid, adjustments = _split(total, chance)
    return LineAdjudication(
        payer_id,
        dollars(paid),
        chance.choice((line.code, "77385")),
        chance.choice(("0", "1", line.units)),
        _DECIDED_ON,
        modifiers=chance.choice(((), line.modifiers)),
        adjustments=adjustments,
        remaining=chance.choice(("", "0", "20")),
        bundled_into=chance.choice(("", "", "1")),
    )


def _split(total: int, chance: random.Random) -> tuple[int, tuple[Adjustment, ...]]:
    """Return what was paid of a charge, and why not the rest, in one to three groups of up to six reasons."""
    paid = chance.choice((0, total, total // 2, total // 3))
    reasons = list(_reasons(total - paid, chance))
    groups = chance.sample(_GROUPS, 3)
    adjustments = [Adjustment(group, tuple(reasons[place::3])) for place, group in enumerate(groups)]
    if len(reasons) <= 6 and chance.random() < 0.4:
        adjustments = [Adjustment(groups[0], tuple(reasons))]
    return paid, tuple(adjustment for adjustment in adjustments if adjustment.reasons)


def _reasons(rest: int, chance: random.Random) -> list[Reason]:
    """Return reasons that add up to the rest; some give money back."""
    if not rest and chance.random() < 0.7:
        return []
    count = chance.randint(1 if rest else 2, 10)
    amounts = [chance.choice((-1, 1)) * chance.randint(1, max(rest, 5)) for _ in range(count - 1)]
    amounts.append(rest - sum(amounts))
    if not amounts[-1]:
        amounts[0] += 1 if amounts[0] != -1 else 2
        amounts[-1] = rest - sum(amounts[:-1])
    codes = chance.sample(_REASONS, count)
    return [
        Reason(code, dollars(amount), chance.choice(("", "", "1"))) for code, amount in zip(codes, amounts, strict=True)
    ]


def dollars(cents: int) -> str:
    """Write cents as a claim carries them."""
    whole, rest = divmod(abs(cents), 100)
    return ("-" if cents < 0 else "") + (f"{whole}.{rest:02}".rstrip("0") if rest else str(whole))


def cents_of(amount: str) -> int:
    """Read a finished amount."""
    return round(float(amount) * 100)
