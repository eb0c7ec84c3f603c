"""The patient pages: search, a patient with coverages and courses, registering, coverages.

No address holds a name or an MRN: patients are found by POST and named by their id.
"""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from patients import registration
from patients.audit import note_access
from patients.forms import CoverageForm, PatientForm, SearchForm, take_faults
from patients.identifiers import compact_mrn
from patients.models import Coverage, Patient
from patients.roles import EVERYONE, REGISTERS, allow, has_role

UNPROCESSABLE = 422
MOST_SHOWN = 50
SEARCHED = "patients_searched_for"


@allow(read=EVERYONE, write=EVERYONE)
@require_http_methods(["GET", "POST"])
def patients(request: HttpRequest) -> HttpResponse:
    """Search patients; the term travels in the body and stays in the session, so that back and paging keep it."""
    form = SearchForm(request.POST if request.method == "POST" else {"term": request.session.get(SEARCHED, "")})
    term = form.cleaned_data["term"].strip() if form.is_valid() else ""
    if request.method == "POST":
        request.session[SEARCHED] = term
    page = Paginator(_found(term), MOST_SHOWN).get_page(request.GET.get("page"))
    context = {
        "page_title": "Patients",
        "form": form,
        "term": term,
        "page_obj": page,
        "may_register": has_role(request.user, *REGISTERS),
    }
    if request.headers.get("HX-Request") == "true":
        return render(request, "patients/found.html", context)
    if request.method == "POST":
        return redirect("patients:list")
    return render(request, "patients/list.html", context)


@allow(read=EVERYONE)
@require_safe
def patient(request: HttpRequest, patient_id: int) -> HttpResponse:
    """Show one patient: who, covered by whom, treated how."""
    found = get_object_or_404(Patient, pk=patient_id)
    note_access(user=request.user, patient=found, what="patients:patient")
    context = {
        "page_title": "Patient",
        "patient": found,
        "coverages": list(found.coverages.select_related("payer").order_by("rank", "-effective_from")),
        "stays": list(found.encounters.select_related("facility").order_by("-starts_on")),
        "today": timezone.localdate(),
        "crumbs": [("Patients", reverse("patients:list")), ("Patient", "")],
        "may_register": has_role(request.user, *REGISTERS),
        "courses_url": _slot("PATIENTS_COURSES_SLOT", found),
    }
    return render(request, "patients/patient.html", context)


@allow(read=REGISTERS, write=REGISTERS)
@require_http_methods(["GET", "POST"])
def admit(request: HttpRequest) -> HttpResponse:
    """Register a patient."""
    form = PatientForm(request.POST or None)
    if form.is_valid():
        try:
            made = registration.admit_patient(**form.cleaned_data)
        except ValidationError as error:
            take_faults(form, error.message_dict)
        else:
            messages.success(request, "The patient is registered. Add the coverage next.")
            return redirect("patients:patient", made.pk)
    return _form(request, form, title="New patient", button="Register", back=reverse("patients:list"))


@allow(read=REGISTERS, write=REGISTERS)
@require_http_methods(["GET", "POST"])
def correct(request: HttpRequest, patient_id: int) -> HttpResponse:
    """Correct a patient's row."""
    found = get_object_or_404(Patient, pk=patient_id)
    note_access(user=request.user, patient=found, what="patients:correct")
    form = PatientForm(request.POST or None, instance=found)
    if form.is_valid():
        try:
            registration.correct_patient(patient=found, **form.cleaned_data)
        except ValidationError as error:
            take_faults(form, error.message_dict)
        else:
            messages.success(request, "Saved.")
            return redirect("patients:patient", found.pk)
    return _form(request, form, title="Correct the patient", button="Save", back=_page(found), patient=found)


@allow(read=REGISTERS, write=REGISTERS)
@require_http_methods(["GET", "POST"])
def add_coverage(request: HttpRequest, patient_id: int) -> HttpResponse:
    """Add a coverage."""
    found = get_object_or_404(Patient, pk=patient_id)
    note_access(user=request.user, patient=found, what="patients:coverage-add")
    form = CoverageForm(request.POST or None, initial={"effective_from": timezone.localdate().replace(day=1)})
    if form.is_valid():
        try:
            registration.add_coverage(patient=found, **form.cleaned_data)
        except ValidationError as error:
            take_faults(form, error.message_dict)
        else:
            messages.success(request, "The coverage is added.")
            return redirect("patients:patient", found.pk)
    return _form(request, form, title="New coverage", button="Add the coverage", back=_page(found), patient=found)


@allow(read=REGISTERS, write=REGISTERS)
@require_http_methods(["GET", "POST"])
def correct_coverage(request: HttpRequest, coverage_id: int) -> HttpResponse:
    """Correct or end a coverage."""
    coverage = get_object_or_404(Coverage.objects.select_related("patient"), pk=coverage_id)
    note_access(user=request.user, patient=coverage.patient, what="patients:coverage-correct")
    form = CoverageForm(request.POST or None, instance=coverage)
    if form.is_valid():
        try:
            registration.correct_coverage(coverage=coverage, **form.cleaned_data)
        except ValidationError as error:
            take_faults(form, error.message_dict)
        else:
            messages.success(request, "Saved. What it touches is charged anew.")
            return redirect("patients:patient", coverage.patient_id)
    back = _page(coverage.patient)
    return _form(request, form, title="Correct the coverage", button="Save", back=back, patient=coverage.patient)


def _found(term: str) -> QuerySet[Patient]:
    """Return the patients whose last name begins with the term, or whose MRN is it; 'last, first' narrows."""
    rows = Patient.objects.all()
    if not term:
        return rows
    last, _, first = (part.strip() for part in term.partition(","))
    by_name = Q(last_name__istartswith=last) & (Q(first_name__istartswith=first) if first else Q())
    return rows.filter(by_name | Q(mrn=compact_mrn(term)) | Q(first_name__istartswith=term))


def _slot(setting: str, found: Patient) -> str:
    """Return the URL of what the storey above has to say of the patient; empty where the roof names none."""
    name = getattr(settings, setting, "")
    try:
        return reverse(name, args=[found.pk]) if name else ""
    except NoReverseMatch:
        return ""


def _page(found: Patient) -> str:
    return reverse("patients:patient", args=[found.pk])


def _form(
    request: HttpRequest, form: Any, *, title: str, button: str, back: str, patient: Patient | None = None
) -> HttpResponse:
    crumbs = [("Patients", reverse("patients:list"))]
    if patient is not None:
        crumbs.append((patient.full_name, _page(patient)))
    context = {"form": form, "page_title": title, "button": button, "back": back, "crumbs": [*crumbs, (title, "")]}
    return render(request, "patients/form.html", context, status=UNPROCESSABLE if form.is_bound else 200)
