"""Finds the ISA in whatever text, and takes the delimiters from it, also where it has not its fixed width."""

import re
from typing import NamedTuple

from billing.x12.syntax import Separators

LOOK_AHEAD = 400
"""Characters within which an ISA must have its sixteen elements; the fixed width is 106."""

_ISA_ELEMENTS = 16
_USUAL_COMPONENT = ":"
_SHAPE = re.compile(
    r"ISA([^A-Za-z0-9\s])..\1.{10}\1..\1.{10}\1..\1.{15}\1..\1.{15}\1.{6}\1.{4}\1.\1.{5}\1.{9}\1.\1.\1.[^A-Za-z0-9]",
    re.IGNORECASE | re.DOTALL,
)
_START = re.compile(r"ISA[^A-Za-z0-9\s]", re.IGNORECASE)
_BARE_START = re.compile(r"\s*(?:GS|ST)([^A-Za-z0-9\s])", re.IGNORECASE)


class Opening(NamedTuple):
    """An ISA as found: its elements, the delimiters it declares, how many characters it takes."""

    elements: list[str]
    separators: Separators
    length: int
    is_regular: bool


def find_isa(text: str, start: int = 0) -> int:
    """Return where an ISA may begin, or -1."""
    match = _START.search(text, start)
    return match.start() if match else -1


def has_isa_shape(text: str, start: int) -> bool:
    """Return whether an ISA of the fixed width begins here, whatever stands before it."""
    return _SHAPE.match(text, start) is not None


def read_isa(text: str) -> Opening | None:
    """Read the ISA with which a text begins; None if it is none.

    With other than the fixed width the delimiters are found by counting elements: what follows the sixteenth separator
    joins components, what follows that ends the segment. Where elements are missing: what stands before the next
    segment's name ends the ISA.
    """
    if has_isa_shape(text, 0):
        return _opening(text, 104, is_regular=True)
    if _START.match(text) is None:
        return None
    end, separator = 0, text[3]
    for _ in range(_ISA_ELEMENTS):
        end = text.find(separator, end + 1, LOOK_AHEAD)
        if end < 0:
            return _cut_short(text)
    if any(sign in text[:end] for sign in "\r\n"):
        return _wrapped(text) or _cut_short(text)
    if len(text) <= end + 1 or "GS" + separator in text[:end] or separator in text[end + 1 : end + 3]:
        return _cut_short(text)
    opening = _opening(text, end + 1, is_regular=False)
    return _cut_short(text) if opening.separators.segment.isalnum() else opening


def _cut_short(text: str) -> Opening | None:
    """Read an ISA that lacks elements by the segment that follows it."""
    follows = re.search(rf"[^A-Za-z0-9](?:GS|TA1){re.escape(text[3])}", text[:LOOK_AHEAD], re.IGNORECASE)
    if follows is None:
        return None
    head = text[: follows.start() + 1]
    body = head.rstrip()
    end = body[-1] if not body[-1].isalnum() and body[-1] != text[3] else "\n"
    body = body.removesuffix(end)
    component = body[-1:]
    elements = body.split(text[3])
    if component.isalnum() or component == text[3]:
        component = _USUAL_COMPONENT
    elements = [*elements, *[""] * _ISA_ELEMENTS][: _ISA_ELEMENTS + 1]
    return Opening(elements, Separators(text[3], component, "^", end), len(head.rstrip(" \t\r\n")), is_regular=False)


def _wrapped(text: str) -> Opening | None:
    """Read an ISA with line breaks in it, as where lines end after 80 characters."""
    joined = text.replace("\r", "").replace("\n", "")
    if not has_isa_shape(joined, 0):
        return None
    opening = _opening(joined, 104, is_regular=False)
    kept = [place for place, sign in enumerate(text) if sign not in "\r\n"]
    return opening._replace(length=kept[opening.length - 1] + 1)


def _opening(text: str, component_at: int, *, is_regular: bool) -> Opening:
    """Take the delimiters where ISA16 stands."""
    component, end = text[component_at], text[component_at + 1 : component_at + 2]
    if not end or end.isalnum():  # ISA16 is empty: what was taken for it ends the segment
        component, end, component_at = _USUAL_COMPONENT, component, component_at - 1
    elements = text[: component_at + 1].split(text[3])
    elements = [*elements[:_ISA_ELEMENTS], component]
    repetition = elements[11]
    if len(repetition) != 1 or repetition.isalnum():  # before 5010 it held U, and nothing was repeated
        repetition = "^"
    return Opening(elements, Separators(text[3], component, repetition, end), component_at + 2, is_regular)


def guess_separators(text: str) -> Separators | None:
    """Return the delimiters of a text that begins with GS or ST, without the ISA that would declare them."""
    match = _BARE_START.match(text)
    if match is None:
        return None
    end = "~" if "~" in text[:LOOK_AHEAD] else "\n"
    return Separators(match[1], _USUAL_COMPONENT, "^", end)
