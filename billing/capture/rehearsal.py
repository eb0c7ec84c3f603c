"""What a line would be before it is keyed: its price and all that the rules find, in their own words. Writes nothing.

The rules are asked twice about the same facts, without the line and with it; what appears is what keying it would
bring, on its own line or on others of the day. PostgreSQL itself refuses a write meanwhile.
"""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from billing.capture.facts import LoadedCourse, load_courses
from billing.capture.foresight import compare_findings
from billing.capture.preview import reading_only
from billing.models import ManualLine
from billing.pricing import Price, load_fees
from billing.reference.overlay import codebook_of
from billing.rules import charge_lines
from billing.rules.coding import NOBODY, Renderer
from billing.rules.facts import ManualLineFacts
from billing.rules.lines import ChargeLine, Finding, Origin, Severity

NEW = "new"
"""The key of a line that is not stored yet."""


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What would come of a keyed line. ``line`` is missing where the rules refuse it, or another takes its place."""

    line: ChargeLine | None
    price: Price | None
    refusals: tuple[Finding, ...]
    findings: tuple[Finding, ...]
    """The holds and warnings that appear, of this line and of others."""
    vanishing: tuple[Finding, ...]
    """Those that would no longer stand."""

    @property
    def digest(self) -> str:
        """Return a short text that is another whenever other findings appear; empty where none do."""
        if not self.findings:
            return ""
        told = "\n".join(sorted(f"{finding.code} {finding.message}" for finding in self.findings))
        return hashlib.sha256(told.encode()).hexdigest()[:16]


def rehearse(*, line: ManualLine) -> Rehearsal:
    """Return what would come of keying ``line``, or of letting a stored one read so: four statements."""
    key = str(line.pk) if line.pk else NEW
    with reading_only():
        loaded = load_courses([line.course_id])[line.course_id]
        codebook = codebook_of(loaded.files)
        others = tuple(one for one in loaded.facts.manual_lines if one.key != key)
        before = charge_lines(loaded.facts, codebook)
        after = charge_lines(replace(loaded.facts, manual_lines=(*others, _facts(line, key))), codebook)
        made = next((one for one in after.lines if _is_of(one, key)), None)
        price = None if made is None else _price(made, loaded)
    appearing, vanishing = compare_findings(before.findings, after.findings)
    refused = [one for one in after.findings if one.severity is Severity.REFUSED and one.subject == key]
    return Rehearsal(
        made, price, tuple(refused), tuple(one for one in appearing if one.severity is not Severity.REFUSED), vanishing
    )


def _facts(line: ManualLine, key: str) -> ManualLineFacts:
    provider = Renderer(str(line.provider_id)) if line.provider_id else NOBODY
    return ManualLineFacts(
        key,
        line.code,
        line.service_on,
        line.units,
        tuple(line.modifiers),
        line.narrative,
        line.attachment,
        ordinal=line.pk or 2**31,
        diagnoses=tuple(line.diagnoses),
        provider=provider,
    )


def _is_of(line: ChargeLine, key: str) -> bool:
    return line.earned_by is Origin.MANUAL_LINE and line.subject == key


def _price(line: ChargeLine, course: LoadedCourse) -> Price | None:
    payer_id, setting = course.insurance.payer_on(line.on), course.facts.practice.setting.value
    fees = load_fees(payer_ids=[payer_id] if payer_id else [], codes=[line.code])
    return fees.price(
        payer_id=payer_id, setting=setting, code=line.code, modifiers=line.modifiers, on=line.on, units=line.units
    )


def prices_of(*, course_id: int, codes: Collection[str], on: date) -> Mapping[str, Price]:
    """Return what one unit of each code costs the course on a day, without modifiers: three statements."""
    course = load_courses([course_id])[course_id]
    payer_id, setting = course.insurance.payer_on(on), course.facts.practice.setting.value
    fees = load_fees(payer_ids=[payer_id] if payer_id else [], codes=codes)
    nothing: Sequence[str] = ()
    asked = {
        code: fees.price(payer_id=payer_id, setting=setting, code=code, modifiers=nothing, on=on, units=1)
        for code in codes
    }
    return {code: price for code, price in asked.items() if price is not None}
