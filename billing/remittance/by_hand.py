"""Paid claims of which none of ours was found: what they might be, and a person's word on what they are."""

from dataclasses import dataclass, field
from datetime import date, datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q, QuerySet

from billing.models import Claim, ClaimLine, Remittance, RemittanceClaim
from billing.remittance.after_refusal import take_effect_by_hand
from billing.remittance.releasing import RemittanceError
from billing.remittance.storing import match_lines_again

MOST_SUGGESTIONS = 6
_LOOKED_AT = 60


@dataclass(slots=True)
class Suggestion:
    """A claim of ours that a paid claim may be, and what speaks for it."""

    claim: Claim
    agrees: list[str] = field(default_factory=list)
    """In words; the more the likelier. It is still a person who decides."""


def unmatched_claims() -> QuerySet[RemittanceClaim]:
    """Return the paid claims that wait for a person, those of the latest remittance first."""
    waiting = RemittanceClaim.objects.filter(matched_by="").exclude(remittance__state=Remittance.State.REPEATED)
    return waiting.select_related("remittance").order_by("-remittance_id", "number")


def suggestions(paid: RemittanceClaim) -> list[Suggestion]:
    """Return claims that agree in name, day, charge or line numbers; those that agree in most come first."""
    lines = list(paid.lines.all())
    days = {line.served_on for line in lines if line.served_on} | ({paid.served_from} if paid.served_from else set())
    entries = [int(line.control_number[1:]) for line in lines if _is_number(line.control_number)]
    named = Q(patient__last_name__iexact=paid.patient_last_name) if paid.patient_last_name else Q(pk__in=[])
    member = Q(coverage__member_id__iexact=paid.patient_identifier) if paid.patient_identifier else Q(pk__in=[])
    by_line = Q(pk__in=ClaimLine.objects.filter(entry_id__in=entries).values("claim_id"))
    claims = Claim.objects.filter(named | member | by_line).select_related("patient", "payer", "coverage")
    found = [_weighed(claim, paid, days, entries) for claim in claims.order_by("-pk")[:_LOOKED_AT]]
    return sorted(found, key=lambda one: -len(one.agrees))[:MOST_SUGGESTIONS]


def _is_number(text: str) -> bool:
    return text[:1] in ("L", "l") and text[1:].isascii() and text[1:].isdecimal() and len(text) <= len("L") + 18


def _is_same(ours: str, given: str) -> bool:
    return bool(given) and ours.casefold() == given.casefold()


def _weighed(claim: Claim, paid: RemittanceClaim, days: set[date], entries: list[int]) -> Suggestion:
    ours = [(line.entry_id, line.entry.service_on) for line in claim.lines.select_related("entry")]
    person = claim.patient
    facts: tuple[tuple[str, bool], ...] = (
        ("last name", _is_same(person.last_name, paid.patient_last_name)),
        ("first name", _is_same(person.first_name, paid.patient_first_name)),
        ("member id", _is_same(claim.coverage.member_id, paid.patient_identifier)),
        ("charge", claim.total_amount == abs(paid.charge)),
        ("day of service", bool(days & {day for _, day in ours})),
        ("line numbers", bool(set(entries) & {entry for entry, _ in ours})),
    )
    return Suggestion(claim, [words for words, agrees in facts if agrees])


def match_by_hand(*, remittance_claim_id: int, control_number: str, by: User, at: datetime) -> RemittanceClaim:
    """Say which claim of ours was paid; its lines are found anew, and it takes effect if its remittance is posted.

    Raises:
        RemittanceError: it was matched or set aside meanwhile, or we have no such claim.
    """
    claim = Claim.objects.filter(control_number=control_number.strip().upper()).first()
    if claim is None:
        raise RemittanceError(f"No claim has the number '{control_number.strip()}'. Take it from the claim's page.")
    with transaction.atomic():
        paid = _waiting(remittance_claim_id)
        paid.claim, paid.matched_by = claim, RemittanceClaim.Match.PERSON
        _save(paid, by, at)
        match_lines_again(remittance_id=paid.remittance_id, remittance_claim_id=paid.pk)
        if paid.remittance.state == Remittance.State.POSTED:
            take_effect_by_hand(remittance=paid.remittance, remittance_claim_id=paid.pk, at=at)
    return paid


def set_aside(*, remittance_claim_id: int, by: User, at: datetime) -> RemittanceClaim:
    """Say that a paid claim is none of ours; it keeps its place in the remittance, and can still be matched later.

    Raises:
        RemittanceError: it was matched or set aside meanwhile.
    """
    with transaction.atomic():
        paid = _waiting(remittance_claim_id)
        paid.matched_by = RemittanceClaim.Match.ASIDE
        _save(paid, by, at)
    return paid


def _waiting(remittance_claim_id: int) -> RemittanceClaim:
    """Lock remittance and claim: a release at the same moment must see the match, or we its posting."""
    found = RemittanceClaim.objects.get(pk=remittance_claim_id)
    remittance = Remittance.objects.select_for_update().get(pk=found.remittance_id)
    paid = RemittanceClaim.objects.select_for_update(of=("self",)).get(pk=remittance_claim_id)
    if paid.claim_id is not None:
        raise RemittanceError("This paid claim is matched already. Open it again to see with which claim.")
    paid.remittance = remittance
    return paid


def _save(paid: RemittanceClaim, by: User, at: datetime) -> None:
    paid.matched_user, paid.matched_at = by, at
    paid.save(update_fields=["claim", "matched_by", "matched_user", "matched_at"])
