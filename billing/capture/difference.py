"""What must be posted so that the ledger says what the rules say: reversals, new charges, nothing else.

Pure: lines and posted charges in, postings out. A line is the same as long as a payer could not tell
the difference. The reason of a line may read otherwise without a posting; its price too, once a
biller has released it: what was looked at and let go is what is claimed.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from billing.ledger import NewCharge, PostedCharge
from billing.models import LedgerEntry, Review
from billing.pricing import Price
from billing.rules.coding import LineEditFacts, coding_differences
from billing.rules.lines import ChargeLine, Origin

NARRATIVE_LENGTH = LedgerEntry._meta.get_field("narrative").max_length or 0
RELEASED = Review.State.RELEASED


@dataclass(frozen=True, slots=True)
class PricedLine:
    """A line that should stand, with its price; ``None`` where no fee is known."""

    line: ChargeLine
    price: Price | None


@dataclass(frozen=True, slots=True)
class Change:
    """A charge to append, and the standing one that it takes the place of, if any."""

    charge: NewCharge
    instead_of: PostedCharge | None
    is_repricing: bool


@dataclass(slots=True)
class Difference:
    """The postings of one course.

    ``kept`` are the charges that stay, by line key; ``follow_claimed`` the keys of which an earlier
    charge stands on a claim: what stands now must not go out as if it were new. ``uncorrected`` are the
    charges that were reversed before and still stand on a claim, which nobody has corrected yet.
    """

    kept: dict[str, PostedCharge] = field(default_factory=dict)
    reversals: list[tuple[PostedCharge, str]] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    follow_claimed: set[str] = field(default_factory=set)
    uncorrected: list[PostedCharge] = field(default_factory=list)


def difference(course_id: int, wanted: Iterable[PricedLine], posted: Iterable[PostedCharge]) -> Difference:
    """Return what to post.

    1. A line whose standing charge says the same is kept.
    2. One whose charge says otherwise: the charge is reversed, the line posted as the next generation.
    3. A line without a standing charge is posted; if one stood before, it names that one.
    4. A standing charge whose line is gone is reversed.

    Args:
        wanted: the lines that should stand, each key once.
        posted: every charge ever posted for the course, generations ascending.
    """
    found = Difference()
    history: defaultdict[str, list[PostedCharge]] = defaultdict(list)
    for charge in posted:
        history[charge.line_key].append(charge)
        if charge.is_reversed and charge.is_claimed:
            found.uncorrected.append(charge)
    for priced in wanted:
        _place(found, course_id, priced, history.pop(priced.line.key, []))
    for charges in history.values():
        if not charges[-1].is_reversed:
            found.reversals.append((charges[-1], "The facts no longer earn this line."))
    return found


def _place(found: Difference, course_id: int, priced: PricedLine, history: Sequence[PostedCharge]) -> None:
    """Keep, replace or post one line, given every charge that was ever posted under its key."""
    key = priced.line.key
    last = history[-1] if history else None
    charge = _new_charge(course_id, priced, last)
    standing = None if last is None or last.is_reversed else last
    changed = [] if standing is None else _changes(standing, charge)
    if standing is not None and not changed:
        found.kept[key] = standing
    else:
        if standing is not None:
            found.reversals.append((standing, f"Changed: {'; '.join(changed)}.{_why_edited(priced.line)}"))
        found.changes.append(Change(charge, standing, all(text.startswith("price ") for text in changed)))
    if any(earlier.is_claimed for earlier in history if earlier is not found.kept.get(key)):
        found.follow_claimed.add(key)


_CONTENT = (
    ("code", "code"),
    ("service_on", "day of service"),
    ("units", "units"),
    ("modifiers", "modifiers"),
    ("family", "family"),
    ("place_of_service", "place of service"),
    ("narrative", "narrative"),
    ("attachment", "attachment"),
    ("session_id", "session"),
    ("plan_id", "plan"),
    ("claim_kind", "claim"),
    ("diagnoses", "diagnoses"),
)


def _changes(standing: PostedCharge, wanted: NewCharge) -> list[str]:
    """Return, in words, what the standing charge says otherwise than the line; nothing for the same line."""
    changed = [
        f"{word} {_said(getattr(standing, column))} -> {_said(getattr(wanted, column))}"
        for column, word in _CONTENT
        if getattr(standing, column) != getattr(wanted, column)
    ]
    if standing.provider_id != wanted.provider_id:
        changed.append("another provider")  # Who, says the edit or the keyed line; an id tells nobody.
    if changed or standing.state == RELEASED or standing.is_claimed:
        return changed
    if standing.amount != wanted.amount or standing.unit_amount != wanted.unit_amount:
        changed.append(f"price {_said(standing.amount)} -> {_said(wanted.amount)}")
    return changed


def _why_edited(line: ChargeLine) -> str:
    return "" if line.edit is None else f" Edited by {line.edit.by}: {line.edit.reason}"


def _said(value: object) -> str:
    if isinstance(value, list):
        return "+".join(value) or "none"
    return "none" if value in (None, "") else str(value)


def _new_charge(course_id: int, priced: PricedLine, last: PostedCharge | None) -> NewCharge:
    line, price = priced.line, priced.price
    return NewCharge(
        course_id=course_id,
        session_id=int(line.subject) if line.earned_by is Origin.SESSION else None,
        plan_id=int(line.subject) if line.earned_by is Origin.PLAN else None,
        line_key=line.key,
        generation=1 if last is None else last.generation + 1,
        family=line.family.value,
        code=line.code,
        modifiers=[str(modifier) for modifier in line.modifiers],
        service_on=line.on,
        units=line.units,
        claim_kind=line.claim.value,
        place_of_service=line.place_of_service,
        unit_amount=None if price is None else price.unit_amount,
        amount=None if price is None else price.amount,
        fee_line_id=None if price is None else price.fee_line_id,
        narrative=line.narrative[:NARRATIVE_LENGTH].strip(),
        attachment=line.attachment,
        diagnoses=list(line.diagnoses),
        provider_id=int(line.provider) if line.provider else None,
        rule=line.because.rule,
        because=_because(line),
        replaces_id=None if last is None else last.id,
    )


def _because(line: ChargeLine) -> str:
    because = line.because
    told: dict[str, object] = {
        "rule": because.rule,
        "table": because.table,
        "row": because.row,
        "source": because.source,
        "facts": dict(because.facts),
    }
    if line.edit is not None:
        told["edit"] = _edit(line.edit)
    return json.dumps(told)


def _edit(edit: LineEditFacts) -> dict[str, object]:
    """Return what the entry keeps of the edit under which it was posted: the original beside what was wanted."""
    was = edit.was
    return {
        "id": int(edit.key),
        "by": edit.by,
        "at": edit.at,
        "reason": edit.reason,
        "changes": list(coding_differences(was, edit.wanted)),
        "was": {
            "units": was.units,
            "modifiers": list(was.modifiers),
            "diagnoses": list(was.diagnoses),
            "provider": was.provider.key,
        },
    }
