"""The claims of a course before they are sent: as the payer would see them, with what must be mended first."""

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from billing.previews import PreviewedClaim, PreviewFault, preview_course
from billing.views.claim_paper import paper_of
from billing.views.claim_text import ShownSection, sections_of
from billing.x12.explain import Mends
from courses.models import Course
from patients.audit import note_access
from patients.models import Payer
from patients.roles import READS_MONEY, Role, allow, has_role

_WORDS = {
    Mends.FACILITY: "the facility", Mends.PATIENT: "the patient", Mends.COVERAGE: "the coverage",
    Mends.PAYER: "the payer", Mends.PROVIDER: "the physician", Mends.COURSE: "the course", Mends.LINE: "the line",
    Mends.AUTHORIZATION: "the authorizations", Mends.ENCOUNTER: "the stays of the patient",
    Mends.REMITTANCE: "the remittance", Mends.CLAIM: "",
}  # fmt: skip
_IN_SETTINGS = frozenset({Mends.FACILITY, Mends.PAYER, Mends.PROVIDER})
"""What only an administrator opens."""


@dataclass(frozen=True, slots=True)
class ShownFault:
    """A fault, and the page on which it is mended; without one, who can open it."""

    fault: PreviewFault
    url: str
    words: str


@dataclass(frozen=True, slots=True)
class ShownClaim:
    """A claim as the page draws it."""

    number: int
    claim: PreviewedClaim
    payer: Payer
    faults: list[ShownFault]
    sections: list[ShownSection]
    prefix: str

    @property
    def form(self) -> str:
        """Return the paper form of its kind."""
        return "UB-04" if self.claim.claim_kind == "institutional" else "CMS-1500"


@allow(read=READS_MONEY)
@require_safe
def preview(request: HttpRequest, course_id: int) -> HttpResponse:
    """Show the claims that a course would give now. Nothing is stored."""
    related = ("patient", "facility", "physician")
    course = get_object_or_404(Course.objects.select_related(*related), pk=course_id)
    note_access(user=request.user, patient=course.patient_id, what="billing:claim-preview")
    found = preview_course(course_id=course.pk, at=timezone.now())
    payers = Payer.objects.in_bulk({claim.payer_id for claim in found.claims})
    context = {
        "page_title": "Claims of a course, before they are sent",
        "course": course,
        "preview": found,
        "shown": [
            _shown(request, number, claim, payers[claim.payer_id], course)
            for number, claim in enumerate(found.claims, 1)
        ],
        "crumbs": [("Lines to review", reverse("billing:worklist")), ("Show the claim", "")],
    }
    return render(request, "billing/claim_preview.html", context)


@allow(read=READS_MONEY)
@require_safe
def paper(request: HttpRequest, course_id: int, number: int) -> HttpResponse:
    """Hand out one of the claims as a PDF: data on the positions of the form, or with ``?grid=1`` on a plain grid."""
    course = get_object_or_404(Course.objects.select_related("facility"), pk=course_id)
    note_access(user=request.user, patient=course.patient_id, what="billing:claim-paper")
    claims = preview_course(course_id=course.pk, at=timezone.now()).claims
    if not 1 <= number <= len(claims) or claims[number - 1].faults:
        raise Http404("There is no complete claim of this number.")
    made = paper_of(claims[number - 1].value, request, course.facility, timezone.now(), f"claim-{course.pk}-{number}")
    return made or redirect("billing:claim-preview", course.pk)


def _shown(request: HttpRequest, number: int, claim: PreviewedClaim, payer: Payer, course: Course) -> ShownClaim:
    by_place: dict[int, list[int]] = {}
    for fault in claim.faults:
        for place in fault.places:
            by_place.setdefault(place, []).append(fault.number)
    opens_settings = has_role(request.user, Role.ADMINISTRATOR)
    faults = [_shown_fault(fault, claim, course, opens_settings) for fault in claim.faults]
    return ShownClaim(number, claim, payer, faults, sections_of(claim.rows, by_place), f"claim-{number}-")


def _shown_fault(fault: PreviewFault, claim: PreviewedClaim, course: Course, opens_settings: bool) -> ShownFault:
    if fault.mends in _IN_SETTINGS and not opens_settings:
        return ShownFault(fault, "", f"An administrator opens {_WORDS[fault.mends]} in the settings.")
    return ShownFault(fault, _address(fault, claim, course), f"Open {_WORDS[fault.mends]}")


def _address(fault: PreviewFault, claim: PreviewedClaim, course: Course) -> str:
    """Return the page on which a fault is mended; none where there is none."""
    if fault.mends is Mends.PROVIDER and fault.provider_id is None:
        return reverse("courses:course", args=[course.pk])
    addresses: dict[Mends, tuple[str, int | None]] = {
        Mends.FACILITY: ("admin:oncocharge_patients_facility_change", course.facility_id),
        Mends.PATIENT: ("patients:correct", course.patient_id),
        Mends.COVERAGE: ("patients:coverage-correct", claim.coverage_id),
        Mends.PAYER: ("admin:oncocharge_patients_payer_change", claim.payer_id),
        Mends.PROVIDER: ("admin:oncocharge_patients_provider_change", fault.provider_id),
        Mends.COURSE: ("courses:course", course.pk),
        Mends.LINE: ("billing:line", fault.entry_id),
        Mends.AUTHORIZATION: ("billing:course-authorizations", course.pk),
        Mends.ENCOUNTER: ("patients:patient", course.patient_id),
    }
    name, pk = addresses.get(fault.mends, ("", None))
    return reverse(name, args=[pk]) if name and pk is not None else ""
