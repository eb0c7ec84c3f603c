"""A 999 as values: what is wrong with which element of which segment of which transaction set of a group of ours."""

from typing import NamedTuple

from billing.x12.codes import element_error, group_error, segment_error, set_error
from billing.x12.outcomes import Outcome

CLAIM_CONTEXT = "CLM01"


class Context(NamedTuple):
    """A CTX: what the fault belongs to, or which other element made it one."""

    name: str
    """CLM01 and its like for the claim it belongs to; SITUATIONAL TRIGGER for what called for it."""
    value: str
    segment: str
    segment_position: int
    """Which segment of the set, from 1 (ST); 0 where it is not said."""
    loop: str
    element: str
    """Element, part and repetition, where they are said: ``5:3``."""
    reference: str


class ElementFault(NamedTuple):
    """An IK4."""

    position: int
    """Segment of the file that says so."""
    element: int
    """0 where it is not said."""
    component: int
    """0: the element as such."""
    repetition: int
    reference: str
    """Number of the data element in the standard."""
    code: str
    found: str
    """The value that is wrong; may be a patient's."""
    contexts: tuple[Context, ...]

    @property
    def meaning(self) -> str:
        """The code in words; empty for an unknown one."""
        return element_error(self.code)


class SegmentFault(NamedTuple):
    """An IK3 and what stands below it."""

    position: int
    """Segment of the file that says so."""
    segment: str
    """The name of the segment of ours that is wrong."""
    segment_position: int
    """Which segment of the set, from 1 (ST), as ``Placement`` counts them; 0 where it is not said."""
    loop: str
    code: str
    contexts: tuple[Context, ...]
    elements: tuple[ElementFault, ...]

    @property
    def meaning(self) -> str:
        """The code in words; empty for an unknown one."""
        return segment_error(self.code)

    @property
    def claim_number(self) -> str:
        """CLM01 of the claim it belongs to, where the partner says it; else look where the segment was placed."""
        every = (*self.contexts, *(context for element in self.elements for context in element.contexts))
        return next((context.value for context in every if context.name == CLAIM_CONTEXT), "")


class SetAcknowledged(NamedTuple):
    """An AK2 loop: one transaction set."""

    position: int
    kind: str
    """AK201: 837."""
    control_number: str
    """AK202: our ST02."""
    version: str
    faults: tuple[SegmentFault, ...]
    outcome: Outcome
    codes: tuple[str, ...]
    """IK502 to IK506."""

    @property
    def reasons(self) -> tuple[str, ...]:
        """The codes in words; an unknown one as it is."""
        return tuple(set_error(code) or code for code in self.codes)


class GroupAnswered(NamedTuple):
    """AK1: which group of ours is answered."""

    functional_id: str
    """HC for claims."""
    control_number: str
    """AK102: our GS06."""
    version: str


class GroupClosing(NamedTuple):
    """AK9, and whether it agrees with the sets that were read."""

    outcome: Outcome
    included: int | None
    """How many sets our GE said."""
    received: int | None
    accepted: int | None
    codes: tuple[str, ...]
    sets: int
    """How many AK2 loops were read; may be none where all were accepted."""
    sets_accepted: int
    is_complete: bool
    """AK9 and SE were there."""

    @property
    def reasons(self) -> tuple[str, ...]:
        """The codes in words; an unknown one as it is."""
        return tuple(group_error(code) or code for code in self.codes)


class GroupAcknowledgment(NamedTuple):
    """A whole 999 in memory."""

    group: GroupAnswered
    sets: tuple[SetAcknowledged, ...]
    closing: GroupClosing
