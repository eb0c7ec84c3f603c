"""The HL chain of a transaction set: numbers without a gap, parents that exist and are of the right level."""

from billing.x12.inspect_837.faults import FaultList
from billing.x12.syntax import Segment

_PARENT_LEVEL = {"20": "", "22": "20", "23": "22"}
_NAMES = {"20": "billing provider", "22": "subscriber", "23": "patient"}
_BILLING, _SUBSCRIBER, _PATIENT = "20", "22", "23"


class _Level:
    """One HL and what hangs from it."""

    __slots__ = ("claims", "segment", "under")

    def __init__(self, segment: Segment) -> None:
        self.segment = segment
        self.under = 0
        self.claims = 0

    @property
    def code(self) -> str:
        return self.segment[3]


class Hierarchy:
    """Follows the HL segments of one transaction set."""

    _MOST_CLAIMS = 100

    def __init__(self, faults: FaultList) -> None:
        self._faults = faults
        self._levels: dict[str, _Level] = {}
        self._count = 0
        self._current: dict[str, str] = {}
        self._at: _Level | None = None

    def take(self, hl: Segment) -> None:
        """Inspect one HL."""
        self._count += 1
        if hl[1] != str(self._count):
            self._faults.add(hl, 1, f"HL numbers rise by one from 1; this one must be {self._count}.")
        if hl[3] in _PARENT_LEVEL:
            self._inspect_parent(hl)
        else:
            self._faults.add(hl, 3, "It must be 20, 22 or 23.")
        self._at = self._levels[hl[1]] = _Level(hl)
        self._current[hl[3]] = hl[1]

    def _inspect_parent(self, hl: Segment) -> None:
        level = _PARENT_LEVEL[hl[3]]
        parent = self._levels.get(hl[2])
        if not level:
            if hl[2]:
                self._faults.add(hl, 2, "A billing provider has no parent.")
            return
        if parent is None:
            self._faults.add(hl, 2, "No HL before this one has that number.")
        elif parent.code != level:
            self._faults.add(hl, 2, f"Its parent must be a {_NAMES[level]}.")
        elif hl[2] != self._current.get(level):
            self._faults.add(hl, 2, f"Its parent is not the {_NAMES[level]} that is open.")
        if parent is not None:
            parent.under += 1

    @property
    def has_patients_below(self) -> bool:
        """Whether the open level says that another follows below it."""
        return self._at is not None and self._at.segment[4] == "1"

    def claim(self, clm: Segment) -> None:
        """Count a claim under the open level."""
        if self._at is None:
            return
        self._at.claims += 1
        if self._at.claims == self._MOST_CLAIMS + 1:
            self._faults.add(clm, 0, f"More than {self._MOST_CLAIMS} claims hang from one HL.")

    def end(self) -> None:
        """Note levels that announce something else below them than there is."""
        for level in self._levels.values():
            hl = level.segment
            if hl[4] != ("1" if level.under else "0"):
                below = "levels" if level.under else "no level"
                self._faults.add(hl, 4, f"It has {below} below it and must say {'1' if level.under else '0'}.")
            if not level.under and not level.claims:
                self._faults.add(hl, 0, "Nothing hangs from this HL: no level, no claim.")
