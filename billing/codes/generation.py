"""Which rules generate a code, from the rows of their tables: when, for what, and by which publication.

A code that no row names is keyed by hand, or is of another field; that is said by the page.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import chain

from billing.rules.codebook import Codebook
from billing.rules.table_rows import OPEN, DatedRow

_SHORT = {"imrt": "IMRT", "vmat": "VMAT", "sbrt": "SBRT", "srs": "SRS", "conformal_3d": "3D conformal", "two_d": "2D"}
_SETS = {"cpt": "CPT code set", "hcpcs_g": "G code set"}


@dataclass(frozen=True, slots=True)
class Generates:
    """A row by which a rule gives the code, or (``takes_away``) lets it fall to another."""

    rule: str
    row: DatedRow
    what: str
    takes_away: bool = False

    @property
    def last(self) -> date | None:
        """The last day of the row, none while it holds."""
        return None if self.row.effective_to == OPEN else self.row.effective_to


def generating_rows(codebook: Codebook, code: str) -> tuple[Generates, ...]:
    """Return the rows that name the code, the newest first."""
    found = chain(
        _of_sessions(codebook, code), _of_plans(codebook, code), _of_services(codebook, code), _bundles(codebook, code)
    )
    return tuple(sorted(found, key=lambda one: (-one.row.effective_from.toordinal(), one.rule, one.row.row)))


def _of_sessions(codebook: Codebook, code: str) -> Iterator[Generates]:
    for row in codebook.deliveries:
        if row.code == code:
            answer = f"{row.question} {row.answer}" if row.question else "whatever the site"
            yield Generates(row.rule, row, _joined(words(*row.techniques), answer, _SETS.get(row.code_set, "")))
    for guided in codebook.guidances:
        if guided.code == code:
            payers = "" if len(guided.payers) > 3 else words(*guided.payers)  # noqa: PLR2004  # else: nearly all of them
            what = _joined(f"guidance: {words(*guided.guidance)}", words(*guided.settings),
                           _SETS.get(guided.code_set, ""), payers)  # fmt: skip
            yield Generates(guided.rule, guided, what)


def _of_plans(codebook: Codebook, code: str) -> Iterator[Generates]:
    for row in codebook.plannings:
        if row.code == code:
            yield Generates(row.rule, row, _joined("plan approved", words(*row.techniques),
                                                   "planned as IMRT" if row.imrt_planned else ""))  # fmt: skip
    for beside in codebook.companions:
        if beside.code == code:
            plans = ", ".join(beside.plan_codes)
            what = f"{words(beside.companion)} beside a plan of {plans}, by {words(beside.counted_by)}"
            yield Generates(beside.rule, beside, what)


def _of_services(codebook: Codebook, code: str) -> Iterator[Generates]:
    for row in codebook.course_services:
        if row.code == code:
            yield Generates(row.rule, row, f"{row.service.in_words}, counted over the course")
    for event in codebook.events:
        if event.code == code:
            once = "once a course" if event.once_per_course else ""
            record = "with its record" if event.needs_record else ""
            yield Generates(event.rule, event, _joined(f"event: {words(event.event)}", once, record))


def _bundles(codebook: Codebook, code: str) -> Iterator[Generates]:
    for row in codebook.bundles:
        if code in row.codes:
            yield Generates(row.rule, row, f"part of {row.plan_code} at the same site", takes_away=True)
        if code == row.plan_code:
            yield Generates(row.rule, row, f"holds {', '.join(row.codes)} at the same site")


def words(*terms: str) -> str:
    """Write terms of the rules as people say them."""
    return ", ".join(_SHORT.get(str(term), str(term).replace("_", " ")) for term in terms)


def _joined(*parts: str) -> str:
    return "; ".join(part for part in parts if part)
