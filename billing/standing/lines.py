"""Where charge lines stand, as an expression of SQL: ``noted`` annotates it, ``of_standing`` keeps the lines of some.

The same table as words.py, whose fold the tests hold against it. A few joins on unique keys; no query of its own.
"""

from collections.abc import Collection
from typing import TYPE_CHECKING, TypedDict, cast

from django.db.models import Case, CharField, Exists, F, FilteredRelation, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce

from billing.models import ClaimLine, Denial, LedgerEntry
from billing.standing.words import ANSWERED, Standing

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations


class StandingNotes(TypedDict):
    """What ``noted`` notes on each charge."""

    stands: str


if TYPE_CHECKING:
    StandingLine = WithAnnotations[LedgerEntry, StandingNotes]
else:
    StandingLine = LedgerEntry

_CLAIM = "on_claim__claim"
_WAITS, _ON_CLAIM = Q(waiting__isnull=False), Q(on_claim__claim__isnull=False)
_UNANSWERED = Q(on_claim__claim__standing__isnull=True)


def noted(entries: QuerySet[LedgerEntry]) -> "QuerySet[StandingLine, StandingLine]":
    """Note on each charge where it stands, as ``stands``; a reversal reads as what it did."""
    found = _joined(entries).annotate(
        stands=Case(
            When(Q(reversal__isnull=False) | Q(kind="reversal"), then=Value(Standing.REVERSED.value)),
            When(
                _WAITS & (Q(review__isnull=True) | Q(review__state="open")) & _was_rejected(),
                then=Value(Standing.REJECTED.value),
            ),
            When(_WAITS, then=Coalesce(F("review__state"), Value(Standing.OPEN.value))),
            When(Q(on_claim__claim__standing__state="paid") & _is_denied(), then=Value(Standing.DENIED.value)),
            *(
                When(on_claim__claim__standing__state=answer, then=Value(standing.value))
                for answer, standing in ANSWERED.items()
            ),
            When(on_claim__claim__file__acknowledged_at__isnull=False, then=Value(Standing.ACKNOWLEDGED.value)),
            When(on_claim__claim__file__delivered_at__isnull=False, then=Value(Standing.SENT.value)),
            default=Value(Standing.ON_CLAIM.value),
            output_field=CharField(),
        )
    )
    return cast("QuerySet[StandingLine, StandingLine]", found)


def of_standing(entries: QuerySet[LedgerEntry], standings: Collection[Standing]) -> QuerySet[LedgerEntry]:
    """Keep the charges that stand so; each is looked for where it is few, not in all that was ever posted."""
    asked = Q(pk__in=[])
    for standing in standings:
        asked |= _asked(standing)
    return _joined(entries).filter(asked)


def _joined(entries: QuerySet[LedgerEntry]) -> QuerySet[LedgerEntry]:
    """Join the claim line to the first payer on which a charge stands now: one at most."""
    if "on_claim" in entries.query._filtered_relations:  # type: ignore[attr-defined]
        return entries
    standing = Q(claim_lines__sequence="P", claim_lines__ended_at=None)
    return entries.annotate(on_claim=FilteredRelation("claim_lines", condition=standing))


def _asked(standing: Standing) -> Q:
    """Return the condition of one standing; the conditions exclude each other."""
    if standing is Standing.REVERSED:
        return Q(reversal__isnull=False)
    if standing in (Standing.HELD, Standing.RELEASED):
        return _WAITS & Q(review__state=standing.value)
    if standing in (Standing.OPEN, Standing.REJECTED):
        given_back = _was_rejected() if standing is Standing.REJECTED else ~_was_rejected()
        waits = _WAITS & (Q(review__isnull=True) | Q(review__state="open")) & given_back
        return waits if standing is Standing.OPEN else waits | _answered(standing)
    return _answered(standing)


def _answered(standing: Standing) -> Q:
    """Return the condition of a standing on a claim."""
    answers = [answer for answer, said in ANSWERED.items() if said is standing]
    asked = Q(on_claim__claim__standing__state__in=answers) if answers else Q(pk__in=[])
    if standing is Standing.PAID:
        asked = asked & ~_is_denied()
    elif standing is Standing.DENIED:
        asked = asked | (Q(on_claim__claim__standing__state="paid") & _is_denied())
    if standing in _UNTIL_ANSWERED:
        asked = asked | (_ON_CLAIM & _UNANSWERED & _UNTIL_ANSWERED[standing])
    return Q(reversal__isnull=True) & asked


_UNTIL_ANSWERED = {
    Standing.ACKNOWLEDGED: Q(on_claim__claim__file__acknowledged_at__isnull=False),
    Standing.SENT: Q(
        on_claim__claim__file__acknowledged_at__isnull=True, on_claim__claim__file__delivered_at__isnull=False
    ),
    Standing.ON_CLAIM: Q(
        on_claim__claim__file__acknowledged_at__isnull=True, on_claim__claim__file__delivered_at__isnull=True
    ),
}


def _is_denied() -> Q:
    """Whether the payer of the claim paid nothing for the line, and nobody has mended that."""
    stands = Denial.objects.filter(
        entry=OuterRef("pk"), claim=OuterRef("on_claim__claim"), state__in=("open", "appealed", "written_off")
    )
    return Q(Exists(stands))


def _was_rejected() -> Q:
    """Whether a claim of the line was refused and gave it back."""
    ended = ClaimLine.objects.filter(entry=OuterRef("pk"), sequence="P", ended_at__isnull=False)
    return Q(Exists(ended.filter(claim__standing__state="rejected")))
