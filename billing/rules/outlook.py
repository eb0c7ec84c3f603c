"""How far the approved units of a course reach: used, reserved and left, and the day from which nothing is covered.

The sessions still to come are put behind those that were, and the same rules count both (R1). So a bar on a page, a
caution before the beam and a hold on a line never disagree. Which sessions are to come is not decided here.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeAlias

from billing.rules.authorizations import CountedLine, count_units
from billing.rules.case import Case
from billing.rules.codebook import Codebook
from billing.rules.engine import charge_lines
from billing.rules.facts import AuthorizationFacts, CourseFacts, SessionFacts
from billing.rules.lines import ClaimKind, Family

_BEYOND = "fraction-beyond-prescription"
_Units: TypeAlias = Counter[tuple[str, ClaimKind]]


@dataclass(frozen=True, slots=True)
class AuthorizationUse:
    """The units of one authorization on one kind of claim: each kind counts its own (R1). ``None``: on none yet."""

    key: str
    claim: ClaimKind | None
    units: int
    used: int
    reserved: int
    """Units that the prescribed fractions not yet treated are going to take."""

    @property
    def left(self) -> int:
        """Units that nothing has taken and nothing is going to take."""
        return self.units - self.used - self.reserved


@dataclass(frozen=True, slots=True)
class Uncovered:
    """The first session to come that no authorization covers: its day, and the finding that will hold it."""

    on: date
    code: str


@dataclass(frozen=True, slots=True)
class Outlook:
    """How the delivery of a course stands to its authorizations.

    ``used`` and ``authorized`` are units of the authorizations that name its delivery codes; ``prescribed`` counts
    sessions, those delivered and those to come. ``held`` are the delivered ones that no authorization covers.
    ``last_covered_on`` is the day of the last session to come that one does.
    """

    uses: tuple[AuthorizationUse, ...]
    used: int
    authorized: int
    prescribed: int
    held: int
    last_covered_on: date | None
    uncovered: Uncovered | None

    @property
    def has_something_to_say(self) -> bool:
        """Whether an authorization names the delivery codes, or one is wanting."""
        return bool(self.authorized or self.used or self.held or self.uncovered)


def course_outlook(facts: CourseFacts, ahead: Sequence[SessionFacts], codebook: Codebook, today: date) -> Outlook:
    """Count the units of a course as it stands, and as it will stand once its prescription is delivered.

    Args:
        facts: the course as capture sees it.
        ahead: the sessions still to come, none keyed like a session of the course.
        today: the clinic's day; an approval that ended before it authorizes no more than it was used for.

    Returns:
        A use for each authorization and kind of claim on which it is used, in the order of the facts.
    """
    done = _counted(facts, codebook)
    then = _counted(replace(facts, sessions=facts.sessions + tuple(ahead)), codebook)
    used, in_the_end = _units(done), _units(then)
    known = {one.line.key for one in done}
    delivery = [one for one in then if one.line.family is Family.DELIVERY]
    coming = [one for one in delivery if one.line.key not in known]
    uncovered = next((Uncovered(one.line.on, one.lacks.code) for one in coming if one.lacks is not None), None)
    covered = [one.line.on for one in coming if one.uses is not None]
    claims = {one.line.claim for one in delivery}
    naming = {authorization.key: authorization for one in delivery for authorization in one.named_by}
    return Outlook(
        uses=tuple(use for one in facts.authorizations for use in _uses(one, used, in_the_end)),
        used=sum(used[key, claim] for key in naming for claim in claims),
        authorized=sum(_authorized(one, used, claims, today) for one in naming.values()),
        prescribed=sum(_BEYOND not in one.line.findings for one in delivery),
        held=sum(one.lacks is not None for one in done if one.line.family is Family.DELIVERY),
        last_covered_on=max((day for day in covered if uncovered is None or day <= uncovered.on), default=None),
        uncovered=uncovered,
    )


def _counted(facts: CourseFacts, codebook: Codebook) -> list[CountedLine]:
    return list(count_units(Case(facts, codebook), charge_lines(facts, codebook).lines))


def _units(counted: Sequence[CountedLine]) -> _Units:
    units: _Units = Counter()
    for one in counted:
        if one.uses is not None:
            units[one.uses.key, one.line.claim] += one.line.units
    return units


def _uses(authorization: AuthorizationFacts, used: _Units, in_the_end: _Units) -> list[AuthorizationUse]:
    key, units = authorization.key, authorization.units
    uses = [
        AuthorizationUse(key, claim, units, used[key, claim], max(0, in_the_end[key, claim] - used[key, claim]))
        for claim in ClaimKind
        if used[key, claim] or in_the_end[key, claim]
    ]
    return uses or [AuthorizationUse(key, None, units, 0, 0)]


def _authorized(authorization: AuthorizationFacts, used: _Units, claims: set[ClaimKind], today: date) -> int:
    if authorization.effective_to >= today:
        return authorization.units
    return sum(used[authorization.key, claim] for claim in claims)
