"""What changed of claims since they were sent: the lines that were reversed, what came instead, before and after.

A claim asks for a correction as long as a reversed charge stands on it, or one whose day is another payer's by now.
Reading only, in a fixed number of queries; what is decided about it is deciding.py's.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Prefetch, Q, QuerySet

from billing.follow_ups.claim_numbers import payer_claim_numbers
from billing.models import Claim, ClaimLine, FollowUp, LedgerEntry, StandingFinding
from patients.models import Coverage, Payer, PayerPolicy

CODE = "correction-to-send"
REPLACING = "replaces-claimed-line"
"""What is found of a line that takes the place of one on a claim: it goes out with that claim's correction."""
MOVED = "claim-of-another-payer"
"""What capture finds of a line as it was sent, of whose day another payer is the first by now."""
_KINDS = (FollowUp.Kind.REPLACEMENT, FollowUp.Kind.VOID)


@dataclass(frozen=True, slots=True)
class ChangedLine:
    """A reversed line of the claim, why, and the charge that came instead, if any."""

    before: LedgerEntry
    reason: str
    after: LedgerEntry | None
    is_elsewhere: bool
    """What came instead belongs on a claim of its own: of the other kind, or of the ``payer`` of its day."""
    is_left: bool
    """A person holds what came instead: a replacement goes without it."""
    held: str
    """What keeps what came instead from being released, in words."""
    payer: Payer | None = None
    """Who is asked for what came instead, where that is not the claim's payer any more."""


@dataclass(frozen=True, slots=True)
class MovedLine:
    """A line of the claim as it was sent, but for the payer: that of its day is another by now, by this coverage."""

    line: ClaimLine
    coverage: Coverage

    @property
    def payer(self) -> Payer:
        """Who is the first on its day now. Select ``payer``."""
        return self.coverage.payer

    @property
    def words(self) -> str:
        """From which coverage that is known, by its days."""
        first, last = self.coverage.effective_from, self.coverage.effective_to
        days = f"by the coverage from {first.day} {first:%b} {first.year} on"
        return days if last is None else f"{days.removesuffix(' on')} to {last.day} {last:%b} {last.year}"


@dataclass(frozen=True, slots=True)
class Correction:
    """A claim of which something changed, or that is to be voided as it is. Amounts in USD, as charged.

    ``kept`` are the lines as they were sent, ``moved`` those that a replacement leaves to another payer. ``follow_up``
    is the decision that stands, with the reason why the last export left it.
    """

    claim: Claim
    changed: tuple[ChangedLine, ...]
    kept: tuple[ClaimLine, ...]
    moved: tuple[MovedLine, ...]
    payer_claim_number: str
    takes_corrections: bool
    follow_up: FollowUp | None

    @property
    def before(self) -> Decimal:
        """What the payer has: the lines that still stand on the claim."""
        moved = sum((one.line.amount for one in self.moved), self.kept_amount)
        return sum((line.before.amount or Decimal(0) for line in self.changed), moved)

    @property
    def after(self) -> Decimal:
        """What it should have."""
        return sum((one.amount or Decimal(0) for one in self.instead), self.kept_amount)

    @property
    def kept_amount(self) -> Decimal:
        """What the lines come to that are as they were sent."""
        return sum((line.amount for line in self.kept), Decimal("0.00"))

    @property
    def instead(self) -> tuple[LedgerEntry, ...]:
        """The charges that a replacement brings."""
        return tuple(
            line.after for line in self.changed if line.after is not None and not line.is_elsewhere and not line.is_left
        )

    @property
    def proposal(self) -> FollowUp.Kind:
        """A replacement as long as anything is left to claim, a void if nothing is."""
        return FollowUp.Kind.REPLACEMENT if self.kept or self.instead else FollowUp.Kind.VOID

    @property
    def why_void(self) -> str:
        """Why a replacement would be empty though charges stand, in words: they are another payer's by now."""
        others = {one.payer.name for one in self.moved} | {one.payer.name for one in self.changed if one.payer}
        if self.proposal == FollowUp.Kind.REPLACEMENT or not others:
            return ""
        names = " and ".join(sorted(others))
        is_gone = (
            self.claim.coverage.payer_id != self.claim.payer_id
        )  # and the member id with it: no void can be written
        way = "Tell it by hand" if is_gone else "Void the claim"
        return (
            f"Nothing of this claim is left for {self.claim.payer.name}: its lines are for {names} now."
            f" {way}; its lines then go as new ones."
        )

    @property
    def may_stay(self) -> bool:
        """Whether a person may leave the claim with its payer, though its days are another's now."""
        return bool(self.moved) and not self.changed and self.follow_up is None

    @property
    def waits_for(self) -> list[str]:
        """What keeps the correction from going out, in words; nothing if it may go."""
        found = [line.held for line in self.changed if line.held]
        if not self.payer_claim_number:
            found.append("The payer's claim number is not known yet. Its acknowledgment or remittance brings it.")
        if self.follow_up is not None and self.follow_up.error:
            found.append(f"The last export left it: {self.follow_up.error}")
        return found


def corrections_to_send() -> QuerySet[StandingFinding]:
    """Return the findings of reversals whose charge was on a claim, and not settled; oldest first. One query."""
    return (
        StandingFinding.objects.filter(code=CODE, resolved_at=None, overridden_at=None)
        .select_related("entry__reverses")
        .prefetch_related("entry__reverses__claim_lines__claim__file")
        .order_by("found_at", "id")
    )


def claims_to_correct() -> QuerySet[Claim]:
    """Return the claims on which a reversed charge still stands, or one of another payer's day; the oldest first.

    One query. Of a void nothing is asked, nor of another payer's days before the claim is sent. Looked for among the
    open findings, which are few, not among all that was ever reversed or claimed.
    """
    findings = StandingFinding.objects.filter(resolved_at=None, overridden_at=None)
    standing = ClaimLine.objects.filter(ended_at=None).order_by()
    reversed_ = standing.filter(entry__in=findings.filter(code=CODE).values("entry__reverses"))
    moved = standing.filter(
        Q(claim__file__delivered_at__isnull=False) | Q(claim__standing__isnull=False),
        entry__in=findings.filter(code=MOVED).values("entry"),
        sequence="P",
    )
    asked = reversed_.values("claim").union(moved.values("claim"))
    return Claim.objects.filter(pk__in=asked).exclude(frequency=FollowUp.Kind.VOID).order_by("pk")


def correction_of(claim_id: int) -> Correction | None:
    """Return what changed of one claim, maybe nothing; ``None`` where no line stands on it any more."""
    found = corrections_of([claim_id])
    return found[0] if found else None


def corrections_of(claim_ids: Iterable[int]) -> list[Correction]:
    """Return what changed of the claims that still stand, in their order. Ten queries at most, however many."""
    lines = (
        ClaimLine.objects.filter(ended_at=None)
        .select_related("entry__reversal")
        .order_by("entry__service_on", "number")
    )
    follow_ups = FollowUp.objects.filter(standing_follow_ups()).select_related("decided_by")
    claims = list(
        Claim.objects.filter(pk__in=list(claim_ids))
        .select_related("patient", "payer", "coverage__payer", "course__facility", "file__partner", "standing")
        .prefetch_related(
            Prefetch("lines", lines, to_attr="standing_lines"),
            Prefetch("follow_ups", follow_ups, to_attr="undecided"),
            Prefetch("patient__coverages", Coverage.objects.filter(rank="primary").select_related("payer"), "primary"),
        )
        .order_by("pk")
    )
    after = _what_came_instead(claims)
    numbers = payer_claim_numbers(claims)
    policies = _policies(claims)
    found = [_correction(claim, after, numbers.get(claim.pk, ""), policies) for claim in claims]
    return [correction for correction in found if correction.changed or correction.kept or correction.moved]


def standing_follow_ups() -> Q:
    """Return the condition of a decision that is neither sent, done nor taken back."""
    return Q(sent_as=None, done_at=None, cancelled_at=None)


def _lines(claim: Claim) -> list[ClaimLine]:
    return list(getattr(claim, "standing_lines", ()))


def _what_came_instead(claims: Sequence[Claim]) -> dict[tuple[int, str], LedgerEntry]:
    """Return the charge that stands under the key of each reversed one, with holds and claim lines. Four queries."""
    reversed_ = [line.entry for claim in claims for line in _lines(claim) if is_reversed(line.entry)]
    if not reversed_:
        return {}
    holds = StandingFinding.objects.filter(severity="hold", resolved_at=None, overridden_at=None)
    found = (
        LedgerEntry.objects.filter(
            kind=LedgerEntry.Kind.CHARGE,
            reversal=None,
            course__in={entry.course_id for entry in reversed_},
            line_key__in={entry.line_key for entry in reversed_},
        )
        .select_related("review")
        .prefetch_related("claim_lines", Prefetch("findings", holds.exclude(code=REPLACING), to_attr="holds"))
    )
    return {(entry.course_id, entry.line_key): entry for entry in found}


def is_reversed(entry: LedgerEntry) -> bool:
    """Whether an entry undid the charge. Select ``reversal``."""
    return getattr(entry, "reversal", None) is not None


def _policies(claims: Sequence[Claim]) -> Mapping[int, list[PayerPolicy]]:
    found: defaultdict[int, list[PayerPolicy]] = defaultdict(list)
    for policy in PayerPolicy.objects.filter(payer__in={claim.payer_id for claim in claims}, takes_corrections=False):
        found[policy.payer_id].append(policy)
    return found


def _correction(
    claim: Claim,
    after: Mapping[tuple[int, str], LedgerEntry],
    number: str,
    policies: Mapping[int, list[PayerPolicy]],
) -> Correction:
    lines = _lines(claim)
    changed = tuple(
        _changed(claim, line.entry, after.get((line.entry.course_id, line.entry.line_key)))
        for line in lines
        if is_reversed(line.entry)
    )
    others = {line.pk: _other_coverage(claim, line.entry.service_on) for line in lines}
    unchanged = [line for line in lines if not is_reversed(line.entry)]
    kept = tuple(line for line in unchanged if others[line.pk] is None)
    moved = tuple(MovedLine(line, coverage) for line in unchanged if (coverage := others[line.pk]) is not None)
    first_day = min((line.entry.service_on for line in lines), default=date.max)
    decided = [one for one in getattr(claim, "undecided", ()) if one.kind in _KINDS]
    refuses = any(
        policy.effective_from <= first_day <= (policy.effective_to or date.max)
        for policy in policies.get(claim.payer_id, ())
    )
    return Correction(claim, changed, kept, moved, number, not refuses, decided[0] if decided else None)


def _changed(claim: Claim, before: LedgerEntry, after: LedgerEntry | None) -> ChangedLine:
    reason = str(before.reversal.because.get("reason", ""))
    if after is None or _stands(after, claim.sequence):
        return ChangedLine(before, reason, None, is_elsewhere=False, is_left=False, held="")
    coverage = _other_coverage(claim, after.service_on)
    is_elsewhere = after.claim_kind != claim.claim_kind or coverage is not None
    review = getattr(after, "review", None)
    is_left = review is not None and review.state == "held"
    held = "" if is_elsewhere or is_left else _held(after, claim.sequence)
    return ChangedLine(before, reason, after, is_elsewhere, is_left, held, coverage.payer if coverage else None)


def _other_coverage(claim: Claim, day: date) -> Coverage | None:
    """Return by what another payer than the claim's is asked first about a day, if so; the export asks the same.

    A claim whose own coverage names another payer by now cannot be replaced at all: no line of it is left to this one.
    """
    if claim.sequence != "P":
        return None
    primary: Iterable[Coverage] = getattr(claim.patient, "primary", ())
    of_day = next((one for one in primary if one.effective_from <= day <= (one.effective_to or date.max)), None)
    if claim.coverage.payer_id != claim.payer_id:
        return of_day or claim.coverage
    return None if of_day is None or of_day.payer_id == claim.payer_id else of_day


def _stands(entry: LedgerEntry, sequence: str) -> bool:
    """Whether the charge stands on a claim of that rank. Prefetch ``claim_lines``."""
    return any(line.sequence == sequence and line.ended_at is None for line in entry.claim_lines.all())


def _held(after: LedgerEntry, sequence: str) -> str:
    """Return what keeps a charge from a replacement, in words."""
    what = f"{after.code} of {after.service_on.day} {after.service_on:%b}"
    if sequence != "P":
        return (
            "" if _stands(after, "P") else f"{what} goes to the first payer first: send the correction of that claim."
        )
    if after.amount is None:
        return f"{what} has no price."
    holds = [finding.message for finding in getattr(after, "holds", ())]
    return f"{what} is held: {' '.join(holds)}" if holds else ""
