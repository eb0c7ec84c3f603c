"""One claim as a PDF: its data on the positions of the paper form, or on a plain grid."""

from datetime import datetime
from io import BytesIO

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from billing.paper import write_cms1500, write_ub04
from billing.x12.claim_837i import Claim837I
from billing.x12.claim_837p import Claim837P
from patients.models import Facility


def paper_of(
    claim: Claim837P | Claim837I, request: HttpRequest, facility: Facility, at: datetime, name: str
) -> HttpResponse | None:
    """Answer with the claim as a PDF, on a plain grid with ``?grid=1``; where the form cannot carry it, say why.

    Args:
        at: when the claim was made; its day in the facility's zone stands on the form.
        name: of the file, without anything of the patient.
    """
    out, grid, day = BytesIO(), request.GET.get("grid") == "1", timezone.localdate(at, facility.zone)
    if isinstance(claim, Claim837I):
        printed = write_ub04([claim], out, made_on=day, grid=grid, phone=facility.contact_phone)
    else:
        printed = write_cms1500([claim], out, grid=grid, phone=facility.contact_phone, signed_on=day)
    if printed.faults:
        messages.error(request, f"The form cannot carry this claim: {printed.faults[0].remedy}")
        return None
    headers = {"Content-Disposition": f'attachment; filename="{name}.pdf"', "Cache-Control": "no-store"}
    return HttpResponse(out.getvalue(), content_type="application/pdf", headers=headers)
