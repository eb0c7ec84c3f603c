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
from billing.findings import resolve_findings
from billing.follow_ups.corrections import (
    CODE,
    REPLACING,
    Correction,
    correction_of,
    payer_claim_numbers,
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

    What came instead may then be released, and goes out as new. Of a claim that did not change, or whose coverage is of
    another payer now, all lines leave, and wait again to be reviewed.

    Raises:
        PermissionDenied: the user does not bill.
        ValidationError: no note, or no line stands on the claim.
    """
    require_biller(by)
    said = required_note(note)
    with transaction.atomic():
        correction = _locked_correction(claim_id)
        claim = correction.claim
        is_whole = not correction.changed or claim.coverage.payer_id != claim.payer_id
        kind = FollowUp.Kind.VOID if is_whole else correction.proposal
        follow_up = correction.follow_up or FollowUp(claim=claim, kind=kind, decided_by=by, decided_at=at)
        follow_up.done_at, follow_up.done_by, follow_up.done_note = at, by, said
        follow_up.save()
        left = ClaimLine.objects.filter(claim=claim, ended_at=None)
        if not is_whole:
            left = left.filter(entry__in=[line.before.pk for line in correction.changed])
        entry_ids = list(left.values_list("entry_id", flat=True))
        left.update(ended_at=at)
        _settle_findings(entry_ids)
        _let_wait(claim, entry_ids, at)
        return follow_up


def _let_wait(claim: Claim, entry_ids: Collection[int], at: datetime) -> None:
    """Open the reviews of charges that left their claim as they were sent; capture looks at them again."""
    reviews = Review.objects.filter(entry__in=entry_ids, entry__waiting__isnull=False, state="released")
    if reviews.update(state="open", reason="The payer was told by hand", by=None, at=at):
        CaptureMark.objects.filter(course=claim.course_id).update(basis="")


def require_biller(by: User) -> None:
    """Refuse a user who does not bill.

    Raises:
        PermissionDenied: so it is.
    """
    if not has_role(by, *MAY_DECIDE):
        raise PermissionDenied("Only those who bill decide about claims that were sent.")


def required_note(note: str) -> str:
    """Return the note, trimmed.

    Raises:
        ValidationError: there is none, or it is longer than is kept.
    """
    said = note.strip()
    if not said:
        raise ValidationError({"note": ["Say how: a call with its reference, the payer's site, a letter."]})
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
    resolve_findings(finding_ids=[*settled.values_list("pk", flat=True), *let_go.values_list("pk", flat=True)])
