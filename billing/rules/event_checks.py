"""Whether the tables of companions, events, bundles and pairs can be trusted: part of table_checks.py."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from itertools import product

from billing.rules.codebook import Codebook
from billing.rules.event_rows import Companion
from billing.rules.lines import ClaimKind, Family
from billing.rules.pair_rows import Pair
from billing.rules.row_checks import doubles, misplaced
from billing.rules.table_rows import DatedRow
from courses.terms import EventFamily

COUNTED_ELSEWHERE = frozenset(
    {EventFamily.VISIT, EventFamily.PHYSICS_CHECK, EventFamily.PORT_IMAGE, EventFamily.RESPIRATORY_SIMULATION}
)
"""Events that earn nothing by themselves: they are counted with fractions or plans."""

FAMILIES = {
    Companion.DEVICE: Family.DEVICE,
    Companion.CALCULATION: Family.DOSIMETRY,
    Companion.RESPIRATORY_SIMULATION: Family.SIMULATION,
}


def event_faults(codebook: Codebook) -> Iterator[str]:
    """Yield every fault between the rows of these tables but the gaps."""
    yield from doubles(
        (f"{row.companion} of {code}, compensator {compensator}", row)
        for row in codebook.companions
        for code, compensator in product(row.plan_codes, row.compensator)
    )
    yield from doubles((row.event, row) for row in codebook.events)
    yield from doubles((code, row) for row in codebook.bundles for code in row.codes)
    yield from doubles((f"{_named(pair)}, published {pair.published}", pair) for pair in codebook.pairs)
    yield from _mutual(codebook)
    yield from _wrong_codes(codebook)


def missing_events(codebook: Codebook, day: date) -> Iterator[str]:
    """Yield what a rule would ask for on ``day`` and find nothing."""
    for event in EventFamily:
        if event not in COUNTED_ELSEWHERE and codebook.event(event, day) is None:
            yield f"events.toml has no row for {event}"
    asked = {(row.companion, code) for row in codebook.companions for code in row.plan_codes}
    for (companion, code), compensator in product(sorted(asked), (True, False)):
        if codebook.companion(companion, code, compensator, day) is None:
            yield f"companions.toml has no row for {companion} of {code}, compensator {compensator},"


def _named(pair: Pair) -> str:
    return f"{pair.column1} with {pair.column2} on the {pair.claim} claim"


def _mutual(codebook: Codebook) -> Iterator[str]:
    """Yield pairs of a code with itself, and two codes of which each may not stand beside the other."""
    turned: defaultdict[tuple[ClaimKind, date, str, str], list[Pair]] = defaultdict(list)
    for pair in codebook.pairs:
        turned[pair.claim, pair.published, pair.column2, pair.column1].append(pair)
        if pair.column1 == pair.column2:
            yield f"{pair.place}: {pair.column1} is a pair with itself. Take it out."
    for pair in codebook.pairs:
        for other in turned[pair.claim, pair.published, pair.column1, pair.column2]:
            in_time = pair.effective_from <= other.effective_to and other.effective_from <= pair.effective_to
            if pair.column1 < pair.column2 and in_time:
                yield f"{pair.place} and {other.place} are one pair in both directions. Keep one."


def _wrong_codes(codebook: Codebook) -> Iterator[str]:
    for companion in codebook.companions:
        yield from misplaced(companion, companion.code, FAMILIES[companion.companion], codebook)
        for code in companion.plan_codes:
            yield from misplaced(companion, code, Family.PLAN, codebook)
    yield from _wrong_codes_of_events(codebook)
    yield from _unknown_pairs(codebook)


def _wrong_codes_of_events(codebook: Codebook) -> Iterator[str]:
    for event in codebook.events:
        yield from _unearnable(event, event.code, codebook)
        if event.never_beside:
            yield from misplaced(event, event.never_beside, Family.PLAN, codebook)
    for bundle in codebook.bundles:
        yield from misplaced(bundle, bundle.plan_code, Family.PLAN, codebook)
        for code in bundle.codes:
            yield from _unearnable(bundle, code, codebook)


def _unknown_pairs(codebook: Codebook) -> Iterator[str]:
    for pair in codebook.pairs:
        for code in (pair.column1, pair.column2):
            if not codebook.history(code):
                yield f"{pair.place}: {code} is not in procedures.toml. Add it there, or take the pair out."


def _unearnable(row: DatedRow, code: str, codebook: Codebook) -> Iterator[str]:
    """Yield why no event may earn a code: nobody knows it, or it is unlisted (E5). Its family is the code's own."""
    known = codebook.history(code)
    yield from misplaced(row, code, known[0].family if known else Family.MANUAL, codebook)
