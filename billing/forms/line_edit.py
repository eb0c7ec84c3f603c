"""What is typed to edit a generated line: only what an edit may change, beside what the rules say."""

from dataclasses import replace

from django import forms
from django.http import QueryDict

from billing.capture.editing import Editable, Wanted
from billing.forms.coding import ModifiersField, PointersField, provider_field
from billing.forms.review import REASON_LENGTH
from billing.rules.coding import Coding, Renderer
from billing.rules.lines import ClaimKind

MOST_UNITS = 999


class LineEditForm(forms.Form):
    """Modifiers, units, pointers and provider of a line, and why. An institutional line has the first two alone."""

    modifiers = ModifiersField()
    units = forms.IntegerField(min_value=1, max_value=MOST_UNITS)
    reason = forms.CharField(
        max_length=REASON_LENGTH,
        widget=forms.TextInput(attrs={"list": "usual-reasons", "autocomplete": "off"}),
        error_messages={"required": "Say why."},
    )
    seen = forms.CharField(widget=forms.HiddenInput, max_length=120)

    def __init__(self, data: QueryDict | None = None, *, line: Editable, may_change_all: bool) -> None:
        """Edit ``line``; a biller who may not change all sees units and provider as they stand."""
        self.line = line
        shown = _shown(line, may_change_all)
        initial = {"modifiers": list(shown.modifiers), "units": shown.units, "seen": line.version}
        initial |= {"reason": line.edit.reason if line.edit and line.is_lapsed else ""}
        super().__init__(data, initial=initial | {"diagnoses": list(shown.diagnoses)})
        generated = line.generated
        if line.entry.claim_kind == ClaimKind.PROFESSIONAL:
            named = int(shown.provider.key) if shown.provider != generated.provider else None
            self.fields["diagnoses"] = PointersField(line.diagnoses)
            self.fields["provider"] = provider_field(usual=generated.provider, also=named)
            self.initial["provider"] = named
        for name in () if may_change_all else ("units", "provider"):
            if name in self.fields:
                self.fields[name].disabled = True
                self.fields[name].help_text = "A billing manager changes this."
        self.order_fields(["modifiers", "units", "diagnoses", "provider", "reason"])
        self._say_original(generated, line)
        self.fields["modifiers"].widget.attrs["autofocus"] = True

    def _say_original(self, generated: Coding, line: Editable) -> None:
        """Say beside each field what the rules say, where the line says otherwise."""
        standing = line.standing
        for name, value in (
            ("modifiers", " ".join(generated.modifiers) or "none"),
            ("units", str(generated.units)),
            ("diagnoses", ", ".join(generated.diagnoses) or "none"),
        ):
            if name in self.fields and getattr(standing, name) != getattr(generated, name):
                self.fields[name].help_text = f"The rules say {value}. {self.fields[name].help_text}".strip()

    def see_anew(self) -> None:
        """Let what was typed stand over the line as it is now: the next save is about that."""
        self.data = {**self.data.dict(), "seen": self.line.version} if isinstance(self.data, QueryDict) else self.data

    @property
    def wanted(self) -> Wanted:
        """What the line is to say."""
        said = self.cleaned_data
        provider = said.get("provider")
        return Wanted(
            units=said["units"],
            modifiers=tuple(said["modifiers"]),
            diagnoses=tuple(said.get("diagnoses") or ()),
            provider_id=provider.pk if provider else None,
        )


def _shown(line: Editable, may_change_all: bool) -> Coding:
    """Return what the fields begin with: of a lapsed edit what was wanted, else the line as it stands."""
    standing, edit = line.standing, line.edit
    if edit is None or not line.is_lapsed:
        return standing
    named = Renderer(str(edit.provider_id)) if edit.provider_id else line.generated.provider
    return replace(
        standing,
        units=edit.units if may_change_all else standing.units,
        modifiers=tuple(edit.modifiers),
        diagnoses=tuple(edit.diagnoses) if set(edit.diagnoses) <= set(line.diagnoses) else standing.diagnoses,
        provider=named if may_change_all else standing.provider,
    )
