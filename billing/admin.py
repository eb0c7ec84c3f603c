"""The money side for administrators to look at: partners, routes, fees, ledger, claims and files.

Payers with their policies stand in the patients' admin. What was posted, sealed, sent or priced is shown, not changed.
"""

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from billing.models import (
    Authorization,
    Claim,
    ClaimFile,
    ExportRun,
    FeeLine,
    FeeSchedule,
    HoldReason,
    LedgerEntry,
    PayerRoute,
    TradingPartner,
)
from patients.admin import AdministratorsAlone


class ReadOnly(AdministratorsAlone):
    """Shows rows that nobody changes by hand."""

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Nobody adds."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Nobody changes."""
        return False


@admin.register(FeeSchedule)
class FeeScheduleAdmin(ReadOnly, admin.ModelAdmin[FeeSchedule]):
    """Fee schedules, to look at: the page of fees changes them, and says first what that does to open lines."""

    list_display = ("name", "payer", "setting", "effective_from", "effective_to")
    list_select_related = ("payer",)
    search_fields = ("name",)
    ordering = ("name",)


@admin.register(FeeLine)
class FeeLineAdmin(ReadOnly, admin.ModelAdmin[FeeLine]):
    """Every price that ever stood, those taken back included; the page of fees changes them."""

    list_display = ("code", "modifier", "amount", "effective_from", "effective_to", "schedule", "withdrawn_at")
    list_filter = ("schedule", "modifier")
    list_select_related = ("schedule",)
    search_fields = ("code",)
    list_per_page = 100


@admin.register(TradingPartner)
class TradingPartnerAdmin(ReadOnly, admin.ModelAdmin[TradingPartner]):
    """Who takes claim files, to look at; entered, changed and tried out on the pages of trading partners."""

    list_display = ("name", "usage", "receiver_id", "transport", "is_default", "is_active", "last_control_number")
    list_filter = ("usage", "transport", "is_active")
    search_fields = ("name", "receiver_id")


@admin.register(PayerRoute)
class PayerRouteAdmin(ReadOnly, admin.ModelAdmin[PayerRoute]):
    """Which partner takes the claims of a payer, to look at."""

    list_display = ("payer", "partner")
    list_select_related = ("payer", "partner")
    search_fields = ("payer__name", "partner__name")


@admin.register(HoldReason)
class HoldReasonAdmin(AdministratorsAlone, admin.ModelAdmin[HoldReason]):
    """The practice's reasons for holds: words, days and place are changed here. One in use is put off, not deleted."""

    list_display = ("words", "code", "days", "place", "is_active")
    ordering = ("place",)

    def get_readonly_fields(self, request: HttpRequest, obj: HoldReason | None = None) -> tuple[str, ...]:
        """Keep the code of a reason: held lines and the program know it by that."""
        return ("code",) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Nobody deletes: history names it."""
        return False


@admin.register(Authorization)
class AuthorizationAdmin(ReadOnly, admin.ModelAdmin[Authorization]):
    """Prior authorizations of courses; entered and changed on their own pages, with a reason."""

    list_display = ("number", "course", "status", "codes", "units", "effective_from", "effective_to")
    list_filter = ("status",)
    search_fields = ("number",)
    exclude = ("source_key",)


@admin.register(LedgerEntry)
class LedgerEntryAdmin(ReadOnly, admin.ModelAdmin[LedgerEntry]):
    """The ledger, as it was posted."""

    list_display = ("id", "kind", "code", "modifiers", "service_on", "units", "amount", "course", "posted_at")
    list_filter = ("kind", "family", "claim_kind")
    search_fields = ("=id", "code", "=course__id")
    date_hierarchy = "service_on"
    show_full_result_count = False


@admin.register(Claim)
class ClaimAdmin(ReadOnly, admin.ModelAdmin[Claim]):
    """Claims, as they were sealed."""

    list_display = ("control_number", "file", "payer", "total_amount", "frequency")
    list_select_related = ("file", "payer")
    search_fields = ("control_number",)
    show_full_result_count = False


@admin.register(ClaimFile)
class ClaimFileAdmin(ReadOnly, admin.ModelAdmin[ClaimFile]):
    """Sealed files; their bytes are downloaded from the page of the file."""

    list_display = ("name", "partner", "control_number", "claim_count", "sealed_at", "delivered_at", "delivery_error")
    list_filter = ("partner", "usage")
    list_select_related = ("partner",)
    search_fields = ("name", "sha256")


@admin.register(ExportRun)
class ExportRunAdmin(ReadOnly, admin.ModelAdmin[ExportRun]):
    """Runs of the export."""

    list_display = ("id", "started_at", "finished_at", "started_by", "claims", "lines", "held_back", "error")
