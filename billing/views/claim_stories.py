"""What became of claims, in order: sealed, sent, what partners and payers answered, what was decided since.

Told of one claim on its own page, and of every claim on which a line ever stood on the line's page. Fixed queries.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from zoneinfo import ZoneInfo

from billing.follow_ups import reason_words
from billing.models import (
    Claim,
    ClaimEvent,
    ClaimFile,
    ClaimLine,
    Denial,
    FileReply,
    FollowUp,
    LedgerEntry,
    Remittance,
    RemittanceClaim,
    RemittanceLine,
)
from billing.money import print_dollars
from billing.templatetags.charges import person
from billing.views.story import Event, event
from billing.x12.codes import reason_meaning

_ANSWERS = {
    "received": ("Received", "acknowledged"),
    "accepted": ("Accepted", "accepted"),
    "rejected": ("Rejected", "rejected"),
    "paid": ("Paid", "paid"),
    "denied": ("Denied", "denied"),
    "reversed": ("Payment taken back", "reversed"),
    "forwarded": ("Sent on to the next payer", "sent"),
    "noted": ("Noted", "info"),
}
_REPLIES = {"accepted": "acknowledged", "rejected": "rejected"}
_SENDS = {"7": "replacement", "8": "void", "next": "claim to the next payer"}


def told_of_files(claims: Collection[Claim], zone: ZoneInfo) -> Iterator[Event]:
    """Tell what became of the files of claims: sealed, staged, delivered, and what TA1 and 999 said. One query."""
    files = {claim.file_id: claim.file for claim in claims}
    for file in files.values():
        if file.staged_at and file.staged_at != file.delivered_at:
            yield event(file.staged_at, zone, f"Laid down at {file.partner.name}", "sealed", note=file.name)
        if file.delivered_at:
            yield event(file.delivered_at, zone, f"Delivered in {file.name}", "delivered", note=file.partner.name)
    yield from _replies(files, zone)


def _replies(files: dict[int, ClaimFile], zone: ZoneInfo) -> Iterator[Event]:
    """Tell each answer once, however many sets of the file it speaks of."""
    said: defaultdict[tuple[int, str, int], list[FileReply]] = defaultdict(list)
    for reply in FileReply.objects.filter(file__in=files).order_by("id"):
        said[reply.receipt_id, reply.kind, reply.file_id].append(reply)
    for (_receipt, kind, file_id), replies in said.items():
        outcomes = Counter(reply.outcome for reply in replies)
        words = ", ".join(name if len(outcomes) == 1 else f"{count} {name}" for name, count in outcomes.items())
        state = _REPLIES.get(replies[0].outcome, "warning") if len(outcomes) == 1 else "warning"
        note = next((reply.message for reply in replies if reply.message), files[file_id].name)
        yield event(replies[0].at, zone, f"{kind}: file {words}", state, note=note)


def told_of_claims(claims: Collection[Claim], zone: ZoneInfo, *, names: bool) -> Iterator[Event]:
    """Tell what was said of claims, and what was decided about them. Two queries.

    Args:
        names: say which claim each is about, where the page is not about that one alone.
    """
    numbers = {claim.pk: f" {claim.control_number}" if names else "" for claim in claims}
    for one in ClaimEvent.objects.filter(claim__in=numbers).select_related("by").order_by("id"):
        word, state = _ANSWERS.get(one.outcome, (one.outcome, "info"))
        source = "" if one.level == ClaimEvent.Level.PERSON else f" ({one.get_level_display()})"
        what = f"{word}: claim{numbers[one.claim_id]}{source}"
        yield event(one.at, zone, what, state, who=person(one.by) if one.by else "", note=_said(one))
    follow_ups = FollowUp.objects.filter(claim__in=numbers).select_related(
        "decided_by", "done_by", "sent_as__file", "coverage__payer"
    )
    for follow_up in follow_ups.order_by("id"):
        yield from _told_of_decision(follow_up, f"of claim{numbers[follow_up.claim_id]}" if names else "", zone)


def _said(one: ClaimEvent) -> str:
    parts = [
        one.message,
        f"at {one.where}" if one.where else "",
        f"payer's number {one.payer_claim_number}" if one.payer_claim_number else "",
        f"dated {one.said_on.day} {one.said_on:%b} {one.said_on.year}" if one.said_on else "",
    ]
    return " · ".join(part for part in parts if part)


def _told_of_decision(follow_up: FollowUp, of: str, zone: ZoneInfo) -> Iterator[Event]:
    what = _SENDS[follow_up.kind]
    who = person(follow_up.decided_by)
    to = f" {follow_up.coverage.payer.name}" if follow_up.coverage else ""
    why = reason_words(follow_up.reason_code) if follow_up.reason_code else ""
    moment = follow_up.decided_at
    # Told by hand without a decision before: one deed, told once.
    if follow_up.done_at != moment:
        yield event(moment, zone, f"To be sent: {what} {of}{to}".rstrip(), "waiting", who=who, note=why)
    if follow_up.cancelled_at:
        yield event(follow_up.cancelled_at, zone, f"Taken back: {what} {of}".rstrip(), "cancelled")
    if follow_up.done_at:
        by = person(follow_up.done_by)
        said = "Not sent on" if follow_up.kind == FollowUp.Kind.NEXT_PAYER else "Told the payer by hand"
        yield event(follow_up.done_at, zone, f"{said} {of}".rstrip(), "clean", who=by, note=follow_up.done_note)
    if follow_up.sent_as:
        sent = follow_up.sent_as
        words = f"{what.capitalize()} {of}".rstrip()
        yield event(
            sent.file.sealed_at, zone, f"{words} is claim {sent.control_number}", "claimed", note=sent.file.name
        )


def told_of_ends(lines: Collection[ClaimLine], zone: ZoneInfo) -> Iterator[Event]:
    """Tell when and why lines left their claims. Select ``claim__standing``, ``successor``."""
    for line in lines:
        if line.ended_at:
            yield event(line.ended_at, zone, f"Left claim {line.claim.control_number}", "reversed", note=_why(line))


def _why(line: ClaimLine) -> str:
    if line.successor_id is not None and line.successor_id == line.claim_id:
        return "the payer took the void; what was not reversed waits again"
    if line.successor is not None:
        deed = "voided it" if line.successor.frequency == "8" else "took its place"
        return f"claim {line.successor.control_number} {deed}"
    standing = getattr(line.claim, "standing", None)
    return "the payer refused the claim" if standing and standing.state == "rejected" else "the payer was told by hand"


def told_of_payments(entries: Collection[LedgerEntry], zone: ZoneInfo) -> Iterator[Event]:
    """Tell what remittances said of charges, and what became of denials. Two queries."""
    lines = RemittanceLine.objects.filter(entry__in=entries).select_related("remittance_claim__remittance")
    for line in lines.order_by("remittance_claim", "number"):
        remittance = line.remittance_claim.remittance
        word = "" if remittance.state == remittance.State.POSTED else ", held: not counted yet"
        adjusted = [
            f"{group}-{reason} {print_dollars(amount)}, {reason_meaning(reason)}"
            for group, reason, amount in zip(line.groups, line.reasons, line.adjusted, strict=True)
        ]
        who = remittance.payer_name or "The payer"
        what = f"{who} paid {print_dollars(line.paid)} of {print_dollars(line.charge)}{word}"
        yield event(remittance.at, zone, what, "paid" if line.paid else "denied", note=" · ".join(adjusted))
    for denial in Denial.objects.filter(entry__in=entries).select_related("decided_by").order_by("id"):
        yield event(denial.found_at, zone, f"Denied: {print_dollars(denial.amount)}", "denied", note=_reason(denial))
        if denial.decided_at:
            who = person(denial.decided_by) if denial.decided_by else ""
            yield event(
                denial.decided_at, zone, f"Denial {denial.get_state_display()}", "info", who=who, note=denial.note
            )


def _reason(denial: Denial) -> str:
    return f"{denial.group}-{denial.reason}, {reason_meaning(denial.reason)}" if denial.reason else ""


def told_of_held_payments(claim: Claim, zone: ZoneInfo) -> Iterator[Event]:
    """Tell of remittances that are held, so that nothing of them counts for the claim yet. One query."""
    held = RemittanceClaim.objects.filter(claim=claim, remittance__state=Remittance.State.HELD)
    for paid in held.select_related("remittance").order_by("remittance"):
        who = paid.remittance.payer_name or "The payer"
        what = f"{who} paid {print_dollars(paid.paid)} of {print_dollars(paid.charge)}; the remittance is held"
        yield event(paid.remittance.at, zone, what, "hold", note=f"payment {paid.remittance.trace_number}")
