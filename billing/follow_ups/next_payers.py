"""Claims that the patient's next payer is to be asked about: the payer before it has decided. Reading only."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, TypedDict, cast

from django.db.models import (
    Case,
    CharField,
    Exists,
    F,
    Min,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)

from billing.follow_ups.corrections import MOVED, standing_follow_ups
from billing.follow_ups.reasons import asks_why_later
from billing.models import Claim, ClaimEvent, ClaimLine, ClaimStanding, EntryBalance, FollowUp, StandingFinding
from billing.standing.contradicted import TAKEN
from patients.models import Coverage

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations


class ClaimNotes(TypedDict):
    """What is noted on each claim: its first day of service, the coverage that comes next, whether it changed."""

    first_day: date
    next_coverage: int
    is_changed: bool


if TYPE_CHECKING:
    NotedClaim = WithAnnotations[Claim, ClaimNotes]
else:
    NotedClaim = Claim

NEXT_RANK = {"P": "secondary", "S": "tertiary"}
NEXT_SEQUENCE = {"P": "S", "S": "T"}


@dataclass(frozen=True, slots=True)
class NextPayer:
    """A claim that its payer decided, and who comes next. Amounts in USD.

    ``is_forwarded``: the payer has sent it on itself, so that nobody else must. ``is_changed``: a line was reversed
    since it was sent, or is another payer's by its day, or a correction is decided; that comes first. ``left`` is what
    no payment and no contract has settled yet, as far as remittances say.
    """

    claim: Claim
    coverage: Coverage
    first_day: date
    is_forwarded: bool
    is_changed: bool
    left: Decimal
    follow_up: FollowUp | None

    @property
    def may_send(self) -> bool:
        """Whether there is something to decide."""
        return self.follow_up is None and not self.is_forwarded and not self.is_changed

    @property
    def asks_why(self) -> bool:
        """Whether the payer wants to hear why it is not the first."""
        return asks_why_later(self.coverage.payer)


def claims_for_next_payer() -> QuerySet[Claim]:
    """Return the claims to send on, those decided for sending too; the longest decided first. One query."""
    return _decided().filter(standing__is_forwarded=False).order_by("standing__since", "pk")


def forwarded_claims() -> QuerySet[Claim]:
    """Return the claims that the payer sent on itself; the latest first. One query."""
    return _decided().filter(standing__is_forwarded=True).order_by("-standing__since", "pk")


def next_payers_of(claim_ids: Iterable[int]) -> list[NextPayer]:
    """Return the claims with their next payers, in the order of the ids. Four queries."""
    ids = list(claim_ids)
    follow_ups = FollowUp.objects.filter(standing_follow_ups(), kind=FollowUp.Kind.NEXT_PAYER)
    claims = (
        _noted(Claim.objects.filter(pk__in=ids))
        .select_related("patient", "payer", "course__facility", "standing")
        .prefetch_related(
            Prefetch("follow_ups", follow_ups.select_related("decided_by", "coverage__payer"), to_attr="on")
        )
    )
    found = {claim.pk: claim for claim in claims}
    coverages = Coverage.objects.select_related("payer").in_bulk([claim.next_coverage for claim in found.values()])
    left = dict(
        EntryBalance.objects.filter(entry__claim_lines__claim__in=ids, entry__claim_lines__ended_at=None)
        .order_by()
        .values_list("entry__claim_lines__claim")
        .annotate(total=Sum("open"))
    )
    return [
        NextPayer(
            claim := found[pk],
            coverages[claim.next_coverage],
            claim.first_day,
            claim.standing.is_forwarded,
            claim.is_changed,
            left.get(pk, claim.total_amount),
            next(iter(claim.on), None),
        )
        for pk in ids
        if pk in found
    ]


def _decided() -> QuerySet[Claim]:
    """Return the claims that a remittance decided, whose patient has a next payer that was not asked yet."""
    claims = Claim.objects.filter(
        standing__state__in=("paid", "denied"),
        standing__level="remittance",
        sequence__in=tuple(NEXT_RANK),
        patient__in=Coverage.objects.filter(rank__in=tuple(NEXT_RANK.values())).values("patient"),
    )
    over = FollowUp.objects.filter(claim=OuterRef("pk"), kind=FollowUp.Kind.NEXT_PAYER, cancelled_at=None)
    return _noted(claims).filter(
        ~Exists(over.exclude(standing_follow_ups())),
        Exists(ClaimLine.objects.filter(claim=OuterRef("pk"), ended_at=None)),
        ~_is_asked(),
        ~_has_answered_after_all(),
        next_coverage__isnull=False,
    )


def _noted(claims: QuerySet[Claim]) -> "QuerySet[NotedClaim, NotedClaim]":
    """Note on each claim its first day of service and the coverage that comes next on it."""
    days = ClaimLine.objects.filter(claim=OuterRef("pk")).order_by().values("claim")
    first_day = Subquery(days.annotate(day=Min("entry__service_on")).values("day")[:1])
    rank = Case(
        *(When(sequence=sequence, then=Value(rank)) for sequence, rank in NEXT_RANK.items()), output_field=CharField()
    )
    coverage = Coverage.objects.filter(
        Q(effective_to=None) | Q(effective_to__gte=OuterRef("first_day")),
        patient=OuterRef("patient_id"),
        rank=OuterRef("next_rank"),
        effective_from__lte=OuterRef("first_day"),
    ).exclude(pk=OuterRef("coverage_id"))  # the order of payers was turned round: who has the claim is not asked again
    moved = StandingFinding.objects.filter(code=MOVED, resolved_at=None, overridden_at=None)
    changed = Q(entry__reversal__isnull=False) | Q(sequence="P", entry__in=moved.values("entry"))
    decided = FollowUp.objects.filter(standing_follow_ups(), claim=OuterRef("pk")).exclude(
        kind=FollowUp.Kind.NEXT_PAYER
    )
    found = claims.annotate(first_day=first_day, next_rank=rank).annotate(
        next_coverage=Subquery(coverage.order_by().values("pk")[:1]),
        is_changed=Exists(ClaimLine.objects.filter(changed, claim=OuterRef("pk"), ended_at=None)) | Exists(decided),
    )
    return cast("QuerySet[NotedClaim, NotedClaim]", found)


def _is_asked() -> Exists:
    """Whether a line of the claim stands on a claim to the next payer already."""
    lines = _with_following().filter(entry__claim_lines__ended_at=None, entry__claim_lines__sequence=F("following"))
    return Exists(lines)


def _has_answered_after_all() -> Exists:
    """Whether a claim to the next payer was refused, gave its lines up, and is with that payer all the same."""
    refused = ClaimEvent.objects.filter(claim=OuterRef("pk"), outcome=ClaimStanding.State.REJECTED)
    taken = Claim.objects.filter(Exists(refused), standing__state__in=TAKEN).exclude(frequency="8")
    lines = _with_following().filter(
        entry__claim_lines__ended_at__isnull=False,
        entry__claim_lines__successor=None,
        entry__claim_lines__sequence=F("following"),
        entry__claim_lines__claim__in=taken,
    )
    return Exists(lines)


def _with_following() -> QuerySet[ClaimLine]:
    """Return the lines that stand on a claim, noting the rank of who is asked next."""
    following = Case(
        *(When(claim__sequence=one, then=Value(other)) for one, other in NEXT_SEQUENCE.items()),
        output_field=CharField(),
    )
    return ClaimLine.objects.filter(claim=OuterRef("pk"), ended_at=None).annotate(following=following)
