"""Lines that a biller keys: taken as keyed, or refused with every reason (C3-C5, C7, E1, E5).

No rule ever generates an unlisted code; this is the only room where one can appear.
"""

from collections.abc import Collection, Iterator
from datetime import date

from billing.rules.case import (
    PROFESSIONAL_COMPONENT,
    PROFESSIONAL_ONLY,
    TECHNICAL_COMPONENT,
    TECHNICAL_ONLY,
    Case,
    Note,
    Said,
)
from billing.rules.codebook import Codebook
from billing.rules.coding import MOST_POINTERS, Coding
from billing.rules.facts import ManualLineFacts
from billing.rules.fives import inpatient_days
from billing.rules.lines import Because, ChargeLine, ClaimKind, Family, Finding, Origin, Severity, line_key
from billing.rules.rows import Procedure
from patients.terms import Bills, Setting

LONGEST_NARRATIVE = 80
"""What an 837 carries beside a line; longer text goes by attachment."""


def keyed_lines(case: Case) -> Said:
    """Return the keyed lines that are taken, and a refusal for each reason that one is not."""
    lines: list[ChargeLine] = []
    findings: list[Finding] = []
    for keyed in case.facts.manual_lines:
        procedure = case.codebook.procedure(keyed.code, keyed.on)
        if procedure is None:
            refusals = [_not_in_force(keyed, case.codebook)]
        else:
            claim = _claim(keyed, procedure, case)
            refusals = list(_refusals(keyed, procedure, claim, case))
            if not refusals:
                line = _line(keyed, procedure, claim, case)
                lines.append(line)
                doubts = _doubts_about_the_claim(keyed, procedure, claim, case)
                findings += [note.about(Origin.MANUAL_LINE, keyed.key, keyed.on, (line,)) for note in doubts]
        findings += [note.about(Origin.MANUAL_LINE, keyed.key, keyed.on) for note in refusals]
    return Said(tuple(lines), tuple(findings))


def _claim(keyed: ManualLineFacts, procedure: Procedure, case: Case) -> ClaimKind:
    """Return the claim of the setting; where a hospital bills both, the professional one for 26 and PC/TC 2 (C4)."""
    practice = case.facts.practice
    if practice.setting is Setting.FREESTANDING or practice.bills is Bills.PROFESSIONAL:
        return ClaimKind.PROFESSIONAL
    is_professional = PROFESSIONAL_COMPONENT in keyed.modifiers or procedure.pc_tc == PROFESSIONAL_ONLY
    if practice.bills is Bills.BOTH and is_professional:
        return ClaimKind.PROFESSIONAL
    return ClaimKind.INSTITUTIONAL


def _line(keyed: ManualLineFacts, procedure: Procedure, claim: ClaimKind, case: Case) -> ChargeLine:
    return ChargeLine(
        key=line_key(Family.MANUAL, Origin.MANUAL_LINE, keyed.key, claim),
        code=keyed.code,
        on=keyed.on,
        units=keyed.units,
        modifiers=keyed.modifiers,
        family=Family.MANUAL,
        claim=claim,
        place_of_service=case.place_on(keyed.on, inpatient=_is_inpatients(keyed, procedure, claim, case)),
        earned_by=Origin.MANUAL_LINE,
        subject=keyed.key,
        because=Because("C4", procedure.table, procedure.row, procedure.source, (("keyed", True),)),
        ordinal=keyed.ordinal,
        narrative=keyed.narrative.strip(),
        attachment=keyed.attachment.strip(),
        diagnoses=keyed.diagnoses,
        provider=keyed.provider.key,
    )


def _is_inpatients(keyed: ManualLineFacts, procedure: Procedure, claim: ClaimKind, case: Case) -> bool:
    """Return whether a physician's keyed line stands where the rules put an inpatient's, so that R2 can compare (C6).

    Guidance goes with its sessions, which may say themselves that the patient was an inpatient; the rest with a stay.
    """
    is_component = PROFESSIONAL_COMPONENT in keyed.modifiers
    if claim is ClaimKind.INSTITUTIONAL or not (is_component or procedure.pc_tc == PROFESSIONAL_ONLY):
        return False
    if case.is_inpatient_on(keyed.on):
        return True
    return is_component and procedure.family is Family.GUIDANCE and keyed.on in inpatient_days(case)


def _doubts_about_the_claim(
    keyed: ManualLineFacts, procedure: Procedure, claim: ClaimKind, case: Case
) -> Iterator[Note]:
    """C2: in a hospital a technical code is the hospital's, a professional one the physicians'. Yet keyed is keyed."""
    if case.facts.practice.setting is Setting.FREESTANDING:
        return
    stands_wrong = (procedure.pc_tc == TECHNICAL_ONLY and claim is ClaimKind.PROFESSIONAL) or (
        procedure.pc_tc == PROFESSIONAL_ONLY and claim is ClaimKind.INSTITUTIONAL
    )
    if stands_wrong:
        other = "hospital" if claim is ClaimKind.PROFESSIONAL else "physicians"
        yield Note(
            Severity.WARNING,
            "component-not-billed",
            f"{keyed.code} is usually on the claim of the {other}, and this practice sends the {claim} claim alone. "
            "Cancel the line unless the payer wants it so.",
        )


# --- refusals -----------------------------------------------------------------------------------------------------


def _refusals(keyed: ManualLineFacts, procedure: Procedure, claim: ClaimKind, case: Case) -> Iterator[Note]:
    yield from component_refusals(keyed.code, keyed.modifiers, procedure)
    yield from modifier_refusals(keyed.code, keyed.modifiers, keyed.on, case.codebook)
    if keyed.diagnoses or keyed.provider.key:
        coding = Coding(keyed.code, keyed.on, keyed.units, keyed.modifiers, keyed.diagnoses, keyed.provider)
        yield from pointer_refusals(coding, claim, case.facts.diagnoses)
    if procedure.unlisted:
        yield from _narrative_refusals(keyed)


def _refused(code: str, message: str) -> Note:
    return Note(Severity.REFUSED, code, message)


def _not_in_force(keyed: ManualLineFacts, codebook: Codebook) -> Note:
    """C4: say what stands in the code's place, where a table knows."""
    message = f"{keyed.code} was not in force on {keyed.on}."
    ended = [row for row in codebook.history(keyed.code) if row.effective_to < keyed.on]
    replaced_by = [code for code in ended[-1].replaced_by if codebook.procedure(code, keyed.on)] if ended else []
    if replaced_by:
        message += f" It was replaced by {', '.join(replaced_by)}."
    elif not codebook.history(keyed.code):
        message = f"{keyed.code} is in none of the tables, so nothing says that it was in force on {keyed.on}."
    return _refused("code-not-in-force", message + " Key a code of that day.")


def component_refusals(code: str, modifiers: Collection[str], procedure: Procedure) -> Iterator[Note]:
    """C3: a code that does not split takes neither 26 nor TC; one line is never both."""
    components = [m for m in modifiers if m in (PROFESSIONAL_COMPONENT, TECHNICAL_COMPONENT)]
    if components and procedure.pc_tc in (PROFESSIONAL_ONLY, TECHNICAL_ONLY):
        only = "professional" if procedure.pc_tc == PROFESSIONAL_ONLY else "technical"
        yield _refused(
            "component-modifier-invalid",
            f"{code} is {only} only and does not split: take off {' and '.join(components)}.",
        )
    elif len(set(components)) > 1:
        yield _refused("component-modifier-invalid", f"{code} carries both 26 and TC: key two lines, or neither.")


def modifier_refusals(code: str, modifiers: Collection[str], on: date, codebook: Codebook) -> Iterator[Note]:
    """C7: modifiers that the code's indicators rule out on the day, and one that stands twice."""
    ruled_out = [row for modifier in modifiers if (row := codebook.modifier_ruled_out(modifier, on))]
    if ruled_out:
        named = ", ".join(f"{row.modifier} ({row.meaning})" for row in ruled_out)
        yield _refused("modifier-not-applicable", f"{code} takes no {named}. Take the modifier off.")
    twice = sorted({modifier for modifier in modifiers if list(modifiers).count(modifier) > 1})
    if twice:
        yield _refused("modifier-not-applicable", f"{', '.join(twice)} stands twice on {code}. Take one off.")


def pointer_refusals(coding: Coding, claim: ClaimKind, diagnoses: Collection[str]) -> Iterator[Note]:
    """A professional line points to one to four diagnoses of its course; an institutional one to none."""
    if claim is ClaimKind.INSTITUTIONAL:
        if coding.diagnoses or coding.provider.key:
            yield _refused(
                "pointer-not-valid",
                f"{coding.code} stands on the institutional claim, whose lines point to no diagnosis and name nobody. "
                "Take both off.",
            )
        return
    unknown = [code for code in coding.diagnoses if code not in diagnoses]
    if unknown:
        yield _refused(
            "pointer-not-valid",
            f"{coding.code} points to {', '.join(unknown)}, which is no diagnosis of the course. Enter it there first.",
        )
    if len(coding.diagnoses) > MOST_POINTERS:
        yield _refused(
            "pointer-not-valid",
            f"{coding.code} points to {len(coding.diagnoses)} diagnoses, a line takes {MOST_POINTERS}.",
        )


def _narrative_refusals(keyed: ManualLineFacts) -> Iterator[Note]:
    """C5: an unlisted code says what was done, in what a claim can carry."""
    narrative = keyed.narrative.strip()
    if not narrative:
        yield _refused(
            "unlisted-needs-narrative",
            f"{keyed.code} has no meaning of its own. Say in at most {LONGEST_NARRATIVE} characters what was done.",
        )
    elif len(narrative) > LONGEST_NARRATIVE and not keyed.attachment.strip():
        yield _refused(
            "narrative-too-long",
            f"The narrative has {len(narrative)} characters, a claim carries {LONGEST_NARRATIVE}. "
            "Shorten it, or give the reference of an attachment.",
        )
