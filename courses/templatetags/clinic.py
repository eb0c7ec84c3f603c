"""Template tags of the clinical pages: moments on the clinic's clock, slots that the roof fills, words of terms."""

from datetime import date, datetime
from typing import NamedTuple

from django import template
from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from courses.forms.words import GUIDANCE, TECHNIQUES
from courses.picture.drawing import IMAGES_WORDS
from courses.picture.facts import ImagesMark
from courses.planning import kind_of
from patients.models import Facility

register = template.Library()


@register.filter
def at_clinic(moment: datetime | None, facility: Facility) -> datetime | None:
    """Return the moment on the facility's clock; the template then formats it."""
    # Without its zone: Django's date filter would turn an aware moment to the zone of the settings.
    return moment.astimezone(facility.zone).replace(tzinfo=None) if moment else None


@register.filter
def words(term: str | None) -> str:
    """Return a term of the vocabulary as it is read: 'head_neck' as 'head neck'."""
    return str(term or "").replace("_", " ")


@register.filter
def technique(term: str) -> str:
    """Return a technique as it is said."""
    return TECHNIQUES.get(term, words(term))


@register.filter
def guidance(term: str) -> str:
    """Return a kind of image guidance as it is said."""
    return GUIDANCE.get(term, words(term))


@register.filter
def event_kind(family: str) -> str:
    """Return a kind of event as it is said."""
    kind = kind_of(family)
    return kind.name if kind else words(family)


@register.filter
def images_said(mark: str) -> str:
    """Say how the review of a session's images stands."""
    return IMAGES_WORDS.get(ImagesMark(mark), "")


class DueIn(NamedTuple):
    """How far off something is: the state of its badge, and the words."""

    state: str
    words: str


@register.filter
def due_in(day: date, facility: Facility) -> DueIn:
    """Say how far off a day is on the facility's calendar."""
    days = (day - facility.day_of(timezone.now())).days
    if days < 0:
        return DueIn("late", f"{-days} day{'s' if days < -1 else ''} late")
    if days <= 1:
        return DueIn("due", "Tomorrow" if days else "Today")
    return DueIn("due", f"In {days} days")


@register.simple_tag
def slot(setting: str, *ids: int | str) -> str:
    """Return the URL that fills a slot, by the url name under ``setting``; empty where nobody fills it."""
    name = getattr(settings, setting, "")
    try:
        return reverse(name, args=ids) if name else ""
    except NoReverseMatch:
        return ""
