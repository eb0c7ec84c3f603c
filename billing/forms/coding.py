"""How the coding of a line is typed: modifiers, pointers to the course's diagnoses, who renders it.

Fields turn what was typed into the steps' own words; whether it may be is for the rules to say.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q

from billing.rules.coding import MOST_POINTERS, Renderer
from patients.models import Provider

MODIFIERS = 4
"""How many a claim line carries."""
_BETWEEN = re.compile(r"[\s,;-]+")
_TOGETHER = re.compile(r"[A-L]{1,12}")


class ModifiersField(forms.CharField):
    """Up to four modifiers in one line, in any case, with spaces, commas or dashes between them."""

    def __init__(self, **options: Any) -> None:
        """Not required: most lines have none."""
        told = "Up to four, with spaces between them: 26 59."
        widget = forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"})
        super().__init__(**{"required": False, "max_length": 20, "help_text": told, "widget": widget, **options})

    def clean(self, value: Any) -> Any:
        """Return the modifiers as a list."""
        modifiers = [part for part in _BETWEEN.split(str(super().clean(value)).strip().upper()) if part]
        wrong = [modifier for modifier in modifiers if not re.fullmatch(r"[0-9A-Z]{2}", modifier)]
        if wrong:
            raise ValidationError(f"{', '.join(wrong)}: a modifier has two letters or digits, such as 26 or TC.")
        if len(modifiers) > MODIFIERS:
            raise ValidationError(f"{len(modifiers)} modifiers; a claim line carries four.")
        return modifiers

    def prepare_value(self, value: Any) -> Any:
        """Show a list as one line."""
        return " ".join(value) if isinstance(value, list | tuple) else value


class PointersField(forms.CharField):
    """Which diagnoses of the course a line points to, as the paper form writes them: A is the principal one."""

    def __init__(self, diagnoses: Sequence[str], **options: Any) -> None:
        """Offer the diagnoses of a course, in their order."""
        self.diagnoses = tuple(diagnoses)
        told = (
            ", ".join(f"{letter} {code}" for letter, code in lettered(diagnoses)) or "The course has no diagnosis yet"
        )
        widget = forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"})
        super().__init__(
            **{"required": False, "max_length": 60, "label": "Points to", "help_text": f"{told}.", "widget": widget,
               **options}
        )  # fmt: skip

    def clean(self, value: Any) -> Any:
        """Return the codes, the first one first."""
        codes = [self._code(word) for word in self._words(str(super().clean(value)))]
        twice = sorted({code for code in codes if codes.count(code) > 1})
        if twice:
            raise ValidationError(f"{', '.join(twice)} is named twice. A line points to a diagnosis once.")
        if len(codes) > MOST_POINTERS:
            raise ValidationError(f"{len(codes)} diagnoses; a line points to {MOST_POINTERS} at most.")
        return codes

    def prepare_value(self, value: Any) -> Any:
        """Show codes as letters."""
        if not isinstance(value, list | tuple):
            return value
        letters = {code: letter for letter, code in lettered(self.diagnoses)}
        return " ".join(letters.get(str(code)) or str(code) for code in value)

    @staticmethod
    def _words(typed: str) -> Iterator[str]:
        """Yield letters, numbers or codes; letters may stand together."""
        for word in filter(None, _BETWEEN.split(typed.strip().upper())):
            if _TOGETHER.fullmatch(word):
                yield from word
            else:
                yield word

    def _code(self, word: str) -> str:
        if word in self.diagnoses:
            return word
        named = dict(lettered(self.diagnoses)) | {str(n): code for n, code in enumerate(self.diagnoses, 1)}
        if word not in named:
            last = lettered(self.diagnoses)[-1][0] if self.diagnoses else ""
            known = f"The course has A to {last}." if last else "The course has no diagnosis yet."
            raise ValidationError(f"'{word}' is no diagnosis of this course. {known}")
        return named[word]


def lettered(diagnoses: Sequence[str]) -> list[tuple[str, str]]:
    """Return the letter and the code of each diagnosis.

    >>> lettered(["C61", "C79.51"])
    [('A', 'C61'), ('B', 'C79.51')]
    """
    return [(chr(ord("A") + place), code) for place, code in enumerate(diagnoses)]


def provider_field(*, usual: Renderer, also: int | None = None) -> "forms.ModelChoiceField[Provider]":
    """Return a choice among those who work here now.

    Args:
        usual: the course's physician, who renders what nobody else does.
        also: somebody who stands on the line already, even if he no longer works here.
    """
    offered = Provider.objects.filter(Q(is_active=True) | Q(pk=also))
    return forms.ModelChoiceField(
        offered.exclude(pk=usual.key) if usual.key else offered,
        required=False,
        label="Rendered by",
        empty_label=f"{usual.name}, as on the course" if usual.name else "nobody is named on the course",
    )
