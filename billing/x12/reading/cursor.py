"""Typed cells of the segment at hand, which every reader of a transaction asks; what is not so is noted."""

from datetime import date
from decimal import Decimal

from billing.x12.reading.cells import NOTHING, day_of, joint_of, number_of
from billing.x12.reading.interchanges import Transaction

DAY_LENGTH = 8
MOST_DIGITS = 10


class Cursor:
    """Reads cells of the segments of one transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self.transaction = transaction
        self.component = transaction.component

    def amount(self, elements: list[str], number: int) -> Decimal:
        """Return a required amount; 0 where it is missing or unreadable, which is noted."""
        text = elements[number] if number < len(elements) else ""
        value = number_of(text)
        if value is not None:
            return value
        self.transaction.note("not-a-number" if text else "missing-amount", elements, number)
        return NOTHING

    def amount_or_nothing(self, elements: list[str], number: int) -> Decimal:
        """Return an amount that is 0 where it is empty."""
        return self.amount(elements, number) if number < len(elements) and elements[number] else NOTHING

    def number(self, elements: list[str], number: int) -> Decimal | None:
        """Return a number that need not be there."""
        return self.amount(elements, number) if number < len(elements) and elements[number] else None

    def count(self, elements: list[str], number: int) -> int:
        """Return a whole number; 0 where it is empty or unreadable, the latter noted."""
        return self.count_of(elements[number] if number < len(elements) else "", elements, number)

    def count_of(self, text: str, elements: list[str], number: int) -> int:
        """Return a whole number that is a part of an element."""
        if text.isascii() and text.isdigit() and len(text) < MOST_DIGITS:
            return int(text)
        if text:
            self.transaction.note("not-a-number", elements, number)
        return 0

    def day(self, elements: list[str], number: int) -> date | None:
        """Return a day; None where it is empty or unreadable, the latter noted."""
        text = elements[number] if number < len(elements) else ""
        if not text:
            return None
        value = day_of(text)
        if value is None or len(text) != DAY_LENGTH:
            self.transaction.note("not-a-date", elements, number, expected="CCYYMMDD")
        return value

    def joint(self, elements: list[str], number: int) -> str:
        """Return the sign that joins the parts of an element, noted if it is not the one declared."""
        text = elements[number] if number < len(elements) else ""
        if self.component in text:
            return self.component
        joint = joint_of(text, self.component)
        if joint != self.component:
            self.transaction.note("other-component-separator", elements, number, expected=self.component)
        return joint

    def parts(self, elements: list[str], number: int, least: int) -> list[str]:
        """Return the parts of an element, with empty ones up to ``least``."""
        text = elements[number] if number < len(elements) else ""
        return text.split(self.joint(elements, number)) + [""] * least

    def note_extra(self, elements: list[str], most: int) -> None:
        """Keep the elements that the guide does not know."""
        found = "*".join(elements[most + 1 :])
        self.transaction.note("extra-elements", elements, most + 1, found, f"at most {most} elements")
