"""A price list out of Medicare's own: relative values, cost indices and conversion factor, or hospital rates.

Reads what load_cms stored and answers wanted prices; nothing is written. Each price carries how it was computed,
so that the row still says so when a corrected file has taken the place of the one it came from. What has no
price is named with the reason, never priced at zero.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet

from billing.cms.kinds import FileKind
from billing.fees.formula import NATIONAL, CostIndices, Resources, payment, share
from billing.fees.prices import LARGEST_FEE, WantedPrice
from billing.models import Gpci, OppsRate, ReferenceFile, RelativeValue
from billing.money import print_amount, print_dollars

PRICED = frozenset("ART")
"""Status codes whose relative values are payable: active, restricted coverage, paid only when alone."""
WITHOUT_PRICE = {
    "B": "bundled", "C": "priced by the contractor", "E": "excluded by regulation", "I": "not valid for Medicare",
    "J": "anesthesia", "M": "measurement only", "N": "not covered", "P": "bundled or excluded",
    "Q": "therapy information only", "X": "excluded by law",
}  # fmt: skip
_TECHNICAL = frozenset("13")
"""PC/TC indicators of codes whose bare form on a hospital's own claim is the technical service."""
TIMES = "\N{MULTIPLICATION SIGN}"
WEIGHED = ("work", "practice expense", "malpractice")
PHYSICIAN, HOSPITAL = "physician fee schedule", "outpatient hospital rates"


@dataclass(frozen=True, slots=True)
class Recipe:
    """What to compute from.

    ``values`` prices physicians' and freestanding services; ``rates`` the technical services of a hospital.
    Without a locality the nation's indices stand; without a conversion factor that of each row of the file.
    ``technical`` are the codes of which the house knows that the bare form on a hospital's claim is the technical
    service: Medicare's file does not say it of codes that its physician schedule does not pay.
    """

    values: ReferenceFile | None
    rates: ReferenceFile | None
    codes: Collection[str]
    effective_from: date
    technical: Collection[str] = ()
    effective_to: date | None = None
    locality: Gpci | None = None
    conversion_factor: Decimal | None = None
    is_facility: bool = False
    percent: Decimal = Decimal(100)


@dataclass(slots=True)
class Computed:
    """The prices, and of each code and modifier without one why."""

    prices: list[WantedPrice] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Priced:
    """What Medicare pays for one unit, and how that came about."""

    payment: Decimal
    said: Mapping[str, str]


def files_of(kind: FileKind) -> QuerySet[ReferenceFile]:
    """Return the loaded files of a kind, the latest first."""
    return ReferenceFile.objects.filter(kind=kind).order_by("-effective_from", "edition")


def localities() -> QuerySet[Gpci]:
    """Return the localities of every loaded index file, the latest file first, by state and name."""
    return Gpci.objects.select_related("file").order_by("-file__effective_from", "state", "name")


def conversion_factor_of(values: ReferenceFile) -> Decimal | None:
    """Return the conversion factor that the file's payable rows carry."""
    rows = RelativeValue.objects.filter(file=values, status="A", conversion_factor__gt=0).order_by("line")
    return rows.values_list("conversion_factor", flat=True).first()


def compute(recipe: Recipe) -> Computed:
    """Return the prices of the recipe's codes. Two statements at most.

    1. Relative values: a row for each of the file's, by modifier (none, 26, TC, 53), in the setting asked for.
    2. Hospital rates price the bare code of a technical service; then relative values price only what is professional.
    3. A code of which neither file knows anything is left out, too.
    """
    found = Computed()
    seen: set[str] = set()
    technical = set(recipe.technical)
    if recipe.values is not None:
        rows = list(
            RelativeValue.objects.filter(file=recipe.values, code__in=recipe.codes).order_by("code", "modifier")
        )
        technical |= _technical_codes(rows)
        for row in rows:
            seen.add(row.code)
            if recipe.rates is not None and not row.modifier and row.code in technical:
                continue
            _add(found, recipe, (row.code, row.modifier), _physician_price(recipe, recipe.values, row))
    if recipe.rates is not None:
        seen |= _add_hospital(found, recipe, recipe.rates, technical)
    found.left_out += [f"{code}: in none of the chosen files" for code in sorted(set(recipe.codes) - seen)]
    return found


def _technical_codes(rows: Iterable[RelativeValue]) -> set[str]:
    return {row.code for row in rows if not row.modifier and row.pc_tc in _TECHNICAL}


def _add(found: Computed, recipe: Recipe, key: tuple[str, str], priced: "Priced | str") -> None:
    """Add a price, or the reason why there is none."""
    code, modifier = key
    written = f"{code}-{modifier}" if modifier else code
    if isinstance(priced, str):
        found.left_out.append(f"{written}: {priced}")
        return
    amount = share(priced.payment, recipe.percent)
    if not 0 < amount <= LARGEST_FEE:
        found.left_out.append(f"{written}: {print_dollars(amount)} is no fee")
        return
    computation = {**priced.said, "payment": print_amount(priced.payment), "percent": _plain(recipe.percent)}
    found.prices.append(WantedPrice(code, modifier, amount, recipe.effective_from, recipe.effective_to, computation))


# --- physicians and freestanding centres -----------------------------------------------------------------------------


def _physician_price(recipe: Recipe, file: ReferenceFile, row: RelativeValue) -> Priced | str:
    why_not = _why_no_value(recipe, row)
    factor = recipe.conversion_factor or row.conversion_factor
    if why_not or not factor:
        return why_not or "no conversion factor in the file; write one"
    expense = row.pe_facility if recipe.is_facility else row.pe_non_facility
    indices = _indices(recipe.locality)
    resources = Resources(row.work, expense, row.malpractice)
    said = {
        "how": PHYSICIAN,
        "file": file.name,
        "quarter": file.effective_from.isoformat(),
        "line": str(row.line),
        "setting": "facility" if recipe.is_facility else "non-facility",
        "work": str(row.work),
        "practice expense": str(expense),
        "malpractice": str(row.malpractice),
        "locality": _place(recipe.locality),
        "work index": str(indices.work),
        "practice expense index": str(indices.practice_expense),
        "malpractice index": str(indices.malpractice),
        "conversion factor": str(factor),
    }
    return Priced(payment(resources, indices, factor), said)


def _why_no_value(recipe: Recipe, row: RelativeValue) -> str:
    if row.status not in PRICED:
        return f"status {row.status}, {WITHOUT_PRICE.get(row.status, 'without a price')}"
    if row.na_facility if recipe.is_facility else row.na_non_facility:
        return f"not done in {'a facility' if recipe.is_facility else 'an office'} (NA)"
    total = row.total_facility if recipe.is_facility else row.total_non_facility
    return "" if total > 0 else "no relative values"


def _indices(locality: Gpci | None) -> CostIndices:
    return NATIONAL if locality is None else CostIndices(locality.work, locality.pe, locality.mp)


def _place(locality: Gpci | None) -> str:
    return (
        "nation"
        if locality is None
        else f"{locality.name.title()}, {locality.state} ({locality.mac} {locality.locality})"
    )


# --- hospitals -------------------------------------------------------------------------------------------------------


def _add_hospital(found: Computed, recipe: Recipe, file: ReferenceFile, technical: Collection[str]) -> set[str]:
    """Add the technical services by the hospital's rates; return the codes that the file knows.

    What is not known as technical keeps the physicians' price, if they have one: a schedule has one bare row a code.
    """
    seen: set[str] = set()
    priced = {price.code for price in found.prices if not price.modifier}
    told_of = {reason.partition(":")[0] for reason in found.left_out}
    for row in OppsRate.objects.filter(file=file, code__in=recipe.codes).order_by("code"):
        seen.add(row.code)
        if row.code not in technical and (row.code in priced or (row.code in told_of and not row.payment_rate)):
            continue
        _add(found, recipe, (row.code, ""), _hospital_price(file, row))
    missing = set(technical).intersection(recipe.codes) - seen
    found.left_out += [f"{code}: no hospital rate in {file.name}" for code in sorted(missing)]
    return seen | missing


def _hospital_price(file: ReferenceFile, row: OppsRate) -> Priced | str:
    if not row.payment_rate:
        return f"no hospital rate (status indicator {row.status_indicator})"
    said = {
        "how": HOSPITAL,
        "file": file.name,
        "quarter": file.effective_from.isoformat(),
        "line": str(row.line),
        "status indicator": row.status_indicator,
        "APC": row.apc,
    }
    return Priced(row.payment_rate, said)


# --- words -----------------------------------------------------------------------------------------------------------


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"


def told(computation: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield how a price was computed, as terms and values; nothing where somebody entered it."""
    if not computation:
        return
    source = f"{computation['file']}, from {computation['quarter']}, line {computation['line']}"
    paid = print_dollars(Decimal(computation["payment"]))
    if computation["how"] == PHYSICIAN:
        weighed = " + ".join(f"{computation[kind]} {TIMES} {computation[f'{kind} index']}" for kind in WEIGHED)
        yield "Relative values", f"{source}; {computation['setting']}"
        yield "Cost indices", computation["locality"]
        yield "Medicare pays", f"({weighed}) {TIMES} {computation['conversion factor']} = {paid}"
    else:
        yield "Hospital rate", f"{source}; APC {computation['APC'] or 'none'}, status {computation['status indicator']}"
        yield "Medicare pays", paid
    if computation["percent"] != "100":
        yield "Of it", f"{computation['percent']}%"
