"""Form locators 76 to 81: who attends, other providers, remarks, and the specialty of who bills."""

from textwrap import wrap

from billing.paper.sheets import Sheet
from billing.x12.claim_837i import Claim837I
from billing.x12.parties import Provider

_SPECIALTY = "B3"
_FIRST_REMARK = 19


def fill_providers(sheet: Sheet, claim: Claim837I) -> None:
    """Fill the foot of a page."""
    if claim.attending is not None:
        _put_provider(sheet, "attending_{}", claim.attending, "attending")
    for number, (role, field, provider) in enumerate(_others(claim), 1):
        sheet.put(f"other_role_{number}", role, field)
        _put_provider(sheet, f"other_{{}}_{number}", provider, field)
    _fill_remarks(sheet, claim)
    if claim.billing.taxonomy:
        sheet.put("code_kind", _SPECIALTY, "billing.taxonomy")
        sheet.put("code_value", claim.billing.taxonomy, "billing.taxonomy")


def _others(claim: Claim837I) -> list[tuple[str, str, Provider]]:
    """Return who else is named, without who attends already."""
    known = (("82", "rendering", claim.rendering), ("DN", "referring", claim.referring))
    npi = claim.attending.npi if claim.attending is not None else ""
    return [(role, field, one) for role, field, one in known if one is not None and one.npi != npi]


def _put_provider(sheet: Sheet, box: str, provider: Provider, field: str) -> None:
    sheet.put(box.format("npi"), provider.npi, f"{field}.npi")
    sheet.put(box.format("last"), f"{provider.last_name} {provider.suffix}".strip(), f"{field}.last_name")
    sheet.put(box.format("first"), f"{provider.first_name} {provider.middle_name[:1]}".strip(), f"{field}.first_name")


def _fill_remarks(sheet: Sheet, claim: Claim837I) -> None:
    """Put notes into four lines, the first of them shorter, parted between words."""
    text = " ".join([*(note.text for note in claim.notes), claim.billing_note])
    width = sheet.form.places["remark_2"].width
    lines = wrap(text, width, initial_indent=" " * (width - _FIRST_REMARK), break_on_hyphens=False)
    if lines:
        sheet.put("remark_1", lines[0], "billing_note")
    for row, line in enumerate(lines[1:]):
        sheet.put("remark_2", line, "billing_note", row=row)
