"""A page in the making: text is put into fields by their names, and what does not fit is said, never cut."""

from typing import NamedTuple

from billing.paper.places import Form, Place
from billing.x12.characters import transliterate


class PaperFault(NamedTuple):
    """Something of a claim that the form cannot carry; the claim is not printed. ``found`` may be a patient's."""

    control_number: str
    """Of the claim."""
    box: str
    """As the form numbers it."""
    field: str
    """Where the value is kept: subscriber.member_id, lines[2].description ..."""
    found: str
    remedy: str


class LeftOut(NamedTuple):
    """Something of a claim for which the form has no place by its own rules; the claim is printed without it."""

    control_number: str
    field: str
    why: str


class Mark(NamedTuple):
    """Text at its place on the paper."""

    line: int
    column: float
    text: str
    is_condensed: bool = False


class Sheet:
    """One page of a form."""

    def __init__(self, form: Form, control_number: str, faults: list[PaperFault]) -> None:
        self.form = form
        self.marks: list[Mark] = []
        self._control_number = control_number
        self._faults = faults

    def put(self, name: str, text: str, field: str, *, row: int = 0) -> None:
        """Put text into a field.

        Args:
            name: of the place.
            text: in any case, with or without accents.
            field: where the value is kept, for the fault.
            row: of a field that repeats, from 0.
        """
        place = self.form.places[name]
        plain = transliterate(text).upper().strip()
        if not plain:
            return
        is_condensed = place.width < len(plain) <= place.condensed
        remedy = _remedy(plain, place, row, is_condensed=is_condensed)
        if remedy:
            self.fault(place.box, field, text, remedy)
            return
        column = place.column + (place.width - len(plain) if place.right else 0)
        self.marks.append(Mark(place.line + row * place.step, column, plain, is_condensed))

    def check(self, name: str) -> None:
        """Put an X into a box."""
        place = self.form.places[name]
        self.marks.append(Mark(place.line, place.column, "X"))

    def fault(self, box: str, field: str, found: str, remedy: str) -> None:
        """Note something that the form cannot carry; once, however many pages say it."""
        fault = PaperFault(self._control_number, box, field, found, remedy)
        if fault not in self._faults:
            self._faults.append(fault)


def put_money(sheet: Sheet, box: str, amount: tuple[str, str], field: str, *, row: int = 0) -> None:
    """Put dollars and cents into their two fields; ``box`` has braces where the one says dollars, the other cents."""
    for part, text in zip(("dollars", "cents"), amount, strict=True):
        sheet.put(box.format(part), text, field, row=row)


def _remedy(text: str, place: Place, row: int, *, is_condensed: bool) -> str:
    if row >= place.rows:
        return f"The form has {place.rows} of them; take some out or send the claim electronically."
    if not text.isascii() or not text.isprintable():
        return "It has a character that no form can carry; type it again."
    if len(text) > place.width and not is_condensed:
        most = max(place.width, place.condensed)
        return (
            f"It has {len(text)} characters; box {place.box} takes {most}. Shorten it or send the claim electronically."
        )
    return ""
