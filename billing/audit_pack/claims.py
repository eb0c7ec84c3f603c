"""The sections of claims and money: exports, acknowledgments, payments, adjustments, denials, what was decided."""

from collections.abc import Iterator

from django.db.models import Q

from billing.audit_pack.charges import written
from billing.audit_pack.clinical import named
from billing.audit_pack.sections import Row, Section, columns, joined
from billing.models import (
    Claim,
    ClaimEvent,
    ClaimLine,
    Denial,
    EntryBalance,
    FileReply,
    FollowUp,
    RemittanceAdjustment,
    RemittanceClaim,
    RemittanceLine,
)
from billing.remittance.denials import PAYMENT_TAKEN_BACK
from billing.x12.codes import reason_meaning
from courses.models import Course

_FREQUENCIES = {"1": "original", "7": "replacement", "8": "void"}


def claim_sections(course: Course) -> Iterator[Section]:
    """Yield the sections: ten queries."""
    claims = list(
        Claim.objects.filter(course=course)
        .select_related("file__partner", "payer", "standing", "replaces", "rendering_provider")
        .order_by("id")
    )
    numbers = {one.pk: one.control_number for one in claims}
    yield _claims(claims)
    yield _files(claims)
    yield _claim_lines(numbers)
    yield _acknowledgments(numbers, {one.file_id for one in claims})
    yield _payments(numbers)
    yield _adjustments(numbers)
    yield _balances(course)
    yield _denials(numbers)
    yield _follow_ups(numbers)


def _claims(claims: list[Claim]) -> Section:
    return Section(
        "claims",
        "Claims",
        "Every claim as it was sealed, and where it stands.",
        columns(("Claim", 1.2), ("Kind", 1.0), ("What", 1.6), ("Payer", 1.5), ("Diagnoses", 1.4), ("Provider", 1.3),
                ("Amount", 0.8, True), ("Stands", 0.9), ("Payer's number", 1.2), ("File", 1.6)),
        tuple(_claim(one) for one in claims),
    )  # fmt: skip


def _claim(one: Claim) -> Row:
    what = _FREQUENCIES.get(one.frequency, one.frequency)
    if one.replaces:
        what += f" of {one.replaces.control_number}"
    standing = getattr(one, "standing", None)
    return (
        one.control_number, one.claim_kind, f"{what}, payer {one.sequence}", one.payer.name, " ".join(one.diagnoses),
        str(one.rendering_provider or ""), one.total_amount, standing.get_state_display() if standing else "no answer",
        standing.payer_claim_number if standing else "", one.file.name,
    )  # fmt: skip


def _files(claims: list[Claim]) -> Section:
    files = {one.file_id: one.file for one in claims}
    rows = tuple(
        (
            one.name, one.partner.name, f"{one.control_number:09d}", one.batch_id, one.sealed_at, one.delivered_at,
            one.acknowledged_at, one.claim_count, one.sha256,
        )
        for one in files.values()
    )  # fmt: skip
    return Section(
        "exports",
        "Exports",
        "The files that carried the claims, sealed before they were sent: control numbers and hash of the bytes.",
        columns(("File", 1.7), ("Partner", 1.1), ("ISA13", 0.7), ("BHT03", 1.0), ("Sealed", 1.1), ("Delivered", 1.1),
                ("Acknowledged", 1.1), ("Claims", 0.6, True), ("SHA-256", 2.6)),
        rows,
    )  # fmt: skip


def _claim_lines(numbers: dict[int, str]) -> Section:
    found = ClaimLine.objects.filter(claim__in=numbers).select_related("entry", "successor").order_by("claim", "number")
    rows = tuple(
        (
            numbers[one.claim_id], one.number, one.entry_id, written(one.entry.code, one.entry.modifiers),
            one.entry.service_on, one.entry.units, one.amount, one.revenue_code, one.ended_at,
            one.successor.control_number if one.successor else "",
        )
        for one in found
    )  # fmt: skip
    return Section(
        "claim_lines",
        "Lines of claims",
        "Which entry stood on which claim, and when it left it.",
        columns(("Claim", 1.3), ("Line", 0.5, True), ("Entry", 0.7, True), ("Code", 1.0), ("Day", 0.9),
                ("Units", 0.5, True), ("Amount", 0.9, True), ("Revenue code", 0.8), ("Left it", 1.2),
                ("Gone to claim", 1.3)),
        rows,
    )  # fmt: skip


def _acknowledgments(numbers: dict[int, str], files: set[int]) -> Section:
    rows: list[Row] = [
        (
            one.at, one.kind, one.file.name,
            joined([one.outcome, f"set {one.set_number}" if one.set_number else ""], ", "), " ".join(one.codes),
            one.message, "",
        )
        for one in FileReply.objects.filter(file__in=files).select_related("file").order_by("id")
    ]  # fmt: skip
    rows += [
        (
            one.at, one.get_level_display(), numbers[one.claim_id], one.outcome, " ".join(one.codes),
            joined([one.message, one.where, _their_number(one)]), named(one.by),
        )
        for one in ClaimEvent.objects.filter(claim__in=numbers).select_related("by").order_by("id")
    ]  # fmt: skip
    return Section(
        "acknowledgments",
        "Acknowledgments",
        "What partners and payers answered to files and claims, and what a person noted.",
        columns(("At", 1.1), ("Answer", 1.2), ("File or claim", 1.7), ("Outcome", 1.0), ("Codes", 1.1), ("Says", 3.6),
                ("Entered by", 1.1)),
        tuple(sorted(rows, key=lambda row: str(row[0]))),
    )  # fmt: skip


def _their_number(one: ClaimEvent) -> str:
    return f"payer's number {one.payer_claim_number}" if one.payer_claim_number else ""


def _payments(numbers: dict[int, str]) -> Section:
    paid = RemittanceClaim.objects.filter(claim__in=numbers).select_related("remittance", "matched_user")
    lines = RemittanceLine.objects.filter(remittance_claim__claim__in=numbers).select_related("entry")
    by_claim: dict[int, list[RemittanceLine]] = {}
    for line in lines.order_by("remittance_claim", "number"):
        by_claim.setdefault(line.remittance_claim_id, []).append(line)
    rows: list[Row] = []
    for one in paid.order_by("remittance", "number"):
        remittance = one.remittance
        head = (
            remittance.paid_on, remittance.payer_name, remittance.trace_number, remittance.state,
            numbers[one.claim_id or 0],
        )  # fmt: skip
        matched = joined([one.get_matched_by_display(), named(one.matched_user)], ", ")
        rows.append((*head, "whole claim", one.charge, one.paid, one.patient_amount, matched))
        rows += [(*head, _service(line), line.charge, line.paid, None, line.get_matched_by_display())
                 for line in by_claim.get(one.pk, ())]  # fmt: skip
    return Section(
        "payments",
        "Payments",
        "What remittances paid of claims and lines. Held or repeated remittances count nothing until they are posted.",
        columns(("Paid on", 0.9), ("Payer", 1.4), ("Trace", 1.2), ("Remittance", 0.8), ("Claim", 1.2), ("Of", 1.5),
                ("Charged", 0.9, True), ("Paid", 0.9, True), ("Patient's part", 0.9, True), ("Matched by", 1.5)),
        tuple(rows),
    )  # fmt: skip


def _service(line: RemittanceLine) -> str:
    code = written(line.code, line.modifiers)
    return f"{code}, entry {line.entry_id}" if line.entry_id else code


def _adjustments(numbers: dict[int, str]) -> Section:
    found = RemittanceAdjustment.objects.filter(claim__in=numbers).order_by("remittance_claim", "line_number", "number")
    rows = tuple(
        (
            numbers[one.claim_id or 0], one.entry_id, one.line_number or "claim", f"{one.group}-{one.reason}",
            reason_meaning(one.reason), one.amount, one.state,
        )
        for one in found
    )  # fmt: skip
    return Section(
        "adjustments",
        "Adjustments",
        "Why payers paid less than was charged, reason by reason.",
        columns(("Claim", 1.3), ("Entry", 0.7, True), ("Line", 0.6), ("Reason", 0.9), ("In our words", 4.5),
                ("Amount", 0.9, True), ("Remittance", 0.9)),
        rows,
    )  # fmt: skip


def _balances(course: Course) -> Section:
    found = EntryBalance.objects.filter(Q(entry__course=course)).select_related("entry").order_by("entry")
    rows = tuple(
        (
            one.entry_id, written(one.entry.code, one.entry.modifiers), one.entry.service_on, one.charged, one.paid,
            one.contract, one.patient, one.open,
        )
        for one in found
    )  # fmt: skip
    return Section(
        "balances",
        "What became of the money",
        "By charge, over all posted remittances. A reversed charge asks nothing.",
        columns(("Entry", 0.7, True), ("Code", 1.0), ("Day", 1.0), ("Charged", 1.0, True), ("Paid", 1.0, True),
                ("By contract", 1.0, True), ("Patient", 1.0, True), ("Open", 1.0, True)),
        rows,
    )  # fmt: skip


def _denials(numbers: dict[int, str]) -> Section:
    found = (
        Denial.objects.filter(claim__in=numbers)
        .select_related("worked_by", "decided_by", "remittance_claim")
        .order_by("denied_on", "id")
    )
    rows = tuple(
        (
            one.denied_on, numbers[one.claim_id], one.entry_id, f"{one.group}-{one.reason}".strip("-"),
            PAYMENT_TAKEN_BACK if one.is_taken_back else reason_meaning(one.reason),
            one.amount, one.appeal_until, one.get_state_display(), named(one.worked_by),
            joined([named(one.decided_by), one.note], ": "),
        )
        for one in found.order_by("denied_on", "id")
    )  # fmt: skip
    return Section(
        "denials",
        "Denials",
        "What payers refused, until when it may be appealed, and what is done about it.",
        columns(("Denied on", 0.8), ("Claim", 1.2), ("Entry", 0.6, True), ("Reason", 0.8), ("In our words", 2.4),
                ("Amount", 0.8, True), ("Appeal until", 0.8), ("State", 0.9), ("Worked by", 1.1), ("Decided", 1.8)),
        rows,
    )  # fmt: skip


def _follow_ups(numbers: dict[int, str]) -> Section:
    found = FollowUp.objects.filter(claim__in=numbers).select_related(
        "decided_by", "done_by", "sent_as", "coverage__payer"
    )
    rows = tuple(
        (
            one.decided_at, named(one.decided_by), numbers[one.claim_id], one.get_kind_display(),
            one.coverage.payer.name if one.coverage else "", one.sent_as.control_number if one.sent_as else "",
            joined([f"by hand, {named(one.done_by)}: {one.done_note}" if one.done_at else "", one.error]),
            one.cancelled_at,
        )
        for one in found.order_by("decided_at", "id")
    )  # fmt: skip
    return Section(
        "follow_ups",
        "Corrections, voids, next payers",
        "What was decided about claims that had been sent, and what became of it.",
        columns(("Decided", 1.1), ("By", 1.3), ("Claim", 1.2), ("What", 1.2), ("Next payer", 1.2), ("Sent as", 1.2),
                ("Said", 2.4), ("Taken back", 1.1)),
        rows,
    )  # fmt: skip
