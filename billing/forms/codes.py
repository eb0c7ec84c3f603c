"""What is asked of codes: a search, a day, pairs with a partner; and a file of licensed descriptors."""

from django import forms
from django.core.files.uploadedfile import UploadedFile

from billing.codes.descriptor_file import MOST_BYTES
from billing.codes.descriptors import LONGEST_NOTICE
from billing.forms.fields import day_field
from billing.rules.lines import ClaimKind, Family

LONGEST_SEARCH = 60
FAMILIES = [("", "all"), *((family.value, family.value) for family in Family if family is not Family.MANUAL)]


class CodeSearchForm(forms.Form):
    """The beginning of a code or words, and the family."""

    q = forms.CharField(
        required=False, max_length=LONGEST_SEARCH, label="Code or words",
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip
    family = forms.ChoiceField(required=False, choices=FAMILIES)
    on = day_field(label="On the day")


class CodeDayForm(forms.Form):
    """The day on which a code is looked at, and which of its pairs."""

    on = day_field(label="On the day")
    partner = forms.CharField(required=False, max_length=5, label="Other code begins with")
    claim = forms.ChoiceField(
        required=False, choices=[("", "both claims"), *((claim.value, claim.value) for claim in ClaimKind)]
    )

    def clean_partner(self) -> str:
        """Write it as codes are written."""
        return str(self.cleaned_data["partner"]).strip().upper()


class DescriptorsForm(forms.Form):
    """A file of descriptors, its first day, and what the licence asks to be shown."""

    upload = forms.FileField(
        label="File",
        help_text="CSV with the columns code and descriptor, or the licensor's text of lines that begin with a code.",
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv"}),
    )
    effective_from = day_field(required=True, label="First day of the edition", help_text="Usually 1 January.")
    notice = forms.CharField(
        max_length=LONGEST_NOTICE, label="Licence notice",
        help_text="What your licence asks to be shown beside each descriptor, such as its copyright line.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip

    def clean_upload(self) -> UploadedFile[bytes]:
        """Refuse what is too long before it is read."""
        upload: UploadedFile[bytes] = self.cleaned_data["upload"]
        if (upload.size or 0) > MOST_BYTES:
            raise forms.ValidationError(f"The file has {upload.size:,} bytes; at most {MOST_BYTES:,} are read.")
        return upload
