"""Where the fields of a form stand on its paper: the tables beside this file, read once."""

import tomllib
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

COLUMN = 7.2
"""Points of a character at 10 to the inch."""
LINE = 12.0
"""Points of a line at 6 to the inch."""
PAGE_WIDTH, PAGE_HEIGHT = 612.0, 792.0


class Place(NamedTuple):
    """One field of a form."""

    line: int
    column: int
    width: int
    """Characters that it takes."""
    box: str
    """The number by which the form and its instructions name it."""
    says: str
    """What it holds, in our own words."""
    rows: int = 1
    """How often it stands below itself, ``step`` lines apart."""
    step: int = 1
    height: float = 1
    """Lines that its cell takes on the plain grid."""
    rise: float = 0
    """How far above its text the plain grid names it, in points."""
    right: bool = False
    condensed: int = 0
    """Characters that it takes if they are set closer, where the form allows it."""


class Form(NamedTuple):
    """A form: its places, and where its first line and column lie on the paper."""

    name: str
    places: MappingProxyType[str, Place]
    left: float
    """Points from the left edge to its first column."""
    top: float
    """Points from the upper edge to the foot of line 0."""
    first_column: int

    def x(self, column: float) -> float:
        """Return where a column begins, in points from the left edge."""
        return self.left + COLUMN * (column - self.first_column)

    def y(self, line: float) -> float:
        """Return the foot of a line's text, in points from the lower edge."""
        return PAGE_HEIGHT - self.top - LINE * line


@cache
def form(name: str) -> Form:
    """Return the form of a table: cms1500, ub04."""
    table = tomllib.loads((Path(__file__).parent / f"{name}.toml").read_text(encoding="utf-8"))
    common: dict[str, Any] = {key: table["form"][key] for key in ("height", "rise") if key in table["form"]}
    places = {key: Place(**{**common, **given}) for key, given in table["places"].items()}
    head = table["form"]
    return Form(head["name"], MappingProxyType(places), head["left"], head["top"], head["first_column"])
