"""What Medicare's loaded files say of a code on a day: relative values, hospital rates, units, add-on codes, pairs.

Each answer names its file. Where no file of a kind is loaded, the page says so; nothing is made up.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import overload

from django.db.models import Q, QuerySet

from billing.cms.kinds import FileKind
from billing.models import AddOnPair, CodePair, HcpcsCode, OppsRate, ReferenceFile, RelativeValue, UnitLimit
from billing.reference.answers import files_in_force
from billing.reference.overlay import LIMITS, PAIRS, new_meaning
from billing.rules.codebook import Codebook
from billing.rules.lines import ClaimKind
from billing.rules.table_rows import OPEN

USED_AT_LEAST = ("nonQPP", "")
"""Of the two editions of the relative values, the one whose indicators are shown."""


@dataclass(frozen=True, slots=True)
class Published:
    """The rows of a code in the files of a day: seven statements."""

    files: tuple[ReferenceFile, ...]
    relative_values: tuple[RelativeValue, ...]
    hospital_rate: OppsRate | None
    limits: tuple[UnitLimit, ...]
    add_ons: tuple[AddOnPair, ...]
    hcpcs: HcpcsCode | None

    @property
    def loaded(self) -> frozenset[FileKind]:
        """The kinds of which a file holds on the day."""
        return frozenset(FileKind(file.kind) for file in self.files)

    @property
    def bare_value(self) -> RelativeValue | None:
        """The row without a modifier, of the edition that is used unless a provider qualifies."""
        bare = [row for row in self.relative_values if not row.modifier]
        return min(bare, key=lambda row: row.file.edition not in USED_AT_LEAST, default=None)

    def unit_rows(self) -> Iterable[tuple[str, int, int, str, str, date]]:
        """Return the limits as indicators.daily_units takes them."""
        for row in self.limits:
            claim = LIMITS[FileKind(row.file.kind)].value
            source = f"{row.file.name}, line {row.line}"
            yield claim, row.units, row.indicator, row.rationale, source, row.file.effective_from

    @property
    def says_anything(self) -> bool:
        """Whether any file names the code."""
        return bool(self.relative_values or self.hospital_rate or self.limits or self.add_ons or self.hcpcs)


def published(*, code: str, on: date) -> Published:
    """Return what the files of a day say."""
    files = tuple(files_in_force(on))
    ids = [file.pk for file in files]
    return Published(
        files,
        tuple(
            RelativeValue.objects.filter(file__in=ids, code=code).select_related("file").order_by("file", "modifier")
        ),
        OppsRate.objects.filter(file__in=ids, code=code).select_related("file").first(),
        tuple(UnitLimit.objects.filter(file__in=ids, code=code).select_related("file").order_by("file")),
        tuple(_add_ons(ids, code, on)),
        HcpcsCode.objects.filter(file__in=ids, code=code).select_related("file").first(),
    )


def _add_ons(file_ids: Collection[int], code: str, on: date) -> Iterable[AddOnPair]:
    rows = AddOnPair.objects.filter(
        Q(effective_to=None) | Q(effective_to__gte=on), Q(add_on=code) | Q(primary=code),
        file__in=file_ids, effective_from__lte=on,
    )  # fmt: skip
    return rows.select_related("file").order_by("add_on", "primary")[:100]


# --- pairs ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PairShown:
    """A code that may not stand beside ours on a day, or only with a modifier. ``is_paid``: ours is the paid one."""

    partner: str
    partner_name: str
    claim: str
    is_paid: bool
    indicator: int
    rationale: str
    effective_from: date
    effective_to: date | None
    source: str
    warns: bool
    """Whether it is only warned of: one of the codes has got another meaning since the publication."""


class Pairs(Sequence[PairShown]):
    """The pairs of a code on a day, as a paginator takes them: those of loaded files, else of the tables."""

    def __init__(
        self, known: Published, codebook: Codebook, code: str, on: date, *, partner: str = "", claim: str = ""
    ) -> None:
        """Take what was asked: pairs with a partner that begins so, on one kind of claim."""
        self._codebook, self._code, self._on = codebook, code, on
        self._partner, self._claim = partner, claim
        ids = [file.pk for file in known.files if FileKind(file.kind) in PAIRS]
        self.is_loaded = bool(ids)
        self._names = {row.code: row.name for row in codebook.procedures if row.covers(on)}
        self._rows = self._loaded(ids) if ids else None
        self._shown = [] if ids else self._of_tables()

    def __len__(self) -> int:
        return len(self._shown) if self._rows is None else self._rows.count()

    @overload
    def __getitem__(self, part: int) -> PairShown: ...

    @overload
    def __getitem__(self, part: slice) -> Sequence[PairShown]: ...

    def __getitem__(self, part: int | slice) -> PairShown | Sequence[PairShown]:
        if self._rows is None:
            return self._shown[part]
        if isinstance(part, int):
            return self._of_row(self._rows[part])
        return [self._of_row(row) for row in self._rows[part]]

    def _loaded(self, ids: Collection[int]) -> QuerySet[CodePair]:
        ours = Q(column1=self._code, column2__startswith=self._partner)
        theirs = Q(column2=self._code, column1__startswith=self._partner)
        kinds = [kind for kind, claim in PAIRS.items() if self._claim in ("", claim.value)]
        return (
            CodePair.objects.filter(ours | theirs, Q(effective_to=None) | Q(effective_to__gte=self._on))
            .filter(file__in=ids, file__kind__in=kinds, effective_from__lte=self._on, indicator__in=(0, 1))
            .select_related("file")
            .order_by("file__kind", "column1", "column2", "line")
        )

    def _of_row(self, row: CodePair) -> PairShown:
        is_paid = row.column1 == self._code
        partner = row.column2 if is_paid else row.column1
        return PairShown(
            partner, self._names.get(partner, ""), PAIRS[FileKind(row.file.kind)].value, is_paid, row.indicator,
            row.rationale, row.effective_from, row.effective_to, f"{row.file.name}, line {row.line}",
            self._means_another(row),
        )  # fmt: skip

    def _means_another(self, row: CodePair) -> bool:
        """Whether a code of the pair has got another meaning between its file and the day."""
        since = row.file.effective_from
        return any(new_meaning(self._codebook, one, since) <= self._on for one in (row.column1, row.column2))

    def _of_tables(self) -> list[PairShown]:
        found = []
        for row in self._codebook.pairs:
            if self._code not in (row.column1, row.column2) or not row.covers(self._on):
                continue
            is_paid = row.column1 == self._code
            partner = row.column2 if is_paid else row.column1
            if not partner.startswith(self._partner) or (self._claim and row.claim != ClaimKind(self._claim)):
                continue
            last = None if row.effective_to == OPEN else row.effective_to
            found.append(
                PairShown(
                    partner,
                    self._names.get(partner, ""),
                    row.claim.value,
                    is_paid,
                    row.indicator,
                    row.rationale,
                    row.effective_from,
                    last,
                    row.source,
                    not row.holds_on(self._on),
                )
            )
        return sorted(found, key=lambda pair: (pair.claim, pair.partner, not pair.is_paid))
