"""The sentences of the claim itself (2300) and of what other payers decided about the whole of it (2320)."""

from billing.x12.codes import remark_meaning
from billing.x12.explain.meaning import day, dollars, meaning, with_meaning
from billing.x12.syntax import Segment

_INSTITUTIONAL = "A"

_KINDS = {
    "ABK": "Principal diagnosis",
    "ABF": "Other diagnosis",
    "APR": "Reason for the visit",
    "BG": "Condition code",
    "BH": "Occurrence",
    "BI": "Occurrence span",
    "BE": "Value",
}


class ClaimReader:
    """The segments of a claim that later ones point at."""

    def __init__(self, component: str) -> None:
        self._component = component
        self.diagnoses: list[str] = []
        """In the order in which lines point to them."""

    def clm(self, clm: Segment) -> str:
        """Claim: its number, charge, place and what the patient agreed to."""
        place, kind, frequency = [*clm[5].split(self._component), "", "", ""][:3]
        if kind == _INSTITUTIONAL:
            where = f"type of bill 0{place}{frequency} ({meaning('bill', place)})"
        else:
            where = f"place of service {with_meaning('place', place)}"
        said = [meaning(table, code) for table, code in (("assignment", clm[7]), ("assigned", clm[8])) if code]
        said += [meaning("release", clm[9])] if clm[9] else []
        said += ["somebody signed for the patient"] if clm[10] else []
        causes = self._causes(clm[11])
        return f"Claim {clm[1]} of {dollars(clm[2])}, {where}, {meaning('frequency', frequency)}; " + (
            f"{', '.join(said)}.{causes}"
        )

    def _causes(self, clm11: str) -> str:
        if not clm11:
            return ""
        causes = [*clm11.split(self._component), "", "", "", ""][:4]
        state = f", in {causes[3]}" if causes[3] else ""
        said = " and ".join(meaning("cause", cause) for cause in causes[:3] if cause)
        return f" The condition comes from {said}{state}."

    def hi(self, hi: Segment) -> str:
        """Codes of any kind: diagnoses, reasons, conditions, occurrences, values."""
        said = [self._code(composite.split(self._component)) for composite in hi.elements[1:] if composite]
        return "; ".join(said) + "."

    def _code(self, parts: list[str]) -> str:
        kind, code, _, value, amount = [*parts, "", "", "", ""][:5]
        if kind in ("ABK", "ABF"):
            self.diagnoses.append(code)
            return f"{_KINDS[kind]} {code} (diagnosis {len(self.diagnoses)})"
        after = f", {day(value)}" if value else f", {dollars(amount)}" if amount else ""
        return f"{_KINDS.get(kind, kind)} {code}{after}"


def dtp(dtp: Segment) -> str:
    """Date, or range of dates."""
    kind = meaning("date", dtp[1])
    if dtp[2] == "RD8" and kind.endswith(" on"):
        kind = kind.removesuffix(" on") + " from"
    return f"{kind} {day(dtp[3])}."


def cl1(cl1: Segment) -> str:
    """Admission type and source, patient status."""
    return (
        f"Admission {with_meaning('admission', cl1[1])}, origin {with_meaning('source_of', cl1[2])}, "
        f"patient status {with_meaning('status', cl1[3])}."
    )


def pwk(pwk: Segment) -> str:
    """Paper that goes another way."""
    number = f", number {pwk[6]}" if pwk[6] else ""
    return f"Attachment: {meaning('report', pwk[1])}, {meaning('transmission', pwk[2])}{number}."


def amt(amt: Segment) -> str:
    """Amount."""
    return f"{meaning('amount', amt[1])}: {dollars(amt[2])}."


def nte(nte: Segment) -> str:
    """Note."""
    return f"{meaning('note', nte[1])}: {nte[2]}"


def oi(oi: Segment) -> str:
    """What the patient agreed to with another payer."""
    said = [meaning("assigned", oi[3])] if oi[3] else []
    said += ["somebody signed for the patient"] if oi[4] else []
    said += [meaning("release", oi[6])] if oi[6] else []
    return f"For this payer {', '.join(said)}."


def moa(moa: Segment) -> str:
    """What the remittance of another payer said about the claim."""
    said = [f"rate {moa[1]}"] if moa[1] else []
    said += [f"payable {dollars(moa[2])}"] if moa[2] else []
    for place in range(3, 8):
        if moa[place]:
            known = remark_meaning(moa[place])
            said.append(f"remark {moa[place]}" + (f" ({known.rstrip('.')})" if known else ""))
    said += [f"kidney disease paid {dollars(moa[8])}"] if moa[8] else []
    said += [f"professional part not payable {dollars(moa[9])}"] if moa[9] else []
    return f"Its remittance said: {', '.join(said)}."
