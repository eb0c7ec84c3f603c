"""What became of a line, in order: posted, looked at, decided, on claims, sent, answered, paid, reversed, replaced."""

from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from django.db.models import Prefetch, QuerySet

from billing.models import ClaimLine, LedgerEntry, StandingFinding
from billing.money import print_dollars
from billing.templatetags.charges import charge_code, person
from billing.views.claim_stories import told_of_claims, told_of_ends, told_of_files, told_of_payments
from billing.views.edit_stories import told_of_edits
from billing.views.hold_stories import told_of_questions, told_of_reviews
from billing.views.story import Event, event

_FREQUENCIES = {"1": "original", "7": "replacement", "8": "void"}


def story_of(entry: LedgerEntry, zone: ZoneInfo, *, shows_money: bool = True) -> list[Event]:
    """Return all that happened to a line and to what stood in its place before, oldest first. At most 16 queries."""
    entries = list(_entries(entry))
    lines = [line for entry in entries for line in entry.claim_lines.all()]
    claims = {line.claim_id: line.claim for line in lines}.values()
    events = [*_postings(entries, zone, shows_money), *_claims(lines, zone)]
    events += [*told_of_reviews(entries, zone), *told_of_questions(entries, zone)]
    events += _findings(entries, zone)
    events += told_of_edits(entry, zone)
    if claims:
        events += [*told_of_files(claims, zone), *told_of_claims(claims, zone, names=True), *told_of_ends(lines, zone)]
    if claims and shows_money:
        events += told_of_payments(entries, zone)
    return sorted(events, key=lambda one: one.moment)


def _entries(entry: LedgerEntry) -> QuerySet[LedgerEntry]:
    lines = ClaimLine.objects.select_related("claim__file__partner", "claim__standing", "claim__payer", "successor")
    same = LedgerEntry.objects.filter(course_id=entry.course_id, line_key=entry.line_key)
    return same.select_related("posted_by").prefetch_related(Prefetch("claim_lines", lines)).order_by("id")


def _postings(entries: Sequence[LedgerEntry], zone: ZoneInfo, shows_money: bool) -> Iterator[Event]:
    for entry in entries:
        who = person(entry.posted_by) if entry.posted_by else "by the rules"
        amount = f", {print_dollars(entry.amount)}" if shows_money and entry.amount is not None else ""
        if entry.kind == LedgerEntry.Kind.REVERSAL:
            reason = str(entry.because.get("reason", ""))
            yield event(
                entry.posted_at, zone, f"Reversed {charge_code(entry)}{amount}", "reversed", who=who, note=reason
            )
        else:
            what = "Posted again as" if entry.generation > 1 else "Posted"
            yield event(entry.posted_at, zone, f"{what} {charge_code(entry)}{amount}", "draft", who=who)


def _claims(lines: Sequence[ClaimLine], zone: ZoneInfo) -> Iterator[Event]:
    for line in lines:
        claim = line.claim
        what = f"On claim {claim.control_number}, line {line.number}"
        note = f"{_FREQUENCIES[claim.frequency]} to {claim.payer.name}, {claim.file.name}"
        yield event(claim.file.sealed_at, zone, what, "claimed", note=note)


def _findings(entries: Sequence[LedgerEntry], zone: ZoneInfo) -> Iterator[Event]:
    findings = StandingFinding.objects.filter(entry__in=entries).select_related("overridden_by").order_by("id")
    for finding in findings:
        yield event(finding.found_at, zone, f"Found: {finding.message}", finding.severity, note=finding.code)
        if finding.overridden_at:
            who = person(finding.overridden_by)
            what = f"Let pass: {finding.code.replace('-', ' ')}"
            yield event(finding.overridden_at, zone, what, "overridden", who=who, note=finding.override_reason)
        if finding.resolved_at:
            yield event(finding.resolved_at, zone, f"No longer found: {finding.code.replace('-', ' ')}", "clean")
