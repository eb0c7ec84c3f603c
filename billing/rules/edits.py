"""What may not stand: units above the daily limit, the same service from two sources, lines without a diagnosis.

Each edit sees all lines of the course at once and changes none: it names them in findings (S6, P7, R2, R4).
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime

from billing.rules.case import Case, Note
from billing.rules.lines import ChargeLine, ClaimKind, Family, Finding, Origin, Severity

# Never a day of service: only the end of a sort by clinic-local time.
_LAST = datetime(9999, 12, 31)  # noqa: DTZ001
_ORIGINS = tuple(Origin)


def by_time(line: ChargeLine) -> tuple[datetime, int, int, str]:
    """Sort lines of one day by time, those without one last; then by the file: plans, sessions, events, keyed lines."""
    return line.at or _LAST, _ORIGINS.index(line.earned_by), line.ordinal, line.key


def over_daily_limit(case: Case, lines: Sequence[ChargeLine]) -> Iterator[Finding]:
    """Yield a finding for each line above the units that one code may have on one day (S6, P7).

    Units add up by claim, code and day in order of time; a held line counts like any other.
    """
    groups: defaultdict[tuple[ClaimKind, str, date], list[ChargeLine]] = defaultdict(list)
    for line in lines:
        groups[line.claim, line.code, line.on].append(line)
    for (claim, code, day), group in groups.items():
        limit = case.codebook.limit(claim, code, day)
        if limit is None:
            continue
        units = 0
        for line in sorted(group, key=by_time) if len(group) > 1 else group:
            units += line.units
            if units > limit.units:
                note = Note(
                    Severity.HOLD if limit.holds_on(day) else Severity.WARNING,
                    "over-daily-limit",
                    f"{units} units of {code} on {day}, the {claim} claim takes {limit.units} ({limit.place}).",
                )
                yield note.about(line.earned_by, line.subject, day, (line,))


def duplicates(case: Case, lines: Sequence[ChargeLine]) -> Iterator[Finding]:
    """Yield a finding for each line that repeats one from another source (R2).

    A keyed line repeats a line that the rules make; any line repeats one that stands from elsewhere. Two lines
    that the rules make of two facts are no duplicates of each other, nor are two keyed lines: S6 counts those.
    """
    if not case.facts.manual_lines and not case.facts.standing_lines:
        return
    made = {_identity(line): "made by the rules" for line in lines if line.family is not Family.MANUAL}
    standing = {
        (line.on, line.code, tuple(sorted(line.modifiers)), line.place_of_service): line.source
        for line in case.facts.standing_lines
    }
    for line in lines:
        source = standing.get(_identity(line))
        if source is None and line.family is Family.MANUAL:
            source = made.get(_identity(line))
        if source is not None:
            note = Note(
                Severity.HOLD,
                "duplicate-line",
                f"{line.code} on {line.on} repeats a line that stands already, {source}. Release one of the two.",
            )
            yield note.about(line.earned_by, line.subject, line.on, (line,))


def _identity(line: ChargeLine) -> tuple[date, str, tuple[str, ...], str]:
    return line.on, line.code, tuple(sorted(line.modifiers)), line.place_of_service


def missing_diagnosis(case: Case, lines: Sequence[ChargeLine]) -> Iterator[Finding]:
    """Yield one finding that names every line of a course without a diagnosis (R4)."""
    if lines and not case.facts.diagnoses:
        note = Note(Severity.HOLD, "missing-diagnosis", "The course has no diagnosis. Enter the principal one.")
        yield note.about(Origin.COURSE, case.facts.id, None, tuple(sorted(lines, key=lambda line: line.key)))
