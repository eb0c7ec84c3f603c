"""What billers made of generated lines: an edit holds for exactly the line that was edited, and says so when it fails.

A line is generated as if nobody had touched it; only where it still reads as it did on the day of the edit does
the edit take its place. Modifiers, units and pointers of an edit go through the rules of a keyed line (C3, C7), and
whatever is asked of lines afterwards (pairs, limits, duplicates, authorizations) is asked of the edited one.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from billing.rules.case import Case, Note, Said
from billing.rules.coding import NOBODY, Coding, LineEditFacts, coding_differences
from billing.rules.keyed import component_refusals, modifier_refusals, pointer_refusals
from billing.rules.lines import ChargeLine, ClaimKind, Finding, Origin, Severity

LAPSED = "edit-lapsed"


def generated_coding(line: ChargeLine, case: Case) -> Coding:
    """Return how the rules code a line: what an edit of it must have seen.

    A professional line points to the first four diagnoses of the course and is rendered by its physician, unless a
    keyed one says otherwise; an institutional line has neither.
    """
    if line.claim is ClaimKind.INSTITUTIONAL:
        return Coding(line.code, line.on, line.units, line.modifiers)
    return Coding(
        line.code,
        line.on,
        line.units,
        line.modifiers,
        case.facts.diagnoses[:4],
        case.facts.physician,
    )


def apply_edits(case: Case, made: Sequence[ChargeLine], generated: Iterable[ChargeLine]) -> Said:
    """Return the made lines with the edits that hold, and a finding for each edit of a line that does not.

    Args:
        made: the lines before pairs were looked at: what the filters are asked again about.
        generated: the same lines as they stand without any edit; those that fell are missing, and so are their edits.
    """
    standing = {line.key: line for line in generated}
    findings: list[Finding] = []
    holding: dict[str, LineEditFacts] = {}
    for edit in case.facts.line_edits:
        line = standing.get(edit.line)
        if line is None:
            continue
        notes = list(_objections(edit, line, case))
        findings += [note.about(Origin.LINE_EDIT, edit.key, line.on, (line,)) for note in notes]
        if not notes:
            holding[line.key] = edit
    return Said(tuple(_edited(line, holding, case) for line in made), tuple(findings))


def _objections(edit: LineEditFacts, line: ChargeLine, case: Case) -> Iterator[Note]:
    """Yield why an edit does not hold: the line is another one now, or the rules refuse what was wanted."""
    now = generated_coding(line, case)
    if now == edit.wanted:
        yield Note(
            Severity.INFO,
            LAPSED,
            f"{_told(edit)} The rules say the same by now, so the edit changes nothing. Take it back.",
        )
    elif now != edit.was or set(edit.wanted.diagnoses) - set(case.facts.diagnoses):
        yield Note(Severity.HOLD, LAPSED, f"{_told(edit)} {_changed_since(edit, now, case)} {_REMEDY}")
    else:
        for note in coding_refusals(edit.wanted, line.claim, case):
            yield replace(note, severity=Severity.HOLD)  # The line stands as generated; it must not go out unseen.


_REMEDY = "The edit does not apply. Confirm it, edit the line anew, or take the edit back."


def _told(edit: LineEditFacts) -> str:
    return f"{edit.by} edited this line ({', '.join(coding_differences(edit.was, edit.wanted))})."


def _changed_since(edit: LineEditFacts, now: Coding, case: Case) -> str:
    changed = coding_differences(edit.was, now)
    if changed:
        return f"It changed since: {', '.join(changed)}."
    gone = [code for code in edit.wanted.diagnoses if code not in case.facts.diagnoses]
    return f"The course has no diagnosis {', '.join(gone)} any more."


def coding_refusals(wanted: Coding, claim: ClaimKind, case: Case) -> Iterator[Note]:
    """Yield why the rules do not take a coding (C3, C7, and what a claim's lines point to)."""
    procedure = case.codebook.procedure(wanted.code, wanted.on)
    if procedure is not None:
        yield from component_refusals(wanted.code, wanted.modifiers, procedure)
    yield from modifier_refusals(wanted.code, wanted.modifiers, wanted.on, case.codebook)
    yield from pointer_refusals(wanted, claim, case.facts.diagnoses)


def _edited(line: ChargeLine, holding: Mapping[str, LineEditFacts], case: Case) -> ChargeLine:
    """Return the line as it was edited. What it has in common with its claim it does not say itself."""
    edit = holding.get(line.key)
    if edit is None:
        return line
    wanted = edit.wanted
    usual = generated_coding(line, case)
    return replace(
        line,
        units=wanted.units,
        modifiers=wanted.modifiers,
        diagnoses=() if wanted.diagnoses == usual.diagnoses else wanted.diagnoses,
        provider="" if wanted.provider in (usual.provider, NOBODY) else wanted.provider.key,
        edit=edit,
    )
