"""A file that somebody fetched by hand, and the partner that it is from."""

from django import forms

from billing.models import TradingPartner


class ReceiptForm(forms.Form):
    """An answer of a partner, as it was downloaded."""

    partner = forms.ModelChoiceField(
        TradingPartner.objects.none(), label="Partner", help_text="Who wrote it: its answers are looked up by partner."
    )
    upload = forms.FileField(
        label="File", max_length=200, allow_empty_file=False, help_text="TA1, 999, 277CA or 835, as it came."
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        field = self.fields["partner"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = TradingPartner.objects.order_by("name")
        active = field.queryset.filter(is_active=True)
        if len(active) == 1:
            field.initial = active[0]
