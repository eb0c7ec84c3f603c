"""Codes by the beginning of the code or by words: those of the rules, the price lists, the ledger, the loaded files.

Asked for nothing, the list has what the practice itself uses. Asked for something, Medicare's files and the licensed
descriptors are looked through as well. The number of statements is fixed.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Count, Max, Q

from billing.models import CodeDescriptor, DescriptorFile, FeeLine, HcpcsCode, LedgerEntry, RelativeValue
from billing.reference.answers import files_in_force
from billing.reference.overlay import current_codebook
from billing.rules.codebook import Codebook
from billing.rules.rows import Procedure

MOST_OF_FILES = 200
"""So many codes are taken of each loaded file; a search that finds more is to be narrowed."""


@dataclass(slots=True)
class CodeHit:
    """A code that was found: its name in our words or none, where it is known from, how often it was charged."""

    code: str
    name: str = ""
    period: Procedure | None = None
    places: list[str] = field(default_factory=list)
    lines: int = 0
    last_on: date | None = None
    is_in_force: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found; ``is_cut`` if a loaded file had more."""

    hits: tuple[CodeHit, ...]
    is_cut: bool


def search_codes(*, text: str, on: date, family: str = "") -> Found:
    """Return the codes that begin so, or whose names hold all the words: codes of that beginning first, by code.

    Args:
        text: the beginning of a code, or words; nothing lists what the practice uses.
        on: the day by which names and files are chosen.
        family: only codes of a family of the rules.
    """
    codebook, words = current_codebook(), text.upper().split()
    hits: dict[str, CodeHit] = {}
    _of_tables(hits, codebook, words, on)
    _of_practice(hits, codebook, words, on)
    is_cut = bool(words) and _of_files(hits, words, on)
    chosen = [hit for hit in hits.values() if not family or (hit.period and hit.period.family == family)]
    begins = words[0] if len(words) == 1 else " "
    ordered = sorted(chosen, key=lambda hit: (not hit.code.startswith(begins), hit.period is None, hit.code))
    return Found(tuple(ordered), is_cut)


def _hit(hits: dict[str, CodeHit], code: str, place: str) -> CodeHit:
    hit = hits.setdefault(code, CodeHit(code))
    if place not in hit.places:
        hit.places.append(place)
    return hit


def _is_asked(words: Collection[str], code: str, name: str) -> bool:
    """Whether a code begins with the only word, or its name holds all of them."""
    said = name.upper()
    return not words or (len(words) == 1 and code.startswith(next(iter(words)))) or all(word in said for word in words)


def _of_tables(hits: dict[str, CodeHit], codebook: Codebook, words: Collection[str], on: date) -> None:
    for code in {row.code for row in codebook.procedures}:
        periods = sorted(codebook.history(code), key=lambda row: row.effective_from)
        if any(_is_asked(words, code, row.name) for row in periods):
            hit = _hit(hits, code, "rules")
            _name(hit, periods, on)


def _name(hit: CodeHit, periods: list[Procedure], on: date) -> None:
    begun = [row for row in periods if row.effective_from <= on]
    hit.period = begun[-1] if begun else periods[0]
    hit.name, hit.is_in_force = hit.period.name, hit.period.covers(on)


def _of_practice(hits: dict[str, CodeHit], codebook: Codebook, words: Collection[str], on: date) -> None:
    """Add codes that have a price or a line; one of no table is found by its beginning alone."""
    charged = (
        LedgerEntry.objects.filter(kind=LedgerEntry.Kind.CHARGE)
        .order_by()
        .values_list("code")
        .annotate(lines=Count("id"), last_on=Max("service_on"))
    )
    for code, lines, last_on in charged:
        if code in hits or (not codebook.history(code) and _is_asked(words, code, "")):
            hit = _hit(hits, code, "charged")
            hit.lines, hit.last_on = lines, last_on
    for code in FeeLine.objects.filter(withdrawn_at=None).order_by("code").values_list("code", flat=True).distinct():
        if code in hits or (not codebook.history(code) and _is_asked(words, code, "")):
            _hit(hits, code, "prices")


def _of_files(hits: dict[str, CodeHit], words: list[str], on: date) -> bool:
    """Add what the loaded files of the day name; return whether one of them had more."""
    ids = [file.pk for file in files_in_force(on)]
    begins = Q(code__startswith=words[0]) if len(words) == 1 else Q(pk=None)
    hcpcs = HcpcsCode.objects.filter(begins | _all_words("name", words), file__in=ids, code__regex="^.{5}$")
    named = list(hcpcs.order_by("code").values_list("code", "short_name", "name")[: MOST_OF_FILES + 1])
    for code, short, name in named[:MOST_OF_FILES]:
        hit = _hit(hits, code, "HCPCS file")
        hit.name = hit.name or short or name
    valued = list(_valued(begins, ids)) if len(words) == 1 else []
    for code in valued[:MOST_OF_FILES]:
        _hit(hits, code, "relative values")
    edition = DescriptorFile.objects.filter(effective_from__lte=on).order_by("-effective_from").values("pk")[:1]
    described = CodeDescriptor.objects.filter(begins | _all_words("descriptor", words), file__in=edition)
    licensed = list(described.order_by("code").values_list("code", flat=True)[: MOST_OF_FILES + 1])
    for code in licensed[:MOST_OF_FILES]:
        _hit(hits, code, "licensed descriptors")
    return max(len(named), len(valued), len(licensed)) > MOST_OF_FILES


def _valued(begins: Q, file_ids: Collection[int]) -> Iterator[str]:
    rows = RelativeValue.objects.filter(begins, file__in=file_ids).order_by("code")
    yield from rows.values_list("code", flat=True).distinct()[: MOST_OF_FILES + 1]


def _all_words(column: str, words: Iterable[str]) -> Q:
    asked = Q()
    for word in words:
        asked &= Q(**{f"{column}__icontains": word})
    return asked
