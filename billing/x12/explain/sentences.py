"""The sentence of each segment: the envelope and the parties here, claim and lines in rooms of their own."""

from collections.abc import Callable, Mapping

from billing.x12.explain import of_claim, of_lines
from billing.x12.explain.meaning import day, meaning, with_meaning, zip_words
from billing.x12.syntax import Segment, Separators

_PERSON = "1"


class Reader:
    """Says what each segment of one claim means; remembers what later segments point at.

    Args:
        separators: of the file.
        days: of service, by the number of the line: a line's own segment stands before its day.
    """

    def __init__(self, separators: Separators, days: Mapping[int, str]) -> None:
        self._days = days
        self._component = separators.component
        self._claim = of_claim.ClaimReader(separators.component)
        self._sentences: dict[str, Callable[[Segment], str]] = {
            "ISA": _isa,
            "GS": _gs,
            "ST": _st,
            "BHT": _bht,
            "PER": _per,
            "HL": _hl,
            "PRV": _prv,
            "NM1": _nm1,
            "N3": _n3,
            "N4": _n4,
            "PAT": _pat,
            "DMG": _dmg,
            "REF": _ref,
            "SBR": self._sbr,
            "CLM": self._claim.clm,
            "DTP": of_claim.dtp,
            "CL1": of_claim.cl1,
            "PWK": of_claim.pwk,
            "AMT": of_claim.amt,
            "NTE": of_claim.nte,
            "HI": self._claim.hi,
            "OI": of_claim.oi,
            "CAS": of_lines.cas,
            "MOA": of_claim.moa,
            "LX": lambda lx: f"Here begins line {lx[1]}.",
            "SV1": lambda sv1: self._line() + of_lines.sv1(sv1, self._component, self._claim.diagnoses, self._day()),
            "SV2": lambda sv2: self._line() + of_lines.sv2(sv2, self._component, self._day()),
            "SVD": lambda svd: of_lines.svd(svd, self._component),
        }
        self._number = 0
        self._loop = ""

    def words(self, elements: list[str], loop: str, number: int) -> str:
        """Return the sentence of a segment, given its loop and the number of its line."""
        self._loop, self._number = loop, number
        sentence = self._sentences.get(elements[0])
        if sentence is None:
            return f"A segment {elements[0]}, which this product does not write."
        return sentence(Segment(0, elements))

    def _line(self) -> str:
        return f"Line {self._number}: "

    def _day(self) -> str:
        found = self._days.get(self._number, "")
        return f" {'from' if '-' in found else 'on'} {day(found)}" if found else ""

    def _sbr(self, sbr: Segment) -> str:
        rank = meaning("rank", sbr[1])
        group = f", group {sbr[3]}" if sbr[3] else f", group {sbr[4]}" if sbr[4] else ""
        second = f"; Medicare pays second: {meaning('msp', sbr[5])}" if sbr[5] else ""
        kind = f"{rank[:1].upper()}{rank[1:]} policy: {meaning('filing', sbr[9])}{group}{second}"
        if self._loop == "2320":
            return f"Another payer. {kind}. The patient is {_to_holder(sbr[2])}."
        return f"{kind}. {_WHO_IS_PATIENT[bool(sbr[2])]}"


_WHO_IS_PATIENT = {True: "The policy holder is the patient.", False: "The patient is somebody else, named below."}


def _to_holder(code: str) -> str:
    relationship = meaning("relationship", code)
    return relationship if relationship.startswith(("the ", "in ")) else f"the policy holder's {relationship}"


# --- envelope -------------------------------------------------------------------------------------------------------


def _isa(isa: Segment) -> str:
    purpose = "for production" if isa[15] == "P" else "as a test"
    number = isa[13].lstrip("0")
    return f"File {number} from {isa[6].strip()} to {isa[8].strip()}, {purpose}, written {day('20' + isa[9])}."


def _gs(gs: Segment) -> str:
    return f"Group {gs[6]} of claims by guide {gs[8]}."


def _st(st: Segment) -> str:
    return f"Set {st[2]} of claims."


def _bht(bht: Segment) -> str:
    again = ", sent again" if bht[2] == "18" else ""
    return f"Batch {bht[3]} of {day(bht[4])}{again}; the payer's answer names it."


def _per(per: Segment) -> str:
    ways = {"TE": "telephone", "EM": "e-mail", "FX": "fax"}
    said = [f"{ways.get(per[place], per[place])} {per[place + 1]}" for place in (3, 5, 7) if per[place]]
    return f"Questions go to {per[2] or 'the sender'}: {', '.join(said)}."


def _hl(hl: Segment) -> str:
    levels = {"20": "a billing provider", "22": "a policy", "23": "a patient who is not the policy holder"}
    below = " A patient follows below it." if hl[3] == "22" and hl[4] == "1" else ""
    return f"Here begins {levels.get(hl[3], 'level ' + hl[3])}.{below}"


# --- parties --------------------------------------------------------------------------------------------------------


def _nm1(nm1: Segment) -> str:
    role = meaning("role", nm1[1])
    name = ", ".join(part for part in (_family(nm1), " ".join(filter(None, (nm1[4], nm1[5])))) if part)
    ids = {"XX": "NPI", "MI": "member id", "PI": "payer id", "XV": "national plan id", "46": "id"}
    id_words = f", {ids.get(nm1[8], 'id')} {nm1[9]}" if nm1[9] else ""
    return f"{role}: {name}{id_words}." if name else f"{role}{id_words}."


def _family(nm1: Segment) -> str:
    return f"{nm1[3]} {nm1[7]}".strip() if nm1[2] == _PERSON else nm1[3]


def _n3(n3: Segment) -> str:
    return f"Street: {n3[1]}{', ' + n3[2] if n3[2] else ''}."


def _n4(n4: Segment) -> str:
    return f"City: {n4[1]}, {n4[2]} {zip_words(n4[3])}."


def _prv(prv: Segment) -> str:
    return f"Specialty (taxonomy) {prv[3]}."


def _pat(pat: Segment) -> str:
    return f"The patient is {_to_holder(pat[1])}."


def _dmg(dmg: Segment) -> str:
    return f"Born {day(dmg[2])}, {meaning('sex', dmg[3])}."


def _ref(ref: Segment) -> str:
    kind = meaning("reference", ref[1])
    return f"{kind}: {ref[2]}." if kind != ref[1] else f"Reference {with_meaning('reference', ref[1])}: {ref[2]}."
