"""Medicare's own code files as they were loaded: which file, from when, and every row of it.

A row is never changed: a corrected file of the same quarter takes the place of the old one, rows and all, and a
later quarter stands beside it. What holds on a day is the latest file up to that day; see billing/reference.
Descriptors of CPT codes are licensed and are not stored; those of ICD-10-CM and HCPCS Level II are public.
"""

import pghistory
import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from billing.cms.kinds import TITLES, FileKind

_CODE = r"^[0-9A-Z]{5}$"


def _never_changed() -> tuple[pgtrigger.Trigger, ...]:
    return (pgtrigger.Protect(name="never_changed", operation=pgtrigger.Update),)


def _is_code(name: str, field: str) -> models.CheckConstraint:
    return models.CheckConstraint(name=name, condition=Q(**{f"{field}__regex": _CODE}))


@pghistory.track(pghistory.InsertEvent(), pghistory.DeleteEvent())
class ReferenceFile(models.Model):
    """One loaded file. Its history keeps those that a corrected one has replaced."""

    kind = models.CharField(max_length=20, choices=[(kind.value, TITLES[kind]) for kind in FileKind])
    effective_from = models.DateField(help_text="First day of the quarter or year that it is published for.")
    version = models.CharField(max_length=20, blank=True, help_text="As its publisher names it, such as v322r0.")
    edition = models.CharField(max_length=20, blank=True, help_text="nonQPP or QPP, for relative values.")
    part = models.PositiveSmallIntegerField(default=0, help_text="Of a file in several parts; else 0.")
    name = models.CharField(max_length=120)
    sha256 = models.CharField("SHA-256", max_length=64)
    byte_count = models.BigIntegerField()
    row_count = models.PositiveIntegerField()
    first_code = models.CharField(max_length=7, blank=True, help_text="A part rules from its first code to its last.")
    last_code = models.CharField(max_length=7, blank=True)
    loaded_at = models.DateTimeField(db_default=Now())
    loaded_by = models.CharField(max_length=150, help_text="command or the user's name")

    class Meta:
        ordering = ("kind", "-effective_from", "edition", "part")
        constraints = (
            models.UniqueConstraint(
                name="reference_file_stands_once", fields=("kind", "effective_from", "edition", "part")
            ),
            models.CheckConstraint(
                name="reference_file_kind_is_known", condition=Q(kind__in=[kind.value for kind in FileKind])
            ),
            models.CheckConstraint(name="reference_file_has_rows", condition=Q(row_count__gte=1)),
            models.CheckConstraint(name="reference_file_has_its_hash", condition=Q(sha256__regex=r"^[0-9a-f]{64}$")),
        )
        triggers = _never_changed()

    def __str__(self) -> str:
        return f"{self.name} from {self.effective_from}"


class _Row(models.Model):
    """What every row has: its file, and the line of that file on which it stands."""

    # The unique constraint of each table begins with the file, and is its index too.
    file = models.ForeignKey(ReferenceFile, on_delete=models.CASCADE, related_name="+", db_index=False)
    line = models.PositiveIntegerField()

    class Meta:
        abstract = True


class CodePair(_Row):
    """Two codes that may not stand together on a day (NCCI). ``indicator`` 0: never; 1: with a modifier; 9: void."""

    column1 = models.CharField(max_length=5)
    column2 = models.CharField(max_length=5)
    effective_from = models.DateField()
    effective_to = models.DateField(null=True, help_text="The last day in force; the file's deletion date.")
    indicator = models.PositiveSmallIntegerField()
    rationale = models.CharField(max_length=150, blank=True)

    class Meta:
        constraints = (
            # Real files name a pair several times, with other dates, and void ones beside those in force.
            models.UniqueConstraint(
                name="code_pair_stands_once",
                fields=("file", "column1", "column2", "effective_from", "effective_to", "indicator"),
                nulls_distinct=False,
            ),
            models.CheckConstraint(name="code_pair_indicator_is_known", condition=Q(indicator__in=(0, 1, 9))),
            models.CheckConstraint(
                name="code_pair_ends_after_it_starts",
                condition=Q(effective_to__isnull=True) | Q(effective_to__gte=F("effective_from")),
            ),
            _is_code("code_pair_column1_is_a_code", "column1"),
            _is_code("code_pair_column2_is_a_code", "column2"),
        )
        indexes = (models.Index(fields=("column2", "file"), name="code_pair_by_column2"),)  # reader: a code's page
        triggers = _never_changed()

    def __str__(self) -> str:
        return f"{self.column1}/{self.column2} from {self.effective_from}"


class UnitLimit(_Row):
    """The most units of a code on a day (MUE). ``indicator``: 1 claim line, 2 day by policy, 3 day, clinical."""

    code = models.CharField(max_length=5)
    units = models.PositiveIntegerField()
    indicator = models.PositiveSmallIntegerField("adjudication indicator")
    rationale = models.CharField(max_length=150, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(name="unit_limit_stands_once", fields=("file", "code")),
            models.CheckConstraint(name="unit_limit_indicator_is_known", condition=Q(indicator__in=(1, 2, 3))),
            _is_code("unit_limit_has_a_code", "code"),
        )
        triggers = _never_changed()

    def __str__(self) -> str:
        return f"{self.code}: {self.units}"


class RelativeValue(_Row):
    """What the physician fee schedule says of a code, bare or with 26, TC or 53. Values are relative, not dollars."""

    code = models.CharField(max_length=5)
    modifier = models.CharField(max_length=2, blank=True)
    status = models.CharField(max_length=1, help_text="A active, B bundled, C carrier priced, I invalid ...")
    work = models.DecimalField(max_digits=9, decimal_places=2)
    pe_non_facility = models.DecimalField("practice expense, non-facility", max_digits=9, decimal_places=2)
    na_non_facility = models.BooleanField("not done outside facilities")
    pe_facility = models.DecimalField("practice expense, facility", max_digits=9, decimal_places=2)
    na_facility = models.BooleanField("not done in facilities")
    malpractice = models.DecimalField(max_digits=9, decimal_places=2)
    total_non_facility = models.DecimalField(max_digits=9, decimal_places=2)
    total_facility = models.DecimalField(max_digits=9, decimal_places=2)
    pc_tc = models.CharField("PC/TC indicator", max_length=1, blank=True)
    global_days = models.CharField(max_length=3, blank=True)
    multiple_procedure = models.CharField(max_length=1, blank=True)
    supervision = models.CharField("physician supervision", max_length=2, blank=True)
    # Empty in rows that were loaded before these five were read: the file says them once it is loaded again.
    bilateral = models.CharField(max_length=1, blank=True)
    assistant = models.CharField("assistant at surgery", max_length=1, blank=True)
    co_surgeon = models.CharField("co-surgeons", max_length=1, blank=True)
    team = models.CharField("team surgery", max_length=1, blank=True)
    imaging_family = models.CharField("diagnostic imaging family", max_length=2, blank=True)
    conversion_factor = models.DecimalField(max_digits=9, decimal_places=4, null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(name="relative_value_stands_once", fields=("file", "code", "modifier")),
            models.CheckConstraint(
                name="relative_value_is_not_negative",
                condition=Q(work__gte=0, pe_non_facility__gte=0, pe_facility__gte=0, malpractice__gte=0),
            ),
            _is_code("relative_value_has_a_code", "code"),
        )
        triggers = _never_changed()

    def __str__(self) -> str:
        return f"{self.code} {self.modifier}".strip()


class Gpci(_Row):
    """The three cost indices of a Medicare locality; the work index with the floor where the file gives both."""

    mac = models.CharField("Medicare administrative contractor", max_length=5)
    state = models.CharField(max_length=2)
    locality = models.CharField(max_length=2)
    name = models.CharField(max_length=100)
    work = models.DecimalField(max_digits=6, decimal_places=3)
    pe = models.DecimalField("practice expense", max_digits=6, decimal_places=3)
    mp = models.DecimalField("malpractice", max_digits=6, decimal_places=3)

    class Meta:
        constraints = (
            models.UniqueConstraint(name="gpci_stands_once", fields=("file", "mac", "locality")),
            models.CheckConstraint(name="gpci_is_positive", condition=Q(work__gt=0, pe__gt=0, mp__gt=0)),
        )
        triggers = _never_changed()

    def __str__(self) -> str:
        return f"{self.mac} {self.locality} {self.name}"


class OppsRate(_Row):
    """How the outpatient hospital system pays a code: status indicator, APC, national rate. Nothing where packaged."""

    code = models.CharField(max_length=5)
    status_indicator = models.CharField(max_length=2)
    apc = models.CharField("APC", max_length=5, blank=True)
    relative_weight = models.DecimalField(max_digits=10, decimal_places=4, null=True)
    payment_rate = models.DecimalField("payment rate (USD)", max_digits=12, decimal_places=2, null=True)
    national_copayment = models.DecimalField("national copayment (USD)", max_digits=12, decimal_places=2, null=True)
    minimum_copayment = models.DecimalField("minimum copayment (USD)", max_digits=12, decimal_places=2, null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(name="opps_rate_stands_once", fields=("file", "code")),
            _is_code("opps_rate_has_a_code", "code"),
        )
        triggers = _never_changed()

    def __str__(self) -> str:
        return f"{self.code} {self.status_indicator}"


class AddOnPair(_Row):
    """A code that is paid only beside its primary one. ``primary`` is CCCCC where the contractor defines them."""

    add_on = models.CharField(max_length=5)
    primary = models.CharField(max_length=5)
    edit_type = models.PositiveSmallIntegerField()
    effective_from = models.DateField()
    effective_to = models.DateField(null=True)
    add_on_deleted_on = models.DateField(null=True)
    primary_deleted_on = models.DateField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                name="add_on_pair_stands_once",
                fields=("file", "add_on", "primary", "edit_type", "effective_from", "effective_to"),
                nulls_distinct=False,
            ),
            models.CheckConstraint(name="add_on_pair_type_is_known", condition=Q(edit_type__in=(1, 2, 3))),
            _is_code("add_on_pair_has_an_add_on_code", "add_on"),
            _is_code("add_on_pair_has_a_primary_code", "primary"),
        )
        triggers = _never_changed()

    def __str__(self) -> str:
        return f"{self.primary} + {self.add_on}"


class DiagnosisCode(_Row):
    """An ICD-10-CM code as it goes on the wire, without its dot. Only billable ones may stand on a claim."""

    code = models.CharField(max_length=7)
    is_billable = models.BooleanField()
    short_name = models.CharField(max_length=60)
    name = models.CharField(max_length=330)

    class Meta:
        constraints = (
            models.UniqueConstraint(name="diagnosis_code_stands_once", fields=("file", "code")),
            models.CheckConstraint(name="diagnosis_code_has_a_code", condition=Q(code__regex=r"^[A-Z][0-9A-Z]{2,6}$")),
        )
        triggers = _never_changed()

    def __str__(self) -> str:
        return self.code


class PayerCode(_Row):
    """A reason of an adjustment (CARC) or a remark (RARC) of a remittance, in its publisher's words."""

    code = models.CharField(max_length=6)
    name = models.TextField()
    added_on = models.DateField(null=True)
    changed_on = models.DateField(null=True)
    ended_on = models.DateField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(name="payer_code_stands_once", fields=("file", "code")),
            models.CheckConstraint(name="payer_code_has_a_code", condition=Q(code__regex=r"^[A-Z]{0,2}[0-9]{1,4}$")),
        )
        triggers = _never_changed()

    def __str__(self) -> str:
        return self.code


class HcpcsCode(_Row):
    """A HCPCS Level II code, or one of its modifiers (two characters)."""

    code = models.CharField(max_length=5)
    short_name = models.CharField(max_length=40, blank=True)
    name = models.TextField()
    coverage = models.CharField(max_length=1, blank=True)
    added_on = models.DateField(null=True)
    changed_on = models.DateField(null=True)
    ended_on = models.DateField(null=True)
    action = models.CharField(max_length=1, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(name="hcpcs_code_stands_once", fields=("file", "code")),
            models.CheckConstraint(
                name="hcpcs_code_has_a_code", condition=Q(code__regex=r"^([A-Z][0-9]{4}|[0-9A-Z]{2})$")
            ),
        )
        triggers = _never_changed()

    def __str__(self) -> str:
        return self.code
