"""Form locators 18 to 41 and 66 to 70: conditions, occurrences, values, diagnoses and reasons for the visit.

They fill from left to right, then downward.
"""

from collections.abc import Iterator, Sequence
from typing import TypeVar

from billing.paper.sheets import Sheet, put_money
from billing.paper.values import day_of, money
from billing.x12.claim_837i import Claim837I

_ICD_10 = "0"
_Code = TypeVar("_Code")


def fill_codes(sheet: Sheet, claim: Claim837I) -> None:
    """Fill the codes of a claim."""
    sheet.put("code_version", _ICD_10, "diagnoses")
    for number, column, row, code in _spread(sheet, "67", "diagnoses", claim.diagnoses, (9, 2)):
        sheet.put(f"diagnosis_{column}", code, f"diagnoses[{number}]", row=row)
    for number, column, _, code in _spread(sheet, "70", "visit_reasons", claim.visit_reasons, (3, 1)):
        sheet.put(f"reason_{column}", code, f"visit_reasons[{number}]")
    for number, column, _, code in _spread(sheet, "18-28", "condition_codes", claim.condition_codes, (11, 1)):
        sheet.put(f"condition_{column}", code, f"condition_codes[{number}]")
    _fill_occurrences(sheet, claim)
    for number, column, row, value in _spread(sheet, "39-41", "value_codes", claim.value_codes, (3, 4)):
        field = f"value_codes[{number}]"
        sheet.put(f"value_{column}", value.code, field, row=row)
        put_money(sheet, f"value_{{}}_{column}", money(value.amount), field, row=row)


def _fill_occurrences(sheet: Sheet, claim: Claim837I) -> None:
    for number, column, row, one in _spread(sheet, "31-34", "occurrences", claim.occurrences, (4, 2)):
        field = f"occurrences[{number}]"
        sheet.put(f"occurrence_{column}", one.code, field, row=row)
        sheet.put(f"occurrence_day_{column}", day_of(one.on).six, field, row=row)
    for number, column, row, span in _spread(sheet, "35-36", "occurrence_spans", claim.occurrence_spans, (2, 2)):
        field = f"occurrence_spans[{number}]"
        sheet.put(f"span_{column}", span.code, field, row=row)
        sheet.put(f"span_from_{column}", day_of(span.first).six, field, row=row)
        sheet.put(f"span_through_{column}", day_of(span.last).six, field, row=row)


def _spread(
    sheet: Sheet, box: str, field: str, codes: Sequence[_Code], room: tuple[int, int]
) -> Iterator[tuple[int, int, int, _Code]]:
    """Yield each code with its number, its column from 1 and its row; none, and a fault, where they are too many.

    Args:
        sheet: the page.
        box: the form locators of the codes.
        field: where they are kept.
        codes: in their order.
        room: columns and rows.
    """
    columns, rows = room
    if len(codes) > columns * rows:
        remedy = f"The form has room for {columns * rows}; take some out, or send the claim electronically."
        sheet.fault(box, field, str(len(codes)), remedy)
        return
    for number, code in enumerate(codes):
        yield number, number % columns + 1, number // columns, code
