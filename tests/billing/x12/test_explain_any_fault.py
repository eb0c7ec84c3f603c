"""Whatever field of a claim is spoiled: each of its faults has a segment to be shown at."""

import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from billing.x12 import check_837i, check_837p
from billing.x12.explain import Row, cut_claim, explain, places_of
from billing.x12.syntax import X12Fault
from tests.billing.x12.claims import TODAY, a_file, varied_claims
from tests.billing.x12.institutional_claims import a_bill_file, varied_bills
from tests.billing.x12.optional_parts import with_optional_parts

Path = tuple[str | int, ...]


def leaves(value: Any, path: Path = ()) -> Iterator[Path]:
    """Yield where the texts of a claim stand, however deep; of several lines or payers the first two."""
    if isinstance(value, str):
        yield path
    elif isinstance(value, tuple):
        fields = getattr(value, "_fields", range(min(len(value), 2)))
        for field in fields:
            yield from leaves(getattr(value, field) if isinstance(field, str) else value[field], (*path, field))


def spoiled(value: Any, path: Path, text: str) -> Any:
    """Return a claim with one text changed."""
    if not path:
        return text
    first, *rest = path
    if isinstance(first, str):
        return value._replace(**{first: spoiled(getattr(value, first), tuple(rest), text)})
    return (*value[:first], spoiled(value[first], tuple(rest), text), *value[first + 1 :])


def rows_of(claim: Any, write: Callable[..., Any]) -> tuple[Row, ...]:
    """Return the rows of a claim; none if it cannot be written at all."""
    try:
        cut = cut_claim(write(claim).text.encode(), claim.control_number)
    except X12Fault:
        return ()
    return explain(cut) if cut is not None else ()


@pytest.mark.parametrize("text", ["", "?", "9" * 90])
@pytest.mark.parametrize("kind", ["professional", "institutional"])
def test_each_fault_of_a_spoiled_claim_is_shown_at_a_segment(kind: str, text: str) -> None:
    if kind == "professional":
        chance = random.Random(5)
        claims: list[Any] = [with_optional_parts(claim, chance) for claim in varied_claims(9)[1:]]
        check: Callable[..., Any] = check_837p.check_claim
        write: Callable[..., Any] = a_file
    else:
        claims, check, write = varied_bills(9)[1:], check_837i.check_claim, a_bill_file
    shown = 0
    for claim in claims:
        for path in leaves(claim):
            given = spoiled(claim, path, text)
            rows = rows_of(given, write)
            faults = check(given, today=TODAY) if rows else []
            assert [fault for fault in faults if not places_of(fault, rows)] == []
            shown += len(faults)
    assert shown > 100
