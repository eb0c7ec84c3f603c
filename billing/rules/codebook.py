"""The tables, typed and answered by day: which code, level, form, place and limit stood on a date of service.

``load_codebook`` reads the folder once and keeps it. It refuses cells that it cannot read; whether the rows
leave gaps or overlap is asked by table_checks.py. No rule stands here: a look-up never looks at a course.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from copy import copy
from datetime import date, timedelta
from functools import cache
from itertools import chain, product
from pathlib import Path
from typing import TypeVar

from billing.rules import event_rows, rows, service_rows
from billing.rules.code_rows import read_code_tables
from billing.rules.lines import ClaimKind
from billing.rules.pair_rows import Pair, PairFile, PairTable, over, publications, read_pair
from billing.rules.table_rows import OPEN, DatedRow, TableError, TableFile
from courses.terms import EventFamily, Guidance, Site, Technique
from patients.terms import Bills, DeliveryCodeSet, PayerKind, Setting

TABLES = Path(__file__).parent / "tables"


Row = TypeVar("Row", bound=DatedRow)
Key = TypeVar("Key", bound=Hashable)


def in_force(periods: Iterable[Row], day: date) -> Row | None:
    """Return the row that holds on ``day``; check_tables sees to it that there is at most one."""
    for row in periods:
        if row.effective_from <= day <= row.effective_to:
            return row
    return None


def _grouped(pairs: Iterable[tuple[Key, Row]]) -> dict[Key, tuple[Row, ...]]:
    groups: defaultdict[Key, list[Row]] = defaultdict(list)
    for key, row in pairs:
        groups[key].append(row)
    return {key: tuple(of_key) for key, of_key in groups.items()}


def _changes(row: DatedRow) -> Iterator[date]:
    yield row.effective_from
    if row.effective_to < OPEN:
        yield row.effective_to + timedelta(days=1)


class Codebook:
    """Every table, by what it is asked for. Read only; one is shared by all threads."""

    def __init__(self, folder: Path) -> None:
        """Read the folder.

        Raises:
            TableError: a file, cell or source is missing or cannot be read; all faults at once.
        """
        self.relative_values_from: date | None = None
        """First day of the newest relative value file that was loaded; none beside the tables' own extract."""
        faults: list[str] = []
        tables = TableFile(folder, faults)
        self.procedures = tuple(rows.read_procedure(row) for row in tables.rows("procedures.toml"))
        self.deliveries = tuple(
            rows.read_delivery(row) for kind in ("row", "none") for row in tables.rows("delivery.toml", kind)
        )
        self.sites = tuple(rows.read_site(row) for row in tables.rows("sites.toml"))
        self.levels = tuple(rows.read_level(row) for row in tables.rows("levels.toml"))
        self.code_sets = tuple(rows.read_code_set(row) for row in tables.rows("code_sets.toml"))
        self.plannings = tuple(rows.read_planning(row) for row in tables.rows("planning.toml"))
        self.guidances = tuple(service_rows.read_guidance(row) for row in tables.rows("guidance.toml"))
        self.course_services = tuple(
            service_rows.read_course_service(row) for row in tables.rows("course_services.toml")
        )
        self.companions = tuple(event_rows.read_companion(row) for row in tables.rows("companions.toml"))
        self.events = tuple(event_rows.read_event(row) for row in tables.rows("events.toml"))
        self.bundles = tuple(event_rows.read_bundle(row) for row in tables.rows("bundles.toml"))
        self.forms = tuple(rows.read_form(row) for row in tables.rows("forms.toml"))
        self.places = tuple(rows.read_place(row) for row in tables.rows("places.toml"))
        self.modifiers = tuple(rows.read_modifier(row) for row in tables.rows("modifiers.toml"))
        self.limits = tuple(rows.read_limit(row) for row in tables.csv_rows("limits.csv"))
        self.pairs = tuple(read_pair(row) for row in tables.csv_rows("pairs.csv"))
        self.pair_files = publications(self.pairs)
        self.code_tables = read_code_tables(tables)
        if faults:
            raise TableError(faults)
        self._index()
        self._index_published()

    def with_loaded(
        self,
        *,
        limits: Iterable[rows.Limit] = (),
        pairs: Iterable[Pair] = (),
        pair_files: Iterable[PairFile] = (),
        relative_values_from: date | None = None,
    ) -> "Codebook":
        """Return another codebook in which later publications stand beside those of the tables.

        One of the same day takes the place of the tables' own. ``pair_files`` name the publications of pairs that came
        in parts, so that a part is not taken for the whole.
        """
        loaded = copy(self)
        loaded.limits = (*limits, *self.limits)
        loaded.pairs, loaded.pair_files = over(self.pairs, self.pair_files, pairs, pair_files)
        loaded.relative_values_from = relative_values_from or self.relative_values_from
        loaded._index_published()
        return loaded

    def _index_published(self) -> None:
        """Index what is published anew each quarter."""
        self._limits = _grouped(
            ((row.claim, row.code), row)
            for row in sorted(self.limits, key=lambda row: row.effective_from, reverse=True)
        )
        self._pairs = PairTable(self.pairs, self.pair_files)

    def _index(self) -> None:
        self._procedures = _grouped((row.code, row) for row in self.procedures)
        self._deliveries = _grouped(
            ((technique, code_set), row)
            for row in self.deliveries
            for technique in row.techniques
            for code_set in DeliveryCodeSet
            if row.code_set in ("any", code_set)
        )
        self._sites = _grouped((row.site, row) for row in self.sites)
        self._levels = _grouped((row.technique, row) for row in self.levels)
        self._code_sets = _grouped(((row.payer, row.setting), row) for row in self.code_sets)
        self._plannings = _grouped(((t, row.imrt_planned), row) for row in self.plannings for t in row.techniques)
        self._guidances = _grouped(
            ((setting, code_set, payer, guidance), row)
            for row in self.guidances
            for setting, code_set, payer, guidance in product(row.settings, DeliveryCodeSet, row.payers, row.guidance)
            if row.code_set in ("any", code_set)
        )
        self._course_services = _grouped((row.service, row) for row in self.course_services)
        self._companions = _grouped(
            ((row.companion, code, compensator), row)
            for row in self.companions
            for code, compensator in product(row.plan_codes, row.compensator)
        )
        self._events = _grouped((row.event, row) for row in self.events)
        self._bundles = _grouped((code, row) for row in self.bundles for code in row.codes)
        self._forms = _grouped(((row.setting, row.bills, row.pc_tc), row) for row in self.forms)
        self._places = _grouped(((row.setting, row.named), row) for row in self.places)
        self._modifiers = _grouped((row.modifier, row) for row in self.modifiers)
        dated: Iterable[DatedRow] = chain(
            self.procedures,
            self.deliveries,
            self.sites,
            self.levels,
            self.code_sets,
            self.plannings,
            self.guidances,
            self.course_services,
            self.companions,
            self.events,
            self.bundles,
            self.forms,
            self.places,
        )
        self.changes = tuple(sorted({change for row in dated for change in _changes(row)}))

    def era(self, day: date) -> int:
        """Return the number of the stretch of days around ``day`` in which no row of any table begins or ends.

        What the tables answer for one day they answer for every day of its era: look-ups may be kept by era.
        """
        return bisect_right(self.changes, day)

    def procedure(self, code: str, day: date) -> rows.Procedure | None:
        """Return the code as it stands on ``day``; ``None`` if it is not in force (E1)."""
        return in_force(self._procedures.get(code, ()), day)

    def history(self, code: str) -> tuple[rows.Procedure, ...]:
        """Return every period of a code, in the table's order; none if the tables do not know it."""
        return self._procedures.get(code, ())

    def delivery(self, technique: Technique, code_set: DeliveryCodeSet, day: date) -> list[rows.DeliveryRow]:
        """Return the rows among which a technique's answer decides on ``day``."""
        of_technique = self._deliveries.get((technique, code_set), ())
        return [row for row in of_technique if row.effective_from <= day <= row.effective_to]

    def site(self, site: Site, day: date) -> rows.SiteRow | None:
        """Return the level of a treated site."""
        return in_force(self._sites.get(site, ()), day)

    def level(self, technique: Technique, day: date) -> rows.LevelRow | None:
        """Return the level of a technique by itself."""
        return in_force(self._levels.get(technique, ()), day)

    def code_set(self, payer: PayerKind, setting: Setting, day: date) -> rows.CodeSetRow | None:
        """Return the code set by default (E3)."""
        return in_force(self._code_sets.get((payer, setting), ()), day)

    def planning(self, technique: Technique, imrt_planned: bool, day: date) -> rows.PlanningRow | None:
        """Return what an approved plan may earn."""
        return in_force(self._plannings.get((technique, imrt_planned), ()), day)

    def guidance(
        self, setting: Setting, code_set: DeliveryCodeSet, payer: PayerKind, guidance: Guidance, day: date
    ) -> service_rows.GuidanceRow | None:
        """Return what guidance of a session earns (G1-G4)."""
        return in_force(self._guidances.get((setting, code_set, payer, guidance), ()), day)

    def course_service(self, service: service_rows.CourseService, day: date) -> service_rows.CourseServiceRow | None:
        """Return the code of a service that is counted over a course (M1, M2, M5, M6, G5)."""
        return in_force(self._course_services.get(service, ()), day)

    def companion(
        self, companion: event_rows.Companion, plan_code: str, compensator: bool, day: date
    ) -> event_rows.CompanionRow | None:
        """Return what a plan of this code earns beside its line (P3, P4, P5)."""
        return in_force(self._companions.get((companion, plan_code, compensator), ()), day)

    def event(self, event: EventFamily, day: date) -> event_rows.EventRow | None:
        """Return what an event earns; ``None`` for one that earns nothing by itself."""
        return in_force(self._events.get(event, ()), day)

    def bundle(self, code: str, day: date) -> event_rows.BundleRow | None:
        """Return the plan that a code is part of (P6)."""
        return in_force(self._bundles.get(code, ()), day)

    def form(self, setting: Setting, bills: Bills, pc_tc: int, day: date) -> rows.FormRow | None:
        """Return the claims and modifiers of a code's components (C1, C2)."""
        return in_force(self._forms.get((setting, bills, pc_tc), ()), day)

    def place(self, setting: str, named: str, day: date) -> rows.PlaceRow | None:
        """Return the place of service to write (C6)."""
        return in_force(self._places.get((setting, named), ()), day)

    def modifier_ruled_out(self, modifier: str, day: date) -> rows.ModifierRow | None:
        """Return the row that rules a modifier out for every code of ours on ``day`` (C7)."""
        return in_force(self._modifiers.get(modifier, ()), day)

    def limit(self, claim: ClaimKind, code: str, day: date) -> rows.Limit | None:
        """Return the daily limit of the latest publication up to ``day``; before the first one, the first."""
        published = self._limits.get((claim, code), ())
        for limit in published:
            if limit.effective_from <= day:
                return limit
        return published[-1] if published else None

    def pair(self, claim: ClaimKind, column1: str, column2: str, day: date) -> Pair | None:
        """Return why ``column2`` may not stand beside ``column1`` (M9); ``None`` where it may."""
        return self._pairs.find(claim, column1, column2, day)


@cache
def load_codebook(folder: Path = TABLES) -> Codebook:
    """Return the codebook of a folder of tables, read once.

    Raises:
        TableError: the tables cannot be read.

    >>> load_codebook().procedure("77418", date(2014, 12, 31)).replaced_by
    ('77385', '77386', 'G6015')
    >>> load_codebook().procedure("77418", date(2015, 1, 1)) is None
    True
    """
    return Codebook(folder)
