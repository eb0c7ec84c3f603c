"""Whether the tables can be trusted: no day without an answer, none with two, no code that nobody knows.

Between two changes of any table every look-up gives the same answer, so asking on the first day of each such era
asks for every day there is. Cells and sources are checked when the tables are read; see table_rows.py.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise, product

from billing.rules.code_checks import code_fact_faults
from billing.rules.codebook import Codebook
from billing.rules.event_checks import event_faults, missing_events
from billing.rules.lines import Family
from billing.rules.row_checks import doubles, misplaced
from billing.rules.rows import DeliveryRow
from billing.rules.service_rows import CourseService, GuidanceRow
from billing.rules.table_rows import OPEN
from courses.terms import Guidance, Site, Technique
from patients.terms import Bills, DeliveryCodeSet, PayerKind, Setting

FIRST_DAY = date(1992, 1, 1)
"""No table says anything of the time before; the first fee schedule is of that day."""

FORMS = (
    *product((Setting.FREESTANDING,), (Bills.GLOBAL, Bills.TECHNICAL, Bills.PROFESSIONAL)),
    *product((Setting.HOSPITAL,), (Bills.TECHNICAL, Bills.PROFESSIONAL, Bills.BOTH)),
)
INDICATORS = (1, 2, 3)
PLACES = (
    *product(("freestanding",), ("", "11", "24")),
    *product(("hospital",), ("", "19", "21", "22", "24")),
    ("inpatient", ""),
)
GUIDED = tuple(guidance for guidance in Guidance if guidance is not Guidance.NONE)
FAMILIES = {
    **{service: Family.MANAGEMENT for service in CourseService},
    CourseService.PHYSICS_OF_FIVE: Family.PHYSICS,
    CourseService.PORT_IMAGE: Family.GUIDANCE,
}
ANSWERS = {"": ("",), "compensator": ("yes", "no"), "site": ("simple", "complex")}


def table_faults(codebook: Codebook) -> list[str]:
    """Return every fault between the rows of the tables, each with its place and what to do; sorted."""
    days = [day for day in codebook.changes if day >= FIRST_DAY]
    faults = [*_overlaps(codebook), *_gaps(codebook, days), *_histories(codebook), *_unknown_codes(codebook)]
    faults += event_faults(codebook)
    faults += code_fact_faults(codebook)
    return sorted(set(faults))


# --- two rows for one day -----------------------------------------------------------------------------------------


def _overlaps(codebook: Codebook) -> Iterator[str]:
    yield from doubles((row.code, row) for row in codebook.procedures)
    yield from doubles(
        (f"{technique}/{code_set}/{row.answer or 'any answer'}", row)
        for row in codebook.deliveries
        for technique in row.techniques
        for code_set in DeliveryCodeSet
        if row.code_set in ("any", code_set)
    )
    yield from doubles((row.site, row) for row in codebook.sites)
    yield from doubles((row.technique, row) for row in codebook.levels)
    yield from doubles((f"{row.payer}/{row.setting}", row) for row in codebook.code_sets)
    yield from doubles(
        (f"{technique}, imrt_planned {row.imrt_planned}", row)
        for row in codebook.plannings
        for technique in row.techniques
    )
    yield from doubles(
        (f"{guidance}/{setting}/{code_set}/{payer}", row)
        for row in codebook.guidances
        for guidance, setting, code_set, payer in product(row.guidance, row.settings, DeliveryCodeSet, row.payers)
        if row.code_set in ("any", code_set)
    )
    yield from doubles((row.service, row) for row in codebook.course_services)
    yield from doubles((f"{row.setting}/{row.bills}/{row.pc_tc}", row) for row in codebook.forms)
    yield from doubles((f"{row.setting}/{row.named or 'unnamed'}", row) for row in codebook.places)
    yield from doubles((row.modifier, row) for row in codebook.modifiers)
    published = defaultdict(list)
    for limit in codebook.limits:
        published[limit.claim, limit.code, limit.effective_from].append(limit)
    for (claim, code, day), limits in published.items():
        if len(limits) > 1:
            places = " and ".join(limit.place for limit in limits)
            yield f"{places} both limit {code} on the {claim} claim, published {day}. Keep one."


# --- a day without an answer --------------------------------------------------------------------------------------


def _gaps(codebook: Codebook, days: Sequence[date]) -> Iterator[str]:
    """Yield each stretch of days on which a look-up that a rule makes would find nothing."""
    open_since: dict[str, date] = {}
    for day in days:
        missing = set(_missing(codebook, day))
        for what in [what for what in open_since if what not in missing]:
            yield f"{what} from {open_since.pop(what)} to {day - timedelta(days=1)}. Add a row, or mend a period."
        for what in missing:
            open_since.setdefault(what, day)
    for what, day in open_since.items():
        yield f"{what} from {day} on. Add a row, or mend a period."


def _missing(codebook: Codebook, day: date) -> Iterator[str]:
    deliveries = {
        (technique, code_set): codebook.delivery(technique, code_set, day)
        for technique, code_set in product(Technique, DeliveryCodeSet)
    }
    for (technique, code_set), of_day in deliveries.items():
        for answer in _unanswered(codebook, technique, of_day, day):
            yield f"delivery.toml has no row for {technique}/{code_set}{answer}"
    yield from _missing_behind(codebook, [row for of_day in deliveries.values() for row in of_day], day)
    yield from _missing_forms(codebook, day)
    for technique, planned in product(Technique, (True, False)):
        if codebook.planning(technique, planned, day) is None:
            yield f"planning.toml has no row for {technique}, imrt_planned {planned},"
    yield from _missing_services(codebook, day)
    yield from missing_events(codebook, day)


def _missing_services(codebook: Codebook, day: date) -> Iterator[str]:
    for setting, code_set, payer, guidance in product(Setting, DeliveryCodeSet, PayerKind, GUIDED):
        if codebook.guidance(setting, code_set, payer, guidance, day) is None:
            yield f"guidance.toml has no row for {guidance}/{setting}/{code_set}/{payer}"
    for service in CourseService:
        if codebook.course_service(service, day) is None:
            yield f"course_services.toml has no row for {service}"


def _missing_forms(codebook: Codebook, day: date) -> Iterator[str]:
    for (setting, bills), pc_tc in product(FORMS, INDICATORS):
        if codebook.form(setting, bills, pc_tc, day) is None:
            yield f"forms.toml has no row for {setting}/{bills}/pc_tc {pc_tc}"
    for place_setting, named in PLACES:
        if codebook.place(place_setting, named, day) is None:
            yield f"places.toml has no row for {place_setting}/{named or 'unnamed'}"


def _missing_behind(codebook: Codebook, of_day: Sequence[DeliveryRow], day: date) -> Iterator[str]:
    """Yield what the delivery rows of a day turn on and another table does not have: sites, code sets."""
    if any(row.question == "site" for row in of_day):
        yield from (f"sites.toml has no row for {site}" for site in Site if codebook.site(site, day) is None)
    if any(row.code_set != "any" for row in of_day):
        for payer, setting in product(PayerKind, Setting):
            if codebook.code_set(payer, setting, day) is None:
                yield f"code_sets.toml has no row for {payer}/{setting}"


def _unanswered(codebook: Codebook, technique: Technique, of_day: Sequence[DeliveryRow], day: date) -> Iterator[str]:
    """Yield what of a technique's question finds no row: everything where there is none, else single answers."""
    if not of_day:
        yield ""
        return
    questions = {row.question for row in of_day}
    if len(questions) > 1:
        yield f" that asks one question alone, not {' and '.join(sorted(questions))},"
        return
    question = questions.pop()
    answers: tuple[str, ...] = ANSWERS.get(question, ())
    if question == "level":
        level = codebook.level(technique, day)
        answers = ("3",) if level is None else tuple({str(level.level), "3"})
        if level is None:
            yield " that levels.toml could answer: it has none"
    for answer in answers:
        if all(row.answer != answer for row in of_day):
            yield f"/{question} {answer}"


# --- codes --------------------------------------------------------------------------------------------------------


def _histories(codebook: Codebook) -> Iterator[str]:
    """Yield codes that vanish and come back without a word, and successors that are not there."""
    for code in {row.code for row in codebook.procedures}:
        periods = sorted(codebook.history(code), key=lambda row: row.effective_from)
        for earlier, later in pairwise(periods):
            if later.effective_from > _day_after(earlier.effective_to):
                yield (
                    f"{earlier.place}: {code} ends on {earlier.effective_to} and begins again on "
                    f"{later.effective_from} ({later.place}). Close the gap, or take one of them out."
                )
        for row in periods:
            for successor in row.replaced_by:
                if row.effective_to == OPEN or codebook.procedure(successor, _day_after(row.effective_to)) is None:
                    yield (
                        f"{row.place}: {code} is replaced by {successor}, which is not in force the day after its end. "
                        "Mend replaced_by, or the period of one of them."
                    )


def _unknown_codes(codebook: Codebook) -> Iterator[str]:
    for delivery in codebook.deliveries:
        if delivery.code:
            yield from misplaced(delivery, delivery.code, Family.DELIVERY, codebook)
            yield from _outside_the_life_of_its_code(delivery, codebook)
    for planning in codebook.plannings:
        if planning.code:
            yield from misplaced(planning, planning.code, Family.PLAN, codebook)
    yield from _unknown_codes_of_services(codebook)
    for limit in codebook.limits:
        if not codebook.history(limit.code):
            yield f"{limit.place}: {limit.code} is not in procedures.toml. Add it there, or take the limit out."


def _unknown_codes_of_services(codebook: Codebook) -> Iterator[str]:
    for guidance in codebook.guidances:
        if guidance.code:
            yield from misplaced(guidance, guidance.code, Family.GUIDANCE, codebook)
            yield from _outside_the_life_of_its_code(guidance, codebook)
    for service in codebook.course_services:
        yield from misplaced(service, service.code, FAMILIES[service.service], codebook)


def _outside_the_life_of_its_code(row: DeliveryRow | GuidanceRow, codebook: Codebook) -> Iterator[str]:
    for day in (row.effective_from, row.effective_to):
        if codebook.history(row.code) and codebook.procedure(row.code, day) is None:
            yield f"{row.place}: {row.code} is not in force on {day} (procedures.toml). Mend one of the periods."


def _day_after(day: date) -> date:
    return OPEN if day == OPEN else day + timedelta(days=1)
