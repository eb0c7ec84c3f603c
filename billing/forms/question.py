"""What is typed when a line goes back with a question: whom it asks, and what."""

from collections.abc import Sequence

from django import forms

QUESTION_LENGTH = 400


class AskForm(forms.Form):
    """One question about a line to one person, or to whoever of a role reads it first."""

    asked = forms.ChoiceField(label="Who is asked", error_messages={"required": "Say who is asked."})
    text = forms.CharField(
        label="Question",
        max_length=QUESTION_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3, "autofocus": True}),
        error_messages={"required": "Write the question."},
    )

    def __init__(self, *args: object, choices: Sequence[tuple[str, object]], **kwargs: object) -> None:
        """Offer ``choices``: those nearest to the line first."""
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # as Django's form takes them
        asked = self.fields["asked"]
        assert isinstance(asked, forms.ChoiceField)
        asked.choices = list(choices)
