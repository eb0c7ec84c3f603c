"""Whether the payer approved what is charged (R1), and how much of an approval is left.

Units are counted, never reserved: the count begins anew in each run, in the order of service, so a late or
corrected session moves the hold to the line that is beyond the approval now. Whoever shows units asks the same
count; what a course still has to come is counted by outlook.py, as sessions like any other.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from billing.rules.case import Case, Note
from billing.rules.edits import by_time
from billing.rules.facts import AuthorizationFacts, PlanFacts
from billing.rules.lines import ChargeLine, ClaimKind, Family, Finding, Origin, Severity
from courses.terms import IMRT_TECHNIQUES, Technique

_INITIALS = 4
NOT_ASKED_FOR = frozenset({Family.MANAGEMENT, Family.MANUAL})
"""Families of lines that need no authorization (R1)."""


@dataclass(frozen=True, slots=True)
class CountedLine:
    """A line that an authorization may be asked for, and what became of it in the count.

    ``named_by`` are the authorizations of the day's payer that name its code. ``uses`` is the one whose units it
    takes; ``None`` where none is needed, or where ``lacks`` says what is wanting.
    """

    line: ChargeLine
    named_by: tuple[AuthorizationFacts, ...]
    uses: AuthorizationFacts | None = None
    lacks: Note | None = None


def count_units(case: Case, lines: Sequence[ChargeLine]) -> Iterator[CountedLine]:
    """Yield the lines in the order in which they take their units.

    1. Lines count by date, time, family, code, subject; each kind of claim counts its own units.
    2. Of several authorizations the one that ends first is used first; its codes share its units.
    3. A line outside the dates of every authorization of its code is expired, and uses no unit; one that
       finds no units left is exceeded.
    4. A code that no authorization names is missing one where the payer asks for it on that day.
    5. Management lines need none; keyed lines are the biller's own.
    6. An authorization serves the payer that gave it, on the days on which that payer is asked.
    """
    asked = [line for line in lines if line.family not in NOT_ASKED_FOR]
    by_code: defaultdict[str, list[AuthorizationFacts]] = defaultdict(list)
    for authorization in sorted(case.facts.authorizations, key=lambda a: (a.effective_to, a.ordinal, a.key)):
        for code in authorization.codes:
            by_code[code].append(authorization)
    used: defaultdict[tuple[ClaimKind, str], int] = defaultdict(int)
    for line in sorted(asked, key=lambda line: (line.on, *by_time(line)[:1], line.family, line.code, line.subject)):
        named_by = tuple(one for one in by_code.get(line.code, ()) if one.is_of_payer_on(line.on))
        yield _counted(line, named_by, used, case)


def chosen_among_several(case: Case, lines: Sequence[ChargeLine]) -> dict[str, str]:
    """Return the authorization that a line uses, by their keys, for each line whose day several approvals cover."""
    return {
        counted.line.key: counted.uses.key
        for counted in count_units(case, lines)
        if counted.uses is not None and sum(one.is_in_time(counted.line.on) for one in counted.named_by) > 1
    }


def authorization_findings(case: Case, lines: Sequence[ChargeLine]) -> Iterator[Finding]:
    """Yield a finding for each line that no authorization covers, and for each plan that none names the technique of.

    A plan whose technique is another than the payer approved is a warning: the payer, not we, decides whether the
    approval still holds.
    """
    for counted in count_units(case, lines):
        if counted.lacks is not None:
            line = counted.line
            yield counted.lacks.about(line.earned_by, line.subject, line.on, (line,))
    for plan in case.plans_in_order:
        note = _other_technique(plan, case.facts.authorizations)
        if note is not None:
            earned = tuple(line for line in lines if (line.earned_by, line.subject) == (Origin.PLAN, plan.key))
            yield note.about(Origin.PLAN, plan.key, plan.approved_on, earned)


def _counted(
    line: ChargeLine,
    named_by: tuple[AuthorizationFacts, ...],
    used: defaultdict[tuple[ClaimKind, str], int],
    case: Case,
) -> CountedLine:
    """Return the line with the authorization that covers it, whose units it takes, or with what it lacks."""
    if not named_by:
        if not case.policy_on(line.on).requires_authorization:
            return CountedLine(line, named_by)
        return _lacking(
            line,
            named_by,
            "authorization-missing",
            f"This payer asks for an authorization, and none names {line.code}. Obtain one, or enter it.",
        )
    in_time = [one for one in named_by if one.is_in_time(line.on)]
    if not in_time:
        return _lacking(
            line,
            named_by,
            "authorization-expired",
            f"{line.code} on {line.on} is outside the dates of its authorization. Have it extended.",
        )
    for authorization in in_time:
        if used[line.claim, authorization.key] + line.units <= authorization.units:
            used[line.claim, authorization.key] += line.units
            return CountedLine(line, named_by, uses=authorization)
    left = max(one.units - used[line.claim, one.key] for one in in_time)
    found = (
        f"No authorization has the {line.units} units of this line left on {line.on}, at most {left}"
        if left
        else f"The authorized units of {line.code} are used up by {line.on}"
    )
    return _lacking(line, named_by, "authorization-exceeded", f"{found}. Have more approved.")


def _lacking(line: ChargeLine, named_by: tuple[AuthorizationFacts, ...], code: str, message: str) -> CountedLine:
    return CountedLine(line, named_by, lacks=Note(Severity.HOLD, code, message))


def _other_technique(plan: PlanFacts, authorizations: Sequence[AuthorizationFacts]) -> Note | None:
    """Return what is to be said where every approval of the payer names another technique than the plan's."""
    if plan.approved_on is None or plan.technique is Technique.UNKNOWN:
        return None
    of_payer = [one for one in authorizations if one.is_of_payer_on(plan.approved_on)]
    approved = [one.technique for one in of_payer if one.technique is not None]
    if not approved or any(_alike(technique, plan.technique) for technique in approved):
        return None
    named, planned = ", ".join(sorted({_said(technique) for technique in approved})), _said(plan.technique)
    return Note(
        Severity.WARNING,
        "authorization-of-another-technique",
        f"The plan is {planned}, the payer approved {named}. Have the approval amended, or the entry corrected.",
    )


def _said(technique: Technique) -> str:
    """Return a technique as it is said: its short names are initials.

    >>> _said(Technique.VMAT), _said(Technique.CONFORMAL_3D)
    ('VMAT', 'conformal 3d')
    """
    return technique.upper() if len(technique) <= _INITIALS else technique.replace("_", " ")


def _alike(one: Technique, other: Technique) -> bool:
    """Return whether two techniques are one to a payer: VMAT and tomotherapy are IMRT.

    >>> _alike(Technique.IMRT, Technique.VMAT), _alike(Technique.IMRT, Technique.SBRT)
    (True, False)
    """
    return one is other or {one, other} <= IMRT_TECHNIQUES
