"""The fault of a file, and the list that all inspectors write to."""

from typing import NamedTuple

from billing.x12.syntax import Segment


class FileFault(NamedTuple):
    """One thing wrong with a file. ``found`` may be a patient's: show it to who mends the file, never log it."""

    position: int
    """Segment of the file, from 1 (ISA)."""
    transaction: str
    """ST02; empty outside a transaction set."""
    segment: str
    element: int
    """0: the segment as such."""
    found: str
    message: str

    def __str__(self) -> str:
        element = f"{self.element:02}" if self.element else ""
        found = f": '{self.found}'" if self.found else ""
        return f"segment {self.position} {self.segment}{element}{found}: {self.message}"


class FaultList:
    """Gathers the faults of one file."""

    def __init__(self) -> None:
        self.faults: list[FileFault] = []
        self.transaction = ""

    def add(self, segment: Segment, element: int, message: str) -> None:
        """Note a fault of an element; 0 is the segment as such."""
        found = segment[element] if element else ""
        self.faults.append(FileFault(segment.position, self.transaction, segment.name, element, found, message))
