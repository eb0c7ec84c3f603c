"""Whether the payer approved what is charged (R1).

Units are counted, never reserved: the count begins anew in each run, in the order of service, so a late or
corrected session moves the hold to the line that is beyond the approval now.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from billing.rules.case import Case, Note
from billing.rules.edits import by_time
from billing.rules.facts import AuthorizationFacts
from billing.rules.lines import ChargeLine, ClaimKind, Family, Finding, Severity

_NOT_ASKED_FOR = frozenset({Family.MANAGEMENT, Family.MANUAL})


def authorization_findings(case: Case, lines: Sequence[ChargeLine]) -> Iterator[Finding]:
    """Yield a finding for each line that no authorization covers.

    1. Lines count by date, time, family, code, subject; each kind of claim counts its own units.
    2. Of several authorizations the one that ends first is used first; its codes share its units.
    3. A line outside the dates of every authorization of its code is expired, and uses no unit; one that
       finds no units left is exceeded.
    4. A code that no authorization names is missing one where the payer asks for it on that day.
    5. Management lines need none; keyed lines are the biller's own.
    """
    asked = [line for line in lines if line.family not in _NOT_ASKED_FOR]
    by_code: defaultdict[str, list[AuthorizationFacts]] = defaultdict(list)
    for authorization in sorted(case.facts.authorizations, key=lambda a: (a.effective_to, a.ordinal, a.key)):
        for code in authorization.codes:
            by_code[code].append(authorization)
    used: defaultdict[tuple[ClaimKind, str], int] = defaultdict(int)
    for line in sorted(asked, key=lambda line: (line.on, *by_time(line)[:1], line.family, line.code, line.subject)):
        note = _uncovered(line, by_code.get(line.code, ()), used, case)
        if note is not None:
            yield note.about(line.earned_by, line.subject, line.on, (line,))


def _uncovered(
    line: ChargeLine,
    authorizations: Sequence[AuthorizationFacts],
    used: defaultdict[tuple[ClaimKind, str], int],
    case: Case,
) -> Note | None:
    """Return what the line lacks; count its units where it lacks nothing."""
    if not authorizations:
        if not case.policy_on(line.on).requires_authorization:
            return None
        return Note(
            Severity.HOLD,
            "authorization-missing",
            f"This payer asks for an authorization, and none names {line.code}. Obtain one, or enter it.",
        )
    in_time = [a for a in authorizations if a.effective_from <= line.on <= a.effective_to]
    if not in_time:
        return Note(
            Severity.HOLD,
            "authorization-expired",
            f"{line.code} on {line.on} is outside the dates of its authorization. Have it extended.",
        )
    for authorization in in_time:
        if used[line.claim, authorization.key] + line.units <= authorization.units:
            used[line.claim, authorization.key] += line.units
            return None
    return Note(
        Severity.HOLD,
        "authorization-exceeded",
        f"The authorized units of {line.code} are used up by {line.on}. Have more approved.",
    )
