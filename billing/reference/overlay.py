"""What the loaded files say of the codes that are charged here, over the tables that the rules ship with.

The codebook with that overlay is kept by the revision of what is loaded: while nothing is loaded, one statement
asks for it. A course captured under another revision is stale; see billing/capture/basis.py.
"""

from collections.abc import Collection, Iterator
from datetime import date
from typing import NamedTuple

from django.db import connection
from django.db.models import Max

from billing.cms.kinds import TITLES, FileKind
from billing.models import CodePair, ReferenceFile, UnitLimit
from billing.rules import load_codebook
from billing.rules.codebook import Codebook
from billing.rules.lines import ClaimKind
from billing.rules.pair_rows import NEVER, WITH_MODIFIER, Pair, PairFile
from billing.rules.rows import Limit
from billing.rules.table_rows import OPEN

PAIRS = {
    FileKind.PAIRS_PRACTITIONER: ClaimKind.PROFESSIONAL,
    FileKind.PAIRS_HOSPITAL: ClaimKind.INSTITUTIONAL,
}
LIMITS = {
    FileKind.LIMITS_PRACTITIONER: ClaimKind.PROFESSIONAL,
    FileKind.LIMITS_HOSPITAL: ClaimKind.INSTITUTIONAL,
}
ASKED_BY_RULES = (*PAIRS, *LIMITS, FileKind.RELATIVE_VALUES)
"""The kinds that a charge may turn on. Loading another changes no course."""

REVISION_SQL = """
    SELECT COALESCE(left(md5(string_agg(
             concat_ws(' ', id, kind, effective_from, edition, part, sha256), ',' ORDER BY id)), 12), '') AS revision
      FROM oncocharge_billing_referencefile WHERE kind IN ({})
""".format(", ".join(f"'{kind.value}'" for kind in ASKED_BY_RULES))
"""One short text that is another whenever another set of files is loaded; empty while there is none."""


class _Kept(NamedTuple):
    """The codebook of one revision. Replaced as a whole, so that threads may share it."""

    revision: str
    tables: Codebook
    codebook: Codebook


_kept: list[_Kept] = []


def current_codebook() -> Codebook:
    """Return the tables with what is loaded over them: one statement, four more after a load."""
    return codebook_of(_read_revision())


def codebook_of(revision: str) -> Codebook:
    """Return the tables with what is loaded over them, by what was just read as its revision: four after a load."""
    tables = load_codebook()
    if not revision:
        return tables
    for kept in _kept:
        if kept.revision == revision and kept.tables is tables:
            return kept.codebook
    kept = _Kept(revision, tables, with_loaded_files(tables))
    _kept[:] = [kept]
    return kept.codebook


def _read_revision() -> str:
    with connection.cursor() as cursor:
        cursor.execute(REVISION_SQL)
        return str(cursor.fetchone()[0])


def with_loaded_files(tables: Codebook) -> Codebook:
    """Return tables, which need not be those in force, with what is loaded over them: four statements."""
    codes = {row.code for row in tables.procedures}
    newest = ReferenceFile.objects.filter(kind=FileKind.RELATIVE_VALUES).aggregate(day=Max("effective_from"))["day"]
    return tables.with_loaded(
        limits=tuple(_limits(tables, codes)),
        pairs=tuple(_pairs(tables, codes)),
        pair_files=tuple(_pair_files()),
        relative_values_from=newest,
    )


# --- limits -----------------------------------------------------------------------------------------------------------


def _limits(tables: Codebook, codes: Collection[str]) -> Iterator[Limit]:
    marked = {(row.claim, row.code): row.warning_from for row in tables.limits}
    rows = UnitLimit.objects.filter(code__in=codes, file__kind__in=LIMITS)
    for kind, name, published, line, code, units, mai, rationale in rows.values_list(
        "file__kind", "file__name", "file__effective_from", "line", "code", "units", "indicator", "rationale"
    ):
        claim = LIMITS[FileKind(kind)]
        changed = marked.get((claim, code), OPEN)
        yield Limit(
            name,
            line,
            published,
            OPEN,
            _source(kind, published),
            claim=claim,
            code=code,
            units=units,
            # A publication from before a code's new meaning says nothing of it, be it loaded or shipped.
            warning_from=changed if changed > published else OPEN,
            mai=mai,
            rationale=rationale,
        )


# --- pairs ------------------------------------------------------------------------------------------------------------


def _pairs(tables: Codebook, codes: Collection[str]) -> Iterator[Pair]:
    rows = CodePair.objects.filter(
        file__kind__in=PAIRS, column1__in=codes, column2__in=codes, indicator__in=(NEVER, WITH_MODIFIER)
    )
    # Of two periods that overlap the stricter one comes first.
    for kind, name, published, line, column1, column2, begins, ends, indicator, rationale in rows.order_by(
        "indicator", "line"
    ).values_list(
        "file__kind", "file__name", "file__effective_from", "line", "column1", "column2", "effective_from",
        "effective_to", "indicator", "rationale",
    ):  # fmt: skip
        yield Pair(
            name,
            line,
            begins,
            ends or OPEN,
            _source(kind, published),
            claim=PAIRS[FileKind(kind)],
            published=published,
            column1=column1,
            column2=column2,
            indicator=indicator,
            rationale=rationale,
            warning_from=min(new_meaning(tables, column1, published), new_meaning(tables, column2, published)),
        )


def new_meaning(tables: Codebook, code: str, published: date) -> date:
    """Return from when a code means another thing than on the day of a publication; ``OPEN`` if it does not."""
    begins = sorted(row.effective_from for row in tables.history(code))
    return next((day for day in begins[1:] if day > published), OPEN)


def _pair_files() -> Iterator[PairFile]:
    files = ReferenceFile.objects.filter(kind__in=PAIRS)
    for kind, published, first, last in files.values_list("kind", "effective_from", "first_code", "last_code"):
        yield PairFile(PAIRS[FileKind(kind)], published, first, last)


def _source(kind: str, published: date) -> str:
    return f"{TITLES[FileKind(kind)]}, loaded, from {published}"
