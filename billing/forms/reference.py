"""Code files: which code is asked for on which day, and files that are loaded."""

from datetime import date
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone

from billing.cms.kinds import TITLES, FileKind
from billing.forms.fields import day_field

MOST_FILES = 10


class CodeForm(forms.Form):
    """A code and a day of service."""

    code = forms.CharField(max_length=8, strip=True, label="Code")
    on = day_field(required=False, label="Day of service")

    def clean_on(self) -> date:
        """Take today where no day is given."""
        day: date | None = self.cleaned_data["on"]
        return day or timezone.localdate()


class FilesField(forms.FileField):
    """Several files at once."""

    widget = type("SeveralFiles", (forms.FileInput,), {"allow_multiple_selected": True})

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[bytes]]:
        """Check each file as one alone would be."""
        given = (data if isinstance(data, (list, tuple)) else [data]) or [None]
        if len(given) > MOST_FILES:
            raise forms.ValidationError(f"{len(given)} files; at most {MOST_FILES} go at once.")
        return [super(FilesField, self).clean(one, initial) for one in given]


class LoadFilesForm(forms.Form):
    """Files to load, and what they do not say of themselves."""

    uploads = FilesField(
        label="Files",
        help_text="TXT or CSV as CMS offers them, or the zip. All are loaded or none.",
        widget=FilesField.widget(attrs={"accept": ".txt,.csv,.zip"}),
    )
    effective = day_field(
        required=False, label="First day of the quarter", help_text="Only for a file that does not tell."
    )
    kind = forms.ChoiceField(
        required=False,
        choices=[("", "as the file says"), *((kind.value, TITLES[kind]) for kind in FileKind)],
        help_text="Pairs that were renamed do not tell practitioner from hospital.",
    )
    accept_fewer = forms.BooleanField(
        required=False,
        label="Take a file with far fewer rows than the one before",
        help_text="Else it is taken for cut.",
    )
