"""A claim's segments as pages draw them: by section, each beside its words, with what is wrong of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from billing.x12.explain import Row


@dataclass(frozen=True, slots=True)
class ShownRow:
    """One segment, its words, and the numbers of the faults that concern it."""

    row: Row
    faults: list[int]


@dataclass(frozen=True, slots=True)
class ShownSection:
    """The segments that belong together; ``number`` tells lines and other payers apart, 0 for the rest."""

    title: str
    rows: list[ShownRow] = field(default_factory=list)


def sections_of(rows: Sequence[Row], faults: Mapping[int, list[int]] | None = None) -> list[ShownSection]:
    """Return the rows by section, in their order.

    Args:
        faults: the numbers of the faults by the place of the row.
    """
    faults = faults or {}
    numbered = list(enumerate(rows))
    found = []
    for (section, number), members in groupby(numbered, key=lambda one: (one[1].section, one[1].number)):
        title = f"{section.value.removesuffix('s')} {number}" if number else section.value
        found.append(ShownSection(title, [ShownRow(row, faults.get(place, [])) for place, row in members]))
    return found
