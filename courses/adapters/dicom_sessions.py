"""From beams to sessions: which beams belong to one visit to the machine, and how that visit ended.

Pure: the beams of old and new records go in, sittings with a verdict come out; dicom_filing.py turns them into
sessions. Vendors write one record a session or one a beam, and an import may run between two beams, so a sitting
is always judged from all of its beams, whenever they arrived.

1. Two fractions of one plan are never one sitting; fractions of two plans may be.
2. Beams whose records name a treatment session belong together when it is the same one.
3. Else they belong together when one record holds them, or when one begins within thirty minutes of the end of
   the other on the same machine.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from courses.terms import SessionStatus

SAME_VISIT = timedelta(minutes=30)
# What a machine may deliver short of, or beyond, the meterset set: the larger of the two.
TOLERANCE_MU = Decimal("0.5")
TOLERANCE_PART = Decimal("0.01")

NORMAL = "NORMAL"
STOPPED = frozenset({"OPERATOR", "MACHINE"})
CONTINUATION = "CONTINUATION"
VERIFIED = frozenset({"VERIFIED", ""})

Delivery = tuple[int, int | None]
"""A plan's id and the number of its fraction; None where the records give none."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One beam of one record, placed: ``plan`` and ``fraction`` as the course knows them, moments aware."""

    record_uid: str
    position: int
    plan: int
    fraction: int | None
    beam: int
    session_uid: str
    machine: str
    delivery_type: str
    radiation: str
    begins_at: datetime
    ends_at: datetime
    specified: Decimal | None
    delivered: Decimal | None
    termination: str
    termination_code: str
    verification: str

    @property
    def delivery(self) -> Delivery:
        """The fraction of a plan that the beam belongs to."""
        return self.plan, self.fraction


@dataclass(slots=True)
class Sitting:
    """One visit to the machine. ``session`` is the id of the session that stands for it, None while there is none."""

    pieces: list[Piece] = field(default_factory=list)
    session: int | None = None

    @property
    def begins_at(self) -> datetime:
        """When the first beam began."""
        return min(piece.begins_at for piece in self.pieces)

    @property
    def deliveries(self) -> tuple[Delivery, ...]:
        """The fractions that it delivered, in order of the first beam of each."""
        return tuple(dict.fromkeys(piece.delivery for piece in sorted(self.pieces, key=_order)))

    def takes(self, piece: Piece) -> bool:
        """Whether the beam belongs to this sitting."""
        if any(one.plan == piece.plan and one.fraction != piece.fraction for one in self.pieces):
            return False
        known = {one.session_uid for one in self.pieces if one.session_uid}
        if piece.session_uid and known:
            return piece.session_uid in known
        return any(one.record_uid == piece.record_uid or _are_close(one, piece) for one in self.pieces)


class Ending(StrEnum):
    """How a beam of a fraction stands after all that was delivered of it."""

    WHOLE = "whole"
    PART = "part"
    NOTHING = "nothing"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a sitting was. ``doubt`` says why a person must look before it counts; '' where nothing is in doubt."""

    status: SessionStatus
    reason: str
    doubt: str
    mixes_electrons: bool
    is_overridden: bool


def gather(pieces: Iterable[Piece], sittings: Sequence[Sitting] = ()) -> list[Sitting]:
    """Put new beams into the sittings that stand, or into new ones, in order of time."""
    gathered = list(sittings)
    for piece in sorted(pieces, key=_order):
        home = next((one for one in gathered if one.takes(piece)), None)
        if home is None:
            home = Sitting()
            gathered.append(home)
        home.pieces.append(piece)
    return sorted(gathered, key=lambda sitting: sitting.begins_at)


def earlier_delivery(piece: Piece, known: Iterable[Piece]) -> Piece | None:
    """Return the beam of another record that already delivered what this one claims to deliver; None if there is none.

    A beam may be delivered in parts. It is delivered twice when the parts together exceed what was set.
    """
    if piece.fraction is None:
        return None
    others = [one for one in known if one.delivery == piece.delivery and one.beam == piece.beam]
    if not others or piece.delivered == 0:
        return None
    told = [one.delivered for one in others]
    if piece.specified is None or piece.delivered is None or None in told:
        return others[-1] if piece.delivery_type != CONTINUATION else None
    together = piece.delivered + sum(amount for amount in told if amount is not None)
    return others[-1] if together > piece.specified + _tolerance(piece.specified) else None


def judge(sitting: Sitting, before: Iterable[Piece], planned: Mapping[Delivery, frozenset[int]]) -> Verdict:
    """Return what the sitting was, from its beams.

    1. No monitor unit delivered: aborted.
    2. Every beam of its fractions whole, what earlier sittings gave counted in: treated.
    3. Else partial.

    In doubt is a sitting with a beam that ended unknown, that was stopped with all of its meterset given, or that
    ended normally with part of it; and one that stopped nowhere and still lacks beams of the plan.

    Args:
        before: beams of the same fractions in earlier sittings.
        planned: the numbers of the beams of each fraction, as far as known.
    """
    earlier = list(before)
    endings = {
        (delivery, beam): _ending(parts)
        for delivery in sitting.deliveries
        for beam, parts in _by_beam([*earlier, *sitting.pieces], delivery).items()
    }
    missing = _missing_beams(sitting, endings, planned)
    stopped = [piece for piece in sitting.pieces if piece.termination in STOPPED]
    doubts = [_doubt_said(piece) for piece in sitting.pieces if _is_in_doubt(piece, sitting, endings)]
    if missing and not stopped:
        doubts.append(f"no record of beam {_listed(missing)} yet")
    status = _status(sitting, endings, is_short=bool(missing))
    if doubts and status is SessionStatus.TREATED:
        # A person turns it into a treated one; signed as it stands it would still be held for review.
        status = SessionStatus.PARTIAL
    return Verdict(
        status=status,
        reason="" if status is SessionStatus.TREATED else _reason(stopped, doubts),
        doubt="; ".join(doubts),
        mixes_electrons=len({piece.radiation == "ELECTRON" for piece in sitting.pieces}) > 1,
        is_overridden=any(piece.verification not in VERIFIED for piece in sitting.pieces),
    )


def _status(sitting: Sitting, endings: Mapping[tuple[Delivery, int], Ending], *, is_short: bool) -> SessionStatus:
    if all(piece.delivered == 0 for piece in sitting.pieces):
        return SessionStatus.ABORTED
    if is_short or any(ending is not Ending.WHOLE for ending in endings.values()):
        return SessionStatus.PARTIAL
    return SessionStatus.TREATED


def _ending(parts: Sequence[Piece]) -> Ending:
    """Return how a beam stands after its parts, in order of time."""
    last = parts[-1]
    if last.termination not in STOPPED | {NORMAL}:
        return Ending.UNCLEAR
    amounts = [part.delivered for part in parts]
    if last.specified is None or None in amounts:
        return Ending.WHOLE if last.termination == NORMAL else Ending.UNCLEAR
    given = sum((amount for amount in amounts if amount is not None), Decimal())
    if given == 0 and last.specified > 0:
        return Ending.NOTHING
    is_whole = given >= last.specified - _tolerance(last.specified)
    if is_whole is (last.termination == NORMAL):
        return Ending.WHOLE if is_whole else Ending.PART
    return Ending.UNCLEAR


def _is_in_doubt(piece: Piece, sitting: Sitting, endings: Mapping[tuple[Delivery, int], Ending]) -> bool:
    """A beam is doubted once, in the part that came last."""
    is_last = piece is max((one for one in sitting.pieces if _same_beam(one, piece)), key=_order)
    return is_last and endings[piece.delivery, piece.beam] is Ending.UNCLEAR


def _missing_beams(
    sitting: Sitting,
    endings: Mapping[tuple[Delivery, int], Ending],
    planned: Mapping[Delivery, frozenset[int]],
) -> list[int]:
    return [
        beam
        for delivery in sitting.deliveries
        for beam in sorted(planned.get(delivery, frozenset()))
        if (delivery, beam) not in endings
    ]


def _by_beam(pieces: Iterable[Piece], delivery: Delivery) -> dict[int, list[Piece]]:
    beams: dict[int, list[Piece]] = {}
    for piece in sorted(pieces, key=_order):
        if piece.delivery == delivery:
            beams.setdefault(piece.beam, []).append(piece)
    return beams


def _doubt_said(piece: Piece) -> str:
    amount = ""
    if piece.delivered is not None and piece.specified is not None:
        amount = f", {piece.delivered.normalize():f} of {piece.specified.normalize():f} MU"
    return f"beam {piece.beam} ended {piece.termination}{amount}"


def _reason(stopped: Sequence[Piece], doubts: Sequence[str]) -> str:
    said = [f"beam {one.beam} stopped by {_stopper(one)}" for one in stopped]
    words = "; ".join(dict.fromkeys([*said, *doubts])) or "part of the fraction delivered"
    return f"Machine record: {words}"[:200]


def _stopper(piece: Piece) -> str:
    return piece.termination.lower() + (f" ({piece.termination_code})" if piece.termination_code else "")


def _listed(numbers: Sequence[int]) -> str:
    return ", ".join(str(number) for number in numbers)


def _tolerance(specified: Decimal) -> Decimal:
    return max(TOLERANCE_MU, specified * TOLERANCE_PART)


def _same_beam(one: Piece, other: Piece) -> bool:
    return one.delivery == other.delivery and one.beam == other.beam


def _are_close(one: Piece, other: Piece) -> bool:
    if one.machine and other.machine and one.machine != other.machine:
        return False
    return one.begins_at - SAME_VISIT <= other.ends_at and other.begins_at <= one.ends_at + SAME_VISIT


def _order(piece: Piece) -> tuple[datetime, str, int]:
    return piece.begins_at, piece.record_uid, piece.position
