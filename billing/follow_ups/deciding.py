"""Decisions about a claim that changed since it was sent: send its correction, take that back, or told by hand.

Each locks the money of the claim's course first, looks at the claim as it is then, and says in words why not.
"""

import re
from collections.abc import Collection
from datetime import datetime

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from billing import ledger, worklist
from billing.claims import let_ask_anew
from billing.findings import resolve_findings
from billing.follow_ups.claim_numbers import payer_claim_numbers
from billing.follow_ups.corrections import (
    CODE,
    MOVED,
    REPLACING,
    Correction,
    correction_of,
    standing_follow_ups,
)
from billing.follow_ups.reasons import reasons_for
from billing.models import CaptureMark, Claim, ClaimEvent, ClaimLine, FollowUp, Review, StandingFinding
from courses.models import Course
from patients.roles import Role, has_role

MAY_DECIDE = frozenset({Role.BILLER, Role.BILLING_MANAGER, Role.ADMINISTRATOR})
NOTE_LENGTH = 200
NUMBER_LENGTH = 50
_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ./_#-]*")
NOTHING_CHANGED = "Nothing of this claim changed since it was sent."
REVERSED_TOO = "Lines of this claim were reversed too. Send its correction, or tell the payer by hand."
NOTHING_STANDS = "No line stands on this claim any more: the payer refused it, or another took its place."


def decide_correction(
    *, claim_id: int, kind: str, payer_claim_number: str, reason_code: str, by: User, at: datetime
) -> FollowUp:
    """Let the next export send the correction of a claim: a replacement, or a void.

    The lines that a replacement brings are released with it, under the rules of every release. Deciding twice is
    deciding once; a decision of the other kind is taken back. The payer's claim number, where it is not the one
    that was known, is noted as an event of the claim.

    Raises:
        PermissionDenied: the user does not bill.
        ValidationError: by field; nothing is stored.
    """
    require_biller(by)
    with transaction.atomic():
        correction = _locked_correction(claim_id)
        _refuse_wrong_kind(correction, kind)
        _refuse_while_next_payer_has_it(correction)
        number = _number(payer_claim_number or correction.payer_claim_number)
        _refuse_what_payer_does_not_take(correction)
        reason = _reason(correction.claim, kind, reason_code)
        _note_number(correction, number, by, at)
        if kind == FollowUp.Kind.REPLACEMENT:
            _release(correction, by, at)
        standing = correction.follow_up
        if standing is not None and standing.kind == kind:
            standing.payer_claim_number, standing.reason_code = number, reason
            standing.save(update_fields=["payer_claim_number", "reason_code"])
            return standing
        if standing is not None:
            _cancel(standing, at)
        return FollowUp.objects.create(
            claim=correction.claim,
            kind=kind,
            payer_claim_number=number,
            reason_code=reason,
            decided_by=by,
            decided_at=at,
        )


def cancel(*, follow_up_id: int, by: User, at: datetime) -> FollowUp:
    """Take a decision back, as long as no export has sent it. Twice is once.

    Raises:
        PermissionDenied: the user does not bill.
        ValidationError: it went out already, or was done by hand.
    """
    require_biller(by)
    with transaction.atomic():
        course_ids = FollowUp.objects.filter(pk=follow_up_id).values_list("claim__course_id", flat=True)
        ledger.lock_courses(course_ids=list(course_ids))
        found = FollowUp.objects.select_for_update().filter(pk=follow_up_id).first()
        if found is None:
            raise ValidationError("There is no such decision.")
        if found.sent_as_id is not None:
            raise ValidationError("It went out already: what was sent cannot be taken back, only corrected again.")
        if found.done_at is not None:
            raise ValidationError("The payer was told by hand. That cannot be taken back here.")
        if found.cancelled_at is None:
            _cancel(found, at)
        return found


def note_told_by_hand(*, claim_id: int, note: str, by: User, at: datetime) -> FollowUp:
    """Note that the payer was told of what changed, and how. The reversed lines leave the claim, for good.

    What came instead may then be released, and goes out as new. So do lines of days that are another payer's now; they
    wait again to be reviewed. Of a claim that did not change, or whose coverage is of another payer now, all leave; was
    it one to a next payer, that payer may be asked anew, or another. Of a void it says that the payer took it, as its
    answer would (billing/claims/voids.py).

    Raises:
        PermissionDenied: the user does not bill.
        ValidationError: no note, or no line stands on the claim.
    """
    require_biller(by)
    said = required_note(note)
    with transaction.atomic():
        correction = _locked_correction(claim_id)
        claim = correction.claim
        _refuse_while_next_payer_has_it(correction)
        is_void = claim.frequency == FollowUp.Kind.VOID
        is_same = not correction.changed and not correction.moved
        is_whole = is_void or is_same or claim.coverage.payer_id != claim.payer_id
        kind = FollowUp.Kind.VOID if is_whole else correction.proposal
        follow_up = correction.follow_up or FollowUp(claim=claim, kind=kind, decided_by=by, decided_at=at)
        follow_up.done_at, follow_up.done_by, follow_up.done_note = at, by, said
        follow_up.save()
        left = ClaimLine.objects.filter(claim=claim, ended_at=None)
        if not is_whole:
            moved = [one.line.entry_id for one in correction.moved]
            left = left.filter(entry__in=[*(line.before.pk for line in correction.changed), *moved])
        entry_ids = list(left.values_list("entry_id", flat=True))
        left.update(ended_at=at, successor=claim if is_void else None)
        _settle_findings(entry_ids)
        _let_wait(entry_ids, at)
        if is_whole:
            asked = FollowUp.objects.filter(standing_follow_ups(), claim=claim, kind=FollowUp.Kind.NEXT_PAYER)
            asked.update(cancelled_at=at)
            let_ask_anew(claim_ids=[claim.pk])
        # What the lines earn, and cost whoever is the first payer now, may be otherwise: nothing goes before a capture.
        CaptureMark.objects.filter(course=claim.course_id).exclude(basis="").update(basis="the payer was told by hand")
        return follow_up


def leave_as_it_stands(*, claim_id: int, note: str, by: User, at: datetime) -> None:
    """Leave a claim with its payer though another is the first on its days now, and keep why; it asks no more.

    Until yet another payer is the first, or its lines go elsewhere and come back. Twice is once.

    Raises:
        PermissionDenied: the user does not bill.
        ValidationError: no note; or its days are its payer's, lines were reversed too, or a correction is decided.
    """
    require_biller(by)
    said = required_note(note, "Say why the payer keeps the claim.")
    with transaction.atomic():
        correction = _locked_correction(claim_id)
        if not correction.may_stay:
            raise ValidationError(_why_not_stay(correction))
        entries = [one.line.entry_id for one in correction.moved]
        found = StandingFinding.objects.filter(code=MOVED, entry__in=entries, resolved_at=None, overridden_at=None)
        if found.update(overridden_at=at, overridden_by=by, override_reason=said):
            ClaimEvent.objects.create(
                claim=correction.claim,
                level=ClaimEvent.Level.PERSON,
                outcome="noted",
                message=f"Left as it stands, though another payer is the first on its days now: {said}",
                at=at,
                by=by,
            )


def _why_not_stay(correction: Correction) -> str:
    if correction.follow_up is not None:
        return f"The {correction.follow_up.get_kind_display()} is decided. Take that back first."
    return REVERSED_TOO if correction.changed else NOTHING_CHANGED


def _let_wait(entry_ids: Collection[int], at: datetime) -> None:
    """Open the reviews of charges that left their claim as they were sent; capture looks at them again."""
    reviews = Review.objects.filter(entry__in=entry_ids, entry__waiting__isnull=False, state="released")
    reviews.update(state="open", reason="The payer was told by hand", by=None, at=at)


def require_biller(by: User) -> None:
    """Refuse a user who does not bill.

    Raises:
        PermissionDenied: so it is.
    """
    if not has_role(by, *MAY_DECIDE):
        raise PermissionDenied("Only those who bill decide about claims that were sent.")


def required_note(note: str, missing: str = "Say how: a call with its reference, the payer's site, a letter.") -> str:
    """Return the note, trimmed.

    Raises:
        ValidationError: there is none, or it is longer than is kept.
    """
    said = note.strip()
    if not said:
        raise ValidationError({"note": [missing]})
    if len(said) > NOTE_LENGTH:
        raise ValidationError({"note": [f"The note has {len(said)} characters; at most {NOTE_LENGTH} are kept."]})
    return said


def _locked_correction(claim_id: int) -> Correction:
    """Lock the money of the claim's course; return what changed of the claim as it is then."""
    claim = Claim.objects.filter(pk=claim_id).first()
    if claim is None:
        raise ValidationError("There is no such claim.")
    # A release looks at all courses of the patient; what it locks is locked here, all at once.
    courses = Course.objects.filter(patient=claim.patient_id).order_by()
    ledger.lock_courses(course_ids=set(courses.values_list("pk", flat=True)))
    list(FollowUp.objects.select_for_update().filter(standing_follow_ups(), claim=claim))
    found = correction_of(claim_id)
    if found is None:
        raise ValidationError(NOTHING_STANDS)
    return found


def _refuse_wrong_kind(correction: Correction, kind: str) -> None:
    if kind not in (FollowUp.Kind.REPLACEMENT, FollowUp.Kind.VOID):
        raise ValidationError({"kind": [f"'{kind}' is no correction: choose 7, a replacement, or 8, a void."]})
    if correction.claim.frequency == FollowUp.Kind.VOID:
        raise ValidationError("This claim is a void itself, which cannot be corrected.")
    if kind == FollowUp.Kind.REPLACEMENT and not correction.changed and not correction.moved:
        raise ValidationError(NOTHING_CHANGED)
    if kind == FollowUp.Kind.REPLACEMENT and correction.proposal != kind:
        empty = "Nothing is left to claim: a replacement would be empty. Void the claim."
        raise ValidationError({"kind": [correction.why_void or empty]})


def _refuse_while_next_payer_has_it(correction: Correction) -> None:
    """Refuse to free lines for a payer that has them already, as the one that pays next: it would get them twice."""
    goes_to = {one.line.entry_id: one.payer.pk for one in correction.moved}
    goes_to |= {line.before.pk: line.payer.pk for line in correction.changed if line.payer is not None}
    if not goes_to:
        return
    standing = ClaimLine.objects.filter(entry__in=goes_to, ended_at=None).exclude(sequence="P")
    for line in standing.exclude(claim__frequency=FollowUp.Kind.VOID).select_related("claim__payer"):
        if line.claim.payer_id == goes_to[line.entry_id]:
            raise ValidationError(
                f"{line.claim.payer.name} is the first payer now, and has lines of this claim already as the one that"
                f" pays next, on claim {line.claim.control_number}. Void that one first, or it gets them twice."
            )


def _release(correction: Correction, by: User, at: datetime) -> None:
    """Release what came instead; a replacement goes whole or not at all."""
    if correction.claim.sequence != "P":
        return  # what the first payer has got is released
    decided = worklist.release(entry_ids=[entry.pk for entry in correction.instead], by=by, at=at)
    if decided.refused:
        codes = {entry.pk: f"{entry.code} of {entry.service_on}" for entry in correction.instead}
        raise ValidationError(
            [f"{codes[one.entry_id]} cannot be released: {one.reason} Mend it, or hold it, and the replacement goes"
             " without it." for one in decided.refused]
        )  # fmt: skip


def _refuse_what_payer_does_not_take(correction: Correction) -> None:
    if not correction.takes_corrections:
        payer = correction.claim.payer.name
        raise ValidationError(
            f"{payer} takes no corrected claims electronically (its policy says so). Tell it by hand, and note how."
        )


def _number(number: str) -> str:
    said = number.strip()
    if not said:
        raise ValidationError({"payer_claim_number": ["A correction names the payer's own claim number. Enter it."]})
    if len(said) > NUMBER_LENGTH or not _NUMBER.fullmatch(said):
        message = f"'{said}' is no claim number: letters, digits and . / - _ #, at most {NUMBER_LENGTH}."
        raise ValidationError({"payer_claim_number": [message]})
    return said


def _reason(claim: Claim, kind: str, reason_code: str) -> str:
    if claim.claim_kind != "institutional":
        return ""
    known = dict(reasons_for(kind))
    if reason_code not in known:
        message = f"Choose why: an institutional correction says it by one of {', '.join(sorted(known))}."
        raise ValidationError({"reason_code": [message]})
    return reason_code


def _note_number(correction: Correction, number: str, by: User, at: datetime) -> None:
    if payer_claim_numbers([correction.claim]).get(correction.claim.pk) == number:
        return
    ClaimEvent.objects.create(
        claim=correction.claim,
        level=ClaimEvent.Level.PERSON,
        outcome="noted",
        message="The payer's claim number was entered.",
        payer_claim_number=number,
        at=at,
        by=by,
    )


def _cancel(follow_up: FollowUp, at: datetime) -> None:
    follow_up.cancelled_at = at
    follow_up.save(update_fields=["cancelled_at"])


def _settle_findings(entry_ids: Collection[int]) -> None:
    """Close the findings of charges that left their claim, and of those that came instead; capture would, in a minute.

    A charge that stands on another payer's claim too still asks for that one.
    """
    standing = ClaimLine.objects.filter(entry__in=entry_ids, ended_at=None).values_list("entry_id", flat=True)
    gone = set(entry_ids) - set(standing)
    settled = StandingFinding.objects.filter(resolved_at=None, code=CODE, entry__reverses__in=gone)
    let_go = StandingFinding.objects.filter(resolved_at=None, code=REPLACING, entry__replaces__in=gone)
    moved = StandingFinding.objects.filter(resolved_at=None, code=MOVED, entry__in=entry_ids)
    resolve_findings(
        finding_ids=[pk for found in (settled, let_go, moved) for pk in found.values_list("pk", flat=True)]
    )
