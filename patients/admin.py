"""What an administrator keeps: facilities, providers, payers with their policies; and the log of who looked at whom.

Patients and coverages have pages of their own: the admin's search would put a name into an address.
"""

from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from patients.models import Facility, PatientAccess, Payer, PayerPolicy, Provider
from patients.roles import Role, has_role
from patients.terms import PayerKind


class AdministratorsAlone:
    """Opens a model of the admin to administrators, whatever Django's own permissions say; nothing is deleted.

    Rows are named by charges and claims long after: what is no longer used is made inactive or ends by date.
    """

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whether the app shows on the index."""
        return has_role(request.user, Role.ADMINISTRATOR)

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Whether rows are shown."""
        return has_role(request.user, Role.ADMINISTRATOR)

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Whether rows are added."""
        return has_role(request.user, Role.ADMINISTRATOR)

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Whether rows are changed."""
        return has_role(request.user, Role.ADMINISTRATOR)

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Nothing is deleted here."""
        return False


@admin.register(Facility)
class FacilityAdmin(AdministratorsAlone, admin.ModelAdmin):  # type: ignore[type-arg]  # not generic when it runs
    """Where patients are treated, and how that place bills."""

    list_display = ("name", "setting", "bills", "npi", "time_zone")
    fieldsets = (
        (None, {"fields": ("name", "setting", "bills", "place_of_service", "time_zone")}),
        (
            "As billing provider",
            {"fields": ("npi", "tax_id", "taxonomy", "facility_code", "contact_name", "contact_phone")},
        ),
        ("Address", {"fields": ("street", "street2", "city", "state", "zip_code")}),
        (
            "Service location, where it is not the address above",
            {
                "fields": (
                    "service_name",
                    "service_npi",
                    "service_street",
                    "service_street2",
                    "service_city",
                    "service_state",
                    "service_zip_code",
                )
            },
        ),
    )


@admin.register(Provider)
class ProviderAdmin(AdministratorsAlone, admin.ModelAdmin):  # type: ignore[type-arg]  # not generic when it runs
    """Whose NPI a claim may carry."""

    list_display = ("last_name", "first_name", "npi", "is_physician", "is_active")
    list_filter = ("is_active", "is_physician")


class PolicyInline(AdministratorsAlone, admin.StackedInline):  # type: ignore[type-arg]  # not generic when it runs
    """A payer's settings, each with its dates, to be read: they are entered where their consequences show first."""

    model = PayerPolicy
    extra = 0
    verbose_name_plural = "policies, entered under Practice, Payer policies"

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """A period needs a reason and a look at what it changes."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """The same."""
        return False


OF_MEDICARE = ("MA", "MB")
FILED_AS = (
    "What claims say of the plan (SBR09): Medicare MB, of hospitals' claims MA; Medicare Advantage 16; Medicaid MC; "
    "Tricare CH; workers' compensation WC; Blue Cross BL; other commercial plans CI."
)


class PayerForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic when it runs
    """A payer; how its claims are filed is said, not assumed: Medicare's would go out as a commercial plan's."""

    class Meta:
        model = Payer
        exclude = ()
        help_texts = {"filing_indicator": FILED_AS}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            self.initial["filing_indicator"] = ""

    def clean_filing_indicator(self) -> str:
        """Return the code as it is published."""
        return str(self.cleaned_data["filing_indicator"]).strip().upper()

    def clean(self) -> dict[str, Any]:
        """Refuse a Medicare that is filed as another kind of plan."""
        said = super().clean() or {}
        indicator = said.get("filing_indicator")
        if said.get("kind") == PayerKind.MEDICARE and indicator and indicator not in OF_MEDICARE:
            self.add_error("filing_indicator", f"{indicator} is not Medicare's. Enter MB, or MA for hospitals' claims.")
        return said


@admin.register(Payer)
class PayerAdmin(AdministratorsAlone, admin.ModelAdmin):  # type: ignore[type-arg]  # not generic when it runs
    """Who pays, and on which terms."""

    list_display = ("name", "kind", "payer_id", "filing_indicator", "is_active")
    list_filter = ("kind", "is_active")
    form = PayerForm
    fieldsets = (
        (None, {"fields": ("name", "kind", "payer_id", "filing_indicator", "is_active")}),
        ("Address", {"fields": ("street", "street2", "city", "state", "zip_code")}),
    )
    inlines = (PolicyInline,)


@admin.register(PatientAccess)
class PatientAccessAdmin(AdministratorsAlone, admin.ModelAdmin):  # type: ignore[type-arg]  # not generic when it runs
    """Who looked at which patient: to be read, never written."""

    list_display = ("at", "user", "patient_link", "what")
    list_filter = ("user", "what", ("at", admin.DateFieldListFilter))
    list_select_related = ("user", "patient")
    date_hierarchy = "at"

    @admin.display(description="patient")
    def patient_link(self, access: PatientAccess) -> str:
        """Name the patient by the record number."""
        return access.patient.mrn

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The log writes itself."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The log is never changed."""
        return False
