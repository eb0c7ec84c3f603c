"""Form locators 42 to 49: the lines of a page, and on the last page what the whole claim comes to."""

from datetime import date

from billing.paper.sheets import Sheet, put_money
from billing.paper.values import day_of, money, money_of, total
from billing.x12.claim_837i import Claim837I, Line837I

LINES_A_PAGE = 22
_TOTAL_ROW = 22
_TOTAL = "0001"


def fill_services(sheet: Sheet, claim: Claim837I, *, page: int, pages: int, made_on: date) -> None:
    """Fill the lines of a page and its last line: page and pages, the day, and the total if it is the last page."""
    first = (page - 1) * LINES_A_PAGE
    for row, line in enumerate(claim.lines[first : first + LINES_A_PAGE]):
        _fill_line(sheet, line, row, f"lines[{first + row}]")
    sheet.put("page", str(page), "lines")
    sheet.put("pages", str(pages), "lines")
    sheet.put("made_on", f"{made_on:%m%d%y}", "made_on")
    if page == pages:
        sheet.put("revenue_code", _TOTAL, "charge", row=_TOTAL_ROW)
        put_money(sheet, "charge_{}", money(claim.charge), "charge", row=_TOTAL_ROW)
        not_covered = total(line.not_covered for line in claim.lines)
        if not_covered:
            put_money(sheet, "not_covered_{}", money_of(not_covered), "lines", row=_TOTAL_ROW)


def _fill_line(sheet: Sheet, line: Line837I, row: int, field: str) -> None:
    sheet.put("revenue_code", line.revenue_code, f"{field}.revenue_code", row=row)
    sheet.put("description", line.description, f"{field}.description", row=row)
    sheet.put("procedure", line.code + "".join(line.modifiers), f"{field}.code", row=row)
    sheet.put("service_day", day_of(line.service_on).six, f"{field}.service_on", row=row)
    if line.service_through not in ("", line.service_on):
        remedy = "The form takes one day a line; make a line of each day, or send the claim electronically."
        sheet.fault("45", f"{field}.service_through", line.service_through, remedy)
    sheet.put("units", line.units, f"{field}.units", row=row)
    put_money(sheet, "charge_{}", money(line.charge), f"{field}.charge", row=row)
    if line.not_covered:
        put_money(sheet, "not_covered_{}", money(line.not_covered), f"{field}.not_covered", row=row)
