"""Template tags of the design: icon, badge, and the small questions that templates ask.

Every state that a page shows has its word, its shape and its tone in ``STATES``, so that "held"
looks and reads the same on every page. No markup of whole components: those are includes
under templates/components, each with its parameters in its first lines.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple

from django import template
from django.contrib.messages.storage.base import Message
from django.core.paginator import Page
from django.forms import BaseForm, BoundField
from django.template import Context
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString

from patients.roles import Role, has_role

register = template.Library()


class State(NamedTuple):
    """How a state is shown: the word, the icon of the sprite, one of the eight tones."""

    word: str
    icon: str
    tone: str


STATES = {
    # severity of a finding, and of the group it puts a line into
    "hold": State("Held", "held", "held"),
    "warning": State("Look", "warning", "warning"),
    "info": State("Note", "info", "info"),
    "refused": State("Refused", "refused", "refused"),
    "clean": State("Clean", "check", "good"),
    # a charge line on its way to the payer
    "draft": State("Draft", "draft", "neutral"),
    "review": State("To review", "draft", "neutral"),
    "held": State("Held", "held", "held"),
    "released": State("Released", "check", "good"),
    "overridden": State("Overridden", "edit", "warning"),
    "claimed": State("On a claim", "file", "sent"),
    "sent": State("Sent", "sent", "sent"),
    "accepted": State("Accepted", "check", "sent"),
    "exported": State("Exported", "sent", "sent"),
    "acknowledged": State("Acknowledged", "check", "sent"),
    "rejected": State("Rejected", "refused", "refused"),
    "denied": State("Denied", "refused", "refused"),
    "paid": State("Paid", "check", "good"),
    "reversed": State("Reversed", "reversed", "reversed"),
    "correction": State("Correction to send", "reversed", "held"),
    "written_off": State("Written off", "reversed", "neutral"),
    # a claim file
    "sealed": State("Sealed", "lock", "sent"),
    "delivered": State("Delivered", "sent", "good"),
    "failed": State("Failed", "refused", "refused"),
    # a file from a partner, and what it says of a claim
    "unread": State("Not read yet", "clock", "neutral"),
    "received": State("Received", "clock", "sent"),
    "forwarded": State("Forwarded", "sent", "sent"),
    # a session at the machine
    "due": State("Due", "clock", "neutral"),
    "late": State("Late", "late", "warning"),
    "treated": State("Treated", "check", "good"),
    "partial": State("Partial", "partial", "held"),
    "aborted": State("No beam", "refused", "refused"),
    "no_show": State("No show", "absent", "neutral"),
    "waiting": State("Waiting to send", "offline", "warning"),
    "unsigned": State("Not signed", "edit", "warning"),
    "signed": State("Signed", "check", "good"),
    "amended": State("Amended", "edit", "info"),
    "cancelled": State("Cancelled", "reversed", "reversed"),
    # a plan, a course
    "proposed": State("Proposed", "draft", "neutral"),
    "unapproved": State("Not approved", "held", "held"),
    "approved": State("Approved", "check", "good"),
    "replaced": State("Replaced", "reversed", "neutral"),
    # an authorization
    "requested": State("Requested", "clock", "info"),
    "approved_with_changes": State("Approved with changes", "check", "good"),
    "expired": State("Expired", "late", "neutral"),
    "voided": State("Voided", "reversed", "reversed"),
    "open": State("Open", "draft", "info"),
    "closed": State("Closed", "lock", "neutral"),
}

TONE_OF_LEVEL = {
    "debug": "neutral",
    "info": "info",
    "success": "good",
    "warning": "warning",
    "error": "refused",
}
ICON_OF_TONE = {
    "neutral": "info",
    "info": "info",
    "good": "check",
    "sent": "sent",
    "warning": "warning",
    "held": "held",
    "refused": "refused",
    "reversed": "reversed",
}
UNDO = "undo:"


def state_of(name: str) -> State:
    """Return how ``name`` is shown; an unknown state shows its own name, so that no page fails for a word."""
    return STATES.get(name) or State(name.replace("_", " ").capitalize(), "draft", "neutral")


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """Draw an icon of the sprite; with ``label`` it speaks, without it is decoration."""
    if label:
        return format_html(
            '<svg class="oc-icon" role="img" aria-label="{}"><use href="#oc-{}"></use></svg>', label, name
        )
    return format_html(
        '<svg class="oc-icon" aria-hidden="true" focusable="false"><use href="#oc-{}"></use></svg>', name
    )


@register.simple_tag
def badge(state: str, word: str = "") -> SafeString:
    """Draw the badge of a state: shape, word, tone. ``word`` replaces the usual word, never the shape."""
    shown = state_of(str(state))
    return format_html(
        '<span class="oc-badge oc-tone-{}">{}{}</span>', shown.tone, icon(shown.icon), word or shown.word
    )


@register.filter
def tone(state: str) -> str:
    """Return the tone of a state, for ``oc-tone-…`` classes."""
    return state_of(str(state)).tone


@register.filter
def state_icon(state: str) -> str:
    """Return the icon name of a state."""
    return state_of(str(state)).icon


@register.filter
def state_word(state: str) -> str:
    """Return the word of a state."""
    return state_of(str(state)).word


@register.filter
def message_tone(message: Message) -> str:
    """Return the tone of a Django message."""
    return TONE_OF_LEVEL.get(message.level_tag, "info")


@register.filter
def tone_icon(tone_name: str) -> str:
    """Return the icon that goes with a tone where there is no state to ask."""
    return ICON_OF_TONE.get(tone_name, "info")


@register.filter
def undo_url(message: Message) -> str:
    """Return the address that takes the deed back, from ``extra_tags="undo:/path/"``; only of this site."""
    for tag in (message.extra_tags or "").split():
        url = tag.removeprefix(UNDO)
        if tag.startswith(UNDO) and url.startswith("/") and url_has_allowed_host_and_scheme(url, allowed_hosts=None):
            return url
    return ""


@register.filter
def error_target(field: BoundField) -> str:
    """Return the id that an error link jumps to: the first control, where a field has several."""
    if field.use_fieldset:
        return f"{field.auto_id}_0"
    return field.id_for_label or field.auto_id


@register.filter
def has_required(form: BaseForm) -> bool:
    """Say whether the form has a field that must be filled in, so that the mark is explained only where it stands."""
    return any(field.field.required for field in form.visible_fields())


@register.simple_tag(takes_context=True)
def settings_url(context: Context) -> str:
    """Return where an administrator enters what is missing; nothing for everybody else."""
    user = context["request"].user
    return reverse("admin:index") if has_role(user, Role.ADMINISTRATOR) else ""


@register.filter
def of_one(noun: str) -> str:
    """Return a plural as it reads after 1: ``line`` of ``lines``."""
    return noun.removesuffix("s")


@register.filter
def elided_pages(page: "Page[object]") -> Iterator[str | int]:
    """Return the page numbers worth a link, with an ellipsis where numbers are left out."""
    return page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)


@register.filter
def in_minutes(span: timedelta) -> str:
    """Say a span of time in whole minutes."""
    minutes = round(span.total_seconds() / 60)
    return "1 minute" if minutes == 1 else f"{minutes} minutes"
