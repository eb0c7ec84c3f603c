"""The floor of the web bench: a site with nothing but the smallest signed-in form view that writes one row.

The same framework, server, database, middleware for security, session, CSRF and sign-in; no history, no rules.
"""

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.db import connection, models, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.urls import path

from oncocharge.settings import *  # noqa: F403  # a settings module: all of the site's, then the differences

ROOT_URLCONF = "bench.floor_form"
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions"]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
SESSION_ENGINE = "django.contrib.sessions.backends.db"


def make_table() -> None:
    """Create the one table that the floor writes to."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE IF NOT EXISTS bench_row (id bigserial PRIMARY KEY, entry_key uuid UNIQUE NOT NULL,"
            " treated_on date NOT NULL, units smallint NOT NULL, note varchar(60) NOT NULL)"
        )


def row_form() -> type[forms.ModelForm[Any]]:
    """Return the form; models come to life only once the apps are ready."""

    class Row(models.Model):
        entry_key = models.UUIDField(unique=True)
        treated_on = models.DateField()
        units = models.PositiveSmallIntegerField()
        note = models.CharField(max_length=60)

        class Meta:
            app_label = "bench"
            db_table = "bench_row"
            managed = False

    return forms.modelform_factory(Row, fields=("entry_key", "treated_on", "units", "note"))


@login_required
def save(request: HttpRequest) -> HttpResponse:
    """Write one row; a GET answers with the token."""
    if request.method == "GET":
        return HttpResponse(get_token(request))
    global _form  # noqa: PLW0603  # made once, after the apps are ready
    _form = _form or row_form()
    form = _form(request.POST)
    if not form.is_valid():
        return HttpResponse(form.errors.as_json(), status=422)
    with transaction.atomic():
        form.save()
    return HttpResponseRedirect("/saved")


_form: type[forms.ModelForm[Any]] | None = None
urlpatterns = [path("save", save)]
