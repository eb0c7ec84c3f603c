"""What the codes of remittances mean: in this product's own words, else in those of the lists that were loaded."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from billing.cms.kinds import FileKind
from billing.models import PayerCode, ReferenceFile
from billing.remittance.spooling import KnownCodes
from billing.x12 import codes


@dataclass(frozen=True, slots=True)
class Words:
    """Meanings by code, of the lists in force on a day. Empty where nothing says what a code means."""

    reasons: Mapping[str, str] = field(default_factory=dict)
    remarks: Mapping[str, str] = field(default_factory=dict)

    def reason(self, code: str) -> str:
        """Return what the reason of an adjustment (CARC) means; our own words are the shorter, so they go first."""
        return codes.reason_meaning(code) or self.reasons.get(code, "")

    def remark(self, code: str) -> str:
        """Return what a remark (RARC) means."""
        return codes.remark_meaning(code) or self.remarks.get(code, "")


def words_on(day: date) -> Words:
    """Return the meanings that hold on a day: three statements."""
    files = ReferenceFile.objects.filter(
        kind__in=(FileKind.ADJUSTMENT_REASONS, FileKind.REMARKS), effective_from__lte=day
    ).order_by("kind", "-effective_from")
    latest = dict(files.distinct("kind").values_list("kind", "pk"))
    return Words(_names(latest.get(FileKind.ADJUSTMENT_REASONS)), _names(latest.get(FileKind.REMARKS)))


def _names(file_id: int | None) -> dict[str, str]:
    return {} if file_id is None else dict(PayerCode.objects.filter(file=file_id).values_list("code", "name"))


def known_codes(day: date) -> KnownCodes:
    """Return the codes that some list in force on a day knows."""
    words = words_on(day)
    return KnownCodes(codes.known_reasons() | words.reasons.keys(), codes.known_remarks() | words.remarks.keys())
