"""Where claims stand, as an expression of SQL."""

from typing import TYPE_CHECKING, TypedDict, cast

from django.db.models import Case, CharField, Exists, OuterRef, QuerySet, Value, When

from billing.models import Claim, ClaimLine
from billing.standing.words import ANSWERED, Standing

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations


class ClaimNotes(TypedDict):
    """What ``claims_noted`` notes on each claim. ``is_over``: no line stands on it any more."""

    stands: str
    is_over: bool


if TYPE_CHECKING:
    StandingClaim = WithAnnotations[Claim, ClaimNotes]
else:
    StandingClaim = Claim


def claims_noted(claims: QuerySet[Claim]) -> "QuerySet[StandingClaim, StandingClaim]":
    """Note on each claim where it stands, and whether it is over: refused whole, replaced or voided."""
    found = claims.annotate(
        stands=Case(
            *(When(standing__state=answer, then=Value(standing.value)) for answer, standing in ANSWERED.items()),
            When(file__acknowledged_at__isnull=False, then=Value(Standing.ACKNOWLEDGED.value)),
            When(file__delivered_at__isnull=False, then=Value(Standing.SENT.value)),
            default=Value(Standing.ON_CLAIM.value),
            output_field=CharField(),
        ),
        is_over=~Exists(ClaimLine.objects.filter(claim=OuterRef("pk"), ended_at=None)),
    )
    return cast("QuerySet[StandingClaim, StandingClaim]", found)


def claims_that_stand(claims: QuerySet[Claim], standing: Standing) -> QuerySet[Claim]:
    """Keep the claims that stand so and are not over."""
    answers = [answer for answer, said in ANSWERED.items() if said is standing]
    kept = claims.filter(standing__state__in=answers)
    if standing is Standing.ACKNOWLEDGED:
        kept = kept | claims.filter(standing=None, file__acknowledged_at__isnull=False)
    elif standing is Standing.SENT:
        kept = claims.filter(standing=None, file__acknowledged_at=None, file__delivered_at__isnull=False)
    elif standing is Standing.ON_CLAIM:
        kept = claims.filter(standing=None, file__acknowledged_at=None, file__delivered_at=None)
    return kept.filter(Exists(ClaimLine.objects.filter(claim=OuterRef("pk"), ended_at=None)))
