"""Loops of service lines (2110) found as text and known again, so that most lines of a remittance are never split.

A payer decides the same of the same code all day long: the loop of one line differs from that of another in our number
alone (REF*6R). So a loop that comes a second time is kept by its text before and after that number. What deviates in
anything is never kept: it is read segment by segment each time, and each time noted in its own place.
"""

from collections.abc import Iterator
from functools import lru_cache
from itertools import chain
from typing import Any, NamedTuple

from billing.x12.reading.composites import Reference
from billing.x12.remit_835.repeating import LINE_MAKERS, service_of
from billing.x12.remit_835.values import Decision, ServicePaid

END = "\n"
"""Ends a segment in the texts below; none holds it."""

_OUR_NUMBER = "6R"
_AT_MOST = 1 << 12
_MET_AT_MOST = 1 << 14
_new = tuple.__new__
"""Makes a named tuple without the call in between that its class would cost: of lines there are very many."""


class Marks(NamedTuple):
    """How what is looked for begins, where elements are joined in this way."""

    joint: str
    claim: str
    service: str
    our_number: str


@lru_cache
def marks_of(joint: str) -> Marks:
    """Return the marks for a separator of elements."""
    return Marks(joint, f"{END}CLP{joint}", f"{END}SVC{joint}", f"{END}REF{joint}{_OUR_NUMBER}{joint}")


class Loop(NamedTuple):
    """What a loop says, but for our number of the line."""

    decision: Decision
    before: tuple[Reference, ...]
    """The references before our number; all of them if the loop has none."""
    after: tuple[Reference, ...]
    length: int
    """How many segments it has, our number counted."""


class KnownLoops:
    """The loops met so far in one transaction, a limited number of them."""

    def __init__(self, component: str) -> None:
        self._component = component
        self._known: dict[str | tuple[str, str], Loop | None] = {}
        """None: what comes again and again, and must be read segment by segment."""
        self._met: set[int] = set()
        """Hashes of texts that came once: to keep what never comes again costs more than to read it."""

    def read(self, text: str, marks: Marks, position: int) -> tuple[ServicePaid, int] | None:
        """Return the line of a loop and how many segments it has; None if it must be read segment by segment.

        Args:
            text: what stands after the mark of the service up to the next SVC or CLP.
            marks: how the parts of the text begin.
            position: the segment of the file at which the loop begins.
        """
        before, _, rest = text.partition(marks.our_number)
        number, _, after = rest.partition(END)
        if marks.joint in number:
            return None
        key = (before, after) if number else text
        loop = self._known.get(key) or self._met_again(key, text, marks)
        if loop is None:
            return None
        references = loop.before
        if number:
            references = (*references, _new(Reference, (_OUR_NUMBER, number)), *loop.after)
        return _new(ServicePaid, (position, references, loop.decision)), loop.length

    def _met_again(self, key: str | tuple[str, str], text: str, marks: Marks) -> Loop | None:
        if key in self._known:
            return None
        if hash(key) not in self._met:
            if len(self._met) >= _MET_AT_MOST:
                self._met.clear()
            self._met.add(hash(key))
            return None
        segments = (segment.split(marks.joint) for segment in f"SVC{marks.joint}{text}".split(END))
        if len(self._known) >= _AT_MOST:
            self._known.clear()
        loop = self._known[key] = loop_of(segments, self._component, is_numbered=isinstance(key, tuple))
        return loop


def loop_of(segments: Iterator[list[str]], component: str, *, is_numbered: bool) -> Loop | None:
    """Return what a loop says; None if anything in it deviates, or belongs to no service line.

    Args:
        segments: SVC and all that stands before the next SVC or CLP.
        component: the separator of components.
        is_numbered: whether the first of our numbers is to be left out; it is there.
    """
    service = service_of(next(segments), component)
    if service is None:
        return None
    said: dict[str, list[Any]] = {name: [] for name in LINE_MAKERS}
    length = 1
    for elements in segments:
        length += 1
        maker = LINE_MAKERS.get(elements[0])
        made = maker(elements) if maker else None
        if made is None:
            return None
        said[elements[0]].append(made)
    decision = Decision(
        *service, tuple(chain.from_iterable(said["CAS"])),
        tuple(said["DTM"]), tuple(said["AMT"]), tuple(said["QTY"]), tuple(said["LQ"]),
    )  # fmt: skip
    references = said["REF"]
    ours = [qualifier for qualifier, _ in references].index(_OUR_NUMBER) if is_numbered else len(references)
    return Loop(decision, tuple(references[:ours]), tuple(references[ours + 1 :]), length)
