"""Signing in with what can be a user's name, and what ends with a password: the tokens got with it.

A session ends with its password by Django's own hash of it. What this is not: who asks on each page (signed_in.py).
"""

from typing import Any

from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.forms import AuthenticationForm, UsernameField
from django.contrib.auth.models import User
from django.db.models.signals import post_save, pre_save
from django.forms import TextInput
from rest_framework.authtoken.models import Token

MOST_NAME: int = User._meta.get_field("username").max_length or 0


def _name_field() -> UsernameField:
    return UsernameField(max_length=MOST_NAME, widget=TextInput(attrs={"autofocus": True}))


class SignInForm(AuthenticationForm):
    """Django's form; a longer name than any user has is refused before it is counted as a wrong password."""

    username = _name_field()


class AdminSignInForm(AdminAuthenticationForm):
    """The same at the door of the settings pages."""

    username = _name_field()


def watch_passwords() -> None:
    """Let tokens end with the password; called once, when the apps stand."""
    pre_save.connect(_note_new_password, sender=User, dispatch_uid="note_new_password")
    post_save.connect(_end_tokens, sender=User, dispatch_uid="end_tokens")


def _note_new_password(instance: User, update_fields: frozenset[str] | None, **_more: Any) -> None:
    """A stronger hash of the same password, which Django stores as somebody signs in, is no new password."""
    is_stored = instance.pk is not None and (update_fields is None or "password" in update_fields)
    typed = getattr(instance, "_password", None)
    is_said = typed is not None or not instance.has_usable_password()
    instance._ends_tokens = (  # type: ignore[attr-defined]
        is_stored and is_said and User.objects.filter(pk=instance.pk).exclude(password=instance.password).exists()
    )


def _end_tokens(instance: User, **_more: Any) -> None:
    """After the row is written: a token asked for meanwhile waited for it, or stands already."""
    if instance._ends_tokens:  # type: ignore[attr-defined]
        Token.objects.filter(user=instance).delete()
