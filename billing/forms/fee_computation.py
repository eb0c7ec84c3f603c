"""What to compute a schedule from: which of Medicare's files, where, and how much of what it pays."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator

from billing.cms.kinds import FileKind
from billing.fees.computing import Recipe, files_of, localities
from billing.forms.fields import day_field
from billing.models import FeeSchedule, Gpci, ReferenceFile
from billing.rules import load_codebook
from patients.terms import Setting

TECHNICAL = (1, 3)
"""Component indicators of codes that are, or have, a technical service."""
INDEX_FILES = 3
"""Of how many index files, the latest first, the localities are offered."""


class _FileChoice(forms.ModelChoiceField[ReferenceFile]):
    def label_from_instance(self, file: ReferenceFile) -> str:
        """Name a file by its day and name."""
        return " ".join(filter(None, (f"from {file.effective_from},", file.edition, file.name)))


class _LocalityChoice(forms.ModelChoiceField[Gpci]):
    def label_from_instance(self, locality: Gpci) -> str:
        """Name a locality by state, name, numbers and year."""
        place = f"{locality.state} {locality.name.title()} ({locality.mac} {locality.locality})"
        return f"{place}, {locality.file.effective_from.year}"


class ComputeForm(forms.Form):
    """Which of Medicare's files, where, and how much of it."""

    values = _FileChoice(
        ReferenceFile.objects.none(), required=False, label="Relative values", empty_label="none: hospital rates alone"
    )
    locality = _LocalityChoice(
        Gpci.objects.none(), required=False, label="Locality", empty_label="the nation: every index 1.000"
    )
    conversion_factor = forms.DecimalField(
        required=False,
        max_digits=9,
        decimal_places=4,
        validators=[MinValueValidator(Decimal("0.0001")), MaxValueValidator(Decimal(1000))],
        help_text="Empty: the one in the file.",
    )
    setting = forms.ChoiceField(
        choices=[("non-facility", "Office and freestanding centre (11)"), ("facility", "Facility (19, 21, 22)")],
        label="Practice expense of",
    )
    rates = _FileChoice(
        ReferenceFile.objects.none(),
        required=False,
        label="Hospital rates for technical services",
        empty_label="none",
        help_text="The bare code of a technical service then costs the unadjusted national rate of Addendum B.",
    )
    percent = forms.DecimalField(
        initial=100,
        max_digits=7,
        decimal_places=3,
        validators=[MinValueValidator(Decimal("0.001")), MaxValueValidator(Decimal(2000))],
        label="Percent of what Medicare pays",
    )
    effective_from = day_field(label="First day of service", help_text="Empty: the first day of the quarter.")
    effective_to = day_field(label="Last day of service", help_text="Empty: until another price takes its place.")
    is_whole = forms.BooleanField(
        required=False,
        label="This is the whole list",
        help_text="Prices that are not computed end the day before the first day.",
    )

    def __init__(self, *args: Any, schedule: FeeSchedule, **kwargs: Any) -> None:
        """Offer the files that were loaded. Two queries, and one a choice when it is drawn."""
        super().__init__(*args, **kwargs)
        self.schedule = schedule
        latest = files_of(FileKind.GPCI)[:INDEX_FILES]
        for name, choices in (
            ("values", files_of(FileKind.RELATIVE_VALUES)),
            ("rates", files_of(FileKind.OPPS_RATES)),
            ("locality", localities().filter(file__in=list(latest.values_list("pk", flat=True)))),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = choices
        self.fields["values"].initial = files_of(FileKind.RELATIVE_VALUES).first()
        self.fields["setting"].initial = "facility" if schedule.setting == Setting.HOSPITAL else "non-facility"

    def has_files(self) -> bool:
        """Whether anything was loaded to compute from."""
        return ReferenceFile.objects.filter(kind__in=(FileKind.RELATIVE_VALUES, FileKind.OPPS_RATES)).exists()

    def clean(self) -> dict[str, Any]:
        """Ask for at least one file, and for indices of the year of the values."""
        said = super().clean() or {}
        values, rates, locality = said.get("values"), said.get("rates"), said.get("locality")
        if values is None and rates is None and not self.errors:
            raise ValidationError("Choose relative values, hospital rates, or both.")
        if values and locality and values.effective_from.year != locality.file.effective_from.year:
            raise ValidationError(
                {"locality": f"These are indices of {locality.file.effective_from.year}; the values are of "
                             f"{values.effective_from.year}. Choose the locality of the same year."}
            )  # fmt: skip
        first, last = said.get("effective_from"), said.get("effective_to")
        if first and last and last < first:
            raise ValidationError({"effective_to": f"{last} is before the first day, {first}."})
        return said

    def recipe(self) -> Recipe:
        """Return what to compute: every code that is in force on the first day, or that the schedule prices already."""
        said = self.cleaned_data
        file = said["values"] or said["rates"]
        first = said["effective_from"] or file.effective_from
        codebook = load_codebook()
        in_force = [row for row in codebook.procedures if row.effective_from <= first <= row.effective_to]
        ours = {row.code for row in in_force}
        ours |= set(self.schedule.lines.filter(withdrawn_at=None).values_list("code", flat=True))
        return Recipe(
            values=said["values"],
            rates=said["rates"],
            codes=ours,
            effective_from=first,
            technical={row.code for row in in_force if row.pc_tc in TECHNICAL},
            effective_to=said["effective_to"],
            locality=said["locality"],
            conversion_factor=said["conversion_factor"],
            is_facility=said["setting"] == "facility",
            percent=said["percent"],
        )
