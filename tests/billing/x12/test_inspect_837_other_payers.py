"""Faults in the loops of other payers, papers and providers of lines are found in a finished file, at their segment."""

import re

import pytest

from billing.x12.attachments import Attachment
from billing.x12.inspect_837 import inspect_837
from tests.billing.x12.claims import ANNEX, SPENCER, TODAY, a_decision, a_file, a_line, a_secondary_claim
from tests.billing.x12.corrupting import Change, put, rewrite


def secondary() -> str:
    """One secondary claim with a paper, whose line has providers of its own and a decision."""
    line = a_line(adjudications=(a_decision(),), ordering=SPENCER, facility=ANNEX)
    return a_file(a_secondary_claim(lines=(line,), attachments=(Attachment("OZ", "FX", "R1"),))).text


def passed_over(text: str, amount: str) -> str:
    """Make the other payer one that decided nothing, for an amount."""
    return re.sub(r"~SVD.*?(?=~SE)", "", text).replace("AMT*D*500", f"AMT*A8*{amount}")


def second_payer(text: str) -> str:
    """Repeat the loops of the other payer, with another rank."""
    match = re.search(r"~SBR\*P\*01.*?(?=~LX)", text)
    assert match is not None
    return text.replace("~LX", match[0].replace("SBR*P*", "SBR*T*") + "~LX", 1)


def mended(text: str) -> str:
    """Give SE01 its count again."""
    count = text[text.index("~ST*") : text.index("~SE*") + 1].count("~")
    return re.sub(r"~SE\*\d+", f"~SE*{count}", text)


OTHER_PAYERS: dict[str, tuple[Change, str, int]] = {
    "line that does not add up": (put("SVD*60054*500*", "SVD*60054*499*"), "SVD", 2),
    "adjustment that does not add up": (put("CAS*CO*45*120", "CAS*CO*45*121"), "SVD", 2),
    "claim paid otherwise than its lines": (put("AMT*D*500", "AMT*D*400"), "AMT", 2),
    "paid that is no amount": (put("AMT*D*500", "AMT*D*500.00"), "AMT", 2),
    "paid missing": (put("~AMT*D*500", ""), "SBR", 0),
    "passed over and yet decided": (put("AMT*D*500", "AMT*D*500~AMT*A8*670"), "AMT", 2),
    "passed over for a part": (lambda text: passed_over(text, "600"), "AMT", 2),
    "decision of a payer that is not on the claim": (put("SVD*60054*", "SVD*99999*"), "SVD", 1),
    "paid for a line that is no amount": (put("SVD*60054*500*", "SVD*60054*X*"), "SVD", 2),
    "code of six characters in a decision": (put("*HC:77386**1~", "*HC:773869**1~"), "SVD", 3),
    "units that are none": (put("*HC:77386**1~", "*HC:77386**X~"), "SVD", 5),
    "group that is none": (put("CAS*CO*", "CAS*ZZ*"), "CAS", 1),
    "group twice": (put("CAS*CO*45*120~CAS*PR*", "CAS*CO*45*120~CAS*CO*"), "CAS", 1),
    "reason that is none": (put("CAS*CO*45*", "CAS*CO*4A5*"), "CAS", 2),
    "adjustment of nothing": (put("CAS*CO*45*120", "CAS*CO*45*0"), "CAS", 3),
    "reason without an amount": (put("*1*30**2*20~", "*1*30**2~"), "CAS", 6),
    "quantity that is none": (put("*1*30**2*20~", "*1*30*X*2*20~"), "CAS", 4),
    "seven reasons in a group": (put("*1*30**2*20~", "*1*30" + "**2*1" * 6 + "~"), "CAS", 20),
    "rank twice": (put("SBR*P*01*", "SBR*S*01*"), "SBR", 1),
    "primary payer missing": (put("SBR*P*01*", "SBR*T*01*"), "SBR", 1),
    "relationship that is none": (put("SBR*P*01*", "SBR*P*99*"), "SBR", 2),
    "payer without id": (put("*PI*60054~REF*F8", "~REF*F8"), "NM1", 9),
    "two payers of one id": (second_payer, "NM1", 9),
    "assignment that is none": (put("~OI***Y***Y", "~OI***X***Y"), "OI", 3),
    "insurance without its OI": (put("~OI***Y***Y", ""), "NM1", 0),
    "holder missing": (rewrite(r"~NM1\*IL\*1\*ARCHER\*ALAN[^~]*", ""), "NM1", 0),
    "day of the decision to come": (put("DTP*573*D8*20251120", "DTP*573*D8*20270101"), "DTP", 3),
    "days of the decision as a range": (put("DTP*573*D8*20251120", "DTP*573*RD8*20251120"), "DTP", 2),
    "decision without its day": (put("~DTP*573*D8*20251120", ""), "SE", 0),
    "adjustment before its decision": (put("~SVD*60054", "~CAS*CO*45*1~SVD*60054"), "CAS", 0),
    "report that is none": (put("PWK*OZ*FX", "PWK*ZZ*FX"), "PWK", 1),
    "way that is none": (put("PWK*OZ*FX", "PWK*OZ*XX"), "PWK", 2),
    "paper without its number": (put("PWK*OZ*FX***AC*R1", "PWK*OZ*FX"), "PWK", 6),
    "check digit of a line's provider": (
        put("NM1*DK*1*SPENCER*STELLA*Q**MD*XX*1111111112", "NM1*DK*1*S****XX*1"),
        "NM1",
        9,
    ),
    "line's facility without its address": (rewrite(r"(~NM1\*77[^~]*)~N3[^~]*~N4[^~]*", r"\1"), "NM1", 0),
}
"""What must be found in the loops of other payers, papers and providers of lines."""


def test_a_clean_secondary_claim_has_no_fault() -> None:
    assert inspect_837(secondary(), today=TODAY) == []
    assert inspect_837(mended(passed_over(secondary(), "670")), today=TODAY) == []


@pytest.mark.parametrize("name", OTHER_PAYERS)
def test_faults_of_other_payers_are_found_at_their_place(name: str) -> None:
    change, segment, element = OTHER_PAYERS[name]
    faults = inspect_837(mended(change(secondary())), today=TODAY)
    assert (segment, element) in {(fault.segment, fault.element) for fault in faults}
