"""Template tags of the patient pages: words for what a claim carries as a letter."""

from django import template

from patients.forms import SEXES

register = template.Library()


@register.filter
def sex_in_words(letter: str) -> str:
    """Return administrative sex in words."""
    return dict(SEXES).get(letter, letter)
